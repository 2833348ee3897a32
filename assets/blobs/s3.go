package blobs

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"anonymal.tv/regie/assets"
)

const (
	// sumKey is the user metadata that holds an object's SHA-256.
	sumKey = "Sha256"
	// spooled begins the names of files in the scratch folder.
	spooled = "regie-blob-"
)

// S3Options says which bucket to use.
type S3Options struct {
	Endpoint  string // host or host:port
	Bucket    string // must be there
	Region    string // "" lets the server say
	AccessKey string
	Secret    assets.Secret
	Insecure  bool   // plain HTTP
	Scratch   string // folder for spooled and downloaded files; "" means the system's
}

// S3 keeps objects in a bucket. What arrives is spooled to the scratch folder
// while it is summed, so that nothing is sent before its size and sum are known.
type S3 struct {
	client  *minio.Client
	bucket  string
	scratch string
}

var (
	_ assets.Blobs   = (*S3)(nil)
	_ assets.Adopter = (*S3)(nil)
	_ assets.Signer  = (*S3)(nil)
)

// NewS3 connects to the bucket.
func NewS3(ctx context.Context, o S3Options) (*S3, error) {
	const op = "blobs.NewS3"
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(o.AccessKey, o.Secret.Reveal(), ""),
		Secure: !o.Insecure,
		Region: o.Region,
	})
	if err != nil {
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: op, Err: err,
			Msg: "L'adresse du stockage S3 ne se lit pas ; elle a la forme « serveur:port », sans https://.",
		}
	}
	there, err := client.BucketExists(ctx, o.Bucket)
	if err != nil {
		return nil, fail(op, err)
	}
	if !there {
		return nil, &assets.Error{
			Kind: assets.NotFound, Op: op + " " + o.Bucket,
			Msg: "Le stockage S3 répond, mais le compartiment (bucket) indiqué n'existe pas ; créez-le d'abord.",
		}
	}
	if o.Scratch != "" {
		if err := os.MkdirAll(o.Scratch, 0o700); err != nil {
			return nil, fail(op, err)
		}
	}
	return &S3{client: client, bucket: o.Bucket, scratch: o.Scratch}, nil
}

// Keep stores an original.
func (s *S3) Keep(ctx context.Context, r io.Reader) (assets.Blob, error) {
	const op = "blobs.Keep"
	f, b, err := s.spool(ctx, r)
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	defer discard(f)
	b.Key = originalKey(b.SHA256)
	err = s.send(ctx, op, b, f)
	if assets.KindOf(err) == assets.Conflict {
		there, err := s.Stat(ctx, b.Key)
		if err != nil {
			return assets.Blob{}, err
		}
		if there.Size != b.Size {
			return assets.Blob{}, damaged(op, b.Key)
		}
		return b, nil
	}
	if err != nil {
		return assets.Blob{}, err
	}
	return b, nil
}

// Put stores a made file.
func (s *S3) Put(ctx context.Context, key string, r io.Reader) (assets.Blob, error) {
	const op = "blobs.Put"
	if err := check(op, key); err != nil {
		return assets.Blob{}, err
	}
	f, b, err := s.spool(ctx, r)
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	defer discard(f)
	b.Key = key
	if err := s.send(ctx, op, b, f); err != nil {
		return assets.Blob{}, err
	}
	return b, nil
}

// Adopt sends a finished file from where it lies and removes it.
func (s *S3) Adopt(ctx context.Context, key, file string) (assets.Blob, error) {
	const op = "blobs.Adopt"
	if err := check(op, key); err != nil {
		return assets.Blob{}, err
	}
	f, err := openFinished(file)
	if err != nil {
		return assets.Blob{}, fail(op, err)
	}
	defer func() { _ = f.Close() }() // only read
	b := assets.Blob{Key: key}
	if b.Size, b.SHA256, err = copySum(ctx, io.Discard, f); err != nil {
		return assets.Blob{}, fail(op, err)
	}
	if err := s.send(ctx, op, b, f); err != nil {
		return assets.Blob{}, err
	}
	return b, fail(op, os.Remove(file))
}

// send uploads what f holds, whole or not at all; an original only where there
// is none.
func (s *S3) send(ctx context.Context, op string, b assets.Blob, f *os.File) error {
	options := minio.PutObjectOptions{UserMetadata: map[string]string{sumKey: b.SHA256}}
	if strings.HasPrefix(b.Key, originals) {
		// Asked before, so that the bytes are not sent in vain; and on the
		// server, where the question and the writing are one.
		if _, err := s.Stat(ctx, b.Key); err == nil {
			return replaced(op, b.Key)
		} else if assets.KindOf(err) != assets.NotFound {
			return err
		}
		options.SetMatchETagExcept("*")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fail(op, err)
	}
	sent, err := s.client.PutObject(ctx, s.bucket, b.Key, onlyReader{f}, b.Size, options)
	if err != nil {
		return s.refused(op, b.Key, err)
	}
	if sent.Size != b.Size {
		return damaged(op, b.Key)
	}
	return nil
}

// onlyReader hides the file's other abilities but those of retrying: minio
// closes what it can close.
type onlyReader struct{ *os.File }

// Close leaves the file open.
func (onlyReader) Close() error { return nil }

// Open opens an object for reading, until the end of ctx.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	const op = "blobs.Open"
	if err := check(op, key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.refused(op, key, err)
	}
	if _, err := object.Stat(); err != nil { // GetObject itself asks nothing yet
		_ = object.Close() // the error that counts is the first
		return nil, s.refused(op, key, err)
	}
	return object, nil
}

// Stat gives the size of an object.
func (s *S3) Stat(ctx context.Context, key string) (assets.Blob, error) {
	const op = "blobs.Stat"
	if err := check(op, key); err != nil {
		return assets.Blob{}, err
	}
	info, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return assets.Blob{}, s.refused(op, key, err)
	}
	return assets.Blob{Key: key, Size: info.Size}, nil
}

// Delete removes an object.
func (s *S3) Delete(ctx context.Context, key string) error {
	const op = "blobs.Delete"
	if err := check(op, key); err != nil {
		return err
	}
	err := s.refused(op, key, s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if assets.KindOf(err) == assets.NotFound {
		return nil
	}
	return err
}

// List walks the objects whose key begins with prefix, in key order.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[assets.Blob, error] {
	const op = "blobs.List"
	return func(yield func(assets.Blob, error) bool) {
		options := minio.ListObjectsOptions{Prefix: prefix, Recursive: true}
		for info := range s.client.ListObjectsIter(ctx, s.bucket, options) {
			if info.Err != nil {
				yield(assets.Blob{}, fail(op, info.Err))
				return
			}
			if strings.HasSuffix(info.Key, "/") { // a folder that some tool made
				continue
			}
			if !yield(assets.Blob{Key: info.Key, Size: info.Size}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // the end was that of ctx
			yield(assets.Blob{}, fail(op, err))
		}
	}
}

// Local downloads an object to the scratch folder and checks its sum.
func (s *S3) Local(ctx context.Context, key string) (string, func(), error) {
	const op = "blobs.Local"
	if err := check(op, key); err != nil {
		return "", nil, err
	}
	// One request for the bytes and what is known of them: the object may be
	// replaced at any time.
	body, info, _, err := minio.Core{Client: s.client}.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return "", nil, s.refused(op, key, err)
	}
	defer func() { _ = body.Close() }() // only read
	f, b, err := s.spool(ctx, body)
	if err != nil {
		return "", nil, fail(op, given(err))
	}
	release := func() { _ = os.Remove(f.Name()) } // else for Sweep
	err = f.Close()
	if sum := info.UserMetadata[sumKey]; err == nil && (b.Size != info.Size || sum != "" && sum != b.SHA256) {
		err = damaged(op, key)
	}
	if err != nil {
		release()
		return "", nil, fail(op, err)
	}
	return f.Name(), release, nil
}

// SignedURL gives an address from which the object can be read for a while.
func (s *S3) SignedURL(ctx context.Context, key, disposition string, lasts time.Duration) (assets.Secret, error) {
	const op = "blobs.SignedURL"
	if err := check(op, key); err != nil {
		return "", err
	}
	said := url.Values{}
	if disposition != "" {
		said.Set("response-content-disposition", disposition)
	}
	u, err := s.client.PresignedGetObject(ctx, s.bucket, key, lasts, said)
	if err != nil {
		return "", fail(op, err)
	}
	return assets.Secret(u.String()), nil
}

// Sweep removes what crashes left behind before the instant given: half-sent
// objects, and spooled files.
func (s *S3) Sweep(ctx context.Context, before time.Time) error {
	const op = "blobs.Sweep"
	for half := range s.client.ListIncompleteUploads(ctx, s.bucket, "", true) {
		if half.Err != nil {
			return fail(op, half.Err)
		}
		if !half.Initiated.Before(before) {
			continue
		}
		if err := s.client.RemoveIncompleteUpload(ctx, s.bucket, half.Key); err != nil {
			return fail(op, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(s.folder(), spooled+"*"))
	if err != nil {
		return fail(op, err)
	}
	for _, file := range files {
		info, err := os.Lstat(file)
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(file)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fail(op, err)
		}
	}
	return nil
}

func (s *S3) folder() string {
	if s.scratch == "" {
		return os.TempDir()
	}
	return s.scratch
}

// spool writes r to a file of the scratch folder while it sums it.
func (s *S3) spool(ctx context.Context, r io.Reader) (f *os.File, b assets.Blob, err error) {
	f, err = os.CreateTemp(s.folder(), spooled+"*")
	if err != nil {
		return nil, b, err
	}
	b.Size, b.SHA256, err = copySum(ctx, f, r)
	if err != nil {
		discard(f)
		return nil, b, err
	}
	return f, b, nil
}

// discard removes a spooled file; what resists is for Sweep.
func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// refused gives an answer of the server about key its kind.
func (s *S3) refused(op, key string, err error) error {
	if err == nil {
		return nil
	}
	switch answer := minio.ToErrorResponse(err); {
	case answer.Code == minio.NoSuchKey, answer.StatusCode == http.StatusNotFound:
		return notFound(op, key)
	case answer.StatusCode == http.StatusPreconditionFailed && strings.HasPrefix(key, originals):
		return replaced(op, key)
	case answer.StatusCode == http.StatusForbidden:
		return &assets.Error{
			Kind: assets.Forbidden, Op: op + " " + key, Err: err,
			Msg: "Le stockage S3 refuse l'accès ; vérifiez la clef et les droits du compartiment.",
		}
	}
	return fail(op, err)
}
