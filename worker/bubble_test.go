package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"anonymal.tv/regie/assets"
)

// The embedded broker has no socket, so hours of its life fit into a bubble of
// testing/synctest.

// unhurried is an embedded broker that is polled less often, which makes its
// hours shorter.
func unhurried(t *testing.T) *Broker {
	b := embedded(t)
	b.poll = time.Second
	return b
}

// TestRetriesInTime: what Decide says is what is waited for.
func TestRetriesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := unhurried(t)
		m := newModel(t, NewQueue(b))
		var starts []time.Time
		m.post(assets.JobPublish, func(_ context.Context, j assets.Job) error {
			starts = append(starts, time.Now())
			fault := &assets.Error{Kind: assets.Transient, Op: "test", Msg: "Occupé."}
			switch j.Attempt {
			case 3:
				fault.RetryAfter = 10 * time.Minute
			case 4:
				return nil
			}
			return fault
		})
		stop := run(t, Options{Broker: b, Desk: m, Name: "w", Rand: zero})
		m.untilDone(time.Hour)
		stop()
		for i, want := range []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute} {
			if late := starts[i+1].Sub(starts[i]) - want; late < 0 || late > 10*time.Second {
				t.Errorf("attempt %d came %s after its time", i+2, late)
			}
		}
	})
}

// TestStuckName: a broker that holds the name of a task which it will never
// deliver keeps the job back for a while only.
func TestStuckName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := unhurried(t)
		m := newModel(t, NewQueue(b))
		task := m.post(assets.JobPublish, nothing)
		if n, err := b.client().Del(t.Context(), "asynq:{public}:pending").Result(); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		run(t, Options{Broker: b, Desk: m, Name: "w"})
		_ = wait(t.Context(), stale-10*time.Second)
		if h := m.history(task.Job); len(h) != 0 {
			t.Fatalf("%v: the name is not stuck, so this test shows nothing", h)
		}
		m.untilDone(30 * time.Second)
	})
}

// TestStubborn: an attempt that does not stop does not keep Run from returning.
func TestStubborn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := unhurried(t)
		m := newModel(t, NewQueue(b))
		end := make(chan struct{})
		task := m.post(assets.JobProduce, func(context.Context, assets.Job) error { <-end; return nil })
		stop := run(t, Options{Broker: b, Desk: m, Name: "w"})
		m.untilState(10*time.Second, task.Job, assets.JobRunning)
		begin := time.Now()
		stop()
		if took := time.Since(begin); took > 15*time.Second {
			t.Errorf("stopping took %s", took)
		}
		close(end)
		m.untilDone(time.Second)
	})
}

// TestSlowIsNotLost: when an attempt outlives the time limit of its task, Asynq
// frees its place; neither it nor another film is begun beside it.
func TestSlowIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := unhurried(t)
		m := newModel(t, NewQueue(b))
		m.post(assets.JobProduce, func(ctx context.Context, _ assets.Job) error { return wait(ctx, 10*time.Minute) })
		second := m.post(assets.JobProduce, nothing)
		run(t, Options{Broker: b, Desk: m, Name: "w"})
		_ = wait(t.Context(), 9*time.Minute) // the task's limit is 6 min
		if h := m.history(second.Job); len(h) != 0 {
			t.Errorf("the second film began beside the first: %v", h)
		}
		m.untilDone(5 * time.Minute)
	})
}
