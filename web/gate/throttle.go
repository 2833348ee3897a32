package gate

import (
	"slices"
	"sync"
	"time"

	"anonymal.tv/regie/assets"
)

// opThrottle marks the errors that are answered with 429.
const opThrottle = "gate.Throttle"

// Throttle counts what failed, by account and by address, and asks for
// patience. It keeps its counts in this process only.
type Throttle struct {
	Limit  int           // failures
	Within time.Duration // of each other
	Now    assets.Clock

	turn   sync.Mutex
	mu     sync.Mutex
	failed map[string][]time.Time
	swept  time.Time
}

// Turn waits until nobody else is tried, and begins the turn of one: many tries at
// once count as many as one after the other. The function that it returns ends it.
func (t *Throttle) Turn() (end func()) { t.turn.Lock(); return t.turn.Unlock }

// Check refuses when one of the names has failed too often, with how long to
// wait.
func (t *Throttle) Check(names ...string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.Now()
	var wait time.Duration
	for _, name := range names {
		recent := t.recent(name, now)
		if len(recent) >= t.Limit {
			wait = max(wait, recent[len(recent)-t.Limit].Add(t.Within).Sub(now))
		}
	}
	if wait <= 0 {
		return nil
	}
	return &assets.Error{
		Kind: assets.Forbidden, Op: opThrottle, RetryAfter: wait,
		Msg: "Trop d’essais ont échoué. Patientez un quart d’heure, puis recommencez ; ou demandez un lien par courriel.",
	}
}

// Fail counts one failure for each of the names.
func (t *Throttle) Fail(names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.Now()
	t.sweep(now)
	if t.failed == nil {
		t.failed = map[string][]time.Time{}
	}
	for _, name := range names {
		t.failed[name] = append(t.recent(name, now), now)
	}
}

// Forget takes the failures of a name back: it proved who it is.
func (t *Throttle) Forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failed, name)
}

// recent are the failures that still count; no more are kept than do.
func (t *Throttle) recent(name string, now time.Time) []time.Time {
	all := slices.DeleteFunc(slices.Clone(t.failed[name]), func(at time.Time) bool { return now.Sub(at) >= t.Within })
	return all[max(0, len(all)-t.Limit):]
}

// sweep forgets names that have not failed for long, now and then.
func (t *Throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < t.Within {
		return
	}
	t.swept = now
	for name := range t.failed {
		if len(t.recent(name, now)) == 0 {
			delete(t.failed, name)
		}
	}
}
