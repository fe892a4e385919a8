package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kompobib/internal/access"
)

// An operation is one thing that a program may ask for, and the rights of which one is needed. What a right
// reaches, row by row, the subjects decide.
type operation struct {
	method, path string
	rights       []access.Right
	status       int
	id, summary  string
	description  string
	add          func(*Server, huma.API, huma.Operation)
}

// anyone is whoever has an account.
var anyone = []access.Right{access.SeeSelf}

// operations is everything there is.
var operations = []operation{
	{"GET", "/programmes", anyone, http.StatusOK, "listProgrammes", "The programmes", "The latest first.", add(listProgrammes)},
	{"GET", "/programmes/{p}", anyone, http.StatusOK, "getProgramme", "A programme", "With its goal areas.", add(getProgramme)},
	{"GET", "/programmes/{p}/occasions", anyone, http.StatusOK, "listOccasions", "The occasions that people sign up to",
		"In the order of their first meeting; those without one last. Occasions that are cancelled are left out.", add(listOccasions)},
	{"GET", "/programmes/{p}/workplaces", anyone, http.StatusOK, "listWorkplaces", "The workplaces of the programme's target group",
		"Those there are today, in the order of their ids.", add(listWorkplaces)},
	{"GET", "/programmes/{p}/employers", []access.Right{access.EditPeople, access.EditOrganisation}, http.StatusOK, "listEmployers", "The employers that a person can be employed by",
		"By name. They are the same for all programmes.", add(listEmployers)},
	{"GET", "/programmes/{p}/people", []access.Right{access.SeePeople, access.SeeStaff}, http.StatusOK, "listPeople", "The staff of the programme's target group",
		"Those employed today, in the order they were added; a workplace contact gets the staff of the own workplaces. Persons with protected identity are not among them.", add(listPeople)},
	{"POST", "/programmes/{p}/people", []access.Right{access.EditPeople}, http.StatusCreated, "addPerson", "Add a person with an employment",
		"At a workplace of the programme's target group. A personal identity number is not taken here.", add(addPerson)},
	{"POST", "/occasions/{id}/signups", []access.Right{access.SignUp}, http.StatusCreated, "signUp", "Sign a person up",
		"Gives a seat, or the last place in the queue. One may sign up oneself, colleagues at a workplace that one is contact for, and anyone at an occasion that one manages.", add(signUp)},
	{"DELETE", "/signups/{id}", []access.Right{access.SignUp}, http.StatusNoContent, "cancelSignup", "Cancel a sign-up",
		"The seat goes to the next who waits. What is cancelled already stays so, and the answer is the same.", add(cancelSignup)},
	{"GET", "/occasions/{id}/signups", anyone, http.StatusOK, "listSignups", "An occasion's sign-ups",
		"The seated first, then the queue, then those cancelled, each in the order they came: all of them, those of one's own staff, or one's own.", add(listSignups)},
	{"GET", "/occasions/{id}/why", anyone, http.StatusOK, "why", "Why a person has a seat or not",
		"What stands between a person and a seat at this moment, and what happens next. One may ask for those whom one may sign up.", add(why)},
	{"PUT", "/meetings/{id}/attendance", []access.Right{access.Learn}, http.StatusOK, "recordAttendance", "Record attendance",
		"Of at most 500 persons, all of them or nobody. Persons who are not named keep what is recorded. A row that says something else than before is a correction, and needs to say why; it then has to be attested anew.", add(recordAttendance)},
	{"GET", "/programmes/{p}/assessments", []access.Right{access.SeeOutcome}, http.StatusOK, "listAssessments", "Self-assessments",
		"What staff are asked in rounds, the oldest first. All are in one answer.", add(listAssessments)},
	{"GET", "/programmes/{p}/assessments/{survey}/results", []access.Right{access.SeeOutcome}, http.StatusOK, "assessmentResults", "What a round of a self-assessment was answered with",
		"Of a round that has closed, by groups that five persons or more have answered in; everyone gets the same ones. Fewer are told of together with others, and groups never overlap, so nothing smaller can be reckoned from them. All are in one answer.", add(assessmentResults)},
	{"GET", "/programmes/{p}/analyses", []access.Right{access.SeeOutcome}, http.StatusOK, "listAnalyses", "How far workplaces have come with their analysis",
		"In Swedish order of their names, with how many have come how far. Who sees numbers only gets no items; a contact gets the own workplaces. What the notes say is not told here.", add(listAnalyses)},
	{"GET", "/programmes/{p}/commitments", []access.Right{access.SeeLearning}, http.StatusOK, "listCommitments", "What workplaces have undertaken",
		"In the order in which they are followed up, those that have ended last: of all workplaces of the programme, or a contact's own. What persons have undertaken alone is not among them, and nobody is named.", add(listCommitments)},
	{"GET", "/programmes/{p}/workshops", []access.Right{access.SeeOutcome}, http.StatusOK, "listWorkshops", "How far workplaces have come with their workshops",
		"Workplaces by name: all of the programme, or a contact's own. Who may see how the programme goes, but not read of each workplace, gets the numbers, and only the workplace where they work. Nobody is named.", add(listWorkshops)},
	{"GET", "/programmes/{p}/needs", []access.Right{access.SeeLearning}, http.StatusOK, "listNeeds", "What workplaces need to be able to do",
		"By the day by which it is needed: of all workplaces of the programme, or a contact's own. Only what a workplace has agreed on, worded as it was then; nobody is named.", add(listNeeds)},
	{"GET", "/programmes/{p}/needs/summary", []access.Right{access.SeeOutcome}, http.StatusOK, "needSummary", "How many workplaces and staff need what",
		"By county, municipality, goal area or topic: of all workplaces of the programme, or a contact's own.", add(needSummary)},
	{"GET", "/programmes/{p}/reach", []access.Right{access.SeeReach}, http.StatusOK, "reach", "How many of the staff have been reached",
		"Figures that would tell of fewer than five persons are null for who may not see whom they count, and so are others from which those could be reckoned.", add(reach)},
	{"GET", "/programmes/{p}/reflections", anyone, http.StatusOK, "listReflections", "Reflections that are shared",
		"The latest first: those that everyone may read, those of the caller's own workplaces, and to who reads the programme's learning those that are shared with it. What is withdrawn is gone from here at once.", add(listReflections)},
}

// Operations returns the pattern of each operation with the rights of which one is needed.
func Operations() map[string][]access.Right {
	all := make(map[string][]access.Right, len(operations))
	for _, o := range operations {
		all[o.method+" "+Root+o.path] = o.rights
	}
	return all
}

// add registers f for an operation, in the caller's name and language.
func add[I, O any](f func(s *Server, ctx context.Context, c caller, in *I) (*O, error)) func(*Server, huma.API, huma.Operation) {
	return func(s *Server, a huma.API, op huma.Operation) {
		huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
			c := callerOf(ctx)
			out, err := f(s, ctx, c, in)
			if err != nil {
				return nil, s.problem(ctx, c, err)
			}
			return out, nil
		})
	}
}
