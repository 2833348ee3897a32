package web

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// slowest is how many bytes of a body must come each second, on average, after
// the first silence: a phone at the edge of the network sends ten times more.
const slowest = 1 << 10

// patient ends requests whose body stops, or hardly comes: they would hold
// their connection for ever. Films come by tus, which waits for itself.
func patient(silence time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &body{ReadCloser: r.Body, conn: http.NewResponseController(w), silence: silence, begun: time.Now()}
			b.wait() // also for what nobody reads: the server does, before the next request
			if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/offset+octet-stream") {
				r.Body = b
			}
		}
		next.ServeHTTP(w, r)
	})
}

// body is read against a deadline that moves on as bytes come.
type body struct {
	io.ReadCloser
	conn    *http.ResponseController
	silence time.Duration
	begun   time.Time
	came    int64
}

func (b *body) Read(p []byte) (int, error) {
	b.wait()
	n, err := b.ReadCloser.Read(p)
	b.came += int64(n)
	if errors.Is(err, io.EOF) {
		b.until(time.Time{}) // the answer may take its time
	}
	return n, err
}

// wait sets how long the next bytes may take.
func (b *body) wait() { b.until(deadline(b.begun, time.Now(), b.came, b.silence)) }

// deadline is how long a body that began then, and of which so much came, may
// be silent: a while, and never on average slower than the slowest.
func deadline(begun, now time.Time, came int64, silence time.Duration) time.Time {
	earned, still := begun.Add(silence+time.Duration(came)*time.Second/slowest), now.Add(silence)
	if still.Before(earned) {
		return still
	}
	return earned
}

// until does nothing where there is no connection, as in tests.
func (b *body) until(t time.Time) { _ = b.conn.SetReadDeadline(t) }
