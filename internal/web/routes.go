package web

import (
	"net/http"

	"kompobib/internal/access"
	"kompobib/internal/web/view"
)

// A route is a page or an act, and the right that it takes.
type route struct {
	pattern string
	right   access.Right
	serve   func(*Server, http.ResponseWriter, *http.Request, view.Reader) error
}

// routes is every page there is. What a right reaches, row by row, the subjects decide.
var routes = []route{
	{"GET /{$}", access.Public, (*Server).home},
	{"GET /p/{slug}", access.Public, (*Server).programmePage},
	{"GET /calendar", access.Public, (*Server).calendarPage},
	{"GET /activities/{id}", access.Public, (*Server).activityPage},
	{"GET /logo/{file}", access.Public, (*Server).logoFile},
	{"GET /accessibility", access.Public, (*Server).accessibility},
	{"GET /privacy", access.Public, (*Server).privacy},

	{"GET /people", access.SeePeople, (*Server).listPeople},
	{"GET /people/new", access.EditPeople, (*Server).newPerson},
	{"POST /people/new", access.EditPeople, (*Server).addPerson},
	{"GET /people/{person}", access.SeeSelf, (*Server).showPerson},
	{"GET /people/{person}/edit", access.EditPeople, (*Server).editPerson},
	{"POST /people/{person}/edit", access.EditPeople, (*Server).changePerson},
	{"GET /people/{person}/identity", access.SeeIdentity, (*Server).askIdentity},
	{"POST /people/{person}/identity", access.SeeIdentity, (*Server).setIdentity},
	{"GET /people/{person}/see/{what}", access.SeeIdentity, (*Server).askSight},
	{"POST /people/{person}/see/{what}", access.SeeIdentity, (*Server).takeSight},
	{"GET /people/{person}/employments/new", access.EditPeople, (*Server).newEmployment},
	{"POST /people/{person}/employments/new", access.EditPeople, (*Server).addEmployment},
	{"GET /people/{person}/employments/{employment}/change", access.EditPeople, askEmployment("change")},
	{"POST /people/{person}/employments/{employment}/change", access.EditPeople, (*Server).changeEmployment},
	{"GET /people/{person}/employments/{employment}/end", access.EditPeople, askEmployment("end")},
	{"POST /people/{person}/employments/{employment}/end", access.EditPeople, (*Server).endEmployment},
	{"GET /people/{person}/employments/{employment}/correct", access.EditPeople, askEmployment("correct")},
	{"POST /people/{person}/employments/{employment}/correct", access.EditPeople, (*Server).correctEmployment},

	{"GET /workplaces", access.SeeSelf, (*Server).listWorkplaces},
	{"GET /workplaces/new", access.EditOrganisation, (*Server).newUnit},
	{"POST /workplaces/new", access.EditOrganisation, (*Server).addUnit},
	{"GET /workplaces/{unit}", access.SeeSelf, (*Server).showUnit},
	{"GET /workplaces/{unit}/{step}", access.EditOrganisation, (*Server).askUnit},
	{"POST /workplaces/{unit}/{step}", access.EditOrganisation, (*Server).reorganise},
	{"GET /employers", access.EditOrganisation, (*Server).listEmployers},
	{"GET /employers/new", access.EditOrganisation, (*Server).askEmployer},
	{"POST /employers/new", access.EditOrganisation, (*Server).saveEmployer},
	{"GET /employers/{employer}/edit", access.EditOrganisation, (*Server).askEmployer},
	{"POST /employers/{employer}/edit", access.EditOrganisation, (*Server).saveEmployer},

	{"POST /language", access.Public, (*Server).chooseLanguage},

	{"GET /sign-in", access.Public, (*Server).signIn},
	{"POST /sign-in", access.Public, (*Server).askLink},
	{"POST /sign-in/password", access.Public, (*Server).signInByPassword},
	{"GET /sign-in/code", access.Public, (*Server).codePage},
	{"POST /sign-in/code", access.Public, (*Server).useCode},
	{"GET /sign-in/choose", access.Public, (*Server).choosePage},
	{"POST /sign-in/choose", access.Public, (*Server).choose},
	{"GET /sign-in/{token}", access.Public, (*Server).linkPage},
	{"POST /sign-in/{token}", access.Public, (*Server).useLink},
	{"POST /sign-out", access.Public, (*Server).signOut},
	{"GET /me/security", access.SeeSelf, (*Server).security},
	{"POST /me/security/password", access.SeeSelf, (*Server).setPassword},
	{"POST /me/security/end", access.SeeSelf, (*Server).endSession},
	// Programmes, by those who run them.
	{"GET /programmes", access.EditProgramme, (*Server).listProgrammes},
	{"GET /programmes/new", access.NewProgramme, (*Server).newProgramme},
	{"POST /programmes", access.NewProgramme, (*Server).createProgramme},
	{"GET /programmes/{slug}/edit", access.EditProgramme, (*Server).editProgramme},
	{"POST /programmes/{slug}/edit", access.EditProgramme, (*Server).saveProgramme},
	{"POST /programmes/{slug}/state", access.EditProgramme, (*Server).moveProgramme},
	{"GET /programmes/{slug}/targets", access.EditProgramme, (*Server).showTargets},
	{"POST /programmes/{slug}/targets", access.EditProgramme, (*Server).saveTargets},
	{"GET /programmes/{slug}/goals/{id}", access.EditProgramme, showPart(goalPart)},
	{"POST /programmes/{slug}/goals/{id}", access.EditProgramme, savePart(goalPart)},
	{"GET /programmes/{slug}/goals/{id}/remove", access.EditProgramme, askRemovePart(goalPart)},
	{"POST /programmes/{slug}/goals/{id}/remove", access.EditProgramme, removePart(goalPart)},
	{"GET /programmes/{slug}/phases/{id}", access.EditProgramme, showPart(phasePart)},
	{"POST /programmes/{slug}/phases/{id}", access.EditProgramme, savePart(phasePart)},
	{"GET /programmes/{slug}/phases/{id}/remove", access.EditProgramme, askRemovePart(phasePart)},
	{"POST /programmes/{slug}/phases/{id}/remove", access.EditProgramme, removePart(phasePart)},
	{"GET /programmes/{slug}/partners/{id}", access.EditProgramme, showPart(partnerPart)},
	{"POST /programmes/{slug}/partners/{id}", access.EditProgramme, savePart(partnerPart)},
	{"GET /programmes/{slug}/partners/{id}/remove", access.EditProgramme, askRemovePart(partnerPart)},
	{"POST /programmes/{slug}/partners/{id}/remove", access.EditProgramme, removePart(partnerPart)},

	// Activities, by those who plan them.
	{"GET /activities", access.SeeSignups, (*Server).listActivities},
	{"GET /activities/new", access.Plan, (*Server).newActivity},
	{"POST /activities", access.Plan, (*Server).createActivity},
	{"GET /activities/{id}/edit", access.Plan, (*Server).editActivity},
	{"POST /activities/{id}/edit", access.Plan, (*Server).saveActivity},
	{"GET /activities/{id}/questions/{question}", access.Plan, (*Server).showQuestion},
	{"POST /activities/{id}/questions/{question}", access.Plan, (*Server).saveQuestion},
	{"GET /activities/{id}/questions/{question}/remove", access.Plan, (*Server).askRemoveQuestion},
	{"POST /activities/{id}/questions/{question}/remove", access.Plan, (*Server).removeQuestion},
	{"GET /activities/{id}/occasions/new", access.Plan, (*Server).newOccasion},
	{"POST /activities/{id}/occasions", access.Plan, (*Server).createOccasion},
	{"GET /occasions/{id}/edit", access.Plan, (*Server).editOccasion},
	{"POST /occasions/{id}/edit", access.Plan, (*Server).saveOccasion},
	{"GET /occasions/{id}/cancel", access.Plan, (*Server).askCancelOccasion},
	{"POST /occasions/{id}/cancel", access.Plan, (*Server).cancelOccasion},
	{"GET /occasions/{id}/meetings/{meeting}", access.Plan, (*Server).showMeeting},
	{"POST /occasions/{id}/meetings/{meeting}", access.Plan, (*Server).saveMeeting},
	{"GET /occasions/{id}/meetings/{meeting}/remove", access.Plan, (*Server).askRemoveMeeting},
	{"POST /occasions/{id}/meetings/{meeting}/remove", access.Plan, (*Server).removeMeeting},

	{"GET /reach", access.SeeReach, (*Server).reachStart},
	{"GET /programmes/{slug}/reach", access.SeeReach, (*Server).reach},
	{"GET /programmes/{slug}/reach/rows", access.SeeReach, (*Server).reachRows},
	{"GET /programmes/{slug}/not-reached", access.SeeNotReached, (*Server).notReachedPage},
	{"POST /programmes/{slug}/not-reached", access.Invite, (*Server).invite},
	{"GET /office", access.PlanAny, (*Server).officeStart},
	{"GET /programmes/{slug}/office", access.PlanAny, (*Server).officePage},

	// Seats, attendance and its evidence.
	{"GET /occasions/{id}", access.Public, (*Server).occasionPage},
	{"POST /occasions/{id}/sign-up", access.SignUp, (*Server).signUp},
	{"POST /occasions/{id}/answers", access.SignUp, (*Server).saveAnswers},
	{"POST /occasions/{id}/leave", access.SignUp, (*Server).cancelSeat},
	{"POST /occasions/{id}/staff", access.SignStaff, (*Server).signStaff},
	{"GET /occasions/{id}/seats", access.SeeSignups, (*Server).seatsPage},
	{"POST /occasions/{id}/seats", access.Seat, (*Server).seatOther},
	{"POST /occasions/{id}/seats/leave", access.Seat, (*Server).cancelSeat},
	{"GET /me", access.SeeSelf, (*Server).me},
	{"GET /workplace", access.SeeStaff, (*Server).workplace},
	{"POST /workplace/passed-on", access.SignStaff, (*Server).passOn},
	{"POST /workplace/attest", access.SignStaff, (*Server).attestStaff},
	{"GET /meetings/{id}/attendance", access.SeeAttendance, (*Server).attendancePage},
	{"POST /meetings/{id}/attendance", access.Attendance, (*Server).takeAttendance},
	{"GET /meetings/{id}/attendance/{person}", access.SeeSelf, (*Server).attendanceHistory},
	{"POST /meetings/{id}/attest", access.Attendance, (*Server).attest},
	{"GET /meetings/{id}/sheet", access.Attendance, (*Server).sheetPage},
	{"POST /meetings/{id}/sheet", access.Attendance, (*Server).newSheet},
	{"GET /meetings/{id}/evidence", access.SeeAttendance, (*Server).evidencePage},
	{"POST /meetings/{id}/evidence/{file}", access.SeeAttendance, (*Server).seeScan},
	{"GET /s/{code}", access.Attendance, (*Server).sheetCode},
	{"GET /sheets", access.Attendance, (*Server).filePage},
	{"POST /sheets", access.Attendance, (*Server).fileSheet},
	{"GET /evidence", access.SeeAttendance, (*Server).withoutEvidence},
}
