package web

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/file"
	"kompobib/internal/web/view"
)

// A file that comes with a form is stored before the form is read, and a mistake in another field would lose it: no
// browser fills in a file again. So the form that is shown anew names the file, in an envelope that only this
// person's forms can bring back, in the same field with the same limits. What no row tells of in a day is swept away.

var errFileGone = fault.Define(fault.Invalid, "file.gone")

// fileControls are the field of a file, and before it the file that came before a mistake.
func fileControls(f view.Field) []control {
	f.Kind = "file"
	return []control{{Field: view.Field{Name: f.Name + "_kept"}, As: "kept"}, {Field: f}}
}

// upload is the file that a form brings in a field, or brought when it had mistakes; without an id if none did.
func (s *Server) upload(req *http.Request, person, field string, limits file.Limits) (f file.File, err error) {
	form, kept := formOf(req), field+"_kept"
	if req.MultipartForm != nil && len(req.MultipartForm.File[field]) > 0 && req.MultipartForm.File[field][0].Size > 0 {
		head := req.MultipartForm.File[field][0]
		body, err := head.Open()
		if err != nil {
			return f, err
		}
		defer body.Close()
		form.Del(kept)
		if f, err = s.Files.Receive(body, head.Filename, limits); err == nil {
			form.Set(kept, s.keep(f, person, field, limits))
		}
		return f, at(err, field)
	}
	if form.text(kept) == "" {
		return f, nil
	}
	text, mac, _ := strings.Cut(form.text(kept), ".")
	if !hmac.Equal([]byte(mac), []byte(s.keptBy(text, person, field, limits))) || json.Unmarshal(envelope(text), &f) != nil {
		form.Del(kept)
		return file.File{}, errFileGone.At(field)
	}
	blob, err := s.Files.Open(f.ID)
	if err != nil {
		form.Del(kept)
		return file.File{}, errFileGone.At(field)
	}
	return f, blob.Close()
}

// at is a fault as a mistake in a field.
func at(err error, field string) error {
	if faults := fault.Of(err); faults != nil {
		return &fault.Fault{Kind: fault.Invalid, Code: faults[0].Code, Args: faults[0].Args, Field: field}
	}
	return err
}

func (s *Server) keep(f file.File, person, field string, limits file.Limits) string {
	text, err := json.Marshal(f)
	if err != nil {
		return ""
	}
	sealed := base64.RawURLEncoding.EncodeToString(text)
	return sealed + "." + s.keptBy(sealed, person, field, limits)
}

// keptBy seals an envelope for a person's forms that take such a file there.
func (s *Server) keptBy(sealed, person, field string, limits file.Limits) string {
	return s.Ring.Hash("kept file", fmt.Sprintf("%q %q %d %q %s", person, field, limits.Size, limits.Media, sealed))
}

func envelope(text string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return b
}

// keptName is what a kept file is called.
func keptName(kept string) string {
	var f file.File
	text, _, _ := strings.Cut(kept, ".")
	if json.Unmarshal(envelope(text), &f) != nil {
		return ""
	}
	return f.Name
}
