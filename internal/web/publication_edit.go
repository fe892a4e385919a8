package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

func publicationsPath(slug string) string        { return "/programmes/" + slug + "/publications" }
func editPublicationPath(slug, id string) string { return publicationsPath(slug) + "/" + id }

// slipTexts point out the dates in a text that equal a known one but for the year.
func slipTexts(r view.Reader, text string, known []publishing.Known) (texts []string) {
	for _, slip := range publishing.Slips(text, known) {
		if slip.Known.Name == "" {
			texts = append(texts, r.Say(slip.Known.Code, slip.Written, slip.Known.Date))
		} else {
			texts = append(texts, r.Say(slip.Known.Code, slip.Written, slip.Known.Name, slip.Known.Date))
		}
	}
	return texts
}

// publishedBy is the programme of a path, for who may publish in its name.
func (s *Server) publishedBy(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (programme.Programme, error) {
	p, err := programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug"))
	if err == nil && !publishing.MayPublish(r.Viewer, p.ID) {
		err = errForbidden
	}
	return p, err
}

// listPublications is all that a programme has written, drafts too, for those who write it.
func (s *Server) listPublications(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, ctx := publications{}, req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = s.publishedBy(ctx, c, req, r); err != nil {
			return err
		}
		d.Items, err = publishing.List(ctx, c, r.Viewer, publishing.Filter{Programme: d.ID})
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, publicationTable(r.In(d.ID), d))
}

// publicationsStart leads to what the reader's office publishes, in the programme under way first.
func (s *Server) publicationsStart(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.officeOf(w, req, r, access.Publish, "publications")
}

// A publicationPage is a publication as its writers see it: what it says, whether it is shown, and what it said before.
type publicationPage struct {
	reading
	Slips   []string
	Texts   []publishing.Text
	Names   map[string]people.Name
	File    file.File
	Earlier *publishing.Text // an earlier text that is asked for

	Mailings []publishing.Mailing // of a letter to participants
}

func (s *Server) readPublication(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d reading, err error) {
	if d.Programme, err = s.publishedBy(ctx, c, req, r); err != nil {
		return d, err
	}
	d.Publication, err = publishing.Get(ctx, c, r.Viewer, req.PathValue("publication"))
	if err == nil && d.Publication.Programme != d.Programme.ID {
		err = publishing.ErrNotFound
	}
	return d, err
}

// showPublication is a publication with its history. With text in the query it shows an earlier text.
func (s *Server) showPublication(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, ctx := publicationPage{}, req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.reading, err = s.readPublication(ctx, c, req, r); err != nil {
			return err
		}
		if d.Texts, err = publishing.Texts(ctx, c, r.Viewer, d.Publication.ID); err != nil {
			return err
		}
		var writers []string
		for i, t := range d.Texts {
			writers = append(writers, t.MadeBy)
			if asked := req.URL.Query().Get("text"); i > 0 && asked == strconv.Itoa(t.Number) {
				d.Earlier = &d.Texts[i]
			}
		}
		if d.Kind == publishing.Letter {
			if d.Mailings, err = publishing.Mailings(ctx, c, r.Viewer, d.Publication); err != nil {
				return err
			}
			writers = append(writers, mailers(d.Mailings)...)
		}
		if d.Names, err = people.Names(ctx, c, r.Viewer, writers); err != nil {
			return err
		}
		if d.Publication.File != "" {
			if d.File, err = file.Get(ctx, c, d.Publication.File); err != nil {
				return err
			}
		}
		known, err := publishing.KnownDates(ctx, c, r.Viewer, d.Programme.ID)
		for _, text := range []string{d.Title, d.Summary, d.Recipients, d.Body} {
			d.Slips = append(d.Slips, slipTexts(r, text, known)...)
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, publicationShow(r.In(d.Programme.ID), d))
}

// publicationForm writes a publication: a new one of the kind in the query, or the one in the path; with text in the
// query it begins with an earlier text of it.
func (s *Server) publicationForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		var d reading
		adding := req.PathValue("publication") == ""
		path := ""
		if adding {
			d.Kind = publishing.Kind(req.FormValue("kind"))
			if !slices.Contains(publishing.Kinds, d.Kind) {
				d.Kind = publishing.Page
			}
			if d.Programme, err = s.publishedBy(ctx, c, req, r); err != nil {
				return f, err
			}
			d.Language, d.Place = "sv", publishing.Other
			if d.Kind != publishing.Page {
				d.Date = local.DateOf(s.DB.Now(), d.Location())
			}
			if d.Kind == publishing.Letter {
				d.Recipients = r.Say("publication.recipients-all")
			}
			path = publicationsPath(d.Programme.Slug)
		} else {
			if d, err = s.readPublication(ctx, c, req, r); err != nil {
				return f, err
			}
			path = editPublicationPath(d.Programme.Slug, d.Publication.ID)
			if asked := req.URL.Query().Get("text"); asked != "" {
				texts, err := publishing.Texts(ctx, c, r.Viewer, d.Publication.ID)
				if err != nil {
					return f, err
				}
				for _, t := range texts {
					if strconv.Itoa(t.Number) == asked {
						d.Text = t
					}
				}
			}
		}
		f = formPage{
			Page:  view.Page{Title: d.Title, Crumbs: publicationCrumbs(r, d.Programme)},
			Form:  view.Form{Action: path + "/edit", Version: d.Publication.Version, Files: d.Kind == publishing.Document, Keep: true},
			About: d.Programme.ID, Controls: publicationControls(r, d),
			Submit: r.Say("publication.save"), Look: r.Say("publication.look"), Back: path,
		}
		if adding {
			f.Title, f.Action, f.Submit = r.Say("publication.new-"+string(d.Kind)), path, r.Say("publication.save-draft")
		}
		if d.Kind == publishing.Document {
			f.Look = ""
		}
		if in := formOf(req); in.text("do") == "look" {
			fill(&d.Publication, in)
			f.Above = publicationLook(r, d)
		}
		return f, nil
	}
}

// fill fills x in from a form.
func fill(x *publishing.Publication, in posted) {
	x.Slug, x.Ord, x.Place, x.Version = in.text("slug"), in.number("ord"), publishing.Place(in.text("place")), in.version()
	x.Text = publishing.Text{Title: in.text("title"), Summary: in.text("summary"), Body: in.text("body"), Language: in.text("language"),
		Recipients: in.text("recipients"), Date: in.date("date"), File: x.File}
}

func publicationControls(r view.Reader, d reading) (list []control) {
	x := d.Publication
	say := func(code string) string { return r.Say("publication." + code) }
	list = append(list, control{Field: view.Field{Name: "kind", Value: string(x.Kind)}, As: "hidden"},
		control{Field: view.Field{Name: "title", Label: say("title"), Value: x.Title}})
	switch x.Kind {
	case publishing.Letter:
		list = append(list, row(dateControl("date", say("date"), x.Date), control{Field: view.Field{Name: "recipients", Label: say("recipients"), Value: x.Recipients}}))
	case publishing.Post:
		list = append(list, dateControl("date", say("date"), x.Date))
	case publishing.Document:
		if x.File != "" {
			list = append(list, fileControls(view.Field{Name: "file", Label: say("file-new"), Help: say("file-help"), Optional: true})...)
		} else {
			list = append(list, fileControls(view.Field{Name: "file", Label: say("file"), Help: say("file-help")})...)
		}
		list = append(list, dateControl("date", say("date"), x.Date))
	}
	list = append(list, control{Field: view.Field{Name: "summary", Label: say("summary"), Help: say("summary-help"), Optional: true, Rows: 2, Value: x.Summary}, As: "textarea"})
	if x.Kind != publishing.Document {
		list = append(list, control{Field: view.Field{Name: "body", Label: say("body"), Help: say("body-help"), Rows: 16, Value: x.Body}, As: "textarea"})
	}
	list = append(list, control{Field: view.Field{Name: "language", Label: say("language"), Value: x.Language,
		Options: []view.Option{{Value: "sv", Label: "Svenska"}, {Value: "en", Label: "English"}}}, As: "radios"})
	var address []control
	if x.Kind == publishing.Page {
		var places []string
		for _, place := range publishing.Places {
			places = append(places, string(place))
		}
		address = append(address,
			control{Field: view.Field{Name: "place", Label: say("place"), Help: say("place-help"), Value: string(x.Place), Options: view.Options(r, "publication-place", places...)}, As: "select"},
			control{Field: view.Field{Name: "ord", Label: say("ord"), Help: say("ord-help"), Kind: "number", Min: "1", Width: "medium", Optional: true, Value: numeral(x.Ord)}})
	}
	address = append(address, control{Field: view.Field{Name: "slug", Label: say("slug"), Help: say("slug-help"), Optional: true, Value: x.Slug, Inputs: "url"}})
	return append(list, group(say("where"), "", address...))
}

func publicationCrumbs(r view.Reader, p programme.Programme) []view.Link {
	return []view.Link{{Href: publicationsPath(p.Slug), Text: r.Say("publication.list")}}
}

// savePublication saves a new or changed text.
func (s *Server) savePublication(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	var faults fault.List
	var received file.File
	if publishing.Kind(in.text("kind")) == publishing.Document {
		f, wrong := s.upload(req, r.Person, "file", file.Document)
		if !faults.Add(wrong) {
			return wrong
		}
		received = f
	}
	return s.takeForm(w, req, r, "publication.saved", s.publicationForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		var d reading
		var err error
		adding := req.PathValue("publication") == ""
		if adding {
			if d.Programme, err = s.publishedBy(ctx, tx, req, r); err != nil {
				return "", err
			}
			d.Publication = publishing.Publication{Programme: d.Programme.ID, Kind: publishing.Kind(in.text("kind"))}
		} else if d, err = s.readPublication(ctx, tx, req, r); err != nil {
			return "", err
		}
		x := d.Publication
		fill(&x, in)
		if received.ID != "" {
			if _, err := file.Add(ctx, tx, received, "document"); err != nil {
				return "", err
			}
			x.File = received.ID
		}
		if adding {
			err = publishing.Create(ctx, tx, r.Viewer, &x)
		} else {
			err = publishing.Update(ctx, tx, r.Viewer, &x)
		}
		all := slices.Clone(faults)
		if !all.Add(err) {
			return "", err
		}
		return editPublicationPath(d.Programme.Slug, x.ID), all.Err()
	})
}

// publish shows a publication to all, or takes it down.
func (s *Server) publish(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	up := in.text("to") != "down"
	to, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		d, err := s.readPublication(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		to := editPublicationPath(d.Programme.Slug, d.Publication.ID)
		if up {
			return to, publishing.Publish(ctx, tx, r.Viewer, d.Publication.ID, in.version())
		}
		return to, publishing.Unpublish(ctx, tx, r.Viewer, d.Publication.ID, in.version())
	})
	switch {
	case err != nil:
		return err
	case up:
		return done(w, req, to, "publication.published-done")
	}
	return done(w, req, to, "publication.taken-down")
}
