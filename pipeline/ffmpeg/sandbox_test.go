package ffmpeg

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	lls "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"go.uber.org/goleak"

	"anonymal.tv/regie/internal/services"
)

// confinements are the ways to confine that this machine has.
func confinements(t testing.TB) map[string]*Sandbox {
	t.Helper()
	all := map[string]*Sandbox{}
	for name, bwrap := range map[string]string{"landlock": BubblewrapOff, "bubblewrap": ""} {
		o := options()
		o.Bubblewrap = bwrap
		s, err := New(o)
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		if s.Confinement().Files == Wall(name) {
			all[name] = s
		}
	}
	if len(all) == 0 {
		t.Fatal("neither bubblewrap nor Landlock works here")
	}
	return all
}

// Every way to confine that works here must hold, not only the one that is
// chosen: another machine has another.
func TestCheck(t *testing.T) {
	o, err := options().complete()
	if err != nil {
		t.Fatal(err)
	}
	abi, err := lls.LandlockGetABIVersion()
	if err != nil {
		t.Log(err)
	}
	held := 0
	for i, l := range launches(o, abi, systemPaths(o.FFmpeg, o.FFprobe)) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := &Sandbox{o: o, launch: l}
			if err := s.starts(); err != nil {
				t.Skipf("%s, own user %v: %v", l.walls, l.user, err)
			}
			t.Logf("%s, own user %v", l.walls, l.user)
			if err := s.Check(context.Background()); err != nil {
				t.Error(err)
			}
			held++
		})
	}
	if held == 0 {
		t.Error("none works here")
	}
}

func TestNoConfinement(t *testing.T) {
	o := options()
	o.Helper = nil
	if _, err := New(o); !errors.Is(err, ErrConfinement) {
		t.Errorf("New without a helper: %v", err)
	}
	o.Helper = []string{"/bin/false"}
	if _, err := New(o); !errors.Is(err, ErrConfinement) {
		t.Errorf("New with a helper that fails: %v", err)
	}
	o.AllowNone = true
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(context.Background()); !errors.Is(err, ErrConfinement) {
		t.Errorf("Check without confinement: %v", err)
	}
	if _, err := Probe(context.Background(), s, services.Media(t, "good/odd-h263-3gp.3gp")); err != nil {
		t.Errorf("AllowNone: %v", err)
	}
}

// The helper must not start the tool when it can't do what it is told.
func TestHelperFailsClosed(t *testing.T) {
	for name, spec := range map[string]string{
		"no JSON":        `nonsense`,
		"no such folder": `{"landlock":true,"read":["/nowhere"],"memory":6000000000,"cpu":9,"filesize":9}`,
	} {
		cmd := exec.Command("/proc/self/exe", "sandbox-exec", spec, "/bin/echo", "started")
		out, err := cmd.Output()
		if err == nil || len(out) > 0 || cmd.ProcessState.ExitCode() != helperFailed {
			t.Errorf("%s: %v %q", name, err, out)
		}
	}
}

func TestCancelEndsTheTree(t *testing.T) {
	for name, s := range confinements(t) {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			ctx, cancel := context.WithCancelCause(context.Background())
			enough := errors.New("enough")
			var cancelled time.Time
			var once sync.Once
			mark := "mark-" + t.Name() + strconv.Itoa(os.Getpid())
			_, err := s.Run(ctx, Command{
				Tool: FFmpeg,
				Args: []string{"-re", "-f", "lavfi", "-i", "testsrc=s=320x240", "-metadata", "title=" + mark, "-f", "null", "-"},
				Progress: func(Progress) {
					once.Do(func() {
						if len(processes(t, mark)) == 0 {
							t.Error("not running, or this test can't see it")
						}
						cancelled = time.Now()
						cancel(enough)
					})
				},
			})
			if took := time.Since(cancelled); took > time.Second+200*time.Millisecond {
				t.Errorf("returned %v after the cancel", took)
			}
			var exit *ExitError
			if !errors.Is(err, enough) || !errors.As(err, &exit) {
				t.Errorf("error %v", err)
			}
			if left := processes(t, mark); len(left) > 0 {
				t.Errorf("still alive: %v", left)
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := sandbox(t).Run(ctx, Command{Tool: FFmpeg, Args: []string{"-re", "-f", "lavfi", "-i", "testsrc", "-f", "null", "-"}})
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Limit != LimitTimeout || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// processes lists the living processes whose command line holds mark.
func processes(t *testing.T, mark string) (found []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		line, _ := os.ReadFile(path)
		if bytes.Contains(line, []byte(mark)) {
			found = append(found, filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}

// A server that is killed must take its tools with it, those that have just
// been started too. This test starts itself as that server.
func TestKilledParent(t *testing.T) {
	if mark := os.Getenv("KILLED_PARENT"); mark != "" {
		t.Fatal("ended by itself: ", endless(mark, os.Getenv("KILLED_PARENT_BWRAP")))
	}
	for name, s := range confinements(t) {
		t.Run(name, func(t *testing.T) {
			for n := range 15 {
				mark := fmt.Sprintf("orphan-%s-%d-%d", name, os.Getpid(), n)
				cmd := exec.Command("/proc/self/exe", "-test.run=^TestKilledParent$")
				cmd.Env = append(os.Environ(), "KILLED_PARENT="+mark, "KILLED_PARENT_BWRAP="+s.o.Bubblewrap)
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				lines := bufio.NewScanner(out)
				for want := "starting"; lines.Scan() && lines.Text() != want; {
				}
				if n == 0 {
					for want := "running"; lines.Scan() && lines.Text() != want; {
					}
					if len(processes(t, mark)) == 0 {
						t.Error("not running, or this test can't see it")
					}
				}
				<-time.After(time.Duration(n) * 3 * time.Millisecond) // the moment of the kill is what is tested
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait()
				eventually(t, 30*time.Second, "processes left behind", func() bool { return len(processes(t, mark)) == 0 })
			}
		})
	}
}

// endless starts tools that do not end by themselves, several at a time, so
// that each is met at another moment of its start.
func endless(mark, bubblewrap string) error {
	o := options()
	o.Bubblewrap = bubblewrap
	s, err := New(o)
	if err != nil {
		return err
	}
	fmt.Println("starting")
	ended := make(chan error)
	for range 6 {
		go func() {
			_, err := s.Run(context.Background(), Command{
				Tool:     FFmpeg,
				Args:     []string{"-re", "-f", "lavfi", "-i", "testsrc=s=32x32", "-metadata", "title=" + mark, "-f", "null", "-"},
				Progress: func(Progress) { fmt.Println("running") },
			})
			ended <- err
		}()
	}
	return <-ended
}

// eventually waits until done, looking every 10 ms.
func eventually(t *testing.T, within time.Duration, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(within)
	for !done() {
		select {
		case <-tick.C:
		case <-late:
			t.Errorf("%s after %v", what, within)
			return
		}
	}
}

func TestLimits(t *testing.T) {
	endless := []string{"-f", "lavfi", "-i", "testsrc=s=1280x720", "-c:v", "rawvideo", "-f", "rawvideo", "out.yuv"}
	for name, s := range confinements(t) {
		for _, c := range []struct {
			limit   Limit
			command Command
			set     func(*Options)
		}{
			{LimitCPU, Command{Tool: FFmpeg, CPU: time.Second, Args: []string{"-f", "lavfi", "-i", "mandelbrot", "-f", "null", "-"}}, nil},
			{LimitFileSize, Command{Tool: FFmpeg, Args: endless}, func(o *Options) { o.FileSize = 1 << 20 }},
			{LimitMemory, Command{Tool: FFmpeg, Args: []string{"-f", "lavfi", "-i", "color=s=4000x4000", "-vf", "reverse", "-f", "null", "-"}}, func(o *Options) { o.Memory = 1 << 30 }},
			{LimitOutput, Command{Tool: FFmpeg, Args: append(slices.Clone(endless[:len(endless)-1]), "-")}, nil},
		} {
			t.Run(name+"/"+string(c.limit), func(t *testing.T) {
				limited := &Sandbox{o: s.o, launch: s.launch}
				if c.set != nil {
					c.set(&limited.o)
				}
				c.command.Dir = t.TempDir()
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				defer cancel()
				r, err := limited.Run(ctx, c.command)
				var exit *ExitError
				if !errors.As(err, &exit) || exit.Limit != c.limit {
					t.Errorf("got %v (%+v), CPU %v, stderr %s", err, exit, r.CPU, r.Stderr)
				}
			})
		}
	}
}

func TestResult(t *testing.T) {
	for name, s := range confinements(t) {
		t.Run(name, func(t *testing.T) {
			var reports []Progress
			r, err := s.Run(context.Background(), Command{
				Tool: FFmpeg, Dir: t.TempDir(), Length: 10 * time.Second,
				Args:     []string{"-f", "lavfi", "-i", "mandelbrot=s=640x360:r=25", "-t", "10", "-c:v", "mpeg4", "out.mkv"},
				Progress: func(p Progress) { reports = append(reports, p) },
			})
			if err != nil {
				t.Fatal(err)
			}
			if r.CPU <= 0 || r.CPU > 4*r.Wall || r.PeakRSS < 20<<20 || r.PeakRSS > 2<<30 {
				t.Errorf("CPU %v, wall %v, peak %d", r.CPU, r.Wall, r.PeakRSS)
			}
			if len(reports) < 2 || reports[len(reports)-1].Ratio < 0.99 {
				t.Errorf("%d reports, %+v", len(reports), reports)
			}
			for i := 1; i < len(reports); i++ {
				if reports[i].Ratio < reports[i-1].Ratio || reports[i].Done < reports[i-1].Done || reports[i].Ratio > 1 {
					t.Errorf("from %+v to %+v", reports[i-1], reports[i])
				}
			}
		})
	}
}

func TestReadProgress(t *testing.T) {
	const said = "frame=1\nout_time_us=N/A\nspeed=N/A\nprogress=continue\n" +
		"out_time_us=2000000\nspeed=2x\nprogress=continue\n" +
		"out_time_us=1000000\nspeed= 0.5x\nprogress=continue\n" +
		"out_time_us=-9223372036854775807\nprogress=continue\n" +
		"out_time_us=11000000\nspeed=1e+03x\nprogress=end\n"
	var got []Progress
	readProgress(strings.NewReader(said+strings.Repeat("x", 1<<20)), 10*time.Second, func(p Progress) { got = append(got, p) })
	want := []Progress{
		{},
		{Done: 2 * time.Second, Ratio: 0.2, Speed: 2, ETA: 4 * time.Second},
		{Done: 2 * time.Second, Ratio: 0.2, Speed: 0.5, ETA: 16 * time.Second},
		{Done: 2 * time.Second, Ratio: 0.2, Speed: 0.5, ETA: 16 * time.Second},
		{Done: 11 * time.Second, Ratio: 1, Speed: 1000},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestStderrEndKept(t *testing.T) {
	r, err := sandbox(t).Run(context.Background(), Command{
		Tool: FFmpeg, Args: []string{"-v", "debug", "-f", "lavfi", "-i", "testsrc=d=2", "-f", "null", "nowhere/x", "-f", "nosuch", "out"},
	})
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code == 0 {
		t.Fatalf("%v", err)
	}
	if len(r.Stderr) > stderrKept || !strings.Contains(exit.Stderr, "nosuch") {
		t.Errorf("%d bytes: %s", len(r.Stderr), r.Stderr)
	}
	keep := tail{size: 10}
	for _, part := range []string{"abc", "defghijklmnopqrst", "u", strings.Repeat("v", 9)} {
		if n, err := keep.Write([]byte(part)); n != len(part) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if got := keep.String(); got != "uvvvvvvvvv" {
		t.Errorf("kept %q", got)
	}
}

func TestVerdict(t *testing.T) {
	status := func(code int) syscall.WaitStatus { return syscall.WaitStatus(code << 8) }
	for name, c := range map[string]struct {
		ended ended
		limit Limit
		sig   syscall.Signal
		ok    bool
	}{
		"well":             {ended: ended{}, ok: true},
		"badly":            {ended: ended{status: status(1), cpu: time.Hour}},
		"killed":           {ended: ended{status: syscall.WaitStatus(9), cpu: time.Hour}, sig: syscall.SIGKILL},
		"killed in bwrap":  {ended: ended{status: status(128 + 11), cpu: time.Hour}, sig: syscall.SIGSEGV},
		"ffmpeg's own 255": {ended: ended{status: status(255), cpu: time.Hour}},
		"CPU":              {ended: ended{status: status(255), cpu: time.Second, result: Result{CPU: time.Second}}, limit: LimitCPU},
		"full disk, rc 0":  {ended: ended{result: Result{Stderr: "x: File too large"}}, limit: LimitFileSize},
		"deadline":         {ended: ended{cause: context.DeadlineExceeded}, limit: LimitTimeout},
	} {
		err := verdict(c.ended)
		var exit *ExitError
		if errors.As(err, &exit); c.ok != (err == nil) || !c.ok && (exit.Limit != c.limit || exit.Signal != c.sig) {
			t.Errorf("%s: %v %+v", name, err, exit)
		}
	}
}
