package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"kompobib/internal/web/view"
)

// publicPages are those that tell everyone who has not signed in the same, and so may be kept as written.
var publicPages = []string{"GET /{$}", "GET /p/{slug}", "GET /calendar", "GET /calendar/month", "GET /activities/{id}", "GET /accessibility", "GET /privacy", "GET /help", "GET /help/{chapter}",
	"GET /p/{slug}/blog", "GET /p/{slug}/blog/{item}", "GET /p/{slug}/letters", "GET /p/{slug}/letters/{item}", "GET /p/{slug}/documents", "GET /p/{slug}/{item}"}

// pagesSize is how many bytes of pages are kept; then we begin anew.
const pagesSize = 8 << 20

// Pages are public pages as they were sent, by language, encoding and address.
type pages struct {
	mu   sync.Mutex
	all  map[string][]byte
	size int
}

func newPages() *pages { return &pages{all: map[string][]byte{}} }

func (p *pages) page(name string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[name]
}

func (p *pages) keep(name string, page []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.size += len(name) + len(page); p.size > pagesSize {
		p.size = len(name) + len(page)
		clear(p.all)
	}
	p.all[name] = page
}

// sendKept answers with a page that was written before for someone just as unknown, under the same front. If
// there is none, it sees to it that the one now written is kept.
func sendKept(w http.ResponseWriter, req *http.Request, r view.Reader, f *front, route route) bool {
	if r.SignedIn() || r.Notice != nil || req.Method != http.MethodGet || !slices.Contains(publicPages, route.pattern) {
		return false
	}
	name := r.Tag() + " " + strconv.FormatBool(squeezes(req)) + " " + req.URL.RequestURI()
	page := f.pages.page(name)
	if page == nil {
		seen(req).keep = func(page []byte) { f.pages.keep(name, page) }
		return false
	}
	pageHeader(w)
	sendWhole(w, req, page)
	return true
}

// sendWhole writes a page that is squeezed already, if whoever asks can take that.
func sendWhole(w http.ResponseWriter, req *http.Request, page []byte) {
	h := w.Header()
	if squeezes(req) {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.Write(page)
}

// squeezed is a page as [sendWhole] sends it.
func squeezed(req *http.Request, page []byte) ([]byte, error) {
	if !squeezes(req) {
		return bytes.Clone(page), nil
	}
	var b bytes.Buffer
	err := squeeze(&b, page)
	return b.Bytes(), err
}
