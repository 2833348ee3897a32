package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// TestIdleHeaders (U-04, U-05): two hundred connections that don't end their
// headers are closed, and a good request does not wait for them; headers of
// 2 MB are refused, and take no memory.
func TestIdleHeaders(t *testing.T) {
	s := revive(t, t.TempDir())
	me := s.sender(t)
	var idle []net.Conn
	for range 200 {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		idle = append(idle, c)
	}
	if res, err := me.ask(http.MethodGet, "/sante", nil, nil); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("a good request: %v, %v", res, err)
	}
	before := settledPeak(t, s.cmd.Process.Pid)
	for range 20 {
		res, err := me.ask(http.MethodPost, "/regie/tus/", nil, map[string]string{"Upload-Metadata": strings.Repeat("a YQ==,", 300_000)})
		if err == nil && res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("headers of 2 MB: %d", res.StatusCode)
		}
	}
	if grown := peak(t, s.cmd.Process.Pid) - before; grown > 16<<20 {
		t.Errorf("%d MB more after headers of 2 MB", grown>>20)
	}
	for _, c := range idle {
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a connection is still open: %v", err)
		}
	}
}
