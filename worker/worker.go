// Package worker carries tasks from the broker to the Desk, on Asynq.
//
// The database is the truth and the broker is a hint: a task holds the ID of a
// job and nothing else, a task may be lost or delivered twice, and the sweep
// asks again for every job that is due. The package keeps no state of its own
// that matters, and does none of the work: it only says when an attempt starts
// and what becomes of one that failed. It is the only one that knows Asynq.
package worker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// Desk is what the worker calls (pipeline.Desk is the real one).
type Desk interface {
	// Perform starts an attempt of the job, does it and commits it. It returns
	// the job as it was started and the error; a Conflict from the start (done,
	// cancelled, held elsewhere) returns a zero job and nil. It renews the job's
	// lease by itself and cancels its own work when the lease is lost.
	Perform(ctx context.Context, job assets.ID, worker string) (assets.Job, error)
	// Settle records what becomes of an attempt that failed.
	Settle(ctx context.Context, j assets.Job, o pipeline.Outcome) error
	// Soon lists the tasks that must be hinted (again) by now.
	Soon(ctx context.Context) ([]pipeline.Task, error)
	// Job returns a job as it stands. It is asked for after a panic, when
	// Perform could not return the one it had started.
	Job(ctx context.Context, id assets.ID) (assets.Job, error)
}

// Options of a Worker. Zero values take the default.
type Options struct {
	Broker *Broker
	Desk   Desk
	Media  int    // attempts at a time of inspect and produce; 1, and less than 0 for none here
	Files  int    // attempts at a time of file; 2, less than 0 leaves it to the process that received the bytes
	Public int    // attempts at a time of publish and withdraw; 64, which wait for the same commits
	Quick  int    // attempts at a time of mail, webhook and what a clock asks for; 4
	Name   string // in the leases of its jobs; no two workers share one
	Log    *slog.Logger
	Sweep  time.Duration  // between two sweeps; 5 s
	Now    assets.Clock   // time.Now
	Rand   func() float64 // in [0, 1), for the jitter of retries; math/rand
}

// Worker performs jobs until it is told to stop.
type Worker struct {
	broker  *Broker
	desk    Desk
	lanes   []lane
	name    string
	log     *slog.Logger
	every   time.Duration
	rand    func() float64
	sweeper *sweeper
}

// lane is one queue of Asynq with its own concurrency: a publication never
// waits behind a transcode.
type lane struct {
	queue string
	// slots bounds the attempts that really run. Asynq's own count does not: it
	// frees a place as soon as it takes a task for lost, whatever still runs.
	slots chan struct{}
}

// New makes a Worker.
func New(o Options) *Worker {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	var lanes []lane
	for _, l := range []struct {
		queue    string
		n, usual int
	}{{queueMedia, o.Media, 1}, {queueFiles, o.Files, 2}, {queuePublic, o.Public, 64}, {queueQuick, o.Quick, 4}, {queueLetters, min(o.Quick, 0), 1}, {queueAhead, min(o.Public, 0), 2}} {
		if l.n >= 0 {
			lanes = append(lanes, lane{l.queue, make(chan struct{}, positive(l.n, l.usual))})
		}
	}
	return &Worker{
		broker:  o.Broker,
		desk:    o.Desk,
		lanes:   lanes,
		name:    o.Name,
		log:     o.Log.With("worker", o.Name),
		every:   positive(o.Sweep, 5*time.Second),
		rand:    o.Rand,
		sweeper: &sweeper{desk: o.Desk, queue: NewQueue(o.Broker), now: o.Now},
	}
}

func positive[N int | time.Duration](n, fallback N) N {
	if n > 0 {
		return n
	}
	return fallback
}

const (
	// An attempt that does not stop in this time is left to its lease.
	stopAttempts = 12 * time.Second
	// Then a broker that does not answer is left alone, so that Run returns
	// within 15 s whatever happens.
	stopBroker = 2 * time.Second
)

// Run performs jobs until ctx ends, and returns within 15 s of that. Attempts
// see the end of ctx first, and their jobs are given back before Run returns.
// A Worker runs once.
func (w *Worker) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := w.broker.connect()
	var servers []*asynq.Server
	for _, l := range w.lanes {
		s := asynq.NewServerFromRedisClient(client, w.config(l))
		if err := s.Start(w.handler(ctx, l)); err != nil {
			cancel()
			w.stop(servers, client)
			return fmt.Errorf("worker: starting queue %s: %w", l.queue, err)
		}
		servers = append(servers, s)
	}
	w.sweepUntil(ctx)
	w.stop(servers, client)
	return nil
}

func (w *Worker) config(l lane) asynq.Config {
	poll, delayed := 2*w.broker.poll, time.Second
	if l.queue == queuePublic {
		poll, delayed = w.broker.poll, time.Second/5 // they have an hour; the others cost less this way
	}
	return asynq.Config{
		Concurrency:              cap(l.slots),
		Queues:                   map[string]int{l.queue: 1},
		TaskCheckInterval:        poll,
		DelayedTaskCheckInterval: delayed,
		// Reached only by a task that lost its process: the Desk alone decides
		// on retries, and a handler never returns an error.
		RetryDelayFunc:  func(int, error, *asynq.Task) time.Duration { return time.Second },
		ShutdownTimeout: stopAttempts,
		Logger:          quiet{w.log},
	}
}

func (w *Worker) sweepUntil(ctx context.Context) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for down := false; ; {
		err := w.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !down:
			w.log.Error("the sweep fails; it is tried again until it succeeds", "every", w.every, "err", err)
		case err == nil && down:
			w.log.Info("the sweep succeeds again")
		}
		down = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep hints once at every job that is due. Run does it all the time.
func (w *Worker) Sweep(ctx context.Context) error { return w.sweeper.sweep(ctx) }

// stop waits for the attempts, which see the end of their context, and for Asynq.
func (w *Worker) stop(servers []*asynq.Server, client io.Closer) {
	late, hung := time.After(stopAttempts), time.After(stopAttempts+stopBroker)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		var all sync.WaitGroup
		for _, s := range servers {
			all.Go(s.Shutdown)
		}
		all.Wait()
		_ = client.Close() // not before: Asynq's subscriber panics when its client is closed
	}()
	// Asynq forgets an attempt whose task it took for lost, so count ourselves.
	for _, l := range w.lanes {
		if !fill(l.slots, late) {
			w.log.Warn("an attempt does not stop; its lease will end it", "queue", l.queue)
			break
		}
	}
	select {
	case <-stopped:
	case <-hung:
		w.log.Warn("the broker does not answer; it was not told of the stop")
	}
}

// fill takes all slots of a lane for good; false when it is late before.
func fill(slots chan struct{}, late <-chan time.Time) bool {
	for range cap(slots) {
		select {
		case slots <- struct{}{}:
		case <-late:
			return false
		}
	}
	return true
}
