package file_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	png = "\x89PNG\r\n\x1a\n rest"
	svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`
	pdf = "%PDF-1.7 rest"
)

func open(t *testing.T) (*file.Store, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "files")
	s, err := file.OpenStore(folder, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, folder
}

func TestReceive(t *testing.T) {
	s, folder := open(t)
	limits := file.Limits{Size: 100, Media: file.Logo.Media}
	for _, test := range []struct {
		says, bytes, name string
		media, want       string
		err               error
	}{
		{"a picture", png, "logo.png", "image/png", "logo.png", nil},
		{"a drawing", svg, `C:\bilder\logo.svg`, "image/svg+xml", "logo.svg", nil},
		{"a name that climbs", png, "../../etc/passwd", "image/png", "passwd", nil},
		{"a name with a line break", png, "a\r\nb.png", "image/png", "ab.png", nil},
		{"a page that says it is a picture", "<html><script>alert(1)</script>", "logo.png", "", "", file.ErrMedia},
		{"a drawing of nothing", "<svg/>", "logo.svg", "", "", file.ErrMedia},
		{"a PDF where none is taken", pdf, "logo.pdf", "", "", file.ErrMedia},
		{"as large as can be", png + strings.Repeat("x", 100-len(png)), "logo.png", "image/png", "logo.png", nil},
		{"a byte too large", png + strings.Repeat("x", 101-len(png)), "logo.png", "", "", file.ErrTooLarge},
		{"nothing", "", "logo.png", "", "", file.ErrEmpty},
	} {
		before := files(t, folder)
		f, err := s.Receive(strings.NewReader(test.bytes), test.name, limits)
		if !errors.Is(err, test.err) || f.Media != test.media || f.Name != test.want {
			t.Errorf("%s: %q %q, %v", test.says, f.Media, f.Name, err)
		}
		if added := files(t, folder) - before; (added == 1) != (test.err == nil) {
			t.Errorf("%s: %d files were added", test.says, added)
		}
	}
}

// What is sealed is text by chance: one in four thousand begins as a picture does.
func TestReceiveSealed(t *testing.T) {
	s, _ := open(t)
	for _, sealed := range []string{"BMl4c2VhbGVk", "c2VhbGVk"} {
		if f, err := s.Receive(strings.NewReader(sealed), "roster.sealed", file.Limits{Size: 100}); err != nil || f.Media != "application/octet-stream" {
			t.Errorf("%s: %q, %v", sealed, f.Media, err)
		}
	}
}

func files(t *testing.T, folder string) int {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// Bytes that a row tells of stay; those of a transaction that never was are swept away.
func TestSweep(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s, folder := open(t)
		kept, err := s.Receive(strings.NewReader(png), "a.png", file.Logo)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Receive(strings.NewReader(png), "b.png", file.Logo); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(t.Context(), "ann", func(ctx context.Context, tx *db.Tx) error {
			if _, err := file.Add(ctx, tx, kept, "logo"); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "file", Row: kept.ID})
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Sweep(t.Context(), d, time.Now().Add(-time.Hour)); n != 0 || err != nil {
			t.Errorf("%d newly received were swept, %v", n, err)
		}
		if n, err := s.Sweep(t.Context(), d, time.Now().Add(time.Hour)); n != 1 || err != nil || files(t, folder) != 1 {
			t.Errorf("%d were swept, %v", n, err)
		}
		got, err := file.Get(t.Context(), d, kept.ID)
		if err != nil || got.Name != "a.png" || got.Size != int64(len(png)) || got.MadeBy != "ann" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := file.Get(t.Context(), d, "no"); !errors.Is(err, file.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
	})
}

func TestServe(t *testing.T) {
	s, _ := open(t)
	f, err := s.Receive(strings.NewReader(svg), "märke \"1\".svg", file.Logo)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := s.Serve(w, httptest.NewRequest(http.MethodGet, "/file", nil), f); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(w.Result().Body)
	if err != nil || !bytes.Equal(got, []byte(svg)) {
		t.Errorf("%q, %v", got, err)
	}
	for name, want := range map[string]string{
		"Content-Type":            "image/svg+xml",
		"X-Content-Type-Options":  "nosniff",
		"Content-Disposition":     "inline; filename*=utf-8''m%C3%A4rke%20%221%22.svg",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, id := range []string{"", ".", "..", "../file_test.go", f.ID + "x", strings.ToUpper(f.ID)} {
		if _, err := s.Open(id); !errors.Is(err, file.ErrNotFound) {
			t.Errorf("opened %q: %v", id, err)
		}
	}
}
