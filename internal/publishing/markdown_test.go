package publishing

import (
	"slices"
	"strings"
	"testing"
)

func TestHTML(t *testing.T) {
	for _, test := range []struct{ says, source, want string }{
		{"paragraphs and stress", "Ett *två*\n\ntre", "<p>Ett <em>två</em></p>\n<p>tre</p>\n"},
		{"headings begin below the page's own", "# A\n\n### B\n\n## C", "<h2>A</h2>\n<h3>B</h3>\n<h3>C</h3>\n"},
		{"headings of one level stay so", "## A\n\n## B\n\n### C", "<h2>A</h2>\n<h2>B</h2>\n<h3>C</h3>\n"},
		{"a line of its own", "Hälsningar\nkontoret", "<p>Hälsningar<br>\nkontoret</p>\n"},
		{"a link", "[bloggen](/p/x/blog)", "<p><a href=\"/p/x/blog\">bloggen</a></p>\n"},
		{"an address becomes a link", "Se https://example.org/a.", "<p>Se <a href=\"https://example.org/a\">https://example.org/a</a>.</p>\n"},
		{"a script in a link", "[klicka](javascript:alert(1))", "<p>klicka</p>\n"},
		{"a script is text", "<script>alert(1)</script> Efter.", "<p>&lt;script&gt;alert(1)&lt;/script&gt; Efter.</p>\n"},
		{"a paragraph in HTML is text", "<p>Vi har lärt oss…</p>", "<p>&lt;p&gt;Vi har lärt oss…&lt;/p&gt;</p>\n"},
		{"a name in angles is text", "<Anna> sade att *vi* kan", "<p>&lt;Anna&gt; sade att <em>vi</em> kan</p>\n"},
		{"a name in brackets is text", "[Anna]: ja", "<p>[Anna]: ja</p>\n"},
		{"a remark is text", "<!-- glöm inte -->", "<p>&lt;!-- glöm inte --&gt;</p>\n"},
		{"an event is text", "Hej <b onclick=\"x()\">du</b>", "<p>Hej &lt;b onclick=&#34;x()&#34;&gt;du&lt;/b&gt;</p>\n"},
		{"a frame is text", "<iframe title=\"x\"></iframe>", "<p>&lt;iframe title=&#34;x&#34;&gt;&lt;/iframe&gt;</p>\n"},
		{"a picture among the documents", "![En karta](/p/x/documents/karta)", "<p><img src=\"/p/x/documents/karta\" alt=\"En karta\"></p>\n"},
		{"a picture from elsewhere", "![En karta](https://example.org/spy.png)", "<p><img alt=\"En karta\"></p>\n"},
		{"a table scrolls", "|a|\n|-|\n|b|", "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Tabell\"><table class=\"ds-table\">\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table></div>\n"},
		{"less than", "1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"},
	} {
		got := HTML(test.source, "Tabell")
		if strings.TrimSpace(got) != strings.TrimSpace(test.want) {
			t.Errorf("%s: %q, want %q", test.says, got, test.want)
		}
	}
}

// Whatever is written, nothing in the page runs.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{"# a", "[a](javascript:x)", "<img src=x onerror=x>", "<svg/onload=x>", "![a](/p/a/documents/b)", "|a|\n|-|", "&#x6a;avascript:", "<a href=\"\tjava\nscript:x\">"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := strings.ToLower(HTML(source, "Tabell"))
		for _, wrong := range []string{"<script", "<svg", "<iframe", "<style", "<form", "<h1", "href=\"javascript:", "href=\"data:"} {
			if strings.Contains(got, wrong) {
				t.Errorf("%q came out as %q", source, got)
			}
		}
		Plain(source, 20)
		described(source)
	})
}

func TestPlain(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{"## Rubrik\n\nHej *alla*!\nNu **börjar** det.\n\n- ett\n- två", "Hej alla! Nu börjar det. ett två"},
		{"<Anna> sade: <b>hej</b>", "<Anna> sade: <b>hej</b>"},
		{"Ett [ord](/p) till och ännu några fler ord som inte får plats här", "Ett ord till och ännu några fler ord som …"},
	} {
		if got := Plain(test.source, 45); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestParts(t *testing.T) {
	want := []Part{{Text: "Vad vi har lärt oss", Heading: true}, {Text: "Hej alla!\nNu börjar det på https://example.org."}, {Text: "ett", Item: true, First: true}, {Text: "två", Item: true},
		{Text: "sedan", Item: true, First: true}, {Text: "<script>x</script> Efter skript."}, {Text: "<p>Slut</p>"}, {Text: "<Anna> sade"}}
	got := Parts("# Vad vi *har* lärt oss\n\nHej alla!\nNu **börjar** det på https://example.org.\n\n- ett\n- två\n\n1. sedan\n\n<script>x</script> Efter skript.\n\n<p>Slut</p>\n\n<Anna> sade\n")
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestDescribed(t *testing.T) {
	if described("![](/p/x/documents/a)") || !described("![En karta](/p/x/documents/a)") || !described("Inget") {
		t.Error("a picture without words passed, or one with words did not")
	}
}

func TestSlugOf(t *testing.T) {
	for title, want := range map[string]string{
		"Projektet förlängs till den 31 mars 2013!": "projektet-forlangs-till-den-31-mars-2013",
		"Dela & Lär":               "dela-och-lar",
		"   ":                      "",
		"Café Éva":                 "cafe-eva",
		strings.Repeat("ord ", 40): "ord-ord-ord-ord-ord-ord-ord-ord-ord-ord-ord-ord-ord-ord-ord",
	} {
		if got := slugOf(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}

// The slip that the model programme's letter had: a year too early, however it is written.
func TestSlips(t *testing.T) {
	known := []Known{{"2011-01-17", "start", ""}, {"2013-03-31", "end", ""}, {"2012-12-12", "meeting", "En dag för alla"}, {"2013-03-13", "meeting", "Slutseminarium"}, {"2011-03-13", "meeting", "x"}}
	for _, test := range []struct{ text, want string }{
		{"Projektet förlängs till 20120331.", "20120331 2013-03-31"},
		{"Projektet förlängs till 2012-03-31.", "2012-03-31 2013-03-31"},
		{"Projektet förlängs till den 31 mars 2012.", "31 mars 2012 2013-03-31"},
		{"Projektet förlängs till 31/3 2012.", "31/3 2012 2013-03-31"},
		{"31 mars 2012, och än en gång 31 mars 2012.", "31 mars 2012 2013-03-31"},
		{"Projektet pågår 17 januari 2011–31 mars 2013, med slut 13 mars 2013.", ""},
		{"Vi ses 12 december 2013.", "12 december 2013 2012-12-12"},
		{"Slutseminariet är den 13 mars 2014.", "13 mars 2014 2013-03-13"},
		{"Den 8 mars 2012 händer något annat.", ""},
		{"Den 31 mars utan år.", ""},
	} {
		var got []string
		for _, s := range Slips(test.text, known) {
			got = append(got, s.Written+" "+string(s.Known.Date))
		}
		if g := strings.Join(got, ", "); g != test.want {
			t.Errorf("%s: %q, want %q", test.text, g, test.want)
		}
	}
}
