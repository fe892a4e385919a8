package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/local"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

// roles are those that an operator gives: of a contact the application must be told for which workplaces.
var roles = []access.Role{access.Administrator, access.Office, access.Organiser, access.Steering, access.Auditor}

type userAddCommand struct {
	Email     string `required:"" placeholder:"ADDRESS" help:"Where they get letters, and sign in by."`
	Given     string `required:"" placeholder:"NAME" help:"Given name."`
	Family    string `required:"" placeholder:"NAME" help:"Family name."`
	Role      string `enum:"administrator,office,organiser,steering,auditor,participant" default:"administrator" help:"What they may do."`
	URL       string `name:"url" placeholder:"URL" help:"Address at which people reach us, for the link that is printed. Default: http:// and where the application listens."`
	Programme string `placeholder:"SLUG" help:"The programme that the role is for, by the word in its address. Default: all."`
}

// Validate says what a setting must be.
func (c *userAddCommand) Validate() error {
	if c.Role == string(access.Participant) && c.Programme != "" {
		return errors.New("--programme is set, must be left out for a participant: they sign up to what is for them")
	}
	return nil
}

func (c *userAddCommand) Run(p *program) error {
	h, err := p.unlocked(false)
	if err != nil {
		return err
	}
	defer h.close()
	var way auth.Way
	err = h.db.Tx(p.ctx, operator, func(ctx context.Context, tx *db.Tx) error {
		if err := c.add(ctx, tx, p.stderr); err != nil {
			return err
		}
		way, err = auth.NewWay(ctx, tx, h.ring, time.Now(), c.Email)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s can sign in as %s, until %s, at %s/sign-in/%s\n", c.Email, c.Role, way.Until.Local().Format("2006-01-02 15:04"), site(c.URL, cmp.Or(ours(p.env)[variable("addr")], defaultAddr)), way.Token)
	if err == nil && c.URL == "" {
		_, err = fmt.Fprintln(p.stderr, "That is the address on this machine: --url or KOMPOBIB_URL says at which people reach it")
	}
	return err
}

// site is the address that people are given: the one that is set, or where the application listens.
func site(set, addr string) string {
	if set != "" {
		return strings.TrimRight(set, "/")
	}
	if host, port, err := net.SplitHostPort(addr); err == nil && everywhere(host) {
		addr = net.JoinHostPort("localhost", port)
	}
	return "http://" + addr
}

// everywhere tells whether a host to listen at is all addresses that the machine has, none of which others could be given.
func everywhere(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }

// add gives the account and the role. Said again of the same person, it adds nothing that is there already: then it is
// a new link that is wanted.
func (c *userAddCommand) add(ctx context.Context, tx *db.Tx, stderr io.Writer) error {
	person, err := c.known(ctx, tx, stderr)
	if err != nil {
		return err
	}
	if person == "" {
		p, err := people.CreatePerson(ctx, tx, people.Person{Given: c.Given, Family: c.Family, Email: c.Email})
		if err != nil {
			return err
		}
		person = p.ID
		if err := auth.NewAccount(ctx, tx, access.System, person, c.Email); err != nil {
			return err
		}
	}
	if !slices.Contains(roles, access.Role(c.Role)) {
		return nil
	}
	grant := access.Grant{Role: access.Role(c.Role), Valid: local.Period{From: local.DateOf(tx.At, time.Local)}}
	if c.Programme != "" {
		programme, err := programme.BySlug(ctx, tx, access.System, c.Programme)
		if err != nil {
			return err
		}
		grant.Programme = programme.ID
	}
	has, err := auth.Grants(ctx, tx, person, grant.Valid.From)
	if err != nil || slices.ContainsFunc(has, func(g access.Grant) bool { return g.Role == grant.Role && g.Programme == grant.Programme }) {
		return err
	}
	_, err = auth.AddGrant(ctx, tx, access.System, person, grant)
	return err
}

// known returns who of that name has an account with that address, "" if nobody has.
func (c *userAddCommand) known(ctx context.Context, tx *db.Tx, stderr io.Writer) (string, error) {
	persons, err := auth.PersonsAt(ctx, tx, access.System, c.Email)
	if err != nil {
		return "", err
	}
	for _, id := range persons {
		p, err := people.GetPerson(ctx, tx, access.System, id)
		if err != nil {
			return "", err
		}
		if strings.EqualFold(p.Name(), strings.TrimSpace(c.Given)+" "+strings.TrimSpace(c.Family)) {
			return id, nil
		}
	}
	if len(persons) > 0 {
		fmt.Fprintf(stderr, "%d people have accounts with %s already, under another name: this is one more\n", len(persons), c.Email)
	}
	return "", nil
}

type tokenCreateCommand struct {
	Email string `required:"" placeholder:"ADDRESS" help:"Whose account the token acts for."`
	Label string `default:"kompobib token create" placeholder:"TEXT" help:"What its owner sees it called."`
}

func (c *tokenCreateCommand) Run(p *program) error {
	if err := p.there(); err != nil {
		return err
	}
	h, err := p.open()
	if err != nil {
		return err
	}
	defer h.close()
	var token string
	err = h.db.Tx(p.ctx, operator, func(ctx context.Context, tx *db.Tx) error {
		persons, err := auth.PersonsAt(ctx, tx, access.System, c.Email)
		if err != nil {
			return err
		}
		if len(persons) != 1 {
			return fmt.Errorf("--email: %d people have accounts with %s, must be one", len(persons), strings.TrimSpace(c.Email))
		}
		token, err = auth.NewToken(ctx, tx, access.System, persons[0], c.Label)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, token)
	return err
}
