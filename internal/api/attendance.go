package api

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

// An Attended is what is to be recorded of one person at a meeting.
type Attended struct {
	Person   string `json:"person" minLength:"1" maxLength:"60" doc:"The person's id, or what stands for it at the occasion."`
	Minutes  *int   `json:"minutes,omitempty" minimum:"0" doc:"Left out: all of the meeting, or of the time between arrived and departed. 0 corrects what was recorded; of somebody of whom nothing is, say absence instead."`
	Arrived  string `json:"arrived,omitempty" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"Left out: from the start."`
	Departed string `json:"departed,omitempty" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"Left out: to the end."`
	Absence  string `json:"absence,omitempty" enum:"ill,child-ill,work,other,no-show" doc:"Why the person was not there, with no minutes or times."`
	Why      string `json:"why,omitempty" maxLength:"500" doc:"Why this differs from what was recorded before."`
}

// PutAttendance records attendance.
type PutAttendance struct {
	AtRow
	Body []Attended `minItems:"1" maxItems:"500" nullable:"false"`
}

// A Recorded is what was done with the rows.
type Recorded struct {
	New        int `json:"new"`
	Corrected  int `json:"corrected"`
	Unchanged  int `json:"unchanged"`
	Unattested int `json:"unattested" doc:"Of the corrected: they were attested, and have to be attested anew."`
}

func recordAttendance(s *Server, ctx context.Context, c caller, in *PutAttendance) (*body[Recorded], error) {
	entries := make([]activity.AttendanceEntry, len(in.Body))
	for i, a := range in.Body {
		entries[i] = activity.AttendanceEntry{Person: a.Person, Minutes: a.Minutes, Arrived: a.Arrived, Departed: a.Departed, Absence: a.Absence, Why: a.Why}
	}
	var done activity.Recorded
	err := s.DB.Tx(ctx, c.Person, func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = activity.RecordAttendance(ctx, tx, c.Viewer, in.ID, entries, "")
		return err
	})
	if err != nil {
		return nil, placed(explained(err, done.Unexplained), func(field string) string { return row(field, in.Body) })
	}
	return answer(Recorded{done.New, done.Corrected, done.Unchanged, done.Unattested})
}

// explained tells at each correction that it lacks why, which a page asks for once for them all.
func explained(err error, persons []string) error {
	var list fault.List
	for _, f := range fault.Of(err) {
		if !errors.Is(f, activity.ErrCorrection) {
			list = append(list, f)
			continue
		}
		for _, person := range persons {
			list = append(list, f.At(activity.EntryField("why", person), 1))
		}
	}
	if list == nil {
		return err
	}
	return list
}

// row is where in the body a field of [activity.EntryField] stands.
func row(field string, body []Attended) string {
	word, person, _ := strings.Cut(field, "-")
	i := slices.IndexFunc(body, func(a Attended) bool { return a.Person == person })
	switch {
	case i < 0:
		return field
	case word == "row":
		return strconv.Itoa(i)
	}
	return strconv.Itoa(i) + "/" + word
}
