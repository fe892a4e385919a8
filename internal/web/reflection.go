package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

// A reflectionStage is what a workplace has written of its learning.
type reflectionStage struct {
	learningAt
	Record reflection.Record
	sharedList
	More bool
}

// workplaceReflections is the part of a workplace's page about its record and what is shared there.
func workplaceReflections(ctx context.Context, c db.Conn, s *Server, r view.Reader, at learningAt) (templ.Component, error) {
	const few = 3
	d := reflectionStage{learningAt: at}
	var err error
	if d.Record, err = reflection.GetRecord(ctx, c, at.Place); err != nil {
		return nil, err
	}
	if d.Items, err = reflection.List(ctx, c, s.Ring, r.Viewer, reflection.Filter{Programme: at.Programme.ID, Workplace: at.Workplace, Limit: few + 1}); err != nil {
		return nil, err
	}
	if d.More = len(d.Items) > few; d.More {
		d.Items = d.Items[:few]
	}
	d.Workplaces = map[string]string{}
	return reflectionStageView(r, d), nil
}

// programmeReflections is the part of a programme's overview about what has been shared with it.
func programmeReflections(ctx context.Context, c db.Conn, s *Server, r view.Reader, p programme.Programme) (templ.Component, error) {
	if !r.Viewer.In(access.SeeOutcome, p.ID) {
		return nil, nil // a contact's workplaces are too few to be told apart
	}
	n, err := reflection.Count(ctx, c, p.ID)
	if err != nil {
		return nil, err
	}
	return programmeReflectionsView(r, p, n), nil
}

// A sharedHere page is all that is shared at a workplace.
type sharedHere struct {
	learningAt
	sharedList
}

func (s *Server) workplaceReflections(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d sharedHere
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.learningAt, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		d.sharedList, err = listShared(ctx, c, s.Ring, r, reflection.Filter{Programme: d.Programme.ID, Workplace: d.Workplace})
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, sharedHereView(r.In(d.Programme.ID), d))
}

// A recordPage is a workplace's joint record.
type recordPage struct {
	learningAt
	reflection.Record
	Versions  []reflection.Written
	Earlier   *reflection.Written // one that is asked for
	Names     map[string]people.Name
	Inherited []reflection.Inherited
	From      map[string]string // the names of the workplaces that it inherits from
}

// writes reports whether the reader may write in the record.
func (l learningAt) writes() bool { return l.Member || l.Leads }

func (s *Server) readRecord(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d recordPage, err error) {
	if d.learningAt, err = learningPlace(ctx, c, req, r); err != nil {
		return d, err
	}
	d.Record, err = reflection.GetRecord(ctx, c, d.Place)
	return d, err
}

// showRecord shows a record, with the form in which its leader says that it is agreed on.
func (s *Server) showRecord(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readRecord(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		if d.Versions, err = reflection.RecordVersions(ctx, c, d.Place); err != nil {
			return f, err
		}
		var writers, units []string
		for i, x := range d.Versions {
			writers = append(writers, x.MadeBy, x.AgreedBy)
			if i > 0 && strconv.Itoa(x.Number) == req.URL.Query().Get("text") {
				d.Earlier = &d.Versions[i]
			}
		}
		if d.Inherited, err = reflection.InheritedRecords(ctx, c, d.Place); err != nil {
			return f, err
		}
		for _, i := range d.Inherited {
			writers, units = append(writers, i.MadeBy), append(units, i.Workplace)
		}
		if d.Names, err = people.Names(ctx, c, r.Viewer, writers); err != nil {
			return f, err
		}
		if d.From, err = people.UnitNames(ctx, c, units); err != nil {
			return f, err
		}
		f = formPage{Page: view.Page{Title: r.Say("reflection.record"), Whose: d.Name, Wide: true, Crumbs: d.crumbs(r)}, About: d.Programme.ID, Above: recordView(r, d)}
		if f.Stale = (&view.StaleNote{Title: r.Say("reflection.rewritten"), Next: r.Say("reflection.rewritten-next")}); d.AgreedOn != "" {
			f.Stale = &view.StaleNote{Title: r.Say("reflection.agreed-already"), Next: r.Say("reflection.agreed-already-next", d.AgreedOn)}
		}
		if d.Leads && d.Record.Version > 0 && d.AgreedOn == "" && d.Earlier == nil {
			f.Form = view.Form{Action: d.at("record/agree"), Version: d.Record.Version}
			f.Heading, f.Submit = r.Say("reflection.agree"), r.Say("reflection.agree-do")
			f.What = []string{r.Say("reflection.agree-what"), publicAt(r, d.Programme.ID, "reflection.agree-law")}
			f.Controls = []control{dateControl("on", r.Say("reflection.agreed-day"), s.today(d.Programme.Zone))}
		}
		return f, nil
	}
}

func (s *Server) agreeRecord(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "reflection.agreed-done", s.showRecord(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := ownPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		return at.at("record"), reflection.Agree(ctx, tx, r.Viewer, at.Programme.ID, at.Workplace, in.version(), in.date("on"), at.Programme.Zone)
	})
}

// recordForm writes a record; with text in the query it begins with an earlier text.
func (s *Server) recordForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readRecord(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		if !d.writes() {
			return f, reflection.ErrNotWriter
		}
		draft := locale.Swedish.Say("reflection.record-begins") // as the text is to be
		body := d.Body
		if d.Record.Version == 0 {
			body = draft
		}
		if asked := req.URL.Query().Get("text"); asked != "" {
			versions, err := reflection.RecordVersions(ctx, c, d.Place)
			if err != nil {
				return f, err
			}
			for _, x := range versions {
				if strconv.Itoa(x.Number) == asked {
					body = x.Body
				}
			}
		}
		say := func(code string, args ...any) string { return r.Say("reflection."+code, args...) }
		f = formPage{
			Page: view.Page{Title: say("record-edit"), Whose: d.Name, Crumbs: append(d.crumbs(r), view.Link{Href: d.at("record"), Text: say("record")})},
			Form: view.Form{Action: d.at("record/edit"), Version: d.Record.Version, Keep: true}, About: d.Programme.ID,
			What: []string{say("record-law", d.Programme.ShortName, ownerOf(r, d.Programme.ID))}, Submit: say("record-save"), Look: r.Say("publication.look"), Back: d.at("record"),
			Controls: []control{{Field: view.Field{Name: "body", Label: say("record-text"), Help: say("record-help", r.Number(reflection.MaxText)), Rows: 24, Value: body}, As: "textarea", Draft: draft}},
		}
		if d.AgreedOn != "" {
			f.What = append(f.What, say("record-agreed-before", d.AgreedOn))
		}
		held, err := workshop.At(ctx, c, r.Viewer, d.Programme.ID, d.Workplace)
		if err != nil {
			return f, err
		}
		if held, err = workshop.Answered(ctx, c, held); err != nil {
			return f, err
		}
		in := formOf(req)
		var buttons []control
		for i, when := range shopsTold(r, held) {
			w := held[i]
			buttons = append(buttons, control{Field: view.Field{Label: say("fetch", when), Value: w.ID}, As: "fetch"})
			if in.text("do") == fetches+w.ID {
				said, err := workshop.Summary(ctx, c, r.Viewer, w.ID)
				if err != nil {
					return f, err
				}
				f.Controls[0].Then = workshop.Markdown(said, locale.Swedish.Say("workshop.ungrouped"))
			}
		}
		if len(buttons) > 0 {
			f.Controls = append(f.Controls, group("", say("fetch-help"), buttons...))
		}
		if in.text("do") == "look" {
			f.Above = recordLook(r, in.text("body"))
		}
		return f, nil
	}
}

// shopsTold tells workshops apart: by their day; where several have the same, by their title too; and if that is the same as well, by where
// they were held.
func shopsTold(r view.Reader, list []workshop.Workshop) []string {
	told := make([]string, len(list))
	for _, more := range []func(w workshop.Workshop) string{
		func(w workshop.Workshop) string {
			if w.Date == "" {
				return w.Title
			}
			return r.Date(w.Date)
		},
		func(w workshop.Workshop) string { return w.Title },
		func(w workshop.Workshop) string {
			var names []string
			for _, p := range w.Places {
				names = append(names, cmp.Or(p.From, p.Name))
			}
			return strings.Join(names, ", ")
		},
	} {
		times := map[string]int{}
		for _, t := range told {
			times[t]++
		}
		next := slices.Clone(told)
		for i, w := range list {
			if part := more(w); times[told[i]] > 1 && part != told[i] {
				next[i] = strings.Trim(told[i]+", "+part, ", ")
			} else if told[i] == "" {
				next[i] = part
			}
		}
		told = next
	}
	return told
}

func (s *Server) saveRecord(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "reflection.record-saved", s.recordForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := ownPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		_, err = reflection.WriteRecord(ctx, tx, r.Viewer, at.Programme.ID, at.Workplace, in.version(), in.text("body"))
		return at.at("record"), err
	})
}

// writerOf is who wrote a text of a record, as far as the reader may know.
func (d recordPage) writerOf(r view.Reader, id string) string {
	if name := d.Names[id].String(); name != "" {
		return name
	}
	return r.Say("reflection.somebody")
}

// standingOf tells how a version of a record stands.
func standingOf(r view.Reader, x reflection.Written) string {
	if x.AgreedOn == "" {
		return r.Say("reflection.not-agreed-yet")
	}
	return r.Say("reflection.agreed-on", local.Date(x.AgreedOn))
}
