package web

var runs = reaches{"office administrator", "office administrator", "administrator"}

// forms are those that name the row themselves.
var forms = map[string]string{
	"POST /activities":           "programme={programme}",
	"POST /activities/{id}/edit": "programme={programme}&organiser={organiser}",
}

// reach is who gets in at each route.
var reach = map[string]reaches{
	// What everyone may see, and doors.
	"GET /{$}":               public,
	"GET /p/{slug}":          public,
	"GET /calendar":          public,
	"GET /activities/{id}":   public,
	"GET /logo/{file}":       public,
	"GET /accessibility":     public,
	"GET /privacy":           public,
	"POST /language":         public,
	"GET /sign-in":           public,
	"POST /sign-in":          public,
	"POST /sign-in/password": public,
	"GET /sign-in/code":      public,
	"POST /sign-in/code":     public,
	"GET /sign-in/choose":    public,
	"POST /sign-in/choose":   public,
	"GET /sign-in/{token}":   public,
	"POST /sign-in/{token}":  public,
	"POST /sign-out":         public,

	"GET /me/security":           insiders,
	"POST /me/security/password": insiders,
	"POST /me/security/end":      insiders,

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
}
