package office

import (
	"slices"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/learning/focus"
	"kompobib/internal/learning/need"
	"kompobib/internal/learning/reflection"
	"kompobib/internal/learning/swot"
	"kompobib/internal/letter"
	"kompobib/internal/people"
	"kompobib/internal/survey"
)

// Invariants are what must always hold of what the database has at a moment, whatever people did at once: all that the subjects promise.
func Invariants(at time.Time) []db.Invariant {
	return slices.Concat(people.Invariants(), activity.Invariants(at), need.Invariants(), focus.Invariants(), reflection.Invariants(), letter.Invariants(), survey.Invariants(), swot.Invariants())
}
