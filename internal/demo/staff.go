package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/local"
)

// A worker is a fictitious member of staff. The key is that of the workplace where the worker
// began and a number, the first being the manager: "koping/1".
type worker struct {
	key           string
	given, family string
	gender        string
	birth         local.Date
	isced         int
	email, phone  string
	identity      string // twelve digits of the official test series: birth numbers 980-999
	protected     bool
	jobs          []post
}

// A post is an employment, until something in the story changes it.
type post struct {
	workplace, title, role string
	share                  int // thousandths of full time
	from                   local.Date
}

// A crowd makes workers, each unlike the others.
type crowd struct {
	names   map[string][]string
	used    map[string]bool // names and identity numbers
	counted int
}

// worker makes one from a source of chance of its own, so that a further one changes nobody else.
func (c *crowd) worker(key, domain string, p post) *worker {
	r := chance("worker " + key)
	c.counted++
	w := &worker{key: key, gender: "woman", jobs: []post{p}}
	if r.Float64() < 0.21 {
		w.gender = "man"
	}
	for w.given == "" || c.used[w.given+" "+w.family] {
		w.given, w.family = pick(r, c.names[w.gender]), pick(r, c.names["family"])
	}
	for w.identity == "" || c.used[w.identity] {
		w.birth = local.Date(strconv.Itoa(1947+r.IntN(22)+r.IntN(20)) + "-01-01").Add(r.IntN(365))
		w.identity = identity(r, w.birth, w.gender)
	}
	c.used[w.given+" "+w.family], c.used[w.identity] = true, true
	switch p.role {
	case "assistant", "driver", "caretaker":
		w.isced = 3 + r.IntN(3)
	case "manager":
		w.isced = 7
	default:
		w.isced = 6 + r.IntN(2)
	}
	w.email = fmt.Sprintf("fiktiv%03d@%s.example", c.counted, domain)
	w.phone = fmt.Sprintf("070-174 06 %02d", 5+c.counted%95) // kept by PTS for what is made up
	if w.jobs[0].from == "" {
		first := max(1975, w.birth.Time().Year()+20)
		w.jobs[0].from = local.Date(fmt.Sprintf("%d-%02d-01", first+r.IntN(2011-first), 1+r.IntN(12)))
	}
	return w
}

// identity makes a personal identity number that no living person has: birth number 980-999,
// odd for a man, and a check digit by Luhn's rule over the last nine digits before it.
func identity(r *rand.Rand, birth local.Date, gender string) string {
	number := 980 + 2*r.IntN(10)
	if gender == "man" {
		number++
	}
	digits := strings.ReplaceAll(string(birth), "-", "") + strconv.Itoa(number)
	return digits + strconv.Itoa(luhn(digits[2:]))
}

// luhn is the check digit of digits.
func luhn(digits string) int {
	sum := 0
	for i, c := range digits {
		n := int(c-'0') * (2 - i%2)
		sum += n/10 + n%10
	}
	return (10 - sum%10) % 10
}

// staff makes all who work at the workplaces when the project starts, in order of workplace.
func (b *book) staff() (*crowd, []*worker) {
	c := &crowd{names: b.names, used: map[string]bool{}}
	var all []*worker
	for _, at := range b.workplaces {
		for i := range at.staff {
			title, role := position(at, i)
			p := post{workplace: at.key, title: title, role: role, share: 1000}
			key := fmt.Sprintf("%s/%d", at.key, i+1)
			if role != "manager" && at.kind != "county-library" {
				p.share = pick(chance("share "+key), []int{1000, 1000, 1000, 1000, 1000, 1000, 800, 750, 750, 500, 500, 250})
			}
			w := c.worker(key, at.employer, p)
			w.protected = slices.Contains(protected, key)
			if slices.Contains(sharing, key) {
				w.email = SharedAddress
			}
			for _, a := range Accounts {
				if a.key == key {
					w.email = a.Email
				}
			}
			all = append(all, w)
		}
	}
	return c, all
}

// position is the title and role of the i-th at a workplace.
func position(w workplace, i int) (title, role string) {
	type job struct{ title, role string }
	of := func(jobs ...job) (string, string) { j := jobs[i%len(jobs)]; return j.title, j.role }
	librarian, assistant := job{"bibliotekarie", "librarian"}, job{"biblioteksassistent", "assistant"}
	switch w.kind {
	case "public-library":
		switch {
		case i == 0:
			return "bibliotekschef", "manager"
		case i == 1 && w.staff >= 12, (i == 2 || i == 3) && w.staff >= 30:
			return "enhetschef", "manager"
		}
		return of(librarian, job{"barnbibliotekarie", "childrens-librarian"}, assistant, librarian, job{"förste bibliotekarie", "librarian"},
			job{"barn- och ungdomsbibliotekarie", "childrens-librarian"}, assistant, librarian, job{"medierådgivare", "media-adviser"},
			librarian, assistant, job{"vaktmästare", "caretaker"}, librarian)
	case "branch-library":
		if i == 0 && w.staff >= 3 {
			return "enhetschef", "manager"
		}
		return of(librarian, assistant, job{"barnbibliotekarie", "childrens-librarian"})
	case "hospital-library":
		if i == 0 && w.staff >= 4 {
			return "enhetschef", "manager"
		}
		return of(job{"sjukhusbibliotekarie", "librarian"}, assistant, job{"informationsspecialist", "librarian"})
	case "school-library":
		if i == 0 && w.staff >= 6 {
			return "enhetschef", "manager"
		}
		return of(job{"gymnasiebibliotekarie", "school-librarian"}, assistant, job{"gymnasiebibliotekarie", "school-librarian"})
	case "mobile-library":
		return of(job{"bokbussbibliotekarie", "librarian"}, job{"bokbussförare", "driver"})
	}
	return of(job{"länsbibliotekarie", "manager"}, job{"projektledare", "other"}, job{"utvecklingsledare", "other"},
		job{"konsulent", "other"}, job{"projektadministratör", "other"}, job{"ekonom", "other"}, job{"it-samordnare", "other"})
}
