package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/file"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
)

// furnish gives a world what lies among the files and what comes of doing: signed sheets, logotypes, documents, a change that is recorded with what stood
// before, and a workshop that runs.
func (w *world) furnish(t *testing.T, d *db.DB) {
	t.Helper()
	b := &builder{t: t, d: d, w: w}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	receive := func(limits file.Limits) file.File {
		t.Helper()
		f, err := w.files.Receive(bytes.NewReader(picture.Bytes()), "bild.png", limits)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, whose := range []string{"own", "other", "elsewhere"} {
		sheet := did(b, func(ctx context.Context, tx *db.Tx) (activity.Sheet, error) {
			return activity.NewSheet(ctx, tx, access.System, w.rows["past-meeting"][whose])
		})
		scan := receive(file.Scan)
		did(b, func(ctx context.Context, tx *db.Tx) (activity.Sheet, error) {
			return activity.FileScan(ctx, tx, access.System, sheet.Code, scan)
		})
		b.row("scan", whose, scan.ID)
	}
	for _, whose := range []string{"own", "elsewhere"} {
		prog := w.rows["programme"]["own"]
		if whose == "elsewhere" {
			other, err := programme.BySlug(t.Context(), d, access.System, w.rows["slug"]["elsewhere"])
			if err != nil {
				t.Fatal(err)
			}
			prog = other.ID
		}
		partners, err := programme.Partners(t.Context(), d, prog)
		if err != nil || len(partners) != 1 {
			t.Fatalf("%d partners, %v", len(partners), err)
		}
		logo, document := receive(file.Logo), receive(file.Scan)
		p := partners[0]
		p.Logo, p.LogoAlt = logo.ID, "En kvadrat"
		x := publishing.Publication{Programme: prog, Kind: publishing.Document, Slug: "bild", Text: publishing.Text{Title: "Bild", Language: "sv", Date: "2012-10-01", File: document.ID}}
		b.do(func(ctx context.Context, tx *db.Tx) error {
			if _, err := file.Add(ctx, tx, logo, "logo"); err != nil {
				return err
			}
			if _, err := file.Add(ctx, tx, document, "document"); err != nil {
				return err
			}
			if err := programme.UpdatePartner(ctx, tx, access.System, &p); err != nil {
				return err
			}
			if err := publishing.Create(ctx, tx, access.System, &x); err != nil {
				return err
			}
			return publishing.Publish(ctx, tx, access.System, x.ID, x.Version)
		})
		b.row("logo", whose, logo.ID)
		b.row("document", whose, "bild")
		v := access.System
		v.On = "2012-10-12"
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, v, w.rows["workshop"][whose], 0, workshop.Begin)
		})
		shop, err := workshop.Get(t.Context(), d, v, w.rows["workshop"][whose])
		if err != nil || shop.Code == "" {
			t.Fatalf("%q, %v", shop.Code, err)
		}
		b.row("room", whose, shop.Code)
	}
	ann, err := people.GetPerson(t.Context(), d, access.System, w.viewers["participant"])
	if err != nil {
		t.Fatal(err)
	}
	ann.Family = "Gift"
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return people.UpdatePerson(ctx, tx, testRing(t), access.System, ann)
	})
	events, err := db.Values[string](t.Context(), d, `SELECT id FROM audit WHERE sealed <> '' AND subject = $1 ORDER BY id DESC`, ann.ID)
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	b.row("event", "own", events[0])
}
