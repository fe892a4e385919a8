package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
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
		On, Told                             string
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
		{"a list before there is a tree, once and for all", write("lista.csv", "Namn;Arbetsplats;Kommun\nEk, Ann;Biblioteket;Köping\nEk, Bo;Biblioteket;Sala\n"), true, 0, ""},
		{"a municipality that there is not", write("annan-2099-12.csv", "Namn;Arbetsplats;Kommun\nEk, Ann;Biblioteket;Atlantis\n"), false, 2, "Kommun"},
	} {
		if test.row > 0 {
			tree(t, filepath.Join(dir, "var", "kompobib.db"), func(args ...string) (string, error) {
				return told(t, nil, append(args, "--data", filepath.Join(dir, "var"), "--key-file", filepath.Join(dir, "key"))...)
			})
		}
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
		if test.row > 0 && (a.On == "" || a.Told != "2099-12-01") {
			t.Errorf("%s: as of %q, it tells of %q", test.says, a.On, a.Told)
		}
	}
}

// A list that is carried out tells under which id, and by that it is taken back, once.
func TestImportUndo(t *testing.T) {
	dir := t.TempDir()
	place := []string{"--data", dir, "--key-file", filepath.Join(dir, "key")}
	tree(t, filepath.Join(dir, "kompobib.db"), func(args ...string) (string, error) { return told(t, nil, append(args, place...)...) })
	list := filepath.Join(dir, "lista.csv")
	if err := os.WriteFile(list, []byte("Namn;Arbetsplats;Kommun\nEk, Ann;Biblioteket;Köping\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := told(t, nil, append([]string{"import", "roster", list, "--employer", "Köpings kommun", "--apply", "--json"}, place...)...)
	var a struct {
		New     int
		Applied bool
		Import  string
	}
	if e := json.Unmarshal([]byte(out), &a); e != nil || err != nil || a.New != 1 || !a.Applied || a.Import == "" {
		t.Fatalf("carried out: %q, %v, %v", out, e, err)
	}
	undo := append([]string{"import", "undo", a.Import}, place...)
	later := list + "r.csv"
	if err := os.WriteFile(later, []byte("Namn;Arbetsplats;Kommun;Titel\nEk, Ann;Biblioteket;Köping;chef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := a
	out, err = told(t, nil, append([]string{"import", "roster", later, "--employer", "Köpings kommun", "--apply", "--json"}, place...)...)
	if e := json.Unmarshal([]byte(out), &newer); e != nil || err != nil || newer.Import == a.Import {
		t.Fatalf("carried out: %q, %v, %v", out, e, err)
	}
	says := "Taken back: 0 people are as before the import, 1 stays as they are\n  Ann Ek: changed since by the list " + newer.Import +
		"\nTake back what came later first, then this once more, and they are as before too:\n  kompobib import undo " + newer.Import + "\n  kompobib import undo " + a.Import + "\nBiblioteket stays: someone is employed there\nKöpings kommun stays: someone is employed there\n"
	if out, err := told(t, nil, undo...); err != nil || out != says {
		t.Errorf("the older first: %q, %v, want %q", out, err, says)
	}
	for _, id := range []string{newer.Import, a.Import} {
		if out, err := told(t, nil, append([]string{"import", "undo", id}, place...)...); err != nil || out != "Taken back: 1 person is as before the import, 0 stay as they are\n" {
			t.Errorf("taken back: %q, %v", out, err)
		}
	}
	if out, err := told(t, nil, undo...); err == nil {
		t.Errorf("taken back twice: %q", out)
	}
}

// A workplace that is not in the tree is put where the list says, else in the municipality that it is whole for, else in the one told.
func TestWhereNewWorkplacesLie(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		do := func(args ...string) (string, error) {
			return told(t, nil, append(args, "--data", dir, "--db", url, "--key-file", filepath.Join(dir, "key"))...)
		}
		tree(t, url, do)
		list := filepath.Join(dir, "lista.csv")
		if err := os.WriteFile(list, []byte("Namn;Arbetsplats\nEk, Ann;Bokhyllan\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ says, args, want string }{
			{"not told", "", "Say with --municipality"},
			{"by the scope", "--scope Köping", "1 new, 0 changed"},
			{"by its code", "--municipality 1983", "1 new, 0 changed"},
			{"by its name", "--municipality Köping", "Bokhyllan: a new workplace"},
		} {
			out, err := do(append([]string{"import", "roster", list, "--employer", "Bolaget"}, strings.Fields(test.args)...)...)
			if err != nil || !strings.Contains(out, test.want) {
				t.Errorf("%s: %q, %v", test.says, out, err)
			}
		}
		if out, err := do("import", "roster", list, "--municipality", "Atlantis"); err == nil || !strings.Contains(err.Error(), "--municipality: There is no municipality “Atlantis”") {
			t.Errorf("one that there is not: %q, %v", out, err)
		}
		if _, err := do("import", "roster", list, "--employer", "Bolaget", "--municipality", "Köping", "--apply"); err != nil {
			t.Fatal(err)
		}
		d, err := db.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		above, err := db.Value[string](t.Context(), d, `SELECT a.name FROM unit_period p JOIN unit_period a ON a.unit = p.parent WHERE p.name = 'Bokhyllan'`)
		if err != nil || above != "Köping" {
			t.Errorf("it lies in %q, %v", above, err)
		}
	})
}

// Who is said to have left before they began is no leaver and is told, as is what was not read as people; a day of another decade is refused.
func TestImportTellsWhoStays(t *testing.T) {
	dir := t.TempDir()
	do := func(args ...string) (string, error) {
		return told(t, nil, append(args, "--data", dir, "--key-file", filepath.Join(dir, "key"))...)
	}
	tree(t, filepath.Join(dir, "kompobib.db"), do)
	list := filepath.Join(dir, "lista.csv")
	const head, ann = "Namn;Arbetsplats;Kommun;Anställd från\n", "Ek, Ann;Biblioteket;Köping;2001-01-01\n"
	if err := os.WriteFile(list, []byte(head+ann+"Ek, Bo;Biblioteket;Köping;2025-03-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := do("import", "roster", list, "--employer", "Köpings kommun", "--on", "2025-09-01", "--apply"); err != nil {
		t.Fatal(out, err)
	}
	if err := os.WriteFile(list, []byte("Personal\n"+head+ann+"Antal: 1;;;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := []string{"import", "roster", list, "--employer", "Köpings kommun", "--on", "2025-10-01", "--left"}
	out, err := do(append(again, "2025-02-01")...)
	for _, want := range []string{"Staff of Köpings kommun, as of", "0 left, 1 unchanged", "Bo Ek: Began on 1 March 2025", "rows 1, 4"} {
		if out = strings.ReplaceAll(out, "\u00a0", " "); err != nil || !strings.Contains(out, want) {
			t.Errorf("looked at, without %q: %q, %v", want, out, err)
		}
	}
	out, err = do(append(again, "2025-02-01", "--apply", "--json")...)
	var a struct {
		Left   int
		Passed []struct{ Row int } `json:"passed_over"`
		Errors []struct{ Person, Reason string }
	}
	if e := json.Unmarshal([]byte(out), &a); e != nil || err != nil || a.Left != 0 || len(a.Errors) != 1 || a.Errors[0].Person == "" || !slices.Equal(a.Passed, []struct{ Row int }{{1}, {4}}) || strings.Contains(out, `"row":0`) {
		t.Errorf("carried out: %q, %v, %v", out, e, err)
	}
	if out, err := do(append(again, "2005-02-01")...); err == nil || !strings.Contains(err.Error(), "--left: The day is more than two years from") {
		t.Errorf("a day of another decade: %q, %v", out, err)
	}
}

// tree makes a county with one municipality.
func tree(t *testing.T, url string, do func(args ...string) (string, error)) {
	t.Helper()
	if _, err := do("migrate"); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) error {
		county, err := people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.County, Name: "Västmanlands län", Code: "19", From: "1970-01-01"})
		if err == nil {
			_, err = people.CreateUnit(ctx, tx, people.NewUnit{Kind: people.Municipality, Name: "Köping", Code: "1983", Parent: county.ID, From: "1970-01-01"})
		}
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
}

// Rows that are wrong do not keep the others from being carried out; if all are, nothing is, and the exit code says so.
func TestImportOfBadRows(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		do := func(args ...string) (string, error) {
			return told(t, nil, append(args, "--data", dir, "--db", url, "--key-file", filepath.Join(dir, "key"))...)
		}
		tree(t, url, do)
		for _, test := range []struct {
			says, rows string
			people     int
			applied    bool
		}{
			{"all wrong", "Ek, Ann;Biblioteket;Atlantis\nEk, Bo;;Köping\n", 0, false},
			{"some wrong", "Ek, Ann;Biblioteket;Köping\nEk, Bo;Biblioteket;Atlantis\n", 1, true},
			{"all wrong, of an employer that has people, who do not go", "Ek, Cia;Biblioteket;Atlantis\n", 1, false},
			{"nothing to change", "Ek, Ann;Biblioteket;Köping\n", 1, true},
		} {
			list := filepath.Join(dir, "lista.csv")
			if err := os.WriteFile(list, []byte("Namn;Arbetsplats;Kommun\n"+test.rows), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := do("import", "roster", list, "--employer", "Köpings kommun", "--left", "2026-01-01", "--apply", "--json")
			var a struct {
				Applied bool
				Import  string
			}
			if e := json.Unmarshal([]byte(out), &a); e != nil || (err == nil) != test.applied || a.Applied != test.applied || (a.Import != "") != test.applied {
				t.Errorf("%s: %q, %v, %v", test.says, out, e, err)
			}
			d, err := db.Open(t.Context(), url, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			people, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM employment WHERE valid_to IS NULL`)
			if err := errors.Join(err, d.Close()); err != nil || people != test.people {
				t.Errorf("%s: %d are employed, %v", test.says, people, err)
			}
		}
		if out, err := do("import", "roster", filepath.Join(dir, "lista.csv"), "--employer", "Köpings kommun"); err != nil || !strings.Contains(out, "--apply carries it out") {
			t.Errorf("what is only looked at: %q, %v", out, err)
		}
	})
}

// The command shows no identity number whole, in words or as JSON, whichever column it stands in.
func TestImportShowsNoNumbers(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		do := func(args ...string) (string, error) {
			return told(t, nil, append(args, "--data", dir, "--db", url, "--key-file", filepath.Join(dir, "key"))...)
		}
		tree(t, url, do)
		list := filepath.Join(dir, "lista 480322-9949.csv")
		const rows = "Ek, Ann;Biblioteket;Köping;;\nEk, Bo;480322-9949;Köping;;\nEk, Cia;Biblioteket;4803229949;;\nEk, Dag 480322-9949;Biblioteket;Köping;;\n" +
			"Ek, Ed;Biblioteket;Köping;19480322-9949;\nEk, Eva;Biblioteket;Köping;;480322\u20139949\n" +
			"Ek, Fia;Biblioteket;Köping;;;Bengts bokbuss 19480322-9949\n"
		if err := os.WriteFile(list, []byte("Namn;Arbetsplats;Kommun;E-post;Anställd tom;Arbetsgivare\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{nil, {"--json"}, {"--apply", "--json"}, {"--apply"}} {
			out, err := do(append([]string{"import", "roster", list, "--employer", "Köpings kommun"}, args...)...)
			if err != nil || strings.Contains(out, "9949") || strings.Count(out, "480322-****") != 6 {
				t.Errorf("%q: %v\n%s", args, err, out)
			}
		}
		for _, args := range [][]string{{list, "--employer", "Bengts bokbuss 480322-9949"}, {list, "--scope", "480322-9949"}, {filepath.Join(dir, "480322-9949.csv")}} {
			if out, err := do(append([]string{"import", "roster"}, args...)...); err == nil || strings.Contains(out+err.Error(), "9949") {
				t.Errorf("%q: %v\n%s", args, err, out)
			}
		}
	})
}

// A workplace is told of as new once, and only if a right row has it; and of a row that is about someone known it is told what became of it.
func TestImportTellsWhatBecameOfRows(t *testing.T) {
	dir := t.TempDir()
	place := []string{"--data", dir, "--key-file", filepath.Join(dir, "key")}
	tree(t, filepath.Join(dir, "kompobib.db"), func(args ...string) (string, error) { return told(t, nil, append(args, place...)...) })
	take := func(rows string, more ...string) string {
		t.Helper()
		list := filepath.Join(dir, "lista.csv")
		if err := os.WriteFile(list, []byte("Personnummer;Namn;Arbetsplats;Kommun\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := told(t, nil, append(append([]string{"import", "roster", list, "--employer", "Köpings kommun"}, more...), place...)...)
		if err != nil {
			t.Fatal(out, err)
		}
		return out
	}
	out := take("600121-9960;Ek, Ann;Biblioteket;Köping\n;Ek, Bo;Biblioteket;Kjöping\n;Ek, Cia;Filialen;Kjöping\n", "--apply")
	if strings.Count(out, "a new workplace") != 1 || !strings.Contains(out, "Biblioteket: a new workplace") {
		t.Errorf("new workplaces: %s", out)
	}
	if out := take("600121-9960;Ny, Siv;Biblioteket;Köping\n", "--apply"); !strings.Contains(out, "Nothing is done with the row") || strings.Contains(out, "Carried out\n") {
		t.Errorf("wholly other names: %s", out)
	}
	married := "600121-9960;Ny, Ann;Biblioteket;Köping\n"
	if out := take(married); !strings.Contains(out, "change of name.\n") {
		t.Errorf("looked at: %s", out)
	}
	if out := take(married, "--apply"); !strings.Contains(out, "change of name. Carried out\n") {
		t.Errorf("carried out: %s", out)
	}
}

// Who carries a list out or takes one back by command is told of lists that wait on a page and were compared before.
func TestImportTellsOfListsThatWait(t *testing.T) {
	dir := t.TempDir()
	do := func(args ...string) string {
		t.Helper()
		out, err := told(t, nil, append(args, "--data", dir, "--key-file", filepath.Join(dir, "key"))...)
		if err != nil {
			t.Fatal(out, err)
		}
		return out
	}
	url := filepath.Join(dir, "kompobib.db")
	tree(t, url, func(args ...string) (string, error) { return do(args...), nil })
	d, err := db.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var waits roster.Import
	err = d.Tx(t.Context(), "test", func(ctx context.Context, tx *db.Tx) (err error) {
		if waits, err = roster.Begin(ctx, tx, access.System, "september.csv", roster.Choices{}); err == nil {
			_, err = tx.Exec(ctx, `UPDATE roster_import SET state = 'ready', employer_name = 'Köpings kommun' WHERE id = $1`, waits.ID)
		}
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "lista.csv")
	if err := os.WriteFile(list, []byte("Namn;Arbetsplats;Kommun\nEk, Ann;Biblioteket;Köping\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says := "wait to be carried out. Open each and choose to read it again first:\n  september.csv: /imports/" + waits.ID + "\n"
	if out := do("import", "roster", list, "--employer", "Sala kommun", "--apply"); strings.Contains(out, "september") {
		t.Errorf("another employer's: %s", out)
	}
	var a struct {
		Import  string
		Waiting []string
	}
	if out := do("import", "roster", list, "--employer", "Köpings kommun", "--apply", "--json"); json.Unmarshal([]byte(out), &a) != nil || !slices.Equal(a.Waiting, []string{waits.ID}) {
		t.Errorf("carried out, as JSON: %s", out)
	}
	if out := do("import", "undo", a.Import); !strings.HasSuffix(out, says) {
		t.Errorf("taken back: %s", out)
	}
	if out := do("import", "roster", list, "--employer", "Köpings kommun", "--apply"); !strings.HasSuffix(out, says) {
		t.Errorf("carried out: %s", out)
	}
}
