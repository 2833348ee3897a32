package assetstest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"anonymal.tv/regie/assets"
)

// shelf is a Blobs under test.
type shelf struct {
	*testing.T
	blobs assets.Blobs
}

// Blobs is the suite for a blob store; open gives an empty one each time.
func Blobs(t *testing.T, open func(t testing.TB) assets.Blobs) {
	for name, check := range map[string]func(*shelf){
		"keep":              keeps,
		"keep many at once": keepsOnce,
		"put and read":      putsAndReads,
		"sizes":             sizes,
		"hostile keys":      hostileKeys,
		"missing":           missingBlobs,
		"originals stay":    originalsStay,
		"whole or not":      wholeOrNot,
		"interrupted":       interrupted,
		"delete":            deletes,
		"list":              lists,
		"local":             local,
		"adopt":             adopts,
		"keep file":         keepsFiles,
	} {
		t.Run(name, func(t *testing.T) { check(&shelf{T: t, blobs: open(t)}) })
	}
}

// noise is n bytes that are the same for the same seed.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func originalKey(b []byte) string {
	s := sum(b)
	return "originals/" + s[:2] + "/" + s[2:4] + "/" + s
}

func (s *shelf) put(key string, b []byte) {
	s.Helper()
	got, err := s.blobs.Put(s.Context(), key, bytes.NewReader(b))
	if want := (assets.Blob{Key: key, Size: int64(len(b)), SHA256: sum(b)}); err != nil || got != want {
		s.Fatalf("Put(%s) = %+v, %v; want %+v", key, got, err, want)
	}
}

func (s *shelf) read(key string) []byte {
	s.Helper()
	r, err := s.blobs.Open(s.Context(), key)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = r.Close() }() // only read
	b, err := io.ReadAll(r)
	if err != nil {
		s.Fatal(err)
	}
	return b
}

func (s *shelf) holds(key string, want []byte) {
	s.Helper()
	if got := s.read(key); !bytes.Equal(got, want) {
		s.Fatalf("%s holds %d bytes (%.20q), want %d (%.20q)", key, len(got), got, len(want), want)
	}
}

func (s *shelf) fails(kind assets.Kind, err error) {
	s.Helper()
	var e *assets.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Msg == "" || e.Op == "" {
		s.Fatalf("%v; want an *assets.Error, %s", err, kind)
	}
}

func (s *shelf) keys(prefix string) []string {
	s.Helper()
	var keys []string
	for b, err := range s.blobs.List(s.Context(), prefix) {
		if err != nil {
			s.Fatal(err)
		}
		keys = append(keys, b.Key)
	}
	return keys
}

func keeps(s *shelf) {
	b := noise(1, 300_000)
	want := assets.Blob{Key: originalKey(b), Size: int64(len(b)), SHA256: sum(b)}
	for range 2 { // the second time is no error
		got, err := s.blobs.Keep(s.Context(), bytes.NewReader(b))
		if err != nil || got != want {
			s.Fatalf("%+v, %v; want %+v", got, err, want)
		}
	}
	s.holds(want.Key, b)
	if keys := s.keys(""); len(keys) != 1 {
		s.Fatalf("%q", keys)
	}
}

// keepsOnce: U-09, the same file twenty times at once is one object.
func keepsOnce(s *shelf) {
	b := noise(2, 200_000)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			got, err := s.blobs.Keep(s.Context(), iotest.HalfReader(bytes.NewReader(b)))
			if err != nil || got.Key != originalKey(b) {
				s.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
	s.holds(originalKey(b), b)
	if keys := s.keys(""); len(keys) != 1 {
		s.Fatalf("%q", keys)
	}
}

func putsAndReads(s *shelf) {
	const key = "films/01kat/hls/1080/init.mp4"
	s.put(key, []byte("first"))
	s.put(key, []byte("the second, longer"))
	s.holds(key, []byte("the second, longer"))
	s.put(key, []byte("3"))
	s.holds(key, []byte("3"))

	b := noise(3, 100_000)
	s.put(key, b)
	info, err := s.blobs.Stat(s.Context(), key)
	if err != nil || info.Key != key || info.Size != int64(len(b)) {
		s.Fatal(info, err)
	}
	r, err := s.blobs.Open(s.Context(), key)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = r.Close() }() // only read
	for _, seek := range []struct {
		offset int64
		whence int
		at     int
	}{{5_000, io.SeekStart, 5_000}, {1_000, io.SeekCurrent, 6_010}, {-10, io.SeekEnd, len(b) - 10}, {0, io.SeekStart, 0}} {
		at, err := r.Seek(seek.offset, seek.whence)
		if err != nil || at != int64(seek.at) {
			s.Fatal(seek, at, err)
		}
		part := make([]byte, 10)
		if _, err := io.ReadFull(r, part); err != nil || !bytes.Equal(part, b[at:at+10]) {
			s.Fatal(seek, err)
		}
	}
}

// sizes: nothing at all, and what is sent in several parts.
func sizes(s *shelf) {
	for _, n := range []int{0, 1, 17<<20 + 3} {
		b, key := noise(byte(n), n), fmt.Sprint("sizes/", n)
		s.put(key, b)
		s.holds(key, b)
		kept, err := s.blobs.Keep(s.Context(), io.MultiReader(bytes.NewReader(b))) // hides its length
		if err != nil || kept.Size != int64(n) || kept.SHA256 != sum(b) {
			s.Fatal(kept, err)
		}
		s.holds(kept.Key, b)
	}
}

func deletes(s *shelf) {
	s.put("films/a/b/c", []byte("x"))
	s.put("films/a/d", []byte("y"))
	for range 2 {
		if err := s.blobs.Delete(s.Context(), "films/a/b/c"); err != nil {
			s.Fatal(err)
		}
	}
	_, err := s.blobs.Open(s.Context(), "films/a/b/c")
	s.fails(assets.NotFound, err)
	if keys := s.keys(""); !slices.Equal(keys, []string{"films/a/d"}) {
		s.Fatalf("%q", keys)
	}
	s.put("films/a/b", []byte("a file where a folder was"))
	s.holds("films/a/b", []byte("a file where a folder was"))
	kept, err := s.blobs.Keep(s.Context(), strings.NewReader("original"))
	if err != nil {
		s.Fatal(err)
	}
	if err := s.blobs.Delete(s.Context(), kept.Key); err != nil {
		s.Fatal(err)
	}
	if kept, err = s.blobs.Keep(s.Context(), strings.NewReader("original")); err != nil {
		s.Fatal(err)
	}
	s.holds(kept.Key, []byte("original"))
}

func lists(s *shelf) {
	all := []string{"a-b", "a.b", "a/b", "a/b-c/d", "a/b.c", "a/c/d/e", "a/c0", "a0", "b", "ba/x"}
	for i := range all {
		s.put(all[(i*7)%len(all)], []byte(all[(i*7)%len(all)]))
	}
	for prefix, want := range map[string][]string{
		"": all, "a": all[:8], "a/": all[2:7], "a/b": {"a/b", "a/b-c/d", "a/b.c"}, "a/c": {"a/c/d/e", "a/c0"}, "a/c/": {"a/c/d/e"},
		"a/c/d/e": {"a/c/d/e"}, "b": {"b", "ba/x"}, "c": nil, "a/b-c/d/e": nil,
	} {
		if got := s.keys(prefix); !slices.Equal(got, want) {
			s.Errorf("List(%q) = %q, want %q", prefix, got, want)
		}
	}
	n := 0
	for b, err := range s.blobs.List(s.Context(), "") {
		if n++; err != nil || b.Size != int64(len(b.Key)) || b.SHA256 != "" {
			s.Fatal(b, err)
		}
		if n == 3 {
			break
		}
	}
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	var last error
	for _, err := range s.blobs.List(ctx, "") {
		last = err
	}
	s.fails(assets.Transient, last)
}

func local(s *shelf) {
	b := noise(6, 70_000)
	s.put("films/x/mp4-720.mp4", b)
	path, release, err := s.blobs.Local(s.Context(), "films/x/mp4-720.mp4")
	if err != nil || !filepath.IsAbs(path) {
		s.Fatal(path, err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, b) {
		s.Fatal(len(got), err)
	}
	release()
	_, lasting := s.blobs.(assets.Pather)
	if _, err := os.Stat(path); lasting != (err == nil) {
		s.Fatalf("after release: %v", err)
	}
	s.holds("films/x/mp4-720.mp4", b)
}

func adopts(s *shelf) {
	a, ok := s.blobs.(assets.Adopter)
	if !ok {
		s.Skip("not an Adopter")
	}
	const key = "films/x/audio.m4a"
	for i, dir := range []string{s.TempDir(), otherFileSystem(s)} {
		b, file := noise(byte(7+i), 50_000), filepath.Join(dir, "made.m4a")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			s.Fatal(err)
		}
		got, err := a.Adopt(s.Context(), key, file)
		if want := (assets.Blob{Key: key, Size: int64(len(b)), SHA256: sum(b)}); err != nil || got != want {
			s.Fatalf("%+v, %v; want %+v", got, err, want)
		}
		s.holds(key, b) // the second replaces the first
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			s.Fatalf("%s is still there: %v", file, err)
		}
	}
	link := filepath.Join(s.TempDir(), "link")
	if err := os.Symlink("/etc/hostname", link); err != nil {
		s.Fatal(err)
	}
	for _, path := range []string{filepath.Join(s.TempDir(), "nothing"), s.TempDir(), link} {
		if _, err := a.Adopt(s.Context(), "films/x/not", path); err == nil {
			s.Fatalf("adopted %s", path)
		}
	}
	if keys := s.keys(""); !slices.Equal(keys, []string{key}) {
		s.Fatalf("%q", keys)
	}
}

// otherFileSystem gives a folder in memory, where the system has one.
func otherFileSystem(s *shelf) string {
	dir, err := os.MkdirTemp("/dev/shm", "regie-blobs-")
	if err != nil {
		return s.TempDir()
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
