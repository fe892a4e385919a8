package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/secret"
)

var (
	ErrLink  = fault.Define(fault.Invalid, "auth.link")  // used, too old, or never sent
	ErrCode  = fault.Define(fault.Invalid, "auth.code")  // not the one in the letter
	ErrTries = fault.Define(fault.TooMany, "auth.tries") // too many wrong codes
)

const (
	linkTime   = 30 * time.Minute // from when the letter is sent
	waitTime   = 24 * time.Hour   // for the letter to be sent
	tryTime    = time.Hour        // over which tries are counted
	linkTries  = 5                // wrong codes for one letter
	emailTries = 10               // for all letters to an address within tryTime
	codeDigits = 6
	purpose    = "sign-in"
)

// letters keeps a letter box from being filled. Another letter may come long before the link in the last one ends: so whoever asks for anybody's address as
// often as they can leaves its owner a way in there at every moment.
var letters = Pace{Tries: 5, Every: 12 * time.Minute}

// Ask puts a letter with a sign-in link and code in the outbox, if anyone has an account with
// the address, or can have one: see newcomers. It returns an id under which the code may be typed, and does the same whether
// the address is known or not, so that nobody can find out which are. back is the page that the link leads on to.
// Where enough letters lie in that mailbox there is no other, and no code under the id.
func Ask(ctx context.Context, tx *db.Tx, ring *secret.Ring, now time.Time, email, back string) (id string, err error) {
	email, err = ParseEmail(email)
	if err != nil {
		return "", ErrEmail.At("email")
	}
	now = machine(now)
	// Written first: whoever asks for the same address at the same time waits here.
	spent, err := db.Value[time.Time](ctx, tx, `INSERT INTO sign_in_pace (email, spent) VALUES ($1, $2)
		ON CONFLICT (email) DO UPDATE SET spent = sign_in_pace.spent RETURNING spent`, email, now)
	if err != nil {
		return "", err
	}
	id = tx.NewID()
	code := ring.Hash("sign-in code", id+" "+linkCode(ring, id))
	spent, room := letters.Spend(spent, now)
	if !room {
		code = ""
	} else if _, err := tx.Exec(ctx, `UPDATE sign_in_pace SET spent = $2 WHERE email = $1`, email, spent); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `INSERT INTO sign_in (id, token, code, email, purpose, back, made, expiry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, hashToken(linkToken(ring, id)), code, email, purpose, back, now, now.Add(waitTime))
	if err != nil || !room {
		return id, err
	}
	persons, err := personsAt(ctx, tx, email)
	if err == nil && len(persons) == 0 {
		persons, err = newcomers(ctx, tx, email)
	}
	if err != nil || len(persons) == 0 {
		return id, err
	}
	return id, letter.Queue(ctx, tx, letter.Letter{Person: persons[0], Template: letter.SignIn, Essential: true, Args: map[string]any{"sign_in": id}})
}

// A Way is what a sign-in letter holds.
type Way struct {
	Email string
	Token string // of the link
	Code  string
	Until time.Time
}

// MakeWay makes the link and the code of a sign-in that was asked for, as its letter is sent: the time in
// which they can be used begins. Sent again, the letter holds the same ones.
func MakeWay(ctx context.Context, tx *db.Tx, ring *secret.Ring, now time.Time, id string) (Way, error) {
	until := machine(now).Add(linkTime)
	email, err := db.Value[string](ctx, tx, `UPDATE sign_in SET expiry = $2 WHERE id = $1 AND used IS NULL RETURNING email`, id, until)
	if err != nil {
		return Way{}, err
	}
	return Way{email, linkToken(ring, id), linkCode(ring, id), until}, nil
}

// NewWay makes a link at once, for an operator who asks for one at the machine itself.
func NewWay(ctx context.Context, tx *db.Tx, ring *secret.Ring, now time.Time, email string) (Way, error) {
	email, err := ParseEmail(email)
	if err != nil {
		return Way{}, ErrEmail.At("email")
	}
	id, now := tx.NewID(), machine(now)
	way := Way{email, linkToken(ring, id), linkCode(ring, id), now.Add(waitTime)}
	_, err = tx.Exec(ctx, `INSERT INTO sign_in (id, token, code, email, purpose, made, expiry) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, hashToken(way.Token), ring.Hash("sign-in code", id+" "+way.Code), email, purpose, now, way.Until)
	return way, err
}

// LinkWorks reports whether a link can be used. It changes nothing: programs that read mail follow links too.
func LinkWorks(ctx context.Context, c db.Conn, now time.Time, token string) (bool, error) {
	n, err := db.Value[int](ctx, c, `SELECT count(*) FROM sign_in WHERE token = $1 AND purpose = $2 AND used IS NULL AND expiry > $3`,
		hashToken(token), purpose, machine(now))
	return n == 1, err
}

// UseLink uses a link up and returns who may sign in by it, all with an account at the address, and the page that they
// were heading for.
func UseLink(ctx context.Context, tx *db.Tx, now time.Time, token string) (persons []string, back string, err error) {
	type row struct{ email, back string }
	r, err := db.One(ctx, tx, func(r *row) []any { return []any{&r.email, &r.back} }, `
		UPDATE sign_in SET used = $3 WHERE token = $1 AND purpose = $2 AND used IS NULL AND expiry > $3 RETURNING email, back`,
		hashToken(token), purpose, machine(now))
	if errors.Is(err, db.ErrNoRows) {
		return nil, "", ErrLink
	}
	if err != nil {
		return nil, "", err
	}
	persons, err = proved(ctx, tx, r.email)
	return persons, r.back, err
}

// UseCode uses a typed code up and returns who may sign in by it. A wrong code is counted, so
// it runs its own transaction: the fault must not undo the count. The first code typed for a letter is looked at however many wrong ones were typed for
// others to the address: a stranger may have asked for those. What is answered to a wrong one tells neither whether anybody has the address nor whether
// there was a letter.
func UseCode(ctx context.Context, d *db.DB, ring *secret.Ring, now time.Time, id, code string) (persons []string, err error) {
	now = machine(now)
	code = strings.Join(strings.Fields(code), "")
	var wrong error
	err = d.Tx(ctx, "sign-in", func(ctx context.Context, tx *db.Tx) (err error) {
		persons, wrong = nil, nil
		type row struct {
			email, code, purpose string
			tries                int
			expiry               time.Time
			used                 *time.Time
		}
		// Counted first: whoever tries at the same time waits here.
		r, err := db.One(ctx, tx, func(r *row) []any { return []any{&r.email, &r.code, &r.purpose, &r.tries, &r.expiry, &r.used} },
			`UPDATE sign_in SET tries = tries + 1 WHERE id = $1 AND tries < 1000 RETURNING email, code, purpose, tries, expiry, used`, id)
		if errors.Is(err, db.ErrNoRows) {
			wrong = ErrLink
			return nil
		}
		if err != nil {
			return err
		}
		all, err := db.Value[int](ctx, tx, `SELECT coalesce(sum(tries), 0) FROM sign_in WHERE email = $1 AND made > $2 AND code <> ''`, r.email, now.Add(-tryTime))
		if err != nil {
			return err
		}
		right := subtle.ConstantTimeCompare([]byte(r.code), []byte(ring.Hash("sign-in code", id+" "+code))) == 1
		switch {
		case r.tries > linkTries || r.tries > 1 && all > emailTries:
			wrong = ErrTries
		case !right:
			wrong = ErrCode.At("code")
		case r.used != nil || !r.expiry.After(now) || r.purpose != purpose:
			wrong = ErrLink
		}
		if wrong != nil {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE sign_in SET used = $2 WHERE id = $1`, id, now); err != nil {
			return err
		}
		persons, err = proved(ctx, tx, r.email)
		if errors.Is(err, ErrLink) {
			wrong, err = err, nil
		}
		return err
	})
	return persons, errors.Join(err, wrong)
}

// proved returns who may sign in with a proved address. Newcomers get their accounts now. Whoever proved it reads the letters there, and may ask for as many
// as at first.
func proved(ctx context.Context, tx *db.Tx, email string) ([]string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM sign_in_pace WHERE email = $1`, email); err != nil {
		return nil, err
	}
	persons, err := newcomers(ctx, tx, email)
	if err != nil {
		return nil, err
	}
	for _, person := range persons {
		n, err := tx.Exec(ctx, `INSERT INTO account (person, email) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING`, person, email)
		if err == nil && n > 0 { // nor by another link at the same time
			err = audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "account", Row: person, Detail: map[string]any{"how": "roster"}})
		}
		if err != nil {
			return nil, err
		}
	}
	persons, err = personsAt(ctx, tx, email)
	if err == nil && len(persons) == 0 {
		err = ErrLink // the account was closed meanwhile
	}
	return persons, err
}

// newcomers are the staff, now or later, whom the roster reaches at an address and who have never had an account: whoever
// proves the address gets one, with no role. See docs/decisions/0009-two-addresses.md.
func newcomers(ctx context.Context, tx *db.Tx, email string) ([]string, error) {
	return db.Values[string](ctx, tx, `
		SELECT p.id FROM person p
		WHERE p.email = $1 AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person = p.id)
		  AND EXISTS (SELECT 1 FROM employment e WHERE e.person = p.id AND (e.valid_to IS NULL OR e.valid_to > $2))
		ORDER BY p.id`, email, local.DateOf(tx.At, time.UTC))
}

func personsAt(ctx context.Context, c db.Conn, email string) ([]string, error) {
	return db.Values[string](ctx, c, `SELECT person FROM account WHERE email = $1 AND disabled = 0 ORDER BY person`, email)
}

// SignedIn records that a person has come in, if their account is still open. how is 'link', 'code' or 'password'.
func SignedIn(ctx context.Context, tx *db.Tx, person, how string) error {
	n, err := db.Value[int](ctx, tx, `SELECT count(*) FROM account WHERE person = $1 AND disabled = 0`, person)
	if err == nil && n == 0 {
		err = ErrLink
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "sign-in", Entity: "account", Row: person, Detail: map[string]any{"how": how}})
}

// Sweep forgets ended sessions, what no longer counts, and sign-ins that nobody can use any more: those to an address that somebody has no sooner than others,
// or a code typed in vain would tell which it is.
func Sweep(ctx context.Context, tx *db.Tx, now time.Time) error {
	now = machine(now)
	_, err := tx.Exec(ctx, `DELETE FROM sign_in WHERE expiry < $1 AND made < $2`, now, now.Add(-waitTime))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM sign_in_pace WHERE spent < $1`, now)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM session WHERE expiry < $1`, now)
	}
	return err
}

// linkToken and linkCode follow from the id and the ring: whoever has the database alone cannot make them.
func linkToken(ring *secret.Ring, id string) string { return ring.Hash("sign-in link", id) }
func linkCode(ring *secret.Ring, id string) string {
	return ring.Code("sign-in number", id, codeDigits)
}

// hashToken is how a token with enough chance in it is stored.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// machine is a machine time as it is stored.
func machine(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// String keeps a way out of logs.
func (w Way) String() string { return fmt.Sprintf("way until %s", w.Until.Format(time.RFC3339)) }
