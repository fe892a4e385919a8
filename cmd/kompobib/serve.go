package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/job"
	"kompobib/internal/learning/focus"
	"kompobib/internal/letter"
	"kompobib/internal/local"
	"kompobib/internal/mail"
	"kompobib/internal/once"
	"kompobib/internal/people/roster"
	"kompobib/internal/web"
)

type serveCommand struct {
	serving `embed:""`
}

func (c *serveCommand) Run(p *program) error {
	listener, err := c.listen(p.ctx)
	if err != nil {
		return err
	}
	defer listener.Close() // if it does not come to serving, which closes it
	h, err := p.serving(false)
	if err != nil {
		return err
	}
	defer h.close()
	if h.near {
		h.log.Warn("the keys lie in the data folder: whoever gets the one gets the other. Move them, and set --key-file")
	}
	return c.serve(p.ctx, h, listener, p.told(), false, func(url string) error {
		_, err := fmt.Fprintln(p.stdout, "KompoBib answers at", url)
		return err
	})
}

const (
	// leave is how long requests under way may take once we are told to stop. It is
	// longer than any request is given.
	leave = 20 * time.Second

	// pause is how long the outbox stands empty before it is looked at again.
	pause = time.Second
)

// listen takes the address, before anything is made or told that would be in vain without it.
func (s *serving) listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Addr)
	if err == nil {
		return listener, nil
	}
	host, port, _ := net.SplitHostPort(s.Addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("--addr: something answers at %s already, perhaps another KompoBib. Stop that, or choose another port%s", s.Addr, another(host, port))
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("--addr: %s is no address of this machine. Choose one that is, such as --addr %s", host, net.JoinHostPort("127.0.0.1", port))
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("--addr: this machine lets only its administrator listen at port %s. Choose one above 1023, such as --addr %s", port, net.JoinHostPort(host, "8080"))
	}
	return nil, fmt.Errorf("--addr: %w", err)
}

// another proposes a port near one that is taken; "" for one that is told by name.
func another(host, port string) string {
	n, err := strconv.Atoi(port)
	if err != nil {
		return ""
	}
	if n++; n <= 1024 || n > 65535 {
		n = 8080 // for which nobody has to be the machine's administrator
	}
	return ", such as --addr " + net.JoinHostPort(host, strconv.Itoa(n))
}

// serve answers people until ctx is done. Then it takes no more requests, finishes those under way, then
// the letter on its way; the database is closed after it. ready is called once people can come. Of the demo
// anyone may read the letters that are not sent anywhere. told are the settings as backups tell them.
func (s *serving) serve(ctx context.Context, h *house, listener net.Listener, told map[string]string, demo bool, ready func(url string) error) error {
	if err := h.db.Durability(ctx); err != nil {
		h.log.Error("durability is not what we promise", "err", err)
	}
	url := site(s.URL, listener.Addr().String())
	if host, _, _ := net.SplitHostPort(listener.Addr().String()); s.URL == "" && everywhere(host) {
		h.log.Warn("letters lead to this machine only: set --url to the address at which people reach it", "url", url)
	}
	sender, err := s.sender(h.data)
	if err != nil {
		return err
	}
	app := &web.Server{
		DB: h.db, Files: h.files, Ring: h.ring, Log: h.log, Now: time.Now,
		Secure: strings.HasPrefix(url, "https://"), Proxy: s.Proxy, URL: url, Service: s.Service, Approved: local.Date(s.Approved), Outbox: demo && s.SMTPHost == "",
	}
	letters := &letter.Worker{DB: h.db, Ring: h.ring, Sender: sender, Clock: time.Now, Log: h.log, Pause: pause,
		Render: web.Letters{DB: h.db, Ring: h.ring, Now: time.Now, URL: url, Service: s.Service}.Render}
	jobs := &job.Worker{DB: h.db, Handlers: app.Jobs(), Regular: app.Regular(), Clock: time.Now, Log: h.log, Pause: pause}
	server := &http.Server{
		Handler:           app.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // a scan over a slow line
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}

	// Each stops in its turn, so none listens to ctx itself.
	workers, stopWorkers := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorkers()
	var working sync.WaitGroup
	working.Go(func() { h.housekeeping(workers) })
	working.Go(func() { h.copies(workers, s.scheduled, told) })
	working.Go(func() {
		if err := letters.Run(workers); err != nil {
			h.log.Error("no letters are sent", "err", err)
		}
	})
	working.Go(func() {
		if err := jobs.Run(workers); err != nil {
			h.log.Error("no jobs are done", "err", err)
		}
	})
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	err = ready(url)
	if err == nil {
		select {
		case err = <-served: // it never began
		case <-ctx.Done():
		}
	}
	h.log.Info("stopping")
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), leave)
	defer cancel()
	err = errors.Join(err, server.Shutdown(patience))
	stopWorkers()
	working.Wait()
	return err
}

// sender carries letters to the mail server, or into a folder if none is set.
func (s *serving) sender(data string) (letter.Sender, error) {
	from := mail.From{Name: s.Service, Address: s.MailFrom}
	if s.SMTPHost == "" {
		folder, err := mail.NewFolder(from, filepath.Join(data, "outbox"))
		if err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
		return folder, nil
	}
	server, err := mail.NewSMTP(from, mail.Settings{Host: s.SMTPHost, Port: s.SMTPPort.is, User: s.SMTPUser, Password: s.SMTPPassword,
		Security: s.SMTPSecurity, Timeout: time.Minute})
	if err != nil {
		return nil, fmt.Errorf("--smtp-host, --mail-from: %w", err)
	}
	return server, nil
}

// housekeeping forgets now and then what nobody needs any more, until ctx is done.
func (h *house) housekeeping(ctx context.Context) {
	for {
		err := h.db.Tx(ctx, operator, func(ctx context.Context, tx *db.Tx) error {
			_, err := once.Sweep(ctx, tx)
			_, sensitive := activity.DeleteSensitive(ctx, tx)
			return errors.Join(err, sensitive, auth.Sweep(ctx, tx, time.Now()), job.Sweep(ctx, tx), roster.Forget(ctx, tx), focus.Sweep(ctx, tx, time.Now()))
		})
		// What is being received has a day to become known.
		_, swept := h.files.Sweep(ctx, h.db, time.Now().AddDate(0, 0, -1))
		if err := errors.Join(err, swept); err != nil && ctx.Err() == nil {
			h.log.ErrorContext(ctx, "housekeeping", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}
