package assets

import (
	"context"
	"io"
	"iter"
	"time"
)

// Blob is what Blobs knows of one object.
type Blob struct {
	Key    string
	Size   int64  // bytes
	SHA256 string // lower-case hex; filled by Keep and Put, "" from Stat and List
}

// Blobs keeps bytes under keys. A key is slash-separated, made of
// [a-z0-9./_-] only, without empty, "." or ".." elements; other keys are
// Invalid. An object becomes visible whole, durable (fsynced) or not at all.
type Blobs interface {
	// Keep stores an original under a key made of its own SHA-256
	// (originals/ab/cd/abcd…). Keeping the same bytes again is no error.
	Keep(ctx context.Context, r io.Reader) (Blob, error)
	// Put stores a made file. A key that is there already is replaced whole,
	// except below originals/, where it is a Conflict.
	Put(ctx context.Context, key string, r io.Reader) (Blob, error)
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	Stat(ctx context.Context, key string) (Blob, error)
	// Delete removes an object; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List walks the objects whose key begins with prefix, in key order.
	List(ctx context.Context, prefix string) iter.Seq2[Blob, error]
	// Local gives a path where the object can be read until release is called:
	// the file itself on disk storage, a copy otherwise. Never write to it.
	Local(ctx context.Context, key string) (path string, release func(), err error)
}

// Adopter is a Blobs that can take a finished local file over without copying.
// The file is gone from path afterwards.
type Adopter interface {
	Adopt(ctx context.Context, key, path string) (Blob, error)
}

// Keeper is a Blobs that can keep a finished local file as an original and read
// it only once. The file stays at path: it is its caller's to remove.
type Keeper interface {
	// KeepFile calls check with the size and the sum before anything gets a name;
	// an error of check is returned as it is, and nothing is kept.
	KeepFile(ctx context.Context, path string, check func(Blob) error) (Blob, error)
}

// Pather is a Blobs whose objects are files with a lasting path.
type Pather interface {
	Path(key string) string // absolute
}

// Signer is a Blobs that can let anyone read one object for a while. Who holds
// the address needs no other right: it is a secret. The answer comes with that
// Content-Disposition; "" for none.
type Signer interface {
	SignedURL(ctx context.Context, key, disposition string, lasts time.Duration) (Secret, error)
}
