package web

import (
	"cmp"
	"context"
	"net/http"

	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// ownForm is how one is reached oneself. Name and work are the office's to correct.
func (s *Server) ownForm(_ *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		p, err := people.GetPerson(ctx, c, r.Viewer, r.Person)
		if err != nil {
			return formPage{}, err
		}
		a, err := auth.GetAccount(ctx, c, r.Viewer, r.Person)
		return formPage{
			Page: view.Page{Title: r.Say("me.change-data"), Crumbs: []view.Link{{Href: "/me", Text: r.Say("me.title")}}},
			Form: view.Form{Action: "/me/details", Version: p.Version, Keep: true},
			What: []string{r.Say("me.details-what"), r.Say("me.details-account", a.Email)},
			Controls: []control{
				{Field: view.Field{Name: "email", Label: r.Say("person.email"), Value: p.Email, Kind: "email", Optional: true, Auto: "email"}},
				{Field: view.Field{Name: "phone", Label: r.Say("person.phone"), Value: p.Phone, Kind: "tel", Width: "medium", Optional: true, Auto: "tel"}},
				{Field: view.Field{Name: "language", Label: r.Say("person.language"), Value: cmp.Or(p.Language, r.Language.Tag()), Options: []view.Option{{Value: "sv", Label: "Svenska"}, {Value: "en", Label: "English"}}}, As: "radios"},
			},
			Submit: r.Say("person.save"), Back: "/me",
		}, err
	}
}

func (s *Server) saveOwnDetails(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "me.details-saved", s.ownForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		in := req.PostFormValue
		return "/me", people.UpdateOwn(ctx, tx, s.Ring, r.Viewer, formOf(req).version(), in("email"), in("phone"), in("language"))
	})
}

// ownIdentityForm asks for one's own identity number, and says why and to whom it goes. Nothing else depends on it.
func (s *Server) ownIdentityForm(_ *http.Request, r view.Reader) form {
	return func(ctx context.Context, c db.Conn) (formPage, error) {
		masked, err := people.MaskedIdentity(ctx, c, r.Viewer, r.Person)
		f := formPage{
			Page:     view.Page{Title: r.Say("me.identity"), Crumbs: []view.Link{{Href: "/me", Text: r.Say("me.title")}}},
			Form:     view.Form{Action: "/me/identity"},
			What:     []string{r.Say("me.identity-why"), r.Say("me.identity-whom"), r.Say("me.identity-free")},
			Controls: []control{{Field: view.Field{Name: "identity", Label: r.Say("person.identity"), Help: r.Say("person.identity-help"), Width: "medium", Auto: "off"}}},
			Submit:   r.Say("person.save"), Back: "/me",
		}
		if masked != "" { // it is known: there is nothing to ask
			f.Above, f.Controls, f.Submit = view.Text(r.Say("me.identity-known", masked)), nil, ""
		}
		return f, err
	}
}

func (s *Server) saveOwnIdentity(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	return s.takeForm(w, req, r, "me.identity-saved", s.ownIdentityForm(req, r), func(ctx context.Context, tx *db.Tx) (string, error) {
		return "/me", people.TellIdentity(ctx, tx, s.Ring, r.Viewer, req.PostFormValue("identity"))
	})
}
