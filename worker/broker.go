package worker

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"anonymal.tv/regie/assets"
)

// Broker is the Redis that carries the tasks, in this process or outside.
type Broker struct {
	options  *redis.Options
	poll     time.Duration // how often an idle queue that has an hour is looked at; the others half as often
	shutdown func()        // of the embedded one

	mu      sync.Mutex
	clients []*redis.Client
}

var _ asynq.RedisConnOpt = (*Broker)(nil)

const usualPoll = time.Second / 10

// Embedded starts a Redis inside this process: no port, no file, nothing to
// install. It forgets everything when it is closed, and the sweep asks again.
func Embedded() *Broker {
	m := miniredis.NewMiniRedis()
	done := make(chan struct{})
	var clock sync.WaitGroup
	clock.Go(func() { age(m, done) })
	return &Broker{
		options: patient(&redis.Options{
			Addr:   "embedded",
			Dialer: func(context.Context, string, string) (net.Conn, error) { return m.Dial() },
		}),
		poll: usualPoll,
		shutdown: func() {
			close(done)
			clock.Wait()
			m.Close()
		},
	}
}

// age lets the keys of m grow old, which miniredis does not do by itself. (Its
// ClockTTL does, but walks all keys at every command.)
func age(m *miniredis.Miniredis, done <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-done:
			return
		case <-tick.C:
			now := time.Now()
			m.FastForward(now.Sub(last))
			last = now
		}
	}
}

// Connect uses a Redis at redis://user:password@host:port/db, rediss://… or
// unix://…. It does not have to be reachable yet.
func Connect(url string) (*Broker, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: "worker.Connect", Err: err,
			Msg: "L'adresse de Redis n'est pas lisible. Forme attendue : redis://hôte:6379/0.",
		}
	}
	return &Broker{options: patient(o), poll: usualPoll, shutdown: func() {}}, nil
}

// patient bounds every wait, so that an outage neither blocks a page nor a stop.
func patient(o *redis.Options) *redis.Options {
	o.DialTimeout = 2 * time.Second
	o.ReadTimeout = 3 * time.Second
	o.WriteTimeout = 3 * time.Second
	o.MaxRetries = 1
	o.DialerRetries = 1
	o.ContextTimeoutEnabled = true
	// Notices of a hosted Redis about its maintenance; asking for them looks up
	// the address, which the embedded one does not have.
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}

// Ping tells whether the broker answers.
func (b *Broker) Ping(ctx context.Context) error {
	c := b.connect()
	defer c.Close()
	if err := c.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("worker: broker at %s: %w", b.options.Addr, err)
	}
	return nil
}

// connect makes a client that its caller closes.
func (b *Broker) connect() *redis.Client {
	o := *b.options
	return redis.NewClient(&o)
}

// client makes a client that lives as long as the broker.
func (b *Broker) client() *redis.Client {
	c := b.connect()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clients = append(b.clients, c)
	return c
}

// MakeRedisClient makes a Broker an asynq.RedisConnOpt.
func (b *Broker) MakeRedisClient() any { return b.client() }

// Close hangs up, and ends the embedded Redis. Close it after the workers.
func (b *Broker) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.clients {
		_ = c.Close() // may be closed already by whom it was made for
	}
	b.clients = nil
	b.shutdown()
	b.shutdown = func() {}
	return nil
}
