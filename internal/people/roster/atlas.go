package roster

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/sheet"
)

var (
	ErrAtlas    = fault.Define(fault.Invalid, "roster.atlas")            // no header
	ErrUnitCode = fault.Define(fault.Invalid, "roster.atlas-code")       // args: what stands there
	ErrNoCounty = fault.Define(fault.Invalid, "roster.atlas-county")     // neither name nor code
	ErrDiffers  = fault.Define(fault.Conflict, "roster.atlas-differ")    // args: the code, what it is called on an earlier row or in the tree
	ErrTwice    = fault.Define(fault.Conflict, "roster.atlas-twice")     // args: the row
	ErrMoved    = fault.Define(fault.Conflict, "roster.atlas-moved")     // args: the municipality, where it lies
	ErrTwoCodes = fault.Define(fault.Conflict, "roster.atlas-two-codes") // args: the name, the row on which it has another code, that code
	ErrCoded    = fault.Define(fault.Conflict, "roster.atlas-coded")     // args: the name, the code that it has in the tree
	ErrUsed     = fault.Define(fault.Conflict, "roster.atlas-used")      // args: the code
)

// The columns of a list of municipalities, by what they may be called, folded.
var atlasColumns = map[string][]string{
	"code":        {"code", "kod", "kommunkod", "municipality code"},
	"name":        {"name", "namn", "kommun", "kommunnamn", "municipality", "municipality name"},
	"county-code": {"county code", "länskod"},
	"county":      {"county", "county name", "län", "länsnamn"},
	"region":      {"region", "regionnamn"},
}

// An Atlas is a list of municipalities with their counties and regions, compared with the tree.
type Atlas struct {
	New       []*Spot // what lies above before what lies below
	Coded     []*Spot // what is in the tree without a code, and is given the list's
	Unchanged int
	Mistakes  []Mistake
}

// A Spot is a unit that an atlas adds, or that it tells of and is in the tree.
type Spot struct {
	people.NewUnit
	under *Spot
	id    string // "" until it is there
}

// A drawer compares an atlas row by row.
type drawer struct {
	*Atlas
	tree    *people.Tree
	from    local.Date
	first   map[string]local.Date // day of each unit
	codes   map[string]bool       // of all units, also of those that are gone
	columns map[string]int
	labels  []string
	spots   map[people.Kind][]*Spot // what is in the tree, and what the rows so far add
	told    map[*Spot]int           // the first row that tells of it
	coded   map[*Spot]int           // the first row that tells its code
	rows    map[*Spot]int           // of municipalities
}

// ReadAtlas reads a list of municipalities, and compares it with the tree of today: what is there is left as it is. from is the first day of
// what is to be made.
func ReadAtlas(ctx context.Context, c db.Conn, file []byte, from, today local.Date) (*Atlas, error) {
	book, err := sheet.Read(ctx, file)
	if err != nil {
		return nil, err
	}
	if from > today {
		return nil, fault.List{ErrLater.At("from")}
	}
	d := &drawer{Atlas: &Atlas{}, from: from, spots: map[people.Kind][]*Spot{}, told: map[*Spot]int{}, coded: map[*Spot]int{}, rows: map[*Spot]int{}}
	if len(book.Sheets) == 0 || len(book.Sheets[0].Rows) == 0 {
		return nil, sheet.ErrEmpty
	}
	all := book.Sheets[0].Rows
	d.labels, d.columns = labels(all[0].Cells), map[string]int{}
	for i, label := range d.labels {
		for column, called := range atlasColumns {
			if _, has := d.columns[column]; !has && slices.Contains(called, people.Fold(strings.ReplaceAll(label, "_", " "))) {
				d.columns[column] = i
			}
		}
	}
	_, named := d.columns["name"]
	_, county := d.columns["county"]
	if !named || !county {
		return nil, ErrAtlas
	}
	if err := d.load(ctx, c, today); err != nil {
		return nil, err
	}
	for _, r := range all[1:] {
		d.row(r)
	}
	return d.Atlas, nil
}

func (d *drawer) load(ctx context.Context, c db.Conn, today local.Date) (err error) {
	if d.tree, err = people.LoadTree(ctx, c, today); err != nil {
		return err
	}
	type row struct {
		unit, code string
		first      local.Date
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.unit, &r.code, &r.first} },
		`SELECT u.id, u.code, min(p.valid_from) FROM unit u JOIN unit_period p ON p.unit = u.id GROUP BY u.id, u.code ORDER BY u.id`)
	d.first, d.codes = make(map[string]local.Date, len(rows)), map[string]bool{}
	for _, r := range rows {
		d.first[r.unit], d.codes[r.code] = r.first, true
	}
	for _, u := range d.tree.Units(people.Region, people.County, people.Municipality) {
		d.spots[u.Kind] = append(d.spots[u.Kind], &Spot{NewUnit: people.NewUnit{Kind: u.Kind, Code: u.Code, Name: u.Name}, id: u.ID})
	}
	return err
}

// row understands one row: all of it, or nothing of it.
func (d *drawer) row(r sheet.Row) {
	cell := func(column string) string {
		if i, has := d.columns[column]; has {
			return clean(r.Cell(i))
		}
		return ""
	}
	wrong := func(column string, f *fault.Fault) {
		label := ""
		if i, has := d.columns[column]; has {
			label = d.labels[i]
		}
		d.Mistakes = append(d.Mistakes, Mistake{Row: r.Number, Column: label, Fault: f})
	}
	code, ok := digits(cell("code"), 4)
	countyCode, fine := digits(cell("county-code"), 2)
	if countyCode == "" && len(code) == 4 {
		countyCode = code[:2]
	}
	region := Spot{NewUnit: people.NewUnit{Kind: people.Region, Name: cell("region")}}
	county := Spot{NewUnit: people.NewUnit{Kind: people.County, Name: cell("county"), Code: countyCode}}
	town := Spot{NewUnit: people.NewUnit{Kind: people.Municipality, Name: cell("name"), Code: code}}
	switch {
	case !ok:
		wrong("code", ErrUnitCode.With(cell("code")))
		return
	case !fine:
		wrong("county-code", ErrUnitCode.With(cell("county-code")))
		return
	case town.Name == "":
		wrong("name", people.ErrUnitName)
		return
	case county.Name == "":
		wrong("county", ErrNoCounty)
		return
	}
	var made []*Spot
	var codes []string // of each, as the row tells
	for _, s := range []struct {
		column string
		of     *Spot
	}{{"region", &region}, {"county", &county}, {"name", &town}} {
		if s.of.Name == "" {
			continue // an atlas without regions
		}
		var above *Spot
		if made != nil {
			above = made[len(made)-1]
		}
		known, f := d.known(s.of, above)
		if f != nil {
			wrong(s.column, f)
			return
		}
		switch {
		case known == nil && made != nil:
			s.of.under = above
		case s.of == &county && known != nil && made != nil && made[0].id == "": // it stands somewhere already, and a region is made for what is put under it
			made, codes = nil, nil
		}
		made, codes = append(made, cmp.Or(known, s.of)), append(codes, s.of.Code)
	}
	last := made[len(made)-1]
	if at, has := d.tree.County(last.id); has && at.ID != made[len(made)-2].id {
		wrong("county", ErrMoved.With(last.Name, at.Name))
		return
	}
	if before := d.rows[last]; before > 0 {
		wrong("name", ErrTwice.With(before))
		return
	}
	d.rows[last] = r.Number
	for i, s := range made {
		d.tell(s, codes[i], r.Number)
	}
}

// tell takes in one unit of a row in which all is right.
func (d *drawer) tell(s *Spot, code string, row int) {
	switch {
	case d.told[s] > 0:
	case s.id != "":
		d.Unchanged++
	default:
		if s.From = d.from; s.under != nil {
			s.From = max(s.From, s.under.From, d.first[s.under.id])
		}
		d.New, d.spots[s.Kind] = append(d.New, s), append(d.spots[s.Kind], s)
	}
	d.told[s] = cmp.Or(d.told[s], row)
	if code != "" {
		d.coded[s] = cmp.Or(d.coded[s], row)
	}
	if s.Code == "" && code != "" {
		if s.Code = code; s.id != "" {
			d.Coded = append(d.Coded, s)
			d.Unchanged--
		}
	}
}

// known is the unit that a row means, if it is in the tree or stands on a row before; a fault if its name is another, its code another's, or its name one's with another code. It is known by
// its code; where either lacks one by its name, of a municipality that of one in the same county first, and then of one that lies elsewhere in the tree.
func (d *drawer) known(s, above *Spot) (found *Spot, _ *fault.Fault) {
	for _, o := range d.spots[s.Kind] {
		if s.Code != "" && o.Code == s.Code {
			if people.Fold(o.Name) != people.Fold(s.Name) {
				return nil, ErrDiffers.With(s.Code, o.Name)
			}
			return o, nil
		}
	}
	if s.Code != "" && d.codes[s.Code] {
		return nil, ErrUsed.With(s.Code)
	}
	for _, o := range d.spots[s.Kind] {
		switch {
		case people.Fold(o.Name) != people.Fold(s.Name):
		case s.Code != "" && o.Code != "":
			if s.Kind == people.Municipality && !d.within(o, above) { // of one name there is one in each county
				continue
			}
			if row := d.coded[o]; row > 0 {
				return nil, ErrTwoCodes.With(o.Name, row, o.Code)
			}
			return nil, ErrCoded.With(o.Name, o.Code)
		case s.Kind != people.Municipality || d.within(o, above):
			return o, nil
		case o.id != "" && found == nil:
			found = o
		}
	}
	return found, nil
}

// within reports whether a municipality lies in a county.
func (d *drawer) within(s, county *Spot) bool {
	if s.id == "" {
		return s.under == county
	}
	at, has := d.tree.County(s.id)
	return has && at.ID == county.id
}

// digits is a code of so many digits; kept as a number, it lost what it began with.
func digits(text string, n int) (code string, ok bool) {
	if text == "" {
		return "", true
	}
	if len(text) == n-1 {
		text = "0" + text
	}
	return text, len(text) == n && strings.Trim(text, "0123456789") == ""
}

// AddAtlas makes what an atlas adds, all at once.
func AddAtlas(ctx context.Context, tx *db.Tx, file []byte, from, today local.Date) (*Atlas, error) {
	a, err := ReadAtlas(ctx, tx, file, from, today)
	if err != nil {
		return a, err
	}
	for _, s := range a.Coded {
		if err := people.GiveUnitCode(ctx, tx, s.id, s.Code); err != nil {
			return a, err
		}
	}
	for _, s := range a.New {
		if s.under != nil {
			s.Parent = s.under.id
		}
		u, err := people.CreateUnit(ctx, tx, s.NewUnit)
		if err != nil {
			return a, err
		}
		s.id = u.ID
	}
	return a, nil
}
