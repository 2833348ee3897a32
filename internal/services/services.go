// Package services starts the real servers that tests run against: PostgreSQL,
// Redis and an S3 gateway, each private to one test, on a free port of the
// loopback, in a temporary folder, and gone when the test is.
//
// It finds the real clips, too. It is for tests only: it shares no server between
// test binaries and installs nothing; where a program is missing the test is
// skipped with the name of its package, and fails instead when the environment
// says CI.
package services

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to answer or to stop: long, because
// test machines are busy.
const patience = 60 * time.Second

// process is a server that this test started.
type process struct {
	cmd    *exec.Cmd
	output *tail
	ended  chan struct{} // closed once the process is gone
}

// start runs cmd and watches it. The kernel kills it with this process, and
// stop, registered with t, ends it before that.
func start(t testing.TB, cmd *exec.Cmd, soft syscall.Signal) *process {
	t.Helper()
	p := &process{cmd: cmd, output: &tail{}, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.output, p.output
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	started := make(chan error)
	go func() {
		// Pdeathsig fires when the thread that forked ends, not the process:
		// this goroutine keeps its thread until the server is gone.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in the output
		}
		close(p.ended)
	}()
	if err := <-started; err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	t.Cleanup(func() { p.stop(soft) })
	return p
}

// stop asks with soft, and kills when that is not heard.
func (p *process) stop(soft syscall.Signal) {
	_ = p.cmd.Process.Signal(soft) // an error means that it has ended already
	select {
	case <-p.ended:
	case <-time.After(patience / 6):
		p.kill()
	}
}

// kill ends the process as a power cut would, and returns once it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// await polls ready until it returns nil; false when the process ended first,
// most often because another took its port.
func (p *process) await(t testing.TB, ready func(context.Context) error) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return true
		}
		select {
		case <-p.ended:
			return false
		case <-ctx.Done():
			t.Fatalf("%s did not become ready: %v\n%s", p.cmd.Path, err, p.output)
		case <-tick.C:
		}
	}
}

// onFreePort calls try with free ports until one of them was not taken by
// somebody else before the server could have it.
func onFreePort(t testing.TB, try func(port int) *process) *process {
	t.Helper()
	for range 5 {
		if p := try(freePort(t)); p != nil {
			return p
		}
	}
	t.Fatal("five free ports, and no server came up on any")
	return nil
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// listens is ready once something accepts connections at addr.
func listens(ctx context.Context, addr string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}

// missing skips the test, or fails it where all programs must be there.
func missing(t testing.TB, program, install string) {
	t.Helper()
	sentence := fmt.Sprintf("%s is not installed; %s", program, install)
	if os.Getenv("CI") != "" {
		t.Fatal(sentence)
	}
	t.Skip(sentence)
}

// find returns the path of a program, looking in extra folders after PATH.
func find(t testing.TB, program, install string, extra ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	for i := 0; err != nil && i < len(extra); i++ {
		path, err = exec.LookPath(extra[i] + "/" + program)
	}
	if err != nil {
		missing(t, program, install)
	}
	return path
}

// tail keeps the last of what a server said.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *tail) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.buf.Len() > 1<<16 {
		w.buf.Reset()
	}
	return w.buf.Write(p)
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(w.buf.String())
}

// run runs a command that ends by itself.
func run(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%s: %v\n%s\n%s", cmd, err, out, exit.Stderr)
	}
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return strings.TrimSpace(string(out))
}
