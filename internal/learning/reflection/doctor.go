package reflection

import "kompobib/internal/db"

// Invariants are what always holds of what is shared and quoted.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.Never("what an office may quote, or has asked to quote, it may read",
			`SELECT q.id FROM quotation q JOIN reflection r ON r.id = q.reflection WHERE q.state IN ('asked', 'yes', 'yes-named')
				AND (r.level NOT IN ('programme', 'public') OR r.programme <> q.programme) ORDER BY q.id`),
		db.Never("a quotation that its author has not agreed to tells no place and no day",
			`SELECT id FROM quotation WHERE state NOT IN ('yes', 'yes-named') AND (place IS NOT NULL OR day IS NOT NULL) ORDER BY id`),
	}
}
