package letter

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/mail"
	"kompobib/internal/secret"
)

// A Sender carries a message: [mail.SMTP] or [mail.Folder].
type Sender interface {
	Send(ctx context.Context, m mail.Message) error
	Close() error // until the next message
}

// Text is a letter in the recipient's words.
type Text struct {
	To      string // '' if the person has no address
	Subject string
	Plain   string
	HTML    string
	Kept    string // Plain as it is kept and shown: without what lets one in
}

// A Worker sends what is in the outbox. Several may run, in several processes.
type Worker struct {
	DB     *db.DB
	Ring   *secret.Ring
	Sender Sender
	// Render finds the words. It runs after the letter was taken, so what it makes (a sign-in link) is made
	// only when the letter is sent.
	Render func(ctx context.Context, l Letter) (Text, error)
	Clock  func() time.Time // the machine's
	Log    *slog.Logger
	Pause  time.Duration // between looks at an empty outbox
}

const (
	lease    = 5 * time.Minute  // for one letter: after that its worker is gone
	patience = 90 * time.Second // for one letter on its way
	most     = 14               // attempts, over about two days
)

// backOff is how long to wait after the nth attempt failed.
func backOff(n int) time.Duration { return min(time.Minute<<min(n-1, 12), 6*time.Hour) }

// by is who the outbox's transactions are by.
const by = "letters"

// Run sends until ctx is done. The letter under way then is finished.
func (w *Worker) Run(ctx context.Context) error {
	defer w.Sender.Close()
	for {
		some, err := w.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			w.Log.ErrorContext(ctx, "outbox", "err", err)
		}
		if some && err == nil {
			continue
		}
		if err := w.Sender.Close(); err != nil {
			w.Log.WarnContext(ctx, "mail server", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(w.Pause):
		}
	}
}

// Step sends one letter, and reports whether there was one.
func (w *Worker) Step(ctx context.Context) (bool, error) {
	l, ok, err := w.take(ctx)
	if !ok || err != nil {
		return false, err
	}
	// What is on its way is finished, whoever wants to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	text, err := w.Render(ctx, l)
	if errors.Is(err, ErrPointless) {
		return true, w.settle(ctx, l, text, err)
	}
	if err != nil {
		w.Log.ErrorContext(ctx, "letter without words", "letter", l.ID, "template", l.Template, "err", err)
		return true, w.settle(ctx, l, text, errWords)
	}
	if text.To == "" {
		return true, w.settle(ctx, l, text, errNoAddress)
	}
	err = w.Sender.Send(ctx, mail.Message{ID: l.ID, To: text.To, Subject: text.Subject, Text: text.Plain, HTML: text.HTML, Date: w.Clock()})
	if err != nil {
		// The error itself may name the address: it is not logged.
		w.Log.WarnContext(ctx, "letter not sent", "letter", l.ID, "template", l.Template, "attempt", l.Attempts, "fate", fate(err))
	}
	return true, w.settle(ctx, l, text, err)
}

// ErrPointless is what a worker's Render returns for a letter that there is no point in sending any more.
var ErrPointless = errors.New("letter: nothing to tell any more")

var (
	errNoAddress = errors.New("the person has no address")
	errWords     = errors.New("no words")
)

// fate is the code of what became of a letter that was not sent.
func fate(err error) string {
	switch {
	case errors.Is(err, errNoAddress):
		return "no-address"
	case errors.Is(err, ErrPointless):
		return "pointless"
	case errors.Is(err, errWords):
		return "words"
	case errors.Is(err, mail.ErrRefused):
		return "refused"
	case errors.Is(err, mail.ErrUnknown):
		return "unknown"
	}
	return "later"
}

// take marks the letter that is due first as being sent, in a transaction of its own, before the first
// byte goes out. One whose worker is gone is taken too if it is essential; if not, nobody knows
// whether it arrived.
func (w *Worker) take(ctx context.Context) (l Letter, ok bool, err error) {
	for {
		now := w.Clock().UTC().Truncate(time.Microsecond)
		// Looked for first, without writing: an empty outbox costs nothing.
		due, err := db.Values[string](ctx, w.DB, `SELECT id FROM letter WHERE state IN ('waiting', 'sending') AND due <= $1 ORDER BY due, id LIMIT 1`, now)
		if err != nil || len(due) == 0 {
			return l, false, err
		}
		var rows []row
		err = w.DB.Tx(ctx, by, func(ctx context.Context, tx *db.Tx) (err error) {
			_, err = tx.Exec(ctx, `UPDATE letter SET state = 'unknown', error = 'unknown'
				WHERE state = 'sending' AND due <= $1 AND essential = 0`, now)
			if err != nil {
				return err
			}
			// Of two who find the same letter the second waits for the first, and finds its conditions no longer true.
			rows, err = db.All(ctx, tx, scan, `UPDATE letter SET state = 'sending', attempts = attempts + 1, due = $2
				WHERE id = (SELECT id FROM letter WHERE state IN ('waiting', 'sending') AND due <= $1 ORDER BY due, id LIMIT 1)
				AND state IN ('waiting', 'sending') AND due <= $1
				RETURNING `+columns, now, now.Add(lease))
			return err
		})
		if err != nil {
			return l, false, err
		}
		if len(rows) == 1 {
			l, err = rows[0].letter()
			return l, err == nil, err
		}
	}
}

// settle stores what became of a letter that this worker took. If its lease has run out and another
// has taken it since, the other's word holds.
func (w *Worker) settle(ctx context.Context, l Letter, text Text, failed error) error {
	state, code, due := StateSent, "", l.Due
	if failed != nil {
		code = fate(failed)
		switch again := l.Attempts < most; {
		case code == "unknown" && !l.Essential:
			state = StateUnknown
		case code != "refused" && code != "no-address" && code != "pointless" && again:
			state, due = StateWaiting, w.Clock().UTC().Truncate(time.Microsecond).Add(backOff(l.Attempts))
		case code == "unknown":
			state = StateUnknown
		default:
			state = StateFailed
		}
	}
	return w.DB.Tx(ctx, by, func(ctx context.Context, tx *db.Tx) error {
		var sealed []string
		var sent *time.Time
		if state == StateSent || state == StateUnknown {
			// Whose it is may have changed since it was taken: two persons have turned out to be one.
			owners, err := db.Values[string](ctx, tx, `UPDATE letter SET attempts = attempts WHERE id = $1 RETURNING person`, l.ID)
			if err != nil || len(owners) == 0 {
				return err
			}
			l.Person = owners[0]
			sealed, err = secret.SealAll(ctx, tx, w.Ring, []secret.Item{{Owner: l.Person, Text: text.Subject}, {Owner: l.Person, Text: text.Kept}})
			if err != nil {
				return err
			}
		} else {
			sealed = []string{"", ""}
		}
		if state == StateSent {
			sent = &tx.At
		}
		_, err := tx.Exec(ctx, `UPDATE letter SET state = $1, error = $2, due = $3, sent_at = $4, subject = $5, body = $6
			WHERE id = $7 AND state = 'sending' AND attempts = $8`,
			state, code, due, sent, sealed[0], sealed[1], l.ID, l.Attempts)
		return err
	})
}
