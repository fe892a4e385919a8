package roster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/people"
)

// headersOf tells lists apart by what their columns are called.
func headersOf(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		for _, label := range p.Labels {
			b.WriteString(people.Fold(label) + "\n")
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// remember keeps what was chosen by hand for the employer's next list.
func remember(ctx context.Context, tx *db.Tx, d *Difference, choices Choices) error {
	kept := Choices{Mapping: choices.Mapping, Places: choices.Places}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO roster_memory (employer, headers, choices) VALUES ($1, $2, $3)
		ON CONFLICT (employer, headers) DO UPDATE SET choices = excluded.choices`, d.Employer.ID, headersOf(d.Parts), string(text))
	return err
}

// Recall adds to choices what was chosen by hand for the employer's list before, where nothing else is asked for.
func Recall(ctx context.Context, c db.Conn, employer string, parts []Part, choices Choices) (Choices, error) {
	text, err := db.Value[string](ctx, c, `SELECT choices FROM roster_memory WHERE employer = $1 AND headers = $2`, employer, headersOf(parts))
	if errors.Is(err, db.ErrNoRows) {
		return choices, nil
	}
	var kept Choices
	if err == nil {
		err = json.Unmarshal([]byte(text), &kept)
	}
	if err != nil {
		return choices, err
	}
	if len(choices.Mapping) == 0 {
		choices.Mapping = kept.Mapping
	}
	places := maps.Clone(kept.Places)
	if places == nil {
		places = map[string]string{}
	}
	maps.Copy(places, choices.Places)
	choices.Places = places
	return choices, nil
}

// owner is whose key seals what an import holds.
func owner(imp string) string { return "roster_import/" + imp }
