package assetstest

import (
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
)

// jobModel plays random workers against the catalog and against a few lines of
// Go that say what must happen: no attempt that lost its job ever commits, and
// every attempt number is given once.
func jobModel(h *House) {
	rapid.Check(h.T, func(t *rapid.T) {
		m := &jobs{h: h, jobs: map[assets.ID]*assets.Job{}, held: map[assets.Fence]bool{}, subject: h.IDs.New()}
		t.Repeat(map[string]func(*rapid.T){
			"add":    m.add,
			"start":  m.start,
			"beat":   m.beat,
			"settle": m.settle,
			"commit": m.commit,
			"cancel": m.cancel,
			"advance": func(t *rapid.T) {
				h.Clock.Advance(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second)
			},
			"": m.check,
		})
	})
}

// jobs is the model: the jobs as they should be, and every fence ever given out.
type jobs struct {
	h       *House
	jobs    map[assets.ID]*assets.Job
	held    map[assets.Fence]bool
	subject assets.ID
}

func (m *jobs) add(t *rapid.T) {
	j := m.h.Job(assets.JobProduce, m.subject)
	j.NotBefore = j.NotBefore.Add(time.Duration(rapid.IntRange(-30, 30).Draw(t, "delay")) * time.Second)
	if err := m.h.Catalog.Apply(m.h.Context(), assets.Change{Jobs: []assets.Job{j}}); err != nil {
		t.Fatal(err)
	}
	m.jobs[j.ID] = &j
}

func (m *jobs) due(j *assets.Job) bool {
	now := m.h.Clock.Now()
	return j.State == assets.JobWaiting && !j.NotBefore.After(now) || j.State == assets.JobRunning && !j.LeaseUntil.After(now)
}

func (m *jobs) start(t *rapid.T) {
	j := m.any(t)
	got, err := m.h.Catalog.StartJob(m.h.Context(), j.ID, "w", time.Minute)
	expect(t, m.due(j), err)
	if err != nil {
		return
	}
	if m.held[got.Fence()] {
		t.Fatalf("%v was given out before", got.Fence())
	}
	m.held[got.Fence()] = true
	j.State, j.Attempt, j.LeaseUntil = assets.JobRunning, j.Attempt+1, m.h.Clock.Now().Add(time.Minute)
}

func (m *jobs) beat(t *rapid.T) {
	f, j, holds := m.anyFence(t)
	expect(t, holds, m.h.Catalog.BeatJob(m.h.Context(), f, assets.Beat{}, time.Minute))
	if holds {
		j.LeaseUntil = m.h.Clock.Now().Add(time.Minute)
	}
}

func (m *jobs) settle(t *rapid.T) {
	f, j, holds := m.anyFence(t)
	to := rapid.SampledFrom([]assets.JobState{assets.JobWaiting, assets.JobDone, assets.JobFailed}).Draw(t, "to")
	next := m.h.Clock.Now().Add(10 * time.Second)
	expect(t, holds, m.h.Catalog.SettleJob(m.h.Context(), f, to, next, ""))
	if holds {
		j.State, j.LeaseUntil = to, time.Time{}
		if to == assets.JobWaiting {
			j.NotBefore = next
		}
	}
}

func (m *jobs) commit(t *rapid.T) {
	f, j, holds := m.anyFence(t)
	expect(t, holds, m.h.Catalog.Apply(m.h.Context(), assets.Change{Fence: &f}))
	if holds {
		j.State, j.LeaseUntil = assets.JobDone, time.Time{}
	}
}

func (m *jobs) cancel(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "rarely") > 0 {
		t.Skip("not now")
	}
	if err := m.h.Catalog.Apply(m.h.Context(), assets.Change{Cancel: []assets.ID{m.subject}}); err != nil {
		t.Fatal(err)
	}
	for _, j := range m.jobs {
		if j.State == assets.JobWaiting || j.State == assets.JobRunning {
			j.State, j.LeaseUntil = assets.JobCancelled, time.Time{}
		}
	}
}

// check compares the catalog with the model.
func (m *jobs) check(t *rapid.T) {
	got, err := m.h.Catalog.JobsOf(m.h.Context(), m.subject)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(m.jobs) {
		t.Fatalf("%d jobs, want %d", len(got), len(m.jobs))
	}
	for _, g := range got {
		w := m.jobs[g.ID]
		if g.State != w.State || g.Attempt != w.Attempt || !g.LeaseUntil.Equal(w.LeaseUntil) || !g.NotBefore.Equal(w.NotBefore) {
			t.Fatalf("job is %+v\nwant %+v", g, *w)
		}
	}
}

func (m *jobs) any(t *rapid.T) *assets.Job {
	if len(m.jobs) == 0 {
		t.Skip("no job yet")
	}
	return m.jobs[rapid.SampledFrom(slices.Sorted(maps.Keys(m.jobs))).Draw(t, "job")]
}

// anyFence draws an attempt, that may have been, that is, or that never was.
func (m *jobs) anyFence(t *rapid.T) (f assets.Fence, j *assets.Job, holds bool) {
	j = m.any(t)
	f = assets.Fence{Job: j.ID, Attempt: rapid.IntRange(0, j.Attempt+1).Draw(t, "attempt")}
	return f, j, j.State == assets.JobRunning && j.Attempt == f.Attempt
}

func expect(t *rapid.T, goes bool, err error) {
	if goes && err != nil {
		t.Fatal(err)
	}
	if !goes && assets.KindOf(err) != assets.Conflict {
		t.Fatalf("%v, want a Conflict", err)
	}
}
