package services

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// RedisOptions says how a Redis server keeps what it is given.
type RedisOptions struct {
	AOF bool // write every command to the append-only file and fsync it; else nothing survives a restart
}

// RedisServer is a Redis server that tests may kill and start again.
type RedisServer struct {
	binary  string
	dir     string
	port    int
	opt     RedisOptions
	process *process
}

// Redis starts a server that keeps nothing on disk, and returns its address.
func Redis(t testing.TB) string {
	t.Helper()
	return StartRedis(t, RedisOptions{}).URL()
}

// StartRedis starts a server that lives as long as t.
func StartRedis(t testing.TB, opt RedisOptions) *RedisServer {
	t.Helper()
	s := &RedisServer{
		binary: find(t, "redis-server", "apt-get install redis-server"),
		dir:    t.TempDir(),
		opt:    opt,
	}
	onFreePort(t, func(port int) *process {
		s.port = port
		return s.run(t)
	})
	return s
}

// URL is the server's address; it stays the same after Restart.
func (s *RedisServer) URL() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", s.port) }

// Kill ends the server as a power cut would.
func (s *RedisServer) Kill() { s.process.kill() }

// Restart starts the server again after Kill, on the same port and files.
func (s *RedisServer) Restart(t testing.TB) {
	t.Helper()
	if s.run(t) == nil {
		t.Fatalf("redis-server did not come back: %s", s.process.output)
	}
}

func (s *RedisServer) run(t testing.TB) *process {
	t.Helper()
	args := []string{"--bind", "127.0.0.1", "--port", strconv.Itoa(s.port), "--dir", s.dir, "--save", "", "--daemonize", "no"}
	if s.opt.AOF {
		args = append(args, "--appendonly", "yes", "--appendfsync", "always")
	}
	s.process = start(t, exec.Command(s.binary, args...), syscall.SIGTERM)
	client := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", s.port)})
	defer func() { _ = client.Close() }()
	if !s.process.await(t, func(ctx context.Context) error { return client.Ping(ctx).Err() }) {
		return nil
	}
	return s.process
}
