package worker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"go.uber.org/goleak"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline"
)

// TestMain fails when a test leaves a goroutine behind: each closes its broker
// and waits for its workers.
func TestMain(m *testing.M) {
	LogRedis(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m)
}

// onBoth runs a test on the embedded broker and on a real Redis.
func onBoth(t *testing.T, test func(t *testing.T, b *Broker)) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embedded(t))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, connected(t, services.Redis(t)))
	})
}

func embedded(t testing.TB) *Broker {
	b := Embedded()
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func connected(t testing.TB, url string) *Broker {
	t.Helper()
	b, err := Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// run starts a worker. stop ends it, and is called at the end of the test.
func run(t testing.TB, o Options) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	w := New(o)
	go func() { ended <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func TestPerformedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		run(t, Options{Broker: b, Desk: m, Name: "w"})
		for _, kind := range []assets.JobKind{assets.JobInspect, assets.JobProduce, assets.JobPublish, assets.JobWithdraw, assets.JobMail} {
			task := m.post(kind, nothing)
			m.untilState(10*time.Second, task.Job, assets.JobDone)
			if h := m.history(task.Job); !slices.Equal(h, []string{"start", "done"}) {
				t.Errorf("%s: %v", kind, h)
			}
		}
		if tasks := keys(t, b, "asynq:{*}:t:*"); len(tasks) > 0 {
			t.Errorf("tasks are left behind: %v", tasks)
		}
	})
}

// TestTwins: the same attempt hinted at many times, under one name and under
// several, by two workers with room for all of them.
func TestTwins(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		q := NewQueue(b)
		m := newModel(t, q)
		var begun atomic.Int32
		for range 5 {
			task := m.add(assets.JobPublish, time.Time{}, func(ctx context.Context, _ assets.Job) error {
				begun.Add(1)
				return wait(ctx, 500*time.Millisecond)
			})
			for twin := range 4 {
				for range 2 {
					if err := q.put(t.Context(), task, twin); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if n := len(keys(t, b, "asynq:{public}:t:*")); n != 5*4 {
			t.Errorf("%d tasks, want one for each name", n)
		}
		run(t, Options{Broker: b, Desk: m, Name: "w1", Public: 10})
		run(t, Options{Broker: b, Desk: m, Name: "w2", Public: 10})
		m.untilDone(15 * time.Second)
		if begun.Load() != 5 {
			t.Errorf("%d attempts of 5 jobs", begun.Load())
		}
	})
}

// TestPayload: a task carries the ID and nothing else, and outlives the Desk's
// own time limit.
func TestPayload(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		task := pipeline.Task{Job: "01jabc", Kind: assets.JobProduce, Attempt: 2, Timeout: 3 * time.Hour}
		if err := NewQueue(b).Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		inspector := asynq.NewInspectorFromRedisClient(b.client())
		info, err := inspector.GetTaskInfo(queueMedia, "job-01jabc-2")
		if err != nil {
			t.Fatal(err)
		}
		if string(info.Payload) != "01jabc" || info.Type != "produce" || info.Timeout <= 3*time.Hour || info.MaxRetry < 1 || info.Retention != 0 {
			t.Errorf("%+v", info)
		}
	})
}

// TestFlush: losing every key in the middle of the work changes nothing but time.
func TestFlush(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		gate := make(chan struct{})
		for range 20 {
			m.post(assets.JobMail, func(context.Context, assets.Job) error { <-gate; return nil })
		}
		later := m.add(assets.JobInspect, time.Now().Add(3*time.Second), nothing)
		m.hint(later)
		run(t, Options{Broker: b, Desk: m, Name: "w"})
		m.until(10*time.Second, "four started", func() bool { return len(m.first) == 4 })
		if err := b.client().FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		close(gate)
		m.untilDone(15 * time.Second)
	})
}

// TestLostHint: a job that was never hinted at is found, by the default sweep.
func TestLostHint(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		before := m.add(assets.JobProduce, time.Time{}, nothing)
		run(t, Options{Broker: b, Desk: m, Name: "w"})
		m.untilState(4*time.Second, before.Job, assets.JobDone) // the first sweep is at the start
		m.add(assets.JobProduce, time.Time{}, nothing)
		m.untilDone(15 * time.Second)
	})
}

func TestNotBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		run(t, Options{Broker: b, Desk: m, Name: "w", Sweep: time.Hour}) // hints only
		for i := range 5 {
			m.hint(m.add(assets.JobPublish, time.Now().Add(time.Duration(i)*700*time.Millisecond), nothing))
		}
		m.untilDone(15 * time.Second)
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, j := range m.jobs {
			if late := m.first[j.ID].Sub(j.NotBefore); late < 0 || late > 4*time.Second {
				t.Errorf("job %s started %s after its time", j.ID, late)
			}
		}
	})
}

// TestGracefulStop: the attempts stop in their own time, their jobs are given
// back without a word of blame, and are done afterwards.
func TestGracefulStop(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		again := make(chan struct{})
		for _, kind := range []assets.JobKind{assets.JobProduce, assets.JobPublish} {
			m.post(kind, func(ctx context.Context, _ assets.Job) error {
				select {
				case <-again:
					return nil
				case <-ctx.Done():
					_ = wait(context.WithoutCancel(ctx), time.Second) // as ffmpeg writes its trailer
					return errors.New("signal: terminated")
				}
			})
		}
		stop := run(t, Options{Broker: b, Desk: m, Name: "w1"})
		m.until(10*time.Second, "both started", func() bool { return len(m.first) == 2 })
		begin := time.Now()
		stop()
		if took := time.Since(begin); took < time.Second || took > 10*time.Second {
			t.Errorf("stopping took %s", took)
		}
		m.mu.Lock()
		for _, j := range m.jobs {
			if j.State != assets.JobWaiting || j.NotBefore.After(time.Now()) || m.live[j.ID] != 0 {
				t.Errorf("after the stop: %+v", j)
			}
		}
		m.mu.Unlock()
		close(again)
		run(t, Options{Broker: b, Desk: m, Name: "w2"})
		m.untilDone(10 * time.Second)
	})
}

// TestPoison: jobs that panic are put aside after three attempts, and the others
// do not notice.
func TestPoison(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		m.hurry = true
		var poison []assets.ID
		for i := range 30 {
			if i%10 != 0 {
				m.post(assets.JobPublish, nothing)
				continue
			}
			poison = append(poison, m.post(assets.JobPublish, func(context.Context, assets.Job) error {
				panic("index out of range, say")
			}).Job)
		}
		run(t, Options{Broker: b, Desk: m, Name: "w", Public: 2, Sweep: 100 * time.Millisecond})
		m.until(20*time.Second, "no job is open", func() bool {
			return !slices.ContainsFunc(m.jobs, func(j *assets.Job) bool {
				return j.State == assets.JobWaiting || j.State == assets.JobRunning
			})
		})
		for _, id := range poison {
			want := []string{"start", "again", "start", "again", "start", "failed"}
			if h := m.history(id); !slices.Equal(h, want) {
				t.Errorf("%s: %v", id, h)
			}
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, j := range m.jobs {
			if failed := j.State == assets.JobFailed; failed != slices.Contains(poison, j.ID) {
				t.Errorf("%s is %s: %s", j.ID, j.State, j.Reason)
			}
		}
	})
}

// TestDeadWorker: the job of a worker that is gone is taken over when its lease
// is over, and not before.
func TestDeadWorker(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		m.lease = 2 * time.Second
		task := m.add(assets.JobProduce, time.Time{}, nothing)
		lost, _ := m.start(task.Job, "gone")
		m.mu.Lock()
		m.live[task.Job] = 0 // its process is dead
		m.mu.Unlock()
		var started time.Time
		m.work[task.Job] = func(context.Context, assets.Job) error { started = time.Now(); return nil }
		run(t, Options{Broker: b, Desk: m, Name: "w", Sweep: 200 * time.Millisecond})
		m.untilDone(10 * time.Second)
		if started.Before(lost.LeaseUntil) {
			t.Errorf("taken over %s before the end of the lease", lost.LeaseUntil.Sub(started))
		}
	})
}

// TestFiveHundred: two workers, all kinds, some failing once.
func TestFiveHundred(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		m.hurry = true
		for i := range 500 {
			kind := []assets.JobKind{assets.JobInspect, assets.JobPublish}[i%2]
			m.post(kind, func(_ context.Context, j assets.Job) error {
				if i%7 == 0 && j.Attempt == 1 {
					return &assets.Error{Kind: assets.Transient, Op: "test", Msg: "Encore."}
				}
				return nil
			})
		}
		o := Options{Broker: b, Desk: m, Media: 2, Public: 4, Name: "w1", Sweep: 500 * time.Millisecond}
		run(t, o)
		o.Name = "w2"
		run(t, o)
		m.untilDone(60 * time.Second)
		for i, j := range m.jobs {
			want := []string{"start", "done"}
			if i%7 == 0 {
				want = []string{"start", "again", "start", "done"}
			}
			if h := m.history(j.ID); !slices.Equal(h, want) {
				t.Errorf("job %d: %v", i, h)
			}
		}
	})
}

// TestLanes: the concurrency of a lane is kept, and a full one holds up no other.
func TestLanes(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		gate := make(chan struct{})
		var now, most atomic.Int32
		for range 6 {
			m.post(assets.JobProduce, func(context.Context, assets.Job) error {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				<-gate
				now.Add(-1)
				return nil
			})
		}
		run(t, Options{Broker: b, Desk: m, Name: "w", Media: 2})
		m.until(10*time.Second, "two films begun", func() bool { return len(m.first) == 2 })
		quick := m.post(assets.JobPublish, nothing)
		m.untilState(10*time.Second, quick.Job, assets.JobDone)
		close(gate)
		m.untilDone(15 * time.Second)
		if most.Load() != 2 {
			t.Errorf("%d films at a time, want 2", most.Load())
		}
	})
}

// TestTTL: keys grow old on both brokers (Asynq's own locks hang on that).
func TestTTL(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		client := asynq.NewClientFromRedisClient(b.client())
		task := asynq.NewTask("x", nil)
		once := asynq.Unique(2 * time.Second)
		if _, err := client.Enqueue(task, once); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Enqueue(task, once); !errors.Is(err, asynq.ErrDuplicateTask) {
			t.Fatalf("a second one at once: %v", err)
		}
		late := time.After(10 * time.Second)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for begin := time.Now(); ; {
			_, err := client.Enqueue(task, once)
			if err == nil {
				if took := time.Since(begin); took < 900*time.Millisecond {
					t.Errorf("the lock of 2 s was gone after %s", took)
				}
				return
			}
			select {
			case <-tick.C:
			case <-late:
				t.Fatalf("the lock of 2 s is still there: %v", err)
			}
		}
	})
}

// wait lets time pass in a piece of work.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func keys(t testing.TB, b *Broker, pattern string) []string {
	t.Helper()
	found, err := b.client().Keys(t.Context(), pattern).Result()
	if err != nil {
		t.Fatal(err)
	}
	return found
}
