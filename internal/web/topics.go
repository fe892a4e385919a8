package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/need"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

func needsCrumbs(r view.Reader, p programme.Programme) []view.Link {
	return append(learningCrumbs(r, p), view.Link{Href: programmePath(p, "needs"), Text: r.Say("need.needs-title")})
}

// topics is the office's list of topics.
func (s *Server) topics(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d needsPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := readsOf(ctx, c, req, r, access.PlanLearning)
		if err != nil {
			return err
		}
		d, err = needsOf(ctx, c, s, r, p, need.Filter{}, "")
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, topicsView(r.In(d.Programme.ID), d))
}

// line is what needs of a topic come to.
func (d needsPage) line(topic string) need.Line {
	for _, l := range need.Sum(d.Parts, func(p need.Part) string { return p.Topic }) {
		if l.Key == topic {
			return l
		}
	}
	return need.Line{}
}

// topicForm writes a topic: a new one, or the one in the path.
func (s *Server) topicForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, err := readsOf(ctx, c, req, r, access.PlanLearning)
		if err != nil {
			return f, err
		}
		var t need.Topic
		id := req.PathValue("topic")
		if id != "new" {
			if t, err = need.GetTopic(ctx, c, p.ID, id); err != nil {
				return f, err
			}
		}
		say := func(code string) string { return r.Say("need." + code) }
		list := programmePath(p, "topics")
		f = formPage{Page: view.Page{Title: say("topic-new"), Crumbs: append(needsCrumbs(r, p), view.Link{Href: list, Text: say("topics")})},
			Form: view.Form{Action: list + "/" + id, Version: t.Version}, About: p.ID, Submit: r.Say("focus.save"), Back: list,
			Controls: []control{
				{Field: view.Field{Name: "name", Label: say("topic-name-label"), Help: say("topic-name-help"), Value: t.Name}},
				{Field: view.Field{Name: "words", Label: say("topic-words"), Help: say("topic-words-help"), Optional: true, Rows: 3, Value: t.Words}, As: "textarea"},
			}}
		if t.ID != "" {
			f.Title, f.Named = t.Name, true
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "retired", Label: say("topic-retired"), Help: say("topic-retired-help"), Value: flag(t.Retired)}, As: "checkbox"})
		}
		return f, nil
	}
}

func (s *Server) saveTopic(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.topic-saved", s.topicForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := readsOf(ctx, tx, req, r, access.PlanLearning)
		if err != nil {
			return "", err
		}
		t := need.Topic{ID: req.PathValue("topic"), Programme: p.ID, Name: in.text("name"), Words: in.text("words"), Retired: in.ticked("retired"), Version: in.version()}
		if t.ID == "new" {
			t.ID = ""
		}
		return programmePath(p, "topics"), need.SaveTopic(ctx, tx, r.Viewer, &t)
	})
}

// A sortingPage is the needs that have no topic, those together that have the same suggested.
type sortingPage struct {
	needRows
	Groups []sortingGroup
	Faults fault.List
	In     posted // what was sent, if it had mistakes
	Gone   bool   // the group that was sent is not there any more: all its needs have a topic meanwhile, or another one suggested
}

// A sortingGroup is some needs, and the topic that is proposed for them; "" for none.
type sortingGroup struct {
	Topic, Name string
	Needs       []need.Need
	Words       map[string]string // by need: what points to the topic
}

func (s *Server) readSorting(req *http.Request, r view.Reader) (d sortingPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		p, err := readsOf(ctx, c, req, r, access.PlanLearning)
		if err != nil {
			return err
		}
		if d.needRows, err = s.readNeedRows(ctx, c, r, p, need.Filter{Topic: "none", By: "staff", Falling: true}, "", false); err != nil {
			return err
		}
		found, err := need.Suggested(ctx, c, r.Viewer, d.Topics, d.Rows)
		d.group(r, found)
		return err
	})
	return d, err
}

// group puts needs together that have the same topic suggested: the groups in the order of topics, what has none last.
func (d *sortingPage) group(r view.Reader, found map[string][]learning.Suggestion) {
	by := map[string]*sortingGroup{}
	for _, n := range d.Rows {
		s := learning.Suggestion{}
		if len(found[n.ID]) > 0 {
			s = found[n.ID][0]
		}
		g := by[s.Of]
		if g == nil {
			g = &sortingGroup{Topic: s.Of, Name: cmp.Or(d.topic(s.Of), r.Say("need.sort-rest")), Words: map[string]string{}}
			by[s.Of] = g
		}
		g.Needs = append(g.Needs, n)
		g.Words[n.ID] = strings.Join(s.Words, ", ")
	}
	for _, t := range d.Topics {
		if g := by[t.ID]; g != nil {
			d.Groups = append(d.Groups, *g)
		}
	}
	if g := by[""]; g != nil {
		d.Groups = append(d.Groups, *g)
	}
}

// ticked reports whether a need of a group is chosen: as it was sent, or because its topic is suggested.
func (d sortingPage) ticked(g sortingGroup, id string) bool {
	if d.In.Values != nil && d.In.text("group") == g.Topic {
		return slices.Contains(d.In.Values["need"], id)
	}
	return g.Topic != ""
}

// chosen is the topic that a group's list stands on.
func (d sortingPage) chosen(g sortingGroup) string {
	if d.In.Values != nil && d.In.text("group") == g.Topic {
		return d.In.text(g.field())
	}
	return g.Topic
}

// field is the name of a group's list of topics: a page has one for each.
func (g sortingGroup) field() string { return "topic-" + cmp.Or(g.Topic, "rest") }

// wrong are the mistakes of a group's form.
func (d sortingPage) wrong(g sortingGroup) fault.List {
	if d.In.text("group") == g.Topic {
		return d.Faults
	}
	return nil
}

func (s *Server) sortingPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, err := s.readSorting(req, r)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, sortingView(r.In(d.Programme.ID), d))
}

// sortNeeds gives those that are ticked a topic: one that there is, or a new one.
func (s *Server) sortNeeds(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	n, err := changeOf(s, req, r, func(ctx context.Context, tx *db.Tx) (int, error) {
		p, err := readsOf(ctx, tx, req, r, access.PlanLearning)
		if err != nil {
			return 0, err
		}
		topic := in.text(sortingGroup{Topic: in.text("group")}.field())
		if name := strings.TrimSpace(in.text("name")); name != "" && len(in.Values["need"]) > 0 {
			t := need.Topic{Programme: p.ID, Name: name}
			if err := need.SaveTopic(ctx, tx, r.Viewer, &t); err != nil {
				return 0, err
			}
			topic = t.ID
		}
		if topic == "" {
			return 0, fault.List{need.ErrTopicNone.At("topic")}
		}
		return need.Sort(ctx, tx, r.Viewer, p.ID, "", topic, in.Values["need"])
	})
	if err == nil {
		return done(w, req, req.URL.Path, "need.sorted", r.Number(n))
	}
	faults, status, ok := mistakes(err)
	if !ok {
		return err
	}
	d, e := s.readSorting(req, r)
	if e != nil {
		return e
	}
	d.In = in
	group := slices.IndexFunc(d.Groups, func(g sortingGroup) bool { return g.Topic == in.text("group") })
	d.Gone = group < 0
	for _, f := range faults {
		field := sortingGroup{Topic: in.text("group")}.field()
		if f.Field == "name" {
			field = "name"
		}
		if d.Gone && (f.Field != "name" || in.text("name") == "") {
			field = "" // there is no such field any more
		}
		d.Faults = append(d.Faults, f.At(field, f.Args...))
	}
	return render(w, req, status, sortingView(r.In(d.Programme.ID), d))
}

// needTopicForm moves a need to another topic, or to none.
func (s *Server) needTopicForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, n, err := sortedNeed(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		topics, err := need.Topics(ctx, c, at.Programme.ID)
		if err != nil {
			return f, err
		}
		var options []view.Option
		for _, t := range topics {
			if !t.Retired || t.ID == n.Topic {
				options = append(options, view.Option{Value: t.ID, Label: t.Name, Lang: "sv"})
			}
		}
		return formPage{
			Page:  view.Page{Title: r.Say("need.topic-move"), Crumbs: append(planCrumbs(r, at), view.Link{Href: at.need(n.ID), Text: n.Text, Named: true})},
			Form:  view.Form{Action: at.need(n.ID) + "/topic"},
			About: at.Programme.ID, Above: view.Text(n.Text),
			Controls: []control{
				{Field: view.Field{Name: "topic", Label: r.Say("need.topic"), Value: n.Topic, Options: view.None(r.Say("need.topic-without"), options)}, As: "select"},
				{Field: view.Field{Name: wasField, Value: n.Topic}, As: "hidden"},
			},
			Submit: r.Say("focus.save"), Back: at.need(n.ID),
		}, nil
	}
}

// sortedNeed reads the need that an address names, for who sorts needs: one that has been agreed on.
func sortedNeed(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, n need.Need, err error) {
	if at, err = learningPlace(ctx, c, req, r); err != nil {
		return at, n, err
	}
	if !r.Viewer.In(access.PlanLearning, at.Programme.ID) {
		return at, n, errForbidden
	}
	if n, err = need.Get(ctx, c, r.Viewer, at.Place, req.PathValue("need")); err == nil && n.Agreed == 0 {
		err = need.ErrNotFound
	}
	return at, n, err
}

func (s *Server) saveNeedTopic(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.topic-moved", s.needTopicForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, n, err := sortedNeed(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		_, err = need.Sort(ctx, tx, r.Viewer, at.Programme.ID, in.text(wasField), in.text("topic"), []string{n.ID})
		if errors.Is(err, need.ErrSorted) {
			err = fault.Stale
		}
		return at.need(n.ID), err
	})
}

// tieForm says which topics an activity answers, and which single needs it goes on answering.
func (s *Server) tieForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		a, err := activity.GetActivity(ctx, c, r.Viewer, req.PathValue("id"))
		if err == nil && !r.Viewer.In(access.PlanLearning, a.Programme) {
			err = errForbidden
		}
		if err != nil {
			return f, err
		}
		ties, err := need.TiesOf(ctx, c, a.ID)
		if err != nil {
			return f, err
		}
		topics, err := need.Topics(ctx, c, a.Programme)
		if err != nil {
			return f, err
		}
		needs, err := need.ByID(ctx, c, r.Viewer, a.Programme, ties.Needs)
		if err != nil {
			return f, err
		}
		say := func(code string) string { return r.Say("need." + code) }
		f = formPage{Page: view.Page{Title: say("tie-title"), Crumbs: []view.Link{activitiesCrumb(r), {Href: editActivityPath(a.ID), Text: a.Title, Named: true}}},
			Form: view.Form{Action: "/activities/" + a.ID + "/needs"}, About: a.Programme, What: []string{say("tie-what")}, Submit: r.Say("focus.save"), Back: editActivityPath(a.ID)}
		var options []view.Option
		for _, t := range topics {
			if !t.Retired || slices.Contains(ties.Topics, t.ID) {
				options = append(options, view.Option{Value: t.ID, Label: t.Name, Lang: "sv"})
			}
		}
		if len(options) > 0 {
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "topics", Label: say("topics"), Options: options, Values: append([]string{}, ties.Topics...)}, As: "checkboxes"})
		}
		options = nil
		for _, n := range needs {
			options = append(options, view.Option{Value: n.ID, Label: n.Text, Lang: "sv"})
		}
		if len(options) > 0 {
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "needs", Label: say("tie-needs"), Options: options, Values: append([]string{}, ties.Needs...)}, As: "checkboxes"})
		}
		f.Controls = append(f.Controls, control{Field: view.Field{Name: wasField, Value: ties.Mark()}, As: "hidden"})
		return f, nil
	}
}

func (s *Server) saveTies(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "need.tied", s.tieForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		id := req.PathValue("id")
		return editActivityPath(id), need.SetTies(ctx, tx, r.Viewer, id, in.text(wasField), need.Ties{Topics: in.Values["topics"], Needs: in.Values["needs"]})
	})
}

// draftOf proposes an activity from the topic or need that an address or a form names.
func draftOf(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, prog string) (need.Draft, error) {
	topic, one := req.FormValue("topic"), req.FormValue("need")
	if topic == "" && one == "" {
		return need.Draft{}, nil
	}
	return need.DraftOf(ctx, c, r.Viewer, prog, topic, one)
}

// groupField chooses a group's topic.
func groupField(r view.Reader, d sortingPage, g sortingGroup) view.Field {
	var options []view.Option
	for _, t := range d.Topics {
		if !t.Retired {
			options = append(options, view.Option{Value: t.ID, Label: t.Name})
		}
	}
	return view.Field{Name: g.field(), Label: r.Say("need.topic"), Value: d.chosen(g), Options: view.None(r.Say("need.topic-choose"), options)}
}
