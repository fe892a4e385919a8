package swot

import (
	"context"

	"kompobib/internal/db"
)

// Invariants are what always holds of analyses.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.Never("an analysis that has been agreed on says what its last agreement kept, and lets no phone in",
			`SELECT s.id FROM swot s WHERE s.agreed = 1 AND (s.code IS NOT NULL
				OR (SELECT count(*) FROM swot_agreed_note g WHERE g.swot = s.id AND g.number = s.agreements) <> (SELECT count(*) FROM swot_note n WHERE n.swot = s.id AND n.withdrawn = 0 AND n.same_as IS NULL)
				OR EXISTS (SELECT 1 FROM swot_agreed_note g JOIN swot_note n ON n.id = g.note WHERE g.swot = s.id AND g.number = s.agreements
					AND (n.swot <> s.id OR n.withdrawn = 1 OR n.body <> g.body OR n.quadrant <> g.quadrant OR n.perspective <> g.perspective OR n.starred <> g.starred)))
			OR (SELECT count(*) FROM swot_agreement g WHERE g.swot = s.id) <> s.agreements OR s.agreed = 1 AND s.agreements = 0 ORDER BY s.id`),
		db.Never("a note that another stands for is in the same quadrant, and that one stands for itself",
			`SELECT n.id FROM swot_note n JOIN swot_note o ON o.id = n.same_as WHERE o.swot <> n.swot OR o.perspective <> n.perspective OR o.quadrant <> n.quadrant
				OR o.same_as IS NOT NULL OR o.withdrawn = 1 OR n.withdrawn = 1 ORDER BY n.id`),
		db.Never("where no phone can join, no note is known by one",
			`SELECT n.id FROM swot_note n JOIN swot s ON s.id = n.swot WHERE s.code IS NULL AND n.device <> '' ORDER BY n.id`),
	}
}

// Used returns those of the ids that something here refers to.
func Used(ctx context.Context, c db.Conn, persons, units []string) (map[string]bool, error) {
	return db.Referred(ctx, c, db.Reference{Table: "swot_own", Column: "person", IDs: persons}, db.Reference{Table: "swot", Column: "workplace", IDs: units})
}
