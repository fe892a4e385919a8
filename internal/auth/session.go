package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"kompobib/internal/db"
)

const (
	idle     = 12 * time.Hour      // without a visit
	lifetime = 14 * 24 * time.Hour // whatever happens
	touch    = 10 * time.Minute    // how exactly the last visit is kept: a page read writes no oftener
)

// Sessions keeps who is signed in. A session's token stands in a cookie, and hashed in the database.
type Sessions struct {
	*scs.SessionManager
	clock func() time.Time // the machine's
}

// NewSessions keeps sessions in d. secure is set where people come by https.
func NewSessions(d *db.DB, clock func() time.Time, secure bool) *Sessions {
	m := scs.New()
	m.Lifetime = lifetime
	m.Store = &store{d, clock}
	m.Codec = codec{}
	m.HashTokenInStore = true
	m.Cookie.Name = "kompobib"
	m.Cookie.Secure = secure
	if secure {
		m.Cookie.Name = "__Host-kompobib"
	}
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	return &Sessions{m, clock}
}

// What a session holds.
const (
	personKey  = "person"
	howKey     = "how"     // 'link', 'code', 'password'
	sinceKey   = "since"   // when they came in, RFC 3339
	seenKey    = "seen"    // about when they were here last
	agentKey   = "agent"   // their browser, in a few words
	choicesKey = "choices" // who they may be, of those who share an address
	untilKey   = "until"   // when they must have chosen
)

// Person returns who is signed in, "" for nobody, and notes now and then that they are still here.
func (s *Sessions) Person(ctx context.Context) string {
	person := s.GetString(ctx, personKey)
	if person == "" {
		return ""
	}
	if now := s.clock(); now.Sub(moment(s.GetString(ctx, seenKey))) > touch {
		s.Put(ctx, seenKey, now.UTC().Format(time.RFC3339))
	}
	return person
}

// Come signs a person in, under a new token: one that someone else may have planted is worth nothing.
func (s *Sessions) Come(ctx context.Context, person, how, agent string) error {
	if err := s.RenewToken(ctx); err != nil {
		return err
	}
	now := s.clock().UTC()
	s.SetDeadline(ctx, now.Add(lifetime))
	s.Remove(ctx, choicesKey)
	s.Remove(ctx, untilKey)
	s.Put(ctx, personKey, person)
	s.Put(ctx, howKey, how)
	s.Put(ctx, sinceKey, now.Format(time.RFC3339))
	s.Put(ctx, seenKey, now.Format(time.RFC3339))
	s.Put(ctx, agentKey, agent)
	return nil
}

// Leave signs out.
func (s *Sessions) Leave(ctx context.Context) error { return s.Destroy(ctx) }

// Choose keeps who may be chosen among, for ten minutes.
func (s *Sessions) Choose(ctx context.Context, persons []string, how string) error {
	if err := s.RenewToken(ctx); err != nil {
		return err
	}
	list, err := json.Marshal(persons)
	if err != nil {
		return err
	}
	s.SetDeadline(ctx, s.clock().UTC().Add(10*time.Minute))
	s.Remove(ctx, personKey)
	s.Put(ctx, choicesKey, string(list))
	s.Put(ctx, howKey, how)
	s.Put(ctx, untilKey, s.clock().UTC().Add(10*time.Minute).Format(time.RFC3339))
	return nil
}

// Choices returns who may be chosen among, and how they proved it.
func (s *Sessions) Choices(ctx context.Context) (persons []string, how string) {
	if !s.clock().Before(moment(s.GetString(ctx, untilKey))) || json.Unmarshal([]byte(s.GetString(ctx, choicesKey)), &persons) != nil {
		return nil, ""
	}
	return persons, s.GetString(ctx, howKey)
}

// Proved reports whether whoever is signed in proved their address within the last quarter of an hour.
func (s *Sessions) Proved(ctx context.Context) bool {
	return s.GetString(ctx, howKey) != "password" && s.clock().Sub(moment(s.GetString(ctx, sinceKey))) < 15*time.Minute
}

// Stored is how the session of ctx is named in the database, "" if it is new.
func (s *Sessions) Stored(ctx context.Context) string {
	token := s.Token(ctx)
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token)) // as the library does
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A Session is a place where a person is signed in.
type Session struct {
	Stored string // its name in the database
	Since  time.Time
	Seen   time.Time
	How    string
	Agent  string
}

// List returns where a person is signed in, the last visit first.
func (s *Sessions) List(ctx context.Context, c db.Conn, person string) ([]Session, error) {
	type row struct{ token, data string }
	rows, err := db.All(ctx, c, func(r *row) []any { return []any{&r.token, &r.data} },
		`SELECT token, data FROM session WHERE person = $1 AND person <> '' AND expiry > $2 ORDER BY expiry DESC, token`, person, machine(s.clock()))
	if err != nil {
		return nil, err
	}
	all := make([]Session, len(rows))
	for i, r := range rows {
		_, values, err := codec{}.Decode([]byte(r.data))
		if err != nil {
			return nil, err
		}
		say := func(key string) string { text, _ := values[key].(string); return text }
		all[i] = Session{r.token, moment(say(sinceKey)), moment(say(seenKey)), say(howKey), say(agentKey)}
	}
	return all, nil
}

// EndSession signs a person out of one place.
func EndSession(ctx context.Context, tx *db.Tx, person, stored string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE person = $1 AND token = $2`, person, stored)
	return err
}

func moment(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}

// codec writes a session as JSON, whose values are texts.
type codec struct{}

type sessionData struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	d := sessionData{deadline, map[string]string{}}
	for key, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, errors.New("auth: a session holds texts only")
		}
		d.Values[key] = text
	}
	return json.Marshal(d)
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var d sessionData
	if err := json.Unmarshal(b, &d); err != nil {
		return time.Time{}, nil, err
	}
	values := map[string]any{}
	for key, text := range d.Values {
		values[key] = text
	}
	return d.Deadline, values, nil
}

// store keeps sessions in the table session.
type store struct {
	db    *db.DB
	clock func() time.Time
}

func (s *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := db.Value[string](ctx, s.db, `SELECT data FROM session WHERE token = $1 AND expiry > $2`, token, machine(s.clock()))
	if errors.Is(err, db.ErrNoRows) {
		return nil, false, nil
	}
	return []byte(data), err == nil, err
}

// CommitCtx stores a session until it has stood idle too long or its lifetime ends. One that was ended while its
// last page was being made does not come back.
func (s *store) CommitCtx(ctx context.Context, token string, b []byte, deadline time.Time) error {
	_, values, err := codec{}.Decode(b)
	if err != nil {
		return err
	}
	person, _ := values[personKey].(string)
	expiry := machine(s.clock().Add(idle))
	if deadline.Before(expiry) {
		expiry = machine(deadline)
	}
	fresh := asText(values[sinceKey]) == asText(values[seenKey])
	return s.db.Tx(ctx, "session", func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE session SET data = $2, person = $3, expiry = $4 WHERE token = $1`, token, string(b), person, expiry)
		if err != nil || n > 0 || !fresh {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO session (token, data, person, expiry) VALUES ($1, $2, $3, $4)`, token, string(b), person, expiry)
		return err
	})
}

func asText(value any) string { text, _ := value.(string); return text }

func (s *store) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Tx(ctx, "session", func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM session WHERE token = $1`, token)
		return err
	})
}

// The library asks for these, and calls those above instead.
func (s *store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}
func (s *store) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}
func (s *store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
