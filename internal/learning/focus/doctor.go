package focus

import (
	"context"
	"slices"

	"kompobib/internal/db"
)

// Invariants are what always holds of focus and commitments.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.Never("each commitment that goes on has one check that waits, on the day that it names, and no other has any",
			`SELECT c.id FROM commitment c JOIN commitment_state s ON s.name = c.state
			WHERE (SELECT count(*) FROM commitment_check k WHERE k.commitment = c.id AND k.answer IS NULL) <> 1 - s.ended
				OR (c.next_check IS NULL) <> (s.ended = 1)
				OR EXISTS (SELECT 1 FROM commitment_check k WHERE k.commitment = c.id AND k.answer IS NULL AND k.due <> c.next_check) ORDER BY c.id`),
		db.Never("each commitment is what its events say, and has the wording that the last of them names",
			`SELECT c.id FROM commitment c WHERE NOT EXISTS (SELECT 1 FROM commitment_event e JOIN commitment_text t ON t.commitment = e.commitment AND t.number = e.wording
				WHERE e.commitment = c.id AND e.version = c.version AND e.state = c.state AND e.owner = c.owner AND e.wording = c.wording)
			OR NOT EXISTS (SELECT 1 FROM commitment_event e WHERE e.commitment = c.id AND e.version = c.stated AND e.state = c.state)
			OR EXISTS (SELECT 1 FROM commitment_event e WHERE e.commitment = c.id AND e.version > c.version) ORDER BY c.id`),
		db.Never("a commitment of a person alone is sealed, and one of a workplace is not",
			`SELECT c.id FROM commitment c JOIN commitment_text t ON t.commitment = c.id WHERE (c.workplace IS NULL) <> (t.sealed <> '' AND t.happens = '' AND t.act = '' AND t.notice = '')
			UNION SELECT c.id FROM commitment c JOIN commitment_event e ON e.commitment = c.id WHERE c.workplace IS NULL AND e.why <> '' OR c.workplace IS NOT NULL AND e.sealed <> '' ORDER BY 1`),
		db.Never("a letter that follows up a commitment of a person alone is in no office's outbox",
			`SELECT l.id FROM letter l JOIN commitment c ON c.id = l.about WHERE l.about_kind = 'commitment' AND l.programme <> '' AND c.workplace IS NULL ORDER BY l.id`),
		db.Never("the need that a commitment answers is of its programme, and of a workplace",
			`SELECT c.id FROM commitment c JOIN need n ON n.id = c.need WHERE c.programme <> n.programme OR c.workplace IS NULL ORDER BY c.id`),
		db.Never("a commitment that came of a workshop is of its programme, of a workplace, and of one workshop alone",
			`SELECT c.id FROM commitment c JOIN commitment_answer x ON x.commitment = c.id JOIN workshop_answer a ON a.id = x.answer JOIN workshop w ON w.id = a.workshop JOIN kit k ON k.id = w.kit
			GROUP BY c.id, c.programme, c.workplace HAVING c.workplace IS NULL OR min(k.programme) <> c.programme OR min(w.id) <> max(w.id) OR max(k.programme) <> c.programme ORDER BY c.id`),
		db.Never("each focus has the text that it names, and all before it",
			`SELECT f.id FROM focus f WHERE (SELECT count(*) FROM focus_text t WHERE t.focus = f.id AND t.version <= f.version) <> f.version
			OR EXISTS (SELECT 1 FROM focus_text t WHERE t.focus = f.id AND t.version > f.version) ORDER BY f.id`),
		db.Never("each answer of a user is to a text that its focus has had",
			`SELECT u.id FROM user_answer u WHERE NOT EXISTS (SELECT 1 FROM focus_text t WHERE t.focus = u.focus AND t.version = u.wording) ORDER BY u.id`),
		db.Never("each sign of a commitment names a wording that it has had, and one of a focus none",
			`SELECT s.id FROM observed_sign s WHERE (s.commitment IS NULL) <> (s.wording IS NULL)
			OR s.commitment IS NOT NULL AND NOT EXISTS (SELECT 1 FROM commitment_text t WHERE t.commitment = s.commitment AND t.number = s.wording) ORDER BY s.id`),
	}
}

// Used returns those of the ids that something here refers to: who answers for a commitment or writes, where there is one.
func Used(ctx context.Context, c db.Conn, persons, units []string) (map[string]bool, error) {
	used := map[string]bool{}
	for _, of := range []struct {
		table, column string
		ids           []string
	}{
		{"commitment", "owner", persons},
		{"plan_writer", "person", persons},
		{"follow_up_link", "person", persons},
		{"commitment", "workplace", units},
		{"focus", "workplace", units},
		{"plan_writer", "workplace", units},
		{"observed_sign", "workplace", units},
	} {
		for part := range slices.Chunk(of.ids, 8192) {
			var args []any
			ids, err := db.Values[string](ctx, c, `SELECT DISTINCT `+of.column+` FROM `+of.table+` WHERE `+of.column+` IN `+db.In(&args, part), args...)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				used[id] = true
			}
		}
	}
	return used, nil
}
