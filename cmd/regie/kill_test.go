package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"anonymal.tv/regie/assets"
)

// kills is how often the server is killed while it makes films.
const kills = 20

// TestKilledServer kills `regie serve` with SIGKILL at random moments of a
// film's making and starts it again each time: the film ends published, once;
// its original is what was given; no ffmpeg outlives its server; and nobody who
// looks into public/ a hundred times a second ever sees half a file.
func TestKilledServer(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	wholeLadder(t)
	// Orphans of the killed server become children of this process.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	master := filepath.Join(clips(t), "good/cam-flower-540p30-5s.mp4")
	given := sum(t, master)
	code, out, errs := outcome(t, data, "ingest", master, "--title", "Fleur au vent", "--rubrique", "culture", "--to", "site", "--json")
	if code != exitDone {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	id := string(film(t, out).ID)
	watch := watchPublic(t, filepath.Join(data, "public"))

	for n := range kills {
		cmd, _ := server(t.Context(), t, data)
		<-time.After(time.Duration(50+random.IntN(3500)) * time.Millisecond) // the random moment is what is tested
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if left := orphans(t, 30*time.Second); left != "" {
			t.Fatalf("kill %d: still alive: %s", n+1, left)
		}
		if v := film(t, shown(t, data, id)); v.State == "published" && v.Work == nil && n < kills-1 {
			// Made in spite of the kills so far: make it again, there are more to come.
			if code, _, errs := outcome(t, data, "film", "remake", id); code != exitDone {
				t.Fatalf("remake: exit %d\n%s", code, errs)
			}
		}
	}
	cmd, _ := server(t.Context(), t, data)
	v := film(t, shown(t, data, id))
	for deadline := time.Now().Add(2 * time.Minute); (v.State != "published" || v.Work != nil) && time.Now().Before(deadline); {
		<-time.After(200 * time.Millisecond)
		v = film(t, shown(t, data, id))
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	if v.State != "published" || len(v.Publications) != 1 || v.Publications[0].State != assets.PublicationPublished {
		t.Fatalf("the film ended %q with %+v", v.State, v.Publications)
	}
	if got := sum(t, v.Master.File); got != given || v.Master.SHA256 != given {
		t.Errorf("the original changed: %s, given %s", got, given)
	}
	pages, err := filepath.Glob(filepath.Join(data, "public/films/*/index.html"))
	if err != nil || len(pages) != 1 {
		t.Errorf("pages: %v (%v)", pages, err)
	}
	watch.check(t)
}

// shown is the output of film show --json.
func shown(t *testing.T, data, id string) string {
	t.Helper()
	code, out, errs := outcome(t, data, "film", "show", id, "--json")
	if code != exitDone {
		t.Fatalf("film show: exit %d\n%s", code, errs)
	}
	return out
}

func sum(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// orphans waits until this process has no child left but the ones it started
// itself, and names those that remain after patience.
func orphans(t *testing.T, patience time.Duration) string {
	t.Helper()
	var left []string
	for deadline := time.Now().Add(patience); ; <-time.After(20 * time.Millisecond) {
		left = left[:0]
		for _, pid := range children(t) {
			var status syscall.WaitStatus
			if got, _ := syscall.Wait4(pid, &status, syscall.WNOHANG, nil); got == pid {
				continue
			}
			name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			left = append(left, strings.ReplaceAll(string(name), "\x00", " "))
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return strings.Join(left, "; ")
		}
	}
}

// children lists the processes whose parent is this one.
func children(t *testing.T) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // gone in between
		}
		// pid (comm) state ppid …; comm may hold spaces and brackets
		rest := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if ppid, _ := strconv.Atoi(rest[1]); ppid == os.Getpid() {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// watcher looks at a public folder a hundred times a second.
type watcher struct {
	root string
	stop context.CancelFunc
	done sync.WaitGroup

	looks int
	seen  map[string]string // path and inode → SHA-256 at first sight
	bad   []string
}

func watchPublic(t *testing.T, root string) *watcher {
	ctx, stop := context.WithCancel(t.Context())
	w := &watcher{root: root, stop: stop, seen: map[string]string{}}
	w.done.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			w.look()
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return w
}

// look reads every file it has not seen before, and forgets none: a file that
// is ever seen with other bytes under the same inode was seen half written.
func (w *watcher) look() {
	w.looks++
	_ = filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil // gone in between
		}
		inode := info.Sys().(*syscall.Stat_t).Ino
		key := fmt.Sprint(path, " ", inode, " ", info.ModTime().UnixNano())
		size := fmt.Sprint(info.Size())
		if before, ok := w.seen[key]; ok && before != size {
			w.bad = append(w.bad, fmt.Sprintf("%s: %s bytes, then %s", path, before, size))
		}
		w.seen[key] = size
		w.suspect(path, info)
		return nil
	})
}

// suspect notes what no visitor may ever see.
func (w *watcher) suspect(path string, info fs.FileInfo) {
	name := filepath.Base(path)
	switch {
	case strings.HasPrefix(name, "."), strings.HasSuffix(name, "~"), strings.Contains(name, "tmp"):
		w.bad = append(w.bad, path+": a temporary file")
	case info.Size() == 0:
		w.bad = append(w.bad, path+": empty")
	case strings.HasSuffix(name, ".html"):
		if b, err := os.ReadFile(path); err == nil && !strings.HasSuffix(strings.TrimSpace(string(b)), "</html>") {
			w.bad = append(w.bad, path+": half a page")
		}
	}
}

func (w *watcher) check(t *testing.T) {
	t.Helper()
	w.stop()
	w.done.Wait()
	t.Logf("%d looks, %d files seen", w.looks, len(w.seen))
	if len(w.seen) == 0 {
		t.Error("the watcher saw nothing: the film was never public")
	}
	for i, b := range w.bad {
		if i == 10 {
			t.Errorf("… and %d more", len(w.bad)-i)
			break
		}
		t.Error(b)
	}
}
