// Package house keeps the rules that the whole program is built by. Its test reads the program's own
// source; see docs/architecture.md for why each rule is there.
package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

const own = "kompobib/internal/"

// floors are the rooms, from the ground up. A room knows those below it. On the floor of the subjects it also
// knows those to its left; on the others, those it needs.
var floors = [][]string{
	{"db", "fault", "money", "local", "secret", "mail", "file", "job", "once", "sheet", "pdf", "backup", "docs"},
	{"access", "auth", "audit", "letter", "small", "task", "register", "search"},
	{"people", "programme", "activity", "survey", "learning", "economy", "change", "governance", "publishing", "sharing"},
	{"report", "office", "allot"},
	{"web", "api", "demo"},
	{"cmd"},
}

const subjects = 2 // the floor of them

// inner are the rooms within a room. Each knows the one that holds them and those to its left.
var inner = map[string][]string{"learning": {"swot", "need", "workshop", "reflection", "focus", "learningtest"}}

// tools are what only tests lean on.
var tools = []string{"dbtest", "browsertest", "yardstick", "house"}

// may are single steps against the order, each with its reason.
var may = map[string]string{
	"activity allot": "allotting is pure arithmetic without a database",
}

// only says who alone may import a package that does more than it seems.
var only = map[string][]string{
	"database/sql":                     {"db", "dbtest"},
	"database/sql/driver":              {"db", "dbtest"},
	"github.com/jackc/pgx/v5":          {"db", "dbtest"},
	"github.com/jackc/pgx/v5/stdlib":   {"db", "dbtest"},
	"github.com/jackc/pgx/v5/pgconn":   {"db", "dbtest"},
	"github.com/pressly/goose/v3":      {"db"},
	"github.com/pressly/goose/v3/lock": {"db"},
	"modernc.org/sqlite":               {"db"},
	"modernc.org/sqlite/lib":           {"db"},
	"net/http":                         {"web", "api", "auth", "file", "cmd", "browsertest"},
	"flag":                             {"cmd"},
	"github.com/alecthomas/kong":       {"cmd"},
}

// outside are the calls by which the machine's clock, environment and arguments come in: through cmd alone,
// which hands them on.
var outside = map[string][]string{
	"time": {"Now", "Since", "Until"},
	"os":   {"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Args"},
}

// A Source is a file of the program.
type Source struct {
	Name string // from the root, with slashes
	Text []byte
}

// Sources reads every source file below the root, less what is generated.
func Sources(root fs.FS) (all []Source, err error) {
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); base == "node_modules" || base == "var" || base == "vendor" || base != "." && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".templ", ".sql"}, path.Ext(name)) || strings.HasSuffix(name, "_templ.go") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		all = append(all, Source{name, text})
		return err
	})
	return all, err
}

// A room is a package of ours by its name on its floor: web/view is of web, and every program of cmd.
func room(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) > 2 && parts[0] == "internal" {
		return parts[1]
	}
	return parts[0]
}

func floor(room string) int {
	return slices.IndexFunc(floors, func(rooms []string) bool { return slices.Contains(rooms, room) })
}

// growing are the variables of packages that change, and why they may.
var growing = map[string]string{
	"internal/fault codes": "each package's variables name their faults before main begins",
	"internal/local zones": "a zone is read once; what it is never changes",
}

// Check returns every breach of a rule, a line each, with where it is.
func Check(sources []Source) []string {
	c := &checker{set: token.NewFileSet()}
	packages := map[string][]*ast.File{} // by folder, without tests
	for _, s := range sources {
		if n := strings.Count(string(s.Text), "\n"); n > 600 {
			c.breach(s.Name, "has %d lines, at most 600: a room of one thought fits in less", n)
		}
		if !strings.HasSuffix(s.Name, ".go") {
			continue
		}
		f, err := parser.ParseFile(c.set, s.Name, s.Text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.breach(s.Name, "%v", err)
			continue
		}
		here := room(s.Name)
		if floor(here) < 0 && !slices.Contains(tools, here) {
			c.breach(s.Name, "%s stands on no floor: give it one in internal/house", here)
		}
		if strings.HasSuffix(s.Name, "_test.go") || slices.Contains(tools, here) {
			continue
		}
		for _, spec := range f.Imports {
			c.imports(s.Name, here, strings.Trim(spec.Path.Value, `"`))
		}
		packages[path.Dir(s.Name)] = append(packages[path.Dir(s.Name)], f)
	}
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		c.uses(folder, packages[folder])
	}
	slices.Sort(c.breaches)
	return slices.Compact(c.breaches)
}

type checker struct {
	set      *token.FileSet
	breaches []string
}

func (c *checker) breach(where, format string, args ...any) {
	c.breaches = append(c.breaches, where+": "+fmt.Sprintf(format, args...))
}

func (c *checker) imports(where, here, target string) {
	if rooms, ok := only[target]; ok && !slices.Contains(rooms, here) {
		c.breach(where, "imports %s, which is for %s", target, strings.Join(rooms, ", "))
	}
	if !strings.HasPrefix(target, own) {
		return
	}
	there := room(strings.TrimPrefix(target, "kompobib/") + "/")
	from, to := floor(here), floor(there)
	if here == there {
		a, b := c.within(here, where), c.within(here, strings.TrimPrefix(target, "kompobib/")+"/")
		if inner[here] != nil && (a < b || a < 0) {
			c.breach(where, "imports %s, which stands to its right in %s", target, here)
		}
		return
	}
	switch {
	case slices.Contains(tools, there):
		c.breach(where, "imports %s, which only tests lean on", there)
	case may[here+" "+there] != "":
	case to > from:
		c.breach(where, "imports %s, which stands above it", there)
	case to == from && from == subjects && slices.Index(floors[from], there) > slices.Index(floors[from], here):
		c.breach(where, "imports %s, which stands to its right", there)
	}
}

// within is where in a room a file or package stands: 0 for what holds the inner ones, -1 for one that is not known.
func (c *checker) within(room, name string) int {
	parts := strings.Split(name, "/")
	if len(parts) < 4 {
		return 0
	}
	if i := slices.Index(inner[room], parts[2]); i >= 0 || inner[room] == nil {
		return i + 1
	}
	return -1
}

// nameless stands for every package imported: what names in this one stand for can be told without them.
type nameless struct{}

func (nameless) Import(target string) (*types.Package, error) {
	p := types.NewPackage(target, path.Base(target))
	p.MarkComplete()
	return p, nil
}

// uses finds where a package lets the outside in, and where it changes its own variables.
func (c *checker) uses(folder string, files []*ast.File) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: nameless{}, Error: func(error) {}} // that the imported are empty is no news
	p, _ := config.Check(folder, c.set, files, info)
	where := func(n ast.Node) string { return c.set.Position(n.Pos()).String() }
	change := func(e ast.Expr) {
		name := base(e)
		v, ok := info.Uses[name].(*types.Var)
		if ok && v.Parent() == p.Scope() && growing[folder+" "+name.Name] == "" {
			c.breach(where(name), "changes %s, which the whole package shares", name.Name)
		}
	}
	for _, f := range files {
		c.variables(folder, f)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				x, _ := n.X.(*ast.Ident)
				from, ok := info.Uses[x].(*types.PkgName)
				if ok && room(folder+"/") != "cmd" && slices.Contains(outside[from.Imported().Path()], n.Sel.Name) {
					c.breach(where(n), "%s.%s comes in through cmd alone: take it as an argument", from.Imported().Path(), n.Sel.Name)
				}
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					change(e)
				}
			case *ast.IncDecStmt:
				change(n.X)
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && (name.Name == "delete" || name.Name == "clear") {
					change(n.Args[0])
				}
			}
			return true
		})
	}
}

// variables finds the package's variables without a value: they are there to be changed.
func (c *checker) variables(folder string, f *ast.File) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			if v.Values != nil || strings.Contains(comments(g.Doc)+comments(v.Doc), "//go:embed") {
				continue
			}
			for _, name := range v.Names {
				if growing[folder+" "+name.Name] == "" {
					c.breach(c.set.Position(name.Pos()).String(), "%s has no value, so it is there to be changed by all", name.Name)
				}
			}
		}
	}
}

// base is the variable of x, x.y, x[i] and *x.
func base(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return base(e.X)
	case *ast.IndexExpr:
		return base(e.X)
	case *ast.StarExpr:
		return base(e.X)
	case *ast.ParenExpr:
		return base(e.X)
	}
	return nil
}

func comments(g *ast.CommentGroup) (text string) {
	if g != nil {
		for _, c := range g.List {
			text += c.Text + "\n"
		}
	}
	return text
}
