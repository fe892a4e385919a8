package web

import (
	"strconv"
	"strings"

	"kompobib/internal/office"
	"kompobib/internal/web/view"
)

// A bothRow is one fact of two persons.
type bothRow struct{ label, a, b string }

// facts are what two persons have, a row each; what neither has is left out.
func (d bothPage) facts(r view.Reader) (rows []bothRow) {
	add := func(label string, of func(office.Side) string) {
		if row := (bothRow{r.Say(label), of(d.Sides[0]), of(d.Sides[1])}); row.a+row.b != "" {
			rows = append(rows, row)
		}
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return r.Number(n)
	}
	add("person.identity", func(s office.Side) string { return s.Number })
	add("person.birth-year", func(s office.Side) string {
		if s.BirthYear == 0 {
			return ""
		}
		return strconv.Itoa(s.BirthYear)
	})
	add("person.email", func(s office.Side) string { return hiddenOr(r, s, s.Person.Email) })
	add("person.phone", func(s office.Side) string { return hiddenOr(r, s, s.Phone) })
	add("person.protected", func(s office.Side) string {
		if !s.Protected {
			return ""
		}
		return yesNo(r, true)
	})
	add("join.seats", func(s office.Side) string { return number(s.Seats) })
	add("join.meetings", func(s office.Side) string { return number(s.Meetings) })
	add("join.hours", func(s office.Side) string {
		if s.Minutes == 0 {
			return ""
		}
		return r.Minutes(s.Minutes)
	})
	add("join.letters", func(s office.Side) string { return number(s.Letters) })
	add("join.organises", func(s office.Side) string { return number(s.Organises) })
	add("join.account", func(s office.Side) string {
		switch {
		case !s.Account:
			return ""
		case s.Disabled:
			return strings.TrimSpace(r.Say("join.account-closed") + " " + s.Entrance.Email)
		}
		return strings.TrimSpace(yesNo(r, true) + " " + s.Entrance.Email)
	})
	add("join.roles", func(s office.Side) string {
		var roles []string
		for _, role := range s.Roles {
			roles = append(roles, r.State("role", string(role)))
		}
		return strings.Join(roles, ", ")
	})
	return rows
}

// hiddenOr is how a person is reached, unless that is hidden.
func hiddenOr(r view.Reader, s office.Side, text string) string {
	if s.Masked {
		return r.Say("person.hidden")
	}
	return text
}
