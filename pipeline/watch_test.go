package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"anonymal.tv/regie/assets"
)

// watching is a watched folder that is looked into when the test says so.
type watching struct {
	*bench
	o    WatchOptions
	w    *fsnotify.Watcher
	seen map[string]watched
}

func newWatching(t *testing.T) *watching {
	t.Helper()
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &watching{newBench(t), WatchOptions{Folder: t.TempDir(), Settle: 10 * time.Second, Poll: time.Minute}, w, map[string]watched{}}
}

// put writes a file of the folder, or goes on writing it.
func (w *watching) put(rel, text string) {
	w.Helper()
	name := filepath.Join(w.o.Folder, rel)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		w.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		w.Fatal(err)
	}
}

// after lets some time go by, and looks.
func (w *watching) after(d time.Duration) {
	w.Helper()
	w.clock.Advance(d)
	if _, err := w.lookInto(w.Context(), w.o, w.w, w.seen); err != nil {
		w.Fatal(err)
	}
}

func (w *watching) has(rel string) bool {
	_, err := os.Stat(filepath.Join(w.o.Folder, rel))
	return err == nil
}

// rush is the one that a text became.
func (w *watching) rush(text string) (assets.Rush, bool) {
	a, err := w.Catalog.AssetBySHA256(w.Context(), sumOf(text))
	if err != nil {
		return assets.Rush{}, false
	}
	r, err := w.Catalog.RushOf(w.Context(), a.ID)
	return r, err == nil
}

// TestWatchedFolder: what is put there is taken once it no longer changes, and
// goes to done/; what can't be taken goes to refus/, with the reason; what lies
// in the folder of a film's address belongs to its sujet.
func TestWatchedFolder(t *testing.T) {
	w := newWatching(t)
	s := w.opened(assets.Sujet{Title: "Zik Zac"})
	slug := w.film(s.Film).Slug
	w.put("un.mov", "begin")
	w.put(slug+"/jour 1/deux.mov", "deux")
	w.put("notes.pages", "no film")
	w.put("en-cours.mov.part", "not yet")
	w.after(0)
	w.put("un.mov", ", end")
	w.after(9 * time.Second)
	if w.has("done/un.mov") || w.has("done/"+slug) {
		t.Fatal("taken while it came")
	}
	w.after(9 * time.Second)
	if r, there := w.rush("deux"); !there || r.Sujet != s.ID || !w.has("done/"+slug+"/jour 1/deux.mov") {
		t.Errorf("deux.mov: %+v, %v", r, there)
	}
	if w.has("done/un.mov") {
		t.Fatal("taken before it was still for long enough")
	}
	w.after(time.Second)
	if r, there := w.rush("begin, end"); !there || r.Sujet != "" || !w.has("done/un.mov") || w.has("un.mov") {
		t.Errorf("un.mov: %+v, %v", r, there)
	}
	why, err := os.ReadFile(filepath.Join(w.o.Folder, "refus/notes.pages.txt"))
	if err != nil || !strings.Contains(string(why), notMedia) || !w.has("refus/notes.pages") {
		t.Errorf("notes.pages: %q, %v", why, err)
	}
	if !w.has("en-cours.mov.part") || !w.has(slug) || w.has(slug+"/jour 1") {
		t.Error("a file that comes and the sujet's folder stay; what is left empty below goes")
	}
	w.put("un.mov", "another of this name")
	w.after(0)
	w.after(10 * time.Second)
	if !w.has("done/un (2).mov") {
		t.Error("a name that comes again has no place")
	}
}

// TestWatchedCard: a card is taken whole, once nothing on it changes, and its
// list of sums tells what its copy left out; what is empty is waited for.
func TestWatchedCard(t *testing.T) {
	w := newWatching(t)
	w.put("carte/CLIP/a.mov", "a")
	w.put("carte/list.sha256", sumOf("a")+"  CLIP/a.mov\n"+sumOf("b")+"  CLIP/b.mov\n"+sumOf("c")+"  CLIP/c.mov\n")
	w.put("carte/CLIP/b.mov", "")
	w.after(0)
	w.after(20 * time.Second)
	if w.has("done") {
		t.Fatal("a part of the card was taken")
	}
	w.put("carte/CLIP/b.mov", "b")
	w.after(0)
	w.after(10 * time.Second)
	if _, there := w.rush("b"); !there || !w.has("done/carte/CLIP/a.mov") || !w.has("done/carte/list.sha256") {
		t.Error("the card was not taken")
	}
	if !w.has("refus/carte/CLIP/c.mov.txt") {
		t.Error("nothing is said of what is missing")
	}
	w.put("vide.mov", "")
	w.after(0)
	w.after(50 * time.Second)
	if !w.has("vide.mov") {
		t.Error("an empty file was not waited for")
	}
	w.after(time.Minute)
	if !w.has("refus/vide.mov.txt") {
		t.Error("an empty file stays for ever")
	}
}
