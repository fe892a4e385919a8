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

// Spend is the rule of a pace whose tries are remembered by one moment: that at which all of them may be had at once again. It returns the moment after
// another try at now, or false: there is none yet, and one refused puts nothing off.
func (p Pace) Spend(spent, now time.Time) (time.Time, bool) {
	if spent.Before(now) {
		spent = now
	}
	if spent = spent.Add(p.Every); spent.Sub(now) > time.Duration(p.Tries)*p.Every {
		return spent, false
	}
	return spent, true
}

// NewRates returns Rates by which nothing has been tried.
func NewRates() *Rates { return &Rates{by: map[string]*rate.Limiter{}} }

// Take takes a try, and returns nothing; or takes none, and returns how soon there is one.
func (l *Rates) Take(what string, p Pace, now time.Time) time.Duration {
	return l.TakeAll(now, Try{what, p})
}

// A Try is one by the name of what, at its pace.
type Try struct {
	What string
	Pace
}

// TakeAll takes tries where there is one by each name, and returns nothing; or takes none of them, and returns how soon there is one by all.
func (l *Rates) TakeAll(now time.Time, tries ...Try) (wait time.Duration) {
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
	for _, t := range tries {
		if limiter := l.by[t.What]; limiter != nil && limiter.TokensAt(now) < 1 {
			wait = max(wait, soon(limiter, t.Pace, now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, t := range tries {
		if l.by[t.What] == nil {
			l.by[t.What] = rate.NewLimiter(rate.Every(t.Every), t.Tries)
		}
		l.by[t.What].AllowN(now, 1)
	}
	return 0
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
