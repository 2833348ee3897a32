package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// halfway stands between a browser and the studio. It can hold what is sent once
// so many bytes of each file have passed, and spoil a piece.
type halfway struct {
	*httptest.Server
	held chan struct{} // one for each piece that is held

	mu    sync.Mutex
	most  int64         // bytes of each file that pass
	pass  chan struct{} // closed: all do
	lost  chan struct{} // closed: what is held never arrives
	spoil bool          // the next piece has one wrong byte
}

// standHalfway begins with everything passing.
func standHalfway(t *testing.T, studio string) *halfway {
	t.Helper()
	to, err := url.Parse(studio)
	if err != nil {
		t.Fatal(err)
	}
	h := &halfway{held: make(chan struct{}, 100), pass: make(chan struct{})}
	close(h.pass)
	h.lost = make(chan struct{})
	h.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // its address is the studio's
			if r.In.Method == http.MethodPatch && strings.HasPrefix(r.In.URL.Path, "/regie/tus/") {
				r.Out.Body = h.through(r.In)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(h.Server.CloseClientConnections)
	return h
}

// hold lets no more than these bytes of each file pass, until release.
func (h *halfway) hold(most int64) (release func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	pass := make(chan struct{})
	h.most, h.pass, h.lost = most, pass, make(chan struct{})
	return sync.OnceFunc(func() { close(pass) })
}

// lose drops what is held, as a network does that goes; what comes then passes.
func (h *halfway) lose() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.lost)
	h.pass = make(chan struct{})
	close(h.pass)
}

// spoilNext makes one byte of the next piece wrong.
func (h *halfway) spoilNext() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spoil = true
}

// waits returns once this many pieces are held.
func (h *halfway) waits(t *testing.T, pieces int) {
	t.Helper()
	for range pieces {
		select {
		case <-h.held:
		case <-time.After(time.Minute):
			t.Fatal("nothing came halfway")
		}
	}
}

func (h *halfway) through(r *http.Request) io.ReadCloser {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, _ := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64) // the studio refuses what is none
	p := &piece{ReadCloser: r.Body, h: h, left: max(0, h.most-at), pass: h.pass, lost: h.lost, gone: r.Context().Done(), spoil: h.spoil}
	h.spoil = false
	return p
}

// piece is one request's share of a file, on its way.
type piece struct {
	io.ReadCloser
	h     *halfway
	left  int64 // bytes that pass before it is held
	pass  <-chan struct{}
	lost  <-chan struct{}
	gone  <-chan struct{}
	spoil bool
}

func (p *piece) Read(b []byte) (int, error) {
	select {
	case <-p.pass:
	default:
		if p.left == 0 {
			p.h.held <- struct{}{}
			select {
			case <-p.pass:
			case <-p.lost:
				return 0, errors.New("lost on the way")
			case <-p.gone:
				return 0, errors.New("the browser is gone")
			}
		} else {
			b = b[:min(int64(len(b)), p.left)]
		}
	}
	n, err := p.ReadCloser.Read(b)
	p.left = max(0, p.left-int64(n))
	if p.spoil && n > 0 {
		b[n/2] ^= 1
		p.spoil = false
	}
	return n, err
}
