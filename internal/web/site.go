package web

import (
	"context"
	"time"

	"kompobib/internal/web/view"
)

// siteAt is what every page tells of the programmes, and when it was read.
type siteAt struct {
	view.Site
	read time.Time
}

// siteFor is how long it is shown before it is read again.
const siteFor = time.Second

// shown is what every page tells of the programmes. It is read once a second at most, not for each page.
func (s *Server) shown(ctx context.Context) (*view.Site, error) {
	now := s.Now()
	if at := s.site.Load(); at != nil && now.Sub(at.read) < siteFor {
		return &at.Site, nil
	}
	at := &siteAt{read: now}
	at.Service = s.Service
	s.site.Store(at)
	return &at.Site, nil
}
