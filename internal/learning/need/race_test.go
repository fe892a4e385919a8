package need_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/fault"
	at "kompobib/internal/learning/learningtest"
	"kompobib/internal/learning/need"
)

// Of many in the office who sort the same need, or say what an activity answers, from the same page at once, one is heard.
func TestManySort(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{at.New(t, d, 5)}
		n := w.add(at.Near, "Berätta sagor", 3)
		w.must(w.agree(leader, at.Near))
		lecture := w.lecture("Sagor", true)
		const many = 8
		topics := make([]need.Topic, many)
		for i := range topics {
			topics[i] = need.Topic{Programme: at.Programme, Name: string(rune('A' + i))}
			w.must(w.do(office, func(ctx context.Context, tx *db.Tx) error { return need.SaveTopic(ctx, tx, office, &topics[i]) }))
		}
		heard := func(lost error, f func(ctx context.Context, tx *db.Tx, topic string) error) (who []string) {
			t.Helper()
			var all sync.WaitGroup
			var mu sync.Mutex
			for _, topic := range topics {
				all.Go(func() {
					err := w.do(office, func(ctx context.Context, tx *db.Tx) error { return f(ctx, tx, topic.ID) })
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						who = append(who, topic.ID)
					} else if !errors.Is(err, lost) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			return who
		}
		sorted := heard(need.ErrSorted, func(ctx context.Context, tx *db.Tx, topic string) error {
			_, err := need.Sort(ctx, tx, office, at.Programme, "", topic, []string{n.ID})
			return err
		})
		list, err := need.List(t.Context(), d, office, need.Filter{Programme: at.Programme})
		if err != nil || len(sorted) != 1 || len(list) != 1 || list[0].Topic != sorted[0] {
			t.Errorf("sorted by %v: %+v, %v", sorted, list, err)
		}
		tied := heard(fault.Stale, func(ctx context.Context, tx *db.Tx, topic string) error {
			return need.SetTies(ctx, tx, office, lecture.ID, need.Ties{}.Mark(), need.Ties{Topics: []string{topic}})
		})
		ties, err := need.TiesOf(t.Context(), d, lecture.ID)
		if err != nil || len(tied) != 1 || len(ties.Topics) != 1 || ties.Topics[0] != tied[0] {
			t.Errorf("tied by %v: %+v, %v", tied, ties, err)
		}
		doctor.Well(t, d)
	})
}
