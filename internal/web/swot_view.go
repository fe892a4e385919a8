package web

import (
	"kompobib/internal/learning/swot"
	"kompobib/internal/web/view"
)

// unput is how many notes of one's own are not on the board.
func unput(own swot.Own) (n int) {
	for _, note := range own.Notes {
		if !note.Put {
			n++
		}
	}
	return n
}

// preparing is the look of the button to prepare: the first thing to do, but for who leads a board that has notes.
func preparing(d analysisAt) string {
	if d.Leads && d.Now != nil && d.Now.Count > 0 {
		return "secondary"
	}
	return "primary"
}

// beginVariant is the look of the button to begin together: who does not work there cannot prepare first.
func beginVariant(d analysisAt) string {
	if d.Member {
		return "secondary"
	}
	return "primary"
}

// boardPhoneSubmit is what the button of a phone says.
func boardPhoneSubmit(r view.Reader, d boardPhone) string {
	if d.Edited != "" {
		return r.Say("plan.save")
	}
	return r.Say("workshop.send")
}

// perspectiveOptions are those of a phone.
func perspectiveOptions(p swot.Plan) (options []view.Option) {
	for _, x := range p.Perspectives {
		options = append(options, view.Option{Value: x.ID, Label: x.Name, Lang: "sv"})
	}
	return options
}

// quadrantOptions say of each what belongs there.
func quadrantOptions(r view.Reader) (options []view.Option) {
	for _, q := range swot.Quadrants {
		options = append(options, view.Option{Value: string(q), Label: r.State("swot-quadrant", string(q))})
	}
	return options
}

// where is the perspective and quadrant of a note on a phone.
func (d boardPhone) where(r view.Reader, n swot.Note) string {
	x, _ := d.Plan.Find(n.Perspective)
	return x.Name + ": " + r.State("swot-quadrant", string(n.Quadrant))
}

// others are the quadrants that a note can be moved to.
func others(n swot.Note) (list []swot.Quadrant) {
	for _, q := range swot.Quadrants {
		if q != n.Quadrant {
			list = append(list, q)
		}
	}
	return list
}

// lead is the coverage in a sentence, and when the workplaces are to be done.
func (d analysed) lead(r view.Reader) string {
	if d.Plan.Version == 0 {
		return ""
	}
	return d.headline(r) + " " + r.Say("swot.period-is", r.Dates(d.Plan.Opens, d.Plan.Closes))
}

func (d analysed) planLink(r view.Reader) view.Link {
	if !d.Plans {
		return view.Link{}
	}
	return view.Link{Href: "/programmes/" + d.Slug + "/swot/plan", Text: r.Say("swot.plan-open")}
}

// over is it of a board.
func (d boardPhone) over() bool { return d.Room.Programme == "" }
