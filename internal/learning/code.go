package learning

import (
	"crypto/sha256"
	"encoding/hex"
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

// ShortKey is what a form is known by when it is sent again: as it came, or shortened, since anybody can send any.
func ShortKey(key string) string {
	const most = 64
	if len(key) <= most {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
