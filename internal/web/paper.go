package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/pdf"
	"kompobib/internal/sheet"
	"kompobib/internal/web/static"
	"kompobib/internal/web/view"
)

// A paper is something to print. What stands on it is described once: the page and the PDF file show the same.
type paper struct {
	pdf.Document
	Programme string
	Crumbs    []view.Link
	Href      string // of the page; the file stands beside it
	Query     string // that both are asked with, "?version=1"
	Wide      bool
}

// A papered reads what is to be printed.
type papered func(ctx context.Context, c db.Conn, s *Server, req *http.Request, r view.Reader) (paper, error)

func (s *Server) readPaper(req *http.Request, r view.Reader, of papered) (p paper, err error) {
	err = s.DB.Snapshot(req.Context(), func(c db.Conn) (err error) {
		p, err = of(req.Context(), c, s, req, r)
		return err
	})
	return p, err
}

// prints shows a paper as a page.
func prints(of papered) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		p, err := s.readPaper(req, r, of)
		if err != nil {
			return err
		}
		return render(w, req, http.StatusOK, paperView(r.In(p.Programme), p))
	}
}

// printsFile answers with a paper as a PDF file.
func printsFile(of papered) handler {
	return func(s *Server, w http.ResponseWriter, req *http.Request, r view.Reader) error {
		p, err := s.readPaper(req, r, of)
		if err != nil {
			return err
		}
		return s.sendPDF(w, r.In(p.Programme), p.Document)
	}
}

// sendPDF answers with a document, whole or not at all, in the reader's language and with who pays.
func (s *Server) sendPDF(w http.ResponseWriter, r view.Reader, d pdf.Document) error {
	d.Language, d.Author, d.Date = r.Tag(), s.Service, s.DB.Now()
	if p := r.Programme(); p != nil {
		d.Head, d.Fund.Statement = p.ShortName, p.Statement[r.Language]
		if p.Emblem != "" {
			var err error
			if d.Fund.Emblem, err = pdf.ReadPicture(static.Text(p.Emblem)); err != nil {
				return fmt.Errorf("%s: %w", p.Emblem, err)
			}
			d.Fund.Emblem.Alt = p.EmblemAlt[r.Language]
		}
	}
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", pdf.MediaType)
	w.Header().Set("Content-Disposition", strings.Replace(sheet.Disposition(d.Title, "pdf"), "attachment", "inline", 1)) // to look at it before it is printed
	_, err := b.WriteTo(w)
	return gone(err)
}

// squarePicture is a square for phones to read, as large as so many mm.
func squarePicture(path string, size int, mm float64, alt string) pdf.Picture {
	return pdf.Picture{Alt: alt, Width: float64(size), Height: float64(size), Size: mm, Shapes: []pdf.Shape{{Path: path}}}
}

// colourOf is a colour as a drawing names it.
func colourOf(c pdf.Colour) string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

func boxOf(p pdf.Picture) string { return fmt.Sprintf("%g %g %g %g", p.Left, p.Top, p.Width, p.Height) }

// spoken is the language of a text: another's, or the reader's.
func spoken(r view.Reader, lang string) string { return cmp.Or(lang, r.Tag()) }

// tableName is what the table among blocks is read out as: its caption, or the heading that it stands under.
func tableName(blocks []pdf.Block, at int) string {
	if t := blocks[at].(pdf.Table); t.Caption != "" {
		return t.Caption
	}
	for i := at; i >= 0; i-- {
		if h, ok := blocks[i].(pdf.Heading); ok {
			return h.Text
		}
	}
	return ""
}

func paperColumns(t pdf.Table) (columns []view.Column) {
	for _, c := range t.Columns {
		columns = append(columns, view.Column{Label: c.Label, Number: c.Number})
	}
	return columns
}
