package people

import "strings"

// StaffRoles are what people do, in the order that lists show them.
var StaffRoles = []string{"manager", "librarian", "childrens-librarian", "school-librarian", "media-adviser", "assistant", "driver", "caretaker", "other"}

// titles tells the role by a part of a Swedish title, folded. The first that fits decides, so what is
// narrower stands first: a "barnbibliotekarie" is not just a "bibliotekarie", and a "biträdande chef" is no "biträde".
var titles = []struct{ part, role string }{
	{"chef", "manager"}, // bibliotekschef, enhetschef, biträdande bibliotekschef
	{"föreståndare", "manager"},
	{"ledare", "manager"}, // teamledare, gruppledare; project leaders are not library staff
	{"samordnare barn", "childrens-librarian"},
	{"barn", "childrens-librarian"},
	{"ungdoms", "childrens-librarian"},
	{"skolbib", "school-librarian"},
	{"gymnasiebib", "school-librarian"},
	{"lärarbib", "school-librarian"},
	{"medieråd", "media-adviser"},
	{"mediepedagog", "media-adviser"},
	{"bussför", "driver"},
	{"chaufför", "driver"},
	{"förare", "driver"},
	{"vaktm", "caretaker"},
	{"fastighetss", "caretaker"},
	{"lokalvård", "caretaker"},
	{"ass", "assistant"}, // biblioteksassistent, bibl.ass.
	{"biträd", "assistant"},
	{"bitr", "assistant"},
	{"kanslist", "assistant"},
	{"administratör", "assistant"},
	{"bibliotekar", "librarian"}, // förste bibliotekarie, 1:e bibliotekarie
	{"bibl", "librarian"},
}

// RoleOf guesses what a person does from the title that the employer writes: "other" if nothing in it tells.
func RoleOf(title string) string {
	folded := Fold(title)
	for _, t := range titles {
		if strings.Contains(folded, t.part) {
			return t.role
		}
	}
	return "other"
}
