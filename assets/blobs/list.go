package blobs

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"syscall"

	"anonymal.tv/regie/assets"
)

// List walks the objects whose key begins with prefix, in key order.
func (d *Disk) List(ctx context.Context, prefix string) iter.Seq2[assets.Blob, error] {
	return func(yield func(assets.Blob, error) bool) {
		d.walk(ctx, ".", prefix, yield)
	}
}

// walk yields what is below dir; false when the caller has had enough.
func (d *Disk) walk(ctx context.Context, dir, prefix string, yield func(assets.Blob, error) bool) bool {
	const op = "blobs.List"
	if err := ctx.Err(); err != nil {
		yield(assets.Blob{}, fail(op, err))
		return false
	}
	entries, err := fs.ReadDir(d.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
		return true
	}
	if err != nil {
		yield(assets.Blob{}, fail(op, err))
		return false
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(inOrder(a), inOrder(b)) })
	for _, e := range entries {
		key := strings.TrimPrefix(dir+"/"+e.Name(), "./")
		switch {
		case key == incoming:
		case e.IsDir():
			within := strings.HasPrefix(key+"/", prefix) || strings.HasPrefix(prefix, key+"/")
			if within && !d.walk(ctx, key, prefix, yield) {
				return false
			}
		case e.Type().IsRegular() && strings.HasPrefix(key, prefix):
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				yield(assets.Blob{}, fail(op, err))
				return false
			}
			if !yield(assets.Blob{Key: key, Size: info.Size()}, nil) {
				return false
			}
		}
	}
	return true
}

// inOrder is what an entry sorts by: a folder stands where the keys below it do,
// after « a-b » and « a.b ».
func inOrder(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

// blocked tells whether a file stands where a folder should, or the reverse.
func blocked(err error) bool {
	for _, is := range []error{syscall.ENOTDIR, syscall.EISDIR, syscall.ENOTEMPTY, fs.ErrExist} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}
