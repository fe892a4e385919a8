package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/secret"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ring(t *testing.T) *secret.Ring {
	t.Helper()
	r, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ask(t *testing.T, d *db.DB, at time.Time, email string) (id string) {
	t.Helper()
	must(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = auth.Ask(ctx, tx, ring(t), at, email, "")
		return err
	})
	return id
}

func way(t *testing.T, d *db.DB, at time.Time, id string) (w auth.Way) {
	t.Helper()
	must(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		w, err = auth.MakeWay(ctx, tx, ring(t), at, id)
		return err
	})
	return w
}

func use(t *testing.T, d *db.DB, at time.Time, token string) (persons []string, err error) {
	t.Helper()
	err = do(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		persons, _, err = auth.UseLink(ctx, tx, at, token)
		return err
	})
	return persons, err
}

func letters(t *testing.T, d *db.DB) int {
	t.Helper()
	all, err := letter.List(t.Context(), d, access.System, letter.Filter{Template: letter.SignIn, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestLink(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		person(t, d, "ola", "bibliotek@example.org")
		person(t, d, "pia", "bibliotek@example.org")
		for _, test := range []struct {
			says, email string
			after       time.Duration // since the letter was sent
			sent        bool
			want        []string
			err         error
		}{
			{"at once", "Eva@Example.org ", 0, true, []string{"eva"}, nil},
			{"just in time", "eva@example.org", 29 * time.Minute, true, []string{"eva"}, nil},
			{"too late", "eva@example.org", 31 * time.Minute, true, nil, auth.ErrLink},
			{"of an address that two share", "bibliotek@example.org", 0, true, []string{"ola", "pia"}, nil},
			{"of an address that nobody has", "nobody@example.org", 0, true, nil, auth.ErrLink},
		} {
			before := letters(t, d)
			w := way(t, d, noon.Add(time.Hour), ask(t, d, noon, test.email))
			if written := letters(t, d) - before; (written == 1) != (test.email != "nobody@example.org") {
				t.Errorf("%s: %d letters", test.says, written)
			}
			at := noon.Add(time.Hour + test.after)
			if works, err := auth.LinkWorks(t.Context(), d, at, w.Token); err != nil || works != (test.after < 30*time.Minute) {
				t.Errorf("%s: the page says it works: %v, %v", test.says, works, err)
			}
			got, err := use(t, d, at, w.Token)
			if !slices.Equal(got, test.want) || !errors.Is(err, test.err) {
				t.Errorf("%s: %v, %v", test.says, got, err)
			}
			if got, err := use(t, d, at, w.Token); got != nil || !errors.Is(err, auth.ErrLink) {
				t.Errorf("%s, once more: %v, %v", test.says, got, err)
			}
		}
		if _, err := use(t, d, noon, "made up"); !errors.Is(err, auth.ErrLink) {
			t.Errorf("a link that somebody made up: %v", err)
		}
	})
}

// Sent again, the letter holds the same link; what stands in the database opens nothing.
func TestLinkStaysAndIsHashed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		id := ask(t, d, noon, "eva@example.org")
		first, second := way(t, d, noon, id), way(t, d, noon.Add(time.Minute), id)
		if first.Token != second.Token || first.Code != second.Code {
			t.Error("sent again, the letter held another link")
		}
		stored, err := db.Values[string](t.Context(), d, `SELECT token FROM sign_in UNION SELECT code FROM sign_in UNION SELECT args FROM letter`)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range stored {
			if _, err := use(t, d, noon, s); !errors.Is(err, auth.ErrLink) || s == first.Code {
				t.Errorf("%q stands in the database, and lets one in", s)
			}
		}
	})
}

// One link used twice at once lets one in.
func TestLinkRace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		w := way(t, d, noon, ask(t, d, noon, "eva@example.org"))
		errs := make([]error, 20)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = use(t, d, noon, w.Token) })
		}
		all.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else if !errors.Is(err, auth.ErrLink) {
				t.Error(err)
			}
		}
		if in != 1 {
			t.Errorf("%d came in", in)
		}
		doctor.Well(t, d)
	})
}

func TestCode(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		r := ring(t)
		try := func(at time.Time, id, code string) error {
			persons, err := auth.UseCode(t.Context(), d, r, at, id, code)
			if err == nil && !slices.Equal(persons, []string{"eva"}) {
				t.Errorf("%v came in", persons)
			}
			return err
		}
		wrong := func(code string) string {
			if code == "000000" {
				return "000001"
			}
			return "000000"
		}
		id := ask(t, d, noon, "eva@example.org")
		w := way(t, d, noon, id)
		for _, step := range []struct {
			says, id, code string
			want           error
		}{
			{"a wrong code", id, wrong(w.Code), auth.ErrCode},
			{"no code", id, "", auth.ErrCode},
			{"another letter's", "no such", w.Code, auth.ErrLink},
			{"the right one, as people write it", id, w.Code[:3] + " " + w.Code[3:], nil},
			{"the right one, again", id, w.Code, auth.ErrLink},
		} {
			if err := try(noon, step.id, step.code); !errors.Is(err, step.want) {
				t.Errorf("%s: %v", step.says, err)
			}
		}
		if _, err := use(t, d, noon, w.Token); !errors.Is(err, auth.ErrLink) {
			t.Errorf("the code is used, and so the link should be: %v", err)
		}

		later := noon.Add(2 * time.Hour)
		id = ask(t, d, later, "eva@example.org")
		w = way(t, d, later, id)
		for range 5 {
			if err := try(later, id, wrong(w.Code)); !errors.Is(err, auth.ErrCode) {
				t.Error(err)
			}
		}
		if err := try(later, id, w.Code); !errors.Is(err, auth.ErrTries) {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
		if _, err := use(t, d, later, w.Token); err != nil {
			t.Errorf("the link in the letter still works: %v", err)
		}
	})
}

// Guessing at many letters' codes is stopped as well, also many at once.
func TestGuessing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		r := ring(t)
		var mu sync.Mutex
		var all sync.WaitGroup
		looked := 0
		for range 5 {
			id := ask(t, d, noon, "eva@example.org")
			way(t, d, noon, id)
			for i := range 8 {
				all.Go(func() {
					_, err := auth.UseCode(t.Context(), d, r, noon, id, fmt.Sprint(i))
					mu.Lock()
					defer mu.Unlock()
					if errors.Is(err, auth.ErrCode) {
						looked++
					} else if !errors.Is(err, auth.ErrTries) {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		if looked > 19 { // ten, the first for each letter, and a few at the very same moment
			t.Errorf("%d guesses were looked at", looked)
		}
		doctor.Well(t, d)
	})
}

func TestPassword(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		eva := access.Viewer{Person: person(t, d, "eva", "eva@example.org")}
		person(t, d, "ola", "eva@example.org")
		p := auth.NewPasswords(2)
		const first, second = "korrekt häst batteri", "en annan häst i dag"
		for _, step := range []struct {
			says   string
			change auth.Change
			want   []error
		}{
			{"too short, and not the same", auth.Change{New: "kort", Again: "lång"}, []error{auth.ErrShort, auth.ErrUnequal}},
			{"one letter over and over", auth.Change{New: "aaaaaaaaaaaaa", Again: "aaaaaaaaaaaaa"}, []error{auth.ErrEasy}},
			{"the address", auth.Change{New: "Eva@example.org", Again: "Eva@example.org"}, []error{auth.ErrEasy}},
			{"the first", auth.Change{New: first, Again: first}, nil},
			{"the next without the present one", auth.Change{New: second, Again: second}, []error{auth.ErrPassword}},
			{"the next with the present one", auth.Change{Present: first, New: second, Again: second}, nil},
			{"the first again, having proved one's address", auth.Change{Proved: true, New: first, Again: first}, nil},
		} {
			err := p.Set(t.Context(), d, eva, step.change)
			if len(fault.Of(err)) != len(step.want) {
				t.Errorf("%s: %v", step.says, err)
			}
			for _, want := range step.want {
				if !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", step.says, err, want)
				}
			}
		}
		for _, test := range []struct {
			says, email, password string
			want                  []string
		}{
			{"the right one", "EVA@example.org", first, []string{"eva"}},
			{"the old one", "eva@example.org", second, nil},
			{"nobody's address", "nobody@example.org", first, nil},
			{"no address", "", first, nil},
			{"no password", "eva@example.org", "", nil},
		} {
			got, err := p.Check(t.Context(), d, test.email, test.password)
			if !slices.Equal(got, test.want) || (test.want == nil) != errors.Is(err, auth.ErrWrong) {
				t.Errorf("%s: %v, %v", test.says, got, err)
			}
		}
	})
}

func TestToken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		eva := access.Viewer{Person: person(t, d, "eva", "eva@example.org")}
		var token string
		must(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = auth.NewToken(ctx, tx, eva, "eva", "Statistik")
			return err
		})
		if who, err := auth.TokenPerson(t.Context(), d, token); who != "eva" || err != nil {
			t.Errorf("it stands for %q, %v", who, err)
		}
		err := do(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := auth.NewToken(ctx, tx, access.Viewer{Person: "ola"}, "eva", "")
			return err
		})
		if !errors.Is(err, auth.ErrForbidden) {
			t.Errorf("made by another: %v", err)
		}
		tokens, err := auth.Tokens(t.Context(), d, eva, eva.Person)
		if err != nil || len(tokens) != 1 {
			t.Fatal(tokens, err)
		}
		// Another neither sees it nor ends it; who manages accounts does both.
		ola := access.Viewer{Person: "ola"}
		if seen, err := auth.Tokens(t.Context(), d, ola, eva.Person); len(seen) != 0 || err != nil {
			t.Errorf("another sees %v, %v", seen, err)
		}
		must(t, d, func(ctx context.Context, tx *db.Tx) error { return auth.RevokeToken(ctx, tx, ola, tokens[0].ID) })
		if who, err := auth.TokenPerson(t.Context(), d, token); who != "eva" || err != nil {
			t.Errorf("after another tried to end it, it stands for %q, %v", who, err)
		}
		manager := access.Viewer{Person: "rut", Grants: []access.Grant{{Role: access.Administrator}}}
		if seen, err := auth.Tokens(t.Context(), d, manager, eva.Person); len(seen) != 1 || err != nil {
			t.Errorf("an administrator sees %v, %v", seen, err)
		}
		must(t, d, func(ctx context.Context, tx *db.Tx) error { return auth.RevokeToken(ctx, tx, manager, tokens[0].ID) })
		for _, no := range []string{token, "", "kb_made_up"} {
			if who, err := auth.TokenPerson(t.Context(), d, no); who != "" || !errors.Is(err, auth.ErrNoToken) {
				t.Errorf("%q stands for %q, %v", no, who, err)
			}
		}
	})
}

// A session lasts while someone comes back, but not for ever; and ends when they say so, wherever.
func TestSession(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		person(t, d, "eva", "eva@example.org")
		now := time.Now()
		start := now
		s := auth.NewSessions(d, func() time.Time { return now }, true)
		// visit is a request with a cookie; it returns the cookie to come back with.
		visit := func(cookie string, f func(ctx context.Context)) string {
			t.Helper()
			ctx, err := s.Load(t.Context(), cookie)
			if err != nil {
				t.Fatal(err)
			}
			f(ctx)
			if s.Status(ctx) == 1 { // modified
				if cookie, _, err = s.Commit(ctx); err != nil {
					t.Fatal(err)
				}
			}
			return cookie
		}
		come := func(ctx context.Context) {
			if err := s.Come(ctx, "eva", "link", "Firefox, Linux"); err != nil {
				t.Fatal(err)
			}
		}
		who := func(cookie string) (who string) {
			visit(cookie, func(ctx context.Context) { who = s.Person(ctx) })
			return who
		}
		planted := visit("", func(ctx context.Context) { s.Put(ctx, "x", "y") })
		first := visit(planted, come)
		if first == planted || who(planted) != "" || who(first) != "eva" {
			t.Error("a token from before signing in lets one in")
		}
		stored, err := db.Values[string](t.Context(), d, `SELECT token FROM session`)
		if err != nil || slices.Contains(stored, first) {
			t.Errorf("the token itself stands in the database: %v", err)
		}
		for now = start; now.Sub(start) < 13*24*time.Hour; now = now.Add(11 * time.Hour) {
			if who(first) != "eva" {
				t.Fatalf("signed out after %v, though always there", now.Sub(start))
			}
		}
		if now = start.Add(15 * 24 * time.Hour); who(first) != "" {
			t.Error("signed in for ever")
		}
		now = start
		second, third := visit("", come), visit("", come)
		list, err := s.List(t.Context(), d, "eva")
		if err != nil || len(list) != 3 || list[0].Agent != "Firefox, Linux" || list[0].How != "link" {
			t.Fatalf("%+v, %v", list, err)
		}
		visit(second, func(ctx context.Context) {
			must(t, d, func(ctx2 context.Context, tx *db.Tx) error { return auth.EndSessions(ctx2, tx, "eva", s.Stored(ctx)) })
		})
		if who(second) != "eva" || who(third) != "" {
			t.Error("all places but one should be signed out")
		}
		if now = start.Add(13 * time.Hour); who(second) != "" {
			t.Error("signed in after half a day away")
		}
	})
}

// Staff come in by the address on the roster without anyone having made them an account.
func TestNewcomers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		unit(t, d, "library")
		roster := func(id, email, to string) {
			t.Helper()
			must(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO employer (id, name, sort_key, folded) VALUES ($1, $1, $1, $1)`, "of "+id)
				if err == nil {
					_, err = tx.Exec(ctx, `INSERT INTO person (id, given, family, sort_key, folded, email) VALUES ($1, $1, 'Test', $1, $1, $2)`, id, email)
				}
				if err == nil {
					_, err = tx.Exec(ctx, `INSERT INTO employment (id, person, employer, workplace, title, staff_role, share, valid_from, valid_to)
						VALUES ($1, $1, $2, 'library', 'bibliotekarie', 'librarian', 1000, '2010-01-01', $3)`, id, "of "+id, db.Null(to))
				}
				return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "person", Row: id}))
			})
		}
		roster("ann", "ann@example.org", "")
		roster("bo", "desk@example.org", "2013-01-01")
		roster("cia", "desk@example.org", "")
		roster("dan", "dan@example.org", "2012-10-01")
		person(t, d, "eva", "eva@example.org")
		for _, test := range []struct {
			says, email string
			want        []string
		}{
			{"someone who works here comes in by the address on the roster", "ann@example.org", []string{"ann"}},
			{"and then has an account as any other", "Ann@example.org", []string{"ann"}},
			{"of several at an address each comes in", "desk@example.org", []string{"bo", "cia"}},
			{"one who no longer works here does not", "dan@example.org", nil},
			{"nor a stranger", "fia@example.org", nil},
		} {
			before := letters(t, d)
			id := ask(t, d, noon, test.email)
			if sent := letters(t, d) - before; sent > 0 != (test.want != nil) {
				t.Errorf("%s: %d letters", test.says, sent)
			}
			persons, err := use(t, d, noon, way(t, d, noon, id).Token)
			if !slices.Equal(persons, test.want) || (err == nil) != (test.want != nil) {
				t.Errorf("%s: %v, %v", test.says, persons, err)
			}
		}
		// Nobody opens by the roster what was closed, nor moves an account to the address there.
		must(t, d, func(ctx context.Context, tx *db.Tx) error {
			a, err := auth.GetAccount(ctx, tx, access.System, "ann")
			if err != nil {
				return err
			}
			a.Disabled = true
			if err := auth.UpdateAccount(ctx, tx, access.System, a, "2012-10-12"); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE person SET email = 'other@example.org' WHERE id = 'cia'`)
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "update", Entity: "person", Row: "cia"}))
		})
		for _, email := range []string{"ann@example.org", "other@example.org"} {
			before := letters(t, d)
			if ask(t, d, noon, email); letters(t, d) != before {
				t.Errorf("%s was sent a way in", email)
			}
		}
	})
}
