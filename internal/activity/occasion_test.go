package activity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/fault"
)

// What who comes is met by.
func TestOpenness(t *testing.T) {
	at := func(s string) *time.Time { t := instant(s); return &t }
	o := activity.Occasion{Capacity: 2, Opens: *at("2012-09-01 08:00"), Closes: *at("2012-11-01 12:00"), Starts: at("2012-11-05 09:00")}
	for _, test := range []struct {
		says string
		of   func(*activity.Occasion)
		now  string
		want activity.Openness
	}{
		{"before it opens", nil, "2012-09-01 07:59", activity.NotYetOpen},
		{"when it opens", nil, "2012-09-01 08:00", activity.Open},
		{"a seat is left", func(o *activity.Occasion) { o.Seated = 1 }, "2012-10-12 12:00", activity.Open},
		{"no seat is left", func(o *activity.Occasion) { o.Seated = 2 }, "2012-10-12 12:00", activity.OpenToQueue},
		{"a seat is left that someone waits for", func(o *activity.Occasion) { o.Seated, o.Waiting = 1, 1 }, "2012-10-12 12:00", activity.OpenToQueue},
		{"the minute it closes", nil, "2012-11-01 12:00", activity.ClosedNow},
		{"when it starts", nil, "2012-11-05 09:00", activity.Started},
		{"with no meeting yet", func(o *activity.Occasion) { o.Starts = nil }, "2012-10-12 12:00", activity.Open},
		{"cancelled, whenever", func(o *activity.Occasion) { o.Cancelled = at("2012-10-01 12:00") }, "2012-12-12 12:00", activity.CancelledAt},
	} {
		o := o
		if test.of != nil {
			test.of(&o)
		}
		if got := o.Openness(*at(test.now)); got != test.want {
			t.Errorf("%s: %s, want %s", test.says, got, test.want)
		}
	}
}

func TestWhatIsWrongWithAnOccasion(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		for _, test := range []struct {
			says          string
			capacity      int
			opens, closes string
			meetings      string // with commas between
			want          string
		}{
			{"all is well", 20, "2012-09-01 08:00", "2012-11-01 12:00", "2012-11-05 09:00-16:00 12:00-13:00, 2012-11-12 09:00-16:00", ""},
			{"no meeting yet", 20, "2012-09-01 08:00", "2012-11-01 12:00", "", ""},
			{"no seat", 0, "2012-09-01 08:00", "2012-11-01 12:00", "", "capacity capacity"},
			{"it closes before it opens", 20, "2012-09-01 08:00", "2012-08-01 12:00", "", "closes closes"},
			{"it closes when it has begun", 20, "2012-09-01 08:00", "2012-11-05 09:01", "2012-11-05 09:00-16:00", "late closes"},
			{"a year wrong", 20, "2012-09-01 08:00", "2012-11-01 12:00", "2013-11-05 09:00-16:00", "outside meeting-1-date"},
			{"two meetings at once", 20, "2012-09-01 08:00", "2012-11-01 12:00", "2012-11-05 09:00-16:00, 2012-11-05 15:00-17:00", "overlap meeting-2-start"},
			{"several mistakes", 0, "2012-09-01 08:00", "2012-08-01 12:00", "2012-11-05 16:00-09:00, 2012-11-06 09:00-16:00 08:00-09:30",
				"capacity capacity, closes closes, local.order meeting-1-end, local.break meeting-2-breaks"},
		} {
			o := activity.Occasion{Activity: p.activity.ID, Capacity: test.capacity, Opens: instant(test.opens), Closes: instant(test.closes)}
			var list []*activity.Meeting
			for m := range strings.SplitSeq(test.meetings, ", ") {
				if m != "" {
					list = append(list, meeting(m))
				}
			}
			got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error {
				return activity.CreateOccasion(ctx, tx, p.asAnn, &o, list...)
			})
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
		o := p.occasion(1)
		for _, test := range []struct{ says, meeting, place, link, want string }{
			{"nowhere", "2012-11-05 09:00-16:00", "", "", "place place"},
			{"on the net", "2012-11-05 09:00-16:00", "", "https://example.org/x", ""},
			{"on a net that is none", "2012-11-05 09:00-16:00", "", "telnet:x", "link online_link"},
			{"while sign-up is open", "2012-10-20 09:00-16:00", "Konserthuset", "", "late date"},
		} {
			m := meeting(test.meeting)
			m.Occasion, m.Place, m.OnlineLink = o.ID, test.place, test.link
			got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error { return activity.AddMeeting(ctx, tx, p.asAnn, m) })
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
	})
}

// What a meeting's own time says is stored beside it: instants, minutes that count, month.
func TestWhatFollowsFromMeetings(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		o := p.occasion(20, "2012-11-12 09:00-16:00 12:00-13:00", "2012-11-05 13:00-16:30")
		list := p.meetings(p.asAnn, o.ID)
		if len(list) != 2 || list[0].Minutes != 210 || list[1].Minutes != 360 || list[1].Month != "2012-11" ||
			!list[0].Starts.Equal(instant("2012-11-05 13:00")) || fmt.Sprint(list[1].Span.Breaks) != "[{12:00 13:00}]" {
			t.Errorf("%+v", list)
		}
		stands := func(says, starts, ends string) {
			t.Helper()
			if o := p.get(o.ID); !o.Starts.Equal(instant(starts)) || !o.Ends.Equal(instant(ends)) {
				t.Errorf("%s: from %v to %v", says, o.Starts, o.Ends)
			}
		}
		stands("made", "2012-11-05 13:00", "2012-11-12 16:00")
		third := meeting("2012-12-03 09:00-10:00")
		third.Occasion = o.ID
		p.do(func(ctx context.Context, tx *db.Tx) error { return activity.AddMeeting(ctx, tx, p.asAnn, third) })
		stands("with a third", "2012-11-05 13:00", "2012-12-03 10:00")
		first := list[0]
		first.Span.Date = "2012-11-19"
		p.do(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateMeeting(ctx, tx, p.asAnn, &first) })
		stands("with the first moved", "2012-11-12 09:00", "2012-12-03 10:00")
		p.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.RemoveMeeting(ctx, tx, p.asAnn, third.ID, 1)
		})
		stands("without the third", "2012-11-12 09:00", "2012-11-19 16:30")
	})
}

func TestCapacity(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		o := p.occasion(3, "2012-11-05 09:00-16:00")
		p.seat(o.ID, p.person("A"), "seated")
		p.seat(o.ID, p.person("B"), "seated")
		for _, test := range []struct {
			capacity int
			want     string
		}{{1, "taken capacity"}, {2, ""}, {0, "capacity capacity"}, {10_001, "capacity capacity"}} {
			o := p.get(o.ID)
			o.Capacity = test.capacity
			got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateOccasion(ctx, tx, p.asAnn, &o) })
			if got != test.want {
				t.Errorf("%d seats with 2 taken: %q, want %q", test.capacity, got, test.want)
			}
		}
		for _, name := range []string{"C", "D", "E"} {
			p.seat(o.ID, p.person(name), "waiting")
		}
		more := p.get(o.ID)
		more.Capacity = 4
		p.do(func(ctx context.Context, tx *db.Tx) error { return activity.UpdateOccasion(ctx, tx, p.asAnn, &more) })
		if o := p.get(o.ID); o.Seated != 4 || o.Waiting != 1 || p.letters(o.ID) != 2 {
			t.Errorf("with a seat more %d sit, %d wait, %d letters", o.Seated, o.Waiting, p.letters(o.ID))
		}
	})
}

// Who has planned their day is told, in the transaction that changes it.
func TestWhoIsTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		crowd := []string{p.person("A"), p.person("B"), p.person("C")}
		for _, test := range []struct {
			says    string
			meeting string
			f       func(ctx context.Context, tx *db.Tx, o activity.Occasion, m activity.Meeting) error
			want    int
		}{
			{"another room", "2012-11-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, _ activity.Occasion, m activity.Meeting) error {
				m.Place = "Slottet"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, 2},
			{"another time", "2012-11-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, _ activity.Occasion, m activity.Meeting) error {
				m.Span.Start = "09:30"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, 2},
			{"another municipality in our books", "2012-11-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, _ activity.Occasion, m activity.Meeting) error {
				m.Unit = p.town
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, 0},
			{"one more meeting", "2012-11-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, o activity.Occasion, _ activity.Meeting) error {
				m := meeting("2012-11-12 09:00-16:00")
				m.Occasion = o.ID
				return activity.AddMeeting(ctx, tx, p.asAnn, m)
			}, 2},
			{"no meeting at all", "2012-11-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, _ activity.Occasion, m activity.Meeting) error {
				return activity.RemoveMeeting(ctx, tx, p.asAnn, m.ID, m.Version)
			}, 2},
			{"the occasion is cancelled", "2012-11-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, o activity.Occasion, _ activity.Meeting) error {
				return activity.CancelOccasion(ctx, tx, p.asAnn, o.ID, o.Version, "ill")
			}, 2},
			{"a slip about what lies behind", "2012-09-05 09:00-16:00", func(ctx context.Context, tx *db.Tx, _ activity.Occasion, m activity.Meeting) error {
				m.Place = "Slottet"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, 0},
		} {
			o := activity.Occasion{Activity: p.activity.ID, Capacity: 1, Opens: instant("2012-08-01 08:00"), Closes: instant("2012-09-01 12:00")}
			m := meeting(test.meeting)
			p.do(func(ctx context.Context, tx *db.Tx) error { return activity.CreateOccasion(ctx, tx, p.asAnn, &o, m) })
			p.seat(o.ID, crowd[0], "seated")
			p.seat(o.ID, crowd[1], "waiting")
			p.do(func(ctx context.Context, tx *db.Tx) error { return test.f(ctx, tx, p.get(o.ID), *m) })
			if n := p.letters(o.ID); n != test.want {
				t.Errorf("%s: %d letters, want %d", test.says, n, test.want)
			}
		}
	})
}

// Attendance that has been taken holds.
func TestWhatAttendanceHolds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		o := p.occasion(3, "2012-11-05 09:00-16:00 12:00-13:00", "2012-11-12 09:00-16:00")
		list := p.meetings(p.asAnn, o.ID)
		p.attend(list[0].ID, p.person("A"), 360)
		for _, test := range []struct {
			says string
			f    func(ctx context.Context, tx *db.Tx) error
			want string
		}{
			{"a meeting with attendance is not removed", func(ctx context.Context, tx *db.Tx) error {
				return activity.RemoveMeeting(ctx, tx, p.asAnn, list[0].ID, 1)
			}, "attended"},
			{"one without is", func(ctx context.Context, tx *db.Tx) error {
				return activity.RemoveMeeting(ctx, tx, p.asAnn, list[1].ID, 1)
			}, ""},
			{"it gets no shorter than who was there longest", func(ctx context.Context, tx *db.Tx) error {
				m := list[0]
				m.Span.End = "15:00"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, "shorter end"},
			{"nor by a longer break", func(ctx context.Context, tx *db.Tx) error {
				m := list[0]
				m.Span.Breaks = append(slices.Clone(m.Span.Breaks), meeting("2012-11-05 09:00-16:00 14:00-14:15").Span.Breaks...)
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, "shorter end"},
			{"it may get longer", func(ctx context.Context, tx *db.Tx) error {
				m := list[0]
				m.Span.End = "16:30"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, ""},
			{"it stays on its day", func(ctx context.Context, tx *db.Tx) error {
				m := list[0]
				m.Span.Date = "2012-11-06"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, "dated date"},
			{"its place is only words", func(ctx context.Context, tx *db.Tx) error {
				m := list[0]
				m.Place = "Slottet"
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}, ""},
			{"what was held is not cancelled", func(ctx context.Context, tx *db.Tx) error {
				return activity.CancelOccasion(ctx, tx, p.asAnn, o.ID, 1, "")
			}, "held"},
		} {
			if got := p.saidOnly(test.f); got != test.want {
				t.Errorf("%s: %q, want %q", test.says, got, test.want)
			}
		}
	})
}

// Moving a meeting by some hours is as little allowed to put someone in two places as recording them there is.
func TestAMovedMeetingPutsNobodyInTwoPlaces(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		morning := p.meetings(p.asAnn, p.occasion(3, "2012-11-05 09:00-11:00").ID)[0]
		noon := p.meetings(p.asAnn, p.occasion(3, "2012-11-05 11:00-13:00").ID)[0]
		a := p.person("A")
		p.attend(morning.ID, a, 120)
		p.attend(noon.ID, a, 120)
		p.attend(noon.ID, p.person("B"), 60)
		for _, test := range []struct{ says, start, end, want string }{
			{"into the other", "09:30", "11:30", "moved start"},
			{"to where the other is", "11:00", "13:00", "moved start"},
			{"to its edge", "08:00", "11:00", ""},
			{"past it", "13:00", "15:00", ""},
		} {
			if got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error {
				m := morning
				m.Span.Start, m.Span.End = test.start, test.end
				return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
			}); got != test.want {
				t.Errorf("moved %s: %q, want %q", test.says, got, test.want)
			}
		}
		p.do(func(ctx context.Context, tx *db.Tx) error {
			if err := db.Lock(ctx, tx, "person", a); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE attendance SET arrived = '09:30', minutes = 60 WHERE meeting = $1`, morning.ID); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Event{Act: "setup", Entity: "test"})
		})
		if got := p.saidOnly(func(ctx context.Context, tx *db.Tx) error {
			m := morning
			m.Span.Start, m.Span.End = "13:00", "15:00"
			return activity.UpdateMeeting(ctx, tx, p.asAnn, &m)
		}); got != "shorter end" {
			t.Errorf("moved away from when someone came: %q", got)
		}
	})
}

func TestCancelledIsOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		o := p.occasion(3, "2012-11-05 09:00-16:00")
		if err := p.try(func(ctx context.Context, tx *db.Tx) error {
			return activity.CancelOccasion(ctx, tx, p.asAnn, o.ID, o.Version+1, "")
		}); !errors.Is(err, fault.Stale) {
			t.Errorf("a stale form: %v", err)
		}
		if got := said(p.try(func(ctx context.Context, tx *db.Tx) error {
			return activity.CancelOccasion(ctx, tx, p.asBo, o.ID, o.Version, "")
		})); got != "forbidden" {
			t.Errorf("another organiser: %q", got)
		}
		p.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.CancelOccasion(ctx, tx, p.asAnn, o.ID, o.Version, "ill")
		})
		m := meeting("2012-11-12 09:00-16:00")
		m.Occasion = o.ID
		for says, f := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"again": func(ctx context.Context, tx *db.Tx) error {
				return activity.CancelOccasion(ctx, tx, p.asAnn, o.ID, 2, "")
			},
			"changed": func(ctx context.Context, tx *db.Tx) error {
				o := p.get(o.ID)
				return activity.UpdateOccasion(ctx, tx, p.asAnn, &o)
			},
			"with a date": func(ctx context.Context, tx *db.Tx) error { return activity.AddMeeting(ctx, tx, p.asAnn, m) },
		} {
			if got := said(p.try(f)); got != "cancelled" {
				t.Errorf("%s: %q", says, got)
			}
		}
	})
}

// The link to a meeting on the net is for those who have a seat there.
func TestWhoSeesTheLink(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		o := p.occasion(3)
		m := meeting("2012-11-05 09:00-16:00")
		m.Occasion, m.OnlineLink = o.ID, "https://example.org/secret"
		p.do(func(ctx context.Context, tx *db.Tx) error { return activity.AddMeeting(ctx, tx, p.asAnn, m) })
		seated, waiting := p.person("S"), p.person("W")
		p.seat(o.ID, seated, "seated")
		p.seat(o.ID, waiting, "waiting")
		for _, test := range []struct {
			says string
			v    access.Viewer
			want bool
		}{
			{"the public", access.Viewer{}, false},
			{"who has a seat", as(seated, access.Participant, ""), true},
			{"who waits for one", as(waiting, access.Participant, ""), false},
			{"the organiser", p.asAnn, true},
			{"another organiser", p.asBo, false},
			{"the office", p.office, true},
			{"the steering group", as("s", access.Steering, p.programme.ID), false},
		} {
			list := p.meetings(test.v, o.ID)
			if len(list) != 1 || !list[0].Online || (list[0].OnlineLink != "") != test.want {
				t.Errorf("%s: %+v", test.says, list)
			}
		}
	})
}

func TestCalendar(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		course := p.sample()
		course.Kind, course.Title = "course", "Kurs"
		draft := p.sample()
		draft.Title, draft.Published = "Utkast", false
		p.do(func(ctx context.Context, tx *db.Tx) error {
			if err := activity.CreateActivity(ctx, tx, p.office, &course); err != nil {
				return err
			}
			return activity.CreateActivity(ctx, tx, p.asAnn, &draft)
		})
		add := func(a activity.Activity, name string, unit string, meetings ...string) string {
			o := activity.Occasion{Activity: a.ID, Name: name, Capacity: 1, Opens: instant("2012-09-01 08:00"), Closes: instant("2012-10-20 12:00")}
			var list []*activity.Meeting
			for _, m := range meetings {
				list = append(list, meeting(m))
				list[len(list)-1].Unit = unit
			}
			p.do(func(ctx context.Context, tx *db.Tx) error {
				return activity.CreateOccasion(ctx, tx, p.office, &o, list...)
			})
			return o.ID
		}
		add(p.activity, "a", p.town, "2012-11-05 09:00-12:00", "2012-12-05 09:00-12:00")
		b := add(course, "b", "", "2012-11-06 09:00-12:00")
		add(draft, "c", "", "2012-11-07 09:00-12:00")
		gone := add(course, "d", "", "2012-11-08 09:00-12:00")
		add(course, "e", "")
		me := p.person("Me")
		p.seat(b, me, "seated")
		p.do(func(ctx context.Context, tx *db.Tx) error {
			return activity.CancelOccasion(ctx, tx, p.office, gone, 1, "")
		})
		mine := as(me, access.Participant, "")
		for _, test := range []struct {
			says string
			v    access.Viewer
			f    activity.Filter
			want string
		}{
			{"the public", access.Viewer{}, activity.Filter{}, "a b e"},
			{"who plans it", p.asAnn, activity.Filter{}, "a b c e"},
			{"what one may change", p.asAnn, activity.Filter{Managed: true}, "a c"},
			{"cancelled ones too", access.Viewer{}, activity.Filter{Cancelled: true}, "a b d e"},
			{"one kind", access.Viewer{}, activity.Filter{Kind: "course"}, "b e"},
			{"one activity", access.Viewer{}, activity.Filter{Activity: p.activity.ID}, "a"},
			{"a goal area", access.Viewer{}, activity.Filter{Goal: p.goal.ID}, "a b e"},
			{"another goal area", access.Viewer{}, activity.Filter{Goal: "x"}, ""},
			{"another programme", access.Viewer{}, activity.Filter{Programme: "x"}, ""},
			{"one day", access.Viewer{}, activity.Filter{From: "2012-11-06", To: "2012-11-07"}, "b"},
			{"a series that goes on", access.Viewer{}, activity.Filter{From: "2012-12-01"}, "a"},
			{"a municipality", access.Viewer{}, activity.Filter{Unit: p.town}, "a"},
			{"its county", access.Viewer{}, activity.Filter{Unit: p.county}, "a"},
			{"mine", mine, activity.Filter{Mine: true}, "b"},
			{"the first two", access.Viewer{}, activity.Filter{Limit: 2}, "a b"},
		} {
			list, err := activity.Calendar(t.Context(), d, test.v, test.f)
			var names []string
			for _, e := range list {
				names = append(names, e.Name)
			}
			if got := strings.Join(names, " "); err != nil || got != test.want {
				t.Errorf("%s: %q, %v; want %q", test.says, got, err, test.want)
			}
		}
		list, err := activity.Calendar(t.Context(), d, mine, activity.Filter{From: "2012-11-06"})
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		if e := list[0]; e.MyState != "seated" || e.Openness(dbtest.Now) != activity.OpenToQueue || e.Free() != 0 || e.Date != "2012-11-06" || !slices.Equal(e.Goals, []string{p.goal.ID}) {
			t.Errorf("%+v", e)
		}
		if e := list[1]; e.Date != "2012-12-05" || e.Meetings != 2 || e.Openness(dbtest.Now) != activity.Open {
			t.Errorf("%+v", e)
		}

		var pages []string
		var after activity.Mark
		for range 4 {
			page, err := activity.Calendar(t.Context(), d, access.Viewer{}, activity.Filter{Limit: 1, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				pages, after = append(pages, e.Name), e.Mark()
			}
		}
		if got := strings.Join(pages, " "); got != "a b e" {
			t.Errorf("page by page: %s", got)
		}
		for _, by := range []activity.CalendarSort{activity.ByDate, activity.ByTitle, activity.ByFree} {
			for _, falling := range []bool{false, true} {
				f := activity.Filter{Sort: by, Falling: falling}
				whole, err := activity.Calendar(t.Context(), d, access.Viewer{}, f)
				f.Limit = 1
				for i, e := range whole {
					page, err := activity.Calendar(t.Context(), d, access.Viewer{}, f)
					if err != nil || len(page) != 1 || page[0].ID != e.ID {
						t.Fatalf("by %q, falling %v: page %d is %v, %v", by, falling, i+1, page, err)
					}
					f.Behind = e.MarkBy(by)
				}
				if err != nil || len(whole) != 3 {
					t.Errorf("by %q, falling %v: %v, %v", by, falling, whole, err)
				}
			}
		}
		few, fewer := activity.Entry{}, activity.Entry{}
		few.Capacity, few.Seated, few.Local, fewer.Capacity, fewer.Local = 21, 1, true, 21, true
		if few.MarkBy(activity.ByFree) != fewer.MarkBy(activity.ByFree) {
			t.Error("where a page ends tells how many of a workplace's few have a seat")
		}
		before := activity.Mark{Date: "9999-12-31"}
		for _, want := range []string{"b e", "a"} {
			page, err := activity.Calendar(t.Context(), d, access.Viewer{}, activity.Filter{Limit: 2, Before: before})
			if err != nil || len(page) == 0 {
				t.Fatal(page, err)
			}
			var names []string
			for _, e := range page {
				names = append(names, e.Name)
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("page by page backwards: %s, want %s", got, want)
			}
			before = page[0].Mark()
		}
	})
}

// However many occasions there are, a calendar takes two queries.
func TestCalendarQueries(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlan(t, d)
		p.do(func(ctx context.Context, tx *db.Tx) error {
			for i := range 200 {
				o := activity.Occasion{Activity: p.activity.ID, Capacity: 20, Opens: instant("2012-09-01 08:00"), Closes: instant("2012-10-20 12:00")}
				if err := activity.CreateOccasion(ctx, tx, p.asAnn, &o, meeting(fmt.Sprintf("2012-11-%02d 09:00-12:00", 1+i%28))); err != nil {
					return err
				}
			}
			return nil
		})
		ctx, n := db.Counting(t.Context())
		list, err := activity.Calendar(ctx, d, p.asAnn, activity.Filter{From: "2012-10-12"})
		if err != nil || len(list) != 200 || n.Load() != 2 {
			t.Errorf("%d occasions in %d queries, %v", len(list), n.Load(), err)
		}
	})
}
