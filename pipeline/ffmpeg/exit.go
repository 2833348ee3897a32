package ffmpeg

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limit names the wall that a run ran into.
type Limit string

// The walls.
const (
	LimitNone     Limit = ""
	LimitCPU      Limit = "cpu"
	LimitMemory   Limit = "memory"
	LimitFileSize Limit = "filesize"
	LimitOutput   Limit = "output" // stdout longer than Result.Stdout may be
	LimitTimeout  Limit = "timeout"
)

// ErrConfinement says that the tool wasn't started, because it can't be confined.
var ErrConfinement = errors.New("ffmpeg: no confinement to be had")

// ExitError is a run that didn't end well.
type ExitError struct {
	Tool   Tool
	Code   int            // -1 when a signal ended it
	Signal syscall.Signal // 0 when it ended by itself
	Stderr string         // its end
	Limit  Limit
	Err    error // context.Canceled, context.DeadlineExceeded, ErrConfinement…; may be nil
}

// Error names the tool, how it ended and the last thing it said.
func (e *ExitError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", e.Tool)
	switch {
	case e.Limit != LimitNone:
		fmt.Fprintf(&b, "%s limit", e.Limit)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	case e.Signal != 0:
		fmt.Fprintf(&b, "signal %v", e.Signal)
	default:
		fmt.Fprintf(&b, "exit %d", e.Code)
	}
	if last := lastLine(e.Stderr); last != "" {
		b.WriteString(": " + last)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *ExitError) Unwrap() error { return e.Err }

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// ended is what is known of a process that is gone.
type ended struct {
	tool    Tool
	status  syscall.WaitStatus
	result  Result
	cpu     time.Duration // its limit
	cause   error         // why it was stopped, nil when it wasn't
	flooded bool          // stdout was too long
}

// helperFailed is the exit code of the sandbox helper when it could not confine.
const helperFailed = 125

// verdict turns the end of a process into an error, or nil.
func verdict(e ended) error {
	x := &ExitError{Tool: e.tool, Code: e.status.ExitStatus(), Stderr: e.result.Stderr, Err: e.cause}
	if e.status.Signaled() {
		x.Signal = e.status.Signal()
	} else if x.Code > 128 && x.Code <= 128+int(syscall.SIGSYS) {
		x.Signal = syscall.Signal(x.Code - 128) // as bubblewrap reports it
	}
	switch {
	case e.flooded:
		x.Limit = LimitOutput
	case e.cause != nil:
		x.Limit = timeoutOf(e.cause)
	case x.Signal == syscall.SIGXFSZ || strings.Contains(x.Stderr, "File too large"):
		x.Limit = LimitFileSize // ffmpeg can call this a success, and the next as well
	case strings.Contains(x.Stderr, "Cannot allocate memory") || strings.Contains(x.Stderr, "failed to map segment"):
		x.Limit = LimitMemory
	case x.Code == 0:
		return nil
	case x.Signal == syscall.SIGXCPU || e.result.CPU >= e.cpu*8/10: // the kernel counts its limit in ticks, and the result exactly
		x.Limit = LimitCPU
	case x.Code == helperFailed:
		x.Err = ErrConfinement
	}
	return x
}

func timeoutOf(cause error) Limit {
	var t interface{ Timeout() bool }
	if errors.As(cause, &t) && t.Timeout() {
		return LimitTimeout
	}
	return LimitNone
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	buf  []byte
	size int
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p[max(0, len(p)-t.size):]...)
	if over := len(t.buf) - t.size; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ToValidUTF8(string(t.buf), "\uFFFD")
}

// bounded keeps what is written to it, up to a size.
type bounded struct {
	buf  []byte
	size int
	over bool
}

// Write fails once the size is passed, which ends the process.
func (b *bounded) Write(p []byte) (int, error) {
	if len(b.buf)+len(p) > b.size {
		b.over = true
		return 0, errors.New("ffmpeg: too much output")
	}
	b.buf = append(b.buf, p...)
	return len(p), nil
}
