package web

import (
	"context"
	"net/http"
	"slices"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/web/view"
)

// A part of a programme, a goal area, a phase or a partner, has a page to add or change it, and one to
// remove it. "new" stands for the id of one that is to be added.
func partPath(slug, sort, id string) string { return "/programmes/" + slug + "/" + sort + "/" + id }

// A part as it is stored, with the fields that change it.
type programmePart struct {
	programme.Programme
	ID, Name string
	Version  int // 0: it is not there
	Logo     string
	Controls []control
}

func (p programmePart) isNew() bool { return p.ID == "new" }

// partSort is how a sort of part is read and written.
type partSort struct {
	name   string
	read   func(ctx context.Context, c db.Conn, r view.Reader, p *programmePart) error
	write  func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart, in posted) error
	remove func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart) error
}

var goalPart = partSort{
	name: "goals",
	read: func(ctx context.Context, c db.Conn, r view.Reader, p *programmePart) error {
		list, err := programme.Goals(ctx, c, p.Programme.ID)
		g := withID(list, p.ID, func(g programme.GoalArea) string { return g.ID })
		p.Name, p.Version = g.Name, g.Version
		p.Controls = []control{
			{Field: view.Field{Name: "name", Label: r.Say("programme-edit.goal-name"), Value: g.Name}},
			{Field: view.Field{Name: "text", Label: r.Say("programme-edit.goal-text"), Optional: true, Value: g.Text}, As: "textarea"},
			ordControl(r, "programme-edit.ord-help", g.Ord),
		}
		return err
	},
	write: func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart, in posted) error {
		g := programme.GoalArea{ID: p.ID, Programme: p.Programme.ID, Ord: in.number("ord"), Name: in.text("name"), Text: in.text("text"), Version: in.version()}
		if p.isNew() {
			return programme.AddGoal(ctx, tx, r.Viewer, &g)
		}
		return programme.UpdateGoal(ctx, tx, r.Viewer, &g)
	},
	remove: func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart) error {
		return programme.RemoveGoal(ctx, tx, r.Viewer, p.Programme.ID, p.ID)
	},
}

var phasePart = partSort{
	name: "phases",
	read: func(ctx context.Context, c db.Conn, r view.Reader, p *programmePart) error {
		list, err := programme.Phases(ctx, c, p.Programme.ID)
		ph := withID(list, p.ID, func(ph programme.Phase) string { return ph.ID })
		p.Name, p.Version = ph.Name, ph.Version
		p.Controls = []control{
			{Field: view.Field{Name: "name", Label: r.Say("programme-edit.phase-name"), Value: ph.Name}},
			row(dateControl("starts", r.Say("programme-edit.starts"), ph.Starts), dateControl("ends", r.Say("programme-edit.ends"), ph.Ends)),
		}
		return err
	},
	write: func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart, in posted) error {
		ph := programme.Phase{ID: p.ID, Programme: p.Programme.ID, Name: in.text("name"), Starts: in.date("starts"), Ends: in.date("ends"), Version: in.version()}
		if p.isNew() {
			return programme.AddPhase(ctx, tx, r.Viewer, &ph)
		}
		return programme.UpdatePhase(ctx, tx, r.Viewer, &ph)
	},
	remove: func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart) error {
		return programme.RemovePhase(ctx, tx, r.Viewer, p.Programme.ID, p.ID)
	},
}

var partnerPart = partSort{
	name: "partners",
	read: func(ctx context.Context, c db.Conn, r view.Reader, p *programmePart) error {
		list, err := programme.Partners(ctx, c, p.Programme.ID)
		x := withID(list, p.ID, func(x programme.Partner) string { return x.ID })
		p.Name, p.Version, p.Logo = x.Name, x.Version, x.Logo
		var logo []control
		if x.Logo != "" {
			logo = []control{{Field: view.Field{Label: x.LogoAlt, Value: logoPath(x.Logo)}, As: "picture"},
				{Field: view.Field{Name: "no_logo", Label: r.Say("programme-edit.logo-remove")}, As: "checkbox"}}
		}
		logo = append(logo, fileControls(view.Field{Name: "logo", Label: r.Say("programme-edit.logo-file"), Help: r.Say("programme-edit.logo-file-help"),
			Accept: "image/svg+xml,image/png,image/jpeg,image/webp", Optional: true})...)
		logo = append(logo, control{Field: view.Field{Name: "logo_alt", Label: r.Say("programme-edit.logo-alt"), Help: r.Say("programme-edit.logo-alt-help"), Value: x.LogoAlt}})
		p.Controls = []control{
			{Field: view.Field{Name: "name", Label: r.Say("programme-edit.partner-name"), Value: x.Name}},
			{Field: view.Field{Name: "role", Label: r.Say("programme-edit.role"), Value: string(x.Role), Options: view.None(r.Say("plan.choose"), view.Options(r, "partner-role", partnerRoles()...))}, As: "select"},
			ordControl(r, "programme-edit.ord-role-help", x.Ord),
			{Field: view.Field{Name: "url", Label: r.Say("programme-edit.url"), Kind: "url", Optional: true, Value: x.URL}},
			group(r.Say("programme-edit.logo"), r.Say("programme-edit.logo-lead"), logo...),
		}
		return err
	},
	write: func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart, in posted) error {
		x := programme.Partner{ID: p.ID, Programme: p.Programme.ID, Role: programme.PartnerRole(in.text("role")), Ord: in.number("ord"),
			Name: in.text("name"), URL: in.text("url"), Logo: p.Logo, LogoAlt: in.text("logo_alt"), Version: in.version()}
		if p.isNew() {
			return programme.AddPartner(ctx, tx, r.Viewer, &x)
		}
		return programme.UpdatePartner(ctx, tx, r.Viewer, &x)
	},
	remove: func(ctx context.Context, tx *db.Tx, r view.Reader, p programmePart) error {
		return programme.RemovePartner(ctx, tx, r.Viewer, p.Programme.ID, p.ID)
	},
}

// withID is the one of a list that has an id, or nothing.
func withID[T any](list []T, id string, of func(T) string) (found T) {
	if i := slices.IndexFunc(list, func(x T) bool { return of(x) == id }); i >= 0 {
		found = list[i]
	}
	return found
}

func partnerRoles() []string {
	names := make([]string, len(programme.PartnerRoles))
	for i, role := range programme.PartnerRoles {
		names[i] = string(role)
	}
	return names
}

func ordControl(r view.Reader, help string, ord int) control {
	return control{Field: view.Field{Name: "ord", Label: r.Say("programme-edit.ord"), Help: r.Say(help), Kind: "number", Min: "1", Width: "medium", Optional: true, Value: numeral(ord)}}
}

func dateControl(name, label string, value local.Date) control {
	return control{Field: view.Field{Name: name, Label: label, Kind: "date", Width: "medium", Value: string(value)}}
}

// readPart reads the part that a page is about.
func (s *Server) readPart(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, sort partSort) (p programmePart, err error) {
	p.ID = req.PathValue("id")
	if p.Programme, err = s.programmeFor(ctx, c, r, req.PathValue("slug")); err != nil {
		return p, err
	}
	if err = sort.read(ctx, c, r, &p); err == nil && p.Version == 0 && !p.isNew() {
		err = programme.ErrNotFound
	}
	return p, err
}

// partForm is the form that adds or changes a part.
func partForm(sort partSort) func(*Server, *http.Request, view.Reader) form {
	return func(s *Server, req *http.Request, r view.Reader) form {
		return func(ctx context.Context, c db.Conn) (formPage, error) {
			p, err := s.readPart(ctx, c, req, r, sort)
			path := partPath(p.Slug, sort.name, p.ID)
			f := formPage{
				Page:     view.Page{Title: p.Name, Named: !p.isNew(), Crumbs: partCrumbs(r, p.Programme)},
				Form:     view.Form{Action: path, Version: p.Version, Files: sort.name == "partners", Keep: true},
				About:    p.Programme.ID,
				Controls: p.Controls, Submit: r.Say("plan.save"), Back: editProgrammePath(p.Slug), Remove: path + "/remove",
			}
			if p.isNew() {
				f.Title, f.Remove = r.Say("programme-edit."+sort.name+"-add"), ""
			}
			return f, err
		}
	}
}

func savePart(sort partSort) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		in := formOf(req)
		logo, wrong := s.upload(req, r.Person, "logo", file.Logo)
		var faults fault.List
		if !faults.Add(wrong) {
			return wrong
		}
		return s.takeForm(w, req, r, "programme-edit.saved", partForm(sort)(s, req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
			p, err := s.readPart(ctx, tx, req, r, sort)
			if err != nil {
				return "", err
			}
			if in.ticked("no_logo") {
				p.Logo = ""
			}
			if logo.ID != "" {
				p.Logo = logo.ID
				if _, err := file.Add(ctx, tx, logo, "logo"); err != nil {
					return "", err
				}
			}
			all := slices.Clone(faults)
			if err := sort.write(ctx, tx, r, p, in); !all.Add(err) {
				return "", err
			}
			return editProgrammePath(p.Slug), all.Err()
		})
	}
}

// removalOf asks whether a part shall be removed.
func removalOf(sort partSort) func(*Server, *http.Request, view.Reader) form {
	return func(s *Server, req *http.Request, r view.Reader) form {
		return func(ctx context.Context, c db.Conn) (formPage, error) {
			p, err := s.readPart(ctx, c, req, r, sort)
			if err == nil && p.isNew() {
				err = programme.ErrNotFound
			}
			path := partPath(p.Slug, sort.name, p.ID)
			return formPage{
				Page:   view.Page{Title: r.Say("programme-edit.remove-title", p.Name), Crumbs: partCrumbs(r, p.Programme)},
				Form:   view.Form{Action: path + "/remove"},
				About:  p.Programme.ID,
				What:   []string{r.Say("programme-edit.remove-" + sort.name), r.Say("plan.no-undo")},
				Submit: r.Say("plan.remove"), Danger: true, Back: path,
			}, err
		}
	}
}

func removePart(sort partSort) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		return s.takeForm(w, req, r, "programme-edit.removed", removalOf(sort)(s, req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
			p, err := s.readPart(ctx, tx, req, r, sort)
			if err != nil {
				return "", err
			}
			return editProgrammePath(p.Slug), sort.remove(ctx, tx, r, p)
		})
	}
}

func partCrumbs(r view.Reader, p programme.Programme) []view.Link {
	return []view.Link{programmesCrumb(r), {Href: editProgrammePath(p.Slug), Text: p.ShortName, Named: true}}
}

// targetsForm is where the target group is chosen.
func (s *Server) targetsForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (f formPage, err error) {
		p, err := s.programmeFor(ctx, c, r, req.PathValue("slug"))
		if err != nil {
			return f, err
		}
		chosen, err := programme.Targets(ctx, c, p.ID)
		if err != nil {
			return f, err
		}
		tree, err := people.LoadTree(ctx, c, local.DateOf(s.DB.Now(), p.Location()))
		if err != nil {
			return f, err
		}
		f = formPage{
			Page:  view.Page{Title: r.Say("programme-edit.targets"), Lead: r.Say("programme-edit.targets-lead"), Crumbs: partCrumbs(r, p)},
			About: p.ID,
		}
		options := treeOptions(tree, chosen, people.Region, people.County, people.Municipality)
		if len(options) == 0 {
			f.Above = view.Empty(r.Say("programme-edit.no-units"), r.Say("programme-edit.no-units-next"), view.Link{Href: "/workplaces", Text: r.Say("nav.organisation")})
			return f, nil
		}
		f.Form = view.Form{Action: "/programmes/" + p.Slug + "/targets", Keep: true}
		f.Controls = []control{{Field: view.Field{Name: "units", Label: r.Say("programme-edit.units"), Options: options, Values: chosen}, As: "checkboxes"}}
		f.Submit, f.Back = r.Say("plan.save"), editProgrammePath(p.Slug)
		return f, nil
	}
}

func (s *Server) saveTargets(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "programme-edit.saved", s.targetsForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		p, err := s.programmeFor(ctx, tx, r, req.PathValue("slug"))
		if err != nil {
			return "", err
		}
		return editProgrammePath(p.Slug), programme.SetTargets(ctx, tx, r.Viewer, p.ID, formOf(req).Values["units"])
	})
}

func logoPath(id string) string { return "/logo/" + id }
