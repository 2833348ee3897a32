package blobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// incoming is the folder of files without a name yet. Its own name has a
// letter that no key has.
const incoming = "~incoming"

// DiskOptions says where the files are.
type DiskOptions struct {
	Dir string // made if it is not there
	// Busy tells that bytes come in fast; what was received is then read again
	// at a walk. nil: never.
	Busy func() bool
}

// Disk keeps objects as files below one folder, and never reaches outside it.
// Several processes may use the same folder.
type Disk struct {
	root *os.Root
	dir  string                      // absolute
	link func(from, to string) error // root.Link, which tests replace
	busy func() bool
}

var (
	_ assets.Blobs   = (*Disk)(nil)
	_ assets.Adopter = (*Disk)(nil)
	_ assets.Keeper  = (*Disk)(nil)
	_ assets.Pather  = (*Disk)(nil)
)

// NewDisk opens the folder.
func NewDisk(o DiskOptions) (*Disk, error) {
	const op = "blobs.NewDisk"
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fail(op, err)
	}
	if err := os.MkdirAll(filepath.Join(dir, incoming), 0o755); err != nil {
		return nil, fail(op, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fail(op, err)
	}
	return &Disk{root: root, dir: dir, link: root.Link, busy: o.Busy}, nil
}

// Close gives the folder back.
func (d *Disk) Close() error { return d.root.Close() }

// Path gives the file of a key, whether it is there or not; "" for what is no key.
func (d *Disk) Path(key string) string {
	if check("blobs.Path", key) != nil {
		return ""
	}
	return filepath.Join(d.dir, filepath.FromSlash(key))
}

// Keep stores an original.
func (d *Disk) Keep(ctx context.Context, r io.Reader) (assets.Blob, error) {
	const op = "blobs.Keep"
	tmp, b, err := d.write(ctx, r, 0o444)
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	defer func() { _ = d.root.Remove(tmp) }() // gone already, or for Sweep
	b.Key = originalKey(b.SHA256)
	err = d.place(tmp, b.Key)
	if errors.Is(err, fs.ErrExist) {
		err = d.same(op, b)
	}
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	return b, nil
}

// same tells whether the original that is there has the size it must have, and
// makes sure that it is there to stay: another Keep may have just named it.
func (d *Disk) same(op string, b assets.Blob) error {
	info, err := d.root.Lstat(b.Key)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() != b.Size {
		return damaged(op, b.Key)
	}
	return d.syncDir(path.Dir(b.Key))
}

// Put stores a made file.
func (d *Disk) Put(ctx context.Context, key string, r io.Reader) (assets.Blob, error) {
	const op = "blobs.Put"
	if err := check(op, key); err != nil {
		return assets.Blob{}, err
	}
	tmp, b, err := d.write(ctx, r, mode(key))
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	b.Key = key
	if err := d.place(tmp, key); err != nil {
		_ = d.root.Remove(tmp) // else for Sweep
		return assets.Blob{}, d.refused(op, key, err)
	}
	_ = d.root.Remove(tmp) // still there after a link
	return b, nil
}

// Adopt takes a finished file over: by renaming it, or by a copy when it lies on
// another file system.
func (d *Disk) Adopt(ctx context.Context, key, file string) (assets.Blob, error) {
	const op = "blobs.Adopt"
	if err := check(op, key); err != nil {
		return assets.Blob{}, err
	}
	b, err := d.settle(ctx, file, mode(key))
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	b.Key = key
	tmp := nameless()
	if err := os.Rename(file, filepath.Join(d.dir, tmp)); err != nil {
		return d.adoptCopy(ctx, key, file)
	}
	if err := d.place(tmp, key); err != nil {
		_ = os.Rename(filepath.Join(d.dir, tmp), file) // not adopted: back where it was
		return assets.Blob{}, d.refused(op, key, err)
	}
	_ = d.root.Remove(tmp)
	return b, nil
}

func (d *Disk) adoptCopy(ctx context.Context, key, file string) (assets.Blob, error) {
	const op = "blobs.Adopt"
	f, err := os.Open(file)
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	defer func() { _ = f.Close() }() // only read
	b, err := d.Put(ctx, key, f)
	if err != nil {
		return assets.Blob{}, err
	}
	return b, fail(op, os.Remove(file))
}

// settle sums a finished file and syncs it.
func (d *Disk) settle(ctx context.Context, file string, mode fs.FileMode) (b assets.Blob, err error) {
	f, err := openFinished(file)
	if err != nil {
		return b, err
	}
	defer func() { _ = f.Close() }() // only read
	if b.Size, b.SHA256, err = copySum(ctx, io.Discard, yielding{ctx, f, d.busy}); err != nil {
		return b, err
	}
	return b, errors.Join(f.Chmod(mode), f.Sync())
}

// openFinished opens a file that is to be adopted; a link is none.
func openFinished(file string) (*os.File, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", file)
	}
	return os.Open(file)
}

// Open opens an object for reading.
func (d *Disk) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	const op = "blobs.Open"
	if _, err := d.stat(op, key); err != nil {
		return nil, err
	}
	f, err := d.root.Open(key)
	if err != nil {
		return nil, d.refused(op, key, err)
	}
	return f, nil
}

// Stat gives the size of an object.
func (d *Disk) Stat(_ context.Context, key string) (assets.Blob, error) {
	return d.stat("blobs.Stat", key)
}

func (d *Disk) stat(op, key string) (assets.Blob, error) {
	if err := check(op, key); err != nil {
		return assets.Blob{}, err
	}
	info, err := d.root.Lstat(key)
	if err != nil {
		return assets.Blob{}, d.refused(op, key, err)
	}
	if !info.Mode().IsRegular() {
		return assets.Blob{}, notFound(op, key)
	}
	return assets.Blob{Key: key, Size: info.Size()}, nil
}

// Local gives the file itself.
func (d *Disk) Local(_ context.Context, key string) (string, func(), error) {
	if _, err := d.stat("blobs.Local", key); err != nil {
		return "", nil, err
	}
	return d.Path(key), func() {}, nil
}

// Delete removes an object, and the folders that it leaves empty.
func (d *Disk) Delete(_ context.Context, key string) error {
	const op = "blobs.Delete"
	_, err := d.stat(op, key)
	if assets.KindOf(err) == assets.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(op, err)
	}
	dir := path.Dir(key)
	for ; dir != "." && d.root.Remove(dir) == nil; dir = path.Dir(dir) {
	}
	if err := d.syncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(op, err)
	}
	return nil
}

// Sweep removes the files that a crash left without a name and that were last
// written before the instant given.
func (d *Disk) Sweep(ctx context.Context, before time.Time) error {
	const op = "blobs.Sweep"
	entries, err := fs.ReadDir(d.root.FS(), incoming)
	if err != nil {
		return fail(op, err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return fail(op, err)
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.ModTime().Before(before) {
			err = d.root.Remove(incoming + "/" + e.Name())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fail(op, err)
		}
	}
	return nil
}

// write puts the bytes into a nameless file, synced.
func (d *Disk) write(ctx context.Context, r io.Reader, mode fs.FileMode) (tmp string, b assets.Blob, err error) {
	tmp = nameless()
	f, err := d.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", b, err
	}
	b.Size, b.SHA256, err = copySum(ctx, f, r)
	if err == nil {
		err = errors.Join(f.Chmod(mode), f.Sync())
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = d.root.Remove(tmp) // else for Sweep
		return "", b, err
	}
	return tmp, b, nil
}

// place gives a nameless file its name and syncs the folder. Below originals/
// it never replaces: the error is fs.ErrExist, and tmp stays.
func (d *Disk) place(tmp, key string) (err error) {
	name := d.root.Rename
	if strings.HasPrefix(key, originals) {
		name = d.nameOriginal
	}
	for range 10 { // Delete may take the folder away between the two steps
		if err = d.makeDirs(path.Dir(key)); err == nil {
			err = name(tmp, key)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	if err := d.syncDir(path.Dir(key)); !errors.Is(err, fs.ErrNotExist) { // deleted again already
		return err
	}
	return nil
}

// nameOriginal links, because a link never replaces. File systems without links
// get a rename, which could only replace what another process is naming with
// the same bytes at this very moment.
func (d *Disk) nameOriginal(tmp, key string) error {
	err := d.link(tmp, key)
	if !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	if _, err := d.root.Lstat(key); err == nil {
		return fs.ErrExist
	}
	return d.root.Rename(tmp, key)
}

// makeDirs makes a folder and those above it, and syncs each new one's parent.
func (d *Disk) makeDirs(dir string) error {
	if dir == "." {
		return nil
	}
	err := d.root.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.makeDirs(path.Dir(dir)); err != nil {
			return err
		}
		err = d.root.Mkdir(dir, 0o755)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.syncDir(path.Dir(dir))
}

func (d *Disk) syncDir(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// refused gives an error of the file system about key its kind.
func (d *Disk) refused(op, key string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return notFound(op, key)
	case errors.Is(err, fs.ErrExist) && strings.HasPrefix(key, originals):
		return replaced(op, key)
	case blocked(err):
		return &assets.Error{
			Kind: assets.Invalid, Op: op + " " + key, Err: err,
			Msg: "Ce nom sert déjà de dossier, ou l'un de ses dossiers est un fichier ; rien n'a été écrit.",
		}
	}
	return fail(op, err)
}

func nameless() string { return incoming + "/" + rand.Text() }

func mode(key string) fs.FileMode {
	if strings.HasPrefix(key, originals) {
		return 0o444
	}
	return 0o644
}
