package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A commitmentPage is a commitment with its checks, its history and its signs; of a workplace, or the reader's own.
type commitmentPage struct {
	At     learningAt // zero for the reader's own
	Path   string
	Focus  focus.Commitment
	Goal   string
	Need   need.Need    // that it answers, as the reader may know it
	From   string       // whose idea it was
	Origin focus.Origin // the workshop that it comes from
	Checks []focus.Check
	Events []focus.Event
	Names  map[string]people.Name
	Signs  []focus.Sign
	Asked  focus.Focus // of its workplace, if users have been asked about it
	Voices focus.Heard // what they answered
	Writes bool        // the reader may change it
	Says   bool        // the reader may say how it goes
	More   bool        // the reader may write more of them
	Zone   string
	Today  local.Date
}

func (s *Server) commitmentPage(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d commitmentPage
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.At, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		if d.Focus, err = focus.Get(ctx, c, r.Viewer, d.At.Place, req.PathValue("commitment")); err != nil {
			return err
		}
		d.Path = d.At.at("commitments/" + d.Focus.ID)
		if d.More, err = learning.MayWrite(ctx, c, r.Viewer, d.At.Place); err != nil {
			return err
		}
		d.Says = d.More || d.At.Member && d.Focus.Owner == r.Person
		d.Writes = d.Says
		if d.Signs, err = focus.Signs(ctx, c, r.Viewer, d.At.Place, d.Focus.ID, 100); err != nil {
			return err
		}
		own, earlier, err := focus.Of(ctx, c, r.Viewer, d.At.Place)
		if err != nil {
			return err
		}
		for _, f := range append(earlier, own) {
			if f.Workplace == d.Focus.Workplace && f.Code != "" {
				d.Asked = f
			}
		}
		voices, err := focus.UserAnswers(ctx, c, 0, d.Asked)
		if err != nil {
			return err
		}
		d.Voices = voices[d.Asked.ID]
		names, err := people.UnitNames(ctx, c, []string{d.Focus.IdeaFrom})
		if err != nil {
			return err
		}
		d.From = names[d.Focus.IdeaFrom]
		if d.Origin, err = focus.OriginOf(ctx, c, d.Focus.ID); err != nil {
			return err
		}
		return s.completeCommitment(ctx, c, r, &d)
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, commitmentPageView(r.In(d.Focus.Programme), d))
}

// completeCommitment reads what is alike of a workplace's and a person's own.
func (s *Server) completeCommitment(ctx context.Context, c db.Conn, r view.Reader, d *commitmentPage) (err error) {
	d.Zone, d.Today = zone, focus.DayOf(s.DB.Now())
	if d.Checks, err = focus.Checks(ctx, c, d.Focus); err != nil {
		return err
	}
	if d.Events, err = focus.Events(ctx, c, s.Ring, d.Focus); err != nil {
		return err
	}
	goals, err := programme.Goals(ctx, c, d.Focus.Programme)
	if err != nil {
		return err
	}
	d.Goal = goalName(goals, d.Focus.Goal)
	if d.Focus.Need != "" {
		if d.Need, err = need.Get(ctx, c, r.Viewer, d.At.Place, d.Focus.Need); err != nil && !isNotFound(err) {
			return err
		}
	}
	ids := []string{d.Focus.Owner}
	for _, e := range d.Events {
		ids = append(ids, e.By, e.Owner)
	}
	d.Names, err = people.Names(ctx, c, r.Viewer, ids)
	return err
}

// commitmentOf fills a commitment in from a form. Months that make no sense are none, which is told of.
func commitmentOf(x focus.Commitment, in posted) focus.Commitment {
	x.Wording = focus.Wording{Happens: in.text("happens"), Act: in.text("act"), Notice: in.text("notice")}
	x.Owner, x.Goal, x.Starts, x.Due, x.Version = in.text("owner"), in.text("goal"), in.date("starts"), in.date("due"), in.version()
	x.Months, _ = focus.ParseMonths(in.text("months"))
	x.Shared, x.Need = in.ticked("shared"), in.text("need")
	return x
}

// commitmentControls are the fields of a commitment in a programme with a last day; without staff it is the reader's own.
func commitmentControls(r view.Reader, x focus.Commitment, ends local.Date, goals, needs, staff []view.Option) []control {
	say := func(code string) string { return r.Say("focus." + code) }
	list := []control{
		{Field: view.Field{Name: "happens", Label: say("happens-label"), Help: say("happens-help"), Value: x.Happens, Rows: 2}, As: "textarea"},
		{Field: view.Field{Name: "act", Label: say("act-label"), Help: say("act-help"), Value: x.Act}, As: "textarea"},
		{Field: view.Field{Name: "notice", Label: say("notice-label"), Help: say("notice-help"), Optional: true, Value: x.Notice, Rows: 2}, As: "textarea"},
		row(dateControl("starts", say("starts"), x.Starts), dateControl("due", say("due-label"), x.Due)),
		{Field: view.Field{Name: "goal", Label: say("goal-label"), Value: x.Goal, Options: view.None(say("goal-none"), goals)}, As: "select"},
	}
	if len(needs) > 0 {
		list = append(list, control{Field: view.Field{Name: "need", Label: say("need-label"), Help: say("need-help"), Value: x.Need, Options: view.None(say("need-none"), needs)}, As: "select"})
	}
	if staff != nil {
		list = append(list, control{Field: view.Field{Name: "owner", Label: say("owner-label"), Help: say("owner-help"), Value: x.Owner, Options: view.None(say("owner-none"), staff)}, As: "select"})
	}
	help, width := say("months-help"), "medium"
	if staff != nil {
		help, width = help+" "+r.Say("focus.after-end", r.Date(ends)), ""
	}
	list = append(list, control{Field: view.Field{Name: "months", Label: say("months-label"), Help: help, Value: x.Months.String(), Width: width}})
	if staff != nil {
		list = append(list, control{Field: view.Field{Name: "shared", Label: say("shared"), Help: say("shared-help"), Value: flag(x.Shared)}, As: "checkbox"})
	}
	return list
}

// needOptions are the needs of a workplace that a commitment can answer, and the one chosen.
func needOptions(ctx context.Context, c db.Conn, r view.Reader, at learningAt, chosen string) (options []view.Option, one need.Need, err error) {
	needs, err := need.Here(ctx, c, r.Viewer, at.Place)
	for _, n := range needs {
		if n.ID == chosen {
			one = n
		}
		if n.State != need.Dropped || n.ID == chosen {
			options = append(options, view.Option{Value: n.ID, Label: n.Text, Lang: "sv"})
		}
	}
	return options, one, err
}

// halfYear is how long after today a new commitment is to be done, unless something else is said.
const halfYear = 183

// usuallyDue is when a new commitment is to be done: after half a year, within the programme while that goes on.
func usuallyDue(today local.Date, p programme.Programme) local.Date {
	if due := today.Add(halfYear); p.Ends <= today || due < p.Ends {
		return due
	}
	return p.Ends
}

// newCommitmentForm asks for a commitment of a workplace; with from in the query it begins with another workplace's idea, with said with
// answers of its workshop or a group of them.
func (s *Server) newCommitmentForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := writingPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		today := s.today(at.Programme.Zone)
		x := focus.Commitment{Starts: today, Due: usuallyDue(today, at.Programme)}
		if at.Member {
			x.Owner = r.Person
		}
		what := []string{r.Say("focus.new-what")}
		from, own := req.FormValue("from"), ""
		if from != "" {
			idea, err := focus.GetIdea(ctx, c, r.Viewer, at.Place, from)
			if err != nil {
				return f, toIdeas(r, at, err)
			}
			x.Wording, x.Goal = idea.Wording, idea.Goal
			what = append(what, r.Say("focus.idea-after", idea.Name))
			taken, err := focus.Taken(ctx, c, r.Viewer, at.Place, []focus.Idea{idea})
			if err != nil {
				return f, err
			}
			own = taken[idea.ID]
		}
		shop, said, err := workshop.Said(ctx, c, r.Viewer, at.Place, strings.Fields(req.FormValue("said"))...)
		if err != nil {
			return f, err
		}
		before, err := focus.Became(ctx, c, r.Viewer, at.Place, said)
		if err != nil {
			return f, err
		}
		if len(said) > 0 {
			x.Wording = promised(said)
			what = append(what, r.Say("focus.said-after", shop.Title))
		}
		if x.Months, err = focus.MonthsOf(ctx, c, at.Programme.ID); err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, at.Programme.ID)
		if err != nil {
			return f, err
		}
		needs, n, err := needOptions(ctx, c, r, at, cmp.Or(req.URL.Query().Get("need"), x.Need))
		if err != nil {
			return f, err
		}
		if n.ID != "" {
			x.Need, x.Goal = n.ID, cmp.Or(x.Goal, n.Goal)
		}
		staff, err := staffOptions(ctx, c, r, at)
		f = formPage{
			Page:  view.Page{Title: r.Say("focus.new"), Crumbs: at.crumbs(r)},
			Form:  view.Form{Action: at.at("commitments/new"), Keep: true},
			About: at.Programme.ID, What: append(what, publicAt(r, at.Programme.ID, "focus.public-document")),
			Controls: append([]control{{Field: view.Field{Name: "from", Value: from}, As: "hidden"}, {Field: view.Field{Name: "said", Value: idsOf(said)}, As: "hidden"}}, commitmentControls(r, x, at.Programme.Ends, goalsOf(goals), needs, append([]view.Option{}, staff...))...),
			Submit:   r.Say("focus.new-save"), Back: at.at("commitments"),
		}
		if own != "" { // an idea, not what was said in a workshop: no link asks for both
			f.Above = ideaTakenView(r, at.at("commitments/"+own))
		}
		if len(before) > 0 {
			f.Above = becameView(r, at, before)
			f.Controls = append(f.Controls, control{Field: view.Field{Name: "again", Label: r.Say("focus.again"), Help: r.Say("focus.again-help")}, As: "checkbox"})
		}
		return f, err
	}
}

// promised is what was answered, as a commitment: "När X, Y" as the two that it is, all else as what is done.
func promised(said []workshop.Answer) (w focus.Wording) {
	lines := make([]string, len(said))
	for i, a := range said {
		lines[i] = a.Body
	}
	w.Act = strings.Join(lines, "\n")
	if rest, ok := strings.CutPrefix(w.Act, "När "); ok && len(said) == 1 {
		if when, act, ok := strings.Cut(rest, ", "); ok && len(when) <= focus.MaxLine {
			w.Happens, w.Act = when, act
		}
	}
	return w
}

// idsOf names answers in a form.
func idsOf(said []workshop.Answer) string {
	ids := make([]string, len(said))
	for i, a := range said {
		ids[i] = a.ID
	}
	return strings.Join(ids, " ")
}

func (s *Server) addCommitment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.new-saved", s.newCommitmentForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		x := commitmentOf(focus.Commitment{IdeaOf: in.text("from"), Said: strings.Fields(in.text("said")), Again: in.ticked("again")}, in)
		err = focus.Commit(ctx, tx, r.Viewer, at.Place, &x)
		return at.at("commitments/" + x.ID), toIdeas(r, at, err)
	})
}

// commitmentForm changes a commitment.
func (s *Server) commitmentForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, x, writes, err := sayingPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		goals, err := programme.Goals(ctx, c, at.Programme.ID)
		if err != nil {
			return f, err
		}
		needs, _, err := needOptions(ctx, c, r, at, x.Need)
		if err != nil {
			return f, err
		}
		staff, err := staffOptions(ctx, c, r, at)
		if err != nil {
			return f, err
		}
		list := commitmentControls(r, x, at.Programme.Ends, goalsOf(goals), needs, append([]view.Option{}, staff...))
		if !writes { // who answers for it does not hand it on
			fields(list, func(c *control) {
				if c.Name == "owner" {
					c.As = "hidden"
				}
			})
		}
		return changeCommitment(r, x, at.crumbs(r), at.at("commitments/"+x.ID), list), nil
	}
}

// publicText says where what is written of a workplace's commitment becomes a public document; of somebody's own it does nowhere.
func publicText(r view.Reader, x focus.Commitment) []string {
	if x.Workplace == "" {
		return nil
	}
	return []string{publicAt(r, x.Programme, "focus.public-document")}
}

func changeCommitment(r view.Reader, x focus.Commitment, crumbs []view.Link, path string, list []control) formPage {
	return formPage{
		Page:  view.Page{Title: r.Say("focus.change"), Crumbs: crumbs},
		Form:  view.Form{Action: path + "/edit", Version: x.Version, Keep: true},
		About: x.Programme, What: append([]string{r.Say("focus.change-what")}, publicText(r, x)...),
		Controls: append(list, control{Field: view.Field{Name: "why", Label: r.Say("focus.change-why"), Optional: true, Rows: 2}, As: "textarea"}),
		Submit:   r.Say("focus.save"), Back: path,
	}
}

// sayingPlace reads a commitment for who may say how it goes; writes tells whether they also write for the workplace.
func sayingPlace(ctx context.Context, c db.Conn, req *http.Request, r view.Reader) (at learningAt, x focus.Commitment, writes bool, err error) {
	if at, err = learningPlace(ctx, c, req, r); err != nil {
		return at, x, false, err
	}
	if x, err = focus.Get(ctx, c, r.Viewer, at.Place, req.PathValue("commitment")); err != nil {
		return at, x, false, err
	}
	writes, err = learning.MayWrite(ctx, c, r.Viewer, at.Place)
	if err == nil && !writes && (!at.Member || x.Owner != r.Person) {
		err = focus.ErrForbidden
	}
	return at, x, writes, err
}

func (s *Server) saveCommitment(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.changed", s.commitmentForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		id := req.PathValue("commitment")
		return at.at("commitments/" + id), focus.Change(ctx, tx, r.Viewer, at.Place, commitmentOf(focus.Commitment{ID: id}, in), in.text("why"))
	})
}

// answerOf is how it goes, as a form says it.
func answerOf(in posted) focus.Answer {
	return focus.Answer{State: focus.State(in.text("state")), Why: in.text("why"), Act: in.text("act")}
}

// stateForm asks how it goes.
func (s *Server) stateForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, x, _, err := sayingPlace(ctx, c, req, r)
		if err != nil {
			return f, err
		}
		return sayForm(r, x, at.crumbs(r), at.at("commitments/"+x.ID)), nil
	}
}

func sayForm(r view.Reader, x focus.Commitment, crumbs []view.Link, path string) formPage {
	return formPage{
		Page:     view.Page{Title: r.Say("focus.say"), Crumbs: crumbs},
		Form:     view.Form{Action: path + "/state", Version: x.Version, Keep: true},
		About:    x.Programme,
		What:     publicText(r, x),
		Above:    wordingView(r, x.Wording),
		Controls: answerControls(r, x, string(x.State)),
		Submit:   r.Say("focus.say-save"), Back: path,
	}
}

func answerControls(r view.Reader, x focus.Commitment, state string) []control {
	var states []string
	for _, a := range focus.Answers {
		states = append(states, string(a))
	}
	return []control{
		{Field: view.Field{Name: "state", Label: r.Say("focus.say-state"), Value: state, Options: view.Options(r, "commitment-state", states...)}, As: "radios"},
		{Field: view.Field{Name: "why", Label: r.Say("focus.say-why"), Help: r.Say("focus.say-why-help"), Optional: true}, As: "textarea"},
		{Field: view.Field{Name: "act", Label: r.Say("focus.say-act"), Help: r.Say("focus.say-act-help"), Optional: true, Value: x.Act}, As: "textarea"},
	}
}

func (s *Server) saveState(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.said", s.stateForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		id := req.PathValue("commitment")
		return at.at("commitments/" + id), focus.Say(ctx, tx, r.Viewer, at.Place, id, in.version(), answerOf(in))
	})
}

// conditionsForm asks who leads whether there have been time and conditions.
func (s *Server) conditionsForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		at, err := learningPlace(ctx, c, req, r)
		if err == nil && !at.Leads {
			err = focus.ErrForbidden
		}
		if err != nil {
			return f, err
		}
		x, err := focus.Get(ctx, c, r.Viewer, at.Place, req.PathValue("commitment"))
		if err != nil {
			return f, err
		}
		checks, err := focus.Checks(ctx, c, x)
		if err != nil {
			return f, err
		}
		var check focus.Check
		for _, k := range checks {
			if strconv.Itoa(k.Ord) == req.FormValue("check") {
				check = k
			}
		}
		var is []string
		for _, a := range focus.ConditionsAnswers {
			is = append(is, string(a))
		}
		return formPage{
			Page:  view.Page{Title: r.Say("focus.confirm"), Crumbs: at.crumbs(r)},
			Form:  view.Form{Action: at.at("commitments/" + x.ID + "/conditions")},
			About: x.Programme, Above: wordingView(r, x.Wording), What: publicText(r, x),
			Controls: []control{
				{Field: view.Field{Name: "check", Value: req.FormValue("check")}, As: "hidden"},
				{Field: view.Field{Name: wasField, Value: check.Mark()}, As: "hidden"},
				{Field: view.Field{Name: "conditions", Label: r.Say("focus.confirm-label"), Value: string(check.Conditions), Options: view.Options(r, "conditions-answer", is...)}, As: "radios"},
				{Field: view.Field{Name: "note", Label: r.Say("focus.confirm-note"), Value: check.Note, Optional: true, Rows: 2}, As: "textarea"},
			},
			Submit: r.Say("focus.save"), Back: at.at("commitments/" + x.ID),
		}, nil
	}
}

func (s *Server) saveConditions(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	in := formOf(req)
	return s.takeForm(w, req, r, "focus.confirmed", s.conditionsForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		at, err := learningPlace(ctx, tx, req, r)
		if err != nil {
			return "", err
		}
		id := req.PathValue("commitment")
		return at.at("commitments/" + id), focus.Confirm(ctx, tx, r.Viewer, at.Place, id, in.number("check"), in.text(wasField), focus.Conditions(in.text("conditions")), in.text("note"))
	})
}

// A commitmentList is some of a workplace's or a programme's commitments.
type commitmentList struct {
	At        learningAt // of a workplace; else only its programme
	Filter    focus.Filter
	Unit      string // that the list is narrowed to
	Rows      []focus.Commitment
	Next      string // the mark that the next page is after
	Goals     []programme.GoalArea
	Names     map[string]people.Name  // of owners, on the workplace's own list
	Tree      *people.Tree            // of a programme's
	Gone      map[string]string       // what workplaces that are gone were called
	From      map[string]focus.Origin // of a file: the workshops that rows come from
	Needs     []need.Need             // of a file: those that rows answer
	Today     local.Date
	Downloads bool
}

// commitmentFields are the fields that choose among commitments.
var commitmentFields = []string{"goal", "state", "standing", "unit", "after"}

// commitmentFilter is what an address asks for.
func commitmentFilter(r view.Reader, today local.Date) (f focus.Filter, err error) {
	q := r.Query()
	f = focus.Filter{Goal: q.Get("goal"), State: focus.State(q.Get("state")), Standing: focus.Standing(q.Get("standing")), On: today}
	f.By, f.Falling = r.Sort(focus.Sorts...)
	if mark := q.Get("after"); mark != "" {
		var ok bool
		if f.After, ok = db.ReadMark(mark, "", ""); !ok {
			return f, fault.Page
		}
	}
	return f, nil
}

// cut leaves the rows of one page, and marks where the next begins.
func (d *commitmentList) cut() {
	if n := d.Filter.Limit - 1; n > 0 && len(d.Rows) > n {
		d.Rows = d.Rows[:n]
		d.Next = db.Mark(d.Filter.Keys(d.Rows[n-1])...)
	}
}

// after reports whether some of the rows are followed up next when the programme is over.
func (d commitmentList) after() bool {
	return slices.ContainsFunc(d.Rows, func(c focus.Commitment) bool { return c.Check > d.At.Programme.Ends })
}

// workplaceCommitments is all that a workplace has undertaken.
func (s *Server) workplaceCommitments(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var d commitmentList
	format := wanted(req)
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.At, err = learningPlace(ctx, c, req, r); err != nil {
			return err
		}
		d.Today = s.today(d.At.Programme.Zone)
		if d.Filter, err = commitmentFilter(r, d.Today); err != nil {
			return err
		}
		if format == "" {
			d.Filter.Limit = rowsPerPage + 1
		} else {
			d.Filter.After = nil // a file holds them all
		}
		if d.Rows, err = focus.Here(ctx, c, r.Viewer, d.At.Place, d.Filter); err != nil {
			return err
		}
		d.cut()
		if d.Goals, err = programme.Goals(ctx, c, d.At.Programme.ID); err != nil {
			return err
		}
		if format != "" {
			if d.Tree, err = people.LoadTree(ctx, c, d.Today); err != nil {
				return err
			}
			if d.From, err = focus.Origins(ctx, c, d.Rows); err != nil {
				return err
			}
			if d.Needs, err = need.Here(ctx, c, r.Viewer, d.At.Place); err != nil {
				return err
			}
			d.Gone, err = goneNames(ctx, c, d.Tree, d.Rows)
			return err
		}
		d.Names, err = people.Names(ctx, c, r.Viewer, owners(d.Rows))
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return download(w, format, r.Say("focus.commitments")+" "+d.At.Name, commitmentSheet(r, d))
	}
	return render(w, req, http.StatusOK, workplaceCommitmentsView(r.In(d.At.Programme.ID), d))
}

// checkText tells when a check was answered, or when it comes.
func checkText(r view.Reader, c focus.Commitment, today local.Date) string {
	switch c.Standing(today) {
	case focus.Ended:
		return ""
	case focus.Ahead:
		return r.Say("focus.check-ahead", c.Check)
	}
	return r.Say("focus.check-since", c.Check)
}
