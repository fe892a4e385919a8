package view

import (
	"encoding/json"
	"net/url"
	"strings"
)

// A Trouble is a page that tells what went wrong, and what to do next.
type Trouble struct {
	Title     string
	Texts     []string
	Links     []Link
	Reference string // of the request in the log
}

// headTitle begins with the mistake, if there is one: it is what a screen reader reads first.
func (r Reader) headTitle(p Page) string {
	title := p.Title
	if len(p.Faults) > 0 {
		title = r.Say("view.mistake") + " " + title
	}
	if brand := r.brand(); brand != title {
		title += " – " + brand
	}
	return title
}

// brand is whose site this is.
func (r Reader) brand() string {
	if p := r.Programme(); p != nil {
		return p.ShortName
	}
	return "KompoBib"
}

func (r Reader) signIn() string {
	if r.URL == nil || r.URL.Path == "/" || r.at("/sign-in") {
		return "/sign-in"
	}
	return "/sign-in?back=" + url.QueryEscape(r.Here())
}

// logos are the partners' logotypes; not the fund's, whose emblem stands beside them.
func (p *Programme) logos() (logos []Partner) {
	for _, l := range p.Partners {
		if l.Logo != "" && (p.Emblem == "" || !strings.HasPrefix(p.Fund, l.Name)) {
			logos = append(logos, l)
		}
	}
	return logos
}

func (n Notice) color() string {
	if n.Warn {
		return "warning"
	}
	return "success"
}

// variant makes the first of several actions the one that stands out.
func variant(i int) string {
	if i == 0 {
		return "primary"
	}
	return "secondary"
}

// account is what the link to one's own account says.
func (r Reader) account() string {
	if r.Name == "" {
		return r.Say("view.account")
	}
	return r.Name
}

// region is the reader's language and country, as Open Graph writes them.
func (r Reader) region() string { return [...]string{"sv_SE", "en_GB"}[r.Language] }

// address is the one address of a page, "" if our own is not known.
func (r Reader) address(p Page) string {
	if r.Site == nil || r.Site.URL == "" || r.URL == nil {
		return ""
	}
	if p.Address != "" {
		return r.Site.URL + p.Address
	}
	return r.Site.URL + r.URL.Path
}

// data is a block of data, which no browser runs: the policy lets it stand. JSON in Go writes < as an escape, so it
// cannot end the block.
func data(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return `<script type="application/ld+json">` + string(text) + `</script>`
}

// lead is what stands behind whose the page is.
func (p Page) lead() string {
	if p.Lead == "" {
		return ""
	}
	return ", " + p.Lead
}
