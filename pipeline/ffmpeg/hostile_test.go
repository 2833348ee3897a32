package ffmpeg

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// recorder is a Runner that notes what each run used and said.
type recorder struct {
	Runner
	mu   sync.Mutex
	said strings.Builder
	peak int64
	cpu  time.Duration
}

func (r *recorder) Run(ctx context.Context, c Command) (Result, error) {
	res, err := r.Runner.Run(ctx, c)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said.Write(res.Stdout)
	r.said.WriteString(res.Stderr)
	r.peak = max(r.peak, res.PeakRSS)
	r.cpu += res.CPU
	return res, err
}

// stage is the house that the hostile files attack: an upload folder in which
// they lie beside another user's film, a secret, and a listener.
type stage struct {
	dir      string // the uploads
	sibling  string // another's film, in the same folder
	other    string // another's film, in a folder beside
	still    string // another's picture, that "seq%d.png" names
	secret   string // a text file
	listener net.Listener
	reached  atomic.Int32
	opened   func() int
}

const canary = "CANARY-7f3a"

func newStage(t *testing.T, m materials) *stage {
	t.Helper()
	root := t.TempDir()
	s := &stage{dir: filepath.Join(root, "uploads")}
	s.sibling = filepath.Join(s.dir, "secret.ts")
	s.other = filepath.Join(root, "other", "secret.ts")
	s.secret = filepath.Join(root, "other", "secret.txt")
	for _, dir := range []string{s.dir, filepath.Dir(s.other)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.still = filepath.Join(s.dir, "seq1.png")
	write(t, s.other, m.secret)
	write(t, s.sibling, m.secret)
	write(t, s.still, bigPNG(t, 64))
	write(t, s.secret, []byte(canary))
	var err error
	s.listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.reached.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = s.listener.Close() })
	s.opened = watchOpens(t, s.sibling, s.still, s.other, s.secret)
	return s
}

func (s *stage) url() string { return "http://" + s.listener.Addr().String() + "/x.ts" }

// watchOpens counts how often one of the files has been opened by anybody.
func watchOpens(t *testing.T, paths ...string) func() int {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	for _, path := range paths {
		if _, err := unix.InotifyAddWatch(fd, path, unix.IN_OPEN); err != nil {
			t.Fatal(err)
		}
	}
	return func() (n int) {
		buf := make([]byte, 4096)
		for {
			got, err := unix.Read(fd, buf)
			if err != nil || got <= 0 {
				return n
			}
			n += got / int(unsafe.Sizeof(unix.InotifyEvent{}))
		}
	}
}

// The watch must see an open, or its silence says nothing.
func TestWatchOpens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	write(t, path, nil)
	opened := watchOpens(t, path)
	if n := opened(); n != 0 {
		t.Fatal(n)
	}
	if _, err := os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if n := opened(); n != 1 {
		t.Fatal(n)
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// unconfined makes the samples, and is what the flags stand alone in.
func unconfined(t testing.TB) *Sandbox {
	t.Helper()
	o := options()
	o.Helper, o.AllowNone = nil, true
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// make1s makes one second of film with sound.
func make1s(t testing.TB, dir, name string, args ...string) []byte {
	t.Helper()
	all := append([]string{
		"-f", "lavfi", "-i", "testsrc=s=128x96:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1",
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-map", "0", "-map", "1",
	}, args...)
	if _, err := unconfined(t).Run(context.Background(), Command{Tool: FFmpeg, Dir: dir, Args: append(all, "file:"+name)}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// plays is the gate that a stranger's file goes through: what the house does
// with each upload, to a rendition and a picture.
func plays(ctx context.Context, r Runner, path, out string) error {
	m, err := Probe(ctx, r, path)
	if err != nil {
		return err
	}
	v, ok := m.MainVideo()
	if !ok {
		return ErrNoStream
	}
	if _, err := ScanPackets(ctx, r, path, v.Index); err != nil {
		return err
	}
	head, err := DecodeHead(ctx, r, path, v.Index, 25)
	if err != nil {
		return err
	}
	if head.Decoded == 0 {
		return errors.New("nothing decodes")
	}
	_, err = r.Run(ctx, Command{Tool: FFmpeg, Inputs: []Input{{Path: path}}, Dir: out, Args: []string{
		"-map", "0:v:0", "-map", "0:a?", "-c:v", "mpeg4", "-c:a", "aac", "-f", "mp4", "out.mp4",
		"-map", "0:v:0", "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2", "-update", "1", "out.jpg",
	}})
	return err
}

func (s *stage) leaks(t *testing.T, said string) {
	t.Helper()
	if n := s.opened(); n > 0 {
		t.Errorf("another's file was opened %d times", n)
	}
	if n := s.reached.Swap(0); n > 0 {
		t.Errorf("the listener was reached %d times", n)
	}
	if strings.Contains(said, canary) {
		t.Error("the secret came out")
	}
}

// TestHostile sends each sample the whole way, against each wall by itself and
// all together (M-01 to M-06). It must take less than a minute.
func TestHostile(t *testing.T) {
	m := makeMaterials(t)
	t.Run("bite", func(t *testing.T) { t.Parallel(); samplesBite(t, m) })
	t.Run("flags alone", func(t *testing.T) { t.Parallel(); hold(t, m, unconfined(t)) })
	for name, sandbox := range confinements(t) {
		t.Run(name, func(t *testing.T) { t.Parallel(); hold(t, m, sandbox) })
		t.Run(name+" alone", func(t *testing.T) { t.Parallel(); holdWithoutFlags(t, m, sandbox) })
	}
}

// each gives every sample to check, in its place beside the others' files.
func (s *stage) each(t *testing.T, m materials, check func(t *testing.T, path string, sample sample)) {
	for _, sample := range samples(t, m, s) {
		path := filepath.Join(s.dir, sample.name)
		write(t, path, sample.data)
		s.opened()
		t.Run(strings.ReplaceAll(sample.name, "/", "_"), func(t *testing.T) { check(t, path, sample) })
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
	eventually(t, 30*time.Second, "processes left behind", func() bool { return len(processes(t, s.dir)) == 0 })
}

func hold(t *testing.T, m materials, sandbox *Sandbox) {
	s := newStage(t, m)
	s.each(t, m, func(t *testing.T, path string, sample sample) {
		r := &recorder{Runner: sandbox}
		began := time.Now()
		err := plays(context.Background(), r, path, t.TempDir())
		// On a busy machine only its own time can be held against it; but what
		// waits for ever uses none.
		if took := time.Since(began); r.cpu > 5*time.Second || took > time.Minute && err != nil {
			t.Errorf("took %v, %v of a processor", took, r.cpu)
		}
		if got := err == nil; got != sample.plays {
			t.Errorf("plays: %v, want %v (%v)", got, sample.plays, err)
		}
		if r.peak > 1536<<20 {
			t.Errorf("used %d MiB", r.peak>>20)
		}
		s.leaks(t, r.said.String())
	})
}

// holdWithoutFlags has the sandbox hold alone (M-03). Samples that never end are
// ended by the clock.
func holdWithoutFlags(t *testing.T, m materials, sandbox *Sandbox) {
	s := newStage(t, m)
	s.each(t, m, func(t *testing.T, path string, sample sample) {
		if sample.plays {
			return
		}
		c := Command{Tool: FFmpeg, Inputs: []Input{{Path: path}}, Dir: t.TempDir()}
		j, err := sandbox.job(c)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"-nostdin"}
		if strings.Contains(sample.name, "hls") {
			args = append(args, "-allowed_extensions", "ALL")
		}
		argv, err := sandbox.launch.argv(j, append(
			args, "-i", "file:"+sandbox.launch.names(j)[0],
			"-map", "0", "-t", "2", "-c:v", "mpeg4", "-c:a", "pcm_s16le", "-f", "matroska", "-fs", "1000000", "-",
		))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		res, _ := sandbox.start(ctx, c, j, argv)
		s.leaks(t, string(res.Stdout)+res.Stderr)
	})
}

// samplesBite has the samples open another's file where no wall stands: else
// they prove nothing.
func samplesBite(t *testing.T, m materials) {
	s, sandbox := newStage(t, m), unconfined(t)
	s.each(t, m, func(t *testing.T, path string, sample sample) {
		if !sample.bites {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_, _ = sandbox.Run(ctx, Command{Tool: FFprobe, Args: []string{"-show_streams", "-i", "file:" + path}})
		if s.opened() == 0 {
			t.Error("opens nothing")
		}
	})
}
