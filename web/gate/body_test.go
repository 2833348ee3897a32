package gate

import (
	"io"
	"net/http/httptest"
	"testing"
)

// endless is a body without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestBound (U-05): what a request may carry depends on what it is for, and a
// body without end is ended, whoever sends it.
func TestBound(t *testing.T) {
	for _, c := range []struct {
		path, kind string
		want       int64
	}{
		{"/regie/sujets", "application/x-www-form-urlencoded", maxForm},
		{"/regie/sujets", "", maxForm},
		{"/regie/films/f/couverture", "multipart/form-data; boundary=x", maxFiles},
		{"/regie/deposer/t/annoncer", "application/json", 8 << 20},
		{"/regie/deposer/t/annoncer", "text/plain", maxForm},
		{"/regie/deposer/t/fichiers", "application/x-www-form-urlencoded", maxForm},
		{"/regie/deposer/t/fichiers", "multipart/form-data; boundary=x", maxFiles + 1<<20},
	} {
		r := httptest.NewRequest("POST", c.path, endless{})
		r.Header.Set("Content-Type", c.kind)
		bound(httptest.NewRecorder(), r)
		if n, _ := io.Copy(io.Discard, io.LimitReader(r.Body, maxFiles+1<<20)); n != c.want {
			t.Errorf("%s as %q: %d bytes, want %d", c.path, c.kind, n, c.want)
		}
	}
}
