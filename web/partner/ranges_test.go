package partner

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// TestRanges (D-05): a file in a thousand ranges, asked for in any order, is the
// file; and what RFC 9110 says of each form of a range.
//
// long: it is one table.
func TestRanges(t *testing.T) {
	h := newHouse(t)
	content := noise(100_000)
	f := h.movie(content)
	_, root := h.link(pipeline.DeliveryRequest{})
	address := h.saved(root, f, assets.MP4Role(720))
	v := h.visitor()
	res, body := v.ask(http.MethodGet, address)
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(content))
	if !bytes.Equal(body, content) || res.Header.Get("ETag") != tag || res.Header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("whole: %d bytes, %v", len(body), res.Header)
	}
	last := len(content) - 1
	part := func(from, to int) []byte { return content[from : to+1] }
	for _, c := range []struct {
		headers []string
		status  int
		body    []byte
	}{
		{[]string{"Range", "bytes=0-0"}, 206, part(0, 0)},
		{[]string{"Range", "bytes=0-499"}, 206, part(0, 499)},
		{[]string{"Range", "bytes=500-999"}, 206, part(500, 999)},
		{[]string{"Range", "bytes=-500"}, 206, part(last-499, last)},
		{[]string{"Range", "bytes=-1"}, 206, part(last, last)},
		{[]string{"Range", "bytes=99500-"}, 206, part(99500, last)},
		{[]string{"Range", "bytes=99999-"}, 206, part(last, last)},
		{[]string{"Range", "bytes=0-"}, 206, content},
		{[]string{"Range", "bytes=0-999999999999"}, 206, content},
		{[]string{"Range", "bytes=-100000"}, 206, content},
		{[]string{"Range", "bytes=-100001"}, 206, content},
		{[]string{"Range", "bytes=50000-50000"}, 206, part(50000, 50000)},
		{[]string{"Range", "bytes= 0-9"}, 206, part(0, 9)},
		{[]string{"Range", "bytes=100000-"}, 416, nil},
		{[]string{"Range", "bytes=100000-100001"}, 416, nil},
		{[]string{"Range", "bytes=-0"}, 200, content}, // no bytes are no range
		{[]string{"Range", "bytes=9-0"}, 416, nil},
		{[]string{"Range", "bytes=a-b"}, 416, nil},
		{[]string{"Range", "bytes=0x0-0x9"}, 416, nil},
		{[]string{"Range", "bytes=--5"}, 416, nil},
		{[]string{"Range", "bytes=5"}, 416, nil},
		{[]string{"Range", "bytes=99999999999999999999-"}, 416, nil},
		{[]string{"Range", "frames=0-9"}, 416, nil},
		{[]string{"Range", "bytes=0-0,5-9"}, 200, content}, // several are the whole
		{[]string{"Range", "bytes=0-,0-,0-,0-"}, 200, content},
		{[]string{"Range", "bytes=0-9", "If-Range", tag}, 206, part(0, 9)},
		{[]string{"Range", "bytes=0-9", "If-Range", `"stale"`}, 200, content},
		{[]string{"Range", "bytes=0-9", "If-Range", "W/" + tag}, 200, content},
		{[]string{"Range", "bytes=0-9", "If-Range", "Mon, 23 Nov 2026 17:00:00 GMT"}, 200, content},
		{[]string{"Range", "bytes=100000-", "If-Range", `"stale"`}, 200, content},
		{[]string{"Range", "bytes=0-9", "If-Match", tag}, 206, part(0, 9)},
		{[]string{"Range", "bytes=0-9", "If-Match", `"stale"`}, 412, nil},
		{[]string{"If-Match", `"stale", ` + tag}, 200, content},
		{[]string{"If-Match", "*"}, 200, content},
		{[]string{"If-Match", "W/" + tag}, 412, nil},
		{[]string{"If-None-Match", tag}, 304, nil},
		{[]string{"If-None-Match", "W/" + tag}, 304, nil},
		{[]string{"If-None-Match", "*"}, 304, nil},
		{[]string{"If-None-Match", `"stale"`}, 200, content},
		{[]string{"If-None-Match", tag, "Range", "bytes=0-9"}, 304, nil},
	} {
		res, body := v.ask(http.MethodGet, address, c.headers...)
		if res.StatusCode != c.status || c.body != nil && !bytes.Equal(body, c.body) {
			t.Errorf("%v: %d with %d bytes, want %d with %d", c.headers, res.StatusCode, len(body), c.status, len(c.body))
		}
		if c.status == http.StatusRequestedRangeNotSatisfiable && bytes.Contains(body, content[:10]) {
			t.Errorf("%v: refused with bytes of the file", c.headers)
		}
		head, none := v.ask(http.MethodHead, address, c.headers...)
		if head.StatusCode != res.StatusCode || len(none) != 0 || c.status < 300 && head.ContentLength != int64(len(body)) {
			t.Errorf("HEAD %v: %d of %d bytes with %d, want %d", c.headers, head.StatusCode, head.ContentLength, len(none), res.StatusCode)
		}
	}

	cuts := map[int]bool{0: true}
	for len(cuts) < 1000 {
		cuts[rand.IntN(len(content))] = true
	}
	got := make([]byte, len(content))
	begin := make(chan bool, 16)
	var all sync.WaitGroup
	for from := range cuts { // in no order
		to := from
		for to++; to < len(content) && !cuts[to]; to++ {
		}
		begin <- true
		all.Go(func() {
			defer func() { <-begin }()
			res, body := v.ask(http.MethodGet, address, "Range", fmt.Sprintf("bytes=%d-%d", from, to-1), "If-Range", tag)
			if want := fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(content)); res.StatusCode != http.StatusPartialContent || res.Header.Get("Content-Range") != want || len(body) != to-from {
				t.Errorf("%s: %d, %q, %d bytes", want, res.StatusCode, res.Header.Get("Content-Range"), len(body))
			}
			copy(got[from:to], body)
		})
	}
	all.Wait()
	if sha256.Sum256(got) != sha256.Sum256(content) {
		t.Error("a thousand ranges are not the file")
	}
}

// TestBeyondFour (D-05): a file of more than 4 GiB, at its beginning, across the
// border and at its end.
func TestBeyondFour(t *testing.T) {
	const size = 5<<30 + 7
	h := newHouse(t)
	f := h.film("Concert", large(size))
	_, root := h.link(pipeline.DeliveryRequest{})
	address := h.saved(root, f, assets.MP4Role(1080))
	v := h.visitor()
	if res, _ := v.ask(http.MethodHead, address); res.ContentLength != size {
		t.Errorf("%d bytes, want %d", res.ContentLength, int64(size))
	}
	for asked, want := range map[string]string{
		"bytes=0-7":                     "bytes 0-7/5368709127",
		"bytes=4294967290-4294967305":   "bytes 4294967290-4294967305/5368709127",
		"bytes=5368709120-":             "bytes 5368709120-5368709126/5368709127",
		"bytes=-7":                      "bytes 5368709120-5368709126/5368709127",
		"bytes=5368709126-999999999999": "bytes 5368709126-5368709126/5368709127",
	} {
		res, body := v.ask(http.MethodGet, address, "Range", asked)
		if res.Header.Get("Content-Range") != want || int64(len(body)) != res.ContentLength {
			t.Errorf("%s: %d, %q, %d bytes", asked, res.StatusCode, res.Header.Get("Content-Range"), len(body))
		}
	}
	if res, _ := v.ask(http.MethodGet, address, "Range", "bytes=5368709127-"); res.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", res.StatusCode)
	}
}
