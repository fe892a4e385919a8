package roster

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"kompobib/internal/access"
	"kompobib/internal/db"
)

// mine is the condition that v may see an import, and with that do what can be done with it. Its rows are personal, so its places decide, not who
// sent it: v may edit the people of all of them. Of what is read in with v's own rights v sees no more than v may, whatever the places.
func mine(v access.Viewer, args *[]any) string {
	staff := v.Staff(access.EditPeople)
	if staff.All {
		return "1 = 1"
	}
	*args = append(*args, v.Person)
	own, units := "read_by = $"+strconv.Itoa(len(*args)), slices.Concat(staff.Ever, staff.Areas)
	if len(units) == 0 {
		return own
	}
	return "(" + own + ` OR EXISTS (SELECT 1 FROM roster_site s WHERE s.import = roster_import.id)
		AND NOT EXISTS (SELECT 1 FROM roster_site s WHERE s.import = roster_import.id AND s.unit NOT IN ` + db.In(args, units) + "))"
}

// locate stores where those work of whom a difference tells, also on rows in which something is wrong: those are handed out as they stand in the file.
// Nothing is stored if one of them is of nobody knows where, so that no colleague sees what may be somebody else's staff: see
// docs/decisions/0020-one-row-hides-a-list.md. shown says that it has yet
// to be carried out, and that what is known of them is told.
func (d *Difference) locate(ctx context.Context, tx *db.Tx, imp string, shown bool) error {
	units, elsewhere := d.at(shown)
	for part := range slices.Chunk(elsewhere, chunk) {
		var args []any
		at, err := db.Values[string](ctx, tx, `SELECT DISTINCT workplace FROM employment WHERE person IN `+db.In(&args, part), args...)
		if err != nil {
			return err
		}
		for _, id := range at {
			units[id] = true
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE roster_import SET read_by = $1 WHERE id = $2`, tx.By, imp); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM roster_site WHERE import = $1`, imp); err != nil {
		return err
	}
	if len(d.Lost) > 0 {
		return nil
	}
	var rows [][]any
	for _, id := range slices.Sorted(maps.Keys(units)) {
		rows = append(rows, []any{imp, id})
	}
	return db.Insert(ctx, tx, "roster_site", "import, unit", "", rows)
}

// at is where those work of whom a difference tells, and of whom another employer tells where.
func (d *Difference) at(shown bool) (units map[string]bool, elsewhere []string) {
	units = map[string]bool{}
	for _, p := range slices.Concat(d.Places, d.about) {
		units[cmp.Or(p.Unit, p.Parent)] = true
	}
	for _, m := range d.Mistakes {
		if m.about == nil {
			continue
		}
		for _, p := range m.about.posts {
			units[p.workplace] = true
		}
	}
	for _, i := range d.Items {
		of := []*known{i.known}
		if i.group != nil {
			of = append(of, i.group.maybe)
		}
		for _, k := range of {
			if k == nil {
				continue
			}
			for _, p := range k.posts {
				units[p.workplace] = true
			}
			if shown && !k.inside && i.facts != nil { // what is told of them is another employer's until they have come
				elsewhere = append(elsewhere, k.ID)
			}
		}
	}
	return units, elsewhere
}

// Sites are the workplaces of a difference, or what they lie in if they are new; none if there are rows of which nobody can say where they belong.
func (d *Difference) Sites() []string {
	if len(d.Lost) > 0 {
		return nil
	}
	units, _ := d.at(false)
	return slices.Sorted(maps.Keys(units))
}

// Sites are those of an import, as they are stored.
func Sites(ctx context.Context, c db.Conn, imp Import) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT unit FROM roster_site WHERE import = $1 ORDER BY unit`, imp.ID)
}
