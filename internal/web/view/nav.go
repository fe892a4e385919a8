package view

import (
	"slices"

	"kompobib/internal/access"
)

// An Entry of the navigation is shown to those with one of its rights.
type Entry struct {
	Href, Code string
	Rights     []access.Right
}

// Navigation is all of it, in order. A test keeps every address among the routes, for those with the same rights.
var Navigation = []Entry{
	{"/calendar", "nav.calendar", []access.Right{access.Public}},
	{"/me", "nav.me", []access.Right{access.SeeSelf}},
	{"/workplace", "nav.workplace", []access.Right{access.SeeStaff}},
	{"/learning", "nav.learning", []access.Right{access.Learn}},
	{"/office", "nav.office", []access.Right{access.PlanAny}},
	{"/activities", "nav.activities", []access.Right{access.SeeSignups}},
	{"/evidence", "nav.evidence", []access.Right{access.SeeAttendance}},
	{"/reach", "nav.reach", []access.Right{access.SeeReach}},
	{"/publications", "nav.publications", []access.Right{access.Publish}},
	{"/people", "nav.people", []access.Right{access.SeePeople}},
	{"/workplaces", "nav.organisation", []access.Right{access.EditOrganisation, access.SeePeople}},
	{"/programmes", "nav.programmes", []access.Right{access.EditProgramme}},
	{"/outbox", "nav.outbox", []access.Right{access.SeeOutbox}},
	{"/accounts", "nav.accounts", []access.Right{access.ManageAccounts}},
	{"/audit", "nav.audit", []access.Right{access.SeeAudit}},
}

// Nav is the navigation for r.
func (r Reader) Nav() (entries []Entry) {
	for _, e := range Navigation {
		if slices.ContainsFunc(e.Rights, r.Can) {
			entries = append(entries, e)
		}
	}
	return entries
}
