package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/file"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/report"
	"kompobib/internal/secret"
)

// All tests begin with the story told up to the default day, once for each engine.
func TestMain(m *testing.M) {
	dbtest.MainWith(m, func(ctx context.Context, d *db.DB) error { return tell(ctx, d, At(Today)) })
}

// tell tells the story and expects nothing to go another way.
func tell(ctx context.Context, d *db.DB, to time.Time) error {
	folder, err := os.MkdirTemp("", "demo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	files, err := file.OpenStore(folder, rand.Reader)
	if err != nil {
		return err
	}
	defer files.Close()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		return err
	}
	skipped, err := load(ctx, d, ring, files, to, nil)
	if err == nil && skipped > 0 {
		err = fmt.Errorf("%d things did not go as the story says", skipped)
	}
	return err
}

// empty is an SQLite database in which nothing has been told.
func empty(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func value[T any](t *testing.T, d *db.DB, query string, args ...any) T {
	t.Helper()
	v, err := db.Value[T](t.Context(), d, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// rows are what the story made, but for what is sealed or the name of a file.
func rows(t *testing.T, d *db.DB) []string {
	t.Helper()
	var all []string
	for _, q := range []string{
		`SELECT 'unit ' || unit || ' ' || valid_from || ' ' || coalesce(valid_to, '') || ' ' || name FROM unit_period ORDER BY unit, valid_from`,
		`SELECT 'employer ' || id || ' ' || name || ' ' || org_number FROM employer ORDER BY id`,
		`SELECT 'person ' || id || ' ' || given || ' ' || family || ' ' || email || ' ' || phone || ' ' || CAST(birth_year AS TEXT) FROM person ORDER BY id`,
		`SELECT 'identity ' || person || ' ' || hash FROM identity_number ORDER BY person`,
		`SELECT 'employment ' || id || ' ' || person || ' ' || workplace || ' ' || title || ' ' || CAST(share AS TEXT) || ' ' || valid_from || ' ' || coalesce(valid_to, '') FROM employment ORDER BY id`,
		`SELECT 'account ' || person || ' ' || email FROM account ORDER BY person`,
		`SELECT 'grant ' || id || ' ' || person || ' ' || role || ' ' || coalesce(unit, '') FROM role_grant ORDER BY id`,
		`SELECT 'programme ' || id || ' ' || state || ' ' || starts || ' ' || ends || ' ' || CAST(version AS TEXT) FROM programme ORDER BY id`,
		`SELECT 'activity ' || id || ' ' || title || ' ' || coalesce(organiser, '') FROM activity ORDER BY id`,
		`SELECT 'occasion ' || id || ' ' || name || ' ' || CAST(seated AS TEXT) || ' ' || CAST(waiting AS TEXT) || ' ' || CAST(seq AS TEXT) FROM occasion ORDER BY id`,
		`SELECT 'meeting ' || id || ' ' || occasion || ' ' || date || ' ' || start_time FROM meeting ORDER BY id`,
		`SELECT 'signup ' || id || ' ' || occasion || ' ' || person || ' ' || state || ' ' || CAST(number AS TEXT) FROM signup ORDER BY id`,
		`SELECT 'event ' || id || ' ' || signup || ' ' || state || ' ' || actor || ' ' || why FROM signup_event ORDER BY id`,
		`SELECT 'answer ' || signup || ' ' || question FROM answer ORDER BY signup, question`,
		`SELECT 'passed on ' || activity || ' ' || workplace || ' ' || actor FROM passed_on ORDER BY activity, workplace`,
		`SELECT 'attendance ' || meeting || ' ' || person || ' ' || coalesce(employment, '') || ' ' || CAST(minutes AS TEXT) || ' ' || coalesce(absence, '') || ' ' || coalesce(attested_by, '') FROM attendance ORDER BY meeting, person`,
		`SELECT 'before ' || meeting || ' ' || person || ' ' || CAST(version AS TEXT) || ' ' || why FROM attendance_before ORDER BY meeting, person, version`,
		`SELECT 'sheet ' || code || ' ' || meeting FROM sheet ORDER BY code`,
		`SELECT 'letter ' || id || ' ' || person || ' ' || template || ' ' || about || ' ' || state FROM letter ORDER BY id`,
		`SELECT 'audit ' || id || ' ' || actor || ' ' || act || ' ' || entity || ' ' || why FROM audit WHERE act <> 'file' ORDER BY id`,
	} {
		list, err := db.Values[string](t.Context(), d, q)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		all = append(all, list...)
	}
	return all
}

// differ fails unless both tell the same.
func differ(t *testing.T, what string, a, b []string) {
	t.Helper()
	n := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			if n++; n <= 5 {
				t.Errorf("%s:\n%s\n%s", what, a[i], b[i])
			}
		}
	}
	if len(a) != len(b) || n > 5 {
		t.Errorf("%s: %d and %d rows, %d differ", what, len(a), len(b), n)
	}
}

// Told on two engines, or in one go and in three, the story has the same rows with the same ids.
func TestTheStoryIsTheSameEveryTime(t *testing.T) {
	var first []string
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		all := rows(t, d)
		if len(all) < 15_000 {
			t.Errorf("%d rows are told", len(all))
		}
		if first == nil {
			first = all
		}
		differ(t, "told on another engine", first, all)
	})
	d := empty(t)
	for _, day := range []local.Date{"2011-01-10", "2011-09-09", Today} {
		if err := tell(t.Context(), d, At(day)); err != nil {
			t.Fatal(err)
		}
		if now := d.Now(); now.Before(At(day)) || now.After(At(day).Add(time.Minute)) {
			t.Errorf("on %s the clock shows %v", day, now)
		}
		if day == "2011-09-09" {
			t.Run("the day of the kickoff", func(t *testing.T) { kickoffDay(t, d) })
		}
		if day >= "2011-09-09" {
			t.Run("public pages of "+string(day), func(t *testing.T) { PublicPages(t, d) })
		}
	}
	differ(t, "told in three parts", first, rows(t, d))
}

// PublicPages looks at the public pages as they are at a time of the story. The pages are known outside of this package alone, where it is set.
var PublicPages func(t *testing.T, d *db.DB)

// EveryPage looks at the pages of every kind in each role, as they are when most of them have something to show. It is set as [PublicPages] is.
var EveryPage func(t *testing.T, d *db.DB)

// kickoffDay is what is there at noon on 2011-09-09, and what is not yet.
func kickoffDay(t *testing.T, d *db.DB) {
	if n := value[int](t, d, `SELECT o.seated FROM occasion o JOIN activity a ON a.id = o.activity WHERE a.title LIKE 'Kickoff%'`); n <= 400 {
		t.Errorf("%d are seated at the kickoff", n)
	}
	for what, query := range map[string]string{
		"attendance at the kickoff":   `SELECT count(*) FROM attendance t JOIN meeting m ON m.id = t.meeting WHERE m.date >= '2011-09-09'`,
		"a sign-up after that day":    `SELECT count(*) FROM signup_event WHERE at > '2011-09-09 10:00:00'`,
		"an activity from the future": `SELECT count(*) FROM activity WHERE title LIKE 'En dag för alla%' OR title LIKE 'Slutsem%'`,
		"the extension":               `SELECT count(*) FROM programme WHERE ends <> '2013-01-31'`,
	} {
		if n := value[int](t, d, query); n > 0 {
			t.Errorf("%s is there already: %d", what, n)
		}
	}
	if n := value[int](t, d, `SELECT count(*) FROM occasion WHERE starts > '2011-09-10 00:00:00'`); n == 0 {
		t.Error("nothing is planned for the autumn")
	}
}

// What kompobib2020 was, as far as the demo's default day.
func TestFacts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p, err := programme.BySlug(t.Context(), d, access.Viewer{}, Slug)
		if err != nil {
			t.Fatal(err)
		}
		if p.ShortName != "KompoBib2020" || p.Starts != "2011-01-17" || p.Ends != "2013-03-31" || p.State != programme.Running || p.FundingPeriod != "2007-2013" {
			t.Errorf("the programme is %+v", p)
		}
		partners, err := programme.Partners(t.Context(), d, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		var stand []string
		for _, o := range partners {
			stand = append(stand, string(o.Role)+": "+o.Name)
			if o.Logo == "" || o.LogoAlt == "" {
				t.Errorf("%s has no logotype, or no words for it", o.Name)
			}
		}
		if want := []string{"owner: Landstinget Sörmland, Kultur- och utbildningsförvaltningen", "partner: Länsbibliotek Sörmland", "partner: Regionförbundet Örebro",
			"partner: Landstinget Västmanland", "co-financer: Europeiska socialfonden", "cooperation: Örebro läns landsting"}; !slices.Equal(stand, want) {
			t.Errorf("the partners are %q", stand)
		}

		const staff = `SELECT count(DISTINCT e.person) FROM employment e JOIN unit_period w ON w.unit = e.workplace AND w.valid_from <= $1 AND (w.valid_to IS NULL OR w.valid_to > $1)
			JOIN unit m ON m.id = w.parent AND m.kind = 'municipality' WHERE e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1)`
		for _, c := range []struct {
			what     string
			got      int
			from, to int
		}{
			{"counties", value[int](t, d, `SELECT count(*) FROM unit WHERE kind = 'county'`), 3, 3},
			{"municipalities", value[int](t, d, `SELECT count(*) FROM unit WHERE kind = 'municipality'`), 31, 31},
			{"units of the target group", value[int](t, d, `SELECT count(*) FROM target_unit`), 31, 31},
			{"main libraries", value[int](t, d, `SELECT count(*) FROM unit WHERE workplace_kind = 'public-library'`), 31, 31},
			{"mobile libraries", value[int](t, d, `SELECT count(*) FROM unit WHERE workplace_kind = 'mobile-library'`), 2, 2},
			{"workplaces", value[int](t, d, `SELECT count(*) FROM unit_period p JOIN unit u ON u.id = p.unit WHERE u.kind = 'workplace' AND p.valid_to IS NULL`), 95, 105},
			{"employers", value[int](t, d, `SELECT count(*) FROM employer`), 36, 36},
			{"staff at the start", value[int](t, d, staff, "2011-02-01"), 470, 505},
			{"staff on the day", value[int](t, d, staff, Today), 470, 505},
			{"goal areas", value[int](t, d, `SELECT count(*) FROM goal_area`), 3, 3},
			{"with protected identity", value[int](t, d, `SELECT count(*) FROM person WHERE protected = 1`), 2, 3},
			{"with two employments that day", value[int](t, d, `SELECT count(*) FROM (SELECT person FROM employment WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) GROUP BY person HAVING count(*) > 1) x`, Today), 3, 10},
			{"accounts that share an address", value[int](t, d, `SELECT count(*) FROM account WHERE email = $1`, SharedAddress), 2, 2},
			{"who attended the kickoff", value[int](t, d, `SELECT count(*) FROM attendance t JOIN meeting m ON m.id = t.meeting WHERE m.date = '2011-09-09' AND t.minutes > 0`), 401, 480},
			{"meetings of the leadership series", value[int](t, d, `SELECT count(DISTINCT a.id) FROM activity a JOIN activity s ON s.id = a.series WHERE s.title = 'Ledarskap'`), 7, 7},
			{"on 12 December", value[int](t, d, `SELECT count(*) FROM meeting m JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity WHERE m.date = '2012-12-12' AND a.title = 'En dag för alla'`), 1, 1},
			{"closing seminars on 13 March", value[int](t, d, `SELECT count(*) FROM meeting m JOIN occasion o ON o.id = m.occasion JOIN activity a ON a.id = o.activity WHERE m.date = '2013-03-13' AND a.title LIKE 'Slutseminarium%'`), 1, 1},
			{"absences with a reason", value[int](t, d, `SELECT count(*) FROM attendance WHERE absence IS NOT NULL`), 50, 400},
			{"partial attendance", value[int](t, d, `SELECT count(*) FROM attendance WHERE arrived IS NOT NULL OR departed IS NOT NULL`), 50, 400},
			{"corrections", value[int](t, d, `SELECT count(*) FROM attendance_before`), 8, 60},
			{"cancellations", value[int](t, d, `SELECT count(*) FROM signup WHERE state = 'cancelled'`), 50, 400},
			{"called in from the queue", value[int](t, d, `SELECT count(*) FROM signup_event WHERE why = 'promoted'`), 3, 200},
			{"times that a workplace has passed an invitation on", value[int](t, d, `SELECT count(*) FROM passed_on`), 200, 900},
			{"workplaces that never have", value[int](t, d, `SELECT count(*) FROM unit u WHERE u.kind = 'workplace' AND u.workplace_kind <> 'county-library'
				AND NOT EXISTS (SELECT 1 FROM passed_on p WHERE p.workplace = u.id)`), 3, 30},
			{"letters that wait", value[int](t, d, `SELECT count(*) FROM letter WHERE state <> 'sent' AND made_at < '2012-10-11 22:00:00'`), 0, 0},
			{"workplaces that nobody has attended from", value[int](t, d, `SELECT count(*) FROM unit u WHERE u.kind = 'workplace' AND NOT EXISTS
				(SELECT 1 FROM employment e JOIN attendance t ON t.employment = e.id AND t.minutes > 0 WHERE e.workplace = u.id)`), 1, 30},
		} {
			if c.got < c.from || c.got > c.to {
				t.Errorf("%d %s, not %d to %d", c.got, c.what, c.from, c.to)
			}
		}
		missing, err := activity.WithoutEvidence(t.Context(), d, access.System, p.ID, At(Today))
		if err != nil || len(missing) < 3 || len(missing) > 15 {
			t.Errorf("%d meetings without evidence, %v", len(missing), err)
		}
	})
}

// One occasion has 20 seats that nobody has taken; another is full, with people waiting.
func TestOccasionsToTry(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		list, err := activity.Calendar(t.Context(), d, access.Viewer{}, activity.Filter{From: Today})
		if err != nil {
			t.Fatal(err)
		}
		free, full := 0, 0
		for _, e := range list {
			now := At(Today)
			open := !now.Before(e.Opens) && now.Before(e.Closes)
			if open && e.Capacity == 20 && e.Seated == 0 && e.Waiting == 0 {
				free++
			}
			if open && e.Seated == e.Capacity && e.Waiting >= 3 {
				full++
			}
		}
		if free != 1 || full < 1 {
			t.Errorf("%d occasions with 20 free seats, %d full with people waiting, of %d", free, full, len(list))
		}
	})
}

// Each account holds its role, and no other than those it should.
func TestAccounts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, a := range Accounts {
			person := value[string](t, d, `SELECT person FROM account WHERE email = $1`, a.Email)
			v, err := people.Viewer(t.Context(), d, person, Today)
			if err != nil {
				t.Fatal(err)
			}
			if !v.Is(a.Role) {
				t.Errorf("%s is no %s", a.Email, a.Role)
			}
			for _, role := range access.Roles {
				if role != a.Role && role != access.Participant && v.Is(role) {
					t.Errorf("%s is %s too", a.Email, role)
				}
			}
		}
		seats := value[int](t, d, `SELECT count(*) FROM signup s JOIN account a ON a.person = s.person WHERE a.email = 'participant@example.org'`)
		if seats < 4 {
			t.Errorf("the participant has signed up to %d occasions", seats)
		}
		colleagues := value[int](t, d, `SELECT count(DISTINCT e.person) FROM employment e JOIN account a ON a.email = 'contact@example.org'
			JOIN employment mine ON mine.person = a.person AND mine.workplace = e.workplace`)
		if colleagues < 10 {
			t.Errorf("the contact has %d colleagues", colleagues)
		}
	})
}

// On the first day that a demo can begin on, there is each account with its role, to sign in to.
func TestTheFirstDay(t *testing.T) {
	d := empty(t)
	if err := tell(t.Context(), d, At(First)); err != nil {
		t.Fatal(err)
	}
	for _, a := range Accounts {
		v, err := people.Viewer(t.Context(), d, value[string](t, d, `SELECT person FROM account WHERE email = $1`, a.Email), First)
		if err != nil || !v.Is(a.Role) {
			t.Errorf("%s is no %s: %v", a.Email, a.Role, err)
		}
	}
}

// Nobody in the demo can be taken for someone who lives.
func TestEveryoneIsMadeUp(t *testing.T) {
	b, err := read()
	if err != nil {
		t.Fatal(err)
	}
	_, staff := b.staff()
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, w := range staff {
		n := w.identity
		if len(n) != 12 || n[8:11] < "980" || luhn(n[2:11]) != int(n[11]-'0') || (n[10]-'0')%2 == 1 != (w.gender == "man") {
			t.Errorf("%s has the number %s", w.key, n)
		}
		if numbers[n] || names[w.given+w.family] {
			t.Errorf("%s is there twice", w.key)
		}
		numbers[n], names[w.given+w.family] = true, true
		if !strings.HasSuffix(w.email, ".example") && !strings.HasSuffix(w.email, "@example.org") {
			t.Errorf("%s has the address %s", w.key, w.email)
		}
		if w.phone < "070-174 06 05" || w.phone > "070-174 06 99" {
			t.Errorf("%s has the number %s", w.key, w.phone)
		}
	}
	for _, w := range b.workplaces {
		if invented := w.kind == "branch-library" || w.employer == "almlidens-skolstiftelse"; invented != strings.Contains(w.name, "(påhitta") {
			t.Errorf("%s is not marked as it should be", w.name)
		}
	}
}

// Told to its end, the story has a workshop at every workplace and ends with the project.
func TestTheStoryEnds(t *testing.T) {
	d := dbtest.Open(t, dbtest.OneEngine(t)) // told so far on both, and the rest takes time
	if err := tell(t.Context(), d, At("2013-02-20")); err != nil {
		t.Fatal(err)
	}
	everyStageOfAFocus(t, d)
	aCheckToAnswer(t, d)
	nobodyRepeatsAnother(t, d)
	themesShowUnderEachCut(t, d)
	severalHoldOneWorkshop(t, d)
	changeFromStartToEnd(t, d)
	t.Run("every page in English", func(t *testing.T) { EveryPage(t, d) })
	if err := tell(t.Context(), d, At("2013-05-02")); err != nil {
		t.Fatal(err)
	}
	t.Run("public pages once it is over", func(t *testing.T) { PublicPages(t, d) })
	p, err := programme.BySlug(t.Context(), d, access.Viewer{}, Slug)
	if err != nil || p.State != programme.Closed || p.Ends != "2013-03-31" {
		t.Errorf("the programme is %v, ends %v, %v", p.State, p.Ends, err)
	}
	without := value[int](t, d, `SELECT count(*) FROM unit u JOIN unit_period n ON n.unit = u.id AND n.valid_to IS NULL
			JOIN unit m ON m.id = n.parent AND m.kind = 'municipality' WHERE u.kind = 'workplace' AND NOT EXISTS (SELECT 1 FROM workshop_place p
				JOIN workshop w ON w.id = p.workshop AND w.occasion IS NOT NULL WHERE p.workplace = u.id)`)
	if without > 0 {
		t.Errorf("%d workplaces have no workshop", without)
	}
	sound(t, d)
	err = tell(t.Context(), d, At(Today))
	if !errors.Is(err, ErrEarlier) {
		t.Errorf("going back in time: %v", err)
	}
}

// sound fails unless all that must always hold does.
func sound(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Hold(t, d, slices.Concat(people.Invariants(), activity.Invariants(d.Now()), letter.Invariants())...)
}

func TestTheStoryIsSound(t *testing.T) { dbtest.Run(t, sound) }

// A visitor may change what the story goes on with: what cannot be done then is left out.
func TestAVisitorHasBeenHere(t *testing.T) {
	d := dbtest.Open(t, dbtest.OneEngine(t)) // as above
	err := d.Tx(t.Context(), "visitor", func(ctx context.Context, tx *db.Tx) error {
		id, err := db.Value[string](ctx, tx, `SELECT o.id FROM occasion o JOIN activity a ON a.id = o.activity WHERE a.title LIKE 'Ledarskap 7%'`)
		if err != nil {
			return err
		}
		o, err := activity.GetOccasion(ctx, tx, access.System, id)
		if err != nil {
			return err
		}
		return activity.CancelOccasion(ctx, tx, access.System, id, o.Version, "En besökare var här.")
	})
	if err != nil {
		t.Fatal(err)
	}
	err = tell(t.Context(), d, At("2012-11-30"))
	if err == nil || !strings.Contains(err.Error(), "did not go as the story says") {
		t.Errorf("the story went on as if nobody had been there: %v", err)
	}
	if told, err := Told(t.Context(), d); err != nil || !told.Equal(At("2012-11-30")) {
		t.Errorf("it has come to %v, %v", told, err)
	}
}

// By the last February workplaces are before, in the middle of and after their workshop, and what they undertook stands in every way it can.
func everyStageOfAFocus(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Hold(t, d, focus.Invariants()...)
	const going = `FROM commitment_check k JOIN commitment c ON c.id = k.commitment WHERE k.answer IS NULL AND k.due `
	for what, query := range map[string]string{
		"workplaces whose workshop is to come": `SELECT count(*) FROM workshop WHERE began IS NULL`,
		"workshops going on":                   `SELECT count(*) FROM workshop WHERE began IS NOT NULL AND closed IS NULL`,
		"workplaces without a focus yet":       `SELECT count(*) FROM workshop_place p WHERE NOT EXISTS (SELECT 1 FROM focus f WHERE f.workplace = p.workplace)`,
		"focuses that all may read":            `SELECT count(*) FROM focus WHERE published IS NOT NULL`,
		"focuses with a text before the last":  `SELECT count(*) FROM focus WHERE version > 1`,
		"checks that wait":                     `SELECT count(*) ` + going + `BETWEEN '2013-02-07' AND '2013-02-20'`,
		"checks that are late":                 `SELECT count(*) ` + going + `<= '2013-02-06' AND k.reminded_at IS NOT NULL`,
		"checks to confirm at the contact's":   `SELECT count(*) FROM commitment_check k JOIN commitment c ON c.id = k.commitment JOIN employment e ON e.workplace = c.workplace AND e.valid_to IS NULL JOIN account a ON a.person = e.person AND a.email = 'contact@example.org' WHERE k.answer IS NOT NULL AND k.conditions IS NULL`,
		"answers that became commitments":      `SELECT count(*) FROM commitment_answer`,
		"needs that are planned for":           `SELECT count(*) FROM need n JOIN topic_activity x ON x.topic = n.topic JOIN activity a ON a.id = x.activity WHERE a.published = 0`,
		"commitments whose owner has left":     `SELECT count(*) FROM commitment WHERE left_told IS NOT NULL AND next_check IS NOT NULL`,
		"ideas of others gone on with":         `SELECT count(*) FROM letter WHERE template = 'idea-used'`,
		"the participant's own":                `SELECT count(*) FROM commitment c JOIN account a ON a.person = c.owner WHERE c.workplace IS NULL AND a.email = 'participant@example.org'`,
		"answers with words from users":        `SELECT count(*) FROM user_answer WHERE text <> ''`,
		"passages that may not be quoted":      `SELECT count(*) FROM quotation WHERE state IN ('no', 'withdrawn')`,
	} {
		if value[int](t, d, query) == 0 {
			t.Errorf("there are no %s", what)
		}
	}
	for _, of := range []struct {
		query string
		want  []string
	}{
		{`SELECT DISTINCT state FROM commitment ORDER BY state`, []string{"changed", "done", "dropped", "on-the-way", "open"}},
		{`SELECT DISTINCT conditions FROM commitment_check WHERE by_letter = 1 AND conditions IS NOT NULL ORDER BY conditions`, []string{"no", "partly", "yes"}},
		{`SELECT DISTINCT noticed_by FROM observed_sign ORDER BY noticed_by`, []string{"other", "partner", "politician", "school", "staff", "user"}},
		{`SELECT DISTINCT level FROM reflection ORDER BY level`, []string{"me", "programme", "public", "workplace"}},
		{`SELECT DISTINCT state FROM quotation ORDER BY state`, []string{"asked", "no", "withdrawn", "yes", "yes-named"}},
	} {
		got, err := db.Values[string](t.Context(), d, of.query)
		if err != nil || !slices.Equal(got, of.want) {
			t.Errorf("%q, not %q, %v", got, of.want, err)
		}
	}
}

// Some commitment waits for an answer then, which the link that is printed lets its owner give; before there were any commitments no link is made.
func aCheckToAnswer(t *testing.T, d *db.DB) {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	link := func(d *db.DB) (token string) {
		t.Helper()
		if err := d.Tx(t.Context(), "demo", func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = FollowUp(ctx, tx, ring, tx.At)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return token
	}
	token := link(d)
	l, err := focus.ByLink(t.Context(), d, ring, focus.DayOf(d.Now()), d.Now(), token)
	if err != nil || token == "" || l.Person != l.Owner || l.Left || l.Answered != "" || l.Check > focus.DayOf(d.Now()) {
		t.Errorf("the link %q leads to %+v, %v", token, l, err)
	}
	if token := link(empty(t)); token != "" {
		t.Errorf("where nothing has been told, there is the link %q", token)
	}
}

// Nobody says word for word what somebody else does: of what is shared, and so of what is quoted, no two took the same with them.
func nobodyRepeatsAnother(t *testing.T, d *db.DB) {
	t.Helper()
	ring, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	list, err := reflection.List(t.Context(), d, ring, access.System, reflection.Filter{})
	if err != nil || len(list) < 100 {
		t.Fatalf("%d reflections are shared, %v", len(list), err)
	}
	by := map[string]string{}
	for _, x := range list {
		if by[x.Answers["take"]] != "" {
			t.Errorf("%s and %s say the same: %q", by[x.Answers["take"]], x.ID, x.Answers["take"])
		}
		by[x.Answers["take"]] = x.ID
	}
}

// By then so many have shared what is coded that themes are told of by goal area, county and kind of workplace.
func themesShowUnderEachCut(t *testing.T, d *db.DB) {
	t.Helper()
	got, err := report.ThemesOf(t.Context(), d, access.System, value[string](t, d, `SELECT id FROM programme`), "2013-02-20")
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []struct {
		by    string
		lines []report.ThemeLine
	}{{"goal area", got.Goals}, {"county", got.Counties}, {"kind of workplace", got.Kinds}} {
		groups, figures := 0, 0
		for _, l := range cut.lines {
			if l.Shown[0] && l.Counts[0] > 0 {
				groups++
			}
			for c, shown := range l.Shown {
				if c > 0 && shown && l.Counts[c] > 0 {
					figures++
				}
			}
		}
		if groups < 2 || figures < 2 {
			t.Errorf("by %s %d groups and %d figures of themes are shown: %+v", cut.by, groups, figures, cut.lines)
		}
	}
}

// Some small workplaces have held one workshop together, and it counts for each of them whose staff took part.
func severalHoldOneWorkshop(t *testing.T, d *db.DB) {
	t.Helper()
	p, err := programme.BySlug(t.Context(), d, access.System, Slug)
	if err != nil {
		t.Fatal(err)
	}
	v := access.System
	v.On = "2013-02-20"
	cover, err := workshop.Cover(t.Context(), d, v, p, "", At("2013-02-20"))
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, r := range cover.Rows {
		if r.Joint == 0 {
			continue
		}
		took := value[int](t, d, `SELECT count(DISTINCT t.person) FROM workshop w JOIN meeting m ON m.occasion = w.occasion JOIN attendance t ON t.meeting = m.id AND t.minutes > 0
			JOIN employment e ON e.id = t.employment WHERE w.id = $1 AND e.workplace = $2`, r.Workshop, r.Workplace)
		if (r.Progress == workshop.Done) != (took > 0) || r.Persons != took || r.Joint != len(together)-1 {
			t.Errorf("%s is %s with %d persons together with %d others, where %d took part", r.Name, r.Progress, r.Persons, r.Joint, took)
		}
		if r.Progress == workshop.Done {
			held++
		}
	}
	if held < 2 {
		t.Errorf("%d workplaces have held a workshop together", held)
	}
}

// The self-assessment that keeps answers with each person has a start and an end that are closed, and the demo's participant has answered both.
func changeFromStartToEnd(t *testing.T, d *db.DB) {
	t.Helper()
	person := value[string](t, d, `SELECT person FROM account WHERE email = 'participant@example.org'`)
	rounds, err := db.Values[string](t.Context(), d, `SELECT r.name FROM survey_round r JOIN survey s ON s.id = r.survey AND s.anonymous = 0
		JOIN survey_answered x ON x.round = r.id AND x.person = $1 WHERE r.last_day < '2013-02-20' ORDER BY r.first_day`, person)
	if err != nil || !slices.Equal(rounds, []string{"Start", "Mitt", "Slut"}) {
		t.Errorf("the participant has answered %q of what is closed, %v", rounds, err)
	}
	if open := value[int](t, d, `SELECT count(*) FROM survey_round WHERE first_day <= '2013-02-20' AND last_day >= '2013-02-20' AND id NOT IN (SELECT round FROM survey_answered WHERE person = $1)`, person); open != 1 {
		t.Errorf("%d rounds wait for the participant", open)
	}
}
