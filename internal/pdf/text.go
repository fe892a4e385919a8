package pdf

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// missing stands for what the font has no sign for.
const missing = "□"

// font is the one that texts are set in, to ask what it has signs for.
var font = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(regular)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

// A text is a string as it can be drawn, and what stands in it instead of something else: of each [missing], in order, what it
// stands for.
type text struct {
	shown string
	lost  []string
}

// readable makes a text of s: composed, without what nobody sees, and with [missing] for each run of what has no sign.
func readable(s string) (t text) {
	var b strings.Builder
	var buf sfnt.Buffer
	open := false // in a run of what has no sign
	for _, r := range norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n")) {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\r' || r == '\v' || r == '\f':
			r = '\n'
		case r == '\u00a0' || r == '\u202f': // these keep words together
			r = '\u00a0'
		case unicode.IsSpace(r):
			r = ' '
		case r == '\u2011':
			r = '-'
		case unicode.IsControl(r):
			continue
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			if open { // joins two halves of one picture
				t.lost[len(t.lost)-1] += string(r)
			}
			continue
		default:
			if glyph, err := font().GlyphIndex(&buf, r); glyph == 0 || err != nil || r > 0xffff || string(r) == missing {
				if open {
					t.lost[len(t.lost)-1] += string(r)
				} else {
					t.lost = append(t.lost, string(r))
					b.WriteString(missing)
				}
				open = true
				continue
			}
		}
		open = false
		b.WriteRune(r)
	}
	t.shown = b.String()
	return t
}

// A line is a line of a text as it is drawn. What is to be said instead of it, if anything, stands in said.
type line struct{ shown, said string }

// lines breaks t where it has to, so that no line is wider than width. A word that is wider is broken too. A line that goes on ends in a
// blank, so that the words on either side of its end stay two.
func (t text) lines(width float64, measure func(string) float64) (all []line) {
	lost := t.lost
	for part := range strings.SplitSeq(strings.TrimRight(t.shown, "\n "), "\n") {
		for _, shown := range broken(part, width, measure) {
			l := line{shown: shown}
			if n := strings.Count(shown, missing); n > 0 {
				l.said = shown
				for _, was := range lost[:n] {
					before, after, _ := strings.Cut(l.said, missing)
					l.said = before + "\x00" + after
					l.said = strings.Replace(l.said, "\x00", was, 1)
				}
				lost = lost[n:]
			}
			all = append(all, l)
		}
	}
	return all
}

// pieces are what s may be broken between: words with the blank after them, and the parts of a word with hyphens or slashes.
func pieces(s string) (all []string) {
	start := 0
	rs := []rune(s)
	for i, r := range rs {
		last := i+1 == len(rs)
		if last || r == ' ' && rs[i+1] != ' ' || (r == '-' || r == '/' || r == '–') && i > start && unicode.IsLetter(rs[i-1]) && unicode.IsLetter(rs[i+1]) {
			all = append(all, string(rs[start:i+1]))
			start = i + 1
		}
	}
	return all
}

// broken breaks one line of text.
func broken(s string, width float64, measure func(string) float64) (all []string) {
	now, used := "", 0.0
	put := func(piece string) {
		w := measure(strings.TrimRight(piece, " "))
		if now != "" && used+w > width {
			all = append(all, now)
			now, used = "", 0
		}
		now += piece
		used += measure(piece)
	}
	for _, piece := range pieces(s) {
		if measure(strings.TrimRight(piece, " ")) <= width {
			put(piece)
			continue
		}
		// A word that no line has room for goes on where the line ends.
		for _, r := range piece {
			put(string(r))
		}
	}
	return append(all, now)
}

// paragraphs are the parts of a text with an empty line between them.
func paragraphs(s string) (all []string) {
	for part := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if part = strings.Trim(part, "\n "); part != "" {
			all = append(all, part)
		}
	}
	return all
}
