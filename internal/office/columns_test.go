package office_test

import "strings"

// moves are the columns that tell whose a row is: they follow when two persons are joined.
var moves = strings.Fields(`
	account.person activity.organiser api_token.person attendance.person attendance_before.person employment.person commitment.owner
	commitment_event.owner follow_up_link.person identity_number.person letter.person occasion.leader plan_writer.person reflection.person
	role_grant.person roster_import.made_by roster_import.read_by roster_undo.person roster_undo.row_id session.person signup.person
	survey_answered.person survey_own.person swot_own.person workshop.leader workshop.note_taker`)

// stays are the columns that tell under which id something was done, and so do not follow.
var stays = map[string]string{
	"need_activity.made_by":          "who tied them",
	"need_event.made_by":             "who did it",
	"need_text.made_by":              "who wrote",
	"plan_agreement.made_by":         "who said so",
	"topic_activity.made_by":         "who tied them",
	"attendance.attested_by":         "who vouched",
	"attendance.recorded_by":         "who recorded",
	"attendance_before.attested_by":  "who vouched",
	"attendance_before.corrected_by": "who corrected",
	"attendance_before.recorded_by":  "who recorded",
	"audit.actor":                    "who did it",
	"audit.row_id":                   "what was done to the row under its id",
	"audit.subject":                  "whose key seals what stood there: the key remains",
	"commitment_check.confirmed_by":  "who confirmed",
	"commitment_event.made_by":       "who did it",
	"file.made_by":                   "who stored it",
	"focus_text.made_by":             "who wrote",
	"job.made_by":                    "who asked for it",
	"mailing.made_by":                "who sent it",
	"observed_sign.made_by":          "who noted it",
	"learning_record_text.agreed_by": "who said so",
	"learning_record_text.made_by":   "who wrote",
	"once.actor":                     "who asked",
	"owner_key.owner":                "the key of what the audit seals",
	"passed_on.actor":                "who gave the word",
	"person.id":                      "the row that goes",
	"person_merge.into_person":       "raised by the joining itself",
	"person_merge.person":            "the id that leads on",
	"publication_text.made_by":       "who wrote",
	"quotation.asked_by":             "who asked",
	"reflection_theme.made_by":       "who coded",
	"roster_import.applied_by":       "who carried it out",
	"roster_import.undone_by":        "who undid it",
	"roster_item.person":             "whom the list was compared with: that they were joined since is told of",
	"sheet.made_by":                  "who printed",
	"sheet_scan.filed_by":            "who filed",
	"signup_event.actor":             "who did it",
	"swot_agreement.made_by":         "who said so",

	"survey_question_before.changed_by": "who mended it",
}
