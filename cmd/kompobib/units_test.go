package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// A list of municipalities makes the tree, once: what is there is left as it is, and what is wrong is told with its row.
func TestImportUnits(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		list := filepath.Join(dir, "kommuner.csv")
		type answer struct {
			New, Coded, Unchanged int
			Applied               bool
			Errors                []struct {
				Row            int
				Column, Reason string
			}
		}
		take := func(text string, args ...string) (a answer, err error) {
			t.Helper()
			if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := told(t, nil, append([]string{"import", "units", list, "--json", "--data", dir, "--db", url, "--key-file", filepath.Join(dir, "key")}, args...)...)
			if e := json.Unmarshal([]byte(out), &a); e != nil || a.Errors == nil {
				t.Fatalf("%q: %v, %v", out, e, err)
			}
			return a, err
		}
		d := func() *db.DB {
			t.Helper()
			d, err := db.Open(t.Context(), url, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		units := func() []string {
			t.Helper()
			d := d()
			defer d.Close()
			names, err := db.Values[string](t.Context(), d, `SELECT coalesce(a.name, '') || ' > ' || p.name || ' ' || u.code FROM unit u JOIN unit_period p ON p.unit = u.id
				LEFT JOIN unit_period a ON a.unit = p.parent`)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(names)
			return names
		}
		const first = "code,name,county_code,county,region\n0480,Nyköping,04,Södermanlands län,Region Sörmland\n0482,Flen,04,Södermanlands län,Region Sörmland\n1983,Köping,19,Västmanlands län,\n"
		want := []string{" > Region Sörmland ", " > Västmanlands län 19", "Region Sörmland > Södermanlands län 04", "Södermanlands län > Flen 0482", "Södermanlands län > Nyköping 0480", "Västmanlands län > Köping 1983"}

		if a, err := take(first); err != nil || a.New != 6 || a.Applied || len(units()) != 0 {
			t.Errorf("looked at: %+v, %v", a, err)
		}
		if a, err := take(first, "--apply"); err != nil || a.New != 6 || !a.Applied || !slices.Equal(units(), want) {
			t.Errorf("carried out: %+v, %v, %q", a, err, units())
		}
		at := d()
		recorded, err := db.Value[int](t.Context(), at, `SELECT count(*) FROM audit WHERE act = 'create' AND entity = 'unit' AND actor = 'operator'`)
		if at.Close(); err != nil || recorded != 6 {
			t.Errorf("%d of 6 are recorded, %v", recorded, err)
		}
		if a, err := take(first, "--apply"); err != nil || a.New != 0 || a.Unchanged != 6 || !a.Applied || !slices.Equal(units(), want) {
			t.Errorf("twice: %+v, %v, %q", a, err, units())
		}
		// As a spreadsheet program leaves the codes, in Swedish, with one more and much that is wrong.
		a, err := take("Kommunkod;Kommun;Län\n480;Nyköping;Södermanlands län\n484;Eskilstuna;Södermanlands län\n484;Eskilstuna;Södermanlands län\n48x;Gnesta;Södermanlands län\n"+
			"1984;;Västmanlands län\n1981;Sala;\n482;Flensburg;Södermanlands län\n1960;Kungsör;Annat län\n1983;Köping;Västmanlands län\n", "--apply")
		var rows []int
		for _, e := range a.Errors {
			if rows = append(rows, e.Row); e.Reason == "" {
				t.Errorf("%+v", e)
			}
		}
		if err != nil || a.New != 1 || !slices.Equal(rows, []int{4, 5, 6, 7, 8, 9}) || !slices.Contains(units(), "Södermanlands län > Eskilstuna 0484") || len(units()) != 7 {
			t.Errorf("some of it wrong: %+v, %v, %q", a, err, units())
		}
		if a, err := take("name,county,code\nNyköping,Västmanlands län,0480\n", "--apply"); err == nil || a.Applied || len(a.Errors) != 1 {
			t.Errorf("nothing right: %+v, %v", a, err)
		}
		// A row without a code tells of what another row gives one, and a unit that has none is given the list's.
		const columns = "code,name,county\n"
		for _, c := range []struct {
			text                  string
			new, coded, unchanged int
			wrong                 []int
		}{
			{"1480,Göteborg,Västra Götalands län\n,Mölndal,Västra Götalands län\n,Göteborg,Västra Götalands län\n", 3, 0, 0, []int{4}},
			{",Håbo,Uppsala län\n,Håbo,Stockholms län\n,Tierp,Uppsala län\n0380,Uppsala,Uppsala län\n0305,Håbo,Uppsala län\n", 6, 0, 0, []int{6}},
			{"0305,Håbo,Uppsala län\n1481,Mölndal,Västra Götalands län\n1480,Göteborg,Västra Götalands län\n", 0, 2, 3, nil},
			{"0305,Håbo,Uppsala län\n1481,Mölndal,Västra Götalands län\n1480,Göteborg,Västra Götalands län\n", 0, 0, 5, nil},
			{"1480,Mölndal,Västra Götalands län\n1481,Lerum,Västra Götalands län\n,Tierp,Uppsala län\n,Tierp,Västmanlands län\n", 0, 0, 2, []int{2, 3, 5}},
			{"1382,Falkenberg,Hallands län\n1383,Varberg,Hallands län\n1384,Falkenberg,Hallands län\n1985,Falkenberg,Västmanlands län\n1285,Eslöv,Hallands län\n", 4, 0, 1, []int{4, 6}},
			{"1386,Varberg,Hallands län\n1383,Varberg,Hallands län\n", 0, 0, 2, []int{2}},
			{",Varberg,Hallands län\n1386,Varberg,Hallands län\n", 0, 0, 2, []int{3}},
		} {
			a, err := take(columns+c.text, "--apply")
			var rows []int
			for _, e := range a.Errors {
				rows = append(rows, e.Row)
			}
			if err != nil || a.New != c.new || a.Coded != c.coded || a.Unchanged != c.unchanged || !slices.Equal(rows, c.wrong) {
				t.Errorf("%q: %+v, %v", c.text, a, err)
			}
			for _, e := range a.Errors { // it is not said of a row without a code that it has one
				if strings.HasPrefix(c.text, ",Varberg") && !strings.Contains(strings.ReplaceAll(e.Reason, "\u00a0", " "), "there already with the code 1383") {
					t.Errorf("%q: %s", c.text, e.Reason)
				}
			}
		}
		west := slices.DeleteFunc(units(), func(u string) bool {
			return !strings.Contains(u, "Västra") && !strings.Contains(u, "Uppsala") && !strings.Contains(u, "Stockholms")
		})
		if want := []string{" > Stockholms län ", " > Uppsala län 03", " > Västra Götalands län 14", "Stockholms län > Håbo ", "Uppsala län > Håbo 0305", "Uppsala län > Tierp ",
			"Uppsala län > Uppsala 0380", "Västra Götalands län > Göteborg 1480", "Västra Götalands län > Mölndal 1481"}; !slices.Equal(west, want) {
			t.Errorf("with and without codes: %q, want %q", west, want)
		}
		at = d()
		recorded, err = db.Value[int](t.Context(), at, `SELECT count(*) FROM audit WHERE act = 'set' AND entity = 'unit' AND actor = 'operator'`)
		if at.Close(); err != nil || recorded != 2 {
			t.Errorf("%d of 2 codes are recorded, %v", recorded, err)
		}
		if a, err := take("ort\nFlen\n"); err == nil || len(a.Errors) != 1 || a.Errors[0].Row != 0 || !strings.Contains(a.Errors[0].Reason, "county") {
			t.Errorf("no columns: %+v, %v", a, err)
		}
	})
}
