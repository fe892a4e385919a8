package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/people/roster"
)

// worldFiles is where the files of a world lie.
func worldFiles(t *testing.T) *file.Store {
	t.Helper()
	files, err := file.OpenStore(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files
}

// list takes in a list of one who comes and of one without a title, whole for a municipality, and leaves it to be confirmed: as the system, which is nobody's colleague.
func (b *builder) list(whose, employer, municipality, row string) {
	b.t.Helper()
	ctx, ring, name := b.t.Context(), testRing(b.t), whose+".csv"
	content := []byte("Efternamn;Förnamn;Arbetsplats;Kommun;Befattning\r\nNy;Eva;" + row + "\r\nFel;Bo;" + strings.TrimSuffix(row, "chef") + "\r\n")
	choices := roster.Choices{Employer: employer, Units: []string{municipality}}
	imp := did(b, func(ctx context.Context, tx *db.Tx) (roster.Import, error) {
		return roster.Begin(ctx, tx, access.System, name, choices)
	})
	imp, err := roster.Keep(ctx, b.d, ring, b.w.files, "system", imp, content)
	if err != nil {
		b.t.Fatal(err)
	}
	_, d, choices, err := roster.Prepare(ctx, b.d, ring, access.System, name, content, choices, local.DateOf(b.d.Now(), time.UTC))
	if err != nil || d.Counts[roster.Newcomer] != 1 || len(d.Mistakes) != 1 {
		b.t.Fatalf("%v: %+v", err, d)
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := roster.SavePreview(ctx, tx, ring, imp, d, choices)
		return err
	})
	b.row("import", whose, imp.ID)
}

// Two offices of a programme see, carry out and undo each other's lists and what was taken in at the machine itself, and nothing of people whom
// their programme does not reach.
func TestColleaguesShareLists(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		colleague := &builder{t: t, d: d, w: w, employed: map[string]string{}}
		bo := colleague.person("bo", "", "")
		colleague.grant(bo, access.Grant{Role: access.Office, Programme: w.rows["programme"]["own"]})
		k := deskAt(t, d, w.files)
		as := func(person string) {
			t.Helper()
			v, _, err := resolve(t.Context(), d, person, "2012-10-12")
			if err != nil {
				t.Fatal(err)
			}
			k.viewer = v
		}
		sees := func(who, page string, want int) {
			t.Helper()
			if got := k.get(page).Code; got != want {
				t.Errorf("%s is answered %d at %s, want %d", who, got, page, want)
			}
		}
		page := "/imports/" + w.rows["import"]["own"]
		as(w.viewers["office"])
		sees("the office", page, 200)
		k.holds("/imports", "own.csv", "other.csv", "Systemet", "!elsewhere.csv")
		if answer := k.act(page, "apply"); answer.Code != http.StatusSeeOther {
			t.Errorf("carried out: %d %s", answer.Code, answer.Body)
		}
		as(bo)
		k.holds(page, "Genomförd", "Ångra importen", "Systemet")
		if answer := k.act(page, "undo"); answer.Code != http.StatusSeeOther {
			t.Errorf("undone: %d %s", answer.Code, answer.Body)
		}
		k.holds(page, "Ångrad")

		// A list that a colleague has begun is a colleague's too, also where the workplace is to be made.
		sent, _ := k.send("ny.csv", []byte("Efternamn;Förnamn;Arbetsplats;Kommun;Befattning\r\nNy;Siv;Bokbussen;Köping;chaufför\r\n"))
		k.understood(sent, "employer", w.rows["employer"]["own"], "unit", w.rows["town"]["own"])
		as(w.viewers["office"])
		k.holds(sent, "Bokbussen", "ny arbetsplats i Köping", "bo Test")
		k.holds("/imports", "ny.csv", "bo Test")

		// Where one row is of another programme's people, the list is no longer the programme's.
		as(bo)
		wide, _ := k.send("bred.csv", []byte("Efternamn;Förnamn;Arbetsplats;Kommun;Befattning\r\nNy;Siv;Stadsbiblioteket;Köping;chef\r\nNy;Ulf;Sala bibliotek;Sala;chef\r\n"))
		sees("who sent it", wide, 200)
		as(w.viewers["office"])
		sees("a colleague", wide, 404)
		k.viewer = access.Viewer{Person: "all", Grants: []access.Grant{{Role: access.Office}}}
		sees("the office of all programmes", wide, 200)
		sees("and the other programme's", "/imports/"+w.rows["import"]["elsewhere"], 200)

		// A row in which something is wrong is handed out as it stands, so it counts too; one that nobody can place may be of anyone.
		for row, want := range map[string]int{
			"Stadsbiblioteket;Köping;":    200,
			"Bokbussen;Köping;":           200,
			"Sala bibliotek;Sala;":        404,
			"Bokbussen;Sala;":             404,
			"Biblioteket;Atlantis;chef":   404,
			"Biblioteket;Atlantis;":       404,
			";;chef":                      404,
			"Stadsbiblioteket;=B2;chef":   404,
			"Stadsbiblioteket;Köping;=D2": 404,
		} {
			as(bo)
			sent, _ := k.send("fel.csv", []byte("Efternamn;Förnamn;Arbetsplats;Kommun;Befattning\r\nNy;Siv;Stadsbiblioteket;Köping;chef\r\nFel;Ulf;"+row+"\r\n"))
			k.holds(sent+"?kind=mistake", "Raderna med fel")
			as(w.viewers["office"])
			sees("a colleague, of a list with "+row, sent, want)
			if answer := k.post(sent+"/mistakes", "format", "csv"); answer.Code != want || strings.Contains(answer.Body.String(), "Ulf") != (want == 200) {
				t.Errorf("a colleague is handed the row %s: %d %s", row, answer.Code, answer.Body)
			}
			k.viewer = access.Viewer{Person: "all", Grants: []access.Grant{{Role: access.Office}}}
			sees("the office of all programmes, of a list with "+row, sent, 200)
		}

		// What is read in anew with more rights than one's own is no longer one's own.
		k.understood(wide, "employer", w.rows["employer"]["own"])
		as(bo)
		sees("who sent it, once all is told", wide, 404)
		as(w.viewers["administrator"])
		sees("the administrator, who may see no staff", page, 403)
	})
}

// A person known elsewhere is told of by a list that is read with more rights, so that it is seen by who may see them there too.
func TestListOfSomebodyKnownElsewhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := &builder{t: t, d: d, w: w, employed: map[string]string{}}
		ring := testRing(t)
		b.do(func(ctx context.Context, tx *db.Tx) error {
			return people.SetIdentity(ctx, tx, ring, access.System, w.rows["person"]["elsewhere"], "197001019996")
		})
		k := deskAt(t, d, w.files)
		k.viewer = access.Viewer{Person: "all", Grants: []access.Grant{{Role: access.Office}}}
		page, _ := k.send("flyttat.csv", []byte("Personnummer;Efternamn;Förnamn;Arbetsplats;Kommun;Befattning;E-post\r\n197001019996;Test;siv;Stadsbiblioteket;Köping;chef;ny@example.org\r\n"))
		k.understood(page, "new_employer", "En annan")
		k.holds(page, "siv@example.org → ny@example.org")
		v, _, err := resolve(t.Context(), d, w.viewers["office"], "2012-10-12")
		if err != nil {
			t.Fatal(err)
		}
		all := k.viewer
		if k.viewer = v; k.get(page).Code != 404 {
			t.Error("the office is told what is known of another programme's staff")
		}
		if k.viewer = all; k.act(page, "apply").Code != http.StatusSeeOther {
			t.Error("not carried out")
		}
		if k.viewer = v; k.get(page).Code != 200 {
			t.Error("who has come is the programme's, and so is the list")
		}
	})
}

// deskAt is the desk of a world.
func deskAt(t *testing.T, d *db.DB, files *file.Store) *desk {
	k := &desk{t: t, d: d}
	s := &Server{DB: d, Ring: testRing(t), Files: files, Log: slog.New(slog.DiscardHandler), Now: still, Viewer: func(*http.Request) access.Viewer { return k.viewer }}
	k.handler = s.Handler()
	return k
}

// understood puts right how a list was understood, its columns as they were guessed.
func (k *desk) understood(page string, form ...string) {
	k.t.Helper()
	form = append(form, "on", "2012-10-12", "column_family", "Efternamn", "column_given", "Förnamn", "column_workplace", "Arbetsplats", "column_municipality", "Kommun",
		"column_title", "Befattning", "column_email", "E-post", "column_identity", "Personnummer")
	if answer := k.act(page, "choices", form...); answer.Code != http.StatusSeeOther {
		k.t.Errorf("choices: %d %s", answer.Code, answer.Body)
	}
}

// holds asks for a page, and compares what it says. A ! before a text is for what it must not say.
func (k *desk) holds(page string, texts ...string) {
	k.t.Helper()
	body := strings.ReplaceAll(k.get(page).Body.String(), "\u00a0", " ")
	for _, text := range texts {
		if want, unwanted := strings.CutPrefix(text, "!"); strings.Contains(body, want) == unwanted {
			k.t.Errorf("%s: wrong about %q", page, text)
		}
	}
}
