package assetstest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing/iotest"

	"anonymal.tv/regie/assets"
)

func hostileKeys(s *shelf) {
	ctx := s.Context()
	file := filepath.Join(s.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		s.Fatal(err)
	}
	for _, key := range []string{
		"", ".", "..", "/", "/etc/passwd", "../x", "a/../../x", "a/..", "a/./b", "a//b", "a/", "./a", "~incoming", "~incoming/x",
		"a\x00b", "a\nb", "A", "films/É", "e\u0301", "a b", "a\\b", "..\\x", "c:", "a?b", "a#b", "a%2e", "a*", "a'b", "\xff", "a:b",
		strings.Repeat("a", 256), strings.Repeat("ab/", 400) + "c",
	} {
		_, put := s.blobs.Put(ctx, key, strings.NewReader("x"))
		_, open := s.blobs.Open(ctx, key)
		_, stat := s.blobs.Stat(ctx, key)
		_, _, local := s.blobs.Local(ctx, key)
		for _, err := range []error{put, open, stat, local, s.blobs.Delete(ctx, key)} {
			s.fails(assets.Invalid, err)
		}
		if a, ok := s.blobs.(assets.Adopter); ok {
			_, err := a.Adopt(ctx, key, file)
			s.fails(assets.Invalid, err)
		}
	}
	if keys := s.keys(""); len(keys) != 0 {
		s.Fatalf("%q", keys)
	}
	for _, key := range []string{"a", "a-b_c.d0", "...", "..a/b..", ".hidden/x", strings.Repeat("a", 255)} {
		s.put(key, []byte(key))
		s.holds(key, []byte(key))
	}
}

func missingBlobs(s *shelf) {
	ctx := s.Context()
	s.put("there/it/is", []byte("x"))
	for _, key := range []string{"nothing", "there", "there/it", "there/it/is-not", "originals/00/00/00"} {
		_, open := s.blobs.Open(ctx, key)
		_, stat := s.blobs.Stat(ctx, key)
		_, _, local := s.blobs.Local(ctx, key)
		for _, err := range []error{open, stat, local} {
			s.fails(assets.NotFound, err)
		}
		if err := s.blobs.Delete(ctx, key); err != nil {
			s.Fatal(err)
		}
	}
	s.holds("there/it/is", []byte("x"))
}

func originalsStay(s *shelf) {
	b := noise(4, 1_000)
	kept, err := s.blobs.Keep(s.Context(), bytes.NewReader(b))
	if err != nil {
		s.Fatal(err)
	}
	_, err = s.blobs.Put(s.Context(), kept.Key, strings.NewReader("forged"))
	s.fails(assets.Conflict, err)
	if a, ok := s.blobs.(assets.Adopter); ok {
		file := filepath.Join(s.TempDir(), "file")
		if err := os.WriteFile(file, []byte("forged"), 0o600); err != nil {
			s.Fatal(err)
		}
		_, err := a.Adopt(s.Context(), kept.Key, file)
		s.fails(assets.Conflict, err)
		if left, err := os.ReadFile(file); err != nil || string(left) != "forged" {
			s.Fatalf("what was not adopted is gone: %q, %v", left, err)
		}
	}
	s.holds(kept.Key, b)
	if p, ok := s.blobs.(assets.Pather); ok {
		info, err := os.Stat(p.Path(kept.Key))
		if err != nil || info.Mode().Perm() != 0o444 {
			s.Fatalf("the original is %v, %v", info.Mode(), err)
		}
	}
}

// wholeOrNot: who reads while others write sees one whole version.
func wholeOrNot(s *shelf) {
	const key = "films/x/poster.jpg"
	versions := map[string]bool{}
	var bodies [][]byte
	for i := range 4 {
		b := noise(byte(i), 40_000*(i+1))
		bodies = append(bodies, b)
		versions[sum(b)] = true
	}
	s.put(key, bodies[0])
	done := make(chan struct{})
	var writers, readers sync.WaitGroup
	for _, b := range bodies {
		writers.Go(func() {
			for range 5 {
				if _, err := s.blobs.Put(s.Context(), key, iotest.HalfReader(bytes.NewReader(b))); err != nil {
					s.Error(err)
				}
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				path, release, err := s.blobs.Local(s.Context(), key)
				if err != nil {
					s.Error(err)
					return
				}
				b, err := os.ReadFile(path)
				release()
				if err != nil || !versions[sum(b)] {
					s.Errorf("read %d bytes of no version, %v", len(b), err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}

// interrupted: what stops on its way leaves nothing, and takes nothing away.
func interrupted(s *shelf) {
	const key = "films/x/teaser.mp4"
	s.put(key, []byte("before"))
	broken := errors.New("the line is cut")
	half := func() io.Reader { return io.MultiReader(bytes.NewReader(noise(5, 100_000)), iotest.ErrReader(broken)) }
	_, err := s.blobs.Put(s.Context(), key, half())
	s.fails(assets.Transient, err)
	if !errors.Is(err, broken) {
		s.Fatalf("%v hides its cause", err)
	}
	_, err = s.blobs.Keep(s.Context(), half())
	s.fails(assets.Transient, err)
	_, err = s.blobs.Put(s.Context(), "films/x/new", half())
	s.fails(assets.Transient, err)

	ctx, cancel := context.WithCancel(s.Context())
	endless := readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	_, err = s.blobs.Put(ctx, key, endless)
	s.fails(assets.Transient, err)
	_, err = s.blobs.Keep(ctx, strings.NewReader("too late"))
	s.fails(assets.Transient, err)

	s.holds(key, []byte("before"))
	if keys := s.keys(""); !slices.Equal(keys, []string{key}) {
		s.Fatalf("%q", keys)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
