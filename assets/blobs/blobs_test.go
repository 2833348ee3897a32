package blobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/internal/services"
)

func TestDisk(t *testing.T) {
	assetstest.Blobs(t, func(t testing.TB) assets.Blobs { return disk(t, t.TempDir()) })
}

func TestS3(t *testing.T) {
	server := services.StartS3(t)
	assetstest.Blobs(t, func(t testing.TB) assets.Blobs { return s3(t, server, t.TempDir()) })
}

func disk(t testing.TB, dir string) *blobs.Disk {
	t.Helper()
	d, err := blobs.NewDisk(blobs.DiskOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(filepath.Join(dir, "~incoming")); err != nil || len(left) != 0 {
			t.Errorf("left without a name: %v, %v", left, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func s3(t testing.TB, server *services.S3Server, scratch string) *blobs.S3 {
	t.Helper()
	s, err := blobs.NewS3(t.Context(), blobs.S3Options{
		Endpoint: server.Endpoint, Bucket: server.Bucket(t), AccessKey: server.AccessKey,
		Secret: assets.Secret(server.SecretKey), Region: "us-east-1", Insecure: true, Scratch: scratch,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(scratch); err != nil || len(left) != 0 {
			t.Errorf("left in the scratch folder: %v, %v", left, err)
		}
	})
	return s
}

func TestDiskSweepsWhatCrashesLeft(t *testing.T) {
	dir := t.TempDir()
	d := disk(t, dir)
	now := time.Now()
	for name, age := range map[string]time.Duration{"old": 2 * time.Hour, "fresh": 0} {
		path := filepath.Join(dir, "~incoming", name)
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Sweep(t.Context(), now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "~incoming"))
	if err != nil || len(left) != 1 || left[0].Name() != "fresh" {
		t.Fatalf("%v, %v", left, err)
	}
	for b, err := range d.List(t.Context(), "") {
		t.Fatalf("a nameless file is listed: %v, %v", b, err)
	}
	if err := d.Sweep(t.Context(), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// A damaged original is neither replaced nor taken for the right one.
func TestKeepFindsDamage(t *testing.T) {
	d := disk(t, t.TempDir())
	kept, err := d.Keep(t.Context(), strings.NewReader("original"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d.Path(kept.Key), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.Path(kept.Key), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Keep(t.Context(), strings.NewReader("original")); err == nil || assets.KindOf(err) != assets.Internal {
		t.Fatal(err)
	}
}

// Files written and deleted at once in one folder do not take it away from each
// other. (On S3 there is no folder; the gateway of the tests makes some, and
// does not pass this.)
func TestDiskFolders(t *testing.T) {
	dir := t.TempDir()
	d := disk(t, dir)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			key := fmt.Sprint("films/x/", i)
			for range 20 {
				if _, err := d.Put(t.Context(), key, strings.NewReader(key)); err != nil {
					t.Error(err)
				}
				if err := d.Delete(t.Context(), key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 { // ~incoming
		t.Errorf("empty folders stay: %v, %v", left, err)
	}
}

// A link that somebody put into the folder does not lead out of it.
func TestDiskStaysInside(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	d := disk(t, dir)
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"file": filepath.Join(outside, "secret"), "folder": outside} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"file", "folder/secret"} {
		if r, err := d.Open(t.Context(), key); err == nil {
			t.Errorf("%s was read: %v", key, r.Close())
		}
	}
	if _, err := d.Put(t.Context(), "folder/new", strings.NewReader("x")); err == nil {
		t.Error("written outside")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 1 {
		t.Error(left, err)
	}
	for b := range d.List(t.Context(), "") {
		t.Errorf("listed %v", b)
	}
}

func TestS3SignsAndSweeps(t *testing.T) {
	server := services.StartS3(t)
	scratch := t.TempDir()
	s := s3(t, server, scratch)
	if _, err := s.Put(t.Context(), "films/x", strings.NewReader("body")); err != nil {
		t.Fatal(err)
	}
	address, err := s.SignedURL(t.Context(), "films/x", `attachment; filename="x y.mp4"`, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(address.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // only read
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || string(body) != "body" {
		t.Fatalf("%s: %q, %v", answer.Status, body, err)
	}
	if err := os.WriteFile(filepath.Join(scratch, "regie-blob-crashed"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}

func TestS3RefusesWhatIsNotThere(t *testing.T) {
	server := services.StartS3(t)
	o := blobs.S3Options{Endpoint: server.Endpoint, Bucket: "nothing", AccessKey: server.AccessKey, Secret: assets.Secret(server.SecretKey), Region: "us-east-1", Insecure: true}
	if _, err := blobs.NewS3(t.Context(), o); assets.KindOf(err) != assets.NotFound {
		t.Error(err)
	}
	o.Endpoint = "https://not a host"
	if _, err := blobs.NewS3(t.Context(), o); assets.KindOf(err) != assets.Invalid {
		t.Error(err)
	}
}

// TestBusy: a file is kept whole while others are busy, later, and the wait can
// be called off.
func TestBusy(t *testing.T) {
	t.Parallel()
	asked := 0
	ctx, stop := context.WithCancel(t.Context())
	d, err := blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir(), Busy: func() bool {
		if asked++; asked > 8 { // a read of 256 KiB each, and of the end
			stop()
		}
		return true
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	file, content := filepath.Join(t.TempDir(), "film"), strings.Repeat("film", 256<<10)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	keep := func() error {
		b, err := d.KeepFile(ctx, file, func(b assets.Blob) error { return nil })
		if err == nil && b.Size != int64(len(content)) {
			t.Errorf("%d bytes of %d", b.Size, len(content))
		}
		return err
	}
	if err := keep(); err != nil {
		t.Error(err)
	}
	if err := keep(); !errors.Is(err, context.Canceled) {
		t.Errorf("called off, it says %v", err)
	}
}
