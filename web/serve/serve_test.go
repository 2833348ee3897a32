package serve

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// wrapped is a writer that stands between, as the session's does.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// TestServeDirect: a file goes from disk to the connection without passing
// through our memory.
func TestServeDirect(t *testing.T) {
	base := &takes{ResponseRecorder: httptest.NewRecorder()}
	f, err := os.Open("serve.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.CopyN(direct(wrapped{wrapped{base}}), f, 0); err != nil {
		t.Fatal(err)
	}
	if !base.file {
		t.Error("the connection was not handed the file")
	}
	if _, can := direct(httptest.NewRecorder()).(io.ReaderFrom); can {
		t.Error("a writer that can't was taken for one that can")
	}
}

type takes struct {
	*httptest.ResponseRecorder
	file bool
}

func (t *takes) ReadFrom(r io.Reader) (int64, error) {
	if part, ok := r.(*io.LimitedReader); ok { // as http.ServeContent hands it over
		_, t.file = part.R.(*os.File)
	}
	return 0, nil
}
