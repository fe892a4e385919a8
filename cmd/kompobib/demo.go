package main

import "fmt"

// today is the day that the demo begins on.
const today = "2012-10-12"

type demoCommand struct {
	serving    `embed:""`
	Today      string `default:"${today}" placeholder:"DATE" help:"Day on which the demo's clock starts, at noon."`
	PublicDemo bool   `help:"Let others than this machine reach the demo. It then prints no link for the administrator."`
}

func (c *demoCommand) Run(p *program) error {
	h, err := p.unlocked(true)
	if err != nil {
		return err
	}
	defer h.close()
	return c.serve(p.ctx, h, func(url string) error {
		_, err := fmt.Fprintln(p.stdout, "The demo answers at", url)
		return err
	})
}
