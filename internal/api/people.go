package api

import (
	"context"
	"math"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// A Named is something with an id and a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Person is one of the staff, with the main employment of today.
type Person struct {
	ID           string      `json:"id"`
	Given        string      `json:"given"`
	Family       string      `json:"family"`
	Email        string      `json:"email"`
	Phone        string      `json:"phone"`
	Workplace    Named       `json:"workplace"`
	Municipality string      `json:"municipality" doc:"Its name, or the county's, of a workplace right under it."`
	Employer     Named       `json:"employer"`
	Title        string      `json:"title"`
	StaffRole    string      `json:"staff_role"`
	Share        float64     `json:"share" doc:"Per cent of full time."`
	From         local.Date  `json:"from" format:"date"`
	To           *local.Date `json:"to" format:"date" doc:"The first day on which it no longer holds; null if it has no end."`
}

// PeopleQuery chooses people.
type PeopleQuery struct {
	AtProgramme
	Paging
	Search string `query:"q" maxLength:"200" doc:"Words found in the name, or in the workplace with its municipality and county."`
	Unit   string `query:"unit" maxLength:"60" doc:"The id of a workplace, municipality or county that they work in."`
}

func listPeople(s *Server, ctx context.Context, c caller, in *PeopleQuery) (*body[List[Person]], error) {
	if _, err := in.mark(1); err != nil {
		return nil, err
	}
	var list List[Person]
	var of string
	err := s.DB.Snapshot(ctx, func(conn db.Conn) error {
		p, err := programme.Find(ctx, conn, c.Viewer, in.Programme)
		if err != nil {
			return err
		}
		of = p.ID
		if !c.In(access.SeePeople, p.ID) && len(c.Scope(access.SeeStaff).Workplaces) == 0 {
			return programme.ErrNotFound
		}
		units, err := programme.TargetWorkplaces(ctx, conn, p.ID, c.today)
		if err != nil {
			return err
		}
		if in.Unit != "" {
			tree, err := people.LoadTree(ctx, conn, c.today)
			if err != nil {
				return err
			}
			within := tree.Under(in.Unit)
			units = slices.DeleteFunc(units, func(u string) bool { return !slices.Contains(within, u) })
		}
		list = List[Person]{Items: []Person{}}
		if len(units) == 0 {
			return nil
		}
		found, err := people.ListPeople(ctx, conn, c.Viewer, people.Filter{Search: in.Search, On: c.today, Units: units, Sort: people.ByID, After: in.Cursor, Limit: in.Limit})
		if err != nil {
			return err
		}
		for _, r := range found.Rows {
			list.Items = append(list.Items, personOf(r))
		}
		list.Next = db.Null(found.Next)
		return nil
	})
	if err == nil {
		err = s.taken(ctx, c, "people", of, len(list.Items))
	}
	if err != nil {
		return nil, err
	}
	return answer(list)
}

// taken records that names have been handed out, as it is recorded who takes a list as a file on the pages.
func (s *Server) taken(ctx context.Context, c caller, list, row string, persons int) error {
	if persons == 0 {
		return nil
	}
	return s.DB.Tx(ctx, c.Person, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Taken(list, row, persons, "json"))
	})
}

func personOf(r people.Row) Person {
	e := r.Employment
	p := Person{ID: r.ID, Given: r.Given, Family: r.Family, Email: r.Email, Phone: r.Phone, Workplace: Named{e.Workplace, r.Workplace}, Municipality: r.Municipality,
		Employer: Named{e.Employer, r.Employer}, Title: e.Title, StaffRole: e.StaffRole, Share: float64(e.Share) * 100 / people.FullTime, From: e.Valid.From}
	if e.Valid.To != "" {
		p.To = &e.Valid.To
	}
	return p
}

// NewPerson is a person to be added, with the first employment.
type NewPerson struct {
	Given     string  `json:"given"`
	Family    string  `json:"family"`
	Gender    string  `json:"gender,omitempty" enum:"woman,man,unknown" default:"unknown"`
	BirthYear int     `json:"birth_year,omitempty"`
	ISCED     *int    `json:"isced,omitempty" doc:"Highest completed level of education, 0 to 8."`
	Email     string  `json:"email,omitempty"`
	Phone     string  `json:"phone,omitempty"`
	Language  string  `json:"language,omitempty" enum:"sv,en" doc:"Of letters and pages, if the person has chosen. Left out: letters are in Swedish."`
	Protected bool    `json:"protected,omitempty" doc:"The person's identity is protected."`
	Employer  string  `json:"employer" doc:"Its id."`
	Workplace string  `json:"workplace" doc:"Its id."`
	Title     string  `json:"title"`
	StaffRole string  `json:"staff_role,omitempty" doc:"Left out, the title tells."`
	Share     float64 `json:"share,omitempty" default:"100" doc:"Per cent of full time."`
	From      string  `json:"from" format:"date"`
	To        string  `json:"to,omitempty" format:"date" doc:"The first day on which it no longer holds."`
}

// AddPerson adds a person.
type AddPerson struct {
	AtProgramme
	Once
	Body NewPerson
}

// An Added is the ids of a person who was added, and of the employment.
type Added struct {
	ID         string `json:"id"`
	Employment string `json:"employment"`
}

func addPerson(s *Server, ctx context.Context, c caller, in *AddPerson) (*body[Added], error) {
	b := in.Body
	ids, err := s.do(ctx, c, in.Once, func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := programme.Find(ctx, tx, c.Viewer, in.Programme)
		if err != nil {
			return "", err
		}
		if !c.In(access.EditPeople, p.ID) {
			return "", programme.ErrNotFound
		}
		targets, err := programme.TargetWorkplaces(ctx, tx, p.ID, c.today)
		if err != nil {
			return "", err
		}
		workplace := b.Workplace
		if !slices.Contains(targets, workplace) {
			workplace = "" // which is told with what else is wrong
		}
		person, employment, err := people.Hire(ctx, tx, c.Viewer,
			people.Person{Given: b.Given, Family: b.Family, Gender: b.Gender, BirthYear: b.BirthYear, ISCED: b.ISCED, Email: b.Email, Phone: b.Phone, Language: b.Language, Protected: b.Protected},
			people.Employment{Employer: b.Employer, Workplace: workplace, Title: b.Title, StaffRole: b.StaffRole, Share: int(math.Round(b.Share * people.FullTime / 100)),
				Valid: local.Period{From: local.Date(b.From), To: local.Date(b.To)}})
		return person.ID + " " + employment.ID, err
	})
	if err != nil {
		return nil, err
	}
	person, employment, _ := strings.Cut(ids, " ")
	return answer(Added{person, employment})
}
