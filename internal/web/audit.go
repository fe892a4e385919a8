package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

const (
	eventsPerPage = 100
	eventsPerFile = 100_000
)

type eventList struct {
	Rows     []audit.Event
	Names    map[string]people.Name
	Called   map[string]view.Link // what else events name by an id, with where it is seen if the reader may
	Entities []string
	Next     string
}

func (s *Server) auditLog(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, q := req.Context(), r.Query()
	f := audit.Filter{Actor: q.Get("actor"), Entity: q.Get("entity"), Row: q.Get("row"), Before: q.Get("before"), Limit: eventsPerPage + 1}
	if from, err := local.ParseDate(q.Get("from")); err == nil {
		f.From = midnight(from)
	}
	if to, err := local.ParseDate(q.Get("to")); err == nil {
		f.To = midnight(to.Add(1)) // the day itself is in it
	}
	format := taking(req)
	if format != "" {
		f.Before, f.Limit = "", eventsPerFile
	}
	var list eventList
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if f.About, err = everyID(ctx, c, q.Get("about")); err != nil {
			return err
		}
		if list.Rows, err = people.Events(ctx, c, r.Viewer, f); err != nil {
			return err
		}
		if format == "" && len(list.Rows) > eventsPerPage {
			list.Rows = list.Rows[:eventsPerPage]
			list.Next = list.Rows[eventsPerPage-1].ID
		}
		ids := map[string]bool{f.Actor: true, q.Get("about"): true}
		for _, e := range list.Rows {
			ids[e.Actor], ids[e.Subject] = true, true
			for _, value := range e.Detail {
				for _, id := range idsIn(value) {
					ids[id] = true
				}
			}
		}
		if list.Names, err = people.Names(ctx, c, r.Viewer, slices.Sorted(maps.Keys(ids))); err != nil {
			return err
		}
		if list.Called, err = s.called(ctx, c, r, list.Rows); err != nil {
			return err
		}
		list.Entities, err = audit.Entities(ctx, c)
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return s.hand(w, req, r, "audit", "", len(list.Rows), r.Say("audit.file"), eventSheet(r, list))
	}
	return render(w, req, http.StatusOK, auditView(r, list))
}

// everyID are the ids under which a person stands and has stood.
func everyID(ctx context.Context, c db.Conn, person string) ([]string, error) {
	if person == "" {
		return nil, nil
	}
	into, err := people.JoinedInto(ctx, c, person)
	if err != nil {
		return nil, err
	}
	ids := []string{cmp.Or(into, person)}
	before, err := people.JoinedFrom(ctx, c, ids[0])
	for _, j := range before {
		ids = append(ids, j.Person)
	}
	return ids, err
}

// wasForm asks why someone wants to see what stood in a person's row before it was changed.
func (s *Server) wasForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		e, err := people.WasOf(ctx, c, r.Viewer, req.PathValue("event"))
		return formPage{
			Page:     view.Page{Title: r.Say("audit.was"), Crumbs: []view.Link{{Href: "/audit", Text: r.Say("nav.audit")}}},
			Form:     view.Form{Action: "/audit/" + e.ID},
			What:     []string{r.Say("person.see-what")},
			Controls: []control{{Field: view.Field{Name: "why", Label: r.Say("person.why"), Help: r.Say("person.why-help")}}},
			Submit:   r.Say("person.see"), Back: "/audit",
		}, err
	}
}

// showWas is the answer to the post itself, like [Server.takeSight].
func (s *Server) showWas(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	var was string
	err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		was, err = people.RevealWas(ctx, tx, s.Ring, r.Viewer, req.PathValue("event"), formOf(req).text("why"))
		return err
	})
	if err != nil {
		return s.askAgain(w, req, r, err, s.wasForm(req, r))
	}
	return render(w, req, http.StatusOK, wasView(r, strings.Split(was, "\n")))
}

func midnight(d local.Date) time.Time {
	t, err := local.Instant(string(d)+"T00:00", zone)
	if err != nil {
		return d.Time()
	}
	return t
}

func eventSheet(r view.Reader, list eventList) sheet.Table {
	t := sheet.Table{Columns: []sheet.Column{{Label: r.Say("audit.when")}, {Label: r.Say("audit.actor")}, {Label: r.Say("audit.act")},
		{Label: r.Say("audit.entity")}, {Label: r.Say("audit.row")}, {Label: r.Say("audit.about")}, {Label: r.Say("audit.why")}, {Label: r.Say("audit.detail")}}}
	t.Rows = func(yield func([]any) bool) {
		for _, e := range list.Rows {
			if !yield([]any{r.Time(e.At, zone), list.who(r, e.Actor), actWord(r, e.Act), entityWord(r, e.Entity), cmp.Or(list.Called[e.Row].Text, e.Row),
				list.who(r, e.Subject), whyWord(r, e.Why), detailText(r, list, e)}) {
				return
			}
		}
	}
	return t
}

// who is a person's name, or what does things by itself in words; a protected person has none here.
func (l eventList) who(r view.Reader, id string) string { return whoDid(r, l.Names, id) }

func whoDid(r view.Reader, names map[string]people.Name, id string) string {
	switch name, ok := names[id]; {
	case id == "":
		return ""
	case ok:
		return cmp.Or(name.String(), r.Say("signin.protected"))
	case id == people.Withheld:
		return r.Say("signin.protected")
	case r.Has("actor." + id):
		return r.Say("actor." + id)
	}
	return id
}

func actWord(r view.Reader, act string) string { return wordOr(r, "act."+act, act) }

func entityWord(r view.Reader, entity string) string {
	return wordOr(r, "entity."+wordly(entity), entity)
}

// whyWord is a reason in a person's own words, or the words for a code.
func whyWord(r view.Reader, why string) string { return wordOr(r, "why-code."+why, why) }

func wordOr(r view.Reader, code, name string) string {
	if r.Has(code) {
		return r.Say(code)
	}
	return name
}

// wasText is a field and its value, with the field in words.
func wasText(r view.Reader, line string) string {
	field, value, _ := strings.Cut(line, ": ")
	return wordOr(r, "person."+wordly(field), field) + ": " + value
}

// called are the names of what events are about or name by an id in their details, in a fixed number of queries.
func (s *Server) called(ctx context.Context, c db.Conn, r view.Reader, events []audit.Event) (map[string]view.Link, error) {
	var ids []string
	for _, e := range events {
		ids = append(ids, e.Row)
		for _, value := range e.Detail {
			ids = append(ids, idsIn(value)...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	called := map[string]view.Link{}
	units, err := people.UnitNames(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	for id, name := range units {
		called[id] = view.Link{Href: "/workplaces/" + id, Text: name}
	}
	employers, err := people.Employers(ctx, c, "")
	if err != nil {
		return nil, err
	}
	for _, e := range employers {
		link := view.Link{Text: e.Name}
		if r.Can(access.EditOrganisation) {
			link.Href = "/employers/" + e.ID + "/edit"
		}
		called[e.ID] = link
	}
	programmes, err := programme.List(ctx, c, r.Viewer)
	if err != nil {
		return nil, err
	}
	for _, p := range programmes {
		called[p.ID] = view.Link{Href: "/p/" + p.Slug, Text: p.ShortName}
	}
	planned, err := activity.NamesOf(ctx, c, r.Viewer, ids)
	if err != nil {
		return nil, err
	}
	for id, n := range planned {
		link := view.Link{Href: "/activities/" + id, Text: n.FullTitle()}
		if n.Occasion != "" {
			link.Href = occasionPath(n.Occasion)
		}
		if n.Date != "" {
			link.Text += ", " + r.ShortDate(n.Date)
		}
		called[id] = link
	}
	files, err := file.Several(ctx, c, ids)
	for id, f := range files {
		if f.Purpose == "logo" || r.Can(access.SeeAttendance) { // a scan may be called by somebody's name
			called[id] = view.Link{Text: f.Name}
		}
	}
	return called, err
}

// idsIn are the texts in a value of an event's details: ids, among others.
func idsIn(value any) (ids []string) {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, v := range value {
			ids = append(ids, idsIn(v)...)
		}
	}
	return ids
}

// A detail is one thing that is kept beside an event, in words.
type detail struct {
	Label, Text string
	Links       []view.Link // in place of Text, if all of it can be named
}

// details are what is kept beside an event: what it is about, states, numbers, names of fields.
func details(r view.Reader, list eventList, e audit.Event) (all []detail) {
	for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
		text := detailValue(r, list, key, e.Detail[key])
		if text == "" {
			continue
		}
		d := detail{Label: wordOr(r, "detail."+wordly(key), strings.NewReplacer("-", " ", "_", " ").Replace(key)), Text: text}
		ids := idsIn(e.Detail[key])
		for _, id := range ids {
			if link, ok := list.Called[id]; ok {
				d.Links = append(d.Links, link)
			}
		}
		if len(d.Links) < len(ids) {
			d.Links = nil
		}
		if key == "follows" && text != "" { // an employment has no name, but events of its own
			d.Links = []view.Link{{Href: r.With("entity", e.Entity, "row", text), Text: entityWord(r, e.Entity)}}
		}
		all = append(all, d)
	}
	return all
}

// detailText is the details as a text.
func detailText(r view.Reader, list eventList, e audit.Event) string {
	var parts []string
	for _, d := range details(r, list, e) {
		parts = append(parts, d.Label+": "+d.Text)
	}
	return strings.Join(parts, ", ")
}

// manyNamed is how many persons an event tells the names of; of more it tells the number.
const manyNamed = 5

// detailValue is one value, or several: two of something that was changed are before and after.
func detailValue(r view.Reader, list eventList, key string, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case bool:
		return yesNo(r, value)
	case float64:
		return r.Number(int(value))
	case []any:
		if key == "persons" && len(value) > manyNamed {
			return r.Number(len(value))
		}
		var texts []string
		for _, v := range value {
			texts = append(texts, cmp.Or(detailValue(r, list, key, v), "–"))
		}
		if slices.Contains([]string{"capacity", "minutes", "organiser"}, key) {
			return strings.Join(texts, " → ")
		}
		return r.Join(texts)
	case map[string]any:
		var texts []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			texts = append(texts, detailWord(r, key, name)+" "+detailValue(r, list, "", value[name]))
		}
		return r.Join(texts)
	case string:
		if name, ok := list.Names[value]; ok {
			return cmp.Or(name.String(), r.Say("signin.protected"))
		}
		return cmp.Or(list.Called[value].Text, detailWord(r, key, value))
	}
	return fmt.Sprint(value)
}

// detailTables are the tables of names whose words a key's values have.
var detailTables = map[string][]string{
	"fields": {"person", "employment"}, "field": {"signin"}, "list": {"taken-list"}, "how": {"sign-in-how"}, "applied": {"roster-kind"},
	"state": {"signup-state", "programme-state"}, "before": {"programme-state"}, "after": {"programme-state"}, "role": {"role", "partner-role"},
	"kind": {"activity-kind", "unit-kind", "publication-kind", "roster-kind"},
}

func detailWord(r view.Reader, key, value string) string {
	for _, table := range detailTables[key] {
		if code := table + "." + wordly(value); r.Has(code) {
			return r.Say(code)
		}
	}
	return value
}

// wordly is a name as the codes of words write it.
func wordly(name string) string { return strings.ReplaceAll(name, "_", "-") }

func entityOptions(r view.Reader, list eventList) []view.Option {
	options := make([]view.Option, len(list.Entities))
	for i, e := range list.Entities {
		options[i] = view.Option{Value: e, Label: entityWord(r, e)}
	}
	slices.SortStableFunc(options, func(a, b view.Option) int { return strings.Compare(a.Label, b.Label) })
	return view.None(r.Say("audit.any"), options)
}

func eventNext(r view.Reader, list eventList) string {
	if list.Next == "" {
		return ""
	}
	return r.With("before", list.Next)
}

func roleOptions(r view.Reader) []view.Option {
	names := make([]string, len(givenRoles))
	for i, role := range givenRoles {
		names[i] = string(role)
	}
	return view.Options(r, "role", names...)
}

func roleNames(r view.Reader, roles []access.Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = r.State("role", string(role))
	}
	return strings.Join(names, ", ")
}
