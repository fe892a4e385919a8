package file

import (
	"cmp"
	"mime"
	"net/http"
	"strings"
)

// Serve answers a request with a blob, as what it was found to be. A picture or a PDF is shown, anything
// else is saved. Nothing in it can run or fetch.
func (s *Store) Serve(w http.ResponseWriter, req *http.Request, f File) error {
	blob, err := s.Open(f.ID)
	if err != nil {
		return err
	}
	defer blob.Close()
	policy, disposition := "default-src 'none'; style-src 'unsafe-inline'; sandbox", "attachment"
	switch {
	case strings.HasPrefix(f.Media, "image/"):
		disposition = "inline"
	case f.Media == "application/pdf":
		disposition = "inline"
		policy = "default-src 'none'; style-src 'unsafe-inline'" // a browser's viewer does not start in a sandbox
	}
	h := w.Header()
	h.Set("Content-Type", f.Media)
	h.Set("Content-Disposition", cmp.Or(mime.FormatMediaType(disposition, map[string]string{"filename": cmp.Or(f.Name, f.ID)}), disposition))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", policy)
	h.Set("ETag", `"`+f.SHA256+`"`)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	http.ServeContent(w, req, "", f.MadeAt, blob)
	return nil
}
