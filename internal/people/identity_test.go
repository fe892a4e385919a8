package people

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kompobib/internal/local"
)

func TestAnIdentityNumberIsRead(t *testing.T) {
	for _, c := range []struct {
		as, number, want string
		err              error
	}{
		{"ten digits with a hyphen", "600121-9960", "196001219960", nil},
		{"ten digits without", "6001219960", "196001219960", nil},
		{"twelve digits", "197502269983", "197502269983", nil},
		{"twelve with a hyphen", "19750226-9983", "197502269983", nil},
		{"with spaces around and within", " 600121 - 9960 ", "196001219960", nil},
		{"with the dash of a word processor", "600121–9960", "196001219960", nil},
		{"born this century", "040121-9993", "200401219993", nil},
		{"whoever was born tomorrow is a hundred years older", "121013-" + last("121013"), "19121013" + last("121013"), nil},
		{"born today", "121012-" + last("121012"), "20121012" + last("121012"), nil},
		{"with a plus a hundred years older", "121012+" + last("121012"), "19121012" + last("121012"), nil},
		{"a plus in the year one turns a hundred", "121231+" + last("121231"), "19121231" + last("121231"), nil},
		{"a plus for whoever is fifty is a mistake", "19620121+" + last("620121"), "", ErrIdentityDate},
		{"a coordination number", "600181-" + last("600181"), "19600181" + last("600181"), nil},
		{"an interim number", "600121-T" + interim("600121", "T"), "19600121T" + interim("600121", "T"), nil},
		{"an interim number in lower case", "600121-t" + interim("600121", "T"), "19600121T" + interim("600121", "T"), nil},
		{"a letter that none has", "600121-Q" + interim("600121", "T"), "", ErrIdentity},
		{"a leap day", "640229-" + last("640229"), "19640229" + last("640229"), nil},
		{"a leap day only a century ago", "000229-" + last("000229"), "20000229" + last("000229"), nil},
		{"no leap day", "630229-" + last("630229"), "", ErrIdentityDate},
		{"a thirteenth month", "601321-" + last("601321"), "", ErrIdentityDate},
		{"day 0", "600100-" + last("600100"), "", ErrIdentityDate},
		{"day 60", "600160-" + last("600160"), "", ErrIdentityDate},
		{"born after today", "20121013-" + last("121013"), "", ErrIdentityDate},
		{"one digit wrong", "600121-9961", "", ErrIdentityChecksum},
		{"two digits changed about", "600112-9960", "", ErrIdentityChecksum},
		{"too short", "600121-996", "", ErrIdentity},
		{"too long", "1960012199600", "", ErrIdentity},
		{"eleven digits", "60012199600", "", ErrIdentity},
		{"nothing", "", "", ErrIdentity},
		{"words", "okänt", "", ErrIdentity},
		{"an organisation number", "212000-2114", "", ErrIdentityDate},
		{"digits of another script", "٦٠٠١٢١-٩٩٦٠", "", ErrIdentity},
	} {
		n, err := ParseIdentity(c.number, "2012-10-12")
		if !errors.Is(err, c.err) || err == nil && n.Text() != c.want {
			t.Errorf("%s: %q is read as %q, %v, want %q, %v", c.as, c.number, n.digits, err, c.want, c.err)
		}
	}
}

// last is the last four of a number in the test series.
func last(date string) string {
	for check := range 10 {
		if four := "998" + fmt.Sprint(check); luhn(date+four) == 0 {
			return four
		}
	}
	panic("every number has a check digit")
}

// interim is the last three of an interim number.
func interim(date, _ string) string {
	for check := range 10 {
		if three := "23" + fmt.Sprint(check); luhn(date+"1"+three) == 0 {
			return three
		}
	}
	panic("every number has a check digit")
}

func TestAnIdentityNumberTells(t *testing.T) {
	n, err := ParseIdentity("600181-"+last("600181"), "2012-10-12")
	if err != nil || !n.Coordination || n.Born != "1960-01-21" || !n.Test || n.Interim {
		t.Errorf("a coordination number of the test series is %+v, %v, born %s", n, err, n.Born)
	}
	for _, text := range []string{fmt.Sprint(n), fmt.Sprintf("%v %+v %#v %s %q", n, n, n, n, n), n.Masked()} {
		if strings.Contains(text, last("600181")) || !strings.Contains(text, "19600181-****") {
			t.Errorf("printed as %q", text)
		}
	}
}

func FuzzParseIdentity(f *testing.F) {
	for _, s := range []string{"600121-9960", "19750226-9983", "121012+9980", "600121-T231", "", "-+", "åäö600121-9960", "000000-0000", "99999999-9999"} {
		f.Add(s)
	}
	const today = local.Date("2012-10-12")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseIdentity(s, today)
		if err != nil {
			return
		}
		if len(n.Text()) != 12 || !n.Born.Valid() || n.Born > today || len(n.Masked()) != 13 {
			t.Fatalf("%q is read as %q, born %q", s, n.Text(), n.Born)
		}
		again, err := ParseIdentity(n.Text(), today)
		if err != nil || again != n {
			t.Fatalf("%q is read as %q, and that as %q, %v", s, n.Text(), again.digits, err)
		}
	})
}
