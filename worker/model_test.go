package worker

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// model is a Desk in memory that keeps the promises of the real one, leases and
// fences included, and fails the test when two attempts of a job run at a time
// or a job is committed twice.
type model struct {
	t     testing.TB
	queue pipeline.Queue
	lease time.Duration
	hurry bool // retries come at once, whatever Settle says

	mu    sync.Mutex
	jobs  []*assets.Job // in order of creation, as DueJobs has them
	byID  map[assets.ID]*assets.Job
	work  map[assets.ID]work
	live  map[assets.ID]int
	log   map[assets.ID][]string // "start", "done", "again", "failed" with their time
	first map[assets.ID]time.Time
	moved chan struct{} // closed, and made anew, when a job has moved
}

// work is what an attempt does.
type work func(ctx context.Context, j assets.Job) error

func nothing(context.Context, assets.Job) error { return nil }

func newModel(t testing.TB, q pipeline.Queue) *model {
	return &model{
		t: t, queue: q, lease: 10 * time.Second,
		byID: map[assets.ID]*assets.Job{}, work: map[assets.ID]work{}, live: map[assets.ID]int{},
		log: map[assets.ID][]string{}, first: map[assets.ID]time.Time{}, moved: make(chan struct{}),
	}
}

// add writes a job down without a hint.
func (m *model) add(kind assets.JobKind, notBefore time.Time, do work) pipeline.Task {
	m.mu.Lock()
	defer m.mu.Unlock()
	j := &assets.Job{
		ID: assets.ID(fmt.Sprintf("%026d", len(m.jobs))), Kind: kind, Subject: "s",
		State: assets.JobWaiting, NotBefore: notBefore, CreatedAt: time.Now(),
	}
	m.jobs = append(m.jobs, j)
	m.byID[j.ID], m.work[j.ID] = j, do
	return taskOf(j)
}

// post writes a job down and hints at it, as a Desk does.
func (m *model) post(kind assets.JobKind, do work) pipeline.Task {
	m.t.Helper()
	task := m.add(kind, time.Time{}, do)
	m.hint(task)
	return task
}

func (m *model) hint(task pipeline.Task) {
	m.t.Helper()
	if err := m.queue.Enqueue(m.t.Context(), task); err != nil {
		m.t.Fatal(err)
	}
}

func taskOf(j *assets.Job) pipeline.Task {
	return pipeline.Task{Job: j.ID, Kind: j.Kind, Attempt: j.Attempt, NotBefore: j.NotBefore, Timeout: time.Minute}
}

func due(j *assets.Job, now time.Time) bool {
	return j.State == assets.JobWaiting && !j.NotBefore.After(now) || j.State == assets.JobRunning && j.LeaseUntil.Before(now)
}

// note records a move of j; m.mu is held.
func (m *model) note(j *assets.Job, word string) {
	m.log[j.ID] = append(m.log[j.ID], word)
	close(m.moved)
	m.moved = make(chan struct{})
}

func (m *model) start(id assets.ID, worker string) (assets.Job, work) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	j := m.byID[id]
	if j == nil || !due(j, now) {
		return assets.Job{}, nil
	}
	if m.live[id]++; m.live[id] > 1 {
		m.t.Errorf("job %s: %d attempts run at a time", id, m.live[id])
	}
	if j.Attempt++; j.Attempt == 1 {
		m.first[id] = now
	}
	j.State, j.Worker, j.LeaseUntil = assets.JobRunning, worker, now.Add(m.lease)
	m.note(j, "start")
	return *j, m.work[id]
}

func (m *model) Perform(ctx context.Context, id assets.ID, worker string) (assets.Job, error) {
	job, do := m.start(id, worker)
	if job.ID == "" {
		return job, nil
	}
	ctx, lose := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { m.renew(ctx, job, lose) })
	defer func() {
		lose()
		renewing.Wait()
		m.mu.Lock()
		defer m.mu.Unlock()
		m.live[id]--
	}()
	if err := do(ctx, job); err != nil {
		return job, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if j := m.byID[id]; m.holds(j, job) {
		j.State = assets.JobDone
		m.note(j, "done")
	}
	return job, nil
}

// holds tells whether the attempt still has its job; m.mu is held.
func (m *model) holds(now *assets.Job, attempt assets.Job) bool {
	return now.State == assets.JobRunning && now.Attempt == attempt.Attempt
}

func (m *model) renew(ctx context.Context, job assets.Job, lose func()) {
	tick := time.NewTicker(m.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		m.mu.Lock()
		j := m.byID[job.ID]
		held := m.holds(j, job)
		if held {
			j.LeaseUntil = time.Now().Add(m.lease)
		}
		m.mu.Unlock()
		if !held {
			lose()
			return
		}
	}
}

func (m *model) Settle(ctx context.Context, attempt assets.Job, o pipeline.Outcome) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j := m.byID[attempt.ID]
	if !m.holds(j, attempt) {
		return &assets.Error{Kind: assets.Conflict, Op: "model.Settle", Msg: "Trop tard."}
	}
	if j.Reason = o.Reason; o.Reason != "" {
		j.Failures++
	}
	if !o.Again {
		j.State = assets.JobFailed
		m.note(j, "failed")
		return nil
	}
	if m.hurry {
		o.After = 0
	}
	j.State, j.NotBefore = assets.JobWaiting, time.Now().Add(o.After)
	m.note(j, "again")
	return nil
}

func (m *model) Soon(context.Context) ([]pipeline.Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	var tasks []pipeline.Task
	for _, j := range m.jobs {
		if due(j, now) {
			tasks = append(tasks, taskOf(j))
		}
	}
	return tasks, nil
}

func (m *model) Job(_ context.Context, id assets.ID) (assets.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.byID[id], nil
}

// until waits until ok of the model, which is called with the lock held.
func (m *model) until(limit time.Duration, what string, ok func() bool) {
	m.t.Helper()
	late := time.After(limit)
	for {
		m.mu.Lock()
		fine, moved := ok(), m.moved
		m.mu.Unlock()
		if fine {
			return
		}
		select {
		case <-moved:
		case <-late:
			m.mu.Lock()
			defer m.mu.Unlock()
			m.t.Fatalf("not within %s: %s\n%s", limit, what, m.summary())
		}
	}
}

// summary counts the jobs by state; m.mu is held.
func (m *model) summary() string {
	count := map[assets.JobState]int{}
	for _, j := range m.jobs {
		count[j.State]++
	}
	return fmt.Sprint(count)
}

// untilDone waits until every job is done.
func (m *model) untilDone(limit time.Duration) {
	m.t.Helper()
	m.until(limit, "all jobs done", func() bool {
		return !slices.ContainsFunc(m.jobs, func(j *assets.Job) bool { return j.State != assets.JobDone })
	})
}

// untilState waits until a job is there.
func (m *model) untilState(limit time.Duration, id assets.ID, s assets.JobState) {
	m.t.Helper()
	m.until(limit, fmt.Sprintf("job %s %s", id, s), func() bool { return m.byID[id].State == s })
}

// history is what happened to a job.
func (m *model) history(id assets.ID) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.log[id])
}
