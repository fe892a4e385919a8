package web

var runs = reaches{"office administrator", "office administrator", "administrator"}

// constants are parameters that name no row.
var constants = map[string]string{"{what}": "contact", "{step}": "rename"}

// rowless are routes whose rows a world cannot have, with the reason. They are walked with a row that is missing.
var rowless = map[string]string{
	"GET /audit/{event}":                  "a change is made in TestWhatStoodBefore",
	"POST /audit/{event}":                 "likewise",
	"GET /logo/{file}":                    "logotypes lie among the files, which are tried with the pages that show them",
	"GET /sign-in/{token}":                "a token is known to nobody but who gets the letter; tried in TestSignIn",
	"POST /sign-in/{token}":               "likewise",
	"POST /meetings/{id}/evidence/{file}": "scans are filed in TestEvidence",
	"GET /p/{slug}/documents/{document}":  "documents lie among the files, and are tried in TestDocument",
	"GET /s/{code}":                       "a sheet's code is made as it is printed; tried with the evidence",

	"GET /accounts/{person}/roles/{grant}/end":  "a participant holds no role; another does",
	"POST /accounts/{person}/roles/{grant}/end": "likewise",
}

// queries are what a route needs to be told besides.
var queries = map[string]string{"GET /programmes/{slug}/reach/rows": "?figure=staff", "POST /programmes/{slug}/reach/rows/file": "?figure=staff"}

// forms are those that name the row themselves.
var forms = map[string]string{
	"POST /activities":                 "programme={programme}",
	"POST /activities/{id}/edit":       "programme={programme}&organiser={organiser}",
	"POST /occasions/{id}/seats":       "person={contact}",
	"POST /occasions/{id}/seats/leave": "person={person}",
	"POST /workplace/passed-on":        "activity={activity}&workplace={unit}",
	"POST /workplace/attest":           "meeting={meeting}",
}

// reach is who gets in at each route.
var reach = map[string]reaches{
	// What everyone may see, and doors.
	"GET /{$}":                           public,
	"GET /p/{slug}":                      public,
	"GET /p/{slug}/blog":                 public,
	"GET /p/{slug}/blog/{item}":          public,
	"GET /p/{slug}/letters":              public,
	"GET /p/{slug}/letters/{item}":       public,
	"GET /p/{slug}/documents":            public,
	"GET /p/{slug}/documents/{document}": public,
	"GET /p/{slug}/{item}":               public,
	"GET /calendar":                      public,
	"GET /activities/{id}":               public,
	"GET /logo/{file}":                   public,
	"GET /accessibility":                 public,
	"GET /privacy":                       public,
	"POST /language":                     public,
	"GET /sign-in":                       public,
	"POST /sign-in":                      public,
	"POST /sign-in/password":             public,
	"GET /sign-in/code":                  public,
	"POST /sign-in/code":                 public,
	"GET /sign-in/choose":                public,
	"POST /sign-in/choose":               public,
	"GET /sign-in/{token}":               public,
	"POST /sign-in/{token}":              public,
	"POST /sign-out":                     public,

	"GET /me/security":           insiders,
	"POST /me/security/password": insiders,
	"POST /me/security/end":      insiders,
	"GET /me/tokens":             insiders,
	"POST /me/tokens":            insiders,
	"POST /me/tokens/revoke":     insiders,

	// Letters of a programme, by its office; accounts, roles and the audit log, by the administrator.
	"GET /outbox":                               anywhere("office administrator"),
	"POST /outbox/file":                         anywhere("office administrator"),
	"GET /outbox/{letter}":                      {"office administrator", "office administrator", "administrator"},
	"GET /accounts":                             anywhere("administrator"),
	"POST /accounts/file":                       anywhere("administrator"),
	"GET /accounts/new":                         anywhere("administrator"),
	"GET /accounts/{person}":                    anywhere("administrator"),
	"GET /accounts/{person}/new":                anywhere("administrator"),
	"POST /accounts/{person}/new":               anywhere("administrator"),
	"GET /accounts/{person}/edit":               anywhere("administrator"),
	"POST /accounts/{person}/edit":              anywhere("administrator"),
	"GET /accounts/{person}/roles/new":          anywhere("administrator"),
	"POST /accounts/{person}/roles/new":         anywhere("administrator"),
	"GET /accounts/{person}/roles/{grant}/end":  anywhere("administrator"),
	"POST /accounts/{person}/roles/{grant}/end": anywhere("administrator"),
	"GET /audit":                                anywhere("administrator"),
	"POST /audit/file":                          anywhere("administrator"),
	"GET /audit/{event}":                        anywhere("administrator"),
	"POST /audit/{event}":                       anywhere("administrator"),

	// Programmes, by those who run them.
	"GET /programmes":                              anywhere("office administrator"),
	"GET /programmes/new":                          anywhere("administrator"),
	"POST /programmes":                             anywhere("administrator"),
	"GET /programmes/{slug}/edit":                  runs,
	"POST /programmes/{slug}/edit":                 runs,
	"POST /programmes/{slug}/state":                runs,
	"GET /programmes/{slug}/targets":               runs,
	"POST /programmes/{slug}/targets":              runs,
	"GET /programmes/{slug}/goals/{id}":            runs,
	"POST /programmes/{slug}/goals/{id}":           runs,
	"GET /programmes/{slug}/goals/{id}/remove":     runs,
	"POST /programmes/{slug}/goals/{id}/remove":    runs,
	"GET /programmes/{slug}/phases/{id}":           runs,
	"POST /programmes/{slug}/phases/{id}":          runs,
	"GET /programmes/{slug}/phases/{id}/remove":    runs,
	"POST /programmes/{slug}/phases/{id}/remove":   runs,
	"GET /programmes/{slug}/partners/{id}":         runs,
	"POST /programmes/{slug}/partners/{id}":        runs,
	"GET /programmes/{slug}/partners/{id}/remove":  runs,
	"POST /programmes/{slug}/partners/{id}/remove": runs,

	// What a programme tells the public, by its office.
	"GET /publications":                                          anywhere("office"),
	"GET /programmes/{slug}/publications":                        {"office", nobody, nobody},
	"GET /programmes/{slug}/publications/new":                    {"office", nobody, nobody},
	"POST /programmes/{slug}/publications":                       {"office", nobody, nobody},
	"GET /programmes/{slug}/publications/{publication}":          {"office", nobody, nobody},
	"GET /programmes/{slug}/publications/{publication}/edit":     {"office", nobody, nobody},
	"POST /programmes/{slug}/publications/{publication}/edit":    {"office", nobody, nobody},
	"POST /programmes/{slug}/publications/{publication}/publish": {"office", nobody, nobody},

	// Activities: an organiser's own, the office's all.
	"GET /activities":                                   anywhere("organiser office auditor"),
	"GET /activities/new":                               anywhere("organiser office"),
	"POST /activities":                                  anywhere("organiser office"),
	"GET /activities/{id}/edit":                         {"organiser office", "office", nobody},
	"POST /activities/{id}/edit":                        {"organiser office", "office", nobody},
	"GET /activities/{id}/questions/{question}":         {"organiser office", "office", nobody},
	"POST /activities/{id}/questions/{question}":        {"organiser office", "office", nobody},
	"GET /activities/{id}/questions/{question}/remove":  {"organiser office", "office", nobody},
	"POST /activities/{id}/questions/{question}/remove": {"organiser office", "office", nobody},
	"GET /activities/{id}/occasions/new":                {"organiser office", "office", nobody},
	"POST /activities/{id}/occasions":                   {"organiser office", "office", nobody},
	"GET /occasions/{id}/edit":                          {"organiser office", "office", nobody},
	"POST /occasions/{id}/edit":                         {"organiser office", "office", nobody},
	"GET /occasions/{id}/cancel":                        {"organiser office", "office", nobody},
	"POST /occasions/{id}/cancel":                       {"organiser office", "office", nobody},
	"GET /occasions/{id}/meetings/{meeting}":            {"organiser office", "office", nobody},
	"POST /occasions/{id}/meetings/{meeting}":           {"organiser office", "office", nobody},
	"GET /occasions/{id}/meetings/{meeting}/remove":     {"organiser office", "office", nobody},
	"POST /occasions/{id}/meetings/{meeting}/remove":    {"organiser office", "office", nobody},

	// People. Everyone has a page of their own; a contact sees the staff; an address or number is seen for a reason.
	"GET /people":                                            anywhere("office auditor"),
	"POST /people/file":                                      anywhere("office auditor"),
	"GET /people/new":                                        anywhere("office"),
	"POST /people/new":                                       anywhere("office"),
	"GET /people/{person}":                                   {"participant contact office auditor", "office auditor", nobody},
	"GET /people/{person}/edit":                              only("office"),
	"POST /people/{person}/edit":                             only("office"),
	"GET /people/{person}/identity":                          only("office"),
	"POST /people/{person}/identity":                         only("office"),
	"GET /people/{person}/see/{what}":                        only("office"),
	"POST /people/{person}/see/{what}":                       only("office"),
	"GET /people/{person}/employments/new":                   only("office"),
	"POST /people/{person}/employments/new":                  only("office"),
	"GET /people/{person}/employments/{employment}/change":   only("office"),
	"POST /people/{person}/employments/{employment}/change":  only("office"),
	"GET /people/{person}/employments/{employment}/end":      only("office"),
	"POST /people/{person}/employments/{employment}/end":     only("office"),
	"GET /people/{person}/employments/{employment}/correct":  only("office"),
	"POST /people/{person}/employments/{employment}/correct": only("office"),

	// The tree and the employers are everyone's, not a programme's.
	"GET /workplaces":                 insiders,
	"GET /workplaces/new":             anywhere("office administrator"),
	"POST /workplaces/new":            anywhere("office administrator"),
	"GET /workplaces/{unit}":          insiders,
	"GET /workplaces/{unit}/{step}":   anywhere("office administrator"),
	"POST /workplaces/{unit}/{step}":  anywhere("office administrator"),
	"GET /employers":                  anywhere("office administrator"),
	"GET /employers/new":              anywhere("office administrator"),
	"POST /employers/new":             anywhere("office administrator"),
	"GET /employers/{employer}/edit":  anywhere("office administrator"),
	"POST /employers/{employer}/edit": anywhere("office administrator"),

	"GET /office": anywhere("office"),

	// Reach: a contact's own workplaces, in whatever programme; hidden where groups are small; by name for who may act on it.
	"GET /reach":                               anywhere("contact office steering auditor"),
	"GET /programmes/{slug}/reach":             {"contact office steering auditor", nobody, "contact"},
	"GET /programmes/{slug}/reach/rows":        {"contact office auditor", nobody, "contact"},
	"POST /programmes/{slug}/reach/rows/file":  {"contact office auditor", nobody, "contact"},
	"GET /programmes/{slug}/not-reached":       {"contact office", nobody, "contact"},
	"POST /programmes/{slug}/not-reached/file": {"contact office", nobody, "contact"},
	"POST /programmes/{slug}/not-reached":      {"contact office", nobody, "contact"},
	"GET /programmes/{slug}/office":            {"office", nobody, nobody},

	// Seats: one's own, the staff's, an organiser's, the office's all. The page of a published occasion is for everyone.
	"GET /occasions/{id}": public,
	// Who has no seat has nothing to answer for or give up, and is told so.
	"POST /occasions/{id}/sign-up":     {"participant contact", "participant contact", nobody},
	"POST /occasions/{id}/answers":     insiders,
	"POST /occasions/{id}/leave":       insiders,
	"POST /occasions/{id}/staff":       {"contact", "contact", "contact"},
	"GET /occasions/{id}/seats":        {"organiser office auditor", "office auditor", nobody},
	"POST /occasions/{id}/seats/file":  {"organiser office auditor", "office auditor", nobody},
	"POST /occasions/{id}/seats":       {"organiser office", "office", nobody},
	"POST /occasions/{id}/seats/leave": {"organiser office", "office", nobody},
	"GET /me":                          insiders,
	"GET /me/details":                  insiders,
	"POST /me/details":                 insiders,
	"GET /workplace":                   anywhere("contact"),
	"POST /workplace/passed-on":        anywhere("contact"),
	"POST /workplace/attest":           anywhere("contact"),

	// Attendance and its evidence.
	"GET /meetings/{id}/attendance":          {"organiser office auditor", "office auditor", nobody},
	"POST /meetings/{id}/attendance/file":    {"organiser office auditor", "office auditor", nobody},
	"POST /meetings/{id}/attendance":         {"organiser office", "office", nobody},
	"GET /meetings/{id}/attendance/{person}": {"participant organiser office auditor", "office auditor", nobody},
	"POST /meetings/{id}/attest":             {"organiser office", "office", nobody},
	"GET /meetings/{id}/sheet":               {"organiser office", "office", nobody},
	"POST /meetings/{id}/sheet":              {"organiser office", "office", nobody},
	"GET /meetings/{id}/evidence":            {"organiser office auditor", "office auditor", nobody},
	"POST /meetings/{id}/evidence/{file}":    {"organiser office auditor", "office auditor", nobody},
	"GET /s/{code}":                          {"organiser office", "office", nobody},
	"GET /sheets":                            anywhere("organiser office"),
	"POST /sheets":                           anywhere("organiser office"),
	"GET /evidence":                          anywhere("organiser office auditor"),
}
