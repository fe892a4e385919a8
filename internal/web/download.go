package web

import (
	"bytes"
	"cmp"
	"context"
	"net/http"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

// wanted is the format that a list without persons is asked for as a file, "" for a page.
func wanted(req *http.Request) string { return fileFormat(req.URL.Query().Get("format")) }

// taking is the format in which a list of persons is taken as a file, "" for a page. It takes a button, since
// it is recorded: a link changes nothing.
func taking(req *http.Request) string { return fileFormat(req.PostFormValue("format")) }

func fileFormat(format string) string {
	switch format {
	case sheet.XLSX, sheet.CSV:
		return format
	}
	return ""
}

// hand answers with a list of persons as a file, and records who took it.
func (s *Server) hand(w http.ResponseWriter, req *http.Request, r view.Reader, list, row string, persons int, name string, t sheet.Table) error {
	format := cmp.Or(taking(req), sheet.CSV)
	err := s.DB.Tx(req.Context(), r.Person, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Taken(list, row, persons, format))
	})
	if err != nil {
		return err
	}
	return download(w, format, name, t)
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
