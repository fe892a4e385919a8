package roster

import "slices"

// A Misread is a workplace of a list that was taken for something else when the list was looked at than when it was carried out.
type Misread struct {
	Name string `json:"name"`
	How  How    `json:"how"`           // it would have been taken now
	Was  string `json:"was,omitempty"` // of a renamed one
}

// A Renaming is a workplace that a list has given another name.
type Renaming struct {
	Unit string `json:"unit"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// misread marks the workplaces that were taken for something else when the list was shown: nobody has said yes to that. One that was to be made and has been by then, with that name,
// is what was shown.
func (d *Difference) misread(shown []PlaceView) {
	for _, p := range d.Places {
		i := slices.IndexFunc(shown, func(s PlaceView) bool { return s.Key == p.Key })
		switch {
		case i < 0: // shown as one with another that is spelt in another way
			p.misread = p.How == Renamed
		case shown[i].Unit != "":
			p.misread = p.Unit != shown[i].Unit || p.How == Renamed && shown[i].How != Renamed
		default:
			p.misread = p.How != New && p.How != Same
		}
	}
}

// misread reports whether an employment would be put at a workplace that was taken for something else when it was shown.
func (i Item) misread() bool {
	return slices.ContainsFunc(i.posts, func(c postChange) bool { return c.place != nil && c.place.misread })
}

// renamings settles which workplaces get another name, and notes which are left alone since they were shown as something else. The name is told by rows: it stays if
// none of them is among what is carried out, and nobody is there of whom nothing changes.
func (d *Difference) renamings(items []Item, sum *Summary) {
	told := map[*Place]bool{}
	tell := func(i Item) {
		if i.group != nil {
			for _, p := range i.group.places {
				told[p] = true
			}
		}
	}
	for _, i := range items {
		tell(i)
	}
	for _, i := range d.Items {
		if i.Kind == Unchanged {
			tell(i)
		}
	}
	for _, p := range d.Places {
		if p.misread {
			sum.Misread = append(sum.Misread, Misread{p.Name, p.How, p.Was})
		} else if p.takesName = p.How == Renamed && told[p]; p.takesName {
			sum.Renamed = append(sum.Renamed, Renaming{p.Unit, p.Was, p.Name})
		}
	}
}
