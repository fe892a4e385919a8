package once_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/once"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var errSorry = errors.New("sorry")

func try(t *testing.T, d *db.DB, by, key, answer string, fail error) (string, error) {
	var got string
	err := d.Tx(t.Context(), by, func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = once.Do(ctx, tx, key, func() (string, error) { return answer, fail })
		return err
	})
	return got, err
}

func TestDo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, step := range []struct {
			says, by, key, answer string
			fail                  error
			want                  string
			err                   error
		}{
			{"what fails leaves the key free", "ann", "k", "", errSorry, "", errSorry},
			{"the first time", "ann", "k", "1", nil, "1", nil},
			{"the second time, the first answer", "ann", "k", "2", nil, "1", nil},
			{"even if it would fail now", "ann", "k", "", errSorry, "1", nil},
			{"another's key", "bob", "k", "3", nil, "", once.ErrOther},
			{"another key", "ann", "l", "4", nil, "4", nil},
			{"no key", "ann", "", "5", nil, "5", nil},
			{"no key, again", "ann", "", "6", nil, "6", nil},
		} {
			if got, err := try(t, d, step.by, step.key, step.answer, step.fail); got != step.want || !errors.Is(err, step.err) {
				t.Errorf("%s: %q, %v", step.says, got, err)
			}
		}
	})
}

// Of many at once one is done, and all get its answer.
func TestRace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		answers := make([]string, 20)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				var err error
				if answers[i], err = try(t, d, "ann", "k", fmt.Sprint(i), nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, a := range answers {
			if a == "" || a != answers[0] {
				t.Fatalf("the answers are %q", answers)
			}
		}
		doctor.Well(t, d)
	})
}
