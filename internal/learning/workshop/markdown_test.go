package workshop_test

import (
	"strings"
	"testing"

	"kompobib/internal/learning/workshop"
	"kompobib/internal/publishing"
)

// A workshop's answers become a text to go on with: question by question, groups first, without what nobody answered.
func TestMarkdown(t *testing.T) {
	got := workshop.Markdown([]workshop.Question{
		{Text: "Vad har vi lärt oss?", Groups: []workshop.Group{{Name: "Mod", Answers: []workshop.Answer{{Body: "Att prova"}, {Body: "Att fråga\nigen"}}}, {Name: "Tom"}},
			Answers: []workshop.Answer{{Body: "Allt"}}},
		{Text: "Ingen svarade"},
		{Text: "Vem gör vad?", Groups: []workshop.Group{{Answers: []workshop.Answer{{Body: "Vi två"}}}}},
		{Text: "Vad ska märkas?", Groups: []workshop.Group{{Name: "Tom"}}, Answers: []workshop.Answer{{Body: "Ljuset"}}},
	}, "Utan grupp")
	want := "## Vad har vi lärt oss?\n\n**Mod**\n\n- Att prova\n- Att fråga igen\n\n**Utan grupp**\n\n- Allt\n\n## Vem gör vad?\n\n- Vi två\n\n## Vad ska märkas?\n\n- Ljuset"
	if got != want {
		t.Errorf("it says %q", got)
	}
}

// Marks in an answer are what somebody wrote, not what the text does.
func FuzzMarkdownIsText(f *testing.F) {
	for _, s := range []string{"# rubrik", "- punkt", "1. ett", "12) tolv", "*viktigt*", "[länk](https://example.org)", "<script>alert(1)</script>", "a | b", "~~bort~~", "`kod`", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		html := publishing.HTML(workshop.Markdown([]workshop.Question{{Text: "Fråga", Answers: []workshop.Answer{{Body: said}}}}, ""), "tabell")
		inner := html
		if _, after, ok := strings.Cut(html, "<li>"); ok {
			inner = after
		}
		for _, mark := range []string{"<h1", "<ol", "<em>", "<strong>", "<code", "<del>", "<script", "<table", "<ul", "<blockquote"} {
			if strings.Contains(inner, mark) {
				t.Errorf("%q became %q", said, html)
			}
		}
	})
}
