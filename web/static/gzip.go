package static

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Gzip packs texts (RFC 1952) at one level, and uses its writers again: each is
// a megabyte.
type Gzip struct{ writers sync.Pool }

// NewGzip packs at a level of compress/gzip.
func NewGzip(level int) *Gzip {
	return &Gzip{sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, level) // fails for a level that does not exist only
		return w
	}}}
}

// Pack reads a text to its end and returns it packed.
func (g *Gzip) Pack(text io.Reader) ([]byte, error) {
	var out bytes.Buffer
	z := g.writers.Get().(*gzip.Writer)
	defer g.writers.Put(z)
	z.Reset(&out)
	_, err := io.Copy(z, text)
	err = errors.Join(err, z.Close())
	return out.Bytes(), err
}

// TakesGzip tells whether the browser unpacks it (RFC 9110, 12.5.3).
func TakesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
