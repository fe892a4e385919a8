package view

import "strconv"

// A Bar is one row of a chart: a part for each of the chart's parts.
type Bar struct {
	Label string
	Parts []int
	Note  string // beside the bar, instead of its sum: "83 %"
	Shy   bool   // hidden, since the group is small: no bar, and the note says so
}

// A Chart is bars from the left, each made of parts. The longest bar, or Whole if it is more, fills the width.
// What it tells must stand in a table or in words beside it too.
type Chart struct {
	Title string
	Lang  string   // "sv" if the title is a name that someone gave in Swedish
	Text  string   // what it shows, in a sentence, for those who do not see it
	Parts []string // what the parts are; one needs no name
	Bars  []Bar
	Whole int
	Full  bool // each bar fills the width by itself, and its note says of how many: they are shares
	Scale int  // the first so many parts are the steps of a scale, from the lowest, in words that someone gave in Swedish; 0: they are of different sorts
}

func (b Bar) sum() (n int) {
	for _, p := range b.Parts {
		n += p
	}
	return n
}

func (c Chart) most() int {
	most := max(c.Whole, 1)
	for _, b := range c.Bars {
		most = max(most, b.sum())
	}
	return most
}

// A box is a part of a bar as it is drawn, in thousandths of the width.
type box struct{ X, Width, Class string }

func (c Chart) boxes(b Bar) (boxes []box) {
	most, before := c.most(), 0
	if c.Full {
		most = max(b.sum(), 1)
	}
	for i, p := range b.Parts {
		from, to := before*1000/most, (before+p)*1000/most
		before += p
		if p > 0 {
			boxes = append(boxes, box{strconv.Itoa(from), strconv.Itoa(max(to-from, 4)), "part " + c.class(i)})
		}
	}
	return boxes
}

func (b Bar) note(r Reader) string {
	if b.Note != "" || b.Shy {
		return b.Note
	}
	return r.Number(b.sum())
}

// class is how a part is drawn: of a scale the darker the higher, and what is no step of it as none.
func (c Chart) class(i int) string {
	switch {
	case c.Scale == 0:
		return partClass(i)
	case i >= c.Scale:
		return "step-0"
	}
	return steps[i*(len(steps)-1)/max(c.Scale-1, 1)]
}

// steps are how those of a scale are drawn.
var steps = [...]string{"step-1", "step-2", "step-3", "step-4", "step-5", "step-6", "step-7"}

func partClass(i int) string { return "part-" + strconv.Itoa(i%5+1) }
