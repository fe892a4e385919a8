package letter

import (
	"strings"

	"kompobib/internal/db"
)

// Invariants are what always holds of letters.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.Never("a letter that was sent says when, and no other does",
			`SELECT id FROM letter WHERE (state = 'sent') <> (sent_at IS NOT NULL) ORDER BY id`),
		db.Never("a letter on its way, or of unknown fate, was tried",
			`SELECT id FROM letter WHERE state IN ('sending', 'unknown') AND attempts = 0 ORDER BY id`),
		db.Never("a letter that failed says why, and one that was sent does not",
			`SELECT id FROM letter WHERE state = 'failed' AND error = '' OR state = 'sent' AND error <> '' ORDER BY id`),
		db.Never("a letter that tells of its recipient what is theirs alone is in no office's outbox",
			`SELECT id FROM letter WHERE programme <> '' AND template IN ('`+strings.Join(Own, "', '")+`') ORDER BY id`),
	}
}
