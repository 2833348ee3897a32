package blobs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"anonymal.tv/regie/assets"
)

// KeepFile gives the bytes of a finished file a second name, as an original; on
// another file system it copies them. They are read once for their sum.
func (d *Disk) KeepFile(ctx context.Context, file string, check func(assets.Blob) error) (assets.Blob, error) {
	const op = "blobs.KeepFile"
	b, err := d.settle(ctx, file, 0o444)
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	b.Key = originalKey(b.SHA256)
	if err := check(b); err != nil {
		return assets.Blob{}, err
	}
	tmp := nameless()
	if err := os.Link(file, filepath.Join(d.dir, tmp)); err != nil {
		f, err := openFinished(file)
		if err != nil {
			return assets.Blob{}, fail(op, err)
		}
		defer func() { _ = f.Close() }() // only read
		return d.Keep(ctx, f)
	}
	defer func() { _ = d.root.Remove(tmp) }() // gone already, or for Sweep
	err = d.place(tmp, b.Key)
	if errors.Is(err, fs.ErrExist) {
		err = d.same(op, b)
	}
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	return b, nil
}

// yielding is a reader that rests before each read while others are busy: who
// still sends waits for nobody, and who has sent waits a little longer.
type yielding struct {
	ctx context.Context
	io.Reader
	busy func() bool
}

// rest makes of a read of bufferSize a walk of some 12 MB/s.
const rest = 20 * time.Millisecond

func (y yielding) Read(p []byte) (int, error) {
	if y.busy != nil && y.busy() {
		select {
		case <-y.ctx.Done(): // the reader around it says so
		case <-time.After(rest):
		}
	}
	return y.Reader.Read(p)
}
