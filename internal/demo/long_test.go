package demo_test

import (
	"bytes"
	"compress/gzip"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

var nextPart = regexp.MustCompile(`href="([^"]+)" rel="next"`)

// The longest lists of people that the demo has come in parts, each sent as less than a page may take, and hold everybody once.
func TestLongListsComeInParts(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		s := newSite(t, url)
		s.signIn(theOffice)
		type longest struct{ meeting, occasion string }
		at, err := db.One(t.Context(), s.d, func(l *longest) []any { return []any{&l.meeting, &l.occasion} },
			`SELECT m.id, o.id FROM occasion o JOIN meeting m ON m.occasion = o.id WHERE m.ends < $1 ORDER BY o.seated DESC, m.id LIMIT 1`, s.d.Now())
		if err != nil {
			t.Fatal(err)
		}
		present, err := activity.AttendanceList(t.Context(), s.d, access.System, at.meeting)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := activity.Signups(t.Context(), s.d, access.System, at.occasion)
		if err != nil {
			t.Fatal(err)
		}
		// What was typed of someone who has come to stand on another part meanwhile is given back.
		answer, err := s.client.PostForm(s.front.URL+"/meetings/"+at.meeting+"/attendance?after=80", map[string][]string{
			"person": {present[0].Person}, "how-" + present[0].Person: {"part"}, "minutes-" + present[0].Person: {"en kvart"}})
		if err != nil {
			t.Fatal(err)
		}
		again, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(again), `value="en kvart"`) {
			t.Errorf("typed of another part: %d, %v", answer.StatusCode, err)
		}
		for _, list := range []struct {
			path string
			all  int
		}{{"/meetings/" + at.meeting + "/attendance", len(present)}, {"/occasions/" + at.occasion + "/seats", len(signed)}} {
			rows, parts := 0, 0
			for path := list.path; path != ""; parts++ {
				sent := s.get(s.front.URL + path)
				if len(sent) >= 20_000 {
					t.Errorf("%s is sent as %d bytes", path, len(sent))
				}
				unpacked, err := gzip.NewReader(bytes.NewReader(sent))
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(unpacked)
				if err != nil {
					t.Fatal(err)
				}
				rows += strings.Count(string(text), `<th scope="row"`)
				path = ""
				if next := nextPart.FindSubmatch(text); next != nil {
					path = html.UnescapeString(string(next[1]))
				}
			}
			if rows != list.all || parts < 2 {
				t.Errorf("%s: %d rows of %d in %d parts", list.path, rows, list.all, parts)
			}
		}
	})
}
