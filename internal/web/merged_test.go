package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/learning/reflection"
)

// merge makes the workplace "own" go up in "other".
func (p *passerBy) merge() {
	p.t.Helper()
	was, now := p.w.rows["unit"]["own"], p.w.rows["unit"]["other"]
	p.do("office", func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO unit_merge (unit, into_unit, on_date) VALUES ($1, $2, '2012-10-12')`, was, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE unit_period SET valid_to = '2012-10-12' WHERE unit = $1`, was); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Event{Act: "merge", Entity: "unit", Row: was})
	})
}

// text is one value that a query finds.
func (p *passerBy) text(query string, args ...any) string {
	p.t.Helper()
	text, err := db.Value[string](p.t.Context(), p.d, query, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// A form that was opened at a workplace before it went up in another does not write over the other's, though their versions are alike: what was
// typed stays, and the page says what has happened.
func TestFormFromBeforeAMerge(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.as = p.w.viewers["office"]
		prog, was, now := p.w.rows["programme"]["own"], p.w.rows["unit"]["own"], p.w.rows["unit"]["other"]
		v, err := viewerOf(p, p.as)
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range []string{was, now} { // each has a record of one version
			if p.count(`SELECT count(*) FROM learning_record WHERE workplace = $1`, unit) == 0 {
				p.do(p.as, func(ctx context.Context, tx *db.Tx) error {
					_, err := reflection.WriteRecord(ctx, tx, v, prog, unit, 0, "Först skrevs det här")
					return err
				})
			}
		}
		at := func(unit, page string) string { return "/programmes/kompobib/workplaces/" + unit + "/" + page }
		version := func(table, unit string) string {
			return strconv.Itoa(p.count(`SELECT version FROM `+table+` WHERE programme = $1 AND workplace = $2`, prog, unit))
		}
		for _, table := range []string{"focus", "learning_record", "competence_plan"} {
			if version(table, was) != version(table, now) {
				t.Fatalf("%s has versions %s and %s: this test would find nothing", table, version(table, was), version(table, now))
			}
		}
		p.merge()
		moved := "Stadsbiblioteket har gått upp i Filialen"
		stands := func() string {
			return strings.Join([]string{version("focus", now), version("learning_record", now), version("competence_plan", now),
				p.text(`SELECT statement FROM focus_text t JOIN focus f ON f.id = t.focus AND f.version = t.version WHERE f.workplace = $1`, now),
				strconv.Itoa(p.count(`SELECT count(*) FROM focus WHERE published IS NOT NULL AND workplace = $1`, now)),
				strconv.Itoa(p.count(`SELECT count(*) FROM learning_record_text WHERE agreed_on IS NOT NULL`)), strconv.Itoa(p.count(`SELECT count(*) FROM plan_agreement`))}, " ")
		}
		before := stands()
		typed := "Det här skrev vi på Stadsbiblioteket"
		record := url.Values{"key": {"b"}, "version": {version("learning_record", was)}, "body": {typed}}
		for _, test := range []struct {
			page  string
			form  url.Values
			holds []string
		}{
			{"focus/edit", url.Values{"key": {"a"}, "version": {"1"}, "statement": {typed}}, []string{moved, ">" + typed + "</textarea>", "kvar nedan", "Vi svarar other"}},
			{"record/edit", record, []string{moved, ">" + typed + "</textarea>", "kvar nedan"}},
			{"record/agree", url.Values{"key": {"c"}, "version": {version("learning_record", was)}, "on": {"2012-10-12"}}, []string{moved, "Inget är sparat", "!kvar nedan"}},
			{"needs/agree", url.Values{"key": {"d"}, "version": {version("competence_plan", was)}, "on": {"2012-10-12"}}, []string{moved, "Inget är sparat"}},
			{"focus/publish", url.Values{"key": {"e"}, "version": {"1"}, "to": {"up"}}, []string{moved, at(now, "focus")}},
			{"focus/publish", url.Values{"key": {"f"}, "version": {"1"}, "to": {"down"}}, []string{moved}},
		} {
			p.wants(test.page, "POST", at(was, test.page), test.form, 409, test.holds...)
			if after := stands(); after != before {
				t.Errorf("%s changed the other workplace's: %q, was %q", test.page, after, before)
			}
		}
		record.Set("do", "look")
		p.wants("a look at it", "POST", at(was, "record/edit"), record, 200, moved, ">"+typed+"</textarea>")
		record.Del("do")
		p.wants("with a mistake", "POST", at(was, "commitments/new"), url.Values{"key": {"g"}, "happens": {typed}, "starts": {"2012-10-12"}, "due": {"2012-12-01"}, "months": {"3"}}, 422, ">"+typed+"</textarea>")
		p.wants("sent again from the page of the other", "POST", at(now, "focus/edit"), url.Values{"key": {"h"}, "version": {"1"}, "statement": {typed}}, 303)
	})
}

// viewerOf is who somebody is as a viewer.
func viewerOf(p *passerBy, person string) (access.Viewer, error) {
	v, _, err := resolve(p.t.Context(), p.d, person, "2012-10-12")
	return v, err
}

// What a workplace that has gone up in another showed to all is still told of there, with what users answered, and taken down there.
func TestFocusOfAMergedWorkplace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		code, own, now := p.w.rows["focus"]["own"], p.w.rows["unit"]["own"], p.w.rows["unit"]["other"]
		p.wants("an answer", "POST", "/n/"+code, url.Values{"key": {"a"}, "noticed": {"yes"}, "text": {"Ni hjälpte mig"}}, 303)
		for _, key := range []string{"e", "f", "g"} {
			p.wants("another", "POST", "/n/"+code, url.Values{"key": {key}, "noticed": {"no"}, "text": {"Inte än " + key}}, 303)
		}
		p.as = p.w.viewers["office"]
		p.wants("the page, while it is its own", "GET", "/programmes/kompobib/workplaces/"+own+"/focus", nil, 200, "Ni hjälpte mig", "Inte än g", "!har skrivit något</summary>")
		p.as = ""
		p.merge()
		id := p.text(`SELECT id FROM focus WHERE code = $1`, code)
		p.as = p.w.viewers["office"]
		at := "/programmes/kompobib/workplaces/" + now
		p.wants("the page", "GET", at+"/focus", nil, 200, "Fokus från Stadsbiblioteket", "Ni hjälpte mig", "<summary>4 har skrivit något</summary>", `name="focus" value="`+id+`"`, "/n/"+code, `>: Stadsbiblioteket</span>`)
		p.wants("the path", "GET", at+"/path", nil, 200, "Fokus från Stadsbiblioteket", "Vi svarar own", `id="answers-chart-`+id)
		_, file := p.ask("GET", at+"/path.pdf", nil)
		paper := strings.Join(strings.Fields(written(t, []byte(file))), " ")
		for _, words := range []string{"Vi svarar other", "Fokus från Stadsbiblioteket Vi svarar own", "4 svar"} {
			if !strings.Contains(paper, words) {
				t.Errorf("the path on paper does not say %q: %s", words, paper)
			}
		}
		p.wants("shown anew", "POST", at+"/focus/publish", url.Values{"key": {"b"}, "version": {"1"}, "focus": {id}, "to": {"up"}}, 409)
		p.wants("another programme's", "POST", at+"/focus/publish", url.Values{"key": {"c"}, "version": {"1"}, "focus": {p.text(`SELECT id FROM focus WHERE workplace = $1`, p.w.rows["unit"]["elsewhere"])}, "to": {"down"}}, 409)
		down := url.Values{"key": {"d"}, "version": {"1"}, "focus": {id}, "to": {"down"}}
		p.wants("taken down from a page of before", "POST", "/programmes/kompobib/workplaces/"+own+"/focus/publish", down, 303)
		p.as = ""
		p.wants("its page then", "GET", "/p/kompobib/focus/"+code, nil, 404)
		p.wants("its question then", "GET", "/n/"+code, nil, 404)
		p.wants("the other's", "GET", "/p/kompobib/focus/"+p.w.rows["focus"]["other"], nil, 200)
		p.as = p.w.viewers["office"]
		p.wants("the page then", "GET", at+"/focus", nil, 200, "Ni hjälpte mig", `!name="focus" value="`+id+`"`)
		if n := p.count(`SELECT count(*) FROM audit WHERE act = 'unpublish' AND row_id = $1`, id); n != 1 {
			t.Errorf("%d records", n)
		}
	})
}

// The question closes with the programme's last day, whether or not someone has said that it has ended: the page, the poster and the answer say the same.
func TestQuestionAfterTheLastDay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		code := p.w.rows["focus"]["own"]
		ends := func(day string) {
			p.do("office", func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `UPDATE programme SET state = 'closing', ends = $1 WHERE id = $2`, day, p.w.rows["programme"]["own"]); err != nil {
					return err
				}
				return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "programme", Row: p.w.rows["programme"]["own"]})
			})
		}
		ends("2012-10-12")
		p.wants("on its last day", "GET", "/n/"+code, nil, 200, `name="noticed"`)
		p.wants("an answer", "POST", "/n/"+code, url.Values{"key": {"a"}, "noticed": {"yes"}}, 303)
		ends("2012-10-11")
		p.wants("the day after", "GET", "/n/"+code, nil, 200, `!name="noticed"`, "Projektet är avslutat")
		p.wants("an answer then", "POST", "/n/"+code, url.Values{"key": {"b"}, "noticed": {"yes"}}, 409, "Projektet är avslutat")
		p.wants("the page", "GET", "/p/kompobib/focus/"+code, nil, 200, "!/n/"+code)
		p.wants("the poster", "GET", "/p/kompobib/focus/"+code+"/poster", nil, 200, "!/n/"+code, "Vi svarar own")
		p.as = p.w.viewers["contact"]
		p.wants("the workplace's page", "GET", "/programmes/kompobib/workplaces/"+p.w.rows["unit"]["own"]+"/focus", nil, 200, "De som har kommit står kvar")
	})
}

// Of a draft, only headings give way to what is fetched: a line that begins with a hash is no heading.
func TestWrittenInADraft(t *testing.T) {
	draft := "## Vad vi såg\n\n## Vad vi gör"
	for typed, want := range map[string]string{
		"## Vad vi såg\n\n## Vad vi gör":                      "",
		"## Vad vi såg\n#mod är viktigt\n\n## Vad vi gör":     "## Vad vi såg\n#mod är viktigt",
		"## Vad vi såg\r\n\r\nMod.\r\n\r\n## Vad vi gör\r\n":  "## Vad vi såg\n\nMod.",
		"####### sju\n## Vad vi gör":                          "####### sju",
		"## Vad vi såg\n\n### Egen rubrik\n\n## Vad vi gör\n": "## Vad vi såg\n\n### Egen rubrik",
	} {
		if got := writtenIn(typed, draft); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// What users answer goes to the final report with the signs: how many have answered what, and the texts that nobody has taken away; beside a commitment it says how many.
func TestAnswersForTheReport(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPasserBy(t, d)
		p.as = p.w.viewers["office"]
		const list = "/programmes/kompobib/signs"
		p.wants("before anybody has answered", "GET", list, nil, 200, `!id="answers"`, "Fler frågar")
		commitment := "/programmes/kompobib/workplaces/" + p.w.rows["unit"]["own"] + "/commitments/" + p.w.rows["commitment"]["own"]
		p.wants("a commitment then", "GET", commitment, nil, 200, "!Vad användarna svarar")
		p.as = ""
		for key, answer := range map[string][2]string{"a": {"yes", "Jag fick hjälp"}, "b": {"yes", "Anna var bra"}, "c": {"no", ""}} {
			p.wants("an answer", "POST", "/n/"+p.w.rows["focus"]["own"], url.Values{"key": {key}, "noticed": {answer[0]}, "text": {answer[1]}}, 303)
		}
		p.as = p.w.viewers["contact"]
		id := p.text(`SELECT id FROM user_answer WHERE text = 'Anna var bra'`)
		p.wants("one that names somebody is taken away", "POST", "/programmes/kompobib/workplaces/"+p.w.rows["unit"]["own"]+"/signs/withdraw", url.Values{"key": {"d"}, "sort": {"user_answer"}, "id": {id}}, 303)
		p.wants("who writes for a workplace goes on from one commitment to the next", "GET", commitment, nil, 200, `/commitments/new"`)
		p.as = p.w.viewers["participant"]
		p.wants("who does not is offered none", "GET", commitment, nil, 200, `!/commitments/new"`)
		p.as = p.w.viewers["contact"]
		p.wants("the contact's list", "GET", list, nil, 200, "Jag fick hjälp")
		p.as = p.w.viewers["office"]
		p.wants("the office's", "GET", list, nil, 200, `id="answers"`, "Jag fick hjälp", "!Anna", "Stadsbiblioteket</a>", "1 har skrivit något", `>1</td>`, `>0</td>`)
		p.wants("its file", "GET", list+"?format=csv", nil, 200, "Slag;När?;Arbetsplats;Vem märkte det?;Vad märktes?;Hör till;Målområde;Fråga;Användarens svar;Antal svar\r\n",
			"Tecken;2012-10-", ";;;\r\n", "Antal svar;;Stadsbiblioteket;;;;;", ";Ja;1\r\n", ";Nej;1\r\n", ";Vet inte;0\r\n", ";Stadsbiblioteket;En användare;Jag fick hjälp;;;", "Fler frågar", "!Anna")
		p.wants("the commitment", "GET", commitment, nil, 200, "/focus#answers", "1 ja, 1 nej, 0 vet inte.")
		p.wants("one of another workplace", "GET", "/programmes/kompobib/workplaces/"+p.w.rows["unit"]["other"]+"/commitments/"+p.w.rows["commitment"]["other"], nil, 200, "!Vad användarna svarar")
		// The workplace asks something else: what was answered before stays with what was asked.
		place := "/programmes/kompobib/workplaces/" + p.w.rows["unit"]["own"]
		p.as = p.w.viewers["contact"]
		p.wants("another question", "POST", place+"/focus/edit", url.Values{"key": {"e"}, "version": {"1"}, "statement": {"Vi möter dig"}, "question": {"Har du mött oss?"}}, 303)
		p.as = ""
		p.wants("the form", "GET", "/n/"+p.w.rows["focus"]["own"], nil, 200, "Har du mött oss?", `name="wording" value="2"`)
		p.wants("a form of before", "POST", "/n/"+p.w.rows["focus"]["own"], url.Values{"key": {"f"}, "noticed": {"unsure"}, "wording": {"1"}}, 303)
		p.as = p.w.viewers["office"]
		p.wants("the list", "GET", list, nil, 200, "Har du mött oss?", "Tidigare fråga:", "Vi svarar own – Har du märkt det?")
		p.wants("the file", "GET", list+"?format=csv", nil, 200, ";Har du mött oss?;Ja;0\r\n", "Vi svarar own – Har du märkt det?;Ja;1\r\n", "Vi svarar own – Har du märkt det?;Vet inte;1\r\n")
		p.wants("the commitment", "GET", commitment, nil, 200, "Tidigare fråga:", "1 ja, 1 nej, 1 vet inte.", "!0 ja")
		p.wants("the workplace's page", "GET", place+"/focus", nil, 200, "Har du mött oss?", "Tidigare fråga:", "Jag fick hjälp", "Ingen har svarat än.")
		p.wants("its path", "GET", place+"/path", nil, 200, "Har du mött oss?", "Tidigare fråga:")
		p.wants("its path on paper", "GET", place+"/path.pdf", nil, 200)
	})
}
