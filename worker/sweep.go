package worker

import (
	"context"
	"sync"
	"time"

	"anonymal.tv/regie/assets"
)

// stale is how long a hint may bring nothing before a second one is given
// beside it. A queue that is simply long makes twins that way; they are harmless
// and few. A broker that lost half its keys (evicted, say) may hold a name whose
// task it will never deliver.
const stale = 10 * time.Minute

// sweeper asks for whatever is due, or will be soon.
type sweeper struct {
	desk  Desk
	queue *Queue
	now   assets.Clock

	mu    sync.Mutex
	first map[hint]time.Time // when each job that is still due was first asked for
}

// hint is one attempt that is waited for.
type hint struct {
	job     assets.ID
	attempt int
}

func (s *sweeper) sweep(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	due, err := s.desk.Soon(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	first := make(map[hint]time.Time, len(due))
	for _, t := range due {
		h := hint{t.Job, t.Attempt}
		first[h] = now
		if before, known := s.first[h]; known {
			first[h] = before
		}
	}
	s.first = first
	for _, t := range due {
		twin := int(now.Sub(first[hint{t.Job, t.Attempt}]) / stale)
		if err := s.queue.put(ctx, t, twin); err != nil {
			return err // one outage, one error: the rest would wait for time-outs
		}
	}
	return nil
}
