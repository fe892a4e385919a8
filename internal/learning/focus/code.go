package focus

import (
	"slices"
	"strconv"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/local"
)

// A code stands on a poster and may be typed from it: no letter or digit in it looks like another.
const (
	codeLength = 7
	alphabet   = "abcdefghjkmnpqrstuvwxyz23456789"
)

// newCode is made of the part of an id that is chance alone.
func newCode(tx *db.Tx) string {
	chance := tx.NewID()[13:]
	b := make([]byte, codeLength)
	n, err := strconv.ParseUint(chance[1:], 32, 64) // an id is written in the digits of base 32
	if err != nil {
		panic(err) // every test finds it
	}
	for i := range b {
		b[i] = alphabet[n%uint64(len(alphabet))]
		n /= uint64(len(alphabet))
	}
	return string(b)
}

// ParseCode returns a code as it is stored, however it was typed; ok is false for what can be none.
func ParseCode(typed string) (code string, ok bool) {
	code = strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u2013", "").Replace(typed))
	if len(code) != codeLength || strings.Trim(code, alphabet) != "" {
		return "", false
	}
	return code, true
}

var (
	ErrMonths = fault.Define(fault.Invalid, "focus.months") // args: the most months
)

const (
	mostMonths = 36
	mostChecks = 6
)

// Months are how many months after its start a commitment is followed up, rising.
type Months []int

// Usual is when commitments are followed up where nobody has said anything else.
var Usual = Months{3, 6}

// ParseMonths reads them as people write them: "3, 6" or "3 och 6".
func ParseMonths(typed string) (Months, error) {
	var all Months
	for _, word := range strings.FieldsFunc(typed, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > mostMonths {
			return nil, ErrMonths.With(mostMonths)
		}
		all = append(all, n)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 || len(all) > mostChecks {
		return nil, ErrMonths.With(mostMonths)
	}
	return all, nil
}

// String is m as it is stored, and as ParseMonths reads it.
func (m Months) String() string {
	words := make([]string, len(m))
	for i, n := range m {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}

// Next is the first day after a given one on which something that started on a day is followed up. When the months
// are over it goes on at the last interval: what has not ended is asked about again.
func (m Months) Next(start, after local.Date) local.Date {
	for _, n := range m {
		if d := addMonths(start, n); d > after {
			return d
		}
	}
	last := m[len(m)-1]
	step := last
	if len(m) > 1 {
		step = last - m[len(m)-2]
	}
	for n := last + step; ; n += step {
		if d := addMonths(start, n); d > after {
			return d
		}
	}
}

// addMonths is the same day some months later, or the last of a month that is too short.
func addMonths(d local.Date, n int) local.Date {
	t := d.Time()
	first := t.AddDate(0, n, 1-t.Day())
	return local.DateOf(first.AddDate(0, 0, min(t.Day(), first.AddDate(0, 1, -1).Day())-1), t.Location())
}
