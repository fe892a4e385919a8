package web

import (
	"bytes"
	"net/http"

	"kompobib/internal/sheet"
)

// wanted is the format that a list is asked for as a file, "" for a page.
func wanted(req *http.Request) string {
	switch format := req.URL.Query().Get("format"); format {
	case sheet.XLSX, sheet.CSV:
		return format
	}
	return ""
}

// download answers with a list as a file, whole or not at all.
func download(w http.ResponseWriter, format, name string, t sheet.Table) error {
	t.Name = name
	var b bytes.Buffer
	if err := t.Write(&b, format); err != nil {
		return err
	}
	w.Header().Set("Content-Type", sheet.MediaType(format))
	w.Header().Set("Content-Disposition", sheet.Disposition(name, format))
	_, err := b.WriteTo(w)
	return gone(err)
}
