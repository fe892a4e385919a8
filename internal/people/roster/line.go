package roster

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/secret"
)

// noTitle is the title of whoever comes from a list without titles.
const noTitle = "ej angiven"

// lines reads the rows of a part: the employments, what is wrong with the others, and whom those others seem to be about: they
// have not left, for being told wrongly. Rows that tell of nobody are passed over, and noted.
func (p *Part) lines(ctx context.Context, part int, ring *secret.Ring, today local.Date) (all, about []Line, wrong []Mistake, err error) {
	if missing := p.missing(); missing != nil {
		for _, f := range missing {
			wrong = append(wrong, Mistake{Sheet: p.Sheet, Row: p.Header, Fault: ErrNoColumn.With(string(f))})
		}
		return nil, nil, wrong, nil
	}
	all = make([]Line, 0, len(p.rows))
	at := func(f Field) int {
		if i, ok := p.Columns[f]; ok {
			return i
		}
		return -1
	}
	columns := make(map[Field]int, len(Fields))
	for _, f := range Fields {
		columns[f] = at(f)
	}
	used := slices.Sorted(maps.Values(p.Columns))
	last := len(p.rows) - 1 // of a person
	for last >= 0 {
		if t, _ := p.tells(p.rows[last], today); t >= half {
			break
		}
		last--
	}
	before := p.headers
	for n, r := range p.rows {
		if n%64 == 0 && ctx.Err() != nil {
			return nil, nil, nil, ctx.Err()
		}
		p.blank += r.Number - before - 1 // a file may leave empty rows out
		before = r.Number
		tells, column := p.tells(r, today)
		switch {
		case r.Torn: // what it tells of nobody knows
		case tells == blank:
			p.blank++
			continue
		case tells == counts, tells == remark && n > last:
			p.passed = append(p.passed, r.Number)
			continue
		}
		if r.Hidden {
			p.hidden = append(p.hidden, r.Number)
		}
		formula := slices.IndexFunc(used, func(i int) bool {
			top, covered := p.covering(r, i)
			return r.Formula(i) || covered && top.Formula(i)
		})
		if formula >= 0 {
			wrong = append(wrong, Mistake{Sheet: p.Sheet, Row: r.Number, Column: p.Labels[used[formula]], Fault: ErrFormula, torn: r.Torn})
		}
		if r.Torn {
			wrong = append(wrong, Mistake{Sheet: p.Sheet, Row: r.Number, Fault: ErrTorn, torn: true})
		}
		l := Line{Part: part, Row: r.Number, torn: r.Torn}
		sound := true
		var without map[Field]string // of fields in which an identity number stands, what else does
		bad := func(f Field, fl *fault.Fault) {
			if sound = false; numbered(without, f) && fl.Code != ErrNumber.Code && fl.Code != people.ErrLong.Code {
				return
			}
			wrong = append(wrong, Mistake{Sheet: p.Sheet, Row: r.Number, Column: p.Label(f), Fault: fl, torn: r.Torn})
		}
		cell := func(f Field) string {
			if text, has := without[f]; has {
				return text
			}
			return clean(p.text(r, columns[f]))
		}
		for _, f := range worded {
			text := cell(f)
			hidden, rest, has := "", "", len(text) > longest // so much is no name and no address, and is not searched
			fl := people.ErrLong.With(longest)
			if !has {
				hidden, rest, has = numberIn(f, text, today)
				fl = ErrNumber.With(hidden)
			}
			if has {
				if without == nil {
					without = map[Field]string{}
				}
				without[f] = rest
				bad(f, fl)
			}
		}
		if numbered(without, Workplace) || numbered(without, Municipality) { // where it is cannot be told
			without[Workplace], without[Municipality] = "", ""
		}
		if formula >= 0 || r.Torn || tells < someone {
			if formula < 0 && !r.Torn {
				fl := ErrNoPerson
				if tells == unsure {
					fl = ErrSum
				}
				wrong = append(wrong, Mistake{Sheet: p.Sheet, Row: r.Number, Column: p.labelAt(column), Fault: fl})
			}
			about = append(about, p.barely(l, cell, ring, today))
			continue
		}

		if l.Given, l.Family = p.called(cell); l.Given == "" || l.Family == "" {
			switch {
			case p.has(Name):
				bad(Name, ErrNoName)
			case l.Given == "":
				bad(Given, ErrNoName)
			default:
				bad(Family, ErrNoName)
			}
		}
		p.identity(&l, cell, today, bad)
		if l.Workplace = cell(Workplace); l.Workplace == "" {
			bad(Workplace, ErrNoPlace)
		}
		l.Municipality = cell(Municipality)
		if l.Title = cell(Title); l.Title == "" {
			if p.has(Title) {
				bad(Title, people.ErrTitle)
			}
			l.Title = noTitle
		}
		p.terms(&l, cell, today, bad)
		l.Email = strings.ToLower(strings.TrimPrefix(cell(Email), "mailto:"))
		if l.Email != "" && !people.IsEmail(l.Email) {
			bad(Email, people.ErrEmail.With(l.Email))
		}
		l.Phone = cell(Phone)
		if !people.IsPhone(l.Phone) {
			bad(Phone, people.ErrPhone)
		}
		if g := genderOf(cell(Gender)); g != "" {
			l.Gender = g
		}
		l.Protected = isProtected(cell(Protected))
		if l.known() {
			l.Hash = people.IdentityHash(ring, l.Identity)
		}
		if sound {
			all = append(all, l)
		} else {
			about = append(about, l)
		}
	}
	return all, about, wrong, nil
}

func numbered(without map[Field]string, f Field) bool { _, has := without[f]; return has }

// labelAt is what a column is called: one beyond the headers has its letter.
func (p *Part) labelAt(column int) string {
	if column < len(p.Labels) {
		return p.Labels[column]
	}
	return "(" + letter(column) + ")"
}

// barely is what a row tells that is not enough for a person: it may be about someone all the same.
func (p *Part) barely(l Line, cell func(Field) string, ring *secret.Ring, today local.Date) Line {
	l.Given, l.Family = p.called(cell)
	l.Workplace, l.Municipality = cell(Workplace), cell(Municipality)
	p.identity(&l, cell, today, func(Field, *fault.Fault) {})
	if l.known() {
		l.Hash = people.IdentityHash(ring, l.Identity)
	}
	return l
}

// called is what someone is called, in one column or two.
func (p *Part) called(cell func(Field) string) (given, family string) {
	if given, family = cell(Given), cell(Family); given == "" || family == "" {
		if whole := cell(Name); whole != "" {
			return splitName(whole, p.surnameFirst)
		}
	}
	return given, family
}

// identity reads who someone is, beyond the name.
func (p Part) identity(l *Line, cell func(Field) string, today local.Date, bad func(Field, *fault.Fault)) {
	if born, is := bornOf(cell(Identity)); is { // of a list of bad rows, mended
		l.Birth, _ = p.birth.parse(born)
		l.masked = true
		return
	}
	if text := cell(Identity); text != "" && text != "-" {
		if len(text) == 9 && strings.Trim(text, "0123456789") == "" {
			text = "0" + text // kept as a number, it lost what it began with
		}
		n, err := people.ParseIdentity(text, today)
		if err != nil {
			bad(Identity, fault.Of(err)[0])
			return
		}
		if year, now := n.Born.Time().Year(), today.Time().Year(); year < 1900 || year > now-people.Youngest {
			bad(Identity, people.ErrBirthYear.With(1900, now-people.Youngest))
			return
		}
		l.Identity, l.Birth = n, n.Born
		l.Spelt = len(strings.Trim(text, "0123456789")) == 0 && len(text) == 12 || len(text) == 13
		if !n.Interim {
			l.Gender = "man"
			if (n.Text()[10]-'0')%2 == 0 {
				l.Gender = "woman"
			}
		}
		return
	}
	if text := cell(Birth); text != "" {
		day, ok := p.birth.parse(text)
		if !ok {
			bad(Birth, ErrDay.With(text))
		}
		l.Birth = day
	}
}

// terms reads what share someone works, from when to when.
func (p Part) terms(l *Line, cell func(Field) string, today local.Date, bad func(Field, *fault.Fault)) {
	l.Share = people.FullTime
	if p.has(Share) {
		text := cell(Share)
		share, ok := p.shares.parse(text)
		switch {
		case text == "", ok && share == 0:
			bad(Share, ErrNoShare)
		case !ok || share < 0:
			bad(Share, ErrShare.With(text))
		case share > people.FullTime:
			bad(Share, ErrOverFull.With(text))
		default:
			l.Share = share
		}
	}
	day, ok := p.from.parse(cell(From))
	switch {
	case !ok:
		bad(From, ErrDay.With(cell(From)))
	case day == "" && p.has(From):
		bad(From, ErrNoStart)
	}
	l.Valid.From = day // "" for a list without that column: then from the day that it tells of
	last, ok := p.to.parse(cell(To))
	switch {
	case !ok:
		bad(To, ErrDay.With(cell(To)))
	case last >= local.Date(today.Add(365*60)): // 9999-12-31 and its like are no end
	case last != "" && day != "" && last < day:
		bad(To, local.ErrPeriod)
	case last != "":
		l.Valid.To = last.Add(1)
	}
}
