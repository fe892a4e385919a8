package house

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var root = os.DirFS(filepath.Join("..", ".."))

func TestHouse(t *testing.T) {
	sources, err := Sources(root)
	if err != nil || len(sources) < 50 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	for _, breach := range Check(sources) {
		t.Error(breach)
	}
}

// Every rule is noticed when broken, and lets through what it should.
func TestRules(t *testing.T) {
	for _, test := range []struct{ name, text, breach string }{
		{"internal/people/x.go", `package people; import _ "kompobib/internal/db"`, ""},
		{"internal/activity/x.go", `package activity; import _ "kompobib/internal/people"`, ""},
		{"internal/activity/x.go", `package activity; import _ "kompobib/internal/allot"`, ""},
		{"internal/web/x.go", `package web; import _ "kompobib/internal/web/view"`, ""},
		{"internal/auth/x.go", `package auth; import _ "kompobib/internal/letter"`, ""},
		{"internal/db/x_test.go", `package db_test; import _ "kompobib/internal/dbtest"`, ""},
		{"internal/people/x.go", `package people; import _ "kompobib/internal/activity"`, "to its right"},
		{"internal/people/x.go", `package people; import _ "kompobib/internal/allot"`, "above it"},
		{"internal/db/x.go", `package db; import _ "kompobib/internal/access"`, "above it"},
		{"internal/people/x.go", `package people; import _ "kompobib/internal/web/view"`, "above it"},
		{"internal/web/x.go", `package web; import _ "kompobib/internal/dbtest"`, "only tests"},
		{"internal/attic/x.go", `package attic`, "no floor"},
		{"internal/learning/focus/x.go", `package focus; import _ "kompobib/internal/learning/need"`, ""},
		{"internal/learning/focus/x.go", `package focus; import _ "kompobib/internal/learning"`, ""},
		{"internal/learning/need/x.go", `package need; import _ "kompobib/internal/learning/focus"`, "to its right in learning"},
		{"internal/learning/x.go", `package learning; import _ "kompobib/internal/learning/need"`, "to its right in learning"},
		{"internal/people/roster/x.go", `package roster; import _ "kompobib/internal/people"`, ""},

		{"internal/people/x.go", `package people; import _ "database/sql"`, "is for db"},
		{"internal/web/x.go", `package web; import _ "modernc.org/sqlite"`, "is for db"},
		{"internal/people/x.go", `package people; import _ "net/http"`, "is for web"},
		{"internal/web/x.go", `package web; import _ "flag"`, "is for cmd"},

		{"internal/people/x.go", `package people; import "time"; func f() { time.Sleep(time.Now().Sub(time.Time{})) }`, "time.Now"},
		{"internal/people/x.go", `package people; import clock "time"; var now = clock.Now`, "time.Now"},
		{"internal/people/x.go", `package people; import "time"; func f() { time.Since(time.Time{}) }`, "time.Since"},
		{"internal/people/x.go", `package people; import "os"; func f() { os.Getenv("HOME") }`, "os.Getenv"},
		{"internal/people/x.go", `package people; type t struct{ Now int }; func f(time t) int { return time.Now }`, ""},
		{"cmd/kompobib/x.go", `package main; import "time"; func f() { time.Now() }`, ""},
		{"internal/dbtest/x.go", `package dbtest; import "os"; var server = os.Getenv("TEST_POSTGRES")`, ""},

		{"internal/people/x.go", `package people; var table = map[string]int{"a": 1}; func f() int { return table["a"] }`, ""},
		{"internal/people/x.go", `package people; var n int`, "no value"},
		{"internal/people/x.go", `package people; import "sync"; var lock sync.Mutex`, "no value"},
		{"internal/people/x.go", "package people; import \"embed\"\n//go:embed a\nvar files embed.FS", ""},
		{"internal/people/x.go", `package people; var n = 1; func f() { n = 2 }`, "changes n"},
		{"internal/people/x.go", `package people; var n = 1; func f() { n++ }`, "changes n"},
		{"internal/people/x.go", `package people; var table = map[string]int{}; func f() { table["a"] = 1 }`, "changes table"},
		{"internal/people/x.go", `package people; var table = map[string]int{}; func f() { delete(table, "a") }`, "changes table"},
		{"internal/people/x.go", `package people; var n = 1; func f() { n := 2; n = 3; _ = n }`, ""},
		{"internal/people/x.go", `package people; var n = 1; func f(n int) { n = 3 }`, ""},

		{"internal/people/x.sql", strings.Repeat("--\n", 601), "at most 600"},
		{"internal/people/x.sql", strings.Repeat("--\n", 600), ""},
	} {
		got := strings.Join(Check([]Source{{test.name, []byte(test.text)}}), "\n")
		if test.breach == "" && got != "" || !strings.Contains(got, test.breach) {
			t.Errorf("%s %q: %q, want %q", test.name, test.text, got, test.breach)
		}
	}
}

// A variable is one of the package's, in whichever file it is changed.
func TestVariableOfAnotherFile(t *testing.T) {
	got := Check([]Source{
		{"internal/people/a.go", []byte(`package people; var n = 1`)},
		{"internal/people/b.go", []byte(`package people; func f() { n = 2 }`)},
	})
	if len(got) != 1 || !strings.Contains(got[0], "changes n") {
		t.Error(got)
	}
}
