package api

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

// A Signup is one person's wish to come to an occasion.
type Signup struct {
	ID       string `json:"id"`
	Occasion string `json:"occasion"`
	Person   string `json:"person" doc:"An id; of a person with protected identity, to others, what stands for them at this occasion: participant-7."`
	State    string `json:"state" enum:"seated,waiting,cancelled"`
	Position *int   `json:"position" doc:"In the queue, from 1; null for who does not wait."`
	Number   int    `json:"number" doc:"Of the person at this occasion, which does not change."`
}

// A ListedSignup is a sign-up in a list.
type ListedSignup struct {
	Signup
	Name      string    `json:"name" doc:"Empty for a person with protected identity, who is told by the number."`
	Workplace string    `json:"workplace" doc:"Its name on the day; empty for a person with protected identity."`
	Since     time.Time `json:"since" doc:"When the sign-up came to its state."`
}

func signupOf(s activity.Signup) Signup {
	made := Signup{ID: s.ID, Occasion: s.Occasion, Person: s.Person, State: string(s.State), Number: s.Number}
	if s.Place > 0 {
		made.Position = &s.Place
	}
	return made
}

// AtRow is the row that an operation is about.
type AtRow struct {
	ID string `path:"id" maxLength:"60"`
}

// SignUp signs a person up.
type SignUp struct {
	AtRow
	Once
	Body struct {
		Person string `json:"person" minLength:"1" maxLength:"60" doc:"The person's id, or what stands for it at this occasion."`
	}
}

func signUp(s *Server, ctx context.Context, c caller, in *SignUp) (*body[Signup], error) {
	text, err := s.do(ctx, c, in.Once, func(ctx context.Context, tx *db.Tx) (string, error) {
		made, err := activity.SignUp(ctx, tx, c.Viewer, in.ID, in.Body.Person)
		if err != nil {
			return "", placed(err, func(string) string { return "person" })
		}
		text, err := json.Marshal(signupOf(made))
		return string(text), err
	})
	if err != nil {
		return nil, err
	}
	var made Signup
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		return nil, err
	}
	return answer(made)
}

// placed is err with its faults in other fields.
func placed(err error, field func(string) string) error {
	faults := fault.Of(err)
	if faults == nil {
		return err
	}
	var list fault.List
	for _, f := range faults {
		if f.Field != "" {
			f = f.At(field(f.Field), f.Args...)
		}
		list = append(list, f)
	}
	return list
}

func cancelSignup(s *Server, ctx context.Context, c caller, in *AtRow) (*struct{}, error) {
	err := s.DB.Tx(ctx, c.Person, func(ctx context.Context, tx *db.Tx) error {
		return activity.CancelSignup(ctx, tx, c.Viewer, in.ID, "")
	})
	if err != nil && !errors.Is(err, activity.ErrNotSignedUp) {
		return nil, err
	}
	return nil, nil
}

// SignupsQuery chooses sign-ups.
type SignupsQuery struct {
	AtRow
	Paging
}

func listSignups(s *Server, ctx context.Context, c caller, in *SignupsQuery) (*body[List[ListedSignup]], error) {
	key, err := in.mark(3)
	if err != nil {
		return nil, err
	}
	mark := activity.SignupMark{State: activity.SignupState(key[0]), ID: key[2]}
	if mark.ID != "" {
		if mark.Seq, err = strconv.ParseInt(key[1], 10, 64); err != nil {
			return nil, errCursor.At("cursor")
		}
	}
	var list []activity.Participant
	err = s.DB.Snapshot(ctx, func(conn db.Conn) (err error) {
		list, err = activity.SignupsAfter(ctx, conn, c.Viewer, in.ID, mark, in.Limit+1)
		return err
	})
	if err == nil {
		others := slices.DeleteFunc(slices.Clone(list[:min(len(list), in.Limit)]), func(p activity.Participant) bool { return p.Person == c.Person })
		err = s.taken(ctx, c, "seats", in.ID, len(others))
	}
	if err != nil {
		return nil, err
	}
	return answer(page(in.Paging, list, func(p activity.Participant) ListedSignup {
		return ListedSignup{signupOf(p.Signup), p.Name, p.Workplace, p.Since.In(location())}
	}, func(p activity.Participant) []string {
		m := p.Mark()
		return []string{string(m.State), strconv.FormatInt(m.Seq, 10), m.ID}
	}))
}

// An Explanation is why a person has a seat, waits for one, or cannot have one.
type Explanation struct {
	Occasion string  `json:"occasion"`
	Person   string  `json:"person"`
	State    *string `json:"state" enum:"seated,waiting,cancelled" doc:"Null for who never signed up."`
	Position *int    `json:"position" doc:"In the queue, from 1; null for who does not wait."`
	Next     string  `json:"next" enum:"sign-up,queue,come,wait,passed,over,called-off,nothing" doc:"What happens next, or what the person can do."`
	Blocks   *Block  `json:"blocks,omitempty" doc:"What a sign-up would be refused for now; left out if it would not be."`
	Clashes  []Clash `json:"clashes" nullable:"false" doc:"Other meetings at the same time where the person has a seat or waits, of occasions whose sign-ups the caller may see them among. They hinder nothing."`
}

// A Block is a reason to refuse a sign-up.
type Block struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// A Clash is another meeting at the same time.
type Clash struct {
	Occasion string `json:"occasion"`
	Title    string `json:"title"`
	State    string `json:"state" enum:"seated,waiting"`
	Date     string `json:"date" format:"date"`
	Start    string `json:"start"`
	End      string `json:"end"`
}

// WhyQuery asks of a person.
type WhyQuery struct {
	AtRow
	Person string `query:"person" required:"true" maxLength:"60" doc:"The person's id, or what stands for it at this occasion."`
}

func why(s *Server, ctx context.Context, c caller, in *WhyQuery) (*body[Explanation], error) {
	var e activity.Explanation
	err := s.DB.Snapshot(ctx, func(conn db.Conn) (err error) {
		e, err = activity.Why(ctx, conn, c.Viewer, in.ID, in.Person, s.DB.Now())
		return err
	})
	if err == nil && e.Blocks != nil && e.Blocks.Is(activity.ErrNobody) {
		err = activity.ErrNobody.At("person")
	}
	if err != nil {
		return nil, err
	}
	told := Explanation{Occasion: in.ID, Person: in.Person, State: db.Null(e.State), Next: string(e.Next), Clashes: []Clash{}}
	if e.Place > 0 {
		told.Position = &e.Place
	}
	if e.Blocks != nil {
		told.Blocks = &Block{e.Blocks.Code, c.Say(e.Blocks.Code, e.Blocks.Args...)}
	}
	for _, k := range e.Clashes {
		told.Clashes = append(told.Clashes, Clash{k.Occasion, k.Title, string(k.State), k.Time.Date, k.Time.Start, k.Time.End})
	}
	return answer(told)
}
