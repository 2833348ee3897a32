package assetstest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"anonymal.tv/regie/assets"
)

// keepsFiles: a file becomes an original and stays where it was; a check that
// refuses leaves nothing.
func keepsFiles(s *shelf) {
	k, ok := s.blobs.(assets.Keeper)
	if !ok {
		s.Skip("not a Keeper")
	}
	agree := func(assets.Blob) error { return nil }
	var keys []string
	for i, dir := range []string{s.TempDir(), otherFileSystem(s)} {
		b, file := noise(byte(30+i), 70_000), filepath.Join(dir, "whole")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			s.Fatal(err)
		}
		want := assets.Blob{Key: originalKey(b), Size: int64(len(b)), SHA256: sum(b)}
		refusal := errors.New("not this one")
		_, err := k.KeepFile(s.Context(), file, func(got assets.Blob) error {
			if got.SHA256 != want.SHA256 || got.Size != want.Size {
				s.Errorf("check saw %+v", got)
			}
			return refusal
		})
		if !errors.Is(err, refusal) || !slices.Equal(s.keys(""), keys) {
			s.Fatalf("after a refusal: %v, %q", err, s.keys(""))
		}
		var all sync.WaitGroup
		for range 8 { // at once, and again
			all.Go(func() {
				if got, err := k.KeepFile(s.Context(), file, agree); err != nil || got != want {
					s.Errorf("%+v, %v; want %+v", got, err, want)
				}
			})
		}
		all.Wait()
		if err := os.Remove(file); err != nil {
			s.Fatalf("the file did not stay: %v", err)
		}
		s.holds(want.Key, b)
		keys = append(keys, want.Key)
		slices.Sort(keys)
		if got := s.keys(""); !slices.Equal(got, keys) {
			s.Fatalf("%q, want %q", got, keys)
		}
	}
	if _, err := k.KeepFile(s.Context(), filepath.Join(s.TempDir(), "nothing"), agree); !errors.Is(err, os.ErrNotExist) {
		s.Fatalf("a file that is not there: %v", err)
	}
}
