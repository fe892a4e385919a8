package web

import (
	"strings"
	"testing"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Who has chosen a language reads it wherever they sign in, and in their letters. Until then the browser's is theirs.
func TestTheLanguageOneChoseGoesAlong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		come := func() (letter string) {
			h.newBrowser()
			h.post("/sign-in", "email", "eva@example.org")
			letter = h.mail()
			h.post(linkIn.FindString(letter))
			return letter
		}
		reads := func(says, word string) {
			t.Helper()
			if _, _, page := h.get("/me/security"); !strings.Contains(page, word) {
				t.Errorf("%s: the page does not say %q", says, word)
			}
		}
		if letter := come(); !strings.Contains(letter, "koden") {
			t.Error("who has not chosen gets letters in Swedish")
		}
		reads("before", "Lösenord")
		h.post("/language", "language", "en")
		reads("after", "Password")
		if letter := come(); strings.Contains(letter, "koden") {
			t.Error("a letter in another language than was chosen")
		}
		reads("in another browser", "Password")
	})
}
