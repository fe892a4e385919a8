// Package access says who may do what. It is pure: nothing here reads or writes.
package access

import (
	"slices"

	"kompobib/internal/local"
)

// A Right is leave to do one sort of thing.
type Right string

const (
	Public Right = "" // what anyone may do, signed in or not

	// What everyone with an account may do about themselves.
	SeeSelf Right = "see-self" // own page, seats, hours
	SignUp  Right = "sign-up"  // take and give up a seat oneself

	Learn Right = "learn" // take part in the learning of the workplace where one works; the own logbook

	// Of a workplace contact, for the staff of their workplaces.
	SeeStaff  Right = "see-staff"
	SignStaff Right = "sign-staff" // sign colleagues up and off, confirm that an invitation was passed on

	// Of workplace learning: needs, workshops, focus, action plans. What someone keeps private is nobody's to see.
	LeadLearning Right = "lead-learning" // write what a workplace has agreed on, hold its workshop
	SeeLearning  Right = "see-learning"  // read what workplaces have agreed on and what became of it
	PlanLearning Right = "plan-learning" // write kits, questions and themes for all workplaces
	SeeOutcome   Right = "see-outcome"   // how far workplaces have come, and what they need, in numbers

	// Of who plans and holds activities.
	Plan          Right = "plan"           // make activities, and change those one organises
	PlanAny       Right = "plan-any"       // change all of the programme
	SeeSignups    Right = "see-signups"    // who has signed up, by name
	Seat          Right = "seat"           // sign anyone in the programme up and off
	Attendance    Right = "attendance"     // take and correct attendance
	SeeAttendance Right = "see-attendance" // and its evidence
	SeeSensitive  Right = "see-sensitive"  // sensitive answers, of activities one organises: whatever role one organises in

	// Of the office.
	SeePeople        Right = "see-people"
	EditPeople       Right = "edit-people"
	SeeIdentity      Right = "see-identity" // each sight is recorded
	EditOrganisation Right = "edit-organisation"
	EditProgramme    Right = "edit-programme"
	Publish          Right = "publish" // write and publish in the name of the programme
	SeeReach         Right = "see-reach"
	SeeNotReached    Right = "see-not-reached" // by name
	Invite           Right = "invite"

	// Of the administrator.
	NewProgramme   Right = "new-programme"
	ManageAccounts Right = "manage-accounts"
	SeeAudit       Right = "see-audit"
	SeeOutbox      Right = "see-outbox"
)

// A Role is a set of rights that a person holds within a scope.
type Role string

const (
	Participant   Role = "participant" // everyone with an account
	Contact       Role = "contact"     // of workplaces
	Organiser     Role = "organiser"
	Office        Role = "office"
	Steering      Role = "steering"
	Auditor       Role = "auditor"
	Administrator Role = "administrator"
)

// Roles are all roles, from the least.
var Roles = []Role{Participant, Contact, Organiser, Office, Steering, Auditor, Administrator}

// Table is the whole of who may do what.
//
// A participant's rights reach their own rows; a contact's the staff and workplaces of the grant's unit;
// an organiser's the activities of the programme that they organise themselves; office, steering
// and auditor reach the programme; the administrator the installation.
var Table = map[Role][]Right{
	Participant: {SeeSelf, SignUp, Learn},
	Contact:     {SeeStaff, SignStaff, SeeReach, SeeNotReached, Invite, LeadLearning, SeeLearning, SeeOutcome},
	Organiser:   {Plan, SeeSignups, Seat, Attendance, SeeAttendance, SeeSensitive},
	Office: {Plan, PlanAny, SeeSignups, Seat, Attendance, SeeAttendance, SeeSensitive, SeePeople, EditPeople, SeeIdentity,
		EditOrganisation, EditProgramme, Publish, SeeReach, SeeNotReached, Invite, SeeOutbox,
		LeadLearning, SeeLearning, PlanLearning, SeeOutcome},
	Steering:      {SeeReach, SeeOutcome},
	Auditor:       {SeeReach, SeeSignups, SeeAttendance, SeePeople, SeeLearning, SeeOutcome},
	Administrator: {NewProgramme, EditProgramme, ManageAccounts, SeeAudit, SeeOutbox, EditOrganisation},
}

// A Grant is a role held for a time within a scope.
type Grant struct {
	ID        string
	Role      Role
	Programme string // "" for all programmes
	Unit      string // of a contact: the unit of the tree
	Valid     local.Period

	// Workplaces are of a contact those within Unit on the day the viewer was resolved; of a grant
	// bound to a programme those of its target group, on any day.
	Workplaces []string
	Areas      []string // of a grant bound to a programme: the units above workplaces that lie within its target group
}

// A Viewer is who asks, found out once per request. The zero Viewer is the public. Grants holds only
// those valid now, with [Participant] among them for everyone with an account.
type Viewer struct {
	Person string
	Grants []Grant
	On     local.Date // the day on which that was found out
	system bool
}

// System is the viewer of jobs and of commands given at the machine itself: it may do everything.
var System = Viewer{Person: "system", system: true}

// Can reports whether v has right r anywhere.
func (v Viewer) Can(r Right) bool {
	return r == Public || v.system || slices.ContainsFunc(v.Grants, func(g Grant) bool { return g.gives(r) })
}

// In reports whether v has right r in all of a programme.
func (v Viewer) In(r Right, programme string) bool {
	return v.system || slices.ContainsFunc(v.Grants, func(g Grant) bool {
		return g.gives(r) && g.Unit == "" && (g.Programme == "" || g.Programme == programme)
	})
}

// Over reports whether v has right r for what a person organises in a programme: an organiser's rights
// reach only their own.
func (v Viewer) Over(r Right, programme, organiser string) bool {
	return v.system || slices.ContainsFunc(v.Grants, func(g Grant) bool {
		return g.gives(r) && g.Unit == "" && (g.Programme == "" || g.Programme == programme) &&
			(g.Role != Organiser || organiser != "" && organiser == v.Person)
	})
}

// At reports whether v has right r for the staff of a workplace through that workplace.
func (v Viewer) At(r Right, workplace string) bool {
	return v.system || slices.ContainsFunc(v.Grants, func(g Grant) bool {
		return g.gives(r) && slices.Contains(g.Workplaces, workplace)
	})
}

// Reach is [Viewer.At] for who asks about many workplaces.
func (v Viewer) Reach(r Right) func(workplace string) bool {
	in := map[string]bool{}
	for _, g := range v.Grants {
		if g.gives(r) {
			for _, id := range g.Workplaces {
				in[id] = true
			}
		}
	}
	return func(workplace string) bool { return v.system || in[workplace] }
}

// Is reports whether v holds the role anywhere.
func (v Viewer) Is(role Role) bool {
	return slices.ContainsFunc(v.Grants, func(g Grant) bool { return g.Role == role })
}

// A Scope is where a viewer has a right: everywhere, in some programmes, or at some workplaces.
// Reads turn it into SQL.
type Scope struct {
	All        bool
	Programmes []string
	Workplaces []string
}

// Nowhere reports whether there is nothing in s.
func (s Scope) Nowhere() bool { return !s.All && len(s.Programmes) == 0 && len(s.Workplaces) == 0 }

// Scope returns where v has right r.
func (v Viewer) Scope(r Right) (s Scope) {
	s.All = v.system
	for _, g := range v.Grants {
		switch {
		case !g.gives(r) || g.Role == Participant:
		case g.Role == Contact:
			s.Workplaces = append(s.Workplaces, g.Workplaces...)
		case g.Programme != "":
			s.Programmes = append(s.Programmes, g.Programme)
		default:
			s.All = true
		}
	}
	slices.Sort(s.Programmes)
	slices.Sort(s.Workplaces)
	s.Programmes, s.Workplaces = slices.Compact(s.Programmes), slices.Compact(s.Workplaces)
	return s
}

// A StaffScope is over whose staff a viewer has a right: everyone's, or that of some workplaces.
type StaffScope struct {
	All   bool
	Ever  []string // workplaces with all who have worked there, whose time there the programme accounts for
	Today []string // workplaces with those who work there, or are going to: a contact's
	Areas []string // units under which a workplace that is added is one of Ever
}

// Workplaces are all of them.
func (s StaffScope) Workplaces() []string {
	all := slices.Concat(s.Ever, s.Today)
	slices.Sort(all)
	return slices.Compact(all)
}

// Staff returns over whose staff v has one of the rights. A grant bound to a programme reaches the workplaces that
// the programme has been found to target, and none before.
func (v Viewer) Staff(rights ...Right) (s StaffScope) {
	s.All = v.system
	for _, g := range v.Grants {
		switch {
		case g.Role == Participant || !slices.ContainsFunc(rights, g.gives):
		case g.Role == Contact:
			s.Today = append(s.Today, g.Workplaces...)
		case g.Programme == "":
			s.All = true
		default:
			s.Ever, s.Areas = append(s.Ever, g.Workplaces...), append(s.Areas, g.Areas...)
		}
	}
	for _, list := range []*[]string{&s.Ever, &s.Today, &s.Areas} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return s
}

func (g Grant) gives(r Right) bool { return slices.Contains(Table[g.Role], r) }
