package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/secret"
	"kompobib/internal/web/view"
)

const logbookPath = "/me/logbook"

func entryPath(id string) string { return logbookPath + "/" + id }

// A logbook is what someone has written for themselves, and what they are asked.
type logbook struct {
	Entries []reflection.Reflection
	Asked   []reflection.Quotation // that wait for an answer
	Quoted  []reflection.Quotation // all others
	Unsaid  []reflection.Attended  // what they have been at lately and not written of
}

func logbookCrumbs(r view.Reader) []view.Link {
	return []view.Link{{Href: "/me", Text: r.Say("me.title")}, {Href: logbookPath, Text: r.Say("reflection.logbook")}}
}

func (s *Server) logbook(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	const unsaid = 3
	var d logbook
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Entries, err = reflection.Mine(ctx, c, s.Ring, r.Viewer); err != nil {
			return err
		}
		quotations, err := reflection.OwnQuotations(ctx, c, s.Ring, r.Viewer)
		if err != nil {
			return err
		}
		for _, q := range quotations {
			if q.State == reflection.Asked {
				d.Asked = append(d.Asked, q)
			} else {
				d.Quoted = append(d.Quoted, q)
			}
		}
		attended, err := reflection.AttendedBy(ctx, c, r.Viewer)
		for _, a := range attended {
			if a.Recorded && len(d.Unsaid) < unsaid && !slices.ContainsFunc(d.Entries, func(e reflection.Reflection) bool { return e.Occasion == a.Occasion }) {
				d.Unsaid = append(d.Unsaid, a)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, logbookView(r, d))
}

// An entryPage is an entry of one's own logbook.
type entryPage struct {
	reflection.Reflection
	Versions  []reflection.Version
	Earlier   *reflection.Version // one that is asked for
	Programme programme.Programme // that it is shared with
	Workplace string              // the name of that which it is shared with
	Quoted    []reflection.Quotation
	Zone      string
}

// readEntry reads an entry of the reader's own.
func (s *Server) readEntry(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (d entryPage, err error) {
	d.Zone = zone
	if d.Reflection, err = reflection.Get(ctx, c, s.Ring, r.Viewer, req.PathValue("entry")); err != nil {
		return d, err
	}
	quotations, err := reflection.OwnQuotations(ctx, c, s.Ring, r.Viewer)
	for _, q := range quotations {
		if q.Reflection == d.ID {
			d.Quoted = append(d.Quoted, q)
		}
	}
	if err != nil || d.Level == reflection.Me {
		return d, err
	}
	if d.Programme, err = programme.Get(ctx, c, r.Viewer, d.Sharing.Programme); err != nil {
		return d, err
	}
	if d.Sharing.Workplace != "" {
		names, err := people.UnitNames(ctx, c, []string{d.Sharing.Workplace})
		if err != nil {
			return d, err
		}
		d.Workplace = names[d.Sharing.Workplace]
	}
	return d, nil
}

func (s *Server) showEntry(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d entryPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d, err = s.readEntry(ctx, c, req, r); err != nil {
			return err
		}
		if d.Versions, err = reflection.Versions(ctx, c, s.Ring, r.Viewer, d.ID); err != nil {
			return err
		}
		for i, x := range d.Versions {
			if i > 0 && strconv.Itoa(x.Number) == req.URL.Query().Get("text") {
				d.Earlier = &d.Versions[i]
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, entryView(r.In(d.Programme.ID), d))
}

// entryForm writes an entry: a new one, or the one in the path.
func (s *Server) entryForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		x := reflection.Reflection{Date: s.today(zone), Occasion: req.URL.Query().Get("occasion")}
		to := logbookPath + "/new"
		adding := req.PathValue("entry") == ""
		if !adding {
			if x, err = reflection.Get(ctx, c, s.Ring, r.Viewer, req.PathValue("entry")); err != nil {
				return f, err
			}
			to = entryPath(x.ID) + "/edit"
		}
		say := func(code string) string { return r.Say("reflection." + code) }
		f = formPage{
			Page: view.Page{Title: say("edit"), Lead: say("private"), Crumbs: logbookCrumbs(r)},
			Form: view.Form{Action: to, Version: x.Version, Keep: true}, Submit: say("save"), Back: logbookPath,
		}
		if adding {
			f.Title = say("new")
		} else {
			f.Back = entryPath(x.ID)
			if x.About != "" {
				f.What = append(f.What, r.Say("reflection.about-it", x.About))
			}
			if x.Level != reflection.Me {
				f.What = append(f.What, say("edit-shared"))
			}
		}
		if adding || x.Untied() {
			attended, err := reflection.AttendedBy(ctx, c, r.Viewer)
			if err != nil {
				return f, err
			}
			options := []view.Option{}
			for _, a := range attended {
				label := a.Title
				if a.Name != "" {
					label += ", " + a.Name
				}
				options = append(options, view.Option{Value: a.Occasion, Label: label + ", " + r.ShortDate(a.Date)})
			}
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "occasion", Label: say("about"), Value: x.Occasion, Options: view.None(say("about-none"), options)}, As: "select"})
		}
		f.Controls = append(f.Controls,
			control{Field: view.Field{Name: "title", Label: say("title"), Optional: true, Value: x.Title}},
			dateControl("date", say("date"), x.Date))
		for _, q := range reflection.Questions {
			field := view.Field{Name: q, Label: r.Say("reflection.question-" + q), Optional: true, Rows: 4, Value: x.Answers[q]}
			if q == "free" {
				field.Help = r.Say("reflection.most", r.Number(reflection.MaxText))
			}
			f.Controls = append(f.Controls, control{Field: field, As: "textarea"})
		}
		return f, nil
	}
}

func (s *Server) saveEntry(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	x := reflection.Reflection{ID: req.PathValue("entry"), Occasion: in.text("occasion"), Date: in.date("date"), Version: in.version(),
		Text: reflection.Text{Title: in.text("title"), Answers: map[string]string{}}}
	for _, q := range reflection.Questions {
		x.Answers[q] = in.text(q)
	}
	return s.takeForm(w, req, r, "reflection.saved", s.entryForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		x := x // it may run twice
		if x.ID != "" {
			err := reflection.Rewrite(ctx, tx, s.Ring, r.Viewer, &x)
			return entryPath(x.ID), err
		}
		err := reflection.Write(ctx, tx, s.Ring, r.Viewer, &x)
		return entryPath(x.ID), err
	})
}

func (s *Server) entryRemoval(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readEntry(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		x := d.Reflection
		f = formPage{Page: view.Page{Title: r.Say("reflection.remove"), Whose: entryTitle(r, x), Crumbs: logbookCrumbs(r)}, Form: view.Form{Action: entryPath(x.ID) + "/remove"},
			What: []string{r.Say("reflection.remove-what")}, Submit: r.Say("reflection.remove"), Danger: true, Back: entryPath(x.ID)}
		if x.Level != reflection.Me {
			f.What = append(f.What, r.Say("reflection.remove-shared"))
		}
		hinders := slices.DeleteFunc(d.Quoted, func(q reflection.Quotation) bool { return !q.Agreed() && !q.Reported() })
		if len(hinders) > 0 { // what to do first, with the way there
			why := "reflection.quoted-still"
			if slices.ContainsFunc(hinders, reflection.Quotation.Reported) {
				why = "reflection.quoted-report"
			}
			f.Above, f.What, f.Submit = quotedFirst(r, why, hinders), nil, ""
		}
		return f, nil
	}
}

func (s *Server) removeEntry(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "reflection.removed", s.entryRemoval(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return logbookPath, reflection.Remove(ctx, tx, s.Ring, r.Viewer, req.PathValue("entry"))
	})
}

// shareForm chooses who reads an entry, and says what that makes of it.
func (s *Server) shareForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		d, err := s.readEntry(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		places, err := reflection.PlacesFor(ctx, c, r.Viewer, d.Reflection)
		if err != nil {
			return f, err
		}
		list, err := programme.List(ctx, c, r.Viewer)
		if err != nil {
			return f, err
		}
		programmes := map[string]programme.Programme{}
		for _, p := range list {
			programmes[p.ID] = p
		}
		var units []string
		for _, p := range places {
			if programmes[p.Programme].ID == "" {
				return f, programme.ErrNotFound
			}
			if p.Workplace != "" {
				units = append(units, p.Workplace)
			}
		}
		names, err := people.UnitNames(ctx, c, units)
		if err != nil {
			return f, err
		}
		person, err := people.GetPerson(ctx, c, r.Viewer, r.Person)
		if err != nil {
			return f, err
		}
		employers, err := s.employersAt(ctx, c, r)
		if err != nil {
			return f, err
		}
		var owners, shorts, employed []keeper
		for _, p := range places {
			short := programmes[p.Programme].ShortName
			owners, shorts = append(owners, keeper{ownerOf(r, p.Programme), short}), append(shorts, keeper{short, short})
			if p.Workplace != "" {
				employed = append(employed, keeper{cmp.Or(employers[p.Workplace], r.Say("reflection.the-employer")), names[p.Workplace]})
			}
		}
		owner, short, employer := either(r, owners), either(r, shorts), either(r, employed)
		say := func(code string, args ...any) string { return r.Say("reflection."+code, args...) }
		f = formPage{Page: view.Page{Title: say("share"), Whose: entryTitle(r, d.Reflection), Crumbs: logbookCrumbs(r)},
			Form: view.Form{Action: entryPath(d.ID) + "/share", Version: d.Version}, Above: shareAbove(r, d), Heading: say("who-reads"), Submit: say("share-do"), Back: entryPath(d.ID)}
		if len(places) == 0 {
			f.Above, f.Controls, f.Submit, f.Heading = shareNowhere(r), nil, "", ""
			return f, nil
		}
		level := d.Level
		if level == reflection.Me {
			level = reflection.Workplace
		}
		var levels []view.Option
		for _, l := range []reflection.Level{reflection.Workplace, reflection.Programme, reflection.Public} {
			if l == reflection.Workplace && places[0].Workplace == "" {
				continue
			}
			help := say("level-public-help", owner)
			switch l {
			case reflection.Workplace:
				help = say("level-workplace-help", employer)
			case reflection.Programme:
				help = say("level-programme-help", short, owner)
			}
			levels = append(levels, view.Option{Value: string(l), Label: r.State("reflection-level", string(l)), Help: help})
		}
		f.Controls = append(f.Controls, control{Field: view.Field{Name: "level", Label: say("level-label"), Value: string(level), Options: levels}, As: "radios"})
		place := places[0].Programme + " " + places[0].Workplace
		if len(places) == 1 {
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "place", Value: place}, As: "hidden"})
		} else {
			word, called := sharingWhere(places)
			var options []view.Option
			for _, p := range places {
				label := called(programmes[p.Programme].ShortName, names[p.Workplace])
				options = append(options, view.Option{Value: p.Programme + " " + p.Workplace, Label: label})
				if d.Sharing.Workplace == p.Workplace && d.Sharing.Programme == p.Programme {
					place = p.Programme + " " + p.Workplace
				}
			}
			where := view.Field{Name: "place", Label: say(word), Value: place, Options: options}
			if slices.ContainsFunc(d.Quoted, reflection.Quotation.Agreed) && slices.ContainsFunc(places, func(p reflection.Place) bool { return p.Programme != d.Sharing.Programme }) {
				where.Help = say("place-moves", d.Programme.ShortName)
			}
			f.Controls = append(f.Controls, control{Field: where, As: "select"})
		}
		named := control{Field: view.Field{Name: "named", Label: say("named", person.Name()), Help: say("named-help"), Value: flag(d.Named)}, As: "checkbox"}
		if person.Protected {
			named.Help = say("named-protected")
		}
		f.Controls = append(f.Controls, named, control{Field: view.Field{Name: wasField, Value: d.Mark()}, As: "hidden"})
		f.Stale = &view.StaleNote{Title: say("share-moved"), Next: say("share-moved-next")}
		return f, nil
	}
}

func (s *Server) shareEntry(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	prog, workplace, _ := strings.Cut(in.text("place"), " ")
	to := reflection.Sharing{Level: reflection.Level(in.text("level")), Programme: prog, Workplace: workplace, Named: in.ticked("named")}
	if to.Level == reflection.Me {
		to.Level = "" // which is for the button that withdraws
	}
	return s.takeForm(w, req, r, "reflection.shared", s.shareForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		id := req.PathValue("entry")
		return entryPath(id), reflection.ShareFrom(ctx, tx, s.Ring, r.Viewer, id, in.version(), in.text(wasField), to, s.today(zone))
	})
}

func (s *Server) withdrawEntry(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	to, err := s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		id := req.PathValue("entry")
		return entryPath(id), reflection.Share(ctx, tx, s.Ring, r.Viewer, id, 0, reflection.Sharing{Level: reflection.Me}, s.today(zone))
	})
	if err != nil {
		return err
	}
	return done(w, req, to, "reflection.withdrawn")
}

// quotationForm asks the author of a passage whether it may be quoted.
func (s *Server) quotationForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		q, err := reflection.OwnQuotation(ctx, c, s.Ring, r.Viewer, req.PathValue("quotation"))
		if err != nil {
			return f, err
		}
		p, err := programme.Get(ctx, c, r.Viewer, q.Programme)
		if err != nil {
			return f, err
		}
		person, err := people.GetPerson(ctx, c, r.Viewer, r.Person)
		if err != nil {
			return f, err
		}
		say := func(code string, args ...any) string { return r.Say("reflection."+code, args...) }
		f = formPage{Page: view.Page{Title: say("may-quote"), Crumbs: logbookCrumbs(r)}, Form: view.Form{Action: "/me/quotations/" + q.ID, Version: q.Version},
			Above: quotationAbove(r, q, p), Heading: say("your-answer"), What: []string{publicAt(r, p.ID, "reflection.may-quote-law")}, Submit: say("answer"), Back: logbookPath}
		f.Stale = &view.StaleNote{Title: say("source-changed"), Next: say("source-changed-next"), Yours: say("source-was")}
		if formOf(req).version() != q.Version {
			f.Stale.Title, f.Stale.Next = say("moved"), say("moved-"+movedBy(q))
		}
		options := []view.Option{{Value: reflection.No, Label: say("answer-no")}}
		if !q.Readable() {
			f.What = []string{say("quotation-unread")}
		} else {
			sources, names, err := quotedFrom(ctx, c, r, q)
			if err != nil {
				return f, err
			}
			from := func(by, answer string) string { // what the report would say
				return sourceOf(r, q.As(by, names[sources[answer].Place], sources[answer]))
			}
			options = []view.Option{{Value: reflection.Yes, Label: say("answer-yes", from("", reflection.Yes))}}
			if !person.Protected {
				options = append(options, view.Option{Value: reflection.YesNamed, Label: say("answer-yes-named", from(person.Name(), reflection.YesNamed))})
			}
			f.Controls = []control{{Field: view.Field{Name: wasField, Value: reflection.SourcesMark(sources)}, As: "hidden"}}
			for _, o := range options { // what was shown comes back with the answer
				now, was := o.Label, req.PostFormValue(wasField+"-"+o.Value)
				f.Controls = append(f.Controls, control{Field: view.Field{Name: wasField + "-" + o.Value, Value: now}, As: "hidden"})
				if was != "" && was != now {
					f.Stale.Changes = append(f.Stale.Changes, view.Stale{Yours: was, Theirs: now})
				}
			}
			options = append(options, view.Option{Value: reflection.No, Label: say("answer-no")})
		}
		value := q.State
		if value == reflection.Withdrawn {
			value = reflection.No
		}
		f.Controls = append(f.Controls, control{Field: view.Field{Name: "answer", Label: say("may-quote"), Value: value, Options: options}, As: "radios"})
		return f, nil
	}
}

// movedBy is what has happened to a question since its author opened it: nobody but themselves answers it or shares the text.
func movedBy(q reflection.Quotation) string {
	switch {
	case q.Reported():
		return "reported"
	case q.State == reflection.Withdrawn:
		return "shared"
	}
	return "answered"
}

// quotedFrom are what a quotation would be given with, by answer, and the names of those places.
func quotedFrom(ctx context.Context, c db.Conn, r view.Reader, q reflection.Quotation) (sources map[string]reflection.Source, names map[string]string, err error) {
	if sources, err = reflection.Sources(ctx, c, r.Viewer, q); err != nil {
		return nil, nil, err
	}
	var places []string
	for _, source := range sources {
		if source.Place != "" {
			places = append(places, source.Place)
		}
	}
	names, err = people.UnitNames(ctx, c, places)
	return sources, names, err
}

func (s *Server) answerQuotation(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "reflection.answered", s.quotationForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return logbookPath, reflection.Answer(ctx, tx, s.Ring, r.Viewer, req.PathValue("quotation"), in.version(), in.text("answer"), in.text(wasField))
	})
}

// entryTitle is what an entry is called: its title, what it is about or its day.
func entryTitle(r view.Reader, x reflection.Reflection) string {
	return titleOf(r, x.Text, x.About, x.Date)
}

// sharingWhere is what one chooses by among several places to share at, a word for it, and what each of them is called: by what tells them apart, which a narrow screen shows
// the beginning of.
func sharingWhere(places []reflection.Place) (label string, called func(programme, workplace string) string) {
	programmes, workplaces := map[string]bool{}, map[string]bool{}
	for _, p := range places {
		programmes[p.Programme], workplaces[p.Workplace] = true, true
	}
	switch {
	case len(programmes) == 1:
		return "place", func(_, workplace string) string { return workplace }
	case len(workplaces) == 1:
		return "place-programme", func(programme, _ string) string { return programme }
	}
	return "place-both", func(programme, workplace string) string { return strings.Trim(programme+", "+workplace, ", ") }
}

func titleOf(r view.Reader, t reflection.Text, about string, on local.Date) string {
	switch {
	case t.Title != "":
		return t.Title
	case about != "":
		return about
	}
	return r.Say("reflection.of-day", on)
}

// begins is how a text begins, for a list.
func begins(t reflection.Text) string { return excerpt(t.Whole()) }

// excerpt is the beginning of a text on one line, in whole words.
func excerpt(text string) string {
	const most = 220 // characters
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	text = string(runes[:most])
	if i := strings.LastIndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	return text + " …"
}

// sharedAs tells who reads an entry.
func sharedAs(r view.Reader, d entryPage) string {
	code := "reflection.shared-" + string(d.Level)
	name := r.Say("reflection.without-name")
	if d.Named {
		name = r.Say("reflection.with-name")
	}
	if d.Level == reflection.Workplace {
		return r.Say(code, d.Workplace, d.SharedOn, name)
	}
	return r.Say(code, d.Programme.ShortName, d.SharedOn, name)
}

// sharedBy tells who shared something, when if that is told, and with whom.
func sharedBy(r view.Reader, l sharedList, x reflection.Shared) string {
	by := r.Say("reflection.somebody")
	if x.By != "" {
		by = x.By
		if name := l.Workplaces[x.Workplace]; name != "" {
			by += ", " + name
		}
	}
	level := strings.ToLower(r.State("reflection-level", string(x.Level)))
	if x.On == "" {
		return r.Say("reflection.by-undated", by, level)
	}
	return r.Say("reflection.by", by, x.On, level)
}

// A publicReflections page is what people have shared with everyone.
type publicReflections struct {
	Programme programme.Programme
	sharedList
}

// A sharedList is a part of what is shared, with the names that it needs.
type sharedList struct {
	Items      []reflection.Shared
	Next       string            // the address of what comes after
	Workplaces map[string]string // names by id
}

// sharedPerPage is how many stand on a page.
const sharedPerPage = 20

// listShared reads a page of what is shared.
func listShared(ctx context.Context, c db.Conn, ring *secret.Ring, r view.Reader, f reflection.Filter) (l sharedList, err error) {
	f.Limit = sharedPerPage + 1
	on, id, _ := strings.Cut(r.Query().Get("after"), " ")
	if on == "" || local.Date(on).Valid() {
		f.AfterOn, f.AfterID = local.Date(on), id
	}
	if l.Items, err = reflection.List(ctx, c, ring, r.Viewer, f); err != nil {
		return l, err
	}
	if len(l.Items) > sharedPerPage {
		l.Items = l.Items[:sharedPerPage]
		last := l.Items[sharedPerPage-1]
		l.Next = r.With("after", string(last.On)+" "+last.ID)
	}
	l.Workplaces, err = placesBeside(ctx, c, l.Items)
	return l, err
}

// placesBeside are the names of the workplaces of those who have shared something by name.
func placesBeside(ctx context.Context, c db.Conn, items []reflection.Shared) (map[string]string, error) {
	var units []string
	for _, s := range items {
		if s.Workplace != "" {
			units = append(units, s.Workplace)
		}
	}
	return people.UnitNames(ctx, c, units)
}

func (s *Server) publicReflections(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d publicReflections
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Programme, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err != nil {
			return err
		}
		d.sharedList, err = listShared(ctx, c, s.Ring, r, reflection.Filter{Programme: d.Programme.ID, Level: reflection.Public})
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, publicReflectionsView(r.In(d.Programme.ID), d))
}
