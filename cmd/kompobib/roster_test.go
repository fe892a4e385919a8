package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A list is told as JSON: what it would change, and every row that is wrong with its number, column and reason.
func TestImportRoster(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	type answer struct {
		New, Changed, Moved, Left, Unchanged *int
		Duplicates                           []any
		Errors                               []struct {
			Row            int
			Column, Reason string
		}
	}
	for _, test := range []struct {
		says, file string
		fails      bool
		row        int
		column     string
	}{
		{"a PDF, whatever it is called", write("lista.xlsx", "%PDF-1.4"), true, 0, ""},
		{"a municipality that there is not", write("lista.csv", "Namn;Arbetsplats;Kommun\nEk, Ann;Biblioteket;Köping\n"), false, 2, "Kommun"},
	} {
		out, err := told(t, nil, "import", "roster", test.file, "--json", "--data", filepath.Join(dir, "var"), "--key-file", filepath.Join(dir, "key"))
		var a answer
		if e := json.Unmarshal([]byte(out), &a); e != nil || (err != nil) != test.fails {
			t.Fatalf("%s: %q, %v, %v", test.says, out, e, err)
		}
		if slices.Contains([]*int{a.New, a.Changed, a.Moved, a.Left, a.Unchanged}, nil) || a.Duplicates == nil || len(a.Errors) != 1 {
			t.Fatalf("%s: %s", test.says, out)
		}
		if e := a.Errors[0]; e.Row != test.row || e.Column != test.column || e.Reason == "" {
			t.Errorf("%s: %+v", test.says, e)
		}
	}
}
