package demo

import (
	"cmp"
	"context"

	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/publishing"
)

// A written is a publication of data/publications.toml.
type written struct {
	Key, Kind, Place, Slug, Title, Summary, Body, Recipients, File string
	Ord                                                            int
	Draft, At, Changed                                             local.Date
	NewSummary                                                     string `toml:"new_summary"`
	NewBody                                                        string `toml:"new_body"`
}

// publications are the acts in which the office tells the public something.
func (b *book) publications() (acts []act) {
	for _, w := range b.written {
		write := act{name: "write " + w.Key, at: at(cmp.Or(w.Draft, w.At), "08:25"), play: func(ctx context.Context, s *stage) error { return w.write(ctx, s) }}
		if w.File != "" {
			write.blobs = []func() (blob, error){func() (blob, error) {
				bytes, err := data.ReadFile("data/documents/" + w.File)
				return blob{w.File, bytes, file.Document}, err
			}}
		}
		acts = append(acts, write, act{name: "publish " + w.Key, at: at(w.At, "08:30"), play: func(ctx context.Context, s *stage) error {
			v, err := s.office(ctx)
			if err != nil {
				return err
			}
			x, err := publishing.Get(ctx, s.Tx, v, s.id("publication/"+w.Key))
			if err != nil {
				return err
			}
			return publishing.Publish(ctx, s.Tx, v, x.ID, x.Version)
		}})
		if w.Changed != "" {
			acts = append(acts, act{name: "write anew " + w.Key, at: at(w.Changed, "08:28"), play: func(ctx context.Context, s *stage) error { return w.change(ctx, s) }})
		}
	}
	return acts
}

func (w written) write(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	x := publishing.Publication{Programme: s.id("programme"), Kind: publishing.Kind(w.Kind), Place: cmp.Or(publishing.Place(w.Place), publishing.Other), Slug: w.Slug, Ord: w.Ord,
		Text: publishing.Text{Title: w.Title, Summary: w.Summary, Body: w.Body, Language: "sv", Recipients: w.Recipients, Date: w.At}}
	for _, received := range s.blobs {
		if _, err := file.Add(ctx, s.Tx, received, "document"); err != nil {
			return err
		}
		x.File = received.ID
	}
	if err := publishing.Create(ctx, s.Tx, v, &x); err != nil {
		return err
	}
	s.name("publication/"+w.Key, x.ID)
	return nil
}

func (w written) change(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	x, err := publishing.Get(ctx, s.Tx, v, s.id("publication/"+w.Key))
	if err != nil {
		return err
	}
	x.Body, x.Summary = w.NewBody, cmp.Or(w.NewSummary, x.Summary)
	return publishing.Update(ctx, s.Tx, v, &x)
}
