package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/demo"
	"kompobib/internal/local"
	"kompobib/internal/web"
)

type demoCommand struct {
	serving    `embed:""`
	Today      string `placeholder:"DATE" help:"Day on which the demo's clock starts, at noon. Default: ${today}; for a demo that is there already, the time it has come to."`
	PublicDemo bool   `help:"Let others than this machine reach the demo. It then prints no link for the administrator."`
}

func (c *demoCommand) Run(p *program) error {
	listener, err := c.listen(p.ctx) // the story takes a while
	if err != nil {
		return err
	}
	defer listener.Close()
	h, err := p.serving(true)
	if err != nil {
		return err
	}
	defer h.close()
	told, err := demo.Told(p.ctx, h.db)
	if err != nil {
		return err
	}
	to := told
	switch {
	case c.Today != "":
		to = demo.At(local.Date(c.Today))
	case told.IsZero():
		to = demo.At(demo.Today)
	}
	if to.After(told) {
		fmt.Fprintln(p.stdout, "Telling the story of KompoBib2020 up to", to.Format(time.DateOnly))
	}
	url := site(c.URL, listener.Addr().String())
	letters := web.Letters{DB: h.db, Ring: h.ring, Now: time.Now, URL: url, Service: c.Service}
	if err := demo.Load(p.ctx, h.db, h.ring, h.files, to, letters.Render); err != nil {
		return err
	}
	sweden, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return err
	}
	return c.serve(p.ctx, h, listener, p.told(), true, func(url string) error {
		links, err := c.links(p.ctx, h, url)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "The demo answers at %s\nIn Sweden it is %s there\n\nSign in as (a link works once and for half an hour; start again for new ones)\n%s\nLetters are at %s/outbox\n",
			url, h.db.Now().In(sweden).Format("2006-01-02 15:04"), links, url)
		return err
	})
}

// links are a line for each role, with a link to sign in by, and one to answer how a commitment goes.
func (c *demoCommand) links(ctx context.Context, h *house, url string) (string, error) {
	var b strings.Builder
	err := h.db.Tx(ctx, operator, func(ctx context.Context, tx *db.Tx) error {
		b.Reset()
		for _, account := range demo.Accounts {
			if c.PublicDemo && account.Role == access.Administrator {
				continue
			}
			way, err := auth.NewWay(ctx, tx, h.ring, time.Now(), account.Email)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "  %-14s %-25s %s/sign-in/%s\n", account.Role, account.Email, url, way.Token)
		}
		token, err := demo.FollowUp(ctx, tx, h.ring, time.Now())
		if token != "" {
			fmt.Fprintf(&b, "\nAnswer how a commitment goes, as the letter to who answers for it lets them without signing in\n  %s/f/%s\n", url, token)
		}
		return err
	})
	return b.String(), err
}
