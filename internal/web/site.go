package web

import (
	"context"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/file"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A front is what all may see and many ask for: what every page tells of the programmes, and whole public
// pages as they were written. It stands as long as nothing has changed: no row of audit has come, which
// every change writes, and no minute has passed, since doors open and close by the clock.
type front struct {
	view.Site
	key   string
	read  time.Time // by the machine's clock, when the key was last compared
	pages *pages
}

// Pages as they were written, by language and address.
type pages struct {
	mu   sync.Mutex
	all  map[string][]byte
	size int
}

const (
	// look is how long a front is taken for granted. Whoever posts here sees their own change at once.
	look = 250 * time.Millisecond

	// pagesSize is how much is kept of pages; then we begin anew.
	pagesSize = 8 << 20
)

// front returns the present one.
func (s *Server) front(ctx context.Context) (*front, error) {
	now := s.Now()
	last := s.site.Load()
	if last != nil && now.Sub(last.read) < look {
		return last, nil
	}
	change, err := db.Value[string](ctx, s.DB, "SELECT COALESCE(max(id), '') FROM audit")
	if err != nil {
		return nil, err
	}
	next := &front{key: change + s.DB.Now().Truncate(time.Minute).String(), read: now, pages: &pages{all: map[string][]byte{}}}
	if last != nil && last.key == next.key {
		next.Site, next.pages = last.Site, last.pages
	} else if next.Programmes, err = s.programmes(ctx); err != nil {
		return nil, err
	}
	next.Service, next.Outbox = s.Service, s.Outbox
	s.site.Store(next)
	return next, nil
}

// changed makes the next request look whether something has.
func (s *Server) changed() {
	if last := s.site.Load(); last != nil {
		next := *last
		next.read = time.Time{}
		s.site.Store(&next)
	}
}

// page returns a page that is kept, nil if it is not.
func (p *pages) page(name string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[name]
}

func (p *pages) keep(name string, page []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.size += len(name) + len(page); p.size > pagesSize {
		p.size = len(name) + len(page)
		clear(p.all)
	}
	p.all[name] = page
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
		slices.SortStableFunc(list, func(a, b programme.Programme) int { return rank(a.State) - rank(b.State) })
		for _, p := range list {
			v := view.Programme{ID: p.ID, Slug: p.Slug, Name: p.Name, ShortName: p.ShortName, State: string(p.State), Contact: p.Contact, Zone: p.Zone, Starts: p.Starts, Ends: p.Ends}
			for _, f := range funding {
				if f.Code == p.FundingPeriod {
					v.Emblem, v.Fund = f.Emblem, f.Name
					v.EmblemAlt = [2]string{f.Alt.Swedish, f.Alt.English}
					v.Statement = [2]string{f.Statement.Swedish, f.Statement.English}
				}
			}
			partners, err := programme.Partners(ctx, c, p.ID) // few programmes, and not for each page
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
