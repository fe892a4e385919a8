package web

import (
	"context"
	"errors"
	"slices"
	"time"

	"kompobib/internal/job"
	"kompobib/internal/people/roster"
	"kompobib/internal/web/view"
)

// FollowUpJob is the work that comes round by itself: letters on follow-up. What is due is seen on the pages without it.
const FollowUpJob = "follow-up"

// Regular is what the application does in the background again and again, and how often.
func (s *Server) Regular() map[string]time.Duration {
	return map[string]time.Duration{FollowUpJob: time.Hour}
}

// Jobs are what the application does in the background.
func (s *Server) Jobs() map[string]job.Handler {
	handle := func(do func(*Server, context.Context, view.Reader, roster.Import, func(int) error) error, states ...string) job.Handler {
		return func(ctx context.Context, run *job.Run) error {
			v, _, err := resolve(ctx, s.DB, run.MadeBy, s.date())
			if err != nil {
				return err
			}
			imp, err := roster.Get(ctx, s.DB, v, run.Payload)
			if errors.Is(err, roster.ErrImport) || err == nil && !slices.Contains(states, imp.State) {
				return nil // it has been put away, or done before
			}
			if err != nil {
				return err
			}
			return do(s, ctx, view.Reader{Viewer: v}, imp, func(percent int) error { return run.Progress(ctx, percent, 100) })
		}
	}
	return map[string]job.Handler{
		rosterPrepare: handle((*Server).prepare, roster.Received, roster.Ready, roster.Failed),
		rosterApply:   handle((*Server).carryOut, roster.Ready),
		rosterUndo:    handle((*Server).takeBack, roster.Applied, roster.Undone), // once more, for those who were kept
		FollowUpJob:   s.remind,
	}
}
