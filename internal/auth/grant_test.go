package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/dbtest/doctor"
	"kompobib/internal/local"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const today local.Date = "2012-10-12"

func do(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return d.Tx(t.Context(), "ann", f)
}

func must(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := do(t, d, f); err != nil {
		t.Fatal(err)
	}
}

// person makes a person with an account.
func person(t *testing.T, d *db.DB, id, email string) string {
	t.Helper()
	must(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO person (id, given, family, sort_key, folded) VALUES ($1, $1, 'Test', $1, $1)`, id)
		if err != nil {
			return err
		}
		return errors.Join(audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "person", Row: id}),
			auth.NewAccount(ctx, tx, access.System, id, email))
	})
	return id
}

func unit(t *testing.T, d *db.DB, id string) {
	t.Helper()
	must(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO unit (id, kind, workplace_kind) VALUES ($1, 'workplace', 'public-library')`, id)
		return errors.Join(err, audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "unit", Row: id}))
	})
}

func give(t *testing.T, d *db.DB, person string, g access.Grant) (access.Grant, error) {
	t.Helper()
	err := do(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = auth.AddGrant(ctx, tx, access.System, person, g)
		return err
	})
	return g, err
}

func from(d local.Date) local.Period { return local.Period{From: d} }

func TestAddGrant(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		eva := person(t, d, "eva", "eva@example.org")
		unit(t, d, "library")
		for _, test := range []struct {
			says string
			who  string
			give access.Grant
			want error
		}{
			{"an organiser of one programme", eva, access.Grant{Role: access.Organiser, Programme: "p", Valid: from(today)}, nil},
			{"the same again", eva, access.Grant{Role: access.Organiser, Programme: "p", Valid: from("2012-12-01")}, auth.ErrGrantTwice},
			{"of another programme", eva, access.Grant{Role: access.Organiser, Programme: "q", Valid: from(today)}, nil},
			{"a contact of a library", eva, access.Grant{Role: access.Contact, Unit: "library", Valid: from(today)}, nil},
			{"a contact of nothing", eva, access.Grant{Role: access.Contact, Valid: from(today)}, auth.ErrGrantUnit},
			{"a contact of what does not exist", eva, access.Grant{Role: access.Contact, Unit: "moon", Valid: from(today)}, auth.ErrGrantUnit},
			{"an office of a library", eva, access.Grant{Role: access.Office, Unit: "library", Valid: from(today)}, auth.ErrGrantScope},
			{"an administrator of a programme", eva, access.Grant{Role: access.Administrator, Programme: "p", Valid: from(today)}, auth.ErrGrantScope},
			{"an auditor for ever", eva, access.Grant{Role: access.Auditor, Programme: "p", Valid: from(today)}, auth.ErrGrantEnd},
			{"an auditor until a date", eva, access.Grant{Role: access.Auditor, Programme: "p", Valid: local.Period{From: today, To: "2013-01-01"}}, nil},
			{"an auditor once more, from that date", eva, access.Grant{Role: access.Auditor, Programme: "p", Valid: local.Period{From: "2013-01-01", To: "2013-02-01"}}, nil},
			{"a participant, which is not given", eva, access.Grant{Role: access.Participant, Valid: from(today)}, auth.ErrRole},
			{"an end before the beginning", eva, access.Grant{Role: access.Steering, Valid: local.Period{From: today, To: "2012-01-01"}}, local.ErrPeriod},
			{"nobody", "nobody", access.Grant{Role: access.Steering, Valid: from(today)}, auth.ErrNoAccount},
		} {
			if _, err := give(t, d, test.who, test.give); !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", test.says, err, test.want)
			}
		}
		if err := do(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := auth.AddGrant(ctx, tx, access.Viewer{Person: eva, Grants: []access.Grant{{Role: access.Office}}}, eva, access.Grant{Role: access.Administrator, Valid: from(today)})
			return err
		}); !errors.Is(err, auth.ErrForbidden) {
			t.Errorf("the office made an administrator: %v", err)
		}
	})
}

func TestGrantsHoldForATime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		eva := person(t, d, "eva", "eva@example.org")
		g, err := give(t, d, eva, access.Grant{Role: access.Steering, Programme: "p", Valid: local.Period{From: "2012-10-01", To: "2012-11-01"}})
		if err != nil {
			t.Fatal(err)
		}
		holds := func(on local.Date) bool {
			grants, err := auth.Grants(t.Context(), d, eva, on)
			if err != nil || len(grants) == 0 || grants[0].Role != access.Participant {
				t.Errorf("on %s: %v, %v", on, grants, err)
			}
			return access.Viewer{Grants: grants}.In(access.SeeReach, "p")
		}
		for on, want := range map[local.Date]bool{"2012-09-30": false, "2012-10-01": true, "2012-10-31": true, "2012-11-01": false} {
			if holds(on) != want {
				t.Errorf("on %s: %v", on, !want)
			}
		}
		must(t, d, func(ctx context.Context, tx *db.Tx) error { return auth.EndGrant(ctx, tx, access.System, g.ID, today) })
		if !holds(today.Add(-1)) || holds(today) {
			t.Error("ended from today, it held until yesterday")
		}
		if grants, err := auth.Grants(t.Context(), d, "nobody", today); grants != nil || err != nil {
			t.Errorf("nobody holds %v, %v", grants, err)
		}
		must(t, d, func(ctx context.Context, tx *db.Tx) error {
			a, err := auth.GetAccount(ctx, tx, access.System, eva)
			if err != nil {
				return err
			}
			a.Disabled = true
			return auth.UpdateAccount(ctx, tx, access.System, a, today)
		})
		if grants, err := auth.Grants(t.Context(), d, eva, today); grants != nil || err != nil {
			t.Errorf("with a closed account she holds %v, %v", grants, err)
		}
	})
}

// The last administrator stays, also when two would remove each other at once.
func TestLastAdministrator(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var grants []access.Grant
		for _, id := range []string{"eva", "ola", "pia"} {
			g, err := give(t, d, person(t, d, id, id+"@example.org"), access.Grant{Role: access.Administrator, Valid: from("2012-01-01")})
			if err != nil {
				t.Fatal(err)
			}
			grants = append(grants, g)
		}
		errs := make([]error, 3)
		var all sync.WaitGroup
		for i, g := range grants {
			all.Go(func() {
				errs[i] = do(t, d, func(ctx context.Context, tx *db.Tx) error { return auth.EndGrant(ctx, tx, access.System, g.ID, today) })
			})
		}
		all.Wait()
		kept := 0
		for _, err := range errs {
			if errors.Is(err, auth.ErrLastAdmin) {
				kept++
			} else if err != nil {
				t.Error(err)
			}
		}
		if kept != 1 {
			t.Errorf("%d of 3 were refused: %v", kept, errs)
		}
		for _, id := range []string{"eva", "ola", "pia"} {
			err := do(t, d, func(ctx context.Context, tx *db.Tx) error {
				return auth.UpdateAccount(ctx, tx, access.System, auth.Account{Person: id, Email: id + "@example.org", Disabled: true, Version: 2}, today)
			})
			still, _ := auth.Grants(t.Context(), d, id, today)
			if errors.Is(err, auth.ErrLastAdmin) != (access.Viewer{Grants: still}).Is(access.Administrator) {
				t.Errorf("closing %s's account: %v, who holds %v", id, err, still)
			}
		}
		doctor.Well(t, d)
	})
}
