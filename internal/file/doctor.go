package file

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"kompobib/internal/db"
)

// Invariants are what always holds of blobs. Bytes that were received after a machine time may still
// become known.
func (s *Store) Invariants(before time.Time) []db.Invariant {
	return []db.Invariant{
		{Says: "the bytes of every file are there", Broken: func(ctx context.Context, c db.Conn) (lines []string, err error) {
			rows, err := db.All(ctx, c, func(f *File) []any { return []any{&f.ID, &f.Size} }, `SELECT id, size FROM file ORDER BY id`)
			for _, f := range rows {
				if info, err := s.root.Stat(f.ID); err != nil {
					lines = append(lines, f.ID+" is not")
				} else if info.Size() != f.Size {
					lines = append(lines, fmt.Sprintf("%s has %d bytes of %d", f.ID, info.Size(), f.Size))
				}
			}
			return lines, err
		}},
		{Says: "no bytes are kept that nothing tells of", Broken: func(ctx context.Context, c db.Conn) (lines []string, err error) {
			ids, err := db.Values[string](ctx, c, `SELECT id FROM file`)
			if err != nil {
				return nil, err
			}
			known := make(map[string]bool, len(ids))
			for _, id := range ids {
				known[id] = true
			}
			entries, err := fs.ReadDir(s.root.FS(), ".")
			for _, entry := range entries {
				if info, err := entry.Info(); err == nil && isID(entry.Name()) && !known[entry.Name()] && info.ModTime().Before(before) {
					lines = append(lines, entry.Name())
				}
			}
			return lines, err
		}},
	}
}
