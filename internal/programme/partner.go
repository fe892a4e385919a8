package programme

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
)

var (
	ErrRole  = fault.Define(fault.Invalid, "programme.role")
	ErrURL   = fault.Define(fault.Invalid, "programme.url")
	ErrAlt   = fault.Define(fault.Invalid, "programme.alt")
	ErrOwner = fault.Define(fault.Conflict, "programme.owner")
)

// A PartnerRole is what a body has to do with a programme.
type PartnerRole string

const (
	Owner       PartnerRole = "owner" // one body answers for the programme
	Participant PartnerRole = "partner"
	CoFinancer  PartnerRole = "co-financer"
	Cooperation PartnerRole = "cooperation"
)

// PartnerRoles are all roles, in the order that they are shown.
var PartnerRoles = []PartnerRole{Owner, Participant, CoFinancer, Cooperation}

// A Partner is a body that stands behind a programme.
type Partner struct {
	ID, Programme string
	Role          PartnerRole
	Ord           int // from 1 within the role; 0 when saved: last
	Name, URL     string
	Logo          string // a file, "" for none
	LogoAlt       string // says in words what the logotype shows; there is no logotype without it
	Version       int
}

// Partners returns a programme's partners, by role and in order.
func Partners(ctx context.Context, c db.Conn, programme string) ([]Partner, error) {
	return db.All(ctx, c, func(p *Partner) []any {
		return []any{&p.ID, &p.Programme, &p.Role, &p.Ord, &p.Name, &p.URL, &p.Logo, &p.LogoAlt, &p.Version}
	}, `SELECT p.id, p.programme, p.role, p.ord, p.name, p.url, COALESCE(p.logo, ''), p.logo_alt, p.version
		FROM partner p JOIN partner_role r ON r.name = p.role WHERE p.programme = $1 ORDER BY r.ord, p.ord, p.id`, programme)
}

func (p *Partner) check() error {
	p.Name, p.URL, p.LogoAlt = strings.TrimSpace(p.Name), strings.TrimSpace(p.URL), strings.TrimSpace(p.LogoAlt)
	var faults fault.List
	named(&faults, "name", p.Name)
	faults.Unless(slices.Contains(PartnerRoles, p.Role), ErrRole.At("role"))
	faults.Unless(p.URL == "" || webAddress(p.URL), ErrURL.At("url"))
	faults.Unless(p.Logo == "" || p.LogoAlt != "", ErrAlt.At("logo_alt"))
	faults.Unless(utf8.RuneCountInString(p.LogoAlt) <= maxName, ErrLong.At("logo_alt", maxName))
	return faults.Err()
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(s) <= 500
}

// AddPartner adds p at its place within its role.
func AddPartner(ctx context.Context, tx *db.Tx, v access.Viewer, p *Partner) error {
	if _, err := alone(ctx, tx, v, p.Programme); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	place := p.Ord
	p.ID, p.Version = tx.NewID(), 1
	if err := onlyOwner(ctx, tx, p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO partner (id, programme, role, ord, name, url, logo, logo_alt) VALUES ($1, $2, $3, 1000, $4, $5, $6, $7)`,
		p.ID, p.Programme, p.Role, p.Name, p.URL, db.Null(p.Logo), p.LogoAlt); err != nil {
		return err
	}
	if err := placePartner(ctx, tx, p, place); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "create", Entity: "partner", Row: p.ID, Detail: map[string]any{"programme": p.Programme, "role": p.Role}})
}

// UpdatePartner writes p, if p.Version still is the last.
func UpdatePartner(ctx context.Context, tx *db.Tx, v access.Viewer, p *Partner) error {
	if _, err := alone(ctx, tx, v, p.Programme); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	if err := onlyOwner(ctx, tx, p); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE partner SET role = $1, name = $2, url = $3, logo = $4, logo_alt = $5, version = version + 1
		WHERE id = $6 AND programme = $7 AND version = $8`, p.Role, p.Name, p.URL, db.Null(p.Logo), p.LogoAlt, p.ID, p.Programme, p.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale
	}
	p.Version++
	if err := placePartner(ctx, tx, p, p.Ord); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Act: "change", Entity: "partner", Row: p.ID, Detail: map[string]any{"version": p.Version, "role": p.Role}})
}

// RemovePartner removes a partner. Its logotype stays among the files, since sealed reports may bear it.
func RemovePartner(ctx context.Context, tx *db.Tx, v access.Viewer, programme, id string) error {
	if _, err := alone(ctx, tx, v, programme); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM partner WHERE id = $1 AND programme = $2`, id, programme)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNotFound
	}
	return audit.Record(ctx, tx, audit.Event{Act: "remove", Entity: "partner", Row: id, Detail: map[string]any{"programme": programme}})
}

// onlyOwner refuses a second owner: the grant has one.
func onlyOwner(ctx context.Context, tx *db.Tx, p *Partner) error {
	if p.Role != Owner {
		return nil
	}
	names, err := db.Values[string](ctx, tx, `SELECT name FROM partner WHERE programme = $1 AND role = $2 AND id <> $3`, p.Programme, Owner, p.ID)
	if err != nil || len(names) == 0 {
		return err
	}
	return ErrOwner.At("role", names[0])
}

// placePartner puts p at a place within its role (0: last).
func placePartner(ctx context.Context, tx *db.Tx, p *Partner, place int) error {
	ids, err := db.Values[string](ctx, tx, `SELECT id FROM partner WHERE programme = $1 AND role = $2 ORDER BY ord, id`, p.Programme, p.Role)
	if err != nil {
		return err
	}
	ids = placed(ids, p.ID, place)
	p.Ord = slices.Index(ids, p.ID) + 1
	return number(ctx, tx, "partner", ids)
}
