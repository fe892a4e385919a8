package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/file"
	"kompobib/internal/local"
)

// What can be written when a row is put right, and by how much.
var corrections = []struct {
	why   string
	after int // minutes after the start that they came
}{
	{"Kom senare än det stod på listan, enligt egen uppgift.", 45},
	{"Fel rad kryssad på listan.", 30},
	{"Tåget var försenat. Uppgiften kom först efteråt.", 60},
}

// meetings are the acts in which attendance at an occasion is taken, attested, proved and put right.
func (b *book) meetings(e event, n int, o offered) (acts []act) {
	sheet := o.Record == "sheet" || o.Record == "both"
	attested := o.Record == "attested" || o.Record == "both"
	for i, m := range o.Meetings {
		name := meetingName(e, n, i+1)
		if sheet {
			acts = append(acts, act{name: "print " + name, at: at(m.Date.Add(-1), "15:45"), play: func(ctx context.Context, s *stage) error {
				v, err := s.planner(ctx, e)
				if err != nil {
					return err
				}
				made, err := activity.NewSheet(ctx, s.Tx, v, s.id(name))
				s.name("sheet/"+name, made.Code)
				return err
			}})
		}
		taken := at(m.Date, m.End).Add(35 * time.Minute)
		if o.Record == "none" {
			taken = at(weekday(m.Date.Add(5)), "10:05") // remembered late
		}
		acts = append(acts, act{name: "attendance at " + name, at: taken, play: func(ctx context.Context, s *stage) error { return b.take(ctx, s, e, n, i, o) }})
		if attested {
			acts = append(acts, act{name: "attest " + name, at: at(weekday(m.Date.Add(1)), "09:15"), play: func(ctx context.Context, s *stage) error {
				return attest(ctx, s, e, name)
			}})
		}
		if sheet {
			// A photo of the signed sheet: the same neutral picture each time.
			acts = append(acts, act{name: "scan of " + name, at: at(weekday(m.Date.Add(3+i)), "14:25"), blobs: []func() (blob, error){scan}, play: func(ctx context.Context, s *stage) error {
				v, err := s.planner(ctx, e)
				if err != nil {
					return err
				}
				_, err = activity.FileScan(ctx, s.Tx, v, s.id("sheet/"+name), s.blobs[0])
				return err
			}})
		}
		if chance("correction "+name).Float64() < 0.4 && o.workplace == "" {
			acts = append(acts, act{name: "correct " + name, at: at(weekday(m.Date.Add(6)), "11:10"), play: func(ctx context.Context, s *stage) error {
				return correct(ctx, s, e, name, m)
			}})
			if attested { // what was put right is attested anew
				acts = append(acts, act{name: "attest again " + name, at: at(weekday(m.Date.Add(8)), "09:20"), play: func(ctx context.Context, s *stage) error {
					return attest(ctx, s, e, name)
				}})
			}
		}
	}
	last := o.Meetings[len(o.Meetings)-1]
	if slices.ContainsFunc(e.Questions, func(q asked) bool { return q.Sensitive }) {
		acts = append(acts, act{name: fmt.Sprintf("forget answers of %s/%d", e.Key, n), at: at(last.Date, "23:30"), play: func(ctx context.Context, s *stage) error {
			_, err := activity.DeleteSensitive(ctx, s.Tx)
			return err
		}})
	}
	return acts
}

// take takes attendance at an occasion's meeting, the i-th from 0.
func (b *book) take(ctx context.Context, s *stage, e event, n, i int, o offered) error {
	v, err := s.planner(ctx, e)
	if err != nil {
		return err
	}
	list, err := activity.Signups(ctx, s.Tx, access.System, s.id(occasionName(e, n)))
	if err != nil {
		return err
	}
	staff, err := s.staff(ctx, o.Meetings[i].Date)
	if err != nil {
		return err
	}
	var entries []activity.AttendanceEntry
	for _, p := range list {
		if p.State != activity.Seated {
			continue
		}
		entry := attends(s.rand, p.Person, o, o.Meetings[i])
		if !slices.ContainsFunc(staff, func(q player) bool { return q.id == p.Person }) {
			entry = activity.AttendanceEntry{Person: p.Person, Absence: "other"} // has left since
		}
		entries = append(entries, entry)
	}
	if e.Kind == "lecture" && s.rand.Float64() < 0.4 { // a colleague came along
		players, err := b.players(ctx, s, e, o, o.Meetings[i].Date)
		if err != nil {
			return err
		}
		for _, p := range players[len(players)/2:] {
			if !slices.ContainsFunc(list, func(q activity.Participant) bool { return q.Person == p.id }) {
				entries = append(entries, activity.AttendanceEntry{Person: p.id})
				break
			}
		}
	}
	if len(entries) == 0 {
		return nil
	}
	_, err = activity.RecordAttendance(ctx, s.Tx, v, s.id(meetingName(e, n, i+1)), entries, "")
	return err
}

// attends is how it went for one with a seat: most are there all the time.
func attends(r *rand.Rand, person string, o offered, m held) activity.AttendanceEntry {
	entry := activity.AttendanceEntry{Person: person}
	show := 0.9
	if o.Show > 0 {
		show = o.Show
	}
	if r.Float64() > show {
		entry.Absence = pick(r, []string{"ill", "ill", "ill", "ill", "child-ill", "work", "work", "work", "other", "no-show", "no-show"})
		return entry
	}
	switch x := r.Float64(); {
	case x < 0.03:
		entry.Arrived = later(m.Start, 10+5*r.IntN(9))
	case x < 0.08:
		entry.Departed = later(m.End, -(15 + 15*r.IntN(4)))
	}
	return entry
}

// later is so many minutes after a time of day, or before it.
func later(c local.Clock, minutes int) local.Clock {
	t, err := time.Parse("15:04", c)
	if err != nil {
		return c
	}
	return t.Add(time.Duration(minutes) * time.Minute).Format("15:04")
}

func attest(ctx context.Context, s *stage, e event, meeting string) error {
	v, err := s.planner(ctx, e)
	if err != nil {
		return err
	}
	_, err = activity.Attest(ctx, s.Tx, v, s.id(meeting))
	return err
}

// correct puts one row right: of someone who was recorded as having been there from the start.
func correct(ctx context.Context, s *stage, e event, meeting string, m held) error {
	v, err := s.planner(ctx, e)
	if err != nil {
		return err
	}
	list, err := activity.AttendanceList(ctx, s.Tx, v, s.id(meeting))
	if err != nil {
		return err
	}
	c := corrections[s.rand.IntN(len(corrections))]
	var there []string
	for _, p := range list {
		if p.Recorded && p.Minutes > 0 && p.Arrived == "" && p.Departed == "" {
			there = append(there, p.Person)
		}
	}
	if len(there) == 0 {
		return nil
	}
	_, err = activity.RecordAttendance(ctx, s.Tx, v, s.id(meeting),
		[]activity.AttendanceEntry{{Person: pick(s.rand, there), Arrived: later(m.Start, c.after)}}, c.why)
	return err
}

// scan draws a sheet of paper with lines of names and signatures that nobody can read.
func scan() (blob, error) {
	const width, height = 420, 594
	paper, ink, rule := color.Gray{Y: 246}, color.Gray{Y: 70}, color.Gray{Y: 190}
	page := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{paper, ink, rule})
	r := chance("scan")
	for y := 90; y < height-40; y += 22 {
		for x := 30; x < width-30; x++ {
			page.SetColorIndex(x, y, 2)
		}
		for x := 40; x < 60+r.IntN(80)+40; x++ {
			page.SetColorIndex(x, y-5-r.IntN(5), 1)
		}
		level := 8
		for x := 240; x < 300+r.IntN(80); x++ {
			level = min(14, max(3, level+r.IntN(5)-2))
			page.SetColorIndex(x, y-level, 1)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, page)
	return blob{"narvarolista.png", b.Bytes(), file.Scan}, err
}
