package web

import (
	"context"
	"errors"
	"slices"

	"kompobib/internal/access"
	"kompobib/internal/db"
	"kompobib/internal/job"
	"kompobib/internal/learning/focus"
	"kompobib/internal/letter"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// lets makes what lets the recipient of a letter on follow-up answer without signing in, as it is sent; "" for other letters.
func (l Letters) lets(ctx context.Context, x letter.Letter) (token string, err error) {
	if !slices.Contains([]string{letter.FollowUp, letter.FollowUpAgain}, x.Template) {
		return "", nil
	}
	err = l.DB.Tx(ctx, "letters", func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = focus.MakeLink(ctx, tx, l.Ring, l.Now(), x.About, x.Person)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		err = letter.ErrPointless // it has been answered, or handed on
	}
	return token, err
}

// afterEnd is the key of what is said of following up a commitment when its programme is over: who reads the answer.
func afterEnd(c focus.Commitment) string {
	if c.Workplace == "" {
		return "focus.after-end-own"
	}
	return "focus.after-end"
}

// aboutCommitment fills in what a letter says of a commitment. What a person has undertaken alone goes into no letter.
func (l Letters) aboutCommitment(ctx context.Context, c db.Conn, x letter.Letter, w *words) error {
	k, err := focus.Find(ctx, c, nil, focus.DayOf(l.DB.Now()), x.About)
	if err != nil {
		return err
	}
	p, err := programme.Get(ctx, c, access.System, k.Programme)
	if err != nil {
		return err
	}
	if w.values["readers"] = ""; p.State.On(focus.DayOf(l.DB.Now()), p.Ends) == programme.Closed {
		w.values["readers"] = "\n\n" + w.Say(afterEnd(k), w.Date(p.Ends)) + " " + w.Say("focus.after-end-stop")
	}
	w.values["silence"] = ""
	if k.Workplace == "" {
		w.values["title"], w.values["commitment"], w.path = w.Say("focus.own-title"), w.Say("focus.own-title"), ownCommitments+"/"+k.ID
		return nil
	}
	w.values["title"], w.path = w.Say("focus.quoted", shortText(sentence(w.Language, k.Wording))), "/programmes/"+p.Slug+"/workplaces/"+k.Workplace+"/commitments/"+k.ID
	w.values["commitment"], w.values["silence"] = sentence(w.Language, k.Wording), " "+w.Say("focus.silence")
	switch x.Template {
	case letter.OwnerLeft:
		w.path += "/edit"
	case letter.PlanUsed:
		n, _ := x.Args["ideas"].(float64) // as JSON has numbers
		w.path, w.values["ideas"] = "/programmes/"+p.Slug+"/workplaces/"+k.Workplace+"/commitments", w.Number(int(n))
	}
	if unit, _ := x.Args["workplace"].(string); unit != "" {
		names, err := people.UnitNames(ctx, c, []string{unit})
		w.values["workplace"] = names[unit]
		return err
	}
	return nil
}

// remind writes the letters on follow-up that are due.
func (s *Server) remind(ctx context.Context, run *job.Run) error {
	for total := 0; ; {
		n := 0
		err := s.DB.Tx(ctx, "job", func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = focus.Remind(ctx, tx)
			return err
		})
		if total += n; err != nil || n == 0 {
			return err
		}
		if err := run.Progress(ctx, total, total); err != nil {
			return err
		}
	}
}
