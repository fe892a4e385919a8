package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

const (
	accountsPerPage = 50
	accountsPerFile = 100_000
)

type accountList struct {
	Rows []auth.Listed
	Next string
	Left stillContacts
}

// stillContacts are the contacts who have left, as the first page of accounts and the workshops of a programme show them.
type stillContacts struct {
	Rows  []people.StillContact
	Units map[string]string // names
}

// stillContactsShown is how many of them stand open; more are folded.
const stillContactsShown = 10

func readStillContacts(ctx context.Context, c db.Conn, r view.Reader, on local.Date) (d stillContacts, err error) {
	if d.Rows, err = people.StillContacts(ctx, c, r.Viewer, on, ""); err != nil {
		return d, err
	}
	units := make([]string, len(d.Rows))
	for i, x := range d.Rows {
		units[i] = x.Unit
	}
	d.Units, err = people.UnitNames(ctx, c, units)
	return d, err
}

// endRolePath is where the role of who has left is ended.
func endRolePath(x people.StillContact) string {
	return "/accounts/" + x.Person + "/roles/" + x.Grant + "/end"
}

func (s *Server) listAccounts(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	q, format, most := r.Query(), taking(req), accountsPerPage
	sort, falling := r.Sort("name", string(auth.ByEmail), string(auth.ByState))
	if sort == "name" {
		sort = string(auth.ByName)
	}
	f := auth.Filter{Folded: people.Fold(q.Get("q")), Email: strings.TrimSpace(q.Get("q")), Role: access.Role(q.Get("role")), On: s.today(zone), Sort: auth.Sort(sort), Falling: falling, After: q.Get("after")}
	if format != "" {
		f.After, most = "", accountsPerFile
	}
	f.Limit = most + 1
	var list accountList
	err := s.DB.Snapshot(req.Context(), func(c db.Conn) (err error) {
		if list.Rows, err = auth.ListAccounts(req.Context(), c, r.Viewer, f); err == nil && format == "" && f.Folded == "" && f.Role == "" && f.After == "" {
			list.Left, err = readStillContacts(req.Context(), c, r, f.On)
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(list.Rows) > most {
		list.Rows = list.Rows[:most]
		list.Next = list.Rows[most-1].Mark
	}
	if format != "" {
		return s.hand(w, req, r, "accounts", "", len(list.Rows), r.Say("account.list"), accountSheet(r, list))
	}
	return render(w, req, http.StatusOK, accountsView(r, list))
}

func accountSheet(r view.Reader, list accountList) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("person.family")}, {Label: r.Say("person.given")}, {Label: r.Say("signin.email"), Width: 32}, {Label: r.Say("account.roles"), Width: 32}, {Label: r.Say("account.state")}},
		Rows: func(yield func([]any) bool) {
			for _, a := range list.Rows {
				state := r.Say("account.open")
				if a.Disabled {
					state = r.Say("account.closed")
				}
				if !yield([]any{cmp.Or(a.Family, r.Say("signin.protected")), a.Given, a.Email, roleNames(r, a.Roles), state}) {
					return
				}
			}
		},
	}
}

// listedName is surname and first name; a person with protected identity has none here.
func listedName(r view.Reader, a auth.Listed) string {
	if a.Family == "" {
		return r.Say("signin.protected")
	}
	return a.Family + ", " + a.Given
}

// addressText is the address of an account, or that it is not shown.
func addressText(r view.Reader, a auth.Account) string {
	if a.Masked {
		return r.Say("account.email-masked")
	}
	return a.Email
}

// findPerson is where one looks for who shall get an account.
func (s *Server) findPerson(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	found, err := auth.Without(req.Context(), s.DB, r.Viewer, people.Fold(r.Query().Get("q")), accountsPerPage)
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, newAccountView(r, found))
}

// An accountPage is a person's way in, and the roles they hold.
type accountPage struct {
	auth.Account
	Name   string
	Roster string // the address on the roster, if it is another one
	Grants []grantLine
	Tokens []auth.Token
}

type grantLine struct {
	access.Grant
	Where string
	Now   bool // held today
	Over  bool
}

func (s *Server) showAccount(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, person := req.Context(), req.PathValue("person")
	var page accountPage
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if page.Account, page.Name, err = accountOf(ctx, c, r, person); err != nil {
			return err
		}
		p, err := people.GetPerson(ctx, c, access.System, person) // who manages accounts need not see the roster
		if err != nil {
			return err
		}
		if !p.Protected && p.Email != page.Email {
			page.Roster = p.Email
		}
		grants, err := auth.GrantsOf(ctx, c, r.Viewer, person)
		if err != nil {
			return err
		}
		if page.Tokens, err = auth.Tokens(ctx, c, r.Viewer, person); err != nil {
			return err
		}
		merges, err := people.Merges(ctx, c)
		if err != nil {
			return err
		}
		var units []string
		for _, g := range grants {
			units = append(units, g.Unit)
			units = append(units, mergedInto(merges, g.Unit, s.today(zone)))
		}
		names, err := people.UnitNames(ctx, c, units)
		if err != nil {
			return err
		}
		programmes, err := programme.List(ctx, c, r.Viewer)
		if err != nil {
			return err
		}
		tree, err := people.LoadTree(ctx, c, s.today(zone))
		if err != nil {
			return err
		}
		for _, g := range grants {
			where := r.Say("account.everywhere")
			for _, p := range programmes {
				if p.ID == g.Programme {
					where = p.ShortName
				}
			}
			if g.Unit != "" {
				where = names[g.Unit]
				if into := mergedInto(merges, g.Unit, s.today(zone)); into != "" {
					where = r.Say("account.merged-unit", where, names[into])
				} else if tree.Name(g.Unit) == "" {
					where = r.Say("account.gone-unit", where)
				}
			}
			today := s.today(zone)
			page.Grants = append(page.Grants, grantLine{g, where, g.Valid.Has(today), g.Valid.To != "" && g.Valid.To <= today})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(w, req, http.StatusOK, accountView(r, page))
}

// mergedInto is the workplace that one has gone up in by a day, "" for none; of several steps the last.
func mergedInto(merges []people.Merge, unit string, on local.Date) (into string) {
	for _, m := range merges { // in order of day
		if m.On <= on && (m.Unit == unit || m.Unit == into && into != "") {
			into = m.Into
		}
	}
	return into
}

// accountOf returns an account with its person's name; that of a protected person is not shown.
func accountOf(ctx context.Context, c db.Conn, r view.Reader, person string) (a auth.Account, name string, err error) {
	if a, err = auth.GetAccount(ctx, c, r.Viewer, person); err != nil {
		return a, "", err
	}
	names, err := people.Names(ctx, c, r.Viewer, []string{person})
	return a, cmp.Or(names[person].String(), r.Say("signin.protected")), err
}

func accountCrumbs(r view.Reader, a auth.Account, name string) []view.Link {
	return []view.Link{{Href: "/accounts", Text: r.Say("account.list")}, {Href: "/accounts/" + a.Person, Text: name}}
}

func (s *Server) newAccountForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		person := req.PathValue("person")
		p, err := people.GetPerson(ctx, c, access.System, person) // who manages accounts need not see the roster
		if err == nil && p.Protected && !r.Can(access.EditPeople) {
			p.Given, p.Family, p.Email = r.Say("signin.protected"), "", ""
		}
		return formPage{
			Page:     view.Page{Title: r.Say("account.new-for", p.Name()), Crumbs: []view.Link{{Href: "/accounts", Text: r.Say("account.list")}}},
			Form:     view.Form{Action: "/accounts/" + person + "/new"},
			Controls: []control{{Field: view.Field{Name: "email", Label: r.Say("signin.email"), Kind: "email", Value: p.Email, Help: r.Say("account.email-help")}}},
			Submit:   r.Say("account.create"), Back: "/accounts/new",
		}, err
	}
}

func (s *Server) newAccount(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "account.created", s.newAccountForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		person := req.PathValue("person")
		return "/accounts/" + person, auth.NewAccount(ctx, tx, r.Viewer, person, req.PostFormValue("email"))
	})
}

func (s *Server) accountForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		a, name, err := accountOf(ctx, c, r, req.PathValue("person"))
		email := view.Field{Name: "email", Label: r.Say("signin.email"), Kind: "email", Value: a.Email, Help: r.Say("account.email-help")}
		if a.Masked {
			email.Help, email.Optional = r.Say("account.email-masked-help"), true
		}
		return formPage{
			Page: view.Page{Title: r.Say("account.change"), Crumbs: accountCrumbs(r, a, name)},
			Form: view.Form{Action: "/accounts/" + a.Person + "/edit", Version: a.Version},
			Controls: []control{
				{Field: email},
				{Field: view.Field{Name: "disabled", Label: r.Say("account.disabled"), Help: r.Say("account.disabled-help"), Value: flag(a.Disabled)}, As: "checkbox"},
			},
			Submit: r.Say("account.save"), Back: "/accounts/" + a.Person,
		}, err
	}
}

func (s *Server) changeAccount(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "account.saved", s.accountForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		f := formOf(req)
		a := auth.Account{Person: req.PathValue("person"), Email: f.text("email"), Disabled: f.ticked("disabled"), Version: f.version()}
		return "/accounts/" + a.Person, auth.UpdateAccount(ctx, tx, r.Viewer, a, s.today(zone))
	})
}

// givenRoles are the roles that an administrator gives; the first of all comes with the account.
var givenRoles = slices.DeleteFunc(slices.Clone(access.Roles), func(role access.Role) bool { return role == access.Participant })

func (s *Server) roleForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		a, name, err := accountOf(ctx, c, r, req.PathValue("person"))
		if err != nil {
			return formPage{}, err
		}
		list, err := programme.List(ctx, c, r.Viewer)
		if err != nil {
			return formPage{}, err
		}
		programmes := []view.Option{{Label: r.Say("account.every-programme")}}
		for _, p := range list {
			programmes = append(programmes, view.Option{Value: p.ID, Label: p.ShortName})
		}
		tree, err := people.LoadTree(ctx, c, s.today(zone))
		if err != nil {
			return formPage{}, err
		}
		units := []view.Option{{Label: r.Say("account.no-unit")}}
		for _, u := range tree.Units(people.Municipality) {
			units = append(units, view.Option{Value: u.ID, Label: u.Name, Group: r.State("unit-kind", "municipality")})
		}
		for _, l := range tree.Leaves() {
			units = append(units, view.Option{Value: l.ID, Label: l.Name, Group: cmp.Or(l.Municipality.Name, r.State("unit-kind", "workplace"))})
		}
		roles := make([]view.Option, len(givenRoles))
		for i, role := range givenRoles {
			roles[i] = view.Option{Value: string(role), Label: r.State("role", string(role)), Help: r.Say("role-help." + string(role))}
		}
		first := ""
		if len(list) > 0 {
			first = list[0].ID
		}
		return formPage{
			Page: view.Page{Title: r.Say("account.give-role"), Crumbs: accountCrumbs(r, a, name)},
			Form: view.Form{Action: "/accounts/" + a.Person + "/roles/new"},
			Controls: []control{
				{Field: view.Field{Name: "role", Label: r.Say("account.role"), Options: roles}, As: "radios"},
				{Field: view.Field{Name: "programme", Label: r.Say("account.programme"), Help: r.Say("account.programme-help"), Options: programmes, Value: first}, As: "select"},
				{Field: view.Field{Name: "unit", Label: r.Say("account.unit"), Help: r.Say("account.unit-help"), Options: units}, As: "select"},
				{Field: view.Field{Name: "from", Label: r.Say("account.from"), Kind: "date", Width: "medium", Value: string(s.today(zone))}},
				{Field: view.Field{Name: "to", Label: r.Say("account.to"), Help: r.Say("account.to-help"), Kind: "date", Width: "medium", Optional: true}},
			},
			Submit: r.Say("account.give"), Back: "/accounts/" + a.Person,
		}, nil
	}
}

// giveRole takes only the scope that goes with the role: a contact's is a unit, an administrator's everything, the
// others' a programme.
func (s *Server) giveRole(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "account.role-given", s.roleForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		f, person := formOf(req), req.PathValue("person")
		g := access.Grant{Role: access.Role(f.text("role")), Valid: local.Period{From: f.date("from"), To: f.after("to")}}
		switch g.Role {
		case access.Contact:
			g.Unit = f.text("unit")
		case access.Administrator:
		default:
			g.Programme = f.text("programme")
		}
		_, err := auth.AddGrant(ctx, tx, r.Viewer, person, g)
		return "/accounts/" + person, err
	})
}

func (s *Server) endRoleForm(req *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		a, name, err := accountOf(ctx, c, r, req.PathValue("person"))
		if err != nil {
			return formPage{}, err
		}
		grants, err := auth.GrantsOf(ctx, c, r.Viewer, a.Person)
		if err != nil {
			return formPage{}, err
		}
		i := slices.IndexFunc(grants, func(g access.Grant) bool { return g.ID == req.PathValue("grant") })
		if i < 0 {
			return formPage{}, auth.ErrNoGrant
		}
		return formPage{
			Page:     view.Page{Title: r.Say("account.end-role", r.State("role", string(grants[i].Role))), Crumbs: accountCrumbs(r, a, name)},
			Form:     view.Form{Action: "/accounts/" + a.Person + "/roles/" + grants[i].ID + "/end"},
			What:     []string{r.Say("account.end-what")},
			Controls: []control{{Field: view.Field{Name: "to", Label: r.Say("account.to"), Help: r.Say("account.end-help"), Kind: "date", Width: "medium", Value: string(s.today(zone))}}},
			Submit:   r.Say("account.end"), Danger: true, Back: "/accounts/" + a.Person,
		}, nil
	}
}

func (s *Server) endRole(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "account.role-ended", s.endRoleForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return "/accounts/" + req.PathValue("person"), auth.EndGrant(ctx, tx, r.Viewer, req.PathValue("grant"), formOf(req).after("to"))
	})
}
