package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/web/locale"
	"kompobib/internal/web/view"
)

// What a programme publishes, as feed readers read it (Atom, RFC 4287).
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Lang      string   `xml:"xml:lang,attr"`
		ID        string   `xml:"id"`
		Title     string   `xml:"title"`
		Published string   `xml:"published"`
		Updated   string   `xml:"updated"`
		Link      atomLink `xml:"link"`
		Summary   string   `xml:"summary,omitempty"`
		Content   atomText `xml:"content"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		HTML string `xml:",chardata"`
	}
)

// atomPath is the address of a programme's feed, in the reader's language.
func atomPath(r view.Reader, slug string) string { return "/p/" + slug + "/feed.atom" + r.Lang() }

// feedReader is r for a feed: its words are Swedish, or what ?lang asks for. Who reads a feed is a program, which may ask for
// one language today and another tomorrow, and its subscriber would find everything changed.
func feedReader(req *http.Request, r view.Reader) view.Reader {
	r.Language, _ = locale.Named(req.URL.Query().Get("lang"))
	return r
}

// urn is the lasting name of a row, wherever the site moves: its id is a UUID.
func urn(id string) string {
	raw, err := base32.HexEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(id))
	if err != nil || len(raw) != 16 {
		sum := sha256.Sum256([]byte(id)) // no id of ours
		raw = sum[:16]
	}
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
}

// atom is the newest letters and posts of a programme, whole. It is the public's, whoever asks.
func (s *Server) atom(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	const most = 50
	var p programme.Programme
	var list []publishing.Publication
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if p, err = programme.BySlug(ctx, c, access.Viewer{}, req.PathValue("slug")); err != nil {
			return err
		}
		for _, kind := range []publishing.Kind{publishing.Letter, publishing.Post} {
			some, err := publishing.List(ctx, c, access.Viewer{}, publishing.Filter{Programme: p.ID, Kinds: []publishing.Kind{kind}, Shown: true, Limit: most})
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b publishing.Publication) int {
		return cmp.Or(strings.Compare(string(b.Date), string(a.Date)), strings.Compare(b.ID, a.ID))
	})
	r = feedReader(req, r)
	site := s.reachedAt(req)
	updated := p.Starts.Time()
	f := atomFeed{Lang: r.Tag(), ID: urn(p.ID), Title: r.Say("publication.feed", p.ShortName), Author: p.ShortName,
		Links: []atomLink{{"self", "application/atom+xml", site + atomPath(r, p.Slug)}, {"alternate", "text/html", site + "/p/" + p.Slug}}}
	for _, x := range list[:min(len(list), most)] {
		changed := x.MadeAt
		if x.Published.After(changed) {
			changed = *x.Published
		}
		if changed.After(updated) {
			updated = changed
		}
		f.Entries = append(f.Entries, atomEntry{Lang: x.Language, ID: urn(x.ID), Title: x.Title, Published: rfc3339(*x.Published), Updated: rfc3339(changed),
			Link: atomLink{"alternate", "text/html", site + publicPath(p.Slug, x.Kind, x.Slug)}, Summary: x.Summary,
			Content: atomText{"html", absolute(publishing.HTML(x.Body, r.Say("publication.table")), site)}})
	}
	f.Updated = rfc3339(updated)
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return gone(err)
	}
	return gone(xml.NewEncoder(w).Encode(f))
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// absolute is HTML that is read elsewhere: its addresses within the site begin with the site's own.
func absolute(html, site string) string {
	return strings.NewReplacer(` href="/`, ` href="`+site+`/`, ` src="/`, ` src="`+site+`/`).Replace(html)
}
