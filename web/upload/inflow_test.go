package upload

import (
	"runtime"
	"testing"
	"time"
)

// TestInflow: many bytes at once are noticed, few are not, and the end of them
// is noticed, too.
func TestInflow(t *testing.T) {
	t.Parallel()
	i := NewInflow()
	if i.came(glance / 4); i.Busy() {
		t.Error("busy by a picture")
	}
	patience := time.Now().Add(time.Minute)
	for ; !i.Busy(); i.came(1 << 20) {
		if time.Now().After(patience) {
			t.Fatal("never busy")
		}
	}
	for ; i.Busy(); runtime.Gosched() {
		if time.Now().After(patience) {
			t.Fatal("busy for ever")
		}
	}
}
