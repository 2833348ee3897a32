package site

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// writeState replaces a file of the private folder, whole and durable.
func (s *Site) writeState(to string, text []byte) error {
	temp, err := os.CreateTemp(s.opt.State, "write-")
	if err != nil {
		return diskError("site.state", err)
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	if _, err := temp.Write(text); err != nil {
		return diskError("site.state", err)
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return diskError("site.state", err)
	}
	if err := os.Rename(temp.Name(), to); err != nil {
		return diskError("site.state", err)
	}
	return diskErrorOrNil("site.state", syncPath(filepath.Dir(to)))
}

// The dirty mark stands while the public folder may differ from the manifest.
func (s *Site) dirtyPath() string { return filepath.Join(s.opt.State, "dirty") }

func (s *Site) dirty() bool {
	_, err := os.Lstat(s.dirtyPath())
	return !errors.Is(err, fs.ErrNotExist)
}

func (s *Site) markDirty() error {
	if s.dirty() {
		return nil
	}
	return s.writeState(s.dirtyPath(), nil)
}

func (s *Site) markClean() error {
	if err := os.Remove(s.dirtyPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskError("site.state", err)
	}
	return diskErrorOrNil("site.state", syncPath(s.opt.State))
}

// syncPath makes a file, or the names in a folder, survive a power cut.
func syncPath(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncAll syncs these files or folders. Past some number, one flush of the whole
// filesystem (that dir is on) is cheaper than each by itself.
func syncAll(dir string, names []string) error {
	const many = 256
	if len(names) > many {
		f, err := os.Open(dir)
		if err != nil {
			return err
		}
		return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
	}
	return syncDirs(names)
}

func syncDirs(names []string) error {
	var group errgroup.Group
	group.SetLimit(8)
	for _, name := range names {
		group.Go(func() error { return syncPath(name) })
	}
	return group.Wait()
}

// syncTree syncs every file and folder below dir.
func syncTree(dir string) error {
	var names []string
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	})
	return errors.Join(err, syncDirs(names))
}

func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}
