package roster

import (
	"context"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
)

// A post is an employment that is known.
type post struct {
	id, workplace, title string
	staffRole            string
	share                int
	valid                local.Period
	follows              string
	version              int
	root                 *post      // the first of the chain of rows that this is the last of
	first                local.Date // of that one
}

// A known is a person who is known, with what the employer has had them do.
type known struct {
	people.Person
	hash, masked string
	posts        []*post    // the last of each chain, that holds on the day or later, within the scope
	past         local.Date // the day after the last that an ended employment with the employer held
	inside       bool       // employed within the scope
	claimed      bool       // the list tells of them
}

func (k *known) born() local.Date {
	if len(k.masked) < 8 {
		return ""
	}
	return local.Date(k.masked[:4] + "-" + k.masked[4:6] + "-" + k.masked[6:8])
}

// A world is what is known that a list is compared with.
type world struct {
	persons  map[string]*known
	byHash   map[string]*known
	tree     *people.Tree
	first    map[string]local.Date // day of each unit
	last     map[string]local.Date // day after, "" for none
	opens    map[string]local.Date // day on which each can have begun at the earliest: its first, unless that is guessed
	former   map[string][]string   // units by what they have been called, folded
	employer string
	homes    []people.Unit // of each part, the municipality of rows that tell none
	scope    func(workplace string) bool
}

// load reads who is employed by an employer within the scope, and whoever else has one of the numbers.
func (w *world) load(ctx context.Context, c db.Conn, v access.Viewer, units []string, on local.Date, hashes []string) error {
	w.persons, w.byHash = map[string]*known{}, make(map[string]*known, len(hashes))
	staff := v.Staff(access.EditPeople)
	inUnits := map[string]bool{}
	for _, id := range w.tree.Under(units...) {
		inUnits[id] = true
	}
	w.scope = func(workplace string) bool {
		return (len(units) == 0 || inUnits[workplace]) && (staff.All || slices.Contains(staff.Ever, workplace))
	}
	if w.employer != "" {
		if err := w.read(ctx, c, `p.id IN (SELECT person FROM employment WHERE employer = $1)`, w.employer); err != nil {
			return err
		}
	}
	var elsewhere []string
	for _, hash := range hashes {
		if w.byHash[hash] == nil {
			elsewhere = append(elsewhere, hash)
		}
	}
	for part := range slices.Chunk(elsewhere, chunk) {
		var args []any
		if err := w.read(ctx, c, `i.hash IN `+db.In(&args, part), args...); err != nil {
			return err
		}
	}
	return w.readPosts(ctx, c, on)
}

// read reads persons by a condition.
func (w *world) read(ctx context.Context, c db.Conn, where string, args ...any) error {
	rows, err := db.All(ctx, c, func(k *known) []any {
		p := &k.Person
		return append(people.ScanPerson(p), &k.hash, &k.masked)
	}, `SELECT p.id, p.given, p.family, p.gender, p.birth_year, p.isced, p.email, p.phone, p.protected, p.language, p.version, coalesce(i.hash, ''), coalesce(i.masked, '')
		FROM person p LEFT JOIN identity_number i ON i.person = p.id WHERE `+where+` ORDER BY p.id`, args...)
	for i := range rows {
		k := &rows[i]
		w.persons[k.ID] = k
		if k.hash != "" {
			w.byHash[k.hash] = k
		}
	}
	return err
}

// readPosts reads what the persons have done for the employer.
func (w *world) readPosts(ctx context.Context, c db.Conn, on local.Date) error {
	if w.employer == "" {
		return nil
	}
	type row struct {
		post
		person string
	}
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.id, &r.person, &r.workplace, &r.title, &r.staffRole, &r.share, &r.valid.From, &r.valid.To, &r.follows, &r.version}
	}, `SELECT id, person, workplace, title, staff_role, share, valid_from, coalesce(valid_to, ''), coalesce(follows, ''), version FROM employment WHERE employer = $1
		ORDER BY valid_from, id`, w.employer)
	if err != nil {
		return err
	}
	byID := make(map[string]*row, len(rows))
	followed := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		byID[r.id] = r
		r.root, r.first = &r.post, r.valid.From
		if before := byID[r.follows]; before != nil { // which began earlier, so has been read
			r.root, r.first = before.root, before.first
			followed[before.id] = true
		}
	}
	for i := range rows {
		r := &rows[i]
		k := w.persons[r.person]
		switch {
		case k == nil || followed[r.id] || !w.scope(r.workplace):
		case r.valid.To != "" && r.valid.To <= on:
			k.past = max(k.past, r.valid.To)
		default:
			k.posts = append(k.posts, &r.post)
			k.inside = true
		}
	}
	return nil
}

// loadTree reads the organisation on a day, and what its units have been called.
func (w *world) loadTree(ctx context.Context, c db.Conn, on local.Date) (err error) {
	if w.tree, err = people.LoadTree(ctx, c, on); err != nil {
		return err
	}
	type row struct {
		unit, name, parent string
		from, to           local.Date
		guessed            int
	}
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.unit, &r.name, &r.parent, &r.from, &r.to, &r.guessed} },
		`SELECT p.unit, p.name, coalesce(p.parent, ''), p.valid_from, coalesce(p.valid_to, ''), u.guessed FROM unit_period p JOIN unit u ON u.id = p.unit ORDER BY p.valid_from, p.unit`)
	w.first, w.last, w.opens, w.former = map[string]local.Date{}, map[string]local.Date{}, map[string]local.Date{}, map[string][]string{}
	under := map[string]string{} // those whose first day is guessed, in what they lay first
	for _, r := range rows {
		if _, has := w.first[r.unit]; !has {
			w.first[r.unit], w.opens[r.unit] = r.from, r.from
			if r.guessed == 1 {
				under[r.unit] = r.parent
			}
		}
		w.last[r.unit] = r.to
		folded := people.Fold(r.name)
		if !slices.Contains(w.former[folded], r.unit) {
			w.former[folded] = append(w.former[folded], r.unit)
		}
	}
	for unit, parent := range under {
		w.opens[unit] = w.first[parent]
	}
	return err
}
