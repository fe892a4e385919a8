package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/letter"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
	"kompobib/internal/web/view"
)

const (
	lettersPerPage = 50
	lettersPerFile = 100_000
)

// reads is who reads letters. Where they land in a folder that the demo shows, everyone does: what lets
// one in is masked in all of them.
func (s *Server) reads(r view.Reader) access.Viewer {
	if s.Outbox {
		return access.System
	}
	return r.Viewer
}

type letterLine struct {
	letter.Letter
	To     string
	Hidden bool // it is to a protected person, and nobody else reads it
	Today  bool // its text is what it would be if it were written now
}

type letterList struct {
	Rows   []letterLine
	Counts map[string]int
	Next   string
}

func (s *Server) outbox(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx, q := req.Context(), r.Query()
	sort, falling := r.Sort("-when", string(letter.ByTemplate), string(letter.ByPerson), string(letter.ByState))
	if sort == "when" {
		sort = string(letter.ByTime)
	}
	f, format, most := letter.Filter{Template: q.Get("template"), Sort: letter.Sort(sort), Rising: !falling, After: q.Get("after")}, taking(req), lettersPerPage
	for _, o := range letterTemplates(r) {
		f.Templates = append(f.Templates, o.Value)
	}
	if format != "" {
		f.After, most = "", lettersPerFile
	}
	f.Limit = most + 1
	if state := q.Get("state"); state == "problem" {
		f.ProblemsOnly = true
	} else {
		f.State = state
	}
	var list letterList
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		letters, err := letter.List(ctx, c, s.reads(r), f)
		if err != nil {
			return err
		}
		if list.Counts, err = letter.Count(ctx, c, s.reads(r)); err != nil {
			return err
		}
		if len(letters) > most {
			letters = letters[:most]
			list.Next = letters[most-1].Mark
		}
		persons := make([]string, len(letters))
		for i, l := range letters {
			persons[i] = l.Person
		}
		names, err := people.Names(ctx, c, r.Viewer, persons)
		for _, l := range letters {
			name := names[l.Person].String()
			list.Rows = append(list.Rows, letterLine{Letter: l, To: cmp.Or(name, r.Say("signin.protected")), Hidden: name == ""})
		}
		return err
	})
	if err != nil {
		return err
	}
	if format != "" {
		return s.hand(w, req, r, "letters", "", len(list.Rows), r.Say("view.outbox"), letterSheet(r, list))
	}
	return render(w, req, http.StatusOK, outboxView(r, list))
}

func letterSheet(r view.Reader, list letterList) sheet.Table {
	return sheet.Table{
		Columns: []sheet.Column{{Label: r.Say("outbox.template"), Width: 32}, {Label: r.Say("outbox.to"), Width: 28}, {Label: r.Say("outbox.when")}, {Label: r.Say("outbox.state")}, {Label: r.Say("outbox.why"), Width: 32}},
		Rows: func(yield func([]any) bool) {
			for _, l := range list.Rows {
				if !yield([]any{r.Say("letter-template." + l.Template), l.To, letterTime(r, l.Letter), r.State("letter-state", l.State), letterError(r, l.Letter)}) {
					return
				}
			}
		},
	}
}

// showLetter shows a letter as it was sent. One to a protected person nobody else reads.
func (s *Server) showLetter(w http.ResponseWriter, req *http.Request, r view.Reader) error {
	ctx := req.Context()
	var line letterLine
	err := s.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if line.Letter, err = letter.Get(ctx, c, s.reads(r), s.Ring, req.PathValue("letter")); err != nil {
			return err
		}
		names, err := people.Names(ctx, c, r.Viewer, []string{line.Person})
		if line.To = names[line.Person].String(); err == nil && line.To == "" {
			err = letter.ErrNotFound
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := s.retell(ctx, &line); err != nil {
		return err
	}
	return render(w, req, http.StatusOK, letterView(r, line))
}

// retell finds the words of a letter of the demo's story that went out before what is kept, but not of those that bear a link of their own: looking makes none.
func (s *Server) retell(ctx context.Context, line *letterLine) error {
	if !s.Outbox || line.Body != "" || line.State != letter.StateSent || slices.Contains([]string{letter.SignIn, letter.FollowUp, letter.FollowUpAgain}, line.Template) {
		return nil
	}
	text, err := Letters{DB: s.DB, Ring: s.Ring, Now: s.Now, URL: s.URL, Service: s.Service}.Render(ctx, line.Letter)
	if errors.Is(err, letter.ErrPointless) {
		return nil
	}
	line.Subject, line.Body, line.Today = text.Subject, text.Kept, true
	return err
}

// letterError says why a letter has not gone, "" if it has.
func letterError(r view.Reader, l letter.Letter) string {
	if l.Error == "" {
		return ""
	}
	return r.Say("letter-error." + l.Error)
}

func letterTime(r view.Reader, l letter.Letter) string { return r.Time(l.When(), zone) }

func letterTemplates(r view.Reader) []view.Option {
	options := view.Options(r, "letter-template", letter.Templates...)
	slices.SortFunc(options, func(a, b view.Option) int { return cmp.Compare(sortedText(a.Label), sortedText(b.Label)) })
	return view.None(r.Say("outbox.any"), options)
}

func letterStateOptions(r view.Reader, list letterList) []view.Option {
	options := []view.Option{{Label: r.Say("outbox.any")}, {Value: "problem", Label: r.Say("outbox.problem")}}
	for _, state := range letter.States {
		options = append(options, view.Option{Value: state, Label: r.State("letter-state", state) + " (" + r.Number(list.Counts[state]) + ")"})
	}
	return options
}

func letterTitle(r view.Reader, l letter.Letter) string {
	return cmp.Or(l.Subject, r.Say("letter-template."+l.Template))
}

// paragraphs are the lines of each paragraph of a text.
func paragraphs(text string) (all [][]string) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		all = append(all, strings.Split(part, "\n"))
	}
	return all
}
