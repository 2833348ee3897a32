package upload

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// TestWrongOwner (U-07): whoever is not the owner gets nowhere with any verb,
// however they came in; so does the owner once they left, or lost their role
// or their access. Nothing moves.
func TestWrongOwner(t *testing.T) {
	r := newRoom(t, time.Minute)
	owner := r.enter("une JRI")
	id := r.begun("une JRI", owner, 10)
	if status := r.patch(owner, id, 0, "four"); status != http.StatusNoContent {
		t.Fatalf("the owner's own: %d", status)
	}
	left, lost, closed := r.enter("une JRI"), r.enter("une JRI"), r.enter("un JRI")
	r.ask(left, "POST", "/out", "")
	theirs := r.begun("un JRI", closed, 10)
	for name, c := range map[string]struct {
		cookie string
		id     assets.ID
		want   int
	}{
		"another":            {r.enter("un JRI"), id, http.StatusNotFound},
		"the administration": {r.enter("l'administration"), id, http.StatusNotFound},
		"nobody":             {"", id, http.StatusUnauthorized},
		"the owner, gone":    {left, id, http.StatusUnauthorized},
		"an unknown upload":  {owner, "unknown", http.StatusNotFound},
	} {
		r.refuses(name, c.cookie, c.id, c.want)
	}
	if _, err := r.desk.EditPerson(t.Context(), r.people["une JRI"].ID, func(u *assets.User) { u.Role = assets.RoleMonteur }, "test"); err != nil {
		t.Fatal(err)
	}
	r.refuses("the owner in another role", lost, id, http.StatusUnauthorized)
	if err := r.desk.CloseAccess(t.Context(), r.people["un JRI"].ID, "test"); err != nil {
		t.Fatal(err)
	}
	r.refuses("the owner, closed out", closed, theirs, http.StatusUnauthorized)
	if now := r.offset(r.enter("une JRI"), id); now != 4 {
		t.Errorf("the upload moved from 4 to %d", now)
	}
}

// refuses tries every verb, and what of the protocol is off.
func (r *room) refuses(who, cookie string, id assets.ID, want int) {
	r.Helper()
	metadata := described(id)
	for _, c := range []struct {
		method, path string
		headers      []string
	}{
		{"HEAD", Root + string(id), nil},
		{"GET", Root + string(id), nil},
		{"PATCH", Root + string(id), []string{"Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"}},
		{"DELETE", Root + string(id), nil},
		{"POST", Root + string(id), []string{"X-HTTP-Method-Override", "DELETE"}},
		{"POST", Root, []string{"Upload-Length", "10", "Upload-Metadata", metadata}},
		{"POST", Root, []string{"Upload-Concat", "final;" + Root + string(id), "Upload-Metadata", metadata}},
		{"POST", Root, []string{"Upload-Defer-Length", "1", "Upload-Metadata", metadata}},
	} {
		status, h := r.ask(cookie, c.method, c.path, "stolen", append(c.headers, "Origin", r.URL)...)
		off := []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusBadRequest, http.StatusNotImplemented}
		if status != want && !slices.Contains(off, status) {
			r.Errorf("%s, %s %s %v: %d", who, c.method, c.path, c.headers, status)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			r.Errorf("%s %s lets other sites look", c.method, c.path)
		}
	}
}

// TestLies (U-06): what does not fit what was announced is refused, and what is
// there never gets less.
func TestLies(t *testing.T) {
	r := newRoom(t, time.Minute)
	me := r.enter("une JRI")
	announced := r.announced("une JRI", pipeline.Announced{Name: "a.mp4", Size: 10}, pipeline.Announced{Name: "huge.mp4", Size: 1 << 60})
	if announced[1] != "" {
		t.Error("an exbibyte was announced and taken")
	}
	id := announced[0]
	for size, want := range map[int64]int{1<<63 - 1: http.StatusRequestEntityTooLarge, 11: http.StatusBadRequest, -1: http.StatusBadRequest} {
		if got := r.create(me, id, size); got != want {
			t.Errorf("created with %d bytes: %d, want %d", size, got, want)
		}
	}
	if got := r.create(me, id, 10); got != http.StatusCreated {
		t.Fatalf("created: %d", got)
	}
	for name, c := range map[string]struct {
		offset int64
		body   any
		want   int
	}{
		"longer than declared":           {0, strings.Repeat("x", 11), http.StatusRequestEntityTooLarge},
		"from where nothing is":          {5, "x", http.StatusConflict},
		"from before the beginning":      {-1, "x", http.StatusBadRequest},
		"from behind the end":            {1 << 40, "x", http.StatusConflict},
		"no more than what was promised": {0, "", http.StatusNoContent},
	} {
		if got := r.patch(me, id, c.offset, c.body); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
		if at := r.offset(me, id); at != 0 {
			t.Fatalf("%s: %d bytes are there", name, at)
		}
	}
	r.twoAtOnce(me, id)
	if got := r.patch(me, id, 3, "4567890"); got != http.StatusNoContent {
		t.Fatalf("the rest: %d", got)
	}
	for offset, body := range map[int64]string{0: "forged....", 10: "more"} {
		r.patch(me, id, offset, body)
		if u, err := r.desk.Upload(t.Context(), id); err != nil || u.State != assets.UploadWhole || r.offset(me, id) != 10 {
			t.Errorf("after its end, %q at %d: %s, %v", body, offset, u.State, err)
		}
	}
	if text, err := os.ReadFile(r.desk.UploadPath(id)); string(text) != "1234567890" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
}

// twoAtOnce sends from the same offset while another request still does.
func (r *room) twoAtOnce(me string, id assets.ID) {
	r.Helper()
	body, write := io.Pipe()
	first := make(chan int)
	go func() { first <- r.patch(me, id, 0, body) }()
	fmt.Fprint(write, "123")
	for tick := time.Tick(time.Millisecond); ; <-tick {
		if info, err := os.Stat(r.desk.UploadPath(id)); err == nil && info.Size() == 3 {
			break
		}
	}
	if got := r.patch(me, id, 0, "second...."); got != http.StatusConflict && got != http.StatusLocked {
		r.Errorf("the second of two: %d", got)
	}
	_ = write.CloseWithError(io.ErrUnexpectedEOF)
	<-first
	if at := r.offset(me, id); at != 3 {
		r.Errorf("%d bytes are there after two at once", at)
	}
}

// TestDescriptions (U-05): a description that is too long, or can't be read,
// begins nothing.
func TestDescriptions(t *testing.T) {
	r := newRoom(t, time.Minute)
	me := r.enter("une JRI")
	id := r.announced("une JRI", pipeline.Announced{Name: "a.mp4", Size: 10})[0]
	for name, text := range map[string]string{
		"ten thousand pairs": strings.Repeat("a YQ==,", 10_000), "a million signs": "upload " + strings.Repeat("A", 1<<20),
		"no base64": "upload %%%", "half of it": "upload " + strings.TrimSuffix(described(id), "=")[8:], "nothing": "", "no value": "upload",
		"another name": "film" + strings.TrimPrefix(described(id), "upload"), "commas": ",,,,", "a NUL": "upload AA==",
	} {
		status, _ := r.ask(me, "POST", Root, "", "Upload-Length", "10", "Upload-Metadata", text)
		if status < 400 || status > 499 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if got := r.create(me, id, 10, "Content-Type", "application/offset+octet-stream"); got != http.StatusCreated || r.offset(me, id) != 0 {
		t.Errorf("a good one: %d", got)
	}
}

// TestSlowSenders (U-04): two hundred that stop in the middle are let go; what
// came of each stays; others don't wait for them.
func TestSlowSenders(t *testing.T) {
	r := newRoom(t, time.Second)
	me := r.enter("une JRI")
	var all []net.Conn
	var ids []assets.ID
	for range 200 {
		id := r.begun("une JRI", me, 10)
		c, err := net.Dial("tcp", r.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		fmt.Fprintf(c, "PATCH %s%s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 10\r\n\r\nslow", Root, id, me)
		all, ids = append(all, c), append(ids, id)
	}
	if id := r.begun("une JRI", me, 4); r.patch(me, id, 0, "good") != http.StatusNoContent {
		t.Error("a good one is not taken meanwhile")
	}
	for i, c := range all {
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a connection is still open: %v", err)
		}
		if at := r.offset(me, ids[i]); at != 4 {
			t.Errorf("%d bytes are left of 4", at)
		}
	}
}

// timed is an answer that remembers until when it may be written.
type timed struct {
	*httptest.ResponseRecorder
	until []time.Time
}

func (w *timed) SetReadDeadline(time.Time) error { return nil }

func (w *timed) SetWriteDeadline(t time.Time) error {
	w.until = append(w.until, t)
	return nil
}

// TestNoDeadlineStays: what an upload may take is not asked of the next request
// on its connection.
func TestNoDeadlineStays(t *testing.T) {
	h, err := New(Options{Desk: fakeDesk{}, Silence: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	for _, r := range h.Routes() {
		r.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodOptions, Root, nil))
		if n := len(w.until); n < 2 || !w.until[n-1].IsZero() {
			t.Errorf("%s leaves the deadline %v", r.Pattern, w.until)
		}
	}
}
