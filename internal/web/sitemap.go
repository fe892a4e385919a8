package web

import (
	"encoding/xml"
	"io"
	"net/http"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/local"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

type sitemapURL struct {
	Loc     string     `xml:"loc"`
	LastMod local.Date `xml:"lastmod,omitempty"`
}

// sitemap tells search engines of every page that is for all.
func (s *Server) sitemap(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	site := s.reachedAt(req)
	var all []sitemapURL
	add := func(path string, changed local.Date) { all = append(all, sitemapURL{site + path, changed}) }
	for _, path := range []string{"/", "/calendar", "/accessibility", "/privacy"} {
		add(path, "")
	}
	ctx := req.Context()
	err := s.DB.Snapshot(ctx, func(c db.Conn) error {
		published, err := publishing.List(ctx, c, access.Viewer{}, publishing.Filter{Shown: true})
		if err != nil {
			return err
		}
		shown, err := focus.Published(ctx, c, "", "", focus.DayOf(s.DB.Now()))
		if err != nil {
			return err
		}
		for _, p := range r.Site.Programmes {
			add("/p/"+p.Slug, "")
			if p.Reflections {
				add("/p/"+p.Slug+"/reflections", "")
			}
			if p.Focuses {
				add("/p/"+p.Slug+"/focus", "")
			}
			for _, f := range shown {
				if f.Programme == p.ID {
					add(publicFocusPath(p.Slug, f.Code), local.DateOf(f.MadeAt, local.Zone(p.Zone)))
				}
			}
			lists := map[publishing.Kind]bool{}
			for _, x := range published {
				if x.Programme != p.ID {
					continue
				}
				if parts[x.Kind] != "" && !lists[x.Kind] {
					lists[x.Kind] = true
					add(partOf(p.Slug, x.Kind), "")
				}
				add(publicPath(p.Slug, x.Kind, x.Slug), local.DateOf(x.MadeAt, local.Zone(p.Zone)))
			}
		}
		activities, err := activity.ListActivities(ctx, c, access.Viewer{}, activity.ActivityFilter{})
		if err != nil {
			return err
		}
		for _, a := range activities {
			add("/activities/"+a.ID, "")
		}
		entries, err := activity.Calendar(ctx, c, access.Viewer{}, activity.Filter{})
		for _, e := range entries {
			add(occasionPath(e.ID), "")
		}
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return gone(err)
	}
	return xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []sitemapURL `xml:"url"`
	}{URLs: all})
}

// robots keeps the pages behind sign-in out of search engines, and leads to the others.
func (s *Server) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text := "User-agent: *\nDisallow: /me\nDisallow: /sign-in\nDisallow: /s/\nDisallow: /f/\nDisallow: /n/\n"
	if s.URL != "" {
		text += "\nSitemap: " + s.URL + "/sitemap.xml\n"
	}
	io.WriteString(w, text)
}
