package locale_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/local"
	"kompobib/internal/web/locale"
)

// In the expectations a plain space stands for one that does not break, where it would not.
func TestFormat(t *testing.T) {
	const sv, en = locale.Swedish, locale.English
	noon := time.Date(2012, 10, 12, 10, 5, 0, 0, time.UTC)
	for _, test := range []struct{ says, got, want string }{
		{"a date", sv.Date("2012-10-12"), "12\u00a0oktober\u00a02012"},
		{"no date is nothing", sv.Date(""), ""},
		{"a day in English", en.Day("2012-10-12"), "Fri\u00a012\u00a0Oct\u00a02012"},
		{"a meeting", sv.When("2012-10-12", "13:00", "16:00"), "fre\u00a012\u00a0okt\u00a02012 kl.\u00a013.00–16.00"},
		{"a meeting in English", en.When("2012-10-12", "13:00", "16:00"), "Fri\u00a012\u00a0Oct\u00a02012, 13:00–16:00"},
		{"an instant where it was", sv.Time(noon, "Europe/Stockholm"), "12\u00a0okt\u00a02012 kl.\u00a012.05"},
		{"a month", sv.Month("2012-10"), "oktober\u00a02012"},
		{"thousands", sv.Number(9934984), "9\u00a0934\u00a0984"},
		{"thousands in English", en.Number(9934984), "9,934,984"},
		{"less than nothing", sv.Number(-1234), "−1\u00a0234"},
		{"decimals", sv.Decimal(1234.5, 2), "1\u00a0234,50"},
		{"almost nothing less than nothing", sv.Decimal(-0.5, 1), "−0,5"},
		{"money", sv.Kronor(9934984), "9\u00a0934\u00a0984\u00a0kr"},
		{"a share", sv.Share(412, 496), "83\u00a0%"},
		{"a share of nothing", sv.Share(0, 0), "–"},
		{"a share in English", en.Share(1, 2), "50%"},
		{"part of full time", sv.FullTime(375), "37,5\u00a0%"},
		{"hours and minutes", sv.Minutes(210), "3\u00a0tim 30\u00a0min"},
		{"whole hours", sv.Minutes(120), "2\u00a0tim"},
		{"minutes", sv.Minutes(45), "45\u00a0min"},
		{"a list", sv.Join([]string{"a", "b", "c"}), "a, b och c"},
		{"a number among words", sv.Say("activity.capacity", 10_000), "Ange antalet platser som ett heltal från 1 till 10\u00a0000."},
		{"a number among English words", en.Say("audit.long", 1000), "The reason is too long. Write at most 1,000 characters."},
		{"a limit of a fault", sv.Say("reflection.record-long", 100_000), "Texten är längre än 100\u00a0000 tecken. Korta den och spara igen: inget av det du har skrivit är borta."},
		{"what a server counts", sv.Say("web.too-large", int64(1024)), "Högst 1\u00a0024 MB kan tas emot åt gången. Dela upp innehållet eller välj en mindre fil."},
		{"years among words", sv.Say("people.birth-year", 1900, 1998), "Födelseåret ska ligga mellan 1900 och 1998. Lämna rutan tom om ni inte vet."},
		{"times among words", sv.Say("attendance.departed", "13:00", "16:00"), "Skriv ett klockslag efter ankomsten, mellan kl. 13.00 och kl. 16.00."},
		{"one", sv.Count("calendar.free", 1), "1 plats kvar"},
		{"many", sv.Count("calendar.free", 1200), "1\u00a0200 platser kvar"},
		{"none", en.Count("calendar.free", 0), "0 seats left"},
		{"one among words", sv.Say("attendance-page.done", 0, 1), "Närvaron är sparad: 0 nya rader och 1 rättad."},
		{"others among words", sv.Say("attendance-page.done", 1, 1001), "Närvaron är sparad: 1 ny rad och 1\u00a0001 rättade."},
		{"one that is written already", en.Say("need.sorted", en.Number(1)), "Done: 1 need was given a topic."},
		{"none among words", en.Say("need.sorted", 0), "Done: 0 needs were given a topic."},
		{"one of many", en.Say("swot.headline", 1, 12, 2, 9), "1 of 12 workplaces agrees, 2 have begun and 9 have not begun."},
		{"one of one", sv.Say("workshop.headline", 1, 1, 0, 0), "1 av 1 arbetsplats är klar, 0 har ett datum och 0 saknar datum."},
		{"many of many", sv.Say("workshop.headline", 21, 31, 0, 10), "21 av 31 arbetsplatser är klara, 0 har ett datum och 10 saknar datum."},
		{"a pronoun of one", sv.Say("need.sentence", 2, 1, 4, 1), "2 arbetsplatser har kommit överens om 1 behov. Det gäller 4 medarbetare, och 1 behov har ingen publicerad aktivitet än."},
		{"the only one", sv.Say("attendance-page.done-unattested", 1, 1), "1 rad är sparad. Den var intygad och måste intygas på nytt."},
		{"one of several", sv.Say("attendance-page.done-unattested", 3, 1), "3 rader är sparade. 1 av dem var intygad och måste intygas på nytt."},
		{"several", en.Say("attendance-page.done-unattested", 3, 2), "3 rows are saved. 2 of them were attested and must be attested anew."},
		{"a date among words", sv.Say("public.state-running", local.Date("2011-01-17"), local.Date("2013-03-31")), "Projektet har pågått sedan den 17\u00a0januari\u00a02011 och slutar den 31\u00a0mars\u00a02013."},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.says, test.got, test.want)
		}
	}
}

// digits are the words that have numbers by their digits, since none of them is an amount: years, versions, rows of a file, and which of several something is.
var digits = []string{
	"people.birth-year", "people.identity-year", "need.agreement", "need.same", "need.version-shown", "roster.atlas-twice", "roster.atlas-two-codes", "sheet.cell", "sheet.gap",
	"plan.breaks-n", "plan.date-n", "plan.end-n", "plan.start-n", "plan.lecturer", "plan.lecturer-from", "plan.lecturer-organisation",
}

// Amounts among words are written as people write them, 100 000, and so the words ask for %s.
func TestAmountsAreGrouped(t *testing.T) {
	asked := 0
	for _, l := range locale.Languages {
		for _, code := range l.Codes() {
			if !strings.Contains(l.Say(code), "%d") {
				continue
			}
			asked++
			if !slices.Contains(digits, code) {
				t.Errorf("%s asks for digits in %s: write %%s", code, l.Tag())
			}
		}
	}
	if asked != len(digits)*len(locale.Languages) {
		t.Errorf("%d words ask for digits, and %d in each language are listed", asked, len(digits))
	}
}

// What is counted has a form for one: no words, filled in with it, say "1 rows". Limits are more than one and go before their noun.
func TestOneIsOne(t *testing.T) {
	several := map[locale.Language]*regexp.Regexp{
		locale.Swedish: regexp.MustCompile(`(\S+) 1 (?:[a-zåäö]+ )?(?:arbetsplatser|personer|platser|dagar|månader|timmar|minuter|rader|träffar|möten|aktiviteter|kommuner|workshopar|åtaganden|listor|anställningar|gånger|frågor|texter|rapporter|nycklar|filer|grupper|rättade|intygade|gjorda)\b`),
		locale.English: regexp.MustCompile(`(\S+) 1 (?:[a-z]+ )?(?:workplaces|people|persons|colleagues|participants|members|days|months|hours|minutes|rows|meetings|activities|municipalities|workshops|commitments|lists|employments|times|questions|texts|reports|keys|files|groups|letters|needs|seats)\b`),
	}
	// Before a limit stands a word that says so.
	limits := []string{"högst", "minst", "än", "most", "least", "than"}
	verb := regexp.MustCompile(`%(?:\[[0-9]\])?[a-z]`)
	for _, l := range locale.Languages {
		for _, code := range l.Codes() {
			verbs := len(verb.FindAllString(l.Say(code), -1))
			if verbs == 0 || strings.HasSuffix(code, ".other") {
				continue
			}
			said := l.Say(code, slices.Repeat([]any{1}, verbs)...)
			for _, found := range several[l].FindAllStringSubmatch(": "+said, -1) {
				if !slices.Contains(limits, strings.ToLower(found[1])) {
					t.Errorf("%s says %q: write {one|others} after the number", code, said)
				}
			}
			if strings.ContainsAny(said, "|") {
				t.Errorf("%s says %q", code, said)
			}
		}
	}
}

func TestFor(t *testing.T) {
	for accept, want := range map[string]locale.Language{
		"": locale.Swedish, "de": locale.Swedish, "en-GB,en;q=0.9": locale.English, "fi,en;q=0.8,sv;q=0.9": locale.Swedish,
	} {
		if got := locale.For(accept); got != want {
			t.Errorf("%q reads %s, want %s", accept, got.Tag(), want.Tag())
		}
	}
	for accept, want := range map[string]locale.Language{
		"": locale.English, "*": locale.English, "de": locale.English, ";;": locale.English, "sv-SE": locale.Swedish, "fi,en;q=0.8,sv;q=0.9": locale.Swedish,
	} {
		if got := locale.ForPrograms(accept); got != want {
			t.Errorf("a program with %q reads %s, want %s", accept, got.Tag(), want.Tag())
		}
	}
}

// English says programme of what the Swedish words call a project. Two of its bodies are known by the other word, and the funder's own statement has it too,
// which is no word of ours.
func TestEnglishSaysProgramme(t *testing.T) {
	bodies := strings.NewReplacer("project office", "", "project owner", "")
	for _, code := range locale.English.Codes() {
		if said := locale.English.Say(code); strings.Contains(bodies.Replace(strings.ToLower(said)), "project") || strings.Contains(strings.ToLower(said), "programme office") {
			t.Errorf("%s says %q: write programme, project office or project owner", code, said)
		}
	}
}
