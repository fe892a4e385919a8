package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// The checks find what is wrong with a bad page: else what they say of good ones is worth nothing.
func TestBadPage(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><title>Bad</title><img src="data:,"><input id="nameless" autofocus>
			<p id="wide" style="width: 5000px">wide</p><script>document.title = "scripted"</script>`)
	}))
	defer site.Close()
	p := browsertest.New(t, site.URL)
	p.Look(390, 844, "dark")
	if status := p.Go("/"); status != 200 {
		t.Errorf("status %d", status)
	}
	found := strings.Join(p.Axe(), "\n")
	for _, rule := range []string{"image-alt", "label", "html-has-lang"} {
		if !strings.Contains(found, rule) {
			t.Errorf("%s is not found in:\n%s", rule, found)
		}
	}
	if wide := p.Overflow(); !slices.ContainsFunc(wide, func(s string) bool { return strings.HasPrefix(s, "p.") }) {
		t.Errorf("too wide: %v", wide)
	}
	if dark := browsertest.Eval[bool](p, `matchMedia('(prefers-color-scheme: dark)').matches`); !dark {
		t.Error("it is not dark")
	}
	if focus := p.Focused(); !strings.HasPrefix(focus, "input#nameless") {
		t.Errorf("focus on %q", focus)
	}
	p.NoScript()
	p.Go("/")
	if title := browsertest.Eval[string](p, `document.title`); title != "Bad" {
		t.Errorf("the title is %q without script", title)
	}
}

// What a screen reader is told comes with role, name and state.
func TestHeard(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><html lang="sv"><title>Ok</title><main><h1>Närvaro</h1><label>Minuter <input aria-invalid="true" required></label></main>`)
	}))
	defer site.Close()
	p := browsertest.New(t, site.URL)
	p.Go("/")
	lines := p.Heard()
	for _, want := range []string{"heading Närvaro", "textbox Minuter (invalid) (required)"} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is not among %q", want, lines)
		}
	}
}
