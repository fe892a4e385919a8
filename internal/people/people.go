// Package people knows who works where: the organisation tree, employers, persons, their employments
// and identity numbers. What holds for a time stands in dated rows, half-open, that are not edited in place.
//
// The tree and the employers are the installation's, shared by all programmes. Persons are seen through
// the workplaces where they are employed: by a contact of one of these, until the employment ends; by a grant
// bound to a programme that targets one (see [WithTargets]), also afterwards; by a grant bound to none everyone.
// A person employed nowhere yet is seen by whoever may edit people. Everyone sees themselves.
package people

import (
	"errors"

	"kompobib/internal/db"
	"kompobib/internal/fault"
)

// found makes a missing row the fault f.
func found(err error, f *fault.Fault) error {
	if errors.Is(err, db.ErrNoRows) {
		return f
	}
	return err
}

// current makes a row that was not touched a stale form.
func current(rows int64, err error) error {
	if err == nil && rows == 0 {
		return fault.Stale
	}
	return err
}
