package web

import (
	"context"
	"net/http"

	"kompobib/internal/db"
	"kompobib/internal/file"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/web/view"
)

// parts are where the kinds that there are many of stand below a programme.
var parts = map[publishing.Kind]string{publishing.Post: "blog", publishing.Letter: "letters", publishing.Document: "documents"}

// publicPath is where a publication is read.
func publicPath(slug string, kind publishing.Kind, item string) string {
	if part := parts[kind]; part != "" {
		return "/p/" + slug + "/" + part + "/" + item
	}
	return "/p/" + slug + "/" + item
}

func partOf(slug string, kind publishing.Kind) string { return "/p/" + slug + "/" + parts[kind] }

// publications are those of a kind, the newest first.
type publications struct {
	programme.Programme
	Kind  publishing.Kind
	Items []publishing.Publication
	Files map[string]file.File // of documents
	Next  string
}

// listOf is the page with all that a programme has published of a kind.
func listOf(kind publishing.Kind) handler {
	const most = 50
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		d, ctx := publications{Kind: kind, Files: map[string]file.File{}}, req.Context()
		err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
			if d.Programme, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err != nil {
				return err
			}
			if d.Items, err = publishing.List(ctx, c, r.Viewer, publishing.Filter{Programme: d.ID, Kinds: []publishing.Kind{kind}, Shown: true,
				After: req.URL.Query().Get("after"), Limit: most + 1}); err != nil {
				return err
			}
			if len(d.Items) > most {
				d.Items = d.Items[:most]
				d.Next = r.With("after", d.Items[most-1].ID)
			}
			var ids []string
			for _, x := range d.Items {
				if x.File != "" {
					ids = append(ids, x.File)
				}
			}
			if len(ids) > 0 {
				d.Files, err = file.Several(ctx, c, ids)
			}
			return err
		})
		if err != nil {
			return err
		}
		return render(w, req, http.StatusOK, publicationList(r.In(d.ID), d))
	}
}

// A reading is one publication to read.
type reading struct {
	programme.Programme
	publishing.Publication
	Before, After publishing.Publication // of letters and posts
}

// readOf is the page of one publication. Who may publish reads drafts too.
func readOf(kind publishing.Kind) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		var d reading
		ctx := req.Context()
		err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
			if d, err = readItem(ctx, c, req, r, kind, req.PathValue("item")); err == nil && parts[kind] != "" {
				d.Before, d.After, err = publishing.Beside(ctx, c, d.Publication)
			}
			return err
		})
		if err != nil {
			return err
		}
		return render(w, req, http.StatusOK, publicationView(r.In(d.Programme.ID), d))
	}
}

func readItem(ctx context.Context, c db.Conn, req *http.Request, r view.Reader, kind publishing.Kind, slug string) (d reading, err error) {
	if d.Programme, err = programme.BySlug(ctx, c, r.Viewer, req.PathValue("slug")); err != nil {
		return d, err
	}
	d.Publication, err = publishing.BySlug(ctx, c, r.Viewer, d.Programme.ID, kind, slug)
	return d, err
}

// documentFile is a published file.
func (s *Server) documentFile(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	d, err := readItem(req.Context(), s.DB, req, r, publishing.Document, req.PathValue("document"))
	if err != nil {
		return err
	}
	f, err := file.Get(req.Context(), s.DB, d.File)
	if err != nil {
		return err
	}
	return s.Files.Serve(w, req, f)
}
