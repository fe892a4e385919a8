package office_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/swot"
	"kompobib/internal/letter"
	"kompobib/internal/people"
	"kompobib/internal/report"
	"kompobib/internal/secret"
	"kompobib/internal/survey"
)

// personal reports whether a column's name says that it may hold the id of a person.
func personal(column string) bool {
	return slices.Contains([]string{"person", "into_person", "organiser", "owner", "subject", "actor"}, column) || strings.HasSuffix(column, "_by")
}

// notPersons are columns whose name only looks so.
var notPersons = []string{"letter.subject", "observed_sign.noticed_by"}

// columns returns all columns of text, and those with a foreign key to person.
func columns(t *testing.T, d *db.DB) (texts, keys []string) {
	t.Helper()
	all := `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY 1`
	foreign := `SELECT m.name || '.' || f."from" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND (f."table" = 'person' OR f."to" = 'person') ORDER BY 1`
	if strings.HasSuffix(t.Name(), "/postgres") {
		all = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text' AND table_name NOT LIKE 'goose%' ORDER BY 1`
		foreign = `SELECT DISTINCT k.table_name || '.' || k.column_name FROM information_schema.referential_constraints r
			JOIN information_schema.key_column_usage k ON k.constraint_name = r.constraint_name
			JOIN information_schema.key_column_usage u ON u.constraint_name = r.unique_constraint_name AND u.ordinal_position = k.position_in_unique_constraint
			WHERE u.table_name = 'person' OR u.column_name = 'person' ORDER BY 1`
	}
	texts, err := db.Values[string](t.Context(), d, all)
	if err != nil {
		t.Fatal(err)
	}
	keys, err = db.Values[string](t.Context(), d, foreign)
	if err != nil {
		t.Fatal(err)
	}
	return texts, keys
}

// Every column that refers to a person is known here, and either follows when two persons are joined or stays for a reason. A
// world in which each of them refers to who goes has nothing left of them but what stays.
func TestEveryColumn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		texts, keys := columns(t, d)
		if len(texts) < 100 || len(keys) < 8 {
			t.Fatalf("the catalogue tells of %d columns and %d keys", len(texts), len(keys))
		}
		for _, c := range slices.Concat(keys, slices.DeleteFunc(slices.Clone(texts), func(c string) bool {
			_, name, _ := strings.Cut(c, ".")
			return !personal(name) || slices.Contains(notPersons, c)
		})) {
			if stays[c] == "" && !slices.Contains(moves, c) {
				t.Errorf("%s refers to a person: let it follow when two are joined, or say why it stays", c)
			}
		}
		for _, c := range moves {
			if !slices.Contains(texts, c) {
				t.Errorf("%s is no column", c)
			}
		}
		for c := range stays {
			if !slices.Contains(texts, c) {
				t.Errorf("%s is no column", c)
			}
		}

		w.full()
		holds := func(c string) int {
			table, column, _ := strings.Cut(c, ".")
			return w.count(`SELECT count(*) FROM ` + table + ` WHERE ` + column + ` = 'ewa'`)
		}
		for _, c := range moves {
			if holds(c) == 0 {
				t.Errorf("%s is not tried: let the world have one", c)
			}
		}
		before := map[string]int{}
		for c := range stays {
			before[c] = holds(c)
		}
		if err := w.join(worker, people.Joining{Keep: "eva", Drop: "ewa"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range texts {
			switch n := holds(c); {
			case stays[c] == "" && n > 0:
				t.Errorf("%s still holds who has gone", c)
			case stays[c] != "" && n < before[c] && c != "person.id":
				t.Errorf("%s held who has gone %d times, and now %d", c, before[c], n)
			}
		}
		if w.count(`SELECT count(*) FROM person WHERE id = 'ewa'`) != 0 {
			t.Error("the row is still there")
		}
		w.hold()
		w.readable()
	})
}

// full gives ewa something in every room.
func (w *world) full() {
	w.t.Helper()
	w.employ("e-eva", "eva", "main", 1000, "2010-01-01", nil)
	w.employ("e-ewa", "ewa", "main", 1000, "2009-01-01", "2012-01-01")
	w.employ("f-ewa", "ewa", "branch", 500, "2012-01-01", nil)
	w.exec(`UPDATE employment SET follows = 'e-ewa' WHERE id = 'f-ewa'`)
	w.put("account", "person, email, password_hash", []any{"ewa", "ewa@example.org", "hash"})
	w.put("role_grant", "id, person, role, programme, valid_from", []any{"g", "ewa", "organiser", "kb", "2012-01-01"})
	w.put("session", "token, data, person, expiry", []any{"s", "{}", "ewa", dbtest.Now.AddDate(1, 0, 0)})
	w.put("api_token", "id, hash, person, made_at", []any{"t", "t", "ewa", dbtest.Now})
	w.exec(`UPDATE activity SET organiser = 'ewa'`)
	w.occasion("past", "2011-05-05", 1, 0)
	w.seat("past", "ewa", 1, "seated")
	w.present("past", "ewa", 180, "e-ewa")
	w.put("attendance_before", "meeting, person, version, employment, minutes, source, recorded_by, recorded_at, corrected_by, corrected_at, why",
		[]any{"m-past", "ewa", 1, "e-ewa", 90, "organiser", "boss", dbtest.Now, "ewa", dbtest.Now, "räknat om"})
	w.exec(`UPDATE attendance SET version = 2`)
	w.exec(`UPDATE occasion SET leader = 'ewa'`)
	w.put("kit", "id, programme", []any{"k", "kb"})
	w.put("workshop", "id, kit, leader, note_taker", []any{"w", "k", "ewa", "ewa"})
	w.put("question", "id, activity, ord, text, kind", []any{"q", "a", 1, "Mat?", "text"})
	w.put("plan_writer", "programme, workplace, person", []any{"kb", "main", "ewa"})
	w.put("commitment", "id, programme, owner, state, stated, starts, due, months, next_check, wording", []any{"c", "kb", "ewa", "open", 1, "2012-01-01", "2012-06-01", "3", "2012-04-01", 1})
	w.put("commitment_check", "commitment, ord, due", []any{"c", 1, "2012-04-01"})
	w.put("follow_up_link", "token, commitment, ord, person, expiry", []any{"f", "c", 1, "ewa", dbtest.Now})
	w.put("roster_import", "id, file_name, state, choices, summary, view, delete_on, made_by, made_at, read_by", []any{"i", "lista.csv", "applied", "{}", "{}", "{}", "2012-11-11", "ewa", dbtest.Now, "ewa"})
	w.put("roster_undo", "import, ord, entity, row_id, person, act, version", []any{"i", 1, "person", "ewa", "ewa", "create", 1})
	w.put("survey", "id, programme, title, anonymous", []any{"s", "kb", "Hur går det?", 0})
	w.put("survey_question", "id, survey, ord, text", []any{"sq", "s", 1, "Vågar du?"})
	w.put("survey_question_before", "question, number, text, changed_by, changed_at", []any{"sq", 1, "Vogar du?", "ewa", dbtest.Now})
	w.put("survey_round", "id, survey, name, first_day, last_day", []any{"sr", "s", "Start", "2012-10-01", "2012-10-31"})
	w.put("survey_group", "id, round", []any{"sg", "sr"})
	w.put("survey_tally", "grouping, question, value, n", []any{"sg", "sq", 2, 1})
	w.put("survey_answered", "round, person", []any{"sr", "ewa"})
	w.analysis()
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		sealed, err := secret.SealAll(ctx, tx, w.ring, []secret.Item{{Owner: "ewa", Text: "vegetariskt"}, {Owner: "ewa", Text: "Välkommen"}, {Owner: "ewa", Text: "Hej Ewa"}, {Owner: "ewa", Text: `{"Act":"lyssnar jag"}`}, {Owner: "ewa", Text: `{"sq":2}`}, {Owner: "ewa", Text: `[{"id":"n","quadrant":"threat","text":"få timmar"}]`}})
		if err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "survey_own", "round, person, grouping, sealed", "", [][]any{{"sr", "ewa", "sg", sealed[4]}}); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "swot_own", "swot, person, perspective, sealed", "", [][]any{{"sa", "ewa", "sx", sealed[5]}}); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "commitment_text", "commitment, number, happens, act, notice, sealed", "", [][]any{{"c", 1, "", "", "", sealed[3]}}); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "commitment_event", "commitment, version, made_at, made_by, act, state, owner, wording", "",
			[][]any{{"c", 1, tx.At, "ewa", "create", "open", "ewa", 1}}); err != nil {
			return err
		}
		if err := reflection.Write(ctx, tx, w.ring, access.Viewer{Person: "ewa", On: today}, &reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": "att lyssna"}}}); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "answer", "signup, question, sealed", "", [][]any{{"past-ewa", "q", sealed[0]}}); err != nil {
			return err
		}
		if err := db.Insert(ctx, tx, "letter", "id, person, template, essential, state, made_at, due, sent_at, subject, body", "",
			[][]any{{"l1", "ewa", "invitation", 0, "sent", tx.At, tx.At, tx.At, sealed[1], sealed[2]}, {"l2", "ewa", "seated", 1, "waiting", tx.At, tx.At, nil, "", ""}}); err != nil {
			return err
		}
		if err := people.UpdatePerson(ctx, tx, w.ring, access.System, people.Person{ID: "ewa", Given: "Ewa", Family: "Lind", Email: "ewa@example.org", Version: 1}); err != nil {
			return err
		}
		return people.SetIdentity(ctx, tx.As("setup", tx.At), w.ring, access.System, "ewa", "19480322-9949")
	})
}

// analysis lets main have begun one.
func (w *world) analysis() {
	w.t.Helper()
	w.put("swot_plan", "programme, years, opens, closes", []any{"kb", 10, "2012-10-01", "2012-12-01"})
	w.put("swot_perspective", "id, programme, ord, name", []any{"sx", "kb", 1, "Nya målgrupper"})
	w.put("swot", "id, programme, workplace, number", []any{"sa", "kb", "main", 1})
}

// readable makes sure that what was sealed with the key of who has gone can be read, and what they had is the other's.
func (w *world) readable() {
	t, ctx := w.t, w.t.Context()
	answers, err := activity.Answers(ctx, w.d, w.ring, access.System, "past", dbtest.Now)
	if err != nil || answers["eva"]["q"] != "vegetariskt" {
		t.Errorf("answers: %v %v", answers, err)
	}
	if list, err := reflection.Mine(ctx, w.d, w.ring, access.Viewer{Person: "eva"}); err != nil || len(list) != 1 || list[0].Answers["take"] != "att lyssna" {
		t.Errorf("a logbook: %+v %v", list, err)
	}
	if own, err := survey.Mine(ctx, w.d, w.ring, access.Viewer{Person: "eva"}, survey.Survey{ID: "s"}); err != nil || own["sr"].Values["sq"] != 2 {
		t.Errorf("own answers: %v %v", own, err)
	}
	if own, err := swot.Mine(ctx, w.d, w.ring, access.Viewer{Person: "eva"}, "sa"); err != nil || own["sx"].Text(swot.Threat) != "få timmar" {
		t.Errorf("what was prepared alone: %v %v", own, err)
	}
	if l, err := letter.Get(ctx, w.d, access.System, w.ring, "l1"); err != nil || l.Body != "Hej Ewa" || l.Person != "eva" {
		t.Errorf("a letter: %+v %v", l, err)
	}
	if own, err := focus.Own(ctx, w.d, w.ring, access.Viewer{Person: "eva", On: today}); err != nil || len(own) != 1 || own[0].Act != "lyssnar jag" {
		t.Errorf("an own commitment: %+v %v", own, err)
	}
	admin := access.Viewer{Person: "boss", Grants: []access.Grant{{Role: access.Administrator}, {Role: access.Office}}}
	err = w.d.Tx(ctx, "boss", func(ctx context.Context, tx *db.Tx) error {
		number, err := people.RevealIdentity(ctx, tx, w.ring, worker, "eva", "prov")
		if err == nil && number != "19480322-9949" {
			err = errors.New(number)
		}
		if err != nil {
			return err
		}
		events, err := audit.List(ctx, tx, admin, audit.Filter{About: []string{"ewa", "eva"}, Limit: 100})
		if err != nil {
			return err
		}
		told := 0
		for _, e := range events {
			if e.Sealed != "" {
				was, err := people.RevealWas(ctx, tx, w.ring, admin, e.ID, "prov")
				if err != nil || !strings.Contains(was, "given: ") {
					t.Errorf("%s: %q %v", e.Act, was, err)
				}
				told++
			}
		}
		if told != 2 {
			t.Errorf("%d events tell what stood there, want the change and the joining", told)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	p, err := people.GetPerson(ctx, w.d, worker, "eva")
	if err != nil || p.Name() != "eva Ek" || p.Email != "ewa@example.org" || p.BirthYear != 1948 {
		t.Errorf("%+v %v", p, err)
	}
	work, err := people.Employments(ctx, w.d, worker, "eva")
	if err != nil || len(work) != 2 || work[0].Follows != "e-eva" && work[1].Follows != "e-eva" {
		t.Errorf("employments: %+v %v", work, err)
	}
	if from := w.count(`SELECT count(*) FROM employment WHERE id = 'e-eva' AND valid_from = '2009-01-01' AND valid_to IS NULL`); from != 1 {
		t.Error("the joined employment does not hold for as long as either did")
	}
	grants, err := auth.Grants(ctx, w.d, "eva", today)
	if err != nil || len(grants) != 2 {
		t.Errorf("roles: %v %v", grants, err)
	}
	names, err := people.Names(ctx, w.d, worker, []string{"ewa"})
	if err != nil || names["ewa"].String() != "eva Ek" {
		t.Errorf("the old id is called %v %v", names, err)
	}
	if into, err := people.JoinedInto(ctx, w.d, "ewa"); err != nil || into != "eva" {
		t.Errorf("the old id leads to %q %v", into, err)
	}
}

// reached are who has attended, of how many, and the minutes in all.
func (w *world) reached() (staff, attended, minutes int) {
	w.t.Helper()
	r, err := report.Reach(w.t.Context(), w.d, access.System, report.Query{Programme: "kb", Today: today})
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Total.Counts[report.Staff], r.Total.Counts[report.Attended], w.count(`SELECT coalesce(sum(minutes), 0) FROM attendance`)
}

func codes(err error) (all []string) {
	for _, f := range fault.Of(err) {
		all = append(all, f.Code)
	}
	return all
}

// What keeps two persons from being joined is told, all at once, and nothing has changed.
func TestRefusals(t *testing.T) {
	with := func(roles ...access.Role) access.Viewer {
		v := access.Viewer{Person: "worker", On: today}
		for _, role := range roles {
			v.Grants = append(v.Grants, access.Grant{Role: role})
		}
		return v
	}
	account := func(w *world, persons ...string) {
		for _, p := range persons {
			w.put("account", "person, email", []any{p, p + "@example.org"})
		}
	}
	join := people.Joining{Keep: "eva", Drop: "ewa"}
	for name, test := range map[string]struct {
		set  func(w *world)
		as   access.Viewer
		join people.Joining
		want []string
	}{
		"who may not edit people": {as: with(access.Administrator), join: join, want: []string{"people.person"}},
		"oneself":                 {as: worker, join: people.Joining{Keep: "eva", Drop: "worker"}, want: []string{"people.join-self"}},
		"with oneself":            {as: worker, join: people.Joining{Keep: "eva", Drop: "eva"}, want: []string{"people.join-other"}},
		"nobody":                  {as: worker, join: people.Joining{Keep: "eva", Drop: "nobody"}, want: []string{"people.person"}},
		"neither is to stay":      {as: worker, join: people.Joining{Drop: "eva"}, want: []string{"people.join-keep"}},
		"two seats, and time in two places at once": {set: func(w *world) {
			w.occasion("o", "2012-12-12", 1, 1)
			w.seat("o", "eva", 1, "seated")
			w.seat("o", "ewa", 2, "waiting")
			w.occasion("p", "2012-05-05", 0, 0)
			w.occasion("q", "2012-05-05", 0, 0)
			w.present("p", "eva", 10, nil)
			w.present("q", "ewa", 10, nil)
		}, as: worker, join: join, want: []string{"seat.both-seated", "attendance.both-present"}},
		"time of both at one meeting": {set: func(w *world) {
			w.occasion("p", "2012-05-05", 0, 0)
			w.present("p", "eva", 10, nil)
			w.present("p", "ewa", 180, nil)
		}, as: worker, join: join, want: []string{"attendance.both-present"}},
		"two numbers, and nobody says which is right": {set: func(w *world) {
			w.numbers()
		}, as: worker, join: join, want: []string{"people.join-number", "people.why"}},
		"roles that would come into another's hands": {set: func(w *world) {
			account(w, "eva", "ewa")
			w.put("role_grant", "id, person, role, valid_from", []any{"g", "ewa", "administrator", "2012-01-01"})
		}, as: worker, join: join, want: []string{"auth.join-roles"}},
		"an open account in a closed one": {set: func(w *world) {
			account(w, "eva", "ewa")
			w.exec(`UPDATE account SET disabled = 1 WHERE person = 'eva'`)
		}, as: worker, join: join, want: []string{"auth.join-closed"}},
		"a logbook that another address would open": {set: func(w *world) {
			account(w, "eva", "ewa")
			w.put("reflection", "id, person, date", []any{"r", "ewa", "2012-10-01"})
		}, as: worker, join: join, want: []string{"auth.join-private"}},
		"the logbook of who stays, opened by the address of who goes": {set: func(w *world) {
			account(w, "ewa")
			w.put("reflection", "id, person, date", []any{"r", "eva", "2012-10-01"})
		}, as: worker, join: join, want: []string{"auth.join-private"}},
		"own answers": {set: func(w *world) {
			account(w, "eva", "ewa")
			w.put("survey", "id, programme, title, anonymous", []any{"s", "kb", "Hur går det?", 0})
			w.put("survey_round", "id, survey, name, first_day, last_day", []any{"sr", "s", "Start", "2012-10-01", "2012-10-31"})
			w.put("survey_group", "id, round", []any{"sg", "sr"})
			w.put("survey_own", "round, person, grouping, sealed", []any{"sr", "ewa", "sg", "x"})
		}, as: worker, join: join, want: []string{"auth.join-private"}},
		"what was prepared alone": {set: func(w *world) {
			account(w, "eva", "ewa")
			w.analysis()
			w.put("swot_own", "swot, person, perspective, sealed", []any{"sa", "ewa", "sx", "x"})
		}, as: worker, join: join, want: []string{"auth.join-private"}},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				if test.set != nil {
					test.set(w)
				}
				before := w.count(`SELECT count(*) FROM audit`)
				if got := codes(w.join(test.as, test.join)); !slices.Equal(got, test.want) {
					t.Errorf("%v, want %v", got, test.want)
				}
				if w.count(`SELECT count(*) FROM audit`) != before || w.count(`SELECT count(*) FROM person`) != 4 {
					t.Error("something has changed")
				}
			})
		})
	}
}

// A logbook goes along where the same address opens it, and stays where it is when the other goes up in its author.
func TestPrivateTextsKeepTheirAddress(t *testing.T) {
	for name, test := range map[string]struct {
		addresses [2]string // eva's and ewa's
		join      people.Joining
	}{
		"the same address":                {[2]string{"eva@example.org", "eva@example.org"}, people.Joining{Keep: "eva", Drop: "ewa"}},
		"the author stays":                {[2]string{"eva@example.org", "ewa@example.org"}, people.Joining{Keep: "ewa", Drop: "eva"}},
		"the author's is the one account": {[2]string{"", "ewa@example.org"}, people.Joining{Keep: "eva", Drop: "ewa"}},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				for i, person := range []string{"eva", "ewa"} {
					if test.addresses[i] != "" {
						w.put("account", "person, email", []any{person, test.addresses[i]})
					}
				}
				w.tx(func(ctx context.Context, tx *db.Tx) error {
					return reflection.Write(ctx, tx, w.ring, access.Viewer{Person: "ewa", On: today}, &reflection.Reflection{Date: "2012-10-01", Text: reflection.Text{Answers: map[string]string{"take": "att lyssna"}}})
				})
				if err := w.join(worker, test.join); err != nil {
					t.Fatal(err)
				}
				list, err := reflection.Mine(t.Context(), d, w.ring, access.Viewer{Person: test.join.Keep})
				if err != nil || len(list) != 1 || list[0].Answers["take"] != "att lyssna" {
					t.Errorf("%+v %v", list, err)
				}
			})
		})
	}
}

func (w *world) numbers() {
	w.t.Helper()
	for person, number := range map[string]string{"eva": "19480322-9949", "ewa": "19121212-1212"} {
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			return people.SetIdentity(ctx, tx, w.ring, access.System, person, number)
		})
	}
}

// Where both have signed up at an occasion, or are recorded at a meeting, one row remains, with the history of both; nobody's minutes are lost, and one person less
// is reached.
func TestBothAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.employ("e-eva", "eva", "main", 1000, "2010-01-01", nil)
		w.employ("e-ewa", "ewa", "branch", 500, "2010-01-01", nil)
		w.occasion("coming", "2012-12-12", 1, 0)
		w.seat("coming", "eva", 1, "seated", "cancelled")
		w.seat("coming", "ewa", 2, "seated")
		w.occasion("over", "2012-03-03", 0, 0)
		w.seat("over", "eva", 1, "seated", "cancelled")
		w.seat("over", "ewa", 2, "waiting", "cancelled")
		w.occasion("held", "2012-02-02", 0, 0)
		w.present("held", "eva", 0, "e-eva")
		w.present("held", "ewa", 180, "e-ewa")
		w.occasion("before", "2012-01-01", 0, 0)
		w.present("before", "eva", 60, "e-eva")
		w.exec(`UPDATE attendance SET attested_by = 'ewa', attested_at = recorded_at WHERE person = 'eva' AND meeting = 'm-before'`)
		w.exec(`UPDATE attendance SET attested_by = 'boss', attested_at = recorded_at WHERE person = 'ewa'`)
		w.exec(`UPDATE person SET protected = 1 WHERE id = 'ewa'`)
		staff, attended, minutes := w.reached()
		if staff != 2 || attended != 2 || minutes != 240 {
			t.Fatal(staff, attended, minutes)
		}
		if err := w.join(worker, people.Joining{Keep: "eva", Drop: "ewa"}); err != nil {
			t.Fatal(err)
		}
		if staff, attended, minutes = w.reached(); staff != 1 || attended != 1 || minutes != 240 {
			t.Errorf("after: %d staff, %d attended, %d minutes", staff, attended, minutes)
		}
		for what, query := range map[string]string{
			"the seat is hers":                          `SELECT count(*) FROM signup WHERE occasion = 'coming' AND person = 'eva' AND state = 'seated' AND number = 2`,
			"with three events and the joining":         `SELECT count(*) / 4 FROM signup_event WHERE signup = 'coming-ewa'`,
			"what was cancelled stays cancelled":        `SELECT count(*) FROM signup WHERE occasion = 'over' AND person = 'eva' AND state = 'cancelled' AND id = 'over-eva'`,
			"the minutes hold, attested":                `SELECT count(*) FROM attendance WHERE meeting = 'm-held' AND person = 'eva' AND minutes = 180 AND attested_by = 'boss' AND version = 2`,
			"the absence stands in the history":         `SELECT count(*) FROM attendance_before WHERE meeting = 'm-held' AND person = 'eva' AND minutes = 0`,
			"nobody has attested for themselves":        `SELECT count(*) FROM attendance WHERE meeting = 'm-before' AND person = 'eva' AND minutes = 60 AND attested_by IS NULL`,
			"what they had attested is still told":      `SELECT count(*) FROM attendance_before WHERE meeting = 'm-before' AND person = 'eva' AND attested_by = 'ewa'`,
			"who was protected is":                      `SELECT count(*) FROM person WHERE id = 'eva' AND protected = 1`,
			"employments that are not the same are two": `SELECT count(*) / 2 FROM employment WHERE person = 'eva'`,
		} {
			if w.count(query) != 1 {
				t.Errorf("it is not so that %s", what)
			}
		}
		w.hold()
	})
}

// Of two numbers the right one stays, with the year of birth that it tells; of two accounts and the same role, one; and an id leads on however often there has been a joining.
func TestOneOfTwo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.numbers()
		for _, p := range []string{"eva", "ewa"} {
			w.put("account", "person, email", []any{p, p + "@example.org"})
			w.put("api_token", "id, hash, person, made_at", []any{p, p, p, dbtest.Now})
		}
		w.put("role_grant", "id, person, role, programme, valid_from, valid_to", []any{"g1", "eva", "organiser", "kb", "2011-01-01", "2012-01-01"},
			[]any{"g2", "ewa", "organiser", "kb", "2011-06-01", "2012-06-01"})
		if err := w.join(worker, people.Joining{Keep: "eva", Drop: "ewa", Number: "ewa", Why: "passet visat"}); err != nil {
			t.Fatal(err)
		}
		masked, err := people.MaskedIdentity(t.Context(), d, worker, "eva")
		if err != nil || masked != "19121212-****" || w.count(`SELECT count(*) FROM person WHERE id = 'eva' AND birth_year = 1912`) != 1 {
			t.Error(masked, err)
		}
		if w.count(`SELECT count(*) FROM account WHERE email = 'eva@example.org'`) != 1 || w.count(`SELECT count(*) FROM api_token WHERE person = 'eva' AND revoked = 0`) != 1 {
			t.Error("not the account of who stays")
		}
		if w.count(`SELECT count(*) FROM role_grant`) != 1 || w.count(`SELECT count(*) FROM role_grant WHERE id = 'g1' AND valid_to = '2012-06-01'`) != 1 {
			t.Error("the role is not one")
		}
		if err := w.join(worker, people.Joining{Keep: "boss", Drop: "eva"}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"eva", "ewa"} {
			if into, err := people.JoinedInto(t.Context(), d, id); into != "boss" || err != nil {
				t.Errorf("%s leads to %q %v", id, into, err)
			}
		}
		w.hold()
	})
}

// Of two who join the same persons the other way round one comes first, and whoever signs up meanwhile is signed up as who stays, or told that there is nobody.
func TestRaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.employ("e-eva", "eva", "main", 1000, "2010-01-01", nil)
		w.employ("e-ewa", "ewa", "main", 1000, "2010-01-01", nil)
		const occasions = 8
		for i := range occasions {
			w.occasion(fmt.Sprint("o", i), "2012-12-12", 0, 0)
		}
		var wait sync.WaitGroup
		var merged [2]error
		for i, j := range []people.Joining{{Keep: "eva", Drop: "ewa"}, {Keep: "ewa", Drop: "eva"}} {
			wait.Go(func() { merged[i] = w.join(worker, j) })
		}
		for i := range occasions {
			wait.Go(func() {
				err := d.Tx(t.Context(), "worker", func(ctx context.Context, tx *db.Tx) error {
					_, err := activity.SignUp(ctx, tx, worker, fmt.Sprint("o", i), []string{"eva", "ewa"}[i%2])
					return err
				})
				if err != nil && fault.Of(err) == nil {
					t.Errorf("sign-up: %v", err)
				}
			})
		}
		wait.Wait()
		for _, err := range merged {
			if err != nil && fault.Of(err) == nil {
				t.Errorf("joining: %v", err)
			}
		}
		if merged[0] == nil && merged[1] == nil {
			t.Error("both went up in each other")
		}
		if persons, joined := w.count(`SELECT count(*) FROM person`), w.count(`SELECT count(*) FROM person_merge`); persons != 4-joined || joined > 1 {
			t.Errorf("%d persons, %d joined", persons, joined)
		}
		w.hold()
	})
}
