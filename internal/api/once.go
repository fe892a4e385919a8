package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"kompobib/internal/db"
	"kompobib/internal/once"
)

// Once lets a POST be repeated.
type Once struct {
	Key     string `header:"Idempotency-Key" maxLength:"200" doc:"A word that the caller makes up for this request, and sends again when it repeats it because no answer came. What was done is then not done once more; the answer is the same for seven days."`
	RawBody []byte
}

// do runs f in a transaction of the caller's, once for each key, and returns f's answer, which holds
// nothing personal: it is kept. The same key with another request is a mistake of the caller's.
func (s *Server) do(ctx context.Context, c caller, o Once, f func(ctx context.Context, tx *db.Tx) (string, error)) (answer string, err error) {
	key := ""
	if o.Key != "" {
		key = "api/" + c.Person + "/" + o.Key
	}
	sum := sha256.Sum256(append([]byte(c.what+"\n"), o.RawBody...))
	request := base64.RawURLEncoding.EncodeToString(sum[:])
	err = s.DB.Tx(ctx, c.Person, func(ctx context.Context, tx *db.Tx) error {
		kept, err := once.Do(ctx, tx, key, func() (string, error) {
			answer, err := f(ctx, tx)
			return request + " " + answer, err
		})
		if err != nil {
			return err
		}
		was, rest, _ := strings.Cut(kept, " ")
		if was != request {
			return errKeyReused
		}
		answer = rest
		return nil
	})
	return answer, err
}
