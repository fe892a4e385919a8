package demo

import (
	"context"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// tools are what a story needs beside a database: a key and a folder.
func tools(t *testing.T) (*secret.Ring, *file.Store) {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	random := chance("files")
	files, err := file.OpenStore(t.TempDir(), readFrom(func(p []byte) (int, error) {
		for i := range p {
			p[i] = byte(random.Uint32())
		}
		return len(p), nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return ring, files
}

type readFrom func(p []byte) (int, error)

func (r readFrom) Read(p []byte) (int, error) { return r(p) }

// told is the story told up to a time, without anything in its way.
func told(t *testing.T, d *db.DB, to time.Time) {
	t.Helper()
	ring, files := tools(t)
	skipped, err := load(context.Background(), d, ring, files, to)
	if err != nil {
		t.Fatal(err)
	}
	if skipped > 0 {
		t.Errorf("%d things did not go as the story says", skipped)
	}
}

func TestLoad(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		start := time.Now()
		told(t, d, At(Today))
		t.Log(time.Since(start))
		for _, table := range []string{"unit", "person", "employment", "activity", "occasion", "meeting", "signup", "letter", "attendance", "audit", "role_grant"} {
			n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM `+table)
			t.Log(table, n, err)
		}
	})
}
