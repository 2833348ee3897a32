package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type jobRow struct {
	bun.BaseModel `bun:"table:jobs,alias:j"`

	ID         assets.ID `bun:"id,pk"`
	Kind       assets.JobKind
	Subject    assets.ID
	State      assets.JobState
	Attempt    int
	Failures   int
	NotBefore  micros
	LeaseUntil micros
	Worker     string
	Length     float64
	Step       string
	Progress   float64
	ETA        int64 `bun:"eta"` // microseconds
	Reason     string
	CreatedAt  micros
}

func (r jobRow) record() assets.Job {
	return assets.Job{
		ID: r.ID, Kind: r.Kind, Subject: r.Subject, State: r.State, Attempt: r.Attempt, Failures: r.Failures, NotBefore: r.NotBefore.time(),
		LeaseUntil: r.LeaseUntil.time(), Worker: r.Worker, Length: r.Length, Step: r.Step, Progress: r.Progress,
		ETA: time.Duration(r.ETA) * time.Microsecond, Reason: r.Reason, CreatedAt: r.CreatedAt.time(),
	}
}

// due is the condition under which a job may be started; it takes now twice.
const due = "(state = 'waiting' AND not_before <= ? OR state = 'running' AND lease_until <= ?)"

// unfinished is said beside due so that the partial index of that name serves.
const unfinished = "state IN ('waiting', 'running')"

func (a *application) addJobs(ctx context.Context, tx bun.Tx) error {
	rows := make([]jobRow, len(a.Jobs))
	for i, j := range a.Jobs {
		rows[i] = jobRow{
			ID: j.ID, Kind: j.Kind, Subject: j.Subject, State: assets.JobWaiting, NotBefore: stamp(j.NotBefore),
			Length: j.Length, Reason: j.Reason, CreatedAt: stamp(j.CreatedAt),
		}
	}
	return insert(ctx, tx, rows...)
}

// holdFence ends the job whose attempt commits this Change, if it still holds it.
func (a *application) holdFence(ctx context.Context, tx bun.Tx) error {
	if a.Fence == nil {
		return nil
	}
	return holding(ctx, leaving(tx, assets.JobDone).Set("progress = 1"), *a.Fence)
}

func (a *application) cancelJobs(ctx context.Context, tx bun.Tx) error {
	if len(a.Cancel) == 0 {
		return nil
	}
	_, err := leaving(tx, assets.JobCancelled).Where("subject IN (?)", bun.List(a.Cancel)).Where(unfinished).Exec(ctx)
	return err
}

// leaving is an update that takes jobs out of running into another state.
func leaving(db bun.IDB, to assets.JobState) *bun.UpdateQuery {
	return db.NewUpdate().Model((*jobRow)(nil)).
		Set("state = ?", to).Set("lease_until = 0").Set("worker = ''").Set("step = ''").Set("eta = 0")
}

// holding runs an update of the fence's job; Conflict when the attempt has lost it.
func holding(ctx context.Context, q *bun.UpdateQuery, f assets.Fence) error {
	n, err := touched(q.Where("id = ?", f.Job).Where("attempt = ?", f.Attempt).Where("state = 'running'").Exec(ctx))
	if err == nil && n == 0 {
		return &assets.Error{
			Kind: assets.Conflict, Op: "catalog: attempt no longer holds job " + string(f.Job),
			Msg: "Ce travail a été repris ou annulé entre-temps ; cette tentative n'a rien changé.",
		}
	}
	return err
}

// Job returns a piece of work.
func (c *Catalog) Job(ctx context.Context, id assets.ID) (assets.Job, error) {
	return first[jobRow](ctx, c.read, "catalog.Job", byID(id))
}

// JobsOf lists the work on the subjects, oldest first.
func (c *Catalog) JobsOf(ctx context.Context, subjects ...assets.ID) ([]assets.Job, error) {
	return list[jobRow](ctx, c.read, "catalog.JobsOf", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("subject IN (?)", bun.List(subjects)).Order("id")
	})
}

// DueJobs lists the work that may be started at now, oldest first.
func (c *Catalog) DueJobs(ctx context.Context, now time.Time, limit int) ([]assets.Job, error) {
	return list[jobRow](ctx, c.read, "catalog.DueJobs", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(unfinished).Where(due, stamp(now), stamp(now)).Order("id").Limit(page(limit))
	})
}

// StartJob begins an attempt. It is one statement, so of two workers that call
// it at once one gets the job and the other a Conflict.
func (c *Catalog) StartJob(ctx context.Context, id assets.ID, worker string, lease time.Duration) (assets.Job, error) {
	const op = "catalog.StartJob"
	now := c.now()
	var started []jobRow
	err := c.statement(ctx, op, func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewUpdate().Model(&started).
			Set("state = 'running'").Set("attempt = attempt + 1").Set("worker = ?", worker).
			Set("lease_until = ?", stamp(now.Add(lease))).Set("step = ''").Set("progress = 0").Set("eta = 0").
			Where("id = ?", id).Where(due, stamp(now), stamp(now)).
			Returning("*").Exec(ctx)
		return err
	})
	if err != nil {
		return assets.Job{}, err
	}
	if len(started) == 1 {
		return started[0].record(), nil
	}
	if _, err := c.Job(ctx, id); err != nil {
		return assets.Job{}, err
	}
	return assets.Job{}, &assets.Error{
		Kind: assets.Conflict, Op: op,
		Msg: "Ce travail n'est pas à faire maintenant : il est fini, annulé, remis à plus tard ou déjà en cours.",
	}
}

// BeatJob renews the lease and notes how far the attempt is.
func (c *Catalog) BeatJob(ctx context.Context, f assets.Fence, b assets.Beat, lease time.Duration) error {
	return c.statement(ctx, "catalog.BeatJob", func(ctx context.Context, db bun.IDB) error {
		return holding(ctx, db.NewUpdate().Model((*jobRow)(nil)).
			Set("lease_until = ?", stamp(c.now().Add(lease))).
			Set("step = ?", b.Step).Set("progress = ?", b.Progress).Set("eta = ?", b.ETA.Microseconds()), f)
	})
}

// SettleJob ends an attempt that committed nothing.
func (c *Catalog) SettleJob(ctx context.Context, f assets.Fence, to assets.JobState, notBefore time.Time, reason string) error {
	const op = "catalog.SettleJob"
	q := leaving(c.write, to).Set("reason = ?", reason)
	if reason != "" {
		q = q.Set("failures = failures + 1")
	}
	switch to {
	case assets.JobWaiting:
		q = q.Set("not_before = ?", stamp(notBefore)).Set("progress = 0")
	case assets.JobDone:
		q = q.Set("progress = 1")
	case assets.JobFailed:
	default:
		return &assets.Error{
			Kind: assets.Invalid, Op: op + ": to " + string(to),
			Msg: "Une tentative ne peut finir que remise à plus tard, faite ou échouée.",
		}
	}
	return fail(op, holding(ctx, q, f))
}

// ReleaseJobs makes the running jobs of a worker that is gone due at once.
func (c *Catalog) ReleaseJobs(ctx context.Context, worker string) error {
	_, err := c.write.NewUpdate().Model((*jobRow)(nil)).
		Set("lease_until = 0").Where("worker = ?", worker).Where("state = 'running'").Exec(ctx)
	return fail("catalog.ReleaseJobs", err)
}
