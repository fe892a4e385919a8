package secret

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"kompobib/internal/db"
)

var (
	// ErrBroken is the error of an envelope that was not sealed for this owner, or was changed.
	ErrBroken = errors.New("secret: broken envelope")
	// ErrDestroyed is the error of an envelope whose key has been destroyed: nobody can open it any more.
	ErrDestroyed = errors.New("secret: the key is destroyed")
)

// An Item is a text, plain or sealed, and whose it is: the id of a person, or of a row that has
// a key of its own.
type Item struct{ Owner, Text string }

// Seal puts plain in an envelope with the owner's key, which is made if there is none yet.
func Seal(ctx context.Context, tx *db.Tx, ring *Ring, owner, plain string) (string, error) {
	sealed, err := SealAll(ctx, tx, ring, []Item{{owner, plain}})
	if err != nil {
		return "", err
	}
	return sealed[0], nil
}

// SealAll is [Seal] for many, in two queries at most.
func SealAll(ctx context.Context, tx *db.Tx, ring *Ring, items []Item) ([]string, error) {
	if len(items) == 0 {
		return nil, nil
	}
	keys, err := ownerKeys(ctx, tx, ring, items)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for _, owner := range owners(items) {
		if _, ok := keys[owner]; !ok {
			raw := make([]byte, keySize)
			rand.Read(raw)
			rows = append(rows, []any{owner, ring.newest().seal(wrapOwner(owner), raw)})
		}
	}
	if rows != nil {
		// Another may make a key at the same time: then it is theirs that holds.
		if err := db.Insert(ctx, tx, "owner_key", "owner, wrapped", "ON CONFLICT (owner) DO NOTHING", rows); err != nil {
			return nil, err
		}
		if keys, err = ownerKeys(ctx, tx, ring, items); err != nil {
			return nil, err
		}
	}
	sealed := make([]string, len(items))
	for i, item := range items {
		k, ok := keys[item.Owner]
		if !ok {
			return nil, ErrDestroyed
		}
		sealed[i] = k.seal(item.Owner, []byte(item.Text))
	}
	return sealed, nil
}

// Open returns what [Seal] put in an envelope.
func Open(ctx context.Context, c db.Conn, ring *Ring, owner, sealed string) (string, error) {
	keys, err := ownerKeys(ctx, c, ring, []Item{{owner, sealed}})
	if err != nil {
		return "", err
	}
	return open(keys, Item{owner, sealed})
}

// OpenAll is [Open] for many, in one query. Of an item whose key is destroyed the text is "".
func OpenAll(ctx context.Context, c db.Conn, ring *Ring, items []Item) ([]string, error) {
	keys, err := ownerKeys(ctx, c, ring, items)
	if err != nil {
		return nil, err
	}
	plain := make([]string, len(items))
	for i, item := range items {
		plain[i], err = open(keys, item)
		if err != nil && !errors.Is(err, ErrDestroyed) {
			return nil, err
		}
	}
	return plain, nil
}

// Destroy destroys an owner's key. All that was sealed with it is erased. There is no way back.
func Destroy(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.Exec(ctx, `DELETE FROM owner_key WHERE owner = $1`, owner)
	return err
}

func open(keys map[string]key, item Item) (string, error) {
	id, body, err := parse(item.Text)
	if err != nil {
		return "", err
	}
	// An owner may have got a new key since the one was destroyed.
	k, ok := keys[item.Owner]
	if !ok || k.id != id {
		return "", ErrDestroyed
	}
	plain, err := k.open(item.Owner, body)
	return string(plain), err
}

// ownerKeys reads the keys of the items' owners, those there are.
func ownerKeys(ctx context.Context, c db.Conn, ring *Ring, items []Item) (map[string]key, error) {
	keys := map[string]key{}
	for part := range slices.Chunk(owners(items), 8192) {
		var args []any
		rows, err := db.All(ctx, c, func(i *Item) []any { return []any{&i.Owner, &i.Text} },
			`SELECT owner, wrapped FROM owner_key WHERE owner IN `+db.In(&args, part), args...)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			id, body, err := parse(row.Text)
			if err != nil {
				return nil, err
			}
			master, ok := ring.find(id)
			if !ok {
				return nil, fmt.Errorf("%w: the ring lacks the master key %s", ErrKey, id)
			}
			raw, err := master.open(wrapOwner(row.Owner), body)
			if err != nil {
				return nil, err
			}
			if keys[row.Owner], err = newKey(raw); err != nil {
				return nil, err
			}
		}
	}
	return keys, nil
}

// wrapOwner keeps a wrapped key from passing for a sealed text.
func wrapOwner(owner string) string { return "owner_key/" + owner }

func owners(items []Item) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = item.Owner
	}
	slices.Sort(all)
	return slices.Compact(all)
}
