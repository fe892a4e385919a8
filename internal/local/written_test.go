package local

import (
	"strings"
	"testing"
)

func TestDatesIn(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"förlängs till och med 20120331.", "2012-03-31"},
		{"till 2012-03-31, kl. 12", "2012-03-31"},
		{"till den 31 mars 2012", "2012-03-31"},
		{"till 31\u00a0mars\u00a02012", "2012-03-31"},
		{"den 1:a mars 2012", "2012-03-01"},
		{"till 31/3 2012", "2012-03-31"},
		{"till 31/3-2012 eller 31.3.2012 eller 31/03/2012", "2012-03-31 2012-03-31 2012-03-31"},
		{"Until 31 March 2012, March 31, 2012 or Mar 31st 2012", "2012-03-31 2012-03-31 2012-03-31"},
		{"12 okt. 2012 och 1 jan 2013", "2012-10-12 2013-01-01"},
		{"Först 2013-03-13, sedan 12 december 2012, sist 20130331", "2013-03-13 2012-12-12 2013-03-31"},
		{"30 februari 2012, 2012-13-01, 20121301, 32/1 2012", ""},
		{"31 mars, kl. 13.00–16.00, 9 934 984 kronor, dnr 201203311", ""},
	} {
		var got []string
		for _, w := range DatesIn(test.text) {
			got = append(got, string(w.Date))
			if !strings.Contains(test.text, w.Text) {
				t.Errorf("%q is not in %q", w.Text, test.text)
			}
		}
		if g := strings.Join(got, " "); g != test.want {
			t.Errorf("%q: %q, want %q", test.text, g, test.want)
		}
	}
}
