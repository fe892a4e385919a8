// Package fault names the mistakes that a person can make. A fault carries no
// words, only what is needed to choose them in the reader's language.
// An error that is not a fault is a bug or an outage.
package fault

import (
	"errors"
	"slices"
	"strings"
)

// A Kind says what sort of fault it is.
type Kind int

const (
	Invalid   Kind = iota + 1 // what was asked makes no sense
	NotFound                  // it is not there, or is hidden from this person
	Forbidden                 // it is there, but not for this person
	Conflict                  // it made sense until something else happened
	SignIn                    // who asks must first say who they are
	TooLarge                  // more than we take
	TooMany                   // too often, or too many at once
)

// A Fault is one mistake.
type Fault struct {
	Kind  Kind
	Code  string // "room.word": the key of its words
	Args  []any  // what the words are about: a limit, a date
	Field string // the field of the form, if one is at fault
	stale bool   // see [Outdated]
}

var codes []string

// Define makes a fault that others are compared with. Call it only for a
// package's variables: so [Codes] knows every code that needs words.
func Define(k Kind, code string) *Fault {
	codes = append(codes, code)
	return &Fault{Kind: k, Code: code}
}

// Codes returns every defined code.
func Codes() []string { return slices.Sorted(slices.Values(codes)) }

// Outdated is [Define] for a fault that is [Stale] too, with words of its own: the form was filled in from something else than a version.
func Outdated(code string) *Fault {
	f := Define(Conflict, code)
	f.stale = true
	return f
}

// Stale is the fault of a form filled in from a version that is no longer the last.
var Stale = Define(Conflict, "fault.stale")

// Page is the fault of a mark that no page of a list ended at.
var Page = Define(Invalid, "fault.page")

// At is f in a field of a form.
func (f *Fault) At(field string, args ...any) *Fault {
	return &Fault{f.Kind, f.Code, args, field, f.stale}
}

// With is f about something.
func (f *Fault) With(args ...any) *Fault { return f.At(f.Field, args...) }

func (f *Fault) Error() string { return strings.Trim(f.Code+" "+f.Field, " ") }

// Is makes [errors.Is] compare codes, whatever the field and arguments. What is [Outdated] is [Stale].
func (f *Fault) Is(err error) bool {
	g, ok := err.(*Fault)
	return ok && (g.Code == f.Code || f.stale && g.Code == Stale.Code)
}

// A List is everything wrong with a form.
type List []*Fault

// Unless adds f if what should hold does not.
func (l *List) Unless(holds bool, f *Fault) {
	if !holds {
		*l = append(*l, f)
	}
}

// Add adds the faults in err and reports whether err held nothing but faults.
func (l *List) Add(err error) bool {
	faults := Of(err)
	*l = append(*l, faults...)
	return err == nil || faults != nil
}

// In returns the fault in a field, nil if there is none.
func (l List) In(field string) *Fault {
	for _, f := range l {
		if f.Field == field {
			return f
		}
	}
	return nil
}

// Err is l as an error, nil if l is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

func (l List) Error() string { return errors.Join(l.Unwrap()...).Error() }

func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, f := range l {
		errs[i] = f
	}
	return errs
}

// Of returns the faults in err's tree, nil if there are none.
func Of(err error) List {
	if l, ok := errors.AsType[List](err); ok {
		return l
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return List{f}
	}
	return nil
}
