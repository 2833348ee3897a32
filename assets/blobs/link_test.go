package blobs

import (
	"os"
	"syscall"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
)

// A file system without links (a memory stick, some network folders) passes the
// same suite.
func TestDiskWithoutLinks(t *testing.T) {
	assetstest.Blobs(t, func(t testing.TB) assets.Blobs {
		d, err := NewDisk(DiskOptions{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		d.link = func(from, to string) error {
			return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM}
		}
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		return d
	})
}
