package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/fault"
	"kompobib/internal/learning/swot"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/survey"
	"kompobib/internal/web/locale"
)

// unshown are tables of names that no page tells.
var unshown = []string{"job-state"}

// made are beginnings of codes that are put together as the program runs, beside those that stand in the code
// as a text with a dot in it and something added: their ends are names that only the database or a status has.
var made = []string{"trouble.title-", "sign-in-how.", "taken-list."}

// Everything that the pages say has words in both languages, with the same gaps to fill in, and there are no
// words that nothing says.
func TestWords(t *testing.T) {
	sources := readSources(t)
	said, begun := saidIn(sources)
	for _, code := range fault.Codes() {
		said[code] = "fault.Define"
	}
	for _, code := range states(t) {
		said[code] = "a table of the schema"
	}
	for _, role := range access.Roles {
		said["role."+string(role)] = "access.Roles"
	}
	sv, en := locale.Swedish.Codes(), locale.English.Codes()
	for code, where := range said {
		for _, l := range locale.Languages {
			if !l.Has(code) && !(l.Has(code+".one") && l.Has(code+".other")) {
				t.Errorf("%s has no words in %s (%s)", code, l.Tag(), where)
			}
		}
	}
	for _, code := range sv {
		if !slices.Contains(en, code) {
			t.Errorf("%s has no words in en", code)
		} else if a, b := gaps(locale.Swedish, code), gaps(locale.English, code); a != b {
			t.Errorf("%s is filled in with %s in sv and %s in en", code, a, b)
		}
	}
	for _, code := range en {
		if !slices.Contains(sv, code) {
			t.Errorf("%s has no words in sv", code)
		}
	}
	for _, code := range sv {
		plain := strings.TrimSuffix(strings.TrimSuffix(code, ".one"), ".other")
		if said[plain] != "" || said[code] != "" || strings.HasPrefix(code, "letter.") {
			continue
		}
		if !slices.ContainsFunc(begun, func(b string) bool { return strings.HasPrefix(plain, b) }) {
			t.Errorf("nothing says %s", code)
		}
	}
}

// wholeSentence finds the end of one, or of an address that a sentence ends with.
var wholeSentence = regexp.MustCompile(`[.!?]( |$)|://$`)

// The words of a fault are a sentence of their own, and no heading or label that a page has besides: that would not say what is wrong.
func TestFaultsHaveOwnWords(t *testing.T) {
	for _, l := range locale.Languages {
		for _, code := range fault.Codes() {
			if !l.Has(code) {
				continue // told by number
			}
			if said := l.Say(code); !wholeSentence.MatchString(said) {
				t.Errorf("%s is told in %s with no sentence: %q", code, l.Tag(), said)
			}
		}
	}
}

// Whatever is kept beside an event has words: its act, its entity, and each key of its details.
func TestEventsHaveWords(t *testing.T) {
	keys, acts, entities := map[string]bool{}, map[string]bool{}, map[string]bool{}
	text := func(e ast.Expr, into map[string]bool) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			into[strings.ReplaceAll(strings.Trim(lit.Value, `"`), "_", "-")] = true
		}
	}
	keysOf := func(e ast.Expr) {
		if lit, ok := e.(*ast.CompositeLit); ok {
			for _, pair := range lit.Elts {
				if pair, ok := pair.(*ast.KeyValueExpr); ok {
					text(pair.Key, keys)
				}
			}
		}
	}
	for path, source := range readSources(t) {
		if !strings.HasSuffix(path, ".go") || !strings.Contains(source, "audit.Event{") && !strings.HasSuffix(path, "/audit.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				switch name, _ := n.Key.(*ast.Ident); {
				case name == nil:
				case name.Name == "Detail":
					keysOf(n.Value)
				case name.Name == "Act":
					text(n.Value, acts)
				case name.Name == "Entity":
					text(n.Value, entities)
				}
			case *ast.AssignStmt:
				for i, to := range n.Lhs {
					switch to := to.(type) {
					case *ast.Ident:
						if to.Name == "detail" {
							keysOf(n.Rhs[i])
						} else if to.Name == "act" {
							text(n.Rhs[i], acts)
						}
					case *ast.IndexExpr:
						if of, ok := to.X.(*ast.Ident); ok && of.Name == "detail" {
							text(to.Index, keys)
						}
					}
				}
			}
			return true
		})
	}
	for table, names := range map[string]map[string]bool{"detail": keys, "act": acts, "entity": entities} {
		if len(names) < 10 {
			t.Errorf("only %d of %s were found", len(names), table)
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if !locale.Swedish.Has(table + "." + name) {
				t.Errorf("%s.%s has no words", table, name)
			}
		}
	}
}

// So has whoever acts in nobody's name.
func TestNobodysNamesHaveWords(t *testing.T) {
	for _, actor := range []string{"system", "public", survey.Nobody, swot.Nobody, workshop.Phones} {
		if !locale.Swedish.Has("actor." + actor) {
			t.Errorf("actor.%s has no words", actor)
		}
	}
}

// A page without words shows the code, so none may be shown.
func TestNoCodeIsShown(t *testing.T) {
	if got := locale.Swedish.Say("nothing.here"); got != "nothing.here" {
		t.Errorf("words that are missing came out as %q", got)
	}
}

func readSources(t *testing.T) map[string]string {
	t.Helper()
	sources := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		if ext := filepath.Ext(path); ext == ".go" || ext == ".templ" {
			text, err := os.ReadFile(path)
			sources[path] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

var (
	call  = regexp.MustCompile(`(?:Say|Count|done|doneBut)\((?:[^"()]*, )?(?:[a-z.]+\([^()]*\), )?"([a-z][a-z0-9-]*\.[a-z0-9.-]+)"[,)]`)
	text  = regexp.MustCompile(`"([a-z][a-z0-9-]*\.[a-z0-9-]+)"`)
	begin = regexp.MustCompile(`"([a-z][a-z0-9-]*\.(?:[a-z0-9-]*-)?)" ?\+`)
)

// saidIn returns the codes that the sources say, each with where, and beginnings of codes that are made as they run.
func saidIn(sources map[string]string) (said map[string]string, begun []string) {
	said, begun = map[string]string{}, slices.Clone(made)
	for path, source := range sources {
		for _, m := range call.FindAllStringSubmatch(source, -1) {
			said[m[1]] = path
		}
		// A text that is a code is said somewhere, even if not right there.
		for _, m := range text.FindAllStringSubmatch(source, -1) {
			if _, ok := said[m[1]]; !ok && (locale.Swedish.Has(m[1]) || locale.Swedish.Has(m[1]+".one")) {
				said[m[1]] = path
			}
		}
		for _, m := range begin.FindAllStringSubmatch(source, -1) {
			begun = append(begun, m[1])
		}
	}
	return said, begun
}

var (
	table = regexp.MustCompile(`CREATE TABLE (\w+) \(name TEXT PRIMARY KEY`)
	name  = regexp.MustCompile(`\('([^']+)'`)
)

// states returns a code for each name in each table of names.
func states(t *testing.T) (codes []string) {
	t.Helper()
	files, err := filepath.Glob("../db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range table.FindAllStringSubmatch(string(source), -1) {
			_, values, ok := strings.Cut(string(source), "INSERT INTO "+m[1]+" (name")
			if !ok || slices.Contains(unshown, strings.ReplaceAll(m[1], "_", "-")) {
				continue
			}
			values, _, _ = strings.Cut(values, ";")
			for _, n := range name.FindAllStringSubmatch(values, -1) {
				codes = append(codes, strings.ReplaceAll(m[1], "_", "-")+"."+n[1])
			}
		}
	}
	return codes
}

var gap = regexp.MustCompile(`%(?:\[\d+\])?[a-z]`)

func gaps(l locale.Language, code string) string {
	all := gap.FindAllString(l.Say(code), -1)
	if slices.ContainsFunc(all, func(g string) bool { return strings.Contains(g, "[") }) {
		slices.Sort(all)
	}
	return strings.Join(all, " ")
}
