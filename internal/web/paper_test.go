package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/dbtest"
	"kompobib/internal/pdf"
)

var (
	anyTag  = regexp.MustCompile(`<[^>]*>`)
	wordy   = regexp.MustCompile(`[\pL\d]{3,}`)
	onPaper = regexp.MustCompile(`(?s)<div class="paper">(.*)</main>`)
)

// wordsOf are the words of a text, each once.
func wordsOf(s string) map[string]bool {
	all := map[string]bool{}
	for _, w := range wordy.FindAllString(html.UnescapeString(anyTag.ReplaceAllString(s, " ")), -1) {
		all[w] = true
	}
	return all
}

// file is what an address answers with to a role that reads English.
func (v *visit) file(role, path string) []byte {
	v.t.Helper()
	v.person = v.w.viewers[role]
	req := httptest.NewRequestWithContext(v.t.Context(), http.MethodGet, path, nil)
	req.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, req)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != pdf.MediaType {
		v.t.Errorf("%s: %d, %s", path, w.Code, w.Header().Get("Content-Type"))
	}
	return w.Body.Bytes()
}

// written is what stands in a file that is to be printed.
func written(t *testing.T, file []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Fatal("without poppler-utils, which `make deps` installs, nothing reads the file")
	}
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", name, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return string(text)
}

// What is to be printed says the same as a page and as a file, and bears who pays.
func TestPapersSayTheSame(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		v := newVisit(t, url)
		w := v.w
		at := "/programmes/kompobib/workplaces/" + w.rows["unit"]["own"]
		for path, role := range map[string]string{
			"/workshops/" + w.rows["workshop"]["own"] + "/print": "contact", "/kits/" + w.rows["kit"]["own"] + "/print": "office",
			at + "/path": "contact", "/p/kompobib/focus/" + w.rows["focus"]["own"] + "/poster": "public",
		} {
			page := v.page(role, path, "")
			text := written(t, v.file(role, path+".pdf"))
			file, shown := wordsOf(text), wordsOf(page)
			if !strings.Contains(text, "The project is co-financed by the European Social Fund") {
				t.Errorf("%s does not tell who pays: %s", path, text)
			}
			for w := range file {
				if !shown[w] {
					t.Errorf("%s: only the file says %q", path, w)
				}
			}
			own := onPaper.FindString(page)
			for w := range wordsOf(own) {
				if !file[w] {
					t.Errorf("%s: only the page says %q", path, w)
				}
			}
			if wants := strings.HasSuffix(path, "print"); wants != (own != "") {
				t.Errorf("%s: the paper on the page is %q", path, own)
			}
		}
	})
}
