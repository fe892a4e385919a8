package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

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

// partPage is the page of a part. Which part is in the form of its sort.
type partPage struct {
	programme.Programme
	Sort, ID string
	Name     string // of what is stored
	Version  int    // of what is stored
	Faults   fault.List
	Stale    bool
	Changes  []view.Stale

	Goal    programme.GoalArea
	Phase   programme.Phase
	Partner programme.Partner
}

func (p partPage) isNew() bool { return p.ID == "new" }

func (p partPage) path() string { return partPath(p.Slug, p.Sort, p.ID) }

// partSort is how a sort of part is read and written.
type partSort struct {
	name   string
	read   func(ctx context.Context, c db.Conn, p *partPage) (found bool, err error)
	fill   func(f posted, p *partPage) // from the form
	write  func(ctx context.Context, tx *db.Tx, r view.Reader, p *partPage) error
	remove func(ctx context.Context, tx *db.Tx, r view.Reader, p partPage) error
	pairs  func(r view.Reader, yours, theirs partPage) []pair
}

var goalPart = partSort{
	name: "goals",
	read: func(ctx context.Context, c db.Conn, p *partPage) (bool, error) {
		list, err := programme.Goals(ctx, c, p.Programme.ID)
		i := slices.IndexFunc(list, func(g programme.GoalArea) bool { return g.ID == p.ID })
		if i >= 0 {
			p.Goal, p.Name, p.Version = list[i], list[i].Name, list[i].Version
		}
		return i >= 0, err
	},
	fill: func(f posted, p *partPage) {
		p.Goal = programme.GoalArea{ID: p.ID, Programme: p.Programme.ID, Ord: f.number("ord"), Name: f.text("name"), Text: f.text("text"), Version: f.version()}
	},
	write: func(ctx context.Context, tx *db.Tx, r view.Reader, p *partPage) error {
		g := p.Goal
		if p.isNew() {
			return programme.AddGoal(ctx, tx, r.Viewer, &g)
		}
		return programme.UpdateGoal(ctx, tx, r.Viewer, &g)
	},
	remove: func(ctx context.Context, tx *db.Tx, r view.Reader, p partPage) error {
		return programme.RemoveGoal(ctx, tx, r.Viewer, p.Programme.ID, p.ID)
	},
	pairs: func(r view.Reader, yours, theirs partPage) []pair {
		return []pair{
			{r.Say("programme-edit.goal-name"), yours.Goal.Name, theirs.Goal.Name},
			{r.Say("programme-edit.goal-text"), yours.Goal.Text, theirs.Goal.Text},
			{r.Say("programme-edit.ord"), ord(yours.Goal.Ord), ord(theirs.Goal.Ord)},
		}
	},
}

var phasePart = partSort{
	name: "phases",
	read: func(ctx context.Context, c db.Conn, p *partPage) (bool, error) {
		list, err := programme.Phases(ctx, c, p.Programme.ID)
		i := slices.IndexFunc(list, func(ph programme.Phase) bool { return ph.ID == p.ID })
		if i >= 0 {
			p.Phase, p.Name, p.Version = list[i], list[i].Name, list[i].Version
		}
		return i >= 0, err
	},
	fill: func(f posted, p *partPage) {
		p.Phase = programme.Phase{ID: p.ID, Programme: p.Programme.ID, Name: f.text("name"), Starts: f.date("starts"), Ends: f.date("ends"), Version: f.version()}
	},
	write: func(ctx context.Context, tx *db.Tx, r view.Reader, p *partPage) error {
		ph := p.Phase
		if p.isNew() {
			return programme.AddPhase(ctx, tx, r.Viewer, &ph)
		}
		return programme.UpdatePhase(ctx, tx, r.Viewer, &ph)
	},
	remove: func(ctx context.Context, tx *db.Tx, r view.Reader, p partPage) error {
		return programme.RemovePhase(ctx, tx, r.Viewer, p.Programme.ID, p.ID)
	},
	pairs: func(r view.Reader, yours, theirs partPage) []pair {
		return []pair{
			{r.Say("programme-edit.phase-name"), yours.Phase.Name, theirs.Phase.Name},
			{r.Say("programme-edit.starts"), string(yours.Phase.Starts), string(theirs.Phase.Starts)},
			{r.Say("programme-edit.ends"), string(yours.Phase.Ends), string(theirs.Phase.Ends)},
		}
	},
}

var partnerPart = partSort{
	name: "partners",
	read: func(ctx context.Context, c db.Conn, p *partPage) (bool, error) {
		list, err := programme.Partners(ctx, c, p.Programme.ID)
		i := slices.IndexFunc(list, func(x programme.Partner) bool { return x.ID == p.ID })
		if i >= 0 {
			p.Partner, p.Name, p.Version = list[i], list[i].Name, list[i].Version
		}
		return i >= 0, err
	},
	fill: func(f posted, p *partPage) {
		logo := p.Partner.Logo // stays unless another comes, or it is taken away
		if f.ticked("no_logo") {
			logo = ""
		}
		p.Partner = programme.Partner{ID: p.ID, Programme: p.Programme.ID, Role: programme.PartnerRole(f.text("role")), Ord: f.number("ord"),
			Name: f.text("name"), URL: f.text("url"), Logo: logo, LogoAlt: f.text("logo_alt"), Version: f.version()}
	},
	write: func(ctx context.Context, tx *db.Tx, r view.Reader, p *partPage) error {
		x := p.Partner
		if p.isNew() {
			return programme.AddPartner(ctx, tx, r.Viewer, &x)
		}
		return programme.UpdatePartner(ctx, tx, r.Viewer, &x)
	},
	remove: func(ctx context.Context, tx *db.Tx, r view.Reader, p partPage) error {
		return programme.RemovePartner(ctx, tx, r.Viewer, p.Programme.ID, p.ID)
	},
	pairs: func(r view.Reader, yours, theirs partPage) []pair {
		return []pair{
			{r.Say("programme-edit.partner-name"), yours.Partner.Name, theirs.Partner.Name},
			{r.Say("programme-edit.role"), r.State("partner-role", string(yours.Partner.Role)), r.State("partner-role", string(theirs.Partner.Role))},
			{r.Say("programme-edit.url"), yours.Partner.URL, theirs.Partner.URL},
			{r.Say("programme-edit.logo-alt"), yours.Partner.LogoAlt, theirs.Partner.LogoAlt},
			{r.Say("programme-edit.ord"), ord(yours.Partner.Ord), ord(theirs.Partner.Ord)},
		}
	},
}

// ord is a place in an order as a form shows it: nothing is last.
func ord(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// readPart reads the part that a page is about.
func (s *Server) readPart(req *http.Request, r view.Reader, sort partSort) (p partPage, err error) {
	ctx := req.Context()
	p.Sort, p.ID = sort.name, req.PathValue("id")
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Programme, err = s.programmeFor(ctx, c, r, req.PathValue("slug")); err != nil || p.isNew() {
			return err
		}
		found, err := sort.read(ctx, c, &p)
		if err == nil && !found {
			err = programme.ErrNotFound
		}
		return err
	})
	return p, err
}

type handler = func(*Server, http.ResponseWriter, *http.Request, view.Reader) error

func showPart(sort partSort) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		p, err := s.readPart(req, r, sort)
		if err != nil {
			return err
		}
		return render(w, req, http.StatusOK, partForm(r.In(p.Programme.ID), p))
	}
}

func savePart(sort partSort) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		stored, err := s.readPart(req, r, sort)
		if err != nil {
			return err
		}
		form := stored
		sort.fill(formOf(req), &form)
		logo, err := s.receiveLogo(req)
		if err == nil {
			_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
				p := form
				if logo.ID != "" {
					if _, err := file.Add(ctx, tx, logo, "logo"); err != nil {
						return "", err
					}
					p.Partner.Logo = logo.ID
				}
				return "", sort.write(ctx, tx, r, &p)
			})
		}
		if err != nil {
			return again(w, req, err, func(faults fault.List, stale bool) (templ.Component, error) {
				form.Faults, form.Stale = faults, stale
				if !stale {
					return partForm(r.In(form.Programme.ID), form), nil
				}
				now, err := s.readPart(req, r, sort)
				form.Changes = differing(sort.pairs(r, form, now)...)
				form.Goal.Version, form.Phase.Version, form.Partner.Version = now.Version, now.Version, now.Version
				return partForm(r.In(form.Programme.ID), form), err
			})
		}
		return done(w, req, editProgrammePath(form.Slug), "programme-edit.saved")
	}
}

// receiveLogo stores the picture that came with a form, if one did.
func (s *Server) receiveLogo(req *http.Request) (file.File, error) {
	if req.MultipartForm == nil || len(req.MultipartForm.File["logo"]) == 0 {
		return file.File{}, nil
	}
	head := req.MultipartForm.File["logo"][0]
	if head.Size == 0 {
		return file.File{}, nil
	}
	body, err := head.Open()
	if err != nil {
		return file.File{}, err
	}
	defer body.Close()
	f, err := s.Files.Receive(body, head.Filename, file.Logo)
	if faults := fault.Of(err); faults != nil {
		return f, faults[0].At("logo", faults[0].Args...)
	}
	return f, err
}

func askRemovePart(sort partSort) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		p, err := s.readPart(req, r, sort)
		if err != nil {
			return err
		}
		return render(w, req, http.StatusOK, partRemove(r.In(p.Programme.ID), p))
	}
}

func removePart(sort partSort) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		p, err := s.readPart(req, r, sort)
		if err != nil {
			return err
		}
		_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) { return "", sort.remove(ctx, tx, r, p) })
		if err != nil {
			return again(w, req, err, func(faults fault.List, _ bool) (templ.Component, error) {
				p.Faults = faults
				return partRemove(r.In(p.Programme.ID), p), nil
			})
		}
		return done(w, req, editProgrammePath(p.Slug), "programme-edit.removed")
	}
}

// targetsPage is the target group to choose.
type targetsPage struct {
	programme.Programme
	Chosen  []string
	Options []view.Option
	Faults  fault.List
}

func (s *Server) readTargets(req *http.Request, r view.Reader) (p targetsPage, err error) {
	ctx := req.Context()
	err = s.DB.Snapshot(ctx, func(c db.Conn) error {
		if p.Programme, err = s.programmeFor(ctx, c, r, req.PathValue("slug")); err != nil {
			return err
		}
		if p.Chosen, err = programme.Targets(ctx, c, p.ID); err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, c, local.DateOf(s.DB.Now(), p.Location()))
		if err != nil {
			return err
		}
		p.Options = treeOptions(tree, p.Chosen, people.Region, people.County, people.Municipality)
		return nil
	})
	return p, err
}

func (s *Server) showTargets(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readTargets(req, r)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, targetsForm(r.In(p.ID), p))
}

func (s *Server) saveTargets(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	p, err := s.readTargets(req, r)
	if err != nil {
		return err
	}
	p.Chosen = formOf(req).Values["units"]
	_, err = s.change(req, r, func(ctx context.Context, tx *db.Tx) (string, error) {
		return "", programme.SetTargets(ctx, tx, r.Viewer, p.ID, p.Chosen)
	})
	if err != nil {
		return again(w, req, err, func(faults fault.List, _ bool) (templ.Component, error) {
			p.Faults = faults
			return targetsForm(r.In(p.ID), p), nil
		})
	}
	return done(w, req, editProgrammePath(p.Slug), "programme-edit.saved")
}

func logoPath(id string) string { return "/logo/" + id }
