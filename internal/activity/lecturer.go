package activity

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var (
	ErrLecturer  = fault.Define(fault.Invalid, "activity.lecturer")
	ErrLecturers = fault.Define(fault.Invalid, "activity.lecturers")
)

const maxLecturers = 50

// A Lecturer stands in front. That knowledge from outside is mixed with the region's own is a
// condition of the grant, so each is marked.
type Lecturer struct {
	ID           string
	Name         string // published, so it stands here and not among persons
	Organisation string
	External     bool // or from the region
}

// checkLecturers trims lecturers and reports what is wrong, in the fields lecturer-1, lecturer-2 ...
func checkLecturers(list []Lecturer) (faults fault.List) {
	faults.Unless(len(list) <= maxLecturers, ErrLecturers.At("lecturers", maxLecturers))
	for i := range list {
		l := &list[i]
		l.Name, l.Organisation = strings.TrimSpace(l.Name), strings.TrimSpace(l.Organisation)
		field := fmt.Sprintf("lecturer-%d", i+1)
		faults.Unless(l.Name != "", ErrLecturer.At(field))
		long := utf8.RuneCountInString(l.Name) > maxTitle || utf8.RuneCountInString(l.Organisation) > maxTitle
		faults.Unless(!long, ErrLong.At(field, maxTitle))
	}
	return faults
}

func lecturers(ctx context.Context, c db.Conn, ids []string, at map[string]*Activity) error {
	type row struct {
		activity string
		Lecturer
	}
	var args []any
	in := db.In(&args, ids)
	rows, err := db.All(ctx, c, func(r *row) []any {
		return []any{&r.activity, &r.ID, &r.Name, &r.Organisation, db.Truth(&r.External)}
	}, `SELECT activity, id, name, organisation, external FROM lecturer WHERE activity IN `+in+` ORDER BY activity, ord, id`, args...)
	for _, r := range rows {
		at[r.activity].Lecturers = append(at[r.activity].Lecturers, r.Lecturer)
	}
	return err
}

func parameter(n int) string { return "$" + strconv.Itoa(n) }
