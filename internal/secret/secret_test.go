package secret_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func ring(t testing.TB, keys ...byte) *secret.Ring {
	t.Helper()
	var raw [][]byte
	for _, b := range keys {
		raw = append(raw, bytes.Repeat([]byte{b}, 32))
	}
	r, err := secret.NewRing(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seal(t *testing.T, d *db.DB, r *secret.Ring, items ...secret.Item) (sealed []string) {
	t.Helper()
	err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) (err error) {
		sealed, err = secret.SealAll(ctx, tx, r, items)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// An envelope opens for its owner, with the ring, until the owner's key is destroyed.
func TestEnvelope(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx, r := t.Context(), ring(t, 1)
		sealed := seal(t, d, r, secret.Item{Owner: "eva", Text: "å ä ö"}, secret.Item{Owner: "eva", Text: "å ä ö"}, secret.Item{Owner: "ola"})
		if sealed[0] == sealed[1] {
			t.Error("the same text sealed twice looks the same")
		}
		changed := []byte(sealed[0])
		changed[len(changed)-3] ^= 1
		for _, test := range []struct {
			says, owner, sealed string
			ring                *secret.Ring
			want                string
			err                 error
		}{
			{"the owner's", "eva", sealed[0], r, "å ä ö", nil},
			{"an empty one", "ola", sealed[2], r, "", nil},
			{"another's", "ola", sealed[0], r, "", secret.ErrDestroyed},
			{"of someone without a key", "pia", sealed[0], r, "", secret.ErrDestroyed},
			{"a changed one", "eva", string(changed), r, "", secret.ErrBroken},
			{"no envelope", "eva", "å ä ö", r, "", secret.ErrBroken},
			{"with another ring", "eva", sealed[0], ring(t, 2), "", secret.ErrKey},
			{"with a ring that has got a newer key", "eva", sealed[0], ring(t, 1, 2), "å ä ö", nil},
		} {
			got, err := secret.Open(ctx, d, test.ring, test.owner, test.sealed)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("%s: %q, %v", test.says, got, err)
			}
		}
		// Every row of the table changed places: nobody's key opens as another's.
		if err := d.Tx(ctx, "ann", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE owner_key SET wrapped = (SELECT wrapped FROM owner_key WHERE owner = 'eva') WHERE owner = 'ola'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.Open(ctx, d, r, "ola", sealed[0]); !errors.Is(err, secret.ErrBroken) {
			t.Errorf("with a key that was moved: %v", err)
		}
		if err := d.Tx(ctx, "ann", func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(secret.Destroy(ctx, tx, "eva"), secret.Destroy(ctx, tx, "ola"))
		}); err != nil {
			t.Fatal(err)
		}
		again := seal(t, d, r, secret.Item{Owner: "eva", Text: "new"})[0]
		got, err := secret.OpenAll(ctx, d, r, []secret.Item{{Owner: "eva", Text: sealed[0]}, {Owner: "eva", Text: again}})
		if err != nil || got[0] != "" || got[1] != "new" {
			t.Errorf("after the key was destroyed: %q, %v", got, err)
		}
	})
}

// Two who seal for a new owner at once use the same key.
func TestNewKeyRace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := ring(t, 1)
		sealed := make([]string, 20)
		var all sync.WaitGroup
		for i := range sealed {
			all.Go(func() { sealed[i] = seal(t, d, r, secret.Item{Owner: "eva", Text: "x"})[0] })
		}
		all.Wait()
		for _, s := range sealed {
			if got, err := secret.Open(t.Context(), d, r, "eva", s); got != "x" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
}

func TestOpenAllIsOneQuery(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := ring(t, 1)
		var items []secret.Item
		for i := range 50 {
			items = append(items, secret.Item{Owner: strings.Repeat("x", i+1), Text: "t"})
		}
		for i, s := range seal(t, d, r, items...) {
			items[i].Text = s
		}
		ctx, n := db.Counting(t.Context())
		if _, err := secret.OpenAll(ctx, d, r, items); err != nil || n.Load() != 1 {
			t.Errorf("%d queries, %v", n.Load(), err)
		}
	})
}

func TestHash(t *testing.T) {
	r := ring(t, 1)
	h := r.Hash("identity", "191212121212")
	for says, other := range map[string]string{
		"another purpose": r.Hash("code", "191212121212"),
		"another text":    r.Hash("identity", "191212121213"),
		"another ring":    ring(t, 2).Hash("identity", "191212121212"),
	} {
		if other == h {
			t.Errorf("%s gives the same hash", says)
		}
	}
	if ring(t, 1, 2).Hash("identity", "191212121212") != h {
		t.Error("a newer key on the ring changed a hash")
	}
	if code := r.Code("sign-in", "x", 6); len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		t.Errorf("a code of six digits is %q", code)
	}
}

func TestLoadRing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "master")
	if _, err := secret.LoadRing(path, false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	rings := make([]*secret.Ring, 8)
	var all sync.WaitGroup
	for i := range rings {
		all.Go(func() {
			var err error
			if rings[i], err = secret.LoadRing(path, true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	for _, r := range rings {
		if r.Hash("p", "s") != rings[0].Hash("p", "s") {
			t.Error("several who start at once made keys of their own")
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside it lies %v", left)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.LoadRing(path, true); !errors.Is(err, secret.ErrKey) {
		t.Errorf("a file that others may read: %v", err)
	}
	for says, text := range map[string]string{"empty": "", "too short": "AAAA\n", "no base64": "?\n"} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.LoadRing(path, true); !errors.Is(err, secret.ErrKey) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
