package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// What `make load` measures.
var (
	loadMB   = flag.Int("load.mb", 200, "megabytes of each of the fifty uploads of BenchmarkUploads")
	loadTusd = flag.String("load.tusd", "", "tusd's own server, measured beside the house in BenchmarkUploads")
)

// endless is content of any length of which every file has its own: a number,
// then the same noise again and again.
type endless struct {
	at, size int64
	number   [32]byte
	noise    []byte
}

func (e *endless) Read(p []byte) (int, error) {
	runtime.Gosched() // who asks for pages meanwhile is in this process, too
	if e.at >= e.size {
		return 0, io.EOF
	}
	from := e.noise[e.at%int64(len(e.noise)):]
	if e.at < int64(len(e.number)) {
		from = e.number[e.at:]
	}
	n := copy(p[:min(int64(len(p)), e.size-e.at)], from)
	e.at += int64(n)
	return n, nil
}

// load is n parcels of that many bytes, of which no memory is taken.
func load(n int, size int64) []*parcel {
	var all []*parcel
	block := noise(1 << 20)
	for i := range n {
		p := &parcel{name: fmt.Sprintf("C%04dM01.XML", i), size: size, bytes: func(from int64) io.Reader {
			e := &endless{at: from, size: size, noise: block}
			copy(e.number[:], fmt.Sprint(i))
			return e
		}}
		h := sha256.New()
		_, _ = io.Copy(h, p.bytes(0)) // never fails
		p.sum = hex.EncodeToString(h.Sum(nil))
		all = append(all, p)
	}
	return all
}

// sendAll sends parcels all at once.
func (s *sender) sendAll(all []*parcel) error {
	var jobs errgroup.Group
	for _, p := range all {
		jobs.Go(func() error { return s.send(p, func(int64) int64 { return -1 }) })
	}
	return jobs.Wait()
}

var memoryLine = regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB`)

// peak is the most memory a process has had, in bytes.
func peak(t testing.TB, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := memoryLine.FindSubmatch(text)
	if err != nil || m == nil {
		t.Fatalf("no memory of process %d: %v", pid, err)
	}
	kb, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return kb << 10
}

// settledPeak is the peak of a process whose start is over: it grows no more for
// two seconds.
func settledPeak(t testing.TB, pid int) int64 {
	t.Helper()
	last, since := peak(t, pid), time.Now()
	for time.Since(since) < 2*time.Second {
		<-time.After(100 * time.Millisecond)
		if now := peak(t, pid); now > last {
			last, since = now, time.Now()
		}
	}
	return last
}

// TestUploadsInLittleMemory (U-02): what fifty people send at once goes to the
// disk, not into memory.
func TestUploadsInLittleMemory(t *testing.T) {
	s := revive(t, t.TempDir())
	jri := s.enter(t, "Camille JRI", "jri")
	files := load(50, 4<<20)
	path, err := jri.announce("PRIVATE/M4ROOT/CLIP", files)
	if err != nil {
		t.Fatal(err)
	}
	before := peak(t, s.cmd.Process.Pid)
	if err := jri.sendAll(files); err != nil {
		t.Fatal(err)
	}
	allFiled(t, jri, path, files)
	grown := peak(t, s.cmd.Process.Pid) - before
	t.Logf("%d MB more than %d MB", grown>>20, before>>20)
	if sent := int64(len(files)) * files[0].size; grown > sent/2 {
		t.Errorf("%d MB more for %d MB", grown>>20, sent>>20)
	}
}

// BenchmarkUploads (U-02) sends fifty files at once to the house and, where it
// is given, to tusd's own server: throughput of both, the most memory of the
// house, and how long pages take before and meanwhile. One pair may vary by a fifth:
// the ratio is that of the pair in the middle.
func BenchmarkUploads(b *testing.B) {
	size := int64(*loadMB) * 1e6
	files := load(50, size)
	total := float64(size) * float64(len(files))
	var ratios []float64
	for b.Loop() {
		s := revive(b, b.TempDir())
		jri := s.enter(b, "Camille JRI", "jri")
		path, err := jri.announce("PRIVATE/M4ROOT/CLIP", files)
		if err != nil {
			b.Fatal(err)
		}
		quiet, stop := context.WithTimeout(b.Context(), 10*time.Second)
		b.ReportMetric(p95(jri.lookAround(quiet)), "ms-page-p95-before")
		stop()
		look, stop := context.WithCancel(b.Context())
		waits := make(chan []time.Duration)
		go func() { waits <- jri.lookAround(look) }()
		begun := time.Now()
		if err := jri.sendAll(files); err != nil {
			b.Fatal(err)
		}
		ours := total / time.Since(begun).Seconds()
		allFiled(b, jri, path, files)
		filed := total / time.Since(begun).Seconds()
		stop()
		pages := <-waits
		b.ReportMetric(ours/1e6, "MB/s")
		b.ReportMetric(filed/1e6, "MB-verified/s")
		b.ReportMetric(float64(peak(b, s.cmd.Process.Pid))/1e6, "MB-peak")
		b.ReportMetric(p95(pages), "ms-page-p95")
		b.ReportMetric(float64(len(pages)), "pages")
		s.kill()
		if err := os.RemoveAll(s.data); err != nil {
			b.Fatal(err)
		}
		if *loadTusd != "" {
			theirs := total / tusd(b, files).Seconds()
			b.ReportMetric(theirs/1e6, "MB-tusd/s")
			ratios = append(ratios, ours/theirs)
		}
	}
	if slices.Sort(ratios); len(ratios) > 0 {
		b.Logf("the pairs: %.2f", ratios)
		b.ReportMetric(ratios[len(ratios)/2], "×tusd")
	}
}

// lookAround asks for pages, four a second, until the end, and tells how long
// each took, the shortest first.
func (s *sender) lookAround(ctx context.Context) (waits []time.Duration) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		begun := time.Now()
		page := []string{"/regie/moi", "/regie/rushes", "/regie/sujets", "/"}[n%4]
		if res, err := s.ask(http.MethodGet, page, nil, nil); err != nil || res.StatusCode != http.StatusOK {
			waits = append(waits, time.Minute) // as good as never
			continue
		}
		waits = append(waits, time.Since(begun))
		<-tick.C
	}
	slices.Sort(waits)
	return waits
}

// p95 is what all but a twentieth stay below, in milliseconds.
func p95(sorted []time.Duration) float64 {
	return float64(sorted[len(sorted)*95/100].Milliseconds())
}

// tusd sends the same files to tusd's own server.
func tusd(b *testing.B, files []*parcel) time.Duration {
	b.Helper()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := port.Addr().String()
	_ = port.Close()
	_, number, _ := net.SplitHostPort(address)
	dir := filepath.Join(b.TempDir(), "tusd")
	var said bytes.Buffer
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), *loadTusd, "-host", "127.0.0.1", "-port", number, "-upload-dir", dir, "-show-startup-logs=false", "-verbose=false")
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if err := os.RemoveAll(dir); err != nil {
			b.Error(err)
		}
	}()
	r := &revived{up: make(chan struct{}), url: "http://" + address}
	close(r.up)
	s := r.sender(b)
	s.root = "/files/"
	for end := time.Now().Add(time.Minute); ; <-time.After(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(end) {
			b.Fatalf("tusd does not answer: %s", said.String())
		}
	}
	begun := time.Now()
	if err := s.sendAll(files); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}
