package people

import "kompobib/internal/db"

// checks are what always holds of people and the tree: each query returns the ids of what breaks it.
var checks = []struct{ name, query string }{
	{"every unit has been something on some day", `
		SELECT u.id FROM unit u WHERE NOT EXISTS (SELECT 1 FROM unit_period p WHERE p.unit = u.id)`},
	{"no unit has two names or places on one day", `
		SELECT a.unit FROM unit_period a JOIN unit_period b ON b.unit = a.unit AND b.valid_from > a.valid_from
			AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)`},
	{"the rows of a unit follow each other without a gap", `
		SELECT a.unit FROM unit_period a
		WHERE a.valid_to IS NOT NULL AND EXISTS (SELECT 1 FROM unit_period b WHERE b.unit = a.unit AND b.valid_from > a.valid_from)
			AND NOT EXISTS (SELECT 1 FROM unit_period b WHERE b.unit = a.unit AND b.valid_from = a.valid_to)`},
	{"every unit has its parent on its first and last day", `
		SELECT p.unit FROM unit_period p
		WHERE p.parent IS NOT NULL AND (
			NOT EXISTS (SELECT 1 FROM unit_period q WHERE q.unit = p.parent AND q.valid_from <= p.valid_from AND (q.valid_to IS NULL OR q.valid_to > p.valid_from))
			OR NOT EXISTS (SELECT 1 FROM unit_period q WHERE q.unit = p.parent AND (q.valid_to IS NULL OR p.valid_to IS NOT NULL AND q.valid_to >= p.valid_to)))`},
	{"every unit stands under one of a higher level", `
		SELECT p.unit FROM unit_period p JOIN unit u ON u.id = p.unit LEFT JOIN unit a ON a.id = p.parent
		WHERE a.id IS NULL AND u.kind IN ('municipality', 'workplace')
			OR a.kind = u.kind OR a.kind = 'workplace' OR u.kind = 'region' AND a.id IS NOT NULL OR a.kind = 'municipality' AND u.kind = 'county'`},
	{"a merged workplace ended the day it was merged", `
		SELECT m.unit FROM unit_merge m WHERE NOT EXISTS (SELECT 1 FROM unit_period p WHERE p.unit = m.unit AND p.valid_to = m.on_date)
			OR EXISTS (SELECT 1 FROM unit_period p WHERE p.unit = m.unit AND (p.valid_to IS NULL OR p.valid_to > m.on_date))`},
	{"everyone is employed at a workplace", `
		SELECT e.id FROM employment e JOIN unit u ON u.id = e.workplace WHERE u.kind <> 'workplace'`},
	{"every workplace is there as long as someone is employed at it", `
		SELECT e.id FROM employment e
		WHERE NOT EXISTS (SELECT 1 FROM unit_period p WHERE p.unit = e.workplace AND p.valid_from <= e.valid_from AND (p.valid_to IS NULL OR p.valid_to > e.valid_from))
			OR NOT EXISTS (SELECT 1 FROM unit_period p WHERE p.unit = e.workplace AND (p.valid_to IS NULL OR e.valid_to IS NOT NULL AND p.valid_to >= e.valid_to))`},
	{"nobody has the same employment twice on one day", `
		SELECT a.id FROM employment a JOIN employment b ON b.person = a.person AND b.employer = a.employer AND b.workplace = a.workplace AND b.title = a.title AND b.share = a.share AND b.id <> a.id
			AND (b.valid_from > a.valid_from OR b.valid_from = a.valid_from AND b.id > a.id) AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)`},
	{"an employment follows an earlier one of the same person", `
		SELECT e.id FROM employment e JOIN employment f ON f.id = e.follows WHERE f.person <> e.person OR f.valid_from >= e.valid_from`},
	{"an identity number is only the person's whose key sealed it", `
		SELECT i.person FROM identity_number i WHERE NOT EXISTS (SELECT 1 FROM owner_key k WHERE k.owner = i.person)`},
}

// Invariants are what always holds of people and the tree.
func Invariants() (all []db.Invariant) {
	for _, check := range checks {
		all = append(all, db.Never(check.name, `WITH broken (id) AS (`+check.query+`) SELECT DISTINCT id FROM broken ORDER BY id LIMIT 100`))
	}
	return all
}
