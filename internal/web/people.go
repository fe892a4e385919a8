package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A peopleList is a page of the list of people.
type peopleList struct {
	people.Page
	Filter people.Filter
	Tree   *people.Tree
}

const peoplePerPage = 50

// listPeople is the list of people, searched and filtered; or the whole of it as a file.
func (s *Server) listPeople(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	q := req.URL.Query()
	sort, falling := r.Sort("name", "workplace", "municipality")
	if sort == "name" {
		sort = string(people.ByName)
	}
	f := people.Filter{Search: q.Get("q"), On: s.date(), Former: q.Get("former") != "", Role: q.Get("role"), WorkplaceKind: q.Get("kind"),
		Protected: q.Get("protected") != "" && r.Can(access.EditPeople), Sort: people.Sort(sort), Falling: falling, After: q.Get("after"), Limit: peoplePerPage}
	if unit := q.Get("unit"); unit != "" {
		f.Units = []string{unit}
	}
	switch q.Get("share") {
	case "full":
		f.ShareFrom = people.FullTime
	case "part":
		f.ShareTo = people.FullTime - 1
	}
	format := taking(req)
	if format != "" {
		f.Limit, f.After = 0, ""
	}
	d := peopleList{Filter: f}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Page, err = people.ListPeople(ctx, c, r.Viewer, f); err != nil || format != "" {
			return err
		}
		d.Tree, err = people.LoadTree(ctx, c, f.On)
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return s.hand(w, req, r, "people", "", len(d.Rows), r.Say("person.list")+" "+string(f.On), peopleSheet(r, d.Rows))
	}
	return render(w, req, http.StatusOK, peopleView(r, d))
}

// peopleSheet is the list as a file. Identity numbers are never in it.
func peopleSheet(r view.Reader, rows []people.Row) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{
			{Label: r.Say("person.family")}, {Label: r.Say("person.given")}, {Label: r.Say("employment.workplace"), Width: 32}, {Label: r.Say("employment.municipality")},
			{Label: r.Say("employment.title")}, {Label: r.Say("employment.role")}, {Label: r.Say("employment.share"), Kind: sheet.Percent},
			{Label: r.Say("employment.employer"), Width: 32}, {Label: r.Say("employment.from"), Kind: sheet.Date}, {Label: r.Say("employment.last"), Kind: sheet.Date},
			{Label: r.Say("person.gender")}, {Label: r.Say("person.birth-year"), Kind: sheet.Number}, {Label: r.Say("person.email"), Width: 32}, {Label: r.Say("person.phone")},
		},
		Rows: func(yield func([]any) bool) {
			for _, p := range rows {
				e := p.Employment
				row := []any{p.Family, p.Given, p.Workplace, p.Municipality, e.Title, "", nil, p.Employer, e.Valid.From, lastDay(e.Valid),
					r.State("gender", p.Gender), nil, p.Email, p.Phone}
				if e.ID != "" {
					row[5], row[6] = r.State("staff-role", e.StaffRole), float64(e.Share)/people.FullTime
				}
				if p.BirthYear != 0 {
					row[11] = p.BirthYear
				}
				if !yield(row) {
					return
				}
			}
		},
	}
}

// A personPage is what the page of a person shows.
type personPage struct {
	people.Person
	Employments []people.Employment
	Units       map[string]string // names
	Employers   map[string]string
	Identity    string // masked
	Record      []activity.Record
	Hours       []programmeHours
	Joined      []people.Joined       // other ids under which the person stood, of whom the reader may change
	Edit        bool                  // the reader may change it
	Sight       bool                  // and see identity numbers
	Answers     []people.StillContact // of who has left
}

// works reports whether an employment that the reader sees has not ended by a day.
func (d personPage) works(on local.Date) bool {
	return slices.ContainsFunc(d.Employments, func(e people.Employment) bool { return e.Valid.To == "" || e.Valid.To > on })
}

// programmeHours is what a person has given to a programme.
type programmeHours struct {
	Programme         string // its name
	Minutes, Attested int
}

// hoursOf sums a record by programme, in the order of the programmes.
func hoursOf(record []activity.Record, programmes []programme.Programme) (sums []programmeHours) {
	for _, p := range programmes {
		sum := programmeHours{Programme: p.ShortName}
		for _, r := range record {
			if r.Programme == p.ID && r.Minutes != nil {
				sum.Minutes += *r.Minutes
				sum.Attested += r.Attested
			}
		}
		if sum.Minutes > 0 {
			sums = append(sums, sum)
		}
	}
	return sums
}

// showPerson is the page of a person.
func (s *Server) showPerson(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("person")
	d := personPage{Employers: map[string]string{}}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.Person, err = people.GetPerson(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Employments, err = people.Employments(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Edit, err = people.MayEdit(ctx, c, r.Viewer, id); err != nil {
			return err
		}
		if d.Edit && !d.works(s.date()) {
			if d.Answers, err = people.StillContacts(ctx, c, r.Viewer, s.date(), id); err != nil {
				return err
			}
		}
		var workplaces []string
		for _, e := range d.Employments {
			workplaces = append(workplaces, e.Workplace)
		}
		for _, g := range d.Answers {
			workplaces = append(workplaces, g.Unit)
		}
		if d.Units, err = people.UnitNames(ctx, c, workplaces); err != nil {
			return err
		}
		employers, err := people.Employers(ctx, c, "")
		if err != nil {
			return err
		}
		for _, e := range employers {
			d.Employers[e.ID] = e.Name
		}
		if d.Record, err = activity.RecordOf(ctx, c, r.Viewer, id, s.date()); err != nil {
			return err
		}
		programmes, err := programme.List(ctx, c, r.Viewer)
		if err != nil {
			return err
		}
		d.Hours = hoursOf(d.Record, programmes)
		d.Sight = d.Edit && r.Can(access.SeeIdentity)
		if d.Edit {
			if d.Joined, err = people.JoinedFrom(ctx, c, id); err != nil {
				return err
			}
		}
		if d.Edit || id == r.Person {
			d.Identity, err = people.MaskedIdentity(ctx, c, r.Viewer, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, personView(r, d))
}

// personControls are the fields of a person's facts.
func personControls(r view.Reader, p people.Person) []control {
	isced := ""
	if p.ISCED != nil {
		isced = strconv.Itoa(*p.ISCED)
	}
	hidden := ""
	if p.Masked {
		hidden = r.Say("person.masked-help")
	}
	return []control{
		{Field: view.Field{Name: "given", Label: r.Say("person.given"), Value: p.Given}},
		{Field: view.Field{Name: "family", Label: r.Say("person.family"), Value: p.Family}},
		{Field: view.Field{Name: "gender", Label: r.Say("person.gender"), Value: p.Gender, Options: view.Options(r, "gender", people.Genders...)}, As: "radios"},
		{Field: view.Field{Name: "birth_year", Label: r.Say("person.birth-year"), Value: numeral(p.BirthYear), Inputs: "numeric", Width: "short", Optional: true}},
		{Field: view.Field{Name: "isced", Label: r.Say("person.isced"), Help: r.Say("person.isced-help"), Value: isced, Optional: true,
			Options: view.None(r.Say("person.isced-none"), educations(r))}, As: "select"},
		{Field: view.Field{Name: "email", Label: r.Say("person.email"), Help: hidden, Value: p.Email, Kind: "email", Optional: true}},
		{Field: view.Field{Name: "phone", Label: r.Say("person.phone"), Help: hidden, Value: p.Phone, Kind: "tel", Width: "medium", Optional: true}},
		{Field: view.Field{Name: "language", Label: r.Say("person.language"), Value: p.Language, Options: []view.Option{{Value: "sv", Label: "Svenska"}, {Value: "en", Label: "English"}}}, As: "radios"},
		{Field: view.Field{Name: "protected", Label: r.Say("person.protected"), Help: r.Say("person.protected-help"), Value: flag(p.Protected)}, As: "checkbox"},
	}
}

// typedPerson is what was typed in the fields of personControls.
func typedPerson(req *http.Request) people.Person {
	in := formOf(req)
	p := people.Person{Given: in.text("given"), Family: in.text("family"), Gender: in.text("gender"), BirthYear: in.number("birth_year"),
		Email: in.text("email"), Phone: in.text("phone"), Language: in.text("language"), Protected: in.ticked("protected"), Version: in.version()}
	if strings.TrimSpace(in.text("isced")) != "" {
		p.ISCED = new(in.number("isced"))
	}
	return p
}

func (s *Server) newPersonForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		work, err := s.employmentControls(ctx, c, r, people.Employment{Workplace: req.URL.Query().Get("workplace"), Share: people.FullTime})
		facts := personControls(r, people.Person{Gender: "unknown"})
		return formPage{
			Page:     view.Page{Title: r.Say("person.new"), Lead: r.Say("person.new-lead"), Crumbs: peopleCrumbs(r)},
			Form:     view.Form{Action: "/people/new", Keep: true},
			Controls: append(facts, work...), Submit: r.Say("person.add"), Back: "/people",
		}, err
	}
}

func peopleCrumbs(r view.Reader) []view.Link {
	if r.Can(access.SeePeople) {
		return []view.Link{{Href: "/people", Text: r.Say("person.list")}}
	}
	return nil
}

// addPerson adds a person together with a first employment.
func (s *Server) addPerson(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "person.added", s.newPersonForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, _, err := people.Hire(ctx, tx, r.Viewer, typedPerson(req), typedEmployment(req))
		return "/people/" + p.ID, err
	})
}

func (s *Server) personForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := s.editable(ctx, c, r, req.PathValue("person"))
		return formPage{
			Page:     view.Page{Title: r.Say("person.edit"), Crumbs: personCrumbs(r, p)},
			Form:     view.Form{Action: "/people/" + p.ID + "/edit", Version: p.Version, Keep: true},
			Controls: personControls(r, p), Submit: r.Say("person.save"), Back: "/people/" + p.ID,
		}, err
	}
}

// editable is a person whom the reader may change.
func (s *Server) editable(ctx context.Context, c db.Conn, r view.Reader, id string) (people.Person, error) {
	may, err := people.MayEdit(ctx, c, r.Viewer, id)
	if err == nil && !may {
		err = people.ErrPerson
	}
	if err != nil {
		return people.Person{}, err
	}
	return people.GetPerson(ctx, c, r.Viewer, id)
}

func personCrumbs(r view.Reader, p people.Person) []view.Link {
	return append(peopleCrumbs(r), view.Link{Href: "/people/" + p.ID, Text: p.Name()})
}

func (s *Server) changePerson(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "person.saved", s.personForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p := typedPerson(req)
		p.ID = req.PathValue("person")
		return "/people/" + p.ID, people.UpdatePerson(ctx, tx, s.Ring, r.Viewer, p)
	})
}

func (s *Server) identityForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := s.editable(ctx, c, r, req.PathValue("person"))
		return formPage{
			Page:     view.Page{Title: r.Say("person.set-identity"), Crumbs: personCrumbs(r, p)},
			Form:     view.Form{Action: "/people/" + p.ID + "/identity"},
			What:     []string{r.Say("person.identity-what")},
			Controls: []control{{Field: view.Field{Name: "identity", Label: r.Say("person.identity"), Help: r.Say("person.identity-help"), Width: "medium", Auto: "off"}}},
			Submit:   r.Say("person.save"), Back: "/people/" + p.ID,
		}, err
	}
}

func (s *Server) setIdentity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "person.identity-saved", s.identityForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		id := req.PathValue("person")
		return "/people/" + id, people.SetIdentity(ctx, tx, s.Ring, r.Viewer, id, req.PostFormValue("identity"))
	})
}

// sightForm asks why someone wants to see what is hidden: the identity number, or how a protected person is reached.
func (s *Server) sightForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		what := req.PathValue("what")
		if !slices.Contains(sights, what) {
			return formPage{}, errNotFound
		}
		p, err := s.editable(ctx, c, r, req.PathValue("person"))
		return formPage{
			Page:     view.Page{Title: r.Say("person.see-" + what), Crumbs: personCrumbs(r, p)},
			Form:     view.Form{Action: "/people/" + p.ID + "/see/" + what},
			What:     []string{r.Say("person.see-what")},
			Controls: []control{{Field: view.Field{Name: "why", Label: r.Say("person.why"), Help: r.Say("person.why-help")}}},
			Submit:   r.Say("person.see"), Back: "/people/" + p.ID,
		}, err
	}
}

// what can be seen for a reason.
var sights = []string{"identity", "contact"}

// takeSight shows what is hidden and records who saw it. It is the answer to the post itself, so that nothing of it
// stands in an address.
func (s *Server) takeSight(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id, what, why := req.PathValue("person"), req.PathValue("what"), req.PostFormValue("why")
	if !slices.Contains(sights, what) {
		return errNotFound
	}
	var facts []view.Fact
	err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error {
		if what == "contact" {
			p, err := people.RevealContact(ctx, tx, r.Viewer, id, why)
			facts = []view.Fact{{Label: r.Say("person.email"), Value: p.Email}, {Label: r.Say("person.phone"), Value: p.Phone}}
			return err
		}
		number, err := people.RevealIdentity(ctx, tx, s.Ring, r.Viewer, id, why)
		facts = []view.Fact{{Label: r.Say("person.identity"), Value: number}}
		return err
	})
	if err != nil {
		return s.askAgain(w, req, r, err, s.sightForm(req, r))
	}
	p, err := people.GetPerson(req.Context(), s.DB, r.Viewer, id)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, sightView(r, p, what, facts))
}
