package pipeline

import (
	"context"
	"sync"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// hold keeps a job's lease alive while an attempt works on it.
type hold struct {
	job  assets.Job
	stop context.CancelFunc
	done sync.WaitGroup

	mu   sync.Mutex
	beat assets.Beat
}

// hold renews the lease of a started job every second, or at a third of its
// length when that is shorter, and tells how far the work is, until release. The context it returns ends with errLost when the job is lost, and
// at the job's time limit.
func (d *Desk) hold(ctx context.Context, job assets.Job) (context.Context, *hold) {
	ctx, lose := context.WithCancelCause(ctx)
	ctx, stop := context.WithTimeout(ctx, timeout(job))
	h := &hold{job: job, stop: func() { stop(); lose(nil) }}
	h.done.Go(func() {
		tick := time.NewTicker(min(time.Second, d.Lease/3))
		defer tick.Stop()
		heard := d.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := d.Catalog.BeatJob(ctx, job.Fence(), h.said(), d.Lease)
			now := d.Now()
			switch {
			case err == nil:
				heard = now
			case ctx.Err() != nil:
				return
			case assets.KindOf(err) == assets.Conflict, now.Sub(heard) > d.Lease:
				d.Log.Info("attempt lost its job", "job", job.ID, "attempt", job.Attempt, "err", err)
				lose(errLost)
				return
			}
		}
	})
	return ctx, h
}

// release ends the renewing.
func (h *hold) release() {
	h.stop()
	h.done.Wait()
}

// step tells how far the work is; it is written with the next renewal.
func (h *hold) step(s maker.Step) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beat = assets.Beat{Step: s.Name, Progress: s.Ratio, ETA: s.ETA}
}

// stepSending is the work of a channel that is given a film.
const stepSending = "Envoi"

// sent tells how much of a film went up.
func (h *hold) sent(bytes, size int64) {
	h.step(maker.Step{Name: stepSending, Ratio: float64(bytes) / float64(max(size, 1))})
}

func (h *hold) said() assets.Beat {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.beat
}

// fence is the leave to commit: a change that carries it ends the job.
func (h *hold) fence() *assets.Fence {
	f := h.job.Fence()
	return &f
}
