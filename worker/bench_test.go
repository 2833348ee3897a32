package worker

import (
	"context"
	"sync/atomic"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline"
)

// BenchmarkEnqueue measures hints; BenchmarkProcess measures empty attempts,
// from the broker to the Desk and back.

func BenchmarkEnqueue(b *testing.B) {
	bothBrokers(b, func(b *testing.B, broker *Broker) {
		q := NewQueue(broker)
		for i := range b.N {
			if err := q.Enqueue(b.Context(), pipeline.Task{Job: "bench", Kind: assets.JobPublish, Attempt: i}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
	})
}

func BenchmarkProcess(b *testing.B) {
	bothBrokers(b, func(b *testing.B, broker *Broker) {
		q := NewQueue(broker)
		for i := range b.N {
			if err := q.Enqueue(b.Context(), pipeline.Task{Job: "bench", Kind: assets.JobPublish, Attempt: i}); err != nil {
				b.Fatal(err)
			}
		}
		d := &idle{left: int64(b.N), done: make(chan struct{})}
		b.ResetTimer()
		stop := run(b, Options{Broker: broker, Desk: d, Name: "w", Public: 10})
		<-d.done
		b.StopTimer()
		stop()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
	})
}

// BenchmarkLatency measures the way of one task through idle queues.
func BenchmarkLatency(b *testing.B) {
	bothBrokers(b, func(b *testing.B, broker *Broker) {
		q := NewQueue(broker)
		d := &idle{done: make(chan struct{}, 1), each: true}
		stop := run(b, Options{Broker: broker, Desk: d, Name: "w"})
		b.ResetTimer()
		for i := range b.N {
			if err := q.Enqueue(b.Context(), pipeline.Task{Job: "bench", Kind: assets.JobPublish, Attempt: i}); err != nil {
				b.Fatal(err)
			}
			<-d.done
		}
		b.StopTimer()
		stop()
	})
}

func bothBrokers(b *testing.B, bench func(*testing.B, *Broker)) {
	b.Run("embedded", func(b *testing.B) { bench(b, embedded(b)) })
	b.Run("redis", func(b *testing.B) { bench(b, connected(b, services.Redis(b))) })
}

// idle is a Desk whose jobs are nothing to do; it tells when none is left.
type idle struct {
	left int64
	each bool // tell after each
	done chan struct{}
}

func (d *idle) Perform(context.Context, assets.ID, string) (assets.Job, error) {
	switch {
	case d.each:
		d.done <- struct{}{}
	case atomic.AddInt64(&d.left, -1) == 0:
		close(d.done)
	}
	return assets.Job{}, nil
}

func (d *idle) Settle(context.Context, assets.Job, pipeline.Outcome) error { return nil }
func (d *idle) Soon(context.Context) ([]pipeline.Task, error)              { return nil, nil }
func (d *idle) Job(context.Context, assets.ID) (assets.Job, error)         { return assets.Job{}, nil }
