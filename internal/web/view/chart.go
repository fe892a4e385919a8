package view

import "strconv"

// A Bar is one row of a chart: a part for each of the chart's parts.
type Bar struct {
	Label string
	Parts []int
	Note  string // beside the bar, instead of its sum: "83 %"
	Href  string // to the rows
	Shy   bool   // hidden, since the group is small: no bar, and the note says so
}

// A Chart is bars from the left, each made of parts. The longest bar, or Whole if it is more, fills the width.
// What it tells must stand in a table or in words beside it too.
type Chart struct {
	Title string
	Text  string   // what it shows, in a sentence, for those who do not see it
	Parts []string // what the parts are; one needs no name
	Bars  []Bar
	Whole int
}

// The chart's own measures, in units that are pixels at full width.
const (
	chartWidth = 720
	labelWidth = 210
	noteWidth  = 90
	barHeight  = 22
	rowHeight  = 36
)

func (c Chart) height() int { return len(c.Bars)*rowHeight + 4 }

func (c Chart) viewBox() string { return "0 0 " + strconv.Itoa(chartWidth) + " " + strconv.Itoa(c.height()) }

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

// A box is a part of a bar as it is drawn.
type box struct{ X, Y, Width, Class string }

func (c Chart) boxes(i int) (boxes []box) {
	const room = chartWidth - labelWidth - noteWidth
	most, before := c.most(), 0
	for k, p := range c.Bars[i].Parts {
		from, to := before*room/most, (before+p)*room/most
		before += p
		if p > 0 {
			boxes = append(boxes, box{strconv.Itoa(labelWidth + from), c.y(i, 0), strconv.Itoa(max(to-from, 2)), "part part-" + strconv.Itoa(k%5+1)})
		}
	}
	return boxes
}

// y is where row i stands, and so much further down.
func (c Chart) y(i, down int) string { return strconv.Itoa(i*rowHeight + 4 + down) }

// noteX is right of the bar.
func (c Chart) noteX(i int) string {
	const room = chartWidth - labelWidth - noteWidth
	return strconv.Itoa(labelWidth + c.Bars[i].sum()*room/c.most() + 8)
}

func (c Chart) note(r Reader, i int) string {
	if b := c.Bars[i]; b.Note != "" || b.Shy {
		return b.Note
	}
	return r.Number(c.Bars[i].sum())
}

// short is a label that fits its column; the table has all of it.
func short(label string) string {
	const most = 28
	runes := []rune(label)
	if len(runes) <= most {
		return label
	}
	return string(runes[:most-1]) + "…"
}
