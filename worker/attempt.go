package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hibiken/asynq"

	"anonymal.tv/regie/assets"
)

// settleLimit is how long the end of an attempt may take to be recorded.
const settleLimit = 5 * time.Second

// handler performs the tasks of a lane. It leaves Asynq's context alone: that
// one ends when the broker can't be reached for 30 s, and a film that has been
// transcoding for an hour shall not notice. What may end an attempt is the end
// of ctx, and the Desk when the job's lease is lost.
//
// It never returns an error, which would keep the task, and with it its name.
func (w *Worker) handler(ctx context.Context, l lane) asynq.HandlerFunc {
	return func(_ context.Context, t *asynq.Task) error {
		select {
		case <-ctx.Done():
			return nil
		case l.slots <- struct{}{}:
		}
		defer func() { <-l.slots }()
		if ctx.Err() == nil {
			w.attempt(ctx, assets.ID(t.Payload()))
		}
		return nil
	}
}

// attempt is one attempt of a job, and what becomes of it.
func (w *Worker) attempt(ctx context.Context, id assets.ID) {
	job, err := w.perform(ctx, id)
	if err == nil {
		return
	}
	log := w.log.With("job", id, "kind", job.Kind, "subject", job.Subject, "attempt", job.Attempt)
	if job.ID == "" {
		log.Warn("an attempt could not start, or be found again; the sweep asks again", "err", err)
		return
	}
	if ctx.Err() != nil {
		err = stopped(err)
	}
	o := Decide(job, err, w.rand)
	log.Warn("an attempt failed", "again", o.Again, "after", o.After, "err", err)

	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	if err := w.desk.Settle(late, job, o); err != nil && assets.KindOf(err) != assets.Conflict {
		log.Error("the end of an attempt is not recorded; its lease will end it", "err", err)
	}
}

// perform calls the Desk, and turns a panic into an error (which is Internal,
// as it carries no kind) of the job that the Desk was at.
func (w *Worker) perform(ctx context.Context, id assets.ID) (job assets.Job, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			job = w.held(ctx, id)
		}
	}()
	return w.desk.Perform(ctx, id, w.name)
}

// held returns the job if this worker holds it, else a zero job.
func (w *Worker) held(ctx context.Context, id assets.ID) assets.Job {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	job, err := w.desk.Job(late, id)
	if err != nil || job.State != assets.JobRunning || job.Worker != w.name {
		return assets.Job{}
	}
	return job
}

// errStopped marks the failure of an attempt that our own stop ended.
var errStopped = errors.New("stopped with the worker")

// stopped marks err as ours when our stop may be its cause: a killed ffmpeg or
// a cut connection looks like any fault. A verdict on the film stays what it is.
func stopped(err error) error {
	switch assets.KindOf(err) {
	case assets.Transient, assets.Internal:
		return fmt.Errorf("%w: %w", errStopped, err)
	default:
		return err
	}
}
