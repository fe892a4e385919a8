package publishing

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var (
	markdown = goldmark.New(goldmark.WithParser(textParser()), goldmark.WithExtensions(extension.Table, extension.Linkify),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(headings{}, 100))),
		goldmark.WithRendererOptions(html.WithHardWraps())) // a letter ends with who writes it, on a line of its own
	clean = policy()

	// Pictures stand among the documents, so that their files are kept as long as the text.
	pictures = regexp.MustCompile(`^/p/[a-z0-9-]+/documents/[a-z0-9-]+$`)
)

// textParser reads Markdown in which HTML is no marks: whoever writes "<Anna> sade" or "[Anna]: ja" sees it as text, escaped, rather than
// loses it without a word. So it knows neither HTML nor addresses that are told of apart from their links.
func textParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000)),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500)))
}

// policy is the marks that a text may have. Whatever else gets through the parser is taken out.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "blockquote", "code", "pre",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("src").Matching(pictures).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	return p
}

// headings puts a text's headings below the page's own: they begin at the second level, and none is skipped.
type headings struct{}

func (headings) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var all []*ast.Heading
	highest := 6
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			all = append(all, h)
			highest = min(highest, h.Level)
		}
	}
	last := 1
	for _, h := range all {
		h.Level = min(h.Level-highest+2, last+1)
		last = h.Level
	}
}

// HTML is a Markdown text as marked-up text that is safe to show, whoever wrote it. A table scrolls on its own; name is what a
// screen reader calls it.
func HTML(source, name string) string {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(source), &b); err != nil {
		return "" // a buffer takes all
	}
	safe := clean.Sanitize(b.String())
	return strings.NewReplacer("<table>", `<div class="scroll" role="group" tabindex="0" aria-label="`+name+`"><table class="ds-table">`,
		"</table>", "</table></div>").Replace(safe)
}

// Plain is the words of a Markdown text without its marks, for a line in a list; whole words, at most so many characters.
func Plain(source string, most int) string {
	doc := markdown.Parser().Parse(text.NewReader([]byte(source)))
	var words []string
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if _, heading := n.(*ast.Heading); heading && entering {
			return ast.WalkSkipChildren, nil
		}
		switch t := n.(type) {
		case *ast.Text:
			if entering {
				words = append(words, string(t.Segment.Value([]byte(source))))
				if t.SoftLineBreak() || t.HardLineBreak() {
					words = append(words, " ")
				}
			}
		case *ast.Paragraph, *ast.TextBlock:
			words = append(words, " ")
		}
		return ast.WalkContinue, nil
	})
	plain := strings.Join(strings.Fields(strings.Join(words, "")), " ")
	if runes := []rune(plain); len(runes) > most {
		plain = string(runes[:most])
		if i := strings.LastIndexByte(plain, ' '); i > 0 {
			plain = plain[:i]
		}
		plain = strings.TrimRight(plain, " ,.;:–") + " …"
	}
	return plain
}

// A Part is a heading, a paragraph or an item of a list of a Markdown text.
type Part struct {
	Text          string
	Heading, Item bool
	First         bool // of the items of its list
}

// Parts are the words of a Markdown text without its marks, part by part, for what is printed of it.
func Parts(source string) (parts []Part) {
	doc := markdown.Parser().Parse(text.NewReader([]byte(source)))
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() != ast.TypeBlock || n.Lines().Len() == 0 {
			return ast.WalkContinue, nil
		}
		p := Part{Text: lettersOf(n, source)}
		_, p.Heading = n.(*ast.Heading)
		if item, in := n.Parent().(*ast.ListItem); in && item.FirstChild() == n {
			p.Item, p.First = true, item.PreviousSibling() == nil
		}
		if p.Text != "" {
			parts = append(parts, p)
		}
		return ast.WalkContinue, nil
	})
	return parts
}

// lettersOf is what a block says, with its line ends.
func lettersOf(block ast.Node, source string) string {
	var b strings.Builder
	if block.Kind() == ast.KindCodeBlock || block.Kind() == ast.KindFencedCodeBlock {
		b.Write(block.Lines().Value([]byte(source)))
	}
	ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(t.Segment.Value([]byte(source)))
				if t.SoftLineBreak() || t.HardLineBreak() {
					b.WriteByte('\n')
				}
			}
		case *ast.AutoLink:
			if entering {
				b.Write(t.Label([]byte(source)))
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// described reports whether each picture in a text says in words what it shows.
func described(source string) bool {
	doc := markdown.Parser().Parse(text.NewReader([]byte(source)))
	ok := true
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if picture, is := n.(*ast.Image); is && entering && picture.FirstChild() == nil {
			ok = false
		}
		return ast.WalkContinue, nil
	})
	return ok
}

// Begins is what a publication is about: what its writer says, or how it begins, in so many characters.
func (t Text) Begins(most int) string {
	if t.Summary != "" {
		return t.Summary
	}
	return Plain(t.Body, most)
}
