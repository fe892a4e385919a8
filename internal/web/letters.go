package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/workshop"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
	"kompobib/internal/publishing"
	"kompobib/internal/report"
	"kompobib/internal/secret"
	"kompobib/internal/survey"
	"kompobib/internal/web/locale"
)

// Letters finds the words of letters, in the language of whom they are to.
type Letters struct {
	DB      *db.DB
	Ring    *secret.Ring
	Now     func() time.Time // the machine's clock
	URL     string           // at which people reach us, without a slash at the end
	Service string           // who writes, where no programme does
}

// masked stands in kept letters for what lets one in.
const masked = "••••••"

// Render is the words of one letter. Whom and what it is about is looked up now, so a name that was
// corrected is right; what happened stands in the letter's Args.
func (l Letters) Render(ctx context.Context, x letter.Letter) (letter.Text, error) {
	var way auth.Way
	if x.Template == letter.SignIn {
		id, _ := x.Args["sign_in"].(string)
		err := l.DB.Tx(ctx, "letters", func(ctx context.Context, tx *db.Tx) (err error) {
			way, err = auth.MakeWay(ctx, tx, l.Ring, l.Now(), id)
			return err
		})
		if errors.Is(err, db.ErrNoRows) {
			return letter.Text{}, letter.ErrPointless // it has been used, or is long forgotten
		}
		if err != nil {
			return letter.Text{}, err
		}
	}
	lets, err := l.lets(ctx, x)
	if err != nil {
		return letter.Text{}, err
	}
	var p person
	var w words
	err = l.DB.Snapshot(ctx, func(c db.Conn) (err error) {
		if p, err = recipient(ctx, c, x.Person); err != nil {
			return err
		}
		w = words{Language: p.language, template: x.Template, values: map[string]string{"name": p.Name()}}
		return l.about(ctx, c, x, &w)
	})
	switch {
	case errors.Is(err, people.ErrPerson), errors.Is(err, activity.ErrNotFound), errors.Is(err, workshop.ErrNotFound), errors.Is(err, programme.ErrNotFound), errors.Is(err, publishing.ErrNotFound), errors.Is(err, focus.ErrNotFound), errors.Is(err, survey.ErrRound):
		return letter.Text{}, letter.ErrPointless // what it is about is gone
	case err != nil:
		return letter.Text{}, err
	}
	w.happened(x.Args)
	text := letter.Text{To: cmp.Or(way.Email, p.address), Subject: w.say("subject")}
	switch {
	case lets != "":
		text.Plain, text.Kept = w.text(l.URL+"/f/"+lets), w.text(l.URL+"/f/"+masked)
	case x.Template != letter.SignIn:
		text.Plain = w.text(l.URL + w.path)
		text.Kept = text.Plain
	default:
		w.values["code"] = way.Code
		text.Plain = w.text(l.URL + "/sign-in/" + way.Token)
		w.values["code"] = masked
		text.Kept = w.text(l.URL + "/sign-in/" + masked)
	}
	text.HTML = markUp(p.language, text.Subject, text.Plain, w)
	if strings.ContainsAny(text.Subject+text.Plain, "{}") {
		return text, fmt.Errorf("web: something is not filled in in letter %s", x.ID)
	}
	return text, nil
}

type person struct {
	people.Person
	language locale.Language
	address  string
}

// recipient is whom a letter is to. One who has no address on the roster may have one to sign in with.
func recipient(ctx context.Context, c db.Conn, id string) (p person, err error) {
	if p.Person, err = people.GetPerson(ctx, c, access.System, id); err != nil {
		return p, err
	}
	p.language, _ = locale.Named(p.Language)
	p.address = p.Email
	if p.address == "" {
		account, err := auth.GetAccount(ctx, c, access.System, id)
		if err != nil && fault.Of(err) == nil {
			return p, err
		}
		p.address = account.Email
	}
	return p, nil
}

// words are what one letter is put together from.
type words struct {
	locale.Language
	template  string
	values    map[string]string // what stands between braces
	where     []string          // lines that tell when and where
	why       string
	own       string // a published letter's own text, in its own language,
	markedUp  string // and as HTML
	path      string // of the page where the reader goes on
	statement string // the funder's, the last line
}

// about looks up what a letter is about.
func (l Letters) about(ctx context.Context, c db.Conn, x letter.Letter, w *words) error {
	w.values["title"], w.path = w.Say("letter.something"), "/calendar"
	w.values["office"] = cmp.Or(l.Service, "KompoBib")
	switch x.AboutKind {
	case "commitment":
		if err := l.aboutCommitment(ctx, c, x, w); err != nil {
			return err
		}
	case "occasion":
		o, err := activity.GetOccasion(ctx, c, access.System, x.About)
		if err != nil {
			return err
		}
		w.values["title"], w.path = o.FullTitle(), "/occasions/"+o.ID
		meetings, err := activity.Meetings(ctx, c, access.System, o.ID)
		if err != nil {
			return err
		}
		for _, m := range meetings {
			w.where = append(w.where, w.meeting(m.Span.Date, m.Span.Start, m.Span.End, m.Place, m.Address, m.Online))
		}
	case "workshop":
		shop, err := workshop.Named(ctx, c, x.About)
		if err != nil {
			return err
		}
		w.values["title"], w.path = shop, workshopPath(x.About)
	case "survey_round":
		if err := l.aboutRound(ctx, c, x, w); err != nil {
			return err
		}
	case "reflection":
		w.path = logbookPath + "/" + x.About
	case "activity":
		a, err := activity.GetActivity(ctx, c, access.System, x.About)
		if err != nil {
			return err
		}
		w.values["title"], w.path = a.Title, "/activities/"+a.ID
	}
	of := x.Bears()
	if of == "" {
		return nil
	}
	p, err := programme.Get(ctx, c, access.System, of)
	if err != nil {
		return err
	}
	switch x.AboutKind {
	case "programme":
		w.values["title"], w.path = p.ShortName, "/p/"+p.Slug
		if x.Template == letter.AnalysisNudge {
			w.path = "/learning"
		}
	case publishing.AboutPublication:
		if err := l.published(ctx, c, x, p, w); err != nil {
			return err
		}
	case report.AboutGoal:
		goals, err := programme.Goals(ctx, c, p.ID)
		if err != nil {
			return err
		}
		for _, g := range goals {
			if g.ID == x.About {
				w.values["title"], w.path = g.Name, "/calendar?"+query("programme", p.Slug, "goal", g.ID)
			}
		}
	}
	w.values["office"] = strings.TrimSpace(w.Say("letter.office", p.ShortName) + "\n" + p.Contact)
	periods, err := programme.FundingPeriods(ctx, c)
	for _, f := range periods {
		if f.Code == p.FundingPeriod {
			w.statement = f.Statement.Swedish
			if w.Language == locale.English {
				w.statement = f.Statement.English
			}
		}
	}
	return err
}

// aboutRound tells of a round of a self-assessment. One that has closed is not written of any more.
func (l Letters) aboutRound(ctx context.Context, c db.Conn, x letter.Letter, w *words) error {
	p, err := programme.Get(ctx, c, access.System, x.Bears())
	if err != nil {
		return err
	}
	on := local.DateOf(l.DB.Now(), p.Location())
	s, r, err := survey.OfRound(ctx, c, access.System, x.About, on)
	if err == nil && r.Standing(on) != survey.Open {
		err = survey.ErrRound
	}
	if err != nil {
		return err
	}
	w.values["title"], w.values["round"], w.values["last"], w.path = s.Title, r.Name, w.Date(r.Last), answerPath(r.ID)
	w.values["kept"] = w.Say("letter.survey-own")
	if s.Anonymous {
		w.values["kept"] = w.Say("letter.survey-anonymous")
	}
	return nil
}

// published takes in the text that was sent, which may have been changed on the page since. What has been taken down is not sent.
func (l Letters) published(ctx context.Context, c db.Conn, x letter.Letter, p programme.Programme, w *words) error {
	page, err := publishing.Get(ctx, c, access.System, x.About)
	if err != nil {
		return err
	}
	texts, err := publishing.Texts(ctx, c, access.System, page.ID)
	if err != nil {
		return err
	}
	version, _ := x.Args["version"].(float64)
	i := slices.IndexFunc(texts, func(t publishing.Text) bool { return t.Number == int(version) })
	if i < 0 || page.Published == nil {
		return publishing.ErrNotFound
	}
	t := texts[i]
	w.values["title"], w.path = t.Title, publicPath(p.Slug, page.Kind, page.Slug)
	w.values["programme"], w.values["recipients"], w.values["date"] = p.ShortName, t.Recipients, w.Date(t.Date)
	if t.Language != w.Tag() {
		w.values["language"] = w.Say("letter.language-" + t.Language)
		w.why = w.say("other-language")
	}
	source := strings.TrimSpace(t.Summary + "\n\n" + t.Body)
	w.own = noGaps.Replace(strings.ReplaceAll(source, "](/", "]("+l.URL+"/"))
	w.markedUp = `<div lang="` + t.Language + `">` + absolute(publishing.HTML(source, w.Say("publication.table")), l.URL) + `</div>`
	return nil
}

// noGaps takes the place of what would pass for a gap to fill in.
var noGaps = strings.NewReplacer("{", "(", "}", ")")

// meeting is one line: when and where.
func (w *words) meeting(on local.Date, start, end local.Clock, place, address string, online bool) string {
	parts := []string{w.When(on, start, end)}
	for _, part := range []string{place, address} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if online {
		parts = append(parts, w.Say("letter.online"))
	}
	return strings.Join(parts, ", ")
}

// happened fills in what the letter tells of.
func (w *words) happened(args map[string]any) {
	if place, ok := args["place"].(float64); ok && place > 0 {
		w.values["place"] = w.Number(int(place))
	} else {
		w.values["place"] = w.Say("letter.no-place")
	}
	if why, _ := args["why"].(string); why != "" {
		w.why = why
		if code := "letter." + w.template + "-why-" + why; w.Has(code) {
			w.why = w.Say(code)
		} else if w.template != letter.OccasionCancelled { // where people write why in their own words
			w.why = ""
		}
	}
	if message, _ := args["message"].(string); w.template == letter.Invitation {
		w.why = message
	}
	change := func(key string) string {
		m, ok := args[key].(map[string]any)
		if !ok {
			return ""
		}
		text := func(key string) string { s, _ := m[key].(string); return s }
		return w.meeting(local.Date(text("date")), text("start"), text("end"), text("place"), text("address"), false)
	}
	if w.template == letter.OccasionChanged {
		before, after := change("before"), change("after")
		switch {
		case before == after:
			w.why = w.Say("letter.changed-link")
		case before == "":
			w.why = w.Say("letter.changed-added", after)
		case after == "":
			w.why = w.Say("letter.changed-removed", before)
		default:
			w.why = w.Say("letter.changed", before, after)
		}
	}
}

func (w *words) say(part string) string { return w.fill(w.Say("letter." + w.template + "-" + part)) }

// fill puts the values in, each once: what a value holds is left as it is.
func (w *words) fill(text string) string {
	var pairs []string
	for name, value := range w.values {
		pairs = append(pairs, "{"+name+"}", noGaps.Replace(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// text is the whole letter; link is where the reader goes on.
func (w *words) text(link string) string {
	parts := []string{w.fill(w.Say("letter.greeting")), w.say("body")}
	if w.why != "" {
		parts = append(parts, noGaps.Replace(w.why))
	}
	if w.own != "" {
		parts = append(parts, w.own)
	}
	if len(w.where) > 0 && w.template != letter.OccasionCancelled && w.template != letter.Cancelled {
		parts = append(parts, noGaps.Replace(strings.Join(w.where, "\n")))
	}
	parts = append(parts, w.say("link")+"\n"+link)
	if code := "letter." + w.template + "-after"; w.Has(code) {
		parts = append(parts, w.say("after"))
	}
	parts = append(parts, w.fill(w.Say("letter.closing")))
	if w.statement != "" {
		parts = append(parts, w.statement)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// markUp is the same text for programs that show pages: paragraphs, and addresses that lead somewhere.
func markUp(l locale.Language, subject, text string, w words) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="%s"><head><meta charset="utf-8"><title>%s</title></head><body>`, l.Tag(), html.EscapeString(subject))
	if before, after, ok := strings.Cut(text, w.own); w.own != "" && ok {
		b.WriteString(marked(before) + w.markedUp + marked(after))
	} else {
		b.WriteString(marked(text))
	}
	b.WriteString("</body></html>")
	return b.String()
}

func marked(text string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(part, "\n")
		for i, line := range lines {
			lines[i] = html.EscapeString(line)
			if strings.HasPrefix(line, "https://") || strings.HasPrefix(line, "http://") {
				lines[i] = `<a href="` + lines[i] + `">` + lines[i] + `</a>`
			}
		}
		b.WriteString("<p>" + strings.Join(lines, "<br>") + "</p>")
	}
	return b.String()
}
