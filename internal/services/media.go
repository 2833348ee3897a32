package services

import (
	"os"
	"path/filepath"
	"testing"
)

// Media is the path of a name in shared/media, the folder of real clips that
// stands beside the project or above it ("" for the folder itself). Where it is
// not, the test is skipped.
func Media(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", "media", filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			t.Skipf("the real clips are not here: no shared/media/%s above this folder", name)
		}
	}
}
