package learning

import (
	"kompobib/internal/access"
	"kompobib/internal/db"
)

// Moved begins a query: moved lists the workplaces that have gone up in another by the day in $1, with all that they are part
// of since.
const Moved = `WITH RECURSIVE moved (unit, into_unit) AS (SELECT unit, into_unit FROM unit_merge WHERE on_date <= $1
	UNION SELECT v.unit, m.into_unit FROM moved v JOIN unit_merge m ON m.unit = v.into_unit WHERE m.on_date <= $1) `

// Here is the condition that a row's workplace is the one in $2, or has gone up in it: one list, so that an index on it is used. The query begins with [Moved].
func Here(column string) string {
	return column + ` IN (SELECT CAST($2 AS TEXT) UNION SELECT unit FROM moved WHERE into_unit = $2)`
}

// Within is the condition that a row's workplace is one of some, or has gone up in one of them. The query begins with [Moved].
func Within(column string, workplaces []string, args *[]any) string {
	in := db.In(args, workplaces)
	return column + ` IN (SELECT id FROM unit WHERE id IN ` + in + ` UNION SELECT unit FROM moved WHERE into_unit IN ` + in + `)`
}

// Reads is the condition that a row's workplace is one for which v has right r in a programme: any, if it is for all of it. The query
// begins with [Moved].
func Reads(column string, v access.Viewer, r access.Right, programme string, args *[]any) string {
	if v.In(r, programme) {
		return column + ` IS NOT NULL`
	}
	return Within(column, v.Scope(r).Workplaces, args)
}
