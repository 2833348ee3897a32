package assetstest

import (
	"sync"
	"sync/atomic"
	"time"

	"anonymal.tv/regie/assets"
)

func jobCases() map[string]func(*House) {
	return map[string]func(*House){
		"life":             jobLife,
		"due":              dueJobs,
		"leases":           leases,
		"one of many":      startedOnce,
		"settle":           settles,
		"stale attempts":   staleAttempts,
		"release a worker": releases,
	}
}

func jobLife(h *House) {
	subject := h.IDs.New()
	j := h.Job(assets.JobProduce, subject)
	j.Length = 91.04
	h.Apply(assets.Change{Jobs: []assets.Job{j}})
	got, err := h.Catalog.Job(h.Context(), j.ID)
	same(h, got, err, j)

	j.State, j.Attempt, j.Worker, j.LeaseUntil = assets.JobRunning, 1, "machine-1/42", h.Clock.Now().Add(time.Minute)
	same(h, h.Start(j.ID, j.Worker), nil, j)
	got, err = h.Catalog.Job(h.Context(), j.ID)
	same(h, got, err, j)

	h.Clock.Advance(30 * time.Second)
	if err := h.Catalog.BeatJob(h.Context(), j.Fence(), assets.Beat{Step: "Encodage", Progress: 0.25, ETA: 90 * time.Second}, time.Minute); err != nil {
		h.Fatal(err)
	}
	j.Step, j.Progress, j.ETA, j.LeaseUntil = "Encodage", 0.25, 90*time.Second, h.Clock.Now().Add(time.Minute)
	all, err := h.Catalog.JobsOf(h.Context(), subject, h.IDs.New())
	same(h, all, err, []assets.Job{j})
}

func dueJobs(h *House) {
	subject := h.IDs.New()
	old, later, fresh := h.Due(assets.JobInspect, subject), h.Job(assets.JobInspect, subject), h.Job(assets.JobInspect, subject)
	later.NotBefore = h.Clock.Now().Add(time.Hour)
	h.Apply(assets.Change{Jobs: []assets.Job{later, fresh}})
	due := func(at time.Time, limit int) []assets.ID {
		h.Helper()
		jobs, err := h.Catalog.DueJobs(h.Context(), at, limit)
		if err != nil {
			h.Fatal(err)
		}
		return idsOf(jobs, func(j assets.Job) assets.ID { return j.ID })
	}
	now := h.Clock.Now()
	same(h, due(now, 10), nil, []assets.ID{old.ID, fresh.ID})
	same(h, due(now, 1), nil, []assets.ID{old.ID})
	same(h, due(now.Add(-time.Microsecond), 10), nil, []assets.ID{})
	same(h, due(later.NotBefore.Add(-time.Microsecond), 10), nil, []assets.ID{old.ID, fresh.ID})
	same(h, due(later.NotBefore, 10), nil, []assets.ID{old.ID, later.ID, fresh.ID})
	_, err := h.Catalog.StartJob(h.Context(), later.ID, "w", time.Minute)
	h.Fails(assets.Conflict, err)
	h.Start(old.ID, "w")
	same(h, due(now, 10), nil, []assets.ID{fresh.ID})
	same(h, due(now.Add(time.Minute), 10), nil, []assets.ID{old.ID, fresh.ID})
}

func leases(h *House) {
	j := h.Due(assets.JobProduce, h.IDs.New())
	first := h.Start(j.ID, "a")
	h.Clock.Advance(time.Minute - time.Microsecond)
	_, err := h.Catalog.StartJob(h.Context(), j.ID, "b", time.Minute)
	h.Fails(assets.Conflict, err)
	h.Clock.Advance(time.Microsecond)
	// A late beat of an attempt that nobody replaced keeps the job.
	if err := h.Catalog.BeatJob(h.Context(), first.Fence(), assets.Beat{}, time.Minute); err != nil {
		h.Fatal(err)
	}
	_, err = h.Catalog.StartJob(h.Context(), j.ID, "b", time.Minute)
	h.Fails(assets.Conflict, err)
	h.Clock.Advance(time.Minute)
	second := h.Start(j.ID, "b")
	if second.Attempt != 2 || second.Worker != "b" || second.Progress != 0 || second.Step != "" {
		h.Fatalf("%+v", second)
	}
}

// startedOnce: of twenty workers that start the same job at once, one does; and
// again when its lease is over.
func startedOnce(h *House) {
	j := h.Due(assets.JobProduce, h.IDs.New())
	for round := 1; round <= 5; round++ {
		var won atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				got, err := h.Catalog.StartJob(h.Context(), j.ID, "w", time.Minute)
				switch {
				case err == nil:
					won.Add(1)
					if got.Attempt != round {
						h.Errorf("attempt %d in round %d", got.Attempt, round)
					}
				case assets.KindOf(err) != assets.Conflict:
					h.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			h.Fatalf("%d workers have the job in round %d", won.Load(), round)
		}
		h.Clock.Advance(time.Hour)
	}
}

func settles(h *House) {
	j := h.Due(assets.JobPublish, h.IDs.New())
	settle := func(f assets.Fence, to assets.JobState) error {
		return h.Catalog.SettleJob(h.Context(), f, to, h.Clock.Now().Add(time.Minute), "Le réseau ne répond pas.")
	}
	run := h.Start(j.ID, "w")
	for _, to := range []assets.JobState{assets.JobRunning, assets.JobCancelled, "", "nonsense"} {
		h.Fails(assets.Invalid, settle(run.Fence(), to))
	}
	if err := settle(run.Fence(), assets.JobWaiting); err != nil {
		h.Fatal(err)
	}
	got, err := h.Catalog.Job(h.Context(), j.ID)
	j.Attempt, j.Failures, j.NotBefore, j.Reason = 1, 1, h.Clock.Now().Add(time.Minute), "Le réseau ne répond pas."
	same(h, got, err, j)
	_, err = h.Catalog.StartJob(h.Context(), j.ID, "w", time.Minute)
	h.Fails(assets.Conflict, err)
	h.Clock.Advance(time.Minute)
	if err := settle(h.Start(j.ID, "w").Fence(), assets.JobFailed); err != nil {
		h.Fatal(err)
	}
	got, err = h.Catalog.Job(h.Context(), j.ID)
	j.State, j.Attempt, j.Failures = assets.JobFailed, 2, 2
	same(h, got, err, j)
	_, err = h.Catalog.StartJob(h.Context(), j.ID, "w", time.Minute)
	h.Fails(assets.Conflict, err)
}

func staleAttempts(h *House) {
	j := h.Due(assets.JobPublish, h.IDs.New())
	first := h.Start(j.ID, "a")
	h.Clock.Advance(time.Hour)
	second := h.Start(j.ID, "b")
	for name, stale := range map[string]assets.Fence{
		"old": first.Fence(), "future": {Job: j.ID, Attempt: 3}, "zero": {Job: j.ID}, "nothing": {Job: h.IDs.New(), Attempt: 1},
	} {
		h.Log(name)
		h.Fails(assets.Conflict, h.Catalog.BeatJob(h.Context(), stale, assets.Beat{Progress: 1}, time.Hour))
		h.Fails(assets.Conflict, h.Catalog.SettleJob(h.Context(), stale, assets.JobFailed, time.Time{}, "x"))
		h.Refuses(assets.Conflict, assets.Change{Fence: &stale})
	}
	got, err := h.Catalog.Job(h.Context(), j.ID)
	same(h, got, err, second)
}

func releases(h *House) {
	subject := h.IDs.New()
	mine, ours, waiting := h.Due(assets.JobInspect, subject), h.Due(assets.JobInspect, subject), h.Due(assets.JobInspect, subject)
	h.Start(mine.ID, "gone")
	kept := h.Start(ours.ID, "alive")
	if err := h.Catalog.ReleaseJobs(h.Context(), "gone"); err != nil {
		h.Fatal(err)
	}
	due, err := h.Catalog.DueJobs(h.Context(), h.Clock.Now(), 10)
	same(h, idsOf(due, func(j assets.Job) assets.ID { return j.ID }), err, []assets.ID{mine.ID, waiting.ID})
	got, err := h.Catalog.Job(h.Context(), ours.ID)
	same(h, got, err, kept)
	if again := h.Start(mine.ID, "alive"); again.Attempt != 2 {
		h.Fatalf("%+v", again)
	}
}
