package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"anonymal.tv/regie/assets"
)

// Taken is what became of one file of a folder.
type Taken struct {
	Path string // below the root
	Received
	Note   string // what a list of sums said of it, or where it stands in its recording; French
	Reason string // why it was not taken; ""
}

// Away moves the file to where nobody takes it for new.
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
	if err := os.Rename(filepath.Join(root, filepath.FromSlash(t.Path)), to); err != nil {
		return err
	}
	if t.Reason == "" {
		return nil
	}
	return os.WriteFile(to+".txt", []byte(t.Reason+"\n"), 0o644)
}

// IngestTree takes in files of a folder on this machine: clips become rushes,
// what cameras write beside them is kept, and lists of sums that lie among them
// are held against the files. What can't be taken is told, and does not keep
// the others from coming in.
func (d *Desk) IngestTree(ctx context.Context, root string, files []string, a Arrival) ([]Taken, error) {
	lists := map[string]string{}
	var clips []CardClip
	for _, rel := range files {
		rel = filepath.ToSlash(rel)
		folder, name := split(rel)
		if isManifest(name) {
			if err := readSums(root, rel, lists); err != nil {
				d.Log.Warn("a list of sums can't be read", "file", rel, "err", err)
			}
		}
		if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(rel))); err == nil {
			clips = append(clips, CardClip{folder, name, info.Size()})
		}
	}
	places := Spanned(clips)
	var all []Taken
	for _, rel := range files {
		t := Taken{Path: filepath.ToSlash(rel)}
		folder, name := split(t.Path)
		if err := d.takeFile(ctx, root, &t, a, lists, placeOf(places, folder, name)); err != nil {
			if k := assets.KindOf(err); k != assets.Invalid {
				return all, err
			}
			t.Reason = assets.Sentence(err)
		}
		all = append(all, t)
	}
	return all, nil
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
	if !takes(a.Kind, f) {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: notMedia}
	}
	a.Name, a.Folder = f.Name, f.Folder
	if a.Kind == assets.KindRush && !isMedia(f.Name, "") {
		a.Kind = assets.KindCompany
	}
	if card := cardOf(f.Folder); card != "" && a.Kind == assets.KindRush {
		a.Card = card + " · " + path.Base(filepath.ToSlash(root))
	}
	if at.Of > 1 {
		a.Title = fmt.Sprintf("%s (%d/%d)", titleOf(Arrival{Name: f.Name}), at.Part, at.Of)
	}
	where := filepath.Join(root, filepath.FromSlash(t.Path))
	if want, listed := lists[t.Path]; listed {
		got, err := sumLike(where, want)
		switch {
		case err != nil:
			return err
		case !strings.EqualFold(got, want):
			return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce fichier ne correspond pas à la liste de sommes de contrôle de la carte : il est abîmé. Recopiez-le depuis la carte."}
		}
		t.Note = "Conforme à la liste de sommes de contrôle."
	}
	blob, err := d.copyIn(ctx, where)
	if err != nil {
		return err
	}
	t.Received, err = d.receive(ctx, blob, a)
	return err
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
