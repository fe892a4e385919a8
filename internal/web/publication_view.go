package web

import (
	"strings"

	"kompobib/internal/file"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

// A tab leads to a part of what a programme has published; here it is where the reader is, or what that is among.
type tab struct {
	view.Link
	here bool
}

// menu leads to all that the programme of the page has published.
func menu(r view.Reader) (tabs []tab) {
	p := r.Programme()
	if p == nil || p.ID != r.About || r.URL == nil {
		return nil // it is not published yet
	}
	add := func(href, text string, here bool) { tabs = append(tabs, tab{view.Link{Href: href, Text: text}, here}) }
	below := func(href string) bool { return r.URL.Path == href || strings.HasPrefix(r.URL.Path, href+"/") }
	start := "/p/" + p.Slug
	add(start, r.Say("publication.start"), r.URL.Path == start || r.URL.Path == "/")
	has := map[publishing.Kind]bool{}
	for _, e := range p.Contents {
		has[e.Kind] = true
	}
	for _, kind := range []publishing.Kind{publishing.Letter, publishing.Post} {
		if has[kind] {
			add(partOf(p.Slug, kind), r.Say("publication."+parts[kind]), below(partOf(p.Slug, kind)))
		}
	}
	for _, e := range p.Contents {
		if e.Kind == publishing.Page {
			href := publicPath(p.Slug, e.Kind, e.Slug)
			add(href, e.Title, below(href))
		}
	}
	if href := start + "/focus"; p.Focuses {
		add(href, r.Say("focus.all"), below(href))
	}
	if href := start + "/reflections"; p.Reflections {
		add(href, r.Say("reflection.public"), below(href))
	}
	if has[publishing.Document] {
		add(partOf(p.Slug, publishing.Document), r.Say("publication.documents"), below(partOf(p.Slug, publishing.Document)))
	}
	return tabs
}

// fileFacts are the sort and size of a file.
func fileFacts(r view.Reader, f file.File) string {
	return r.Say("publication.file-facts", fileSort(f), r.Size(f.Size))
}

func fileSort(f file.File) string {
	for media, sort := range map[string]string{
		"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "Word",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "Excel",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
	} {
		if f.Media == media {
			return sort
		}
	}
	return "OpenDocument"
}

// standing tells since when a publication is shown, or that nobody sees it.
func standing(r view.Reader, d publicationPage) string {
	if d.Publication.Published == nil {
		return r.Say("publication.is-draft")
	}
	return r.Say("publication.since", r.Time(*d.Publication.Published, d.Zone))
}

// writer is who wrote a text, as far as the reader may know.
func writer(r view.Reader, d publicationPage, t publishing.Text) string {
	if n := d.Names[t.MadeBy]; n.Given != "" {
		return n.Given + " " + n.Family
	}
	return r.Say("publication.somebody")
}

func variantOf(i int) string {
	if i == 0 {
		return "primary"
	}
	return "secondary"
}

// newest reports whether the first of a list is the letter that everyone should read.
func (d publications) newest(r view.Reader) bool {
	return d.Kind == publishing.Letter && r.Query().Get("after") == ""
}
