package access_test

import (
	"fmt"
	"slices"
	"testing"

	"kompobib/internal/access"
)

func grant(role access.Role, programme, unit string, workplaces ...string) access.Grant {
	return access.Grant{Role: role, Programme: programme, Unit: unit, Workplaces: workplaces}
}

// Who reaches what, said as sentences.
func TestReach(t *testing.T) {
	participant := access.Viewer{Person: "ann", Grants: []access.Grant{grant(access.Participant, "", "")}}
	contact := access.Viewer{Person: "bo", Grants: []access.Grant{grant(access.Participant, "", ""), grant(access.Contact, "p", "köping", "branch", "main")}}
	office := access.Viewer{Person: "eva", Grants: []access.Grant{grant(access.Office, "p", "")}}
	everywhere := access.Viewer{Person: "eva", Grants: []access.Grant{grant(access.Office, "", "")}}
	for _, test := range []struct {
		says string
		got  bool
		want bool
	}{
		{"the public may do what is public", access.Viewer{}.Can(access.Public), true},
		{"and no more", access.Viewer{}.Can(access.SignUp), false},
		{"a participant signs up", participant.Can(access.SignUp), true},
		{"but sees no staff", participant.Can(access.SeeStaff), false},
		{"a contact signs up staff of the own workplace", contact.At(access.SignStaff, "branch"), true},
		{"not of another", contact.At(access.SignStaff, "elsewhere"), false},
		{"and sees the reach of no whole programme", contact.In(access.SeeReach, "p"), false},
		{"the office plans in its programme", office.In(access.PlanAny, "p"), true},
		{"not in another", office.In(access.PlanAny, "q"), false},
		{"an office without a programme in all", everywhere.In(access.PlanAny, "q"), true},
		{"an office sees sensitive answers to what it organises itself", office.In(access.SeeSensitive, "p"), true},
		{"not in another programme", office.In(access.SeeSensitive, "q"), false},
		{"nobody but the system may do everything", access.System.In(access.SeeIdentity, "p"), true},
	} {
		if test.got != test.want {
			t.Errorf("%s: %v", test.says, test.got)
		}
	}
	for _, test := range []struct {
		says  string
		scope access.Scope
		want  string
	}{
		{"a participant's own row is no scope", participant.Scope(access.SignUp), "{false [] []}"},
		{"a contact's is workplaces", contact.Scope(access.SeeReach), "{false [] [branch main]}"},
		{"an office's a programme", office.Scope(access.SeeReach), "{false [p] []}"},
		{"or all", everywhere.Scope(access.SeeReach), "{true [] []}"},
		{"the public's nothing", access.Viewer{}.Scope(access.SeeReach), "{false [] []}"},
	} {
		if got := fmt.Sprint(test.scope); got != test.want {
			t.Errorf("%s: %s, want %s", test.says, got, test.want)
		}
	}
}

// The table speaks of known roles, and of no right twice.
func TestTable(t *testing.T) {
	for role, rights := range access.Table {
		if !slices.Contains(access.Roles, role) {
			t.Errorf("%s is no role", role)
		}
		if sorted := slices.Sorted(slices.Values(rights)); len(slices.Compact(sorted)) != len(rights) {
			t.Errorf("%s has a right twice", role)
		}
	}
}
