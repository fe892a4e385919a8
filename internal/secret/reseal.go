package secret

import (
	"context"

	"kompobib/internal/db"
)

// Reseal puts what was sealed for one owner in envelopes of another's. What cannot be opened any more stays as it is.
func Reseal(ctx context.Context, tx *db.Tx, ring *Ring, from, into string, sealed ...string) ([]string, error) {
	all := make([]string, len(sealed))
	old := make([]Item, 0, len(sealed))
	var at []int
	for i, text := range sealed {
		if all[i] = text; text != "" {
			old, at = append(old, Item{from, text}), append(at, i)
		}
	}
	plain, err := OpenAll(ctx, tx, ring, old)
	if err != nil {
		return nil, err
	}
	var items []Item
	kept := at[:0]
	for n, text := range plain {
		if text != "" {
			items, kept = append(items, Item{into, text}), append(kept, at[n])
		}
	}
	again, err := SealAll(ctx, tx, ring, items)
	for n, text := range again {
		all[kept[n]] = text
	}
	return all, err
}
