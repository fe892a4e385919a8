package api

import (
	"regexp"
	"strconv"

	"kompobib/internal/fault"
)

var escape = regexp.MustCompile(`\\(u[0-9A-Fa-f]{4}|[^u])`)

// plain leaves out of a JSON text the control characters that its strings escape: nobody types them, and PostgreSQL takes
// no NUL. Without an escape JSON has none.
func plain(text []byte) []byte {
	return escape.ReplaceAllFunc(text, func(e []byte) []byte {
		switch e[1] {
		case 'b', 'f':
			return nil
		case 'u':
			if r, err := strconv.ParseUint(string(e[2:]), 16, 16); err == nil && !fault.Typed(rune(r)) {
				return nil
			}
		}
		return e
	})
}
