package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/local"
)

// passings are the acts in which workplaces confirm that they have told their staff of an event: some soon, some after a
// week, and some never do.
func (b *book) passings(e event) (acts []act) {
	for i, after := range []int{1, 6} {
		day := weekday(e.Told.Add(after))
		acts = append(acts, act{name: fmt.Sprintf("pass %d on of %s", i+1, e.Key), at: at(day, "08:35"), play: func(ctx context.Context, s *stage) error {
			return b.pass(ctx, s, e, i)
		}})
	}
	return acts
}

func (b *book) pass(ctx context.Context, s *stage, e event, wave int) error {
	players, err := b.players(ctx, s, e, offered{}, s.today())
	if err != nil {
		return err
	}
	var places []string
	for _, p := range players {
		if !direct(e, p.workplace) && passes(e, p.workplace) == wave && !slices.Contains(places, p.workplace) {
			places = append(places, p.workplace)
		}
	}
	for _, place := range places {
		contact := s.id("person/" + place + "/1")
		s.as(contact, time.Duration(10+s.rand.IntN(20))*time.Second)
		if err := s.try(activity.ConfirmPassedOn(ctx, s.Tx, s.contact(contact, place), s.id("activity/"+e.Key), s.id("unit/"+place))); err != nil {
			return err
		}
	}
	return nil
}

// passes is in which wave a workplace confirms that it has passed an event on, -1 for never.
func passes(e event, workplace string) int {
	if workplace == "koping" && e.Told > local.Date("2012-09-12") {
		return -1 // left for the demo's contact to do
	}
	r := chance("pass " + e.Key + workplace)
	switch keen := keenness(workplace); {
	case keen < -2, keen < 0 && r.Float64() < 0.5:
		return -1
	}
	return r.IntN(2)
}
