package web

import (
	"slices"
	"strings"

	"kompobib/internal/access"
)

// chapterOf is whose a chapter of the handbook is, by its address. Those that are not named are for all.
var chapterOf = map[string][]access.Role{
	"kontaktperson": {access.Contact},
	"arrangör":      {access.Organiser, access.Office},
	"projektkontor": {access.Office},
	"styrgrupp":     {access.Steering},
	"revisor":       {access.Auditor},
	"administratör": {access.Administrator},
}

// A roleHelp is which section tells of a page for who holds a role, where [helps] names one for others.
type roleHelp struct {
	role    access.Role
	section string
}

// What several pages tell the same role.
var (
	readsReach    = []roleHelp{{access.Auditor, "granska-en-siffra"}, {access.Steering, "se-hur-långt-projektet-har-nått"}, {access.Contact, "bjud-in-medarbetare-som-inte-har-varit-med"}}
	readsLearning = []roleHelp{{access.Auditor, "granska-lärandet"}, {access.Steering, "följ-lärandet"}}
	readsEvidence = []roleHelp{{access.Auditor, "granska-en-siffra"}}
)

// ofLearning is readsLearning with the contact, who is told of what the own workplaces do.
func ofLearning(contact string) []roleHelp {
	return append(slices.Clone(readsLearning), roleHelp{access.Contact, contact})
}

// helpsOf are pages that several roles read to ends of their own, by the pattern that [helps] has. Of several roles the one that
// sees most stands first.
var helpsOf = map[string][]roleHelp{
	"GET /reach":                         readsReach,
	"GET /programmes/{slug}/reach":       readsReach,
	"GET /programmes/{slug}/not-reached": readsReach,
	"GET /programmes/{slug}/mix":         readsLearning,
	"GET /learning":                      append([]roleHelp{{access.Office, "följ-arbetsplatsernas-lärande"}}, ofLearning("led-arbetsplatsens-lärande")...),
	"GET /programmes/{slug}/learning":    ofLearning("led-arbetsplatsens-lärande"),
	"GET /programmes/{slug}/workplaces":  {{access.Contact, "led-arbetsplatsens-lärande"}},
	"GET /programmes/{slug}/swot":        ofLearning("gör-er-nulägesanalys"),
	"GET /programmes/{slug}/needs":       ofLearning("skriv-er-kompetensplan"),
	"GET /programmes/{slug}/assessments": ofLearning("svara-på-en-självskattning"),
	"GET /programmes/{slug}/workshops":   ofLearning("planera-er-workshop"),
	"GET /programmes/{slug}/commitments": ofLearning("skriv-åtaganden-och-följ-upp-dem"),
	"GET /programmes/{slug}/signs":       ofLearning("skriv-ert-fokus-och-visa-det"),
	"GET /programmes/{slug}/themes":      readsLearning,
	"GET /programmes/{slug}/reflections": readsLearning,
	"GET /programmes/{slug}/quotations":  readsLearning,
	"GET /activities":                    readsEvidence,
	"GET /occasions/{id}/seats":          readsEvidence,
	"GET /meetings/{id}/attendance":      readsEvidence,
	"GET /meetings/{id}/evidence":        readsEvidence,
	"GET /evidence":                      readsEvidence,
	"GET /people":                        readsEvidence,
	"GET /people/{person}":               readsEvidence,
	"GET /occasions/{id}":                {{access.Contact, "anmäl-medarbetare"}}, // who signs staff up does it there
	"GET /programmes":                    {{access.Administrator, "skapa-ett-projekt"}},
}

// ownChapters are where someone begins who may not open a page, by the role that sees most of those that they hold.
var ownChapters = []struct {
	role    access.Role
	chapter string
}{
	{access.Office, "projektkontor"}, {access.Administrator, "administratör"}, {access.Auditor, "revisor"}, {access.Steering, "styrgrupp"},
	{access.Organiser, "arrangör"}, {access.Contact, "kontaktperson"}, {access.Participant, "deltagare"},
}

// helpFor is the address of what the handbook tells whoever asks of a route's pages: of one that they may not open, what they themselves
// can do.
func helpFor(route route, v access.Viewer) string {
	at := helpAt(route.pattern, v)
	if v.Can(route.right) {
		return at
	}
	chapter, _, _ := strings.Cut(strings.TrimPrefix(at, "/help/"), "#")
	if whose := chapterOf[chapter]; whose == nil || slices.ContainsFunc(whose, v.Is) {
		return at
	}
	for _, own := range ownChapters {
		if v.Is(own.role) {
			return handbook().at(own.chapter)
		}
	}
	return at
}

// helpAt is the address of what the handbook tells whoever asks of a route's pages.
func helpAt(pattern string, v access.Viewer) string {
	pattern = strings.Replace(pattern, "POST ", "GET ", 1)
	for pattern != "" {
		if section := helps[pattern]; section != "" {
			return handbook().at(sectionFor(v, section, helpsOf[pattern]))
		}
		pattern = pattern[:max(strings.LastIndexByte(pattern, '/'), 0)]
	}
	return "/help"
}

// sectionFor chooses the section of a page for its reader: the usual one if it stands in a chapter of a role of theirs, otherwise
// that of a role that they hold.
func sectionFor(v access.Viewer, usual string, others []roleHelp) string {
	if slices.ContainsFunc(chapterOf[handbook().chapterWith(usual)], v.Is) {
		return usual
	}
	for _, other := range others {
		if v.Is(other.role) {
			return other.section
		}
	}
	return usual
}
