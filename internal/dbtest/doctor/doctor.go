// Package doctor asks a test's database for all that kompobib doctor asks for. What races ends with it: what goes wrong where two
// subjects meet, neither's own invariants see.
package doctor

import (
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/office"
)

// Well fails the test for each invariant of any subject that does not hold at the moment of d's clock.
func Well(t testing.TB, d *db.DB) {
	t.Helper()
	dbtest.Hold(t, d, office.Invariants(d.Now())...)
}
