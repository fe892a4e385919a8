package learning

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// signs are those of a join code: none is taken for another, and no word comes of them.
const signs = "BCDFGHJKMNPQRTVWXZ2345679"

// A Room is what a join code leads into.
type Room byte

// The rooms that phones join by a code. The code of an analysis begins with a sign that no workshop's has, so that what was typed
// tells which of them it is.
const (
	WorkshopRoom Room = 'w'
	AnalysisRoom Room = 'S'
)

// NewCode makes a join code of what nobody can guess.
func NewCode(room Room, random string) string {
	sum := sha256.Sum256([]byte("join " + random))
	code := make([]byte, 6)
	for i := range code {
		code[i] = signs[int(sum[i])%len(signs)]
	}
	if room == AnalysisRoom {
		code[0] = byte(room)
	}
	return string(code)
}

// ParseCode is a code as people type it: in small letters, with blanks or a hyphen.
func ParseCode(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.ToUpper(s))
}

// RoomOf is the room that a parsed code leads into, if any.
func RoomOf(code string) Room {
	if strings.HasPrefix(code, string(rune(AnalysisRoom))) {
		return AnalysisRoom
	}
	return WorkshopRoom
}

// A Sending is a form that may come twice: by the browser's Back, or from a phone that never saw the answer.
type Sending struct {
	key  string
	said map[string]int
}

// NewSending is the sending of a form with that key.
func NewSending(key string) *Sending { return &Sending{key, map[string]int{}} }

// Row is what a row of the sending is known by: what it says, where it says so, and how often the sending has said the same before.
// Sent again as it was it is the same row, and whoever has changed it meanwhile says something else, which is stored too. It is
// hashed, since anybody can send a key of any length.
func (s *Sending) Row(says ...string) string {
	h := sha256.New()
	for _, part := range append([]string{s.key}, says...) {
		fmt.Fprintf(h, "%d %s", len(part), part)
	}
	of := hex.EncodeToString(h.Sum(nil))
	s.said[of]++
	if n := s.said[of]; n > 1 {
		of += " " + strconv.Itoa(n)
	}
	return of
}
