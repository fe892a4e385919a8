package publishing_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func try(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) error {
	return d.Tx(t.Context(), "office", f)
}

func do(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := try(t, d, f); err != nil {
		t.Fatal(err)
	}
}

func newProgramme(t *testing.T, d *db.DB, slug string) string {
	t.Helper()
	p := programme.Programme{Slug: slug, Name: "Framtidens bibliotek", ShortName: "Framtid", FundingPeriod: "2007-2013",
		Starts: "2011-01-17", Ends: "2013-03-31", Zone: "Europe/Stockholm", Published: true}
	do(t, d, func(ctx context.Context, tx *db.Tx) error { return programme.Create(ctx, tx, access.System, &p) })
	return p.ID
}

func office(of string) access.Viewer {
	return access.Viewer{Person: "office", Grants: []access.Grant{{Role: access.Participant}, {Role: access.Office, Programme: of}}}
}

func page(of, title string) publishing.Publication {
	return publishing.Publication{Programme: of, Kind: publishing.Page, Place: publishing.Other,
		Text: publishing.Text{Title: title, Body: "Hej", Language: "sv"}}
}

func epistle(of, title string, date local.Date) publishing.Publication {
	return publishing.Publication{Programme: of, Kind: publishing.Letter,
		Text: publishing.Text{Title: title, Body: "Hej alla", Language: "sv", Recipients: "Alla deltagare", Date: date}}
}

func created(t *testing.T, d *db.DB, x publishing.Publication) publishing.Publication {
	t.Helper()
	do(t, d, func(ctx context.Context, tx *db.Tx) error { return publishing.Create(ctx, tx, office(x.Programme), &x) })
	return x
}

func published(t *testing.T, d *db.DB, x publishing.Publication) publishing.Publication {
	t.Helper()
	x = created(t, d, x)
	do(t, d, func(ctx context.Context, tx *db.Tx) error {
		return publishing.Publish(ctx, tx, office(x.Programme), x.ID, x.Version)
	})
	return x
}

// said is the codes of faults with their fields, in order.
func said(err error) string {
	var all []string
	for _, f := range fault.Of(err) {
		all = append(all, strings.Trim(strings.TrimPrefix(f.Code, "publishing.")+" "+f.Field, " "))
	}
	if err != nil && all == nil {
		return err.Error()
	}
	return strings.Join(all, ", ")
}

// A draft is for who writes it, what is published for everyone; another programme's office writes neither.
func TestWhoSees(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p, q := newProgramme(t, d, "a"), newProgramme(t, d, "b")
		draft, shown := created(t, d, page(p, "Utkast")), published(t, d, page(p, "Visad"))
		for _, test := range []struct {
			says   string
			v      access.Viewer
			titles string
		}{
			{"everyone", access.Viewer{}, "Visad"},
			{"the office", office(p), "Visad Utkast"},
			{"another office", office(q), "Visad"},
			{"a contact", access.Viewer{Person: "x", Grants: []access.Grant{{Role: access.Contact, Unit: "u", Workplaces: []string{"u"}}}}, "Visad"},
		} {
			list, err := publishing.List(t.Context(), d, test.v, publishing.Filter{Programme: p})
			if err != nil {
				t.Fatal(err)
			}
			var titles []string
			for _, x := range list {
				titles = append(titles, x.Title)
			}
			if got := strings.Join(titles, " "); got != test.titles {
				t.Errorf("%s sees %q, want %q", test.says, got, test.titles)
			}
			_, err = publishing.Get(t.Context(), d, test.v, draft.ID)
			if found := err == nil; found != strings.Contains(test.titles, "Utkast") {
				t.Errorf("%s asks for the draft: %v", test.says, err)
			}
			texts, err := publishing.Texts(t.Context(), d, test.v, shown.ID)
			if err != nil || (len(texts) > 0) != strings.Contains(test.titles, "Utkast") {
				t.Errorf("%s sees %d earlier texts, %v", test.says, len(texts), err)
			}
		}
		change := func(ctx context.Context, tx *db.Tx) error {
			x := shown
			return publishing.Update(ctx, tx, office(q), &x)
		}
		if err := try(t, d, change); !errors.Is(err, publishing.ErrForbidden) {
			t.Errorf("another office changed it: %v", err)
		}
	})
}

// Every mistake of the form is told, not the first alone.
func TestWhatIsWrong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newProgramme(t, d, "a")
		described := page(p, "Beskrivning")
		described.Place, described.Slug = publishing.Description, "taken"
		created(t, d, described)
		for _, test := range []struct {
			says string
			x    publishing.Publication
			want string
		}{
			{"a page", page(p, "Sida"), ""},
			{"a letter", epistle(p, "Brev", "2012-10-12"), ""},
			{"nothing at all", publishing.Publication{Programme: p, Kind: publishing.Letter}, "title title, language language, local.date date, recipients recipients, body body"},
			{"a sort that is none", publishing.Publication{Programme: p, Kind: "song", Text: publishing.Text{Title: "x", Body: "x", Language: "sv", Date: "2012-10-12"}}, "kind"},
			{"an address that is taken", func() publishing.Publication { x := page(p, "x"); x.Slug = "taken"; return x }(), "taken slug"},
			{"an address that stands for something else", func() publishing.Publication { x := page(p, "x"); x.Slug = "blog"; return x }(), "slug slug"},
			{"an address with capitals", func() publishing.Publication { x := page(p, "x"); x.Slug = "Blog!"; return x }(), "slug slug"},
			{"a second description", func() publishing.Publication { x := page(p, "x"); x.Place = publishing.Description; return x }(), "placed place"},
			{"a picture without words", func() publishing.Publication { x := page(p, "x"); x.Body = "![](/p/a/documents/b)"; return x }(), "alt body"},
			{"a document without a file", publishing.Publication{Programme: p, Kind: publishing.Document, Text: publishing.Text{Title: "x", Language: "sv", Date: "2012-10-12"}}, "file file"},
		} {
			err := try(t, d, func(ctx context.Context, tx *db.Tx) error {
				return publishing.Create(ctx, tx, access.System, &test.x)
			})
			got := said(err)
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
	})
}

// What was written before is kept, and who was slower is told.
func TestTexts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newProgramme(t, d, "a")
		x := published(t, d, epistle(p, "Brev", "2012-10-12"))
		slow := x
		x.Body = "Rättat"
		do(t, d, func(ctx context.Context, tx *db.Tx) error { return publishing.Update(ctx, tx, office(p), &x) })
		slow.Body = "Annat"
		if err := try(t, d, func(ctx context.Context, tx *db.Tx) error { return publishing.Update(ctx, tx, office(p), &slow) }); !errors.Is(err, fault.Stale) {
			t.Errorf("a stale text was taken: %v", err)
		}
		texts, err := publishing.Texts(t.Context(), d, office(p), x.ID)
		if err != nil || len(texts) != 2 || texts[0].Body != "Rättat" || texts[1].Body != "Hej alla" || texts[1].MadeBy != "office" {
			t.Errorf("%+v, %v", texts, err)
		}
		now, err := publishing.BySlug(t.Context(), d, access.Viewer{}, p, publishing.Letter, "brev")
		if err != nil || now.Body != "Rättat" || now.Published == nil {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

// The newest letter stands first, however they were written, and pages follow one upon the other.
func TestOrder(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newProgramme(t, d, "a")
		published(t, d, epistle(p, "Två", "2012-10-12"))
		published(t, d, epistle(p, "Ett", "2012-12-14"))
		published(t, d, epistle(p, "Tre", "2011-01-17"))
		first := page(p, "Först")
		first.Ord = 1
		published(t, d, page(p, "Sist"))
		published(t, d, first)
		titles := func(f publishing.Filter) string {
			t.Helper()
			f.Programme = p
			list, err := publishing.List(t.Context(), d, access.Viewer{}, f)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, x := range list {
				all = append(all, x.Title)
				f.After = x.ID
			}
			if f.Limit > 0 && len(list) == f.Limit {
				f.Limit = 9
				rest, err := publishing.List(t.Context(), d, access.Viewer{}, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range rest {
					all = append(all, x.Title)
				}
			}
			return strings.Join(all, " ")
		}
		if got := titles(publishing.Filter{}); got != "Först Sist Ett Två Tre" {
			t.Error(got)
		}
		if got := titles(publishing.Filter{Kinds: []publishing.Kind{publishing.Letter}, Limit: 2}); got != "Ett Två Tre" {
			t.Errorf("in pages: %s", got)
		}
	})
}

// What a closed programme has published can be mended, but not taken away.
func TestArchive(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newProgramme(t, d, "a")
		x := published(t, d, epistle(p, "Brev", "2012-10-12"))
		down := func(ctx context.Context, tx *db.Tx) error {
			return publishing.Unpublish(ctx, tx, office(p), x.ID, x.Version)
		}
		do(t, d, down)
		if _, err := publishing.Get(t.Context(), d, access.Viewer{}, x.ID); !errors.Is(err, publishing.ErrNotFound) {
			t.Errorf("what was taken down is seen: %v", err)
		}
		do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return publishing.Publish(ctx, tx, office(p), x.ID, x.Version)
		})
		version := 1
		for _, to := range []programme.State{programme.Running, programme.Closing, programme.Closed} {
			do(t, d, func(ctx context.Context, tx *db.Tx) error {
				defer func() { version++ }()
				return programme.SetState(ctx, tx, office(p), p, version, to, "")
			})
		}
		if err := try(t, d, down); !errors.Is(err, publishing.ErrArchive) {
			t.Errorf("the archive was changed: %v", err)
		}
		x.Body = "Mera"
		do(t, d, func(ctx context.Context, tx *db.Tx) error { return publishing.Update(ctx, tx, office(p), &x) })
	})
}

// The programme's own dates are known, with those of its phases and meetings.
func TestKnownDates(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newProgramme(t, d, "a")
		do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return programme.AddPhase(ctx, tx, office(p), &programme.Phase{Programme: p, Name: "Avslut", Starts: "2013-01-01", Ends: "2013-03-31"})
		})
		known, err := publishing.KnownDates(t.Context(), d, access.Viewer{}, p)
		if err != nil || len(known) != 4 || known[1].Date != "2013-03-31" || known[2].Name != "Avslut" {
			t.Errorf("%+v, %v", known, err)
		}
		slips := publishing.Slips("Projektet förlängs till 20120331.", known)
		if len(slips) != 1 || slips[0].Known.Date != "2013-03-31" {
			t.Errorf("%+v", slips)
		}
	})
}
