package auth

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates bound how often something may be tried, by the name of what. They go by the machine's clock and are
// forgotten when the process ends.
type Rates struct {
	mu  sync.Mutex
	by  map[string]*rate.Limiter
	old time.Time
}

// A Pace is how many tries may come at once, and how soon there is another one.
type Pace struct {
	Tries int
	Every time.Duration
}

// NewRates returns Rates by which nothing has been tried.
func NewRates() *Rates { return &Rates{by: map[string]*rate.Limiter{}} }

// Take takes a try, and returns nothing; or takes none, and returns how soon there is one.
func (l *Rates) Take(what string, p Pace, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.old) > time.Minute {
		for w, limiter := range l.by {
			if limiter.TokensAt(now) >= float64(limiter.Burst()) { // as new
				delete(l.by, w)
			}
		}
		l.old = now
	}
	limiter := l.by[what]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Every(p.Every), p.Tries)
		l.by[what] = limiter
	}
	if limiter.AllowN(now, 1) {
		return 0
	}
	return soon(limiter, p, now)
}

// Wait returns what [Rates.Take] would, and takes nothing.
func (l *Rates) Wait(what string, p Pace, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if limiter := l.by[what]; limiter != nil && limiter.TokensAt(now) < 1 {
		return soon(limiter, p, now)
	}
	return 0
}

func soon(limiter *rate.Limiter, p Pace, now time.Time) time.Duration {
	return time.Duration((1 - limiter.TokensAt(now)) * float64(p.Every))
}
