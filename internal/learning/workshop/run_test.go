package workshop

import (
	"errors"
	"testing"
	"time"
)

// A step that the plan leaves out while it is held is still where the room is: it is left forwards and back, and then not come to again.
func TestSteps(t *testing.T) {
	at := time.Date(2012, 10, 12, 13, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		says, now, without string
		move               Move
		want               string
		fault              error
	}{
		{"on", "b", "", Next, "c", nil},
		{"past one that is left out", "a", "b", Next, "c", nil},
		{"and back past it", "c", "b", Back, "a", nil},
		{"on from one that is left out now", "b", "b", Next, "c", nil},
		{"and back from it", "b", "b", Back, "a", nil},
		{"on from it past the next that is left out", "b", "bc", Next, "d", nil},
		{"on from the last", "d", "d", Next, "d", ErrTurn},
		{"back from the last, left out", "d", "d", Back, "c", nil},
		{"on from the first, left out", "a", "a", Next, "b", nil},
		{"back from the first", "a", "a", Back, "a", ErrTurn},
	} {
		var steps []Step
		for _, id := range []string{"a", "b", "c", "d"} {
			x := Step{ID: id, Minutes: 5}
			for _, w := range test.without {
				x.Skipped = x.Skipped || string(w) == id
			}
			steps = append(steps, x)
		}
		s := State{Began: &at, Step: test.now}
		if err := s.move(test.move, steps, at, ""); !errors.Is(err, test.fault) || s.Step != test.want {
			t.Errorf("%s: at %q, %v", test.says, s.Step, err)
		}
	}
	begun := State{}
	if err := begun.move(Begin, []Step{{ID: "a", Skipped: true}, {ID: "b"}}, at, "0123456789abcdefghijklmnop"); err != nil || begun.Step != "b" {
		t.Errorf("begins at %q, %v", begun.Step, err)
	}
}
