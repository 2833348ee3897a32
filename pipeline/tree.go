package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

// Taken is what became of one file of a folder.
type Taken struct {
	Path string // below the root
	Received
	Note   string // what a list of sums said of it, or where it stands in its recording; French
	Reason string // why it was not taken; ""

	Missing bool // a list of sums names it, but it is not there
}

// Away moves the file to where nobody takes it for new, and says there why it
// was not taken.
func (t Taken) Away(root string) error {
	dir := arrived
	if t.Reason != "" {
		dir = leftover
	}
	to := filepath.Join(root, dir, filepath.FromSlash(t.Path))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	for n := 2; ; n++ { // the same name may come again
		if _, err := os.Lstat(to); errors.Is(err, os.ErrNotExist) {
			break
		}
		ext := path.Ext(t.Path)
		to = filepath.Join(root, dir, filepath.FromSlash(fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(t.Path, ext), n, ext)))
	}
	from := filepath.Join(root, filepath.FromSlash(t.Path))
	if err := os.Rename(from, to); err != nil && !(t.Missing && errors.Is(err, os.ErrNotExist)) {
		return err
	}
	// What is left empty goes; not at the first level, where folders stand for sujets.
	for dir := filepath.Dir(from); filepath.Dir(dir) != root && dir != root; dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break
		}
	}
	if t.Reason == "" {
		return nil
	}
	return os.WriteFile(to+".txt", []byte(t.Reason+"\n"), 0o644)
}

// TreeFiles lists what of a folder can be taken in: paths below it.
func TreeFiles(root string) (files []string, err error) {
	err = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != root && passedOver(e.Name()) && e.IsDir():
			return fs.SkipDir
		case e.Type().IsRegular() && !passedOver(e.Name()):
			rel, _ := filepath.Rel(root, name) // both are clean
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	return files, err
}

// passedOver tells names that nobody means: hidden ones, what file managers
// leave, and what is still being written.
func passedOver(name string) bool {
	low := strings.ToLower(name)
	return strings.HasPrefix(low, ".") || strings.HasSuffix(low, ".part") || low == "thumbs.db" || low == "desktop.ini"
}

// IngestTree takes in files of a folder on this machine: clips become rushes,
// what cameras write beside them is kept, and lists of sums that lie among them
// are held against the files. What can't be taken is told to each, too, and
// does not keep the others from coming in.
func (d *Desk) IngestTree(ctx context.Context, root string, files []string, a Arrival, each func(Taken) error) error {
	if err := d.checkFiling(ctx, a); err != nil {
		return err
	}
	if a.Sujet != "" {
		if _, err := d.Catalog.Sujet(ctx, a.Sujet); err != nil {
			return err
		}
	}
	lists, there := map[string]string{}, map[string]bool{}
	var clips []CardClip
	for _, rel := range files {
		folder, name := split(rel)
		there[rel] = true
		if isManifest(name) {
			if _, err := readSums(filepath.Join(root, filepath.FromSlash(rel)), rel, lists); err != nil {
				d.Log.Warn("a list of sums can't be read", "file", rel, "err", err)
			}
		}
		if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(rel))); err == nil && isClip(folder, name, "") {
			clips = append(clips, CardClip{folder, name, info.Size()})
		}
	}
	places := Spanned(clips)
	for _, rel := range files {
		t := Taken{Path: rel}
		folder, name := split(rel)
		err := d.takeFile(ctx, root, &t, a, lists, placeOf(places, folder, name))
		if err != nil && assets.KindOf(err) != assets.Invalid {
			return err
		}
		if err != nil {
			t.Reason = assets.Sentence(err)
		}
		if err := each(t); err != nil {
			return err
		}
	}
	return unaccounted(root, lists, there, each)
}

// unaccounted tells which files a list of sums names that are not there.
func unaccounted(root string, lists map[string]string, there map[string]bool, each func(Taken) error) error {
	for _, rel := range slices.Sorted(maps.Keys(lists)) {
		if there[rel] {
			continue
		}
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(rel))); err == nil {
			continue // not asked for
		}
		if err := each(Taken{Path: rel, Missing: true, Reason: "La liste de sommes de contrôle nomme ce fichier, mais il manque. Recopiez-le depuis la carte."}); err != nil {
			return err
		}
	}
	return nil
}

func split(rel string) (folder, name string) {
	folder, name = path.Split(rel)
	return strings.Trim(folder, "/"), name
}

func placeOf(places map[CardClip]Place, folder, name string) Place {
	for c, p := range places {
		if c.Folder == folder && c.Name == name {
			return p
		}
	}
	return Place{}
}

// takeFile keeps one file and writes it down.
func (d *Desk) takeFile(ctx context.Context, root string, t *Taken, a Arrival, lists map[string]string, at Place) error {
	const op = "pipeline.IngestTree"
	folder, name := split(t.Path)
	f := tidied(Announced{Name: name, Folder: folder})
	if !takes(a.Kind, f) && (a.Kind != assets.KindRush || cardOf(f.Folder) == "") {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: notMedia}
	}
	a.Name, a.Folder = f.Name, f.Folder
	if a.Kind == assets.KindRush && !isClip(f.Folder, f.Name, "") {
		a.Kind = assets.KindCompany
	}
	if card := cardOf(f.Folder); card != "" && a.Kind == assets.KindRush {
		a.Card = card + " · " + path.Base(filepath.ToSlash(root))
	}
	if at.Of > 1 {
		a.Title = fmt.Sprintf("%s (%d/%d)", titleOf(Arrival{Name: f.Name}), at.Part, at.Of)
	}
	where := filepath.Join(root, filepath.FromSlash(t.Path))
	before, err := os.Stat(where)
	switch {
	case err != nil:
		return unreadable(err)
	case before.Size() == 0 && a.Kind != assets.KindCompany:
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce fichier est vide."}
	}
	if want, listed := lists[t.Path]; listed {
		if err := conform(where, want); err != nil {
			return err
		}
		t.Note = conforms
	}
	blob, err := d.copyIn(ctx, where)
	if err != nil {
		return err
	}
	if after, err := os.Stat(where); err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return &assets.Error{Kind: assets.Transient, Op: op, Msg: "« " + f.Name + " » change encore : attendez que sa copie soit finie.", Err: err}
	}
	t.Received, err = d.receive(ctx, blob, a)
	return err
}

func unreadable(err error) error {
	return &assets.Error{Kind: assets.Invalid, Op: "pipeline.IngestTree", Msg: "Le fichier ne peut pas être lu : vérifiez ses droits.", Err: err}
}

// copyIn keeps a copy of a file: what lies in somebody's folder stays theirs,
// and may be changed there.
func (d *Desk) copyIn(ctx context.Context, where string) (assets.Blob, error) {
	f, err := os.Open(where)
	if err != nil {
		return assets.Blob{}, &assets.Error{Kind: assets.Invalid, Op: "pipeline.IngestTree", Msg: "Le fichier ne peut pas être lu : vérifiez ses droits.", Err: err}
	}
	defer func() { _ = f.Close() }() // only read
	return d.Blobs.Keep(ctx, f)
}
