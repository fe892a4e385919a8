package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
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
	Entities []string
	Next     string
}

func (s *Server) auditLog(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, q := req.Context(), r.Query()
	f := audit.Filter{Actor: q.Get("actor"), About: q.Get("about"), Entity: q.Get("entity"), Row: q.Get("row"), Before: q.Get("before"), Limit: eventsPerPage + 1}
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
		if list.Rows, err = audit.List(ctx, c, r.Viewer, f); err != nil {
			return err
		}
		if format == "" && len(list.Rows) > eventsPerPage {
			list.Rows = list.Rows[:eventsPerPage]
			list.Next = list.Rows[eventsPerPage-1].ID
		}
		ids := map[string]bool{f.Actor: true, f.About: true}
		for _, e := range list.Rows {
			ids[e.Actor], ids[e.Subject] = true, true
		}
		if list.Names, err = people.Names(ctx, c, r.Viewer, slices.Sorted(maps.Keys(ids))); err != nil {
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
			if !yield([]any{r.Time(e.At, zone), list.who(r, e.Actor), actWord(r, e.Act), entityWord(r, e.Entity), e.Row,
				list.who(r, e.Subject), whyWord(r, e.Why), detailText(e)}) {
				return
			}
		}
	}
	return t
}

// who is a person's name, or what does things by itself in words; a protected person has none here.
func (l eventList) who(r view.Reader, id string) string {
	switch name, ok := l.Names[id]; {
	case id == "":
		return ""
	case ok:
		return cmp.Or(name.String(), r.Say("signin.protected"))
	case r.Has("actor." + id):
		return r.Say("actor." + id)
	}
	return id
}

func actWord(r view.Reader, act string) string { return wordOr(r, "act."+act, act) }

func entityWord(r view.Reader, entity string) string {
	return wordOr(r, "entity."+strings.ReplaceAll(entity, "_", "-"), entity)
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
	return wordOr(r, "person."+strings.ReplaceAll(field, "_", "-"), field) + ": " + value
}

// detailText is what is kept beside an event: names of fields, states, numbers.
func detailText(e audit.Event) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
		value := e.Detail[key]
		if value == nil || value == "" {
			continue
		}
		text := fmt.Sprint(value)
		switch value.(type) {
		case map[string]any, []any:
			b, err := json.Marshal(value)
			if err != nil {
				continue
			}
			text = string(b)
		}
		parts = append(parts, key+": "+text)
	}
	return strings.Join(parts, ", ")
}

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
