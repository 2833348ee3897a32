package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
)

// file is one file that the public tree shall hold, media apart.
type file struct {
	path  string // below the public folder, slash-separated
	rank  int    // files of a lower rank are written first, removed last
	print string // changes whenever its bytes may
	make  func() ([]byte, error)
}

// The ranks follow who points at whom, so that no page ever points at a file
// that isn't there: what is pointed at comes first and goes last.
const (
	rankAsset       = iota // style sheets, scripts, tombstones
	rankEmbed              // what film pages name
	rankFilm               //
	rankHeadingFeed        // what lists name
	rankHeading            // lists of films
	rankHome               // lists of lists
	rankMachine            // maps of all
)

// tree is everything the public folder shall hold.
type tree struct {
	files []file
	media map[string]bool // media folders, "media/<film>/<folder>"
}

// manifest is what the public folder held after the last change that went to
// its end; with a dirty mark beside it, it is not to be believed.
type manifest struct {
	Build string           `json:"build"`
	Files map[string]entry `json:"files"` // by path
	Media []string         `json:"media"`
}

// entry is what a file was made from, and what came out.
type entry struct {
	Print string `json:"print"`
	Sum   string `json:"sum"` // of its bytes
}

type depth bool

const (
	quick depth = false // believe the manifest
	deep  depth = true  // look at every byte, and for every stray file
)

// reconcile makes the public folder hold this tree and nothing else. Each file
// is staged, synced and renamed into place; what must go is removed afterwards.
func (s *Site) reconcile(ctx context.Context, want tree, how depth) error {
	have := s.loadManifest()
	next := manifest{Build: s.build, Media: slices.Sorted(maps.Keys(want.media))}
	staged, err := s.stage(ctx, want.files, have, how, &next)
	if err != nil {
		return err
	}
	stale, err := s.stale(want, have, how)
	if err != nil {
		return err
	}
	if len(staged) == 0 && len(stale) == 0 && have.Build == next.Build && maps.Equal(have.Files, next.Files) && !s.dirty() {
		return nil
	}
	if err := s.markDirty(); err != nil {
		return err
	}
	if err := s.commit(staged); err != nil {
		return err
	}
	for _, gone := range stale {
		if err := s.remove(gone); err != nil {
			return err
		}
	}
	text, err := json.Marshal(next)
	if err != nil {
		return internalError("site.manifest", err)
	}
	if err := s.writeState(s.manifestPath(), text); err != nil {
		return err
	}
	return s.markClean()
}

// staged is a file that waits, complete and synced, to be renamed.
type staged struct {
	file
	from  string
	fresh bool // nothing of that name is public yet
}

// stage writes what differs from the public folder beside it, and lists in next
// what each file then is.
func (s *Site) stage(ctx context.Context, files []file, have manifest, how depth, next *manifest) ([]staged, error) {
	dir := filepath.Join(s.opt.State, "stage")
	if err := emptyDir(dir); err != nil { // what an interrupted change left
		return nil, diskError("site.stage", err)
	}
	if have.Build != s.build {
		have = manifest{}
	}
	entries := make([]entry, len(files))
	results := make([]*staged, len(files))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i, f := range files {
		known := have.Files[f.path]
		if known.Print == f.print && how == quick {
			entries[i] = known
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return interrupted("site.stage", err)
			}
			now, missing := os.ReadFile(s.public(f.path))
			if missing == nil && known.Print == f.print && known.Sum == sum(now) {
				entries[i] = known
				return nil
			}
			text, err := f.make()
			if err != nil {
				return internalError("site.stage "+f.path, err)
			}
			entries[i] = entry{f.print, sum(text)}
			if missing == nil && bytes.Equal(now, text) {
				return nil
			}
			from := filepath.Join(dir, fmt.Sprintf("%06d", i))
			if err := os.WriteFile(from, text, 0o644); err != nil {
				return diskError("site.stage", err)
			}
			results[i] = &staged{file: f, from: from, fresh: missing != nil}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	next.Files = make(map[string]entry, len(files))
	var out []staged
	var paths []string
	for i, r := range results {
		next.Files[files[i].path] = entries[i]
		if r != nil {
			out, paths = append(out, *r), append(paths, r.from)
		}
	}
	if err := syncAll(dir, paths); err != nil {
		return nil, diskError("site.stage", err)
	}
	return out, nil
}

// commit renames: new names before changed ones, each by rank. A new page is
// thus complete before any list names it.
func (s *Site) commit(files []staged) error {
	slices.SortStableFunc(files, func(a, b staged) int {
		if a.fresh != b.fresh {
			if a.fresh {
				return -1
			}
			return 1
		}
		return a.rank - b.rank
	})
	touched := map[string]bool{}
	for _, f := range files {
		to := s.public(f.path)
		err := os.Rename(f.from, to)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
			err = s.makeWay(f.from, to)
		}
		if err != nil {
			return diskError("site.commit", err)
		}
		touched[filepath.Dir(to)] = true
		s.moved(f.path)
	}
	return diskErrorOrNil("site.commit", syncAll(s.opt.Public, slices.Collect(maps.Keys(touched))))
}

// makeWay renames once more after making the folder, or after removing one that
// stands, against all rules, where a file must be.
func (s *Site) makeWay(from, to string) error {
	if info, err := os.Lstat(to); err == nil && info.IsDir() {
		if err := s.discard(to); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// stale lists what is public and should not be, in the order it must go: lists,
// then film pages, then media.
func (s *Site) stale(want tree, have manifest, how depth) ([]string, error) {
	wanted := make(map[string]int, len(want.files))
	for _, f := range want.files {
		wanted[f.path] = f.rank
	}
	var files, folders []string
	if how == deep {
		have = manifest{} // the walk below sees more
	}
	for name := range have.Files {
		if _, ok := wanted[name]; !ok {
			files = append(files, name)
		}
	}
	for _, name := range have.Media {
		if !want.media[name] {
			folders = append(folders, name)
		}
	}
	if how == deep {
		err := filepath.WalkDir(s.opt.Public, func(full string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(s.opt.Public, full)
			if err != nil {
				return err
			}
			name := filepath.ToSlash(rel)
			inMedia := strings.HasPrefix(name, "media/")
			switch {
			case entry.IsDir() && want.media[name]:
				return fs.SkipDir
			case entry.IsDir() && inMedia && strings.Count(name, "/") == 2:
				folders = append(folders, name)
				return fs.SkipDir
			case !entry.IsDir() && inMedia:
				folders = append(folders, name)
			case !entry.IsDir():
				if _, ok := wanted[name]; !ok {
					files = append(files, name)
				}
			}
			return nil
		})
		if err != nil {
			return nil, diskError("site.stale", err)
		}
	}
	// A path with more steps is never a list of one with fewer, but for the
	// pages of a list, which go first.
	slices.SortFunc(files, func(a, b string) int {
		if c := removalOrder(a) - removalOrder(b); c != 0 {
			return c
		}
		return strings.Compare(b, a)
	})
	slices.Sort(folders)
	return append(files, folders...), nil
}

// removalOrder puts lists before film pages, film pages before what they name.
func removalOrder(name string) int {
	switch top, rest, _ := strings.Cut(name, "/"); {
	case top == "films" && strings.HasPrefix(rest, "page/"):
		return 0
	case top == "films":
		return 1
	case top == "integrer", top == "oembed":
		return 2
	case top == "assets":
		return 3
	default:
		return 0
	}
}

// remove takes a file or a media folder out of the public tree, and the folders
// that are empty without it.
func (s *Site) remove(name string) error {
	full := s.public(name)
	if strings.HasPrefix(name, "media/") {
		if err := s.discard(full); err != nil {
			return err
		}
	} else if err := os.Remove(full); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskError("site.remove", err)
	}
	s.moved(name)
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if os.Remove(s.public(dir)) != nil {
			break // not empty
		}
	}
	return nil
}

// discard makes a folder vanish from the public tree in one step.
func (s *Site) discard(dir string) error {
	trash, err := os.MkdirTemp(filepath.Join(s.opt.State, "stage"), "trash-")
	if err != nil {
		return diskError("site.discard", err)
	}
	defer os.RemoveAll(trash)
	if err := os.Rename(dir, filepath.Join(trash, "old")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskError("site.discard", err)
	}
	return nil
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

func (s *Site) public(name string) string {
	return filepath.Join(s.opt.Public, filepath.FromSlash(name))
}

func (s *Site) manifestPath() string { return filepath.Join(s.opt.State, "tree.json") }

// loadManifest returns the zero manifest when there is none that can be read:
// everything is then compared.
func (s *Site) loadManifest() manifest {
	var m manifest
	text, err := os.ReadFile(s.manifestPath())
	if err != nil || json.Unmarshal(text, &m) != nil {
		return manifest{}
	}
	return m
}

func diskErrorOrNil(op string, err error) error {
	var known *assets.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return diskError(op, err)
}
