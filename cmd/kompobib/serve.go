package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/once"
	"kompobib/internal/web"
)

type serveCommand struct {
	serving `embed:""`
}

func (c *serveCommand) Run(p *program) error {
	h, err := p.unlocked(false)
	if err != nil {
		return err
	}
	defer h.close()
	return c.serve(p.ctx, h, func(url string) error {
		_, err := fmt.Fprintln(p.stdout, "KompoBib answers at", url)
		return err
	})
}

const (
	// leave is how long requests under way may take once we are told to stop. It is
	// longer than any request is given.
	leave = 20 * time.Second
)

// serve answers people until ctx is done. Then it takes no more requests, finishes those under way, then
// the letter on its way; the database is closed after it. ready is called once people can come.
func (s *serving) serve(ctx context.Context, h *house, ready func(url string) error) error {
	if err := h.db.Durability(ctx); err != nil {
		h.log.Error("durability is not what we promise", "err", err)
	}
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	url := strings.TrimSuffix(s.URL, "/")
	if url == "" {
		url = "http://" + listener.Addr().String()
	}
	app := &web.Server{
		DB: h.db, Log: h.log, Now: time.Now,
		Secure: strings.HasPrefix(url, "https://"), Proxy: s.Proxy, Service: s.Service,
	}
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

// housekeeping forgets now and then what nobody needs any more, until ctx is done.
func (h *house) housekeeping(ctx context.Context) {
	for {
		err := h.db.Tx(ctx, operator, func(ctx context.Context, tx *db.Tx) error {
			_, err := once.Sweep(ctx, tx)
			return err
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
