package pipeline

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"anonymal.tv/regie/assets"
)

// WatchOptions says which folder is watched: a share of a NAS, say.
type WatchOptions struct {
	Folder string
	Settle time.Duration // a file that did not change for this long is whole
	Poll   time.Duration // network shares tell nothing: look this often, too
}

// arrived is where files go that were taken in; leftover, those that could not be.
const (
	arrived  = "done"
	leftover = "refus"
)

// Watch takes in what is put into a folder, until ctx ends: each file becomes a
// rush and goes to done/, under the same path. Below a folder that is called as
// the address of a sujet's film, it belongs to that sujet. What is not taken
// goes to refus/, beside a text that says why.
func (d *Desk) Watch(ctx context.Context, o WatchOptions) error {
	for _, dir := range []string{arrived, leftover} {
		if err := os.MkdirAll(filepath.Join(o.Folder, dir), 0o755); err != nil {
			return &assets.Error{Kind: assets.Invalid, Op: "pipeline.Watch", Msg: "Le dossier surveillé « " + o.Folder + " » n'est pas là, ou on ne peut pas y écrire.", Err: err}
		}
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }() // nothing is lost with it
	seen := map[string]watched{}
	for {
		again, err := d.lookInto(ctx, o, w, seen)
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("the watched folder was not read; it is tried again", "folder", o.Folder, "err", err)
		}
		wait := o.Poll
		if again {
			wait = o.Settle
		}
		if !d.rest(ctx, w, wait, o.Settle) {
			return nil
		}
	}
}

// rest waits; less long, but never less than soon, when something moves in the
// folder: a card that is copied moves all the time. False is the end.
func (d *Desk) rest(ctx context.Context, w *fsnotify.Watcher, long, soon time.Duration) bool {
	wake := time.NewTimer(long)
	defer wake.Stop()
	for heard := false; ; {
		select {
		case <-ctx.Done():
			return false
		case <-w.Events:
			if !heard {
				wake.Reset(min(long, soon))
			}
			heard = true
		case err := <-w.Errors:
			d.Log.Warn("the watched folder tells nothing; it is looked at again and again", "err", err)
		case <-wake.C:
			return true
		}
	}
}

// watched is how a file was at the last look.
type watched struct {
	size     int64
	modified time.Time
	since    time.Time // it is as it is
}

// settled tells a file that is whole. What is empty is given more time: its
// bytes may be about to come.
func (w watched) settled(now time.Time, settle time.Duration) bool {
	if w.size == 0 {
		settle *= 10
	}
	return now.Sub(w.since) >= settle
}

// lookInto takes in what has settled, and tells whether something has not.
func (d *Desk) lookInto(ctx context.Context, o WatchOptions, w *fsnotify.Watcher, seen map[string]watched) (bool, error) {
	var ready []string
	there, waits, now := map[string]bool{}, false, d.Now()
	err := filepath.WalkDir(o.Folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(o.Folder, name) // both are clean
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			if rel == arrived || rel == leftover || rel != "." && passedOver(e.Name()) {
				return fs.SkipDir
			}
			_ = w.Add(name) // a folder that tells nothing is looked at all the same
			return nil
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || passedOver(e.Name()) {
			return nil
		}
		there[rel] = true
		before, known := seen[rel]
		if !known || before.size != info.Size() || !before.modified.Equal(info.ModTime()) {
			before = watched{info.Size(), info.ModTime(), now}
			seen[rel] = before
		}
		if before.settled(now, o.Settle) {
			ready = append(ready, rel)
		} else {
			waits = true
		}
		return nil
	})
	for rel := range seen {
		if !there[rel] {
			delete(seen, rel)
		}
	}
	if err != nil {
		return waits, err
	}
	if waits { // a card is taken whole, or its recordings could not be told apart
		ready = apartFrom(ready, seen, o.Settle, now)
	}
	return waits, d.takeTree(ctx, o.Folder, ready)
}

// apartFrom leaves out what lies in a folder of the first level where something
// is still being written.
func apartFrom(ready []string, seen map[string]watched, settle time.Duration, now time.Time) []string {
	busy := map[string]bool{}
	top := func(rel string) string {
		first, _, below := strings.Cut(rel, "/")
		if !below {
			return rel
		}
		return first
	}
	for rel, w := range seen {
		if !w.settled(now, settle) {
			busy[top(rel)] = true
		}
	}
	var free []string
	for _, rel := range ready {
		if !busy[top(rel)] {
			free = append(free, rel)
		}
	}
	return free
}

// takeTree takes files of the watched folder in, and moves each away.
func (d *Desk) takeTree(ctx context.Context, root string, files []string) error {
	bySujet := map[assets.ID][]string{}
	for _, rel := range files {
		id, err := d.sujetAt(ctx, rel)
		if err != nil {
			return err
		}
		bySujet[id] = append(bySujet[id], rel)
	}
	for sujet, some := range bySujet {
		err := d.IngestTree(ctx, root, some, Arrival{Kind: assets.KindRush, Sujet: sujet, Actor: "worker"}, func(t Taken) error { return t.Away(root) })
		if err != nil {
			return err
		}
	}
	return nil
}

// sujetAt finds the sujet whose film has the address that a path begins with.
func (d *Desk) sujetAt(ctx context.Context, rel string) (assets.ID, error) {
	slug, _, below := strings.Cut(rel, "/")
	if !below {
		return "", nil
	}
	f, err := d.Catalog.FilmBySlug(ctx, slug)
	if assets.KindOf(err) == assets.NotFound {
		return "", nil
	}
	return f.Sujet, err
}
