package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/learning"
	"kompobib/internal/learning/swot"
	"kompobib/internal/local"
)

// Who stands out in the analyses: whom one can sign in as works at the first; the second is in the middle of its second analysis.
const (
	swotPlace  = "koping"
	swotAgain  = "nykoping"
	swotWeeks  = 12 // in which workplaces meet
	swotOpens  = local.Date("2011-02-07")
	swotCloses = local.Date("2011-06-17")
)

// swotProgress is how far a workplace comes: of ten eight agree, one leaves it at a board with notes, and some branches never begin.
func swotProgress(w workplace) swot.Progress {
	if w.key == swotPlace || w.key == swotAgain || w.key == swotPlace+"-filial-1" {
		return swot.Done
	}
	switch n := chance("analysis " + w.key).Float64(); {
	case n < 0.05 && w.kind != "public-library":
		return swot.Ahead
	case n < 0.15:
		return swot.Begun
	}
	return swot.Done
}

// analyses are the acts of the mobilisation phase in which every workplace looks at itself.
func (b *book) analyses() []act {
	acts := []act{{name: "open the analysis", at: at("2011-01-31", "13:10"), play: openAnalysis},
		{name: "prepare the analysis at koping", at: at("2011-03-09", "15:30"), play: prepareAnalysis}}
	for week := range swotWeeks {
		var here []workplace
		for i, w := range b.workplaces {
			if w.kind != "county-library" && i%swotWeeks == week {
				here = append(here, w)
			}
		}
		day := local.Date("2011-03-15").Add(7 * week)
		acts = append(acts, act{name: fmt.Sprintf("analyses, week %d", week+1), at: at(day, "09:30"), play: func(ctx context.Context, s *stage) error {
			return analyse(ctx, s, here)
		}})
	}
	return append(acts, act{name: "a second analysis", at: at("2013-02-20", "10:20"), play: analyseAgain})
}

func openAnalysis(ctx context.Context, s *stage) error {
	v, err := s.office(ctx)
	if err != nil {
		return err
	}
	p := swot.Plan{Programme: s.id("programme"), Years: 10, Opens: swotOpens, Closes: swotCloses, Perspectives: slices.Clone(perspectives)}
	if err := swot.SavePlan(ctx, s.Tx, v, &p); err != nil {
		return err
	}
	for i, x := range p.Perspectives {
		s.name(fmt.Sprintf("perspective/%d", i), x.ID)
	}
	return nil
}

// prepareAnalysis is what whom the demo lets one sign in as has thought of alone. Some of it goes on the board.
func prepareAnalysis(ctx context.Context, s *stage) error {
	person := s.id("person/" + swotPlace + "/5")
	s.as(person, 0)
	v := self(person)
	v.On = s.today()
	place, err := learning.Find(ctx, s.Tx, v, s.id("programme"), s.id("unit/"+swotPlace))
	if err != nil {
		return err
	}
	for i := range perspectives {
		s.as(person, 6*time.Minute)
		texts := map[swot.Quadrant]string{}
		for q, quadrant := range swot.Quadrants {
			texts[quadrant] = alone[i][q]
		}
		if err := swot.Prepare(ctx, s.Tx, s.ring, v, place, s.id(fmt.Sprintf("perspective/%d", i)), 0, texts); err != nil {
			return err
		}
	}
	all, err := swot.Of(ctx, s.Tx, v, place)
	if err != nil {
		return err
	}
	mine, err := swot.Mine(ctx, s.Tx, s.ring, v, all[0].ID)
	if err != nil {
		return err
	}
	var chosen []string
	for _, n := range mine[s.id("perspective/0")].Notes[:2] {
		chosen = append(chosen, n.ID)
	}
	s.as(swot.Nobody, time.Minute)
	_, err = swot.Put(ctx, s.Tx, s.ring, v, all[0].ID, chosen)
	return err
}

// analyse lets workplaces meet one after the other.
func analyse(ctx context.Context, s *stage, here []workplace) error {
	for _, w := range here {
		progress := swotProgress(w)
		if progress == swot.Ahead {
			continue
		}
		id, err := s.beginAnalysis(ctx, w.key)
		if err := s.tryIf(err); err != nil {
			return err
		}
		if id == "" {
			continue // a visitor has been here
		}
		v := s.leads(w.key)
		said, ok := pools[w.kind]
		if !ok {
			said = pools["public-library"]
		}
		if err := s.fillBoard(ctx, v, id, w.key, said); s.tryIf(err) != nil {
			return err
		}
		if progress == swot.Done {
			if err := s.agree(ctx, v, id); s.tryIf(err) != nil {
				return err
			}
		}
	}
	return nil
}

// beginAnalysis lets who leads a workplace begin one.
func (s *stage) beginAnalysis(ctx context.Context, workplace string) (string, error) {
	v := s.leads(workplace)
	place, err := learning.Find(ctx, s.Tx, v, s.id("programme"), s.id("unit/"+workplace))
	if err != nil {
		return "", err
	}
	return swot.Begin(ctx, s.Tx, v, place)
}

// fillBoard writes what a workplace of that kind says, each its own part of it.
func (s *stage) fillBoard(ctx context.Context, v access.Viewer, id, workplace string, said pool) error {
	for i := range perspectives {
		s.as(v.Person, 9*time.Minute)
		texts := map[swot.Quadrant]string{}
		for q, quadrant := range swot.Quadrants {
			lines := slices.Clone(said[i][q])
			s.rand.Shuffle(len(lines), func(a, b int) { lines[a], lines[b] = lines[b], lines[a] })
			for _, line := range lines[:1+s.rand.IntN(len(lines))] {
				texts[quadrant] += line + "\n"
			}
		}
		if _, err := swot.Write(ctx, s.Tx, v, id, s.id(fmt.Sprintf("perspective/%d", i)), "board of "+workplace, texts); err != nil {
			return err
		}
	}
	return nil
}

// agree stars what weighs most, and keeps it as agreed on.
func (s *stage) agree(ctx context.Context, v access.Viewer, id string) error {
	a, err := swot.Get(ctx, s.Tx, v, id)
	if err != nil {
		return err
	}
	b, err := swot.BoardOf(ctx, s.Tx, a)
	if err != nil {
		return err
	}
	for n := s.rand.IntN(3); n < len(b.Notes); n += 5 {
		if err := swot.Star(ctx, s.Tx, v, id, b.Notes[n].ID, true); err != nil {
			return err
		}
	}
	if b, err = swot.BoardOf(ctx, s.Tx, a); err != nil {
		return err
	}
	return swot.Agree(ctx, s.Tx, v, id, b.Mark(), s.today(), s.today())
}

// analyseAgain is a workplace that looks anew, two years later: the board is open, and phones have sent some notes.
func analyseAgain(ctx context.Context, s *stage) error {
	id, err := s.beginAnalysis(ctx, swotAgain)
	if err != nil {
		return err
	}
	v := s.leads(swotAgain)
	if err := swot.Do(ctx, s.Tx, v, id, 0, swot.Open, ""); err != nil {
		return err
	}
	a, err := swot.Get(ctx, s.Tx, v, id)
	if err != nil {
		return err
	}
	for n, x := range again {
		s.as(swot.Nobody, 20*time.Second)
		if err := swot.Send(ctx, s.Tx, a.Code, fmt.Sprintf("phone %d", n%5), fmt.Sprintf("again %d", n), s.id("perspective/0"), x.quadrant, x.text); err != nil {
			return err
		}
	}
	return nil
}
