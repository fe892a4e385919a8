package workshop

import (
	"slices"
	"strings"
)

// Markdown is what a workshop asked and answered as text to go on writing in: each question a heading, below it the
// groups with their answers, and last the answers that stand in none, under what ungrouped calls them where there are groups. Marks that somebody
// wrote in an answer stay what they look like.
func Markdown(questions []Question, ungrouped string) string {
	var b strings.Builder
	for _, q := range questions {
		if q.Count() == 0 {
			continue
		}
		b.WriteString("## " + plain(q.Text) + "\n\n")
		if grouped := q.Count() > len(q.Answers); grouped && len(q.Answers) > 0 {
			q.Groups = append(slices.Clone(q.Groups), Group{Name: ungrouped, Answers: q.Answers})
			q.Answers = nil
		}
		for _, g := range q.Groups {
			if len(g.Answers) == 0 {
				continue
			}
			if g.Name != "" {
				b.WriteString("**" + plain(g.Name) + "**\n\n")
			}
			lines(&b, g.Answers)
		}
		lines(&b, q.Answers)
	}
	return strings.TrimSpace(b.String())
}

func lines(b *strings.Builder, answers []Answer) {
	for _, a := range answers {
		b.WriteString("- " + plain(a.Body) + "\n")
	}
	if len(answers) > 0 {
		b.WriteString("\n")
	}
}

// plain is a text on one line, in which nothing is a mark of Markdown or HTML.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	var b strings.Builder
	number := true // only digits so far, as before the dot of a numbered list
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_[]<>#|~", r), i == 0 && strings.ContainsRune("-+=", r), i > 0 && number && (r == '.' || r == ')'):
			b.WriteByte('\\')
		}
		number = number && r >= '0' && r <= '9'
		b.WriteRune(r)
	}
	return b.String()
}
