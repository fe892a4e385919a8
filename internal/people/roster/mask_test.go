package roster

import "testing"

// A phone's number in words is no mistake unless it could be somebody's identity number too; then the safe side is taken.
func TestPhonesAmongWords(t *testing.T) {
	for _, test := range []struct {
		says  string
		field Field
		cell  string
		wrong bool
	}{
		{"a mobile's digits are no day and check digit", Title, "Vaktmästare 0701234567", false},
		{"so are those of a fixed line", Workplace, "0480450000", false},
		{"nor those of one alone in its cell", Workplace, "0701234567", false},
		{"a mobile's digits that are somebody's too", Title, "Vaktmästare 0701234569", true},
		{"the same, written as the mistake says", Title, "Vaktmästare 070-123 45 69", false},
		{"the same in a column of phones", Phone, "0701234569", false},
		{"the same there, with spaces", Phone, "070 123 45 69", false},
		{"the same there, cut as only a number of birth is", Phone, "070123-4569", true},
		{"somebody's number among phones", Phone, "480322-9949", true},
		{"and unbroken", Phone, "4803229949", true},
		{"a phone with its country", Phone, "+46 70 123 45 69", false},
		{"one whose digits are somebody's", Phone, "+46 11 15 00 14", false},
		{"the same, of which the cell was made a number", Phone, "+4611150014", false},
		{"the same in words", Title, "Vaktmästare +46 11 15 00 14", false},
		{"with noughts before its country", Phone, "0046 11 15 00 14", false},
		{"one that lost its nought", Phone, "701234569", false},
		{"nine digits that are no mobile's", Phone, "101229805", true},
		{"somebody's number after a plus", Phone, "+480322-9949", true},
		{"that of one born in 2000", Phone, "000322-9804", true},
		{"a coordination number", Title, "480382-9946", true},
		{"one with a digit wrong is nobody's", Title, "480322-9948", false},
		{"an organisation's number", Employer, "Köpings kommun 212000-2114", false},
		{"a sole trader's", Employer, "Bengts bokbuss 480322-9949", true},
		{"an address of a number", Email, "194803229949@koping.example", true},
	} {
		if masked, rest, has := numberIn(test.field, test.cell, "2012-10-12"); has != test.wrong || has == (masked == test.cell) || has == (rest == test.cell) {
			t.Errorf("%s: %q is %q and %q, %t", test.says, test.cell, masked, rest, has)
		}
	}
}

// What is told hides the last four of whatever is or may be an identity number, and leaves what is something else.
func TestMask(t *testing.T) {
	for _, test := range []struct{ says, text, want string }{
		{"with its hyphen", "480322-9949", "480322-****"},
		{"with a space, in words", "x 480322 9949", "x 480322-****"},
		{"with another dash", "480322\u20139949.", "480322-****."},
		{"of a hundred years ago", "(19121012+9980)", "(19121012-****)"},
		{"interim", "19480322-t949", "19480322-****"},
		{"with a digit wrong", "lista 19850101-1234.csv", "lista 19850101-****.csv"},
		{"between lines that join", "lista_480322-9949_ny.csv", "lista_480322-****_ny.csv"},
		{"in parts of its own", "1948 03 22 9949, vik", "19480322-****, vik"},
		{"two", "480322-9949 480322-9949", "480322-**** 480322-****"},
		{"hidden before", "480322-****", "480322-****"},
		{"a phone's", "vakt 0701234567, 0480450000", "vakt 0701234567, 0480450000"},
		{"a phone's that may be somebody's", "vakt 0701234569", "vakt 070123-****"},
		{"a phone's with its hyphen", "0155-123456", "0155-123456"},
		{"an organisation's", "Köpings kommun (212000-2114)", "Köpings kommun (212000-2114)"},
		{"a sole trader's", "Bengts bokbuss 480322-9949", "Bengts bokbuss 480322-****"},
		{"longer", "1234567890123", "1234567890123"},
		{"nine digits, of which a nought was lost", "101229805", "010122-****"},
		{"nine digits that are nobody's", "101229806", "101229806"},
		{"a day and a time", "lista 20121012-0930.csv", "lista 20121012-0930.csv"},
		{"another time of the day", "lista 20121012-1430.csv", "lista 20121012-1430.csv"},
		{"a day and no time", "lista 20121012-1475.csv", "lista 20121012-****.csv"},
		{"a child's, whose last four could be a time", "20121012-0935", "20121012-****"},
		{"glued to letters", "pnr480322-9949Ek", "pnr480322-****Ek"},
		{"days", "2012-10-12 2012-10-13", "2012-10-12 2012-10-13"},
	} {
		if got := Mask(test.text); got != test.want {
			t.Errorf("%s: %q is masked as %q, want %q", test.says, test.text, got, test.want)
		}
	}
}

// FuzzMask holds that a number that is found is hidden, and that what is hidden stays as it is.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"101229805", "1948-03-22—9949", "４８０３２２ 9949", "Anna 480322-**** (480322-9949)", "480322-9949", "å480322\u20119949_", "1948 03 22 99 49", "0701234569", "212000-2114", "480322-****", "480322-T231x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked := Mask(s)
		if again := Mask(masked); again != masked {
			t.Errorf("%q, %q and %q", s, masked, again)
		}
		if _, rest, has := numbersIn(masked, "2012-10-12"); has && rest != clean(masks.ReplaceAllString(masked, "")) {
			t.Errorf("%q is shown as %q", s, masked)
		}
	})
}
