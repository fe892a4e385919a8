package web

import (
	"context"
	"net/http"

	"kompobib/internal/db"
	"kompobib/internal/people"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

func mailingPath(slug, id string) string { return editPublicationPath(slug, id) + "/mail" }

// mailingForm asks whether a published letter shall be sent to the participants, and tells how many would get it.
func (s *Server) mailingForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readPublication(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		if d.Kind != publishing.Letter {
			return f, publishing.ErrNotFound
		}
		round, err := publishing.RoundOf(ctx, c, r.Viewer, d.Publication, s.today(d.Zone))
		if err != nil {
			return f, err
		}
		page := publicationPage{reading: d, Mailings: round.Mailings}
		if page.Names, err = people.Names(ctx, c, r.Viewer, mailers(round.Mailings)); err != nil {
			return f, err
		}
		f = formPage{
			Page: view.Page{Title: r.Say("publication.mail-title", d.Title), Crumbs: append(publicationCrumbs(r, d.Programme),
				view.Link{Href: editPublicationPath(d.Programme.Slug, d.Publication.ID), Text: d.Title})},
			Form: view.Form{Action: mailingPath(d.Programme.Slug, d.Publication.ID)}, About: d.Programme.ID, Above: mailingView(r, page, round),
			Back: editPublicationPath(d.Programme.Slug, d.Publication.ID),
		}
		if d.Publication.Published != nil && d.Programme.Published && len(round.To) > 0 {
			f.What = []string{r.Say("publication.mail-what"), r.Say("plan.no-undo")}
			f.Submit = r.Count("publication.mail-submit", len(round.To))
		}
		return f, nil
	}
}

// mail sends a letter to the participants.
func (s *Server) mail(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	of := s.mailingForm(req, r)
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		d, err := s.readPublication(ctx, tx, req, r)
		if err != nil {
			return 0, err
		}
		return publishing.Mail(ctx, tx, r.Viewer, d.Publication.ID, s.today(d.Zone))
	})
	if err != nil {
		return s.askAgain(w, req, r, err, of)
	}
	return done(w, req, editPublicationPath(req.PathValue("slug"), req.PathValue("publication")), "publication.mail-done", r.Number(n))
}

// mailers are who sent a letter.
func mailers(list []publishing.Mailing) (persons []string) {
	for _, m := range list {
		persons = append(persons, m.MadeBy)
	}
	return persons
}

// mailed tells when a letter was sent, by whom and to how many.
func mailed(r view.Reader, d publicationPage, m publishing.Mailing) string {
	at := r.Time(m.MadeAt, d.Zone)
	if name := d.Names[m.MadeBy].String(); name != "" {
		return r.Count("publication.mailed-by", m.Letters, at, name)
	}
	return r.Count("publication.mailed", m.Letters, at)
}
