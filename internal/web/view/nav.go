package view

import (
	"slices"
	"strings"

	"kompobib/internal/access"
)

// An Entry of the navigation is shown to those with one of its rights.
type Entry struct {
	Href, Code string
	Rights     []access.Right
	Parts      []string // of a programme's pages, /programmes/{slug}/part, that belong here
}

// Navigation is all of it, in order. A test keeps every address among the routes, for those with the same rights.
var Navigation = []Entry{
	{"/calendar", "nav.calendar", []access.Right{access.Public}, nil},
	{"/me", "nav.me", []access.Right{access.SeeSelf}, nil},
	{"/workplace", "nav.workplace", []access.Right{access.SeeStaff}, nil},
	{"/office", "nav.office", []access.Right{access.PlanAny}, []string{"office"}},
	{"/activities", "nav.activities", []access.Right{access.SeeSignups}, nil},
	{"/reach", "nav.reach", []access.Right{access.SeeReach}, []string{"reach", "not-reached"}},
	{"/people", "nav.people", []access.Right{access.SeePeople}, nil},
	{"/workplaces", "nav.organisation", []access.Right{access.EditOrganisation, access.SeePeople}, nil},
	{"/programmes", "nav.programmes", []access.Right{access.EditProgramme}, nil},
}

// Nav is the navigation for r.
func (r Reader) Nav() (entries []Entry) {
	for _, e := range Navigation {
		for _, right := range e.Rights {
			if r.Can(right) {
				entries = append(entries, e)
				break
			}
		}
	}
	return entries
}

// in reports whether the page belongs to e.
func (r Reader) in(e Entry) bool {
	if r.URL == nil {
		return false
	}
	part := ""
	if parts := strings.Split(r.URL.Path, "/"); len(parts) > 3 && parts[1] == "programmes" {
		part = parts[3]
	}
	for _, other := range Navigation {
		if slices.Contains(other.Parts, part) {
			return other.Href == e.Href
		}
	}
	return r.at(e.Href)
}
