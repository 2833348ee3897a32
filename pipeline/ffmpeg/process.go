package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	stderrKept = 16 << 10
	stdoutKept = 32 << 20
)

// Run runs one command to its end. When ctx ends first, the whole tree of
// processes is ended before Run returns. Whatever went wrong with the tool is an
// *ExitError; but no error is not yet success, because ffmpeg exits 0 with half
// a film: the caller checks what came out (CheckOutput).
func (s *Sandbox) Run(ctx context.Context, c Command) (Result, error) {
	j, err := s.job(c)
	if err != nil {
		return Result{}, err
	}
	args := commandLine(c, s.launch.names(j), limits{Threads: s.o.Threads})
	argv, err := s.launch.argv(j, args)
	if err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, &ExitError{Tool: c.Tool, Code: -1, Err: context.Cause(ctx), Limit: timeoutOf(err)}
	}
	return s.start(ctx, c, j, argv)
}

// job makes the paths of a command absolute and real: walls are built of real
// paths, and a relative one would be read as a protocol or an option.
func (s *Sandbox) job(c Command) (job, error) {
	j := job{parent: os.Getpid(), tool: s.o.FFmpeg, cpu: orElse(c.CPU, s.o.CPU), memory: s.o.Memory, file: s.o.FileSize}
	if c.Tool == FFprobe {
		j.tool = s.o.FFprobe
	}
	if c.Dir != "" {
		dir, err := realPath(c.Dir)
		if err != nil {
			return j, err
		}
		j.dir = dir
	}
	for _, in := range c.Inputs {
		path, err := realPath(in.Path)
		if err != nil {
			return j, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return j, err
		}
		if !info.Mode().IsRegular() {
			return j, fmt.Errorf("ffmpeg: input %q is no regular file", in.Path)
		}
		j.inputs = append(j.inputs, path)
	}
	return j, nil
}

func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

func (s *Sandbox) start(ctx context.Context, c Command, j job, argv []string) (Result, error) {
	// The kernel ends the child when the thread that started it ends (Pdeathsig):
	// this goroutine keeps its thread for as long as the child lives.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = s.launch.attributes()
	cmd.Dir = j.dir
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent", "GOMAXPROCS=1"}
	stderr := &tail{size: stderrKept}
	kept := &bounded{size: stdoutKept}
	cmd.Stderr, cmd.Stdout = stderr, io.Writer(kept)
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	finish, err := watchProgress(cmd, c)
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	err = cmd.Start()
	if err != nil {
		finish()
		return Result{}, &ExitError{Tool: c.Tool, Code: -1, Err: fmt.Errorf("%w: %w", ErrConfinement, err)}
	}
	grace := s.o.Grace
	if s.launch.bwrap != "" {
		grace = 0 // bubblewrap takes no request
	}
	stopped := stopWith(ctx, cmd.Process.Pid, grace)
	waitErr := cmd.Wait() // returns when all that held the pipes is gone
	cause := stopped()
	finish()

	r := Result{Stdout: kept.buf, Stderr: stderr.String(), Wall: time.Since(began)}
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	r.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.PeakRSS = usage.Maxrss * 1024
	}
	err = verdict(ended{tool: c.Tool, status: status, result: r, cpu: j.cpu, cause: cause, flooded: kept.over})
	var exit *exec.ExitError
	if err == nil && waitErr != nil && !errors.As(waitErr, &exit) {
		err = &ExitError{Tool: c.Tool, Code: status.ExitStatus(), Stderr: r.Stderr, Err: waitErr} // the caller's Stdout failed
	}
	return r, err
}

// watchProgress gives the tool its progress pipe as file descriptor 3. finish
// closes this side's end and waits until all has been reported.
func watchProgress(cmd *exec.Cmd, c Command) (finish func(), err error) {
	if c.Progress == nil || c.Tool != FFmpeg {
		return func() {}, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{w}
	var done sync.WaitGroup
	done.Go(func() {
		readProgress(r, c.Length, c.Progress)
		_ = r.Close()
	})
	return func() {
		_ = w.Close()
		done.Wait()
	}, nil
}

// stopWith ends the process group when ctx ends: a request first, force after
// the grace. The function it returns ends the watch and gives the cause of the
// stop, nil when there was none; it is to be called once the process is gone.
func stopWith(ctx context.Context, pid int, grace time.Duration) (stopped func() error) {
	gone := make(chan struct{})
	var cause error
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-gone:
			return
		case <-ctx.Done():
		}
		cause = context.Cause(ctx)
		_ = syscall.Kill(-pid, syscall.SIGTERM)
		force := time.NewTimer(grace)
		defer force.Stop()
		select {
		case <-gone:
		case <-force.C:
			_ = syscall.Kill(-pid, syscall.SIGKILL)
		}
	})
	return func() error {
		close(gone)
		watch.Wait()
		return cause
	}
}
