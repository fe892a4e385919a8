package web

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/programme"
)

// What a kit says of its roles is told wherever somebody has one: on its page, on paper, on the screen in the room, and where answers are typed in.
func TestKitTellsOfRoles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 1)
		office := learningtest.Holder(access.Office)
		var k workshop.Kit
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			p, err := programme.Get(ctx, tx, office, learningtest.Programme)
			if err != nil {
				return err
			}
			k = workshop.Standard(p)
			return workshop.SaveKit(ctx, tx, office, &k)
		})
		p := newPlanner(t, d, office)
		p.wants("a new kit has words to begin with", p.get("/programmes/kompobib/kits/new"), 200, `name="leader_role"`, "håller tiden", `name="notes_role"`, "men inte vem som sa det")
		p.wants("written anew", p.post("/kits/"+k.Kit+"/edit", "id="+k.ID, "version=1", "title=Workshop", "first=2012-10-01", "last=2012-12-01", "least=10", "most=10",
			"leader_role=Håll tiden.", "notes_role=Skriv det som sägs.", "step-1-title=Fråga", "step-1-minutes=10", "step-1-question=Vad har vi lärt oss?"), 303)
		roles := []string{"Who leads", "Håll tiden.", "Who takes notes", "Skriv det som sägs."}
		p.wants("on its page", p.get("/kits/"+k.Kit), 200, roles...)
		p.wants("on paper", p.get("/kits/"+k.Kit+"/print"), 200, roles...)
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error { return workshop.Publish(ctx, tx, office, k.Kit, 2) })
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			_, err := workshop.Launch(ctx, tx, office, k.Kit, "", []string{learningtest.Media})
			return err
		})
		list, err := workshop.At(t.Context(), d, office, learningtest.Programme, learningtest.Near)
		if err != nil {
			t.Fatal(err)
		}
		shop := list[0]
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Set(ctx, tx, office, shop.ID, workshop.Plan{Date: "2012-10-12", Start: "09:00"}, shop.Version)
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, office, shop.ID, 0, workshop.Begin)
		})
		p.wants("at the workplace", p.get("/workshops/"+shop.ID), 200, roles...)
		p.wants("on its paper", p.get("/workshops/"+shop.ID+"/print"), 200, roles...)
		p.wants("on the screen", p.get("/workshops/"+shop.ID+"/run"), 200, roles[:2]...)
		p.wants("where answers are typed in", p.get("/workshops/"+shop.ID+"/notes"), 200, roles[2:]...)
	})
}

// What a workshop answers to who does what by when becomes a commitment by a press, alone or with its group, and says so afterwards.
func TestAnswersBecomeCommitments(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office, lead := learningtest.Holder(access.Office), learningtest.Contact("near-1", learningtest.Near)
		shop := heldShop(w, map[int][]string{1: {"Vi vågar mer"}, 5: {"När någon frågar, svarar vi direkt", "Medieteamet håller hjälp på tisdagar", "Chefen ser över schemat"}}, false)
		questions, err := workshop.Summary(t.Context(), d, office, shop)
		if err != nil {
			t.Fatal(err)
		}
		said := questions[len(questions)-1].Answers
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Put(ctx, tx, office, shop, said[1].ID, "", "Tiden")
		})
		if questions, err = workshop.Summary(t.Context(), d, office, shop); err != nil {
			t.Fatal(err)
		}
		group := questions[len(questions)-1].Groups[0].ID
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Put(ctx, tx, office, shop, said[2].ID, group, "")
		})
		p := newPlanner(t, d, lead)
		summary, add := "/workshops/"+shop+"/summary", "/programmes/kompobib/workplaces/"+learningtest.Near+"/commitments/new"
		const button = "Make it a commitment"
		if page := p.get(summary); page.code != 200 || strings.Contains(page.body, button) {
			t.Errorf("before it has been held nothing becomes a commitment: %d", page.code)
		}
		if page := p.wants("nor by its address", p.get(add+"?said="+said[0].ID), 200); strings.Contains(page.body, "svarar vi direkt") {
			t.Error("an answer of a workshop that runs is carried over")
		}
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, office, shop, 1, workshop.Finish)
		})
		page := p.wants("held", p.get(summary), 200, add+"?said="+said[0].ID, add+"?said="+said[1].ID, add+"?said="+group, "The whole group Tiden")
		if n := strings.Count(page.body, button); n != 4 {
			t.Errorf("a button for each of three answers and one group, and none at other questions: %d", n)
		}
		p.wants("the one who has said nothing of when", p.get(add+"?said="+said[0].ID), 200, `name="said" value="`+said[0].ID+`"`, ">någon frågar</textarea>", ">svarar vi direkt</textarea>", "After answers in the workshop")
		p.wants("a group is carried over whole", p.get(add+"?said="+group), 200, "Medieteamet håller hjälp på tisdagar\nChefen ser över schemat")
		rest := []string{"starts=2012-10-12", "due=2013-04-01", "months=3, 6", "owner=near-1", "happens=någon frågar"}
		p.wants("a mistake keeps the tie", p.post(add, append(rest, "said="+said[0].ID, "act=")...), 422, `name="said" value="`+said[0].ID+`"`)
		made := p.wants("made", p.post(add, append(rest, "said="+said[0].ID, "act=svarar vi genast")...), 303)
		to, _, _ := strings.Cut(made.to, "?")
		if page := p.wants("another window still asks for it", p.get(add+"?said="+said[0].ID), 200, "This has become a commitment already", `href="`+to+`"`, `name="again"`); strings.Contains(page.body, `name="again" value="1" checked`) {
			t.Error("a second one is made without being asked for")
		}
		p.wants("which does not make a second", p.post(add, append(rest, "said="+said[0].ID, "act=svarar vi strax")...), 409, "This has become a commitment already", `href="`+to+`"`, `name="again"`, ">svarar vi strax</textarea>")
		p.wants("unless it is asked for", p.post(add, append(rest, "said="+said[0].ID, "act=svarar vi strax", "again=1")...), 303)
		p.wants("and of a group", p.post(add, append(rest, "said="+said[1].ID+" "+said[2].ID, "act=håller vi hjälp")...), 303)
		p.wants("it tells where it comes from", p.get(to), 200, "Comes from the workshop", summary)
		page = p.wants("each answer tells what it has become", p.get(summary), 200, `href="`+to+`"`)
		if n := strings.Count(page.body, "Has become a commitment"); n != 4 {
			t.Errorf("three answers have become commitments, one of them two: %d", n)
		}
		p.wants("and the list says it in a sentence", p.get("/programmes/kompobib/workplaces/"+learningtest.Near+"/commitments"), 200, ">When någon frågar, svarar vi genast.</a>")
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE commitment SET starts = '2012-09-01', due = '2012-10-11' WHERE id = $1`, to[strings.LastIndex(to, "/")+1:])
			return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "commitment"}))
		})
		for _, path := range []string{to, "/programmes/kompobib/workplaces/" + learningtest.Near + "/commitments", "/programmes/kompobib/workplaces/" + learningtest.Near + "/path", "/programmes/kompobib/commitments/list"} {
			p.wants("nothing is silently overdue", p.get(path), 200, "Past its due date")
		}
		for _, path := range []string{"/programmes/kompobib/workplaces/" + learningtest.Near + "/commitments", "/programmes/kompobib/commitments/list"} {
			p.wants("so does its row in the file", p.get(path+"?format=csv"), 200, "Comes from the workshop", shopTitle(t, d, shop), "After an idea from")
		}
		// What is taken back once it was opened again goes when it is closed, as always; the commitment stays.
		for _, step := range []func(ctx context.Context, tx *db.Tx) error{
			func(ctx context.Context, tx *db.Tx) error {
				return workshop.Do(ctx, tx, office, shop, 2, workshop.Begin)
			},
			func(ctx context.Context, tx *db.Tx) error {
				return workshop.Remove(ctx, tx, office, shop, said[2].ID)
			},
			func(ctx context.Context, tx *db.Tx) error {
				return workshop.Do(ctx, tx, office, shop, 3, workshop.Finish)
			},
		} {
			w.Tx("office", step)
		}
		p.wants("the commitment stays", p.get(to), 200, "svarar vi genast")
		if page := p.wants("what was taken back does not", p.get(summary), 200); strings.Contains(page.body, "Chefen ser över schemat") || strings.Count(page.body, "Has become a commitment") != 3 {
			t.Error("an answer that was taken back is there, or others lost what they became")
		}
		p.who = learningtest.Staff("near-0")
		if page := p.wants("who does not write for the workplace", p.get(summary), 200, "Has become a commitment"); strings.Contains(page.body, button) {
			t.Error("has a button that leads to a refusal")
		}
		p.who = learningtest.Contact("far-0", learningtest.Far)
		elsewhere := "/programmes/kompobib/workplaces/" + learningtest.Far + "/commitments/new"
		if page := p.get(elsewhere + "?said=" + said[0].ID); page.code != 200 || strings.Contains(page.body, "svarar vi direkt") || strings.Contains(page.body, `value="`+said[0].ID) {
			t.Errorf("another workplace carries over what was said here: %d", page.code)
		}
		made = p.wants("nor ties it", p.post(elsewhere, append(rest, "owner=far-0", "said="+said[0].ID, "act=svarar vi")...), 422)
		made = p.wants("with its own owner", p.post(elsewhere, "starts=2012-10-12", "due=2013-04-01", "months=3", "owner=far-0", "happens=nu", "said="+said[0].ID, "act=svarar vi"), 303)
		to, _, _ = strings.Cut(made.to, "?")
		if page := p.wants("it comes from nowhere", p.get(to), 200); strings.Contains(page.body, "Comes from the workshop") {
			t.Error("a tie to a workshop of another workplace")
		}
	})
}

func shopTitle(t *testing.T, d *db.DB, id string) string {
	t.Helper()
	title, err := workshop.Named(t.Context(), d, id)
	if err != nil {
		t.Fatal(err)
	}
	return title
}

// heldShop is a workshop at [learningtest.Near] that near-1 leads, with what was answered in some of its steps; it still runs unless it is to be closed.
func heldShop(w *learningtest.World, answers map[int][]string, closed bool) (id string) {
	w.T.Helper()
	office := learningtest.Holder(access.Office)
	w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
		p, err := programme.Get(ctx, tx, office, learningtest.Programme)
		if err != nil {
			return err
		}
		k := workshop.Standard(p)
		if err := workshop.SaveKit(ctx, tx, office, &k); err != nil {
			return err
		}
		if err := workshop.Publish(ctx, tx, office, k.Kit, 1); err != nil {
			return err
		}
		if _, err := workshop.Launch(ctx, tx, office, k.Kit, "", []string{learningtest.Media}); err != nil {
			return err
		}
		list, err := workshop.At(ctx, tx, office, learningtest.Programme, learningtest.Near)
		if err != nil {
			return err
		}
		id = list[0].ID
		if err := workshop.Set(ctx, tx, office, id, workshop.Plan{Date: "2012-10-12", Start: "09:00"}, list[0].Version); err != nil {
			return err
		}
		if err := workshop.Do(ctx, tx, office, id, 0, workshop.Begin); err != nil {
			return err
		}
		for step, lines := range answers {
			if _, err := workshop.Note(ctx, tx, office, id, k.Steps[step].ID, "key "+strconv.Itoa(step), strings.Join(lines, "\n")); err != nil {
				return err
			}
		}
		if closed {
			return workshop.Do(ctx, tx, office, id, 1, workshop.Finish)
		}
		return nil
	})
	return id
}

// A workshop that is held without attendance is told of alike to its workplace and to the office: it does not count, and this is what to do. With attendance it does.
func TestHeldWithoutAttendance(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office, lead, member := learningtest.Holder(access.Office), learningtest.Contact("near-1", learningtest.Near), learningtest.Staff("near-0")
		shop := heldShop(w, map[int][]string{1: {"Vi vågar mer"}}, true)
		got, err := workshop.Get(t.Context(), d, office, shop)
		if err != nil {
			t.Fatal(err)
		}
		p := newPlanner(t, d, lead)
		place, coverage, attendance := "/programmes/kompobib/workplaces/"+learningtest.Near, "/programmes/kompobib/workshops", "/meetings/"+got.Meeting+"/attendance"
		const words = "Held, without attendance"
		p.wants("at the workplace", p.get(place), 200, words, "does not count until attendance is recorded", attendance)
		p.wants("on the path", p.get(place+"/path"), 200, words)
		p.wants("on its own page", p.get("/workshops/"+shop), 200, words, attendance)
		p.who = member
		if page := p.wants("to who does not lead it", p.get(place), 200, words, "Ask whoever leads the workshop"); strings.Contains(page.body, attendance) {
			t.Error("a way that leads to a refusal")
		}
		p.who = office
		p.wants("to the office", p.get(coverage), 200, words, "0 of 3 workplaces are done")
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.RecordAttendance(ctx, tx, access.System, got.Meeting, []activity.AttendanceEntry{{Person: "near-0"}}, "")
			return err
		})
		p.wants("counted by the office", p.get(coverage), 200, "1 of 3 workplaces is done", ">Done<")
		if page := p.get(coverage); strings.Contains(page.body, ">Held<") {
			t.Error("the same has two names on one page")
		}
		p.who = lead
		next := []string{"<strong>Done</strong>", "1 member of staff took part.", "Next you write the joint record", "after 3 and 6 months", place + "/record", place + "/commitments", place + "/focus"}
		p.wants("its own page says that it is done, and what comes next", p.get("/workshops/"+shop), 200, next...)
		p.who = member
		p.wants("to the staff too", p.get("/workshops/"+shop), 200, next...)
		p.who = lead
		for _, path := range []string{place, place + "/path", "/workshops/" + shop} {
			if page := p.get(path); page.code != 200 || strings.Contains(page.body, words) {
				t.Errorf("%s still says that it does not count: %d", path, page.code)
			}
		}
	})
}

// The workplaces stand in the order that is asked for, on the page and in the file. Those alike stay by name.
func TestCoverageSorts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office := learningtest.Holder(access.Office)
		shop, err := workshop.Get(t.Context(), d, office, heldShop(w, nil, true))
		if err != nil {
			t.Fatal(err)
		}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.RecordAttendance(ctx, tx, access.System, shop.Meeting, []activity.AttendanceEntry{{Person: "near-0"}, {Person: "near-2"}}, "")
			return err
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			list, err := workshop.At(ctx, tx, office, learningtest.Programme, learningtest.Small)
			if err != nil {
				return err
			}
			if err := workshop.Set(ctx, tx, office, list[0].ID, workshop.Plan{Date: "2012-11-20", Start: "09:00"}, list[0].Version); err != nil {
				return err
			}
			list, err = workshop.At(ctx, tx, office, learningtest.Programme, learningtest.Far)
			if err != nil {
				return err
			}
			return workshop.Lead(ctx, tx, office, list[0].ID, "far-0", list[0].Version)
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			list, err := workshop.At(ctx, tx, office, learningtest.Programme, learningtest.Small)
			if err != nil {
				return err
			}
			return workshop.Lead(ctx, tx, office, list[0].ID, "small-1", list[0].Version)
		})
		p := newPlanner(t, d, office)
		names := map[string]string{"near": learningtest.Near, "small": learningtest.Small, "far": learningtest.Far}
		for sort, want := range map[string]string{
			"": "far near small", "workplace": "far near small", "-workplace": "small near far", "county": "far near small", "state": "near small far", "-state": "far small near",
			"date": "far near small", "-date": "small near far", "leader": "far small near", "-leader": "near small far", "persons": "far small near", "-persons": "near far small", "no'such": "far near small",
		} {
			var rows []string
			for name := range strings.FieldsSeq(want) {
				rows = append(rows, names[name])
			}
			page := p.get("/programmes/kompobib/workshops?sort=" + strings.ReplaceAll(sort, "'", "%27"))
			_, list, _ := strings.Cut(page.body, `id="rows"`)
			if got := inOrder(list, rows); page.code != 200 || !slices.Equal(got, rows) {
				t.Errorf("by %q: %d, %q, want %q", sort, page.code, got, rows)
			}
		}
		if file := p.post("/programmes/kompobib/workshops/file?sort=-leader", "format=csv"); file.code != 200 || strings.Index(file.body, learningtest.Near) > strings.Index(file.body, learningtest.Far) {
			t.Errorf("the file is in another order: %d, %s", file.code, file.body)
		}
	})
}

// A workplace that has come since the launch says so among how far they have come, with the way for the office to give it a workshop, which a contact has not.
func TestComeSinceLaunch(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		const coverage, since, add = "/programmes/kompobib/workshops", "Has come since the launch", ">Add new workplaces<"
		shop, err := workshop.Get(t.Context(), d, p.who, heldShop(w, nil, true))
		if err != nil {
			t.Fatal(err)
		}
		launch := "/kits/" + shop.Kit + "/launch"
		if page := p.get(coverage); page.code != 200 || strings.Contains(page.body, since) || strings.Contains(page.body, launch) {
			t.Errorf("says so of nobody: %d", page.code)
		}
		w.Tx("setup", func(ctx context.Context, tx *db.Tx) error {
			err := db.Insert(ctx, tx, "unit", "id, kind, workplace_kind", "", [][]any{{"new", "workplace", "branch-library"}})
			return errors.Join(err, db.Insert(ctx, tx, "unit_period", "unit, valid_from, parent, name, sort_key, folded", "", [][]any{{"new", "2012-01-01", learningtest.FarTown, "Nya filialen", "nya", "nya"}}),
				audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "unit", Row: "new"}))
		})
		p.wants("beside its row and above", p.get(coverage), 200, "1 workplace has come since the launch", since, "href=\"/kits/"+shop.Kit+"/launch\"")
		p.who = learningtest.Contact("far-0", learningtest.Far, "new")
		if page := p.wants("to its contact", p.get(coverage), 200, since, "The project office can add it."); strings.Contains(page.body, launch) {
			t.Error("a way that leads to a refusal")
		}
		p.who = learningtest.Holder(access.Office)
		p.wants("where it leads", p.get(launch), 200, "Workplaces that have come since", add)
		row := func(name string) (cells []string) {
			t.Helper()
			for line := range strings.Lines(p.wants("the file", p.post(coverage+"/file", "format=csv"), 200).body) {
				if strings.HasPrefix(strings.TrimPrefix(line, "\ufeff"), name+";") {
					return strings.Split(strings.TrimSpace(line), ";")
				}
			}
			t.Fatalf("%s has no row", name)
			return nil
		}
		if got := row("Nya filialen"); got[3] != since || strings.Join(got[4:], "") != "" {
			t.Errorf("in the file it stands as %v", got)
		}
		if a := p.wants("gives it one", p.post(launch), 303); !strings.Contains(a.notice, `"workshop.done-added"`) || !strings.Contains(a.notice, `["1"]`) {
			t.Errorf("is told as %s", a.notice)
		}
		if a := p.wants("and not again", p.post(launch, "key=again"), 303); !strings.Contains(a.notice, `"workshop.done-none-added"`) || strings.Contains(a.notice, `"0"`) {
			t.Errorf("nothing to add is told as %s", a.notice)
		}
		if got := row("Nya filialen"); got[3] != "Without a date" || got[6]+got[7] != "" {
			t.Errorf("afterwards it stands as %v", got)
		}
		if page := p.get(coverage); page.code != 200 || strings.Contains(page.body, since) || !strings.Contains(page.body, "Nya filialen") {
			t.Errorf("and is said no more: %d", page.code)
		}
	})
}

// A workshop that several workplaces hold together says on its own page for which of them nobody's attendance is recorded, as their own pages and the office's do.
func TestJointLacksAttendance(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office, lead := learningtest.Holder(access.Office), learningtest.Contact("near-1", learningtest.Near, learningtest.Small)
		var shop, other workshop.Workshop
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			p, err := programme.Get(ctx, tx, office, learningtest.Programme)
			if err != nil {
				return err
			}
			k := workshop.Standard(p)
			if err := workshop.SaveKit(ctx, tx, office, &k); err != nil {
				return err
			}
			if err := workshop.Publish(ctx, tx, office, k.Kit, 1); err != nil {
				return err
			}
			_, err = workshop.Launch(ctx, tx, office, k.Kit, "", []string{learningtest.Media})
			return err
		})
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			for at, into := range map[string]*workshop.Workshop{learningtest.Near: &shop, learningtest.Small: &other} {
				list, err := workshop.At(ctx, tx, office, learningtest.Programme, at)
				if err != nil {
					return err
				}
				*into = list[0]
			}
			return workshop.Join(ctx, tx, office, shop.ID, other.ID)
		})
		for _, do := range []func(ctx context.Context, tx *db.Tx) error{
			func(ctx context.Context, tx *db.Tx) (err error) {
				if shop, err = workshop.Get(ctx, tx, office, shop.ID); err != nil {
					return err
				}
				return workshop.Set(ctx, tx, office, shop.ID, workshop.Plan{Date: "2012-10-12", Start: "09:00"}, shop.Version)
			},
			func(ctx context.Context, tx *db.Tx) error {
				return workshop.Do(ctx, tx, office, shop.ID, 0, workshop.Begin)
			},
			func(ctx context.Context, tx *db.Tx) error {
				return workshop.Do(ctx, tx, office, shop.ID, 1, workshop.Finish)
			},
		} {
			w.Tx("office", do)
		}
		got, err := workshop.Get(t.Context(), d, office, shop.ID)
		if err != nil {
			t.Fatal(err)
		}
		attend := func(person string) {
			w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
				_, err := activity.RecordAttendance(ctx, tx, access.System, got.Meeting, []activity.AttendanceEntry{{Person: person}}, "")
				return err
			})
		}
		p := newPlanner(t, d, lead)
		own, small, attendance := "/workshops/"+shop.ID, "/programmes/kompobib/workplaces/"+learningtest.Small, "/meetings/"+got.Meeting+"/attendance"
		const words = "Held, without attendance"
		if page := p.wants("of neither", p.get(own), 200, "<strong>"+words+"</strong>", attendance); strings.Contains(page.body, words+":") {
			t.Error("names workplaces where none counts")
		}
		p.who = office
		p.wants("among how far all have come, in two lines", p.get("/programmes/kompobib/workshops"), 200, words+"</span><br><span class=\"muted\">Joint workshop</span>")
		p.who = lead
		attend("near-0")
		p.wants("of one", p.get(own), 200, "<strong>"+words+": "+learningtest.Small+"</strong>", "does not count until attendance is recorded", attendance)
		p.wants("as at the workplace", p.get(small), 200, words)
		if page := p.get(own); strings.Contains(page.body, words+": "+learningtest.Near) || !strings.Contains(page.body, "<strong>Done: "+learningtest.Near+"</strong>") {
			t.Error("does not say which one counts")
		}
		attend("small-0")
		if page := p.get(own); page.code != 200 || strings.Contains(page.body, words) {
			t.Errorf("of both, and it still says so: %d", page.code)
		}
	})
}

// A long answer has the width of the screen in the room, so that it leaves no hole beside short ones.
func TestLongAnswersAreWide(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		shop := heldShop(w, map[int][]string{1: {"Vi vågar mer", strings.Repeat("Vi planerar tillsammans. ", 20)}}, false)
		w.Tx("office", func(ctx context.Context, tx *db.Tx) error {
			return workshop.Do(ctx, tx, learningtest.Holder(access.Office), shop, 1, workshop.Next)
		})
		p := newPlanner(t, d, learningtest.Holder(access.Office))
		page := p.wants("on the screen", p.get("/workshops/"+shop+"/run"), 200, "Vi vågar mer", `class="answer"`, `class="answer answer--long"`)
		if n := strings.Count(page.body, "answer--long"); n != 1 {
			t.Errorf("%d long answers of two", n)
		}
	})
}

// Of several kits the page, its figures, list, file and reminder tell of one, which is chosen above them.
func TestCoverageOfAKit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := learningtest.New(t, d, 3)
		office := learningtest.Holder(access.Office)
		shop, err := workshop.Get(t.Context(), d, office, heldShop(w, nil, true))
		if err != nil {
			t.Fatal(err)
		}
		w.Tx("near-1", func(ctx context.Context, tx *db.Tx) error {
			_, err := activity.RecordAttendance(ctx, tx, access.System, shop.Meeting, []activity.AttendanceEntry{{Person: "near-0"}}, "")
			return err
		})
		p := newPlanner(t, d, office)
		const coverage, overview = "/programmes/kompobib/workshops", "/programmes/kompobib/learning"
		if page := p.wants("of one kit nothing is chosen", p.get(coverage), 200, "1 of 3 workplaces is done"); strings.Contains(page.body, "kit="+shop.Kit) {
			t.Error("a choice of one")
		}
		second := workshop.Kit{Programme: learningtest.Programme, Title: "Ett år senare", First: "2012-10-01", Last: "2012-12-01", Least: 10, Most: 10,
			Steps: []workshop.Step{{Title: "Fråga", Minutes: 10, Question: "Vad märks?"}}}
		for _, f := range []func(ctx context.Context, tx *db.Tx) error{
			func(ctx context.Context, tx *db.Tx) error { return workshop.SaveKit(ctx, tx, office, &second) },
			func(ctx context.Context, tx *db.Tx) error { return workshop.Publish(ctx, tx, office, second.Kit, 1) },
			func(ctx context.Context, tx *db.Tx) error {
				_, err := workshop.Launch(ctx, tx, office, second.Kit, "", []string{learningtest.Media})
				return err
			},
		} {
			w.Tx("office", f)
		}
		p.wants("the one launched last", p.get(coverage), 200, "0 of 3 workplaces are done", `aria-current="page" lang="sv">Ett år senare<`, `href="`+coverage+"?kit="+shop.Kit+`"`, `name="kit" value="`+second.Kit+`"`)
		p.wants("on the overview, which says of which", p.get(overview), 200, "Ett år senare</strong>", "0 of 3 workplaces are done", coverage+"?kit="+second.Kit)
		p.wants("the other", p.get(coverage+"?kit="+shop.Kit), 200, "1 of 3 workplaces is done", coverage+"?kit="+shop.Kit+"&amp;county=", `name="kit" value="`+shop.Kit+`"`)
		if file := p.wants("in its file", p.post(coverage+"/file?kit="+shop.Kit, "format=csv"), 200); strings.Count(file.body, "Done") != 1 {
			t.Errorf("the file is of another: %s", file.body)
		}
		p.wants("of none", p.get(coverage+"?kit=nowhere"), 404)
		if to := p.wants("the reminder leads back", p.post(coverage+"/nudge", "kit="+shop.Kit), 303).to; !strings.HasPrefix(to, coverage+"?kit="+shop.Kit) {
			t.Errorf("to %s", to)
		}
	})
}
