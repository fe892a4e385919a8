package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// A workplaceList is the tree as a list, by county and municipality.
type workplaceList struct {
	Tree   *people.Tree
	Leaves []people.Leaf
	Found  bool // something is searched for
}

// listWorkplaces is all workplaces, or those that a search finds. The tree is no secret to those with an account.
func (s *Server) listWorkplaces(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	q := req.URL.Query()
	tree, err := people.LoadTree(req.Context(), s.DB, s.date())
	if err != nil {
		return err
	}
	d := workplaceList{Tree: tree, Leaves: tree.Leaves(), Found: q.Get("q") != "" || q.Get("kind") != ""}
	if search := q.Get("q"); people.Fold(search) != "" {
		found := tree.Find(search)
		d.Leaves = slices.DeleteFunc(d.Leaves, func(l people.Leaf) bool { return !slices.Contains(found, l.ID) })
	}
	if kind := q.Get("kind"); kind != "" {
		d.Leaves = slices.DeleteFunc(d.Leaves, func(l people.Leaf) bool { return l.WorkplaceKind != kind })
	}
	sorting[people.Leaf]{ // in each county
		"name":         func(l people.Leaf) string { return l.SortKey },
		"municipality": func(l people.Leaf) string { return l.Municipality.SortKey },
		"kind":         func(l people.Leaf) string { return sortedText(r.State("workplace-kind", l.WorkplaceKind)) },
	}.sort(r, d.Leaves)
	slices.SortStableFunc(d.Leaves, func(a, b people.Leaf) int {
		return cmp.Or(cmp.Compare(a.County.SortKey, b.County.SortKey), cmp.Compare(a.County.ID, b.County.ID))
	})
	if format := wanted(req); format != "" {
		return download(w, format, r.Say("unit.list")+" "+string(tree.On), sheet.Table{
			Columns: []sheet.Column{{Label: r.State("unit-kind", "county")}, {Label: r.State("unit-kind", "municipality")}, {Label: r.Say("unit.code")},
				{Label: r.State("unit-kind", "workplace"), Width: 36}, {Label: r.Say("unit.workplace-kind")}, {Label: r.Say("unit.since"), Kind: sheet.Date}},
			Rows: func(yield func([]any) bool) {
				for _, l := range d.Leaves {
					if !yield([]any{l.County.Name, l.Municipality.Name, l.Municipality.Code, l.Name, r.State("workplace-kind", l.WorkplaceKind), l.Valid.From}) {
						return
					}
				}
			},
		})
	}
	return render(w, req, http.StatusOK, workplacesView(r, d))
}

// A unitPage is what the page of a unit shows.
type unitPage struct {
	people.Unit
	Tree    *people.Tree
	History []people.Unit
	Parents map[string]string // names
	Into    people.Merge
	From    []people.Merge
	Open    bool // it exists today
	Staff   people.Page
	Sees    bool // the reader may see its staff
	Edit    bool
}

// showUnit is the page of a unit: where it stands, what it was called, who works there.
func (s *Server) showUnit(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	id := req.PathValue("unit")
	ctx := req.Context()
	d := unitPage{Edit: r.Can(access.EditOrganisation)}
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if d.History, err = people.History(ctx, c, id); err != nil {
			return err
		}
		if d.Tree, err = people.LoadTree(ctx, c, s.date()); err != nil {
			return err
		}
		if d.Unit, d.Open = d.Tree.Unit(id); !d.Open {
			d.Unit = d.History[len(d.History)-1]
		}
		if d.Into, err = people.MergedInto(ctx, c, id); err != nil {
			return err
		}
		if d.From, err = people.MergedFrom(ctx, c, id); err != nil {
			return err
		}
		ids := []string{d.Into.Into}
		for _, u := range d.History {
			ids = append(ids, u.Parent)
		}
		for _, m := range d.From {
			ids = append(ids, m.Unit)
		}
		if d.Parents, err = people.UnitNames(ctx, c, ids); err != nil {
			return err
		}
		scope := r.Staff(access.SeePeople, access.SeeStaff)
		d.Sees = d.Kind == people.Workplace && (scope.All || slices.Contains(scope.Workplaces(), id))
		if d.Sees && d.Open {
			d.Staff, err = people.ListPeople(ctx, c, r.Viewer, people.Filter{On: s.date(), Units: []string{id}, Limit: 200})
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, unitView(r, d))
}

func unitCrumbs(r view.Reader, above ...people.Unit) []view.Link {
	crumbs := []view.Link{{Href: "/workplaces", Text: r.Say("unit.list")}}
	for _, u := range above {
		crumbs = append(crumbs, view.Link{Href: "/workplaces/" + u.ID, Text: u.Name})
	}
	return crumbs
}

// parentOptions are the units that a unit of a kind can stand under, by level.
func parentOptions(r view.Reader, tree *people.Tree, kind people.Kind) []view.Option {
	var options []view.Option
	for _, above := range []people.Kind{people.Municipality, people.County, people.Region} {
		if above == kind {
			options = nil // what was taken so far stands as low or lower
			continue
		}
		for _, u := range tree.Units(above) {
			options = append(options, view.Option{Value: u.ID, Label: u.Name, Group: r.State("unit-kind", string(above))})
		}
	}
	return options
}

func (s *Server) newUnitForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		tree, err := people.LoadTree(ctx, c, s.date())
		if err != nil {
			return formPage{}, err
		}
		return formPage{
			Page: view.Page{Title: r.Say("unit.new"), Lead: r.Say("unit.new-lead"), Crumbs: unitCrumbs(r)},
			Form: view.Form{Action: "/workplaces/new", Keep: true},
			Controls: []control{
				{Field: view.Field{Name: "name", Label: r.Say("unit.name")}},
				{Field: view.Field{Name: "kind", Label: r.Say("unit.kind"), Value: "workplace", Options: view.Options(r, "unit-kind", "workplace", "municipality", "county", "region")}, As: "radios"},
				{Field: view.Field{Name: "workplace_kind", Label: r.Say("unit.workplace-kind"), Help: r.Say("unit.workplace-kind-help"),
					Options: view.None(r.Say("employment.choose"), view.Options(r, "workplace-kind", people.WorkplaceKinds...))}, As: "select"},
				{Field: view.Field{Name: "parent", Label: r.Say("unit.parent"), Value: req.URL.Query().Get("parent"),
					Options: view.None(r.Say("employment.choose"), parentOptions(r, tree, ""))}, As: "select"},
				{Field: view.Field{Name: "code", Label: r.Say("unit.code"), Help: r.Say("unit.code-help"), Width: "short", Optional: true}},
				{Field: view.Field{Name: "from", Label: r.Say("unit.from"), Kind: "date", Width: "medium", Value: string(tree.On)}},
			},
			Submit: r.Say("unit.add"), Back: "/workplaces",
		}, nil
	}
}

func (s *Server) addUnit(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "unit.added", s.newUnitForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		u, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Kind(req.PostFormValue("kind")), WorkplaceKind: req.PostFormValue("workplace_kind"),
			Code: req.PostFormValue("code"), Name: req.PostFormValue("name"), Parent: req.PostFormValue("parent"), From: formOf(req).date("from")})
		return "/workplaces/" + u.ID, err
	})
}

// unitSteps are what can be done with a unit, each on a page of its own that says what happens.
var unitSteps = map[string]func(ctx context.Context, tx *db.Tx, id string, in posted) error{
	"rename": func(ctx context.Context, tx *db.Tx, id string, in posted) error {
		return people.RenameUnit(ctx, tx, id, in.version(), in.date("from"), in.text("name"))
	},
	"move": func(ctx context.Context, tx *db.Tx, id string, in posted) error {
		return people.MoveUnit(ctx, tx, id, in.version(), in.date("from"), in.text("parent"))
	},
	"merge": func(ctx context.Context, tx *db.Tx, id string, in posted) error {
		return people.MergeUnits(ctx, tx, id, in.version(), in.text("into"), in.date("on"))
	},
	"close": func(ctx context.Context, tx *db.Tx, id string, in posted) error {
		return people.CloseUnit(ctx, tx, id, in.version(), in.after("on"))
	},
	"reopen": func(ctx context.Context, tx *db.Tx, id string, in posted) error {
		return people.ReopenUnit(ctx, tx, id, in.version())
	},
}

func (s *Server) unitForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		step := req.PathValue("step")
		if unitSteps[step] == nil {
			return formPage{}, errNotFound
		}
		tree, err := people.LoadTree(ctx, c, s.date())
		if err != nil {
			return formPage{}, err
		}
		u, err := people.GetUnit(ctx, c, req.PathValue("unit"), tree.On)
		if err != nil {
			return formPage{}, err
		}
		day := func(name, label string, value local.Date) control {
			return dateControl(name, r.Say("unit."+label), value)
		}
		f := formPage{
			Page:   view.Page{Title: r.Say("unit."+step, u.Name), Crumbs: unitCrumbs(r, u)},
			Form:   view.Form{Action: "/workplaces/" + u.ID + "/" + step, Version: u.Version},
			What:   []string{r.Say("unit." + step + "-what")},
			Submit: r.Say("unit." + step + "-do"), Back: "/workplaces/" + u.ID,
		}
		switch step {
		case "rename":
			f.Controls = []control{{Field: view.Field{Name: "name", Label: r.Say("unit.new-name"), Value: u.Name}}, day("from", "from", tree.On)}
		case "move":
			f.Controls = []control{{Field: view.Field{Name: "parent", Label: r.Say("unit.parent"), Value: u.Parent, Options: parentOptions(r, tree, u.Kind)}, As: "select"}, day("from", "from", tree.On)}
		case "merge":
			others := slices.DeleteFunc(workplaceOptions(r, tree, access.EditOrganisation), func(o view.Option) bool { return o.Value == u.ID })
			f.Controls = []control{{Field: view.Field{Name: "into", Label: r.Say("unit.into"), Options: view.None(r.Say("employment.choose"), others)}, As: "select"}, day("on", "merge-on", "")}
			f.Danger = true
			staff, err := people.ListPeople(ctx, c, r.Viewer, people.Filter{On: tree.On, Units: []string{u.ID}, Limit: 1})
			if err != nil {
				return f, err
			}
			if staff.Total > 0 {
				f.What = append(f.What, r.Count("unit.merge-staff", staff.Total))
			}
		case "close":
			f.Controls = []control{day("on", "last", "")}
			f.Danger = true
		}
		return f, nil
	}
}

// reorganise does one of the steps with a unit.
func (s *Server) reorganise(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	step := req.PathValue("step")
	if unitSteps[step] == nil {
		return errNotFound
	}
	return s.takeForm(w, req, r, "unit."+step+"-done", s.unitForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		id := req.PathValue("unit")
		return "/workplaces/" + id, unitSteps[step](ctx, tx, id, formOf(req))
	})
}
