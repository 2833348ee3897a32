package pipeline

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

// Task is what the broker carries: a job's ID, and when and how long it may run.
// Everything else is read from the catalog when it runs.
type Task struct {
	Job       assets.ID
	Kind      assets.JobKind
	Attempt   int           // attempts begun so far; with Job it names the task
	NotBefore time.Time     // zero: now
	Timeout   time.Duration // of one attempt, by length of film
}

// Queue hints to the workers that there is work. It may lose tasks and deliver
// them twice; a task that is there already is no error.
type Queue interface {
	Enqueue(ctx context.Context, t Task) error
}
