package auth

import (
	"context"

	"kompobib/internal/access"
	"kompobib/internal/db"
)

// PersonsAt returns whose open accounts have an address, for who manages accounts.
func PersonsAt(ctx context.Context, c db.Conn, v access.Viewer, email string) ([]string, error) {
	if !v.Can(access.ManageAccounts) {
		return nil, ErrForbidden
	}
	email, err := ParseEmail(email)
	if err != nil {
		return nil, ErrEmail.At("email")
	}
	return personsAt(ctx, c, email)
}
