package web

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSlowBodies (U-04): two hundred bodies that stop are given up, whether
// somebody reads them or not, and keep nobody else waiting.
func TestSlowBodies(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/read", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
		fmt.Fprint(w, len(text))
	})
	mux.HandleFunc("/unread", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) })
	s := httptest.NewServer(patient(200*time.Millisecond, mux))
	defer s.Close()
	dial := func(path, kind string) net.Conn {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 5000\r\n\r\nslow", path, kind)
		return c
	}
	var idle []net.Conn
	for range 50 {
		idle = append(idle, dial("/read", "text/plain"), dial("/read", "multipart/form-data; boundary=x"),
			dial("/unread", "text/plain"), dial("/unread", "application/offset+octet-stream"))
	}
	if res, err := http.Post(s.URL+"/read", "text/plain", strings.NewReader("good")); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("a good request meanwhile: %v, %v", res, err)
	}
	for _, c := range idle {
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a connection is still open: %v", err)
		}
	}
}

// TestDeadlines: one that comes slowly, but comes, is waited for.
func TestDeadlines(t *testing.T) {
	begun := time.Unix(0, 0)
	for _, c := range []struct{ after, came, want int }{ // seconds, bytes, seconds
		{0, 0, 30},
		{29, 1, 30},
		{29, 10 * slowest, 40},
		{100, 1000 * slowest, 130},
		{100, 60 * slowest, 90},
	} {
		got := deadline(begun, begun.Add(time.Duration(c.after)*time.Second), int64(c.came), 30*time.Second)
		if got.Truncate(time.Second) != begun.Add(time.Duration(c.want)*time.Second) {
			t.Errorf("%+v: %s after it began", c, got.Sub(begun))
		}
	}
}

// TestLongAnswer: once a body is read, its answer may take its time.
func TestLongAnswer(t *testing.T) {
	s := httptest.NewServer(patient(200*time.Millisecond, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
			w.WriteHeader(http.StatusTeapot)
		case <-time.After(500 * time.Millisecond):
		}
	})))
	defer s.Close()
	res, err := http.Post(s.URL, "text/plain", strings.NewReader("asked"))
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", res, err)
	}
}
