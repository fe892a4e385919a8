// Package view has what every page is made of. A page is one call:
//
//	@view.Layout(r, view.Page{Title: r.Say("people.title"), Crumbs: []view.Link{{"/people", r.Say("people.title")}}}) {
//		…
//	}
//
// The pieces within it are in field.templ (forms), table.templ (lists), piece.templ (facts, figures,
// notices) and chart.templ. None has words of its own that a page should choose; those they
// share stand in locale as view.*.
package view

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/publishing"
	"kompobib/internal/web/locale"
)

// A Reader is whom a page is for: what they may do, which language they read, and what they asked for.
type Reader struct {
	access.Viewer
	locale.Language

	URL    *url.URL // what was asked for
	Name   string   // of who has signed in
	Notice *Notice  // what the request before this one came to
	Site   *Site    // what every page tells of the programmes
	About  string   // the programme that the page is about, "" for the first
	Help   string   // where the handbook tells of the page
}

// A Notice tells on the next page what came of an act: that something was saved, or a seat taken.
type Notice struct {
	Code string
	Args []any
	Warn bool // it went through, but not as hoped
}

// A Site is what every page tells of the programmes that are published, the present ones first.
type Site struct {
	Programmes []Programme
	Approved   local.Date // when the owner approved the statements on accessibility and personal data, "" if not yet
	Outbox     bool       // letters land in a folder that may be read at /outbox
	Service    string
	URL        string // at which people reach us, without a slash at the end; "" if it is not known
}

// A Programme as every page shows it.
type Programme struct {
	ID, Slug, Name, ShortName string
	State, Zone               string
	Starts, Ends              local.Date
	Contact                   string
	Fund                      string // the funding period's name
	Partners                  []Partner
	Emblem                    string    // name of a static file
	EmblemAlt, Statement      [2]string // by language
	Contents                  []publishing.Entry
	Focuses, Reflections      bool // something of them is for all
}

// Page is the address of the programme's page at a place, "" if it has none.
func (p Programme) Page(at publishing.Place) string {
	for _, e := range p.Contents {
		if e.Kind == publishing.Page && e.Place == at {
			return "/p/" + p.Slug + "/" + e.Slug
		}
	}
	return ""
}

// tells reports whether it has a letter or a post for others to follow.
func (p *Programme) tells() bool {
	return p != nil && slices.ContainsFunc(p.Contents, func(e publishing.Entry) bool { return e.Kind == publishing.Letter || e.Kind == publishing.Post })
}

// A Partner has a logotype that is shown, with its text alternative.
type Partner struct {
	Name, Role, URL string
	Logo, Alt       string // address of the picture, "" without
}

// Owner is the body that answers for the programme.
func (p Programme) Owner() string {
	for _, partner := range p.Partners {
		if partner.Role == "owner" {
			return partner.Name
		}
	}
	return ""
}

// A Link leads somewhere. One without Href is where the reader is.
type Link struct {
	Href, Text string
	Named      bool // the text is a name that someone gave in Swedish
}

// A Page is the frame of one.
type Page struct {
	Title  string
	Lead   string // a sentence or two below the title
	Whose  string // what the page is about, by a name given in Swedish, before the lead
	Crumbs []Link // from the start to the page above this one
	Faults fault.List
	Labels map[string]string // by field: what the summary of mistakes names first, where several fields have the same mistake
	Named  bool              // the title is a name that someone gave in Swedish, whatever language the page is read in
	Wide   bool              // the content may take the width that tables and charts need
	Plain  bool              // the page writes its own heading: h1 with class ds-heading
	Bodies bool              // the page shows the partners' logotypes itself

	// What search engines and those who pass a link on are told.
	Description string
	Address     string // the page's own path, where it has others or a query
	Data        any    // what the page is about, as JSON-LD (schema.org)
}

// Programme is the one the page is about, or else the first; nil when none is published.
func (r Reader) Programme() *Programme {
	if r.Site == nil || len(r.Site.Programmes) == 0 || r.About == several {
		return nil
	}
	for i := range r.Site.Programmes {
		if p := &r.Site.Programmes[i]; p.ID == r.About || p.Slug == r.About {
			return p
		}
	}
	return &r.Site.Programmes[0]
}

const several = "several"

// OfSeveral is r for a page that is about no programme more than another: nothing of one frames it.
func (r Reader) OfSeveral() Reader {
	r.About = several
	return r
}

// In is r for a page about a programme: its name, logotypes and emblem frame the page.
func (r Reader) In(programme string) Reader {
	r.About = programme
	return r
}

// SignedIn reports whether r is someone.
func (r Reader) SignedIn() bool { return r.Person != "" }

// Here is the address of the page, with its query.
func (r Reader) Here() string {
	if r.URL == nil {
		return "/"
	}
	return r.URL.RequestURI()
}

// Query is what was asked for.
func (r Reader) Query() url.Values {
	if r.URL == nil {
		return url.Values{}
	}
	return r.URL.Query()
}

// With is the address of this page with other values in its query, in pairs; an empty value takes
// the name away. A list that is filtered or sorted anew begins at its start.
func (r Reader) With(pairs ...string) string {
	q := r.Query()
	q.Del("after")
	q.Del("before")
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	path := "/"
	if r.URL != nil {
		path = r.URL.Path
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Lang is the query of an address that a program reads, with what else it asks: the language, unless it is the first.
func (r Reader) Lang(query ...string) string {
	if r.Language != locale.Swedish {
		query = append(query, "lang="+r.Tag())
	}
	if text := strings.Trim(strings.Join(query, "&"), "&"); text != "" {
		return "?" + text
	}
	return ""
}

// State is the word for a name in one of the tables of states: r.State("signup-state", "waiting").
func (r Reader) State(table, name string) string { return r.Say(table + "." + name) }

// NewKey is a key that a form carries, so that it counts once however often it is sent.
func NewKey() string { return rand.Text() }

// at reports whether the page is href or below it. Some pages of a programme have an entry of their own.
func (r Reader) at(href string) bool {
	if r.URL == nil {
		return false
	}
	path := r.URL.Path
	if within, ok := strings.CutPrefix(path, "/programmes/"); ok {
		_, part, _ := strings.Cut(within, "/")
		switch part, _, _ = strings.Cut(part, "/"); part {
		case "reach", "office", "publications":
			path = "/" + part
		case "not-reached":
			path = "/reach"
		case "learning", "workplaces", "commitments", "signs", "follow-up", "swot", "assessments", "needs", "topics", "kits", "workshops", "reflections", "quotations", "themes", "mix":
			path = "/learning"
		}
	}
	for _, of := range []string{"/swot/", "/workshops/", "/kits/"} {
		if strings.HasPrefix(path, of) {
			path = "/learning"
		}
	}
	return path == href || strings.HasPrefix(path, href+"/")
}

// FundName is the name of the fund that co-finances p, "" for no programme.
func (p *Programme) FundName() string {
	if p == nil {
		return ""
	}
	return p.Fund
}

// file is where the list of this page is taken as a file.
func (r Reader) file() string {
	path, query, _ := strings.Cut(r.With(), "?")
	return path + "/file?" + query
}
