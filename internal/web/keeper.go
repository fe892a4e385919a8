package web

import (
	"context"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/people"
	"kompobib/internal/web/view"
)

// A keeper is an authority at which a text becomes a public document, and where that is.
type keeper struct{ name, at string }

// either names keepers, each once, and where each is unless it is one and the same everywhere.
func either(r view.Reader, list []keeper) string {
	alike := !slices.ContainsFunc(list, func(k keeper) bool { return k.name != list[0].name })
	var said []string
	for _, k := range list {
		text := k.name
		if !alike && k.at != k.name {
			text += " (" + k.at + ")"
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	return strings.Join(said, " "+r.Say("reflection.or")+" ")
}

// employersAt is by whom the reader is employed, by workplace.
func (s *Server) employersAt(ctx context.Context, c db.Conn, r view.Reader) (map[string]string, error) {
	list, err := people.Employments(ctx, c, r.Viewer, r.Person)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(e people.Employment) bool { return !e.Valid.Has(s.date()) })
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Employer)
	}
	names, err := people.EmployerNames(ctx, c, ids)
	at := map[string][]string{}
	for _, e := range list {
		if name := names[e.Employer]; !slices.Contains(at[e.Workplace], name) {
			at[e.Workplace] = append(at[e.Workplace], name)
		}
	}
	said := map[string]string{}
	for workplace, employers := range at {
		said[workplace] = strings.Join(employers, " "+r.Say("reflection.or")+" ")
	}
	return said, err
}
