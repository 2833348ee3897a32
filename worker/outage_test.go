package worker

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
)

// TestRedisKilled: Redis dies as in a power cut, with all it held, and comes
// back empty.
func TestRedisKilled(t *testing.T) {
	t.Parallel()
	server := services.StartRedis(t, services.RedisOptions{})
	b := connected(t, server.URL())
	m := newModel(t, NewQueue(b))
	gate := make(chan struct{})
	for range 30 {
		m.post(assets.JobMail, func(context.Context, assets.Job) error { <-gate; return nil })
	}
	run(t, Options{Broker: b, Desk: m, Name: "w"})
	m.until(10*time.Second, "four started", func() bool { return len(m.first) == 4 })
	server.Kill()
	close(gate)
	m.until(10*time.Second, "the four done without Redis", func() bool { return strings.Contains(m.summary(), "done:4") })
	server.Restart(t)
	m.untilDone(20 * time.Second)
}

// TestRedisUnreachable: 20 s without an answer, half of them a refusal and half
// a silence. What runs goes on, what is posted meanwhile is done afterwards, and
// the log is not flooded.
func TestRedisUnreachable(t *testing.T) {
	t.Parallel()
	wire := newWire(t, strings.TrimSuffix(strings.TrimPrefix(services.Redis(t), "redis://"), "/0"))
	b := connected(t, "redis://"+wire.Addr().String()+"/0")
	m := newModel(t, NewQueue(b))
	gate := make(chan struct{})
	running := m.post(assets.JobProduce, func(ctx context.Context, _ assets.Job) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-gate:
			return nil
		}
	})
	var complaints, relief atomic.Int32
	run(t, Options{
		Broker: b, Desk: m, Name: "w",
		Log: slog.New(fan{counter{nil, slog.LevelError, &complaints}, counter{nil, slog.LevelInfo, &relief}}),
	})
	m.untilState(10*time.Second, running.Job, assets.JobRunning)

	var during []assets.ID
	for _, cut := range []func(){wire.refuse, wire.silence} {
		cut()
		begin := time.Now()
		task := m.add(assets.JobPublish, time.Time{}, nothing)
		during = append(during, task.Job)
		err := m.queue.Enqueue(t.Context(), task)
		if assets.KindOf(err) != assets.Transient || !strings.Contains(assets.Sentence(err), "Rien n'est perdu") {
			t.Errorf("Enqueue during the outage: %v", err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("Enqueue during the outage took %s", took)
		}
		_ = wait(t.Context(), 10*time.Second-time.Since(begin))
	}
	wire.mend()
	for _, id := range during {
		m.untilState(20*time.Second, id, assets.JobDone)
	}
	close(gate)
	m.untilDone(10 * time.Second)
	if h := m.history(running.Job); len(h) != 2 {
		t.Errorf("the running job was disturbed: %v", h)
	}
	if complaints.Load() != 1 || relief.Load() != 1 {
		t.Errorf("%d complaints and %d signs of relief, want one of each", complaints.Load(), relief.Load())
	}
}

// TestStopDuringOutage: a broker that is silent does not keep Run from
// returning, were its client as patient as it likes.
func TestStopDuringOutage(t *testing.T) {
	t.Parallel()
	wire := newWire(t, strings.TrimSuffix(strings.TrimPrefix(services.Redis(t), "redis://"), "/0"))
	b := connected(t, "redis://"+wire.Addr().String()+"/0")
	b.options.ReadTimeout = 30 * time.Second
	m := newModel(t, NewQueue(b))
	stop := run(t, Options{Broker: b, Desk: m, Name: "w"})
	m.post(assets.JobPublish, nothing)
	m.untilDone(10 * time.Second)
	wire.silence()
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("stopping took %s", took)
	}
	wire.refuse() // lets what still waits for an answer go
}

func TestConnectRefusesNonsense(t *testing.T) {
	if _, err := Connect("http://example.org"); assets.KindOf(err) != assets.Invalid {
		t.Errorf("%v", err)
	}
}

// counter counts the log records of a level.
type counter struct {
	slog.Handler
	level slog.Level
	n     *atomic.Int32
}

func (c counter) Enabled(_ context.Context, l slog.Level) bool { return l == c.level }
func (c counter) WithAttrs([]slog.Attr) slog.Handler           { return c }
func (c counter) Handle(context.Context, slog.Record) error    { c.n.Add(1); return nil }

// fan gives each record to several handlers.
type fan []slog.Handler

func (f fan) Enabled(context.Context, slog.Level) bool { return true }
func (f fan) WithAttrs([]slog.Attr) slog.Handler       { return f }
func (f fan) WithGroup(string) slog.Handler            { return f }
func (f fan) Handle(ctx context.Context, r slog.Record) error {
	for _, h := range f {
		if h.Enabled(ctx, r.Level) {
			_ = h.Handle(ctx, r)
		}
	}
	return nil
}

// wire is the network between a worker and its Redis, which can be cut.
type wire struct {
	net.Listener
	to string

	mu     sync.Mutex
	state  string // "", "refuse" or "silence"
	conns  map[net.Conn]bool
	copies sync.WaitGroup
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l, to: to, conns: map[net.Conn]bool{}}
	w.copies.Go(w.accept)
	t.Cleanup(func() {
		_ = l.Close()
		w.become("refuse")
		w.copies.Wait()
	})
	return w
}

func (w *wire) refuse()  { w.become("refuse") }
func (w *wire) silence() { w.become("silence") }
func (w *wire) mend()    { w.become("") }

// become cuts all connections, and treats those to come after state.
func (w *wire) become(state string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = state
	for c := range w.conns {
		_ = c.Close()
	}
	clear(w.conns)
}

func (w *wire) accept() {
	for {
		near, err := w.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		state := w.state
		if state != "refuse" {
			w.conns[near] = true
		}
		w.mu.Unlock()
		switch state {
		case "refuse":
			_ = near.Close()
		case "": // a silent one is kept and never read
			w.copies.Go(func() { w.carry(near) })
		}
	}
}

func (w *wire) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer far.Close()
	w.copies.Go(func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	})
	_, _ = io.Copy(near, far)
}
