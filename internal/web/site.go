package web

import (
	"context"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/file"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

// A front is what every page tells of the programmes that all may see. It stands as long as nothing has
// changed, and so do the public pages that were written under it. See docs/decisions/0008-public-pages-are-kept.md.
type front struct {
	view.Site
	pages *pages

	// The version: the minute, and how many changes there were since the one before.
	minute  time.Time
	changes int

	asked  time.Time // when it was last asked whether this still is the version, by the machine's clock
	writes uint64    // how many transactions had ended here by then
}

// look is how long a change made by another process may go unnoticed by who has not signed in.
const look = 250 * time.Millisecond

// front returns the present one. What this process writes is in it at once, and for who has signed in, what
// any does. What is sent leads on to another page, and is content with one that is no older than look. Of many who come
// at the same time one asks, and the others, who came before it asked, take what it got.
func (s *Server) front(ctx context.Context, signedIn, sends bool) (*front, error) {
	came := s.newFront()
	if last := s.site.Load(); last.serves(came, signedIn, sends) {
		return last, nil
	}
	s.asking.Lock()
	defer s.asking.Unlock()
	last := s.site.Load()
	if last.serves(came, signedIn, sends) {
		return last, nil
	}
	next := s.newFront()
	if last != nil && !last.minute.Equal(next.minute) {
		last = nil
	}
	var err error
	// Every change writes audit in the same transaction, and the ids of rows begin with the time. They are
	// counted, since a row that is committed later than another may have the earlier id.
	if next.changes, err = db.Value[int](ctx, s.DB, `SELECT count(*) FROM audit WHERE id > $1`, db.IDAt(next.minute.Add(-time.Minute))); err != nil {
		return nil, err
	}
	if last != nil && last.changes == next.changes {
		next.Site, next.pages = last.Site, last.pages
	} else {
		if next.Programmes, err = s.programmes(ctx); err != nil {
			return nil, err
		}
		next.Service, next.Outbox, next.Approved, next.URL, next.pages = s.Service, s.Outbox, s.Approved, s.URL, newPages()
	}
	s.site.Store(next)
	return next, nil
}

func (s *Server) newFront() *front {
	return &front{asked: s.Now(), writes: s.DB.Writes(), minute: s.DB.Now().Truncate(time.Minute)}
}

// serves reports whether f is the present one to somebody who came with another.
func (f *front) serves(came *front, signedIn, sends bool) bool {
	switch {
	case f == nil || !f.minute.Equal(came.minute):
		return false
	case f.asked.After(came.asked):
		return true
	}
	return came.asked.Sub(f.asked) < look && (sends || !signedIn && f.writes == came.writes)
}

// programmes reads what every page tells of those that are published: those under way first.
func (s *Server) programmes(ctx context.Context) (shown []view.Programme, err error) {
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		list, err := programme.List(ctx, c, access.Viewer{})
		if err != nil || len(list) == 0 {
			return err
		}
		funding, err := programme.FundingPeriods(ctx, c)
		if err != nil {
			return err
		}
		focuses, err := focus.Shows(ctx, c)
		if err != nil {
			return err
		}
		reflections, err := reflection.Shows(ctx, c)
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(a, b programme.Programme) int { return rank(a.State) - rank(b.State) })
		for _, p := range list {
			v := view.Programme{ID: p.ID, Slug: p.Slug, Name: p.Name, ShortName: p.ShortName, State: string(p.State), Contact: p.Contact, Zone: p.Zone, Starts: p.Starts, Ends: p.Ends,
				Focuses: focuses[p.ID], Reflections: reflections[p.ID]}
			if v.Contents, err = publishing.Contents(ctx, c, p.ID); err != nil { // few programmes, and not for each page
				return err
			}
			for _, f := range funding {
				if f.Code == p.FundingPeriod {
					v.Emblem, v.Fund = f.Emblem, f.Name
					v.EmblemAlt = [2]string{f.Alt.Swedish, f.Alt.English}
					v.Statement = [2]string{f.Statement.Swedish, f.Statement.English}
				}
			}
			partners, err := programme.Partners(ctx, c, p.ID)
			if err != nil {
				return err
			}
			for _, partner := range partners {
				shown := view.Partner{Name: partner.Name, Role: string(partner.Role), URL: partner.URL, Alt: partner.LogoAlt}
				if partner.Logo != "" {
					if shown.Logo, err = s.logo(ctx, c, partner.Logo); err != nil {
						return err
					}
				}
				v.Partners = append(v.Partners, shown)
			}
			shown = append(shown, v)
		}
		return nil
	})
	return shown, err
}

func rank(s programme.State) int {
	if i := slices.Index([]programme.State{programme.Running, programme.LastStretch, programme.Closing, programme.Planned, programme.Closed}, s); i >= 0 {
		return i
	}
	return len(programme.States)
}

// smallLogo is the most that a drawing may weigh to stand in the page itself: one request less.
const smallLogo = 2 << 10

// logo is the address of a logotype. A small drawing is its own address.
func (s *Server) logo(ctx context.Context, c db.Conn, id string) (string, error) {
	if s.Files == nil {
		return "", nil
	}
	f, err := file.Get(ctx, c, id)
	if err != nil {
		return "", err
	}
	if f.Size > smallLogo || !strings.HasPrefix(f.Media, "image/svg") {
		return "/logo/" + id, nil
	}
	blob, err := s.Files.Open(id)
	if err != nil {
		s.Log.ErrorContext(ctx, "a logotype is missing among the files", "file", id, "err", err)
		return "", nil // the page stands without it
	}
	defer blob.Close()
	drawing, err := io.ReadAll(io.LimitReader(blob, smallLogo))
	if err != nil {
		return "", err
	}
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(drawing), nil
}
