package people

import (
	"context"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// A Sort is an order of a list of people. Each ends in the id.
type Sort string

const (
	ByName         Sort = "" // surname, first name
	ByWorkplace    Sort = "workplace"
	ByMunicipality Sort = "municipality"
	ByID           Sort = "id" // in the order they were added; its marks tell nothing of a person
)

// Sorts are all orders.
var Sorts = []Sort{ByName, ByWorkplace, ByMunicipality, ByID}

// A Filter says which people a list has. Empty fields ask for nothing.
type Filter struct {
	Search        string     // words found in the name, or in the workplace with its municipality and county
	On            local.Date // employed that day; must be given
	Former        bool       // and those not employed that day, with the latest employment
	Units         []string   // employed at or below one of these
	Role          string     // of the staff, see [StaffRoles]
	WorkplaceKind string
	Employer      string
	ShareFrom     int  // thousandths of full time
	ShareTo       int  // 0 for no limit
	Protected     bool // those of protected identity and no others, for whoever may edit them

	Sort    Sort
	Falling bool
	After   string // the mark at which the page before ended, "" for the first page
	Limit   int    // rows to a page, 0 for all
}

// A Row is a person in a list, with the main employment among those that fit the filter and that the viewer may see.
type Row struct {
	Person
	Employment   Employment // zero if there is none
	Employer     string     // its name
	Workplace    string     // its name on the day
	Municipality string     // the name of what the workplace stands under
	keys         []any      // texts, by which the list is sorted
}

// A Page is a part of a list.
type Page struct {
	Rows  []Row
	Total int    // rows in the whole list
	Next  string // the mark at which this page ended, "" if it is the last
}

// ListPeople returns the people whom v may see and the filter fits. It takes four queries, however many rows.
// Protected persons are never among others.
func ListPeople(ctx context.Context, c db.Conn, v access.Viewer, f Filter) (Page, error) {
	tree, err := LoadTree(ctx, c, f.On)
	if err != nil {
		return Page{}, err
	}
	var args []any
	from, where := f.sql(v, tree, &args)
	var page Page
	if page.Total, err = db.Value[int](ctx, c, `SELECT count(*) FROM `+from+where, args...); err != nil {
		return Page{}, err
	}
	order := map[Sort][]string{
		ByName:         {"p.sort_key", "p.id"},
		ByWorkplace:    {"coalesce(w.sort_key, '')", "p.sort_key", "p.id"},
		ByMunicipality: {"coalesce(m.sort_key, '')", "coalesce(w.sort_key, '')", "p.sort_key", "p.id"},
		ByID:           {"p.id"},
	}[f.Sort]
	if order == nil {
		return Page{}, fault.Page
	}
	sorted := db.Order{By: order, Falling: f.Falling}
	if f.After != "" {
		after, ok := db.ReadMark(f.After, slices.Repeat([]any{""}, len(order))...)
		if !ok {
			return Page{}, fault.Page
		}
		where += " AND " + sorted.Behind(&args, after)
	}
	query := `SELECT p.id, p.given, p.family, p.gender, p.birth_year, p.isced, p.email, p.phone, p.protected, p.language, p.version,
		e.id, e.employer, e.workplace, e.title, e.staff_role, e.share, e.valid_from, e.valid_to, e.version, o.name, w.name, m.name, ` +
		strings.Join(order, ", ") + ` FROM ` + from + where + ` ORDER BY ` + sorted.SQL()
	if f.Limit > 0 {
		query += ` LIMIT ` + parameter(&args, f.Limit+1)
	}
	rows, err := db.All(ctx, c, func(r *Row) []any {
		e := &r.Employment
		fields := append(ScanPerson(&r.Person), text(&e.ID), text(&e.Employer), text(&e.Workplace), text(&e.Title), text(&e.StaffRole),
			nullNumber{&e.Share}, text(&e.Valid.From), text(&e.Valid.To), nullNumber{&e.Version}, text(&r.Employer), text(&r.Workplace), text(&r.Municipality))
		for range order {
			key := new("")
			r.keys, fields = append(r.keys, key), append(fields, key)
		}
		return fields
	}, query, args...)
	if err != nil {
		return Page{}, err
	}
	if f.Limit > 0 && len(rows) > f.Limit {
		rows = rows[:f.Limit]
		page.Next = db.Mark(rows[f.Limit-1].keys...)
	}
	for i := range rows {
		rows[i].Employment.Person = rows[i].ID
		if rows[i].Protected {
			rows[i].mask()
		}
	}
	page.Rows = rows
	return page, nil
}

// mask leaves out how a protected person is reached and where.
func (r *Row) mask() {
	r.Masked, r.Email, r.Phone = true, "", ""
	r.Employment, r.Employer, r.Workplace, r.Municipality = Employment{}, "", "", ""
}

// sql returns the tables of a list, joined, and its conditions.
func (f Filter) sql(v access.Viewer, tree *Tree, args *[]any) (from, where string) {
	seen := seeing
	if f.Protected {
		seen = []access.Right{access.EditPeople}
	}
	on := parameter(args, f.On)
	now := "x.valid_from <= " + on + " AND (x.valid_to IS NULL OR x.valid_to > " + on + ")"

	// The employment shown is the main one among those that fit.
	fits := "x.person = p.id"
	if scope := v.Staff(seen...); !scope.All {
		fits += " AND " + within("x", v, scope, args)
	}
	add := func(asked bool, condition func() string) {
		if asked {
			fits += " AND " + condition()
		}
	}
	asked := len(f.Units) > 0 || f.Role != "" || f.WorkplaceKind != "" || f.Employer != "" || f.ShareFrom > 0 || f.ShareTo > 0
	add(!f.Former, func() string { return now })
	add(len(f.Units) > 0, func() string { return "x.workplace IN " + db.In(args, tree.Under(f.Units...)) })
	add(f.Role != "", func() string { return "x.staff_role = " + parameter(args, f.Role) })
	add(f.Employer != "", func() string { return "x.employer = " + parameter(args, f.Employer) })
	add(f.ShareFrom > 0, func() string { return "x.share >= " + parameter(args, f.ShareFrom) })
	add(f.ShareTo > 0, func() string { return "x.share <= " + parameter(args, f.ShareTo) })
	add(f.WorkplaceKind != "", func() string {
		return "x.workplace IN (SELECT id FROM unit WHERE workplace_kind = " + parameter(args, f.WorkplaceKind) + ")"
	})

	from = `person p LEFT JOIN employment e ON e.id = (SELECT x.id FROM employment x WHERE ` + fits + `
			ORDER BY CASE WHEN ` + now + ` THEN 0 ELSE 1 END, CASE WHEN ` + now + ` THEN -x.share ELSE 0 END,
				CASE WHEN ` + now + ` THEN x.valid_from ELSE '' END, x.valid_from DESC, x.id LIMIT 1)
		LEFT JOIN employer o ON o.id = e.employer
		LEFT JOIN unit_period w ON w.unit = e.workplace AND w.valid_from = (SELECT max(valid_from) FROM unit_period WHERE unit = e.workplace AND valid_from <= ` + on + `)
		LEFT JOIN unit_period m ON m.unit = w.parent AND m.valid_from = (SELECT max(valid_from) FROM unit_period WHERE unit = w.parent AND valid_from <= ` + on + `) `

	where = " WHERE p.protected = " + parameter(args, db.Int(f.Protected)) + " AND " + staff(v, args, seen...)
	if !f.Former || asked {
		where += " AND e.id IS NOT NULL"
	}
	if strings.TrimSpace(Fold(f.Search)) != "" {
		where += " AND (" + allLike("p.folded", f.Search, args)
		if at := tree.Find(f.Search); len(at) > 0 && !f.Protected {
			where += " OR e.workplace IN " + db.In(args, at)
		}
		where += ")"
	}
	return from, where
}
