package web

import (
	"net/http"
	"net/url"

	"kompobib/internal/fault"
)

// plainly leaves out of an address what nobody types and PostgreSQL refuses. What is left names nothing, or what was meant.
func plainly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if path := fault.Plain(req.URL.Path); path != req.URL.Path {
			req.URL.Path, req.URL.RawPath = path, ""
		}
		if q := req.URL.Query(); tidy(q) {
			req.URL.RawQuery = q.Encode()
		}
		next.ServeHTTP(w, req)
	})
}

// tidy makes the values of a form plain text, and reports whether any was not.
func tidy(form url.Values) (changed bool) {
	for _, values := range form {
		for i, v := range values {
			values[i] = fault.Plain(v)
			changed = changed || values[i] != v
		}
	}
	return changed
}
