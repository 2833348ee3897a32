package partner

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// reader reads a download as slowly as it likes, from a connection of its own.
type reader struct {
	conn net.Conn
	*http.Response
}

// reads asks for an address and reads the beginning of the answer.
func (v visitor) reads(address string, headers ...string) reader {
	v.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	v.must(err)
	for _, c := range v.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	conn, err := net.Dial("tcp", r.URL.Host)
	v.must(err)
	v.Cleanup(func() { _ = conn.Close() })
	v.must(r.Write(conn))
	res, err := http.ReadResponse(bufio.NewReader(conn), r)
	v.must(err)
	if res.StatusCode >= 400 {
		v.Fatalf("%s: %d", address, res.StatusCode)
	}
	if _, err := io.CopyN(io.Discard, res.Body, 1<<20); err != nil {
		v.Fatalf("%s: %v", address, err)
	}
	return reader{conn, res}
}

// left waits until no more than so many answers are on their way.
func (h *house) left(n int) {
	h.Helper()
	patience := time.After(2 * time.Minute)
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		h.room.running.mu.Lock()
		running := len(h.room.running.all)
		h.room.running.mu.Unlock()
		if running <= n {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-patience:
			h.Fatalf("%d answers are still on their way, want %d", running, n)
		}
	}
}

// large is a film that no socket swallows.
func large(size int64) made {
	return made{assets.Rendition{Role: assets.MP4Role(1080), Key: "mp4/1080.mp4", Width: 1920, Height: 1080, Duration: 60}, nil, size}
}

// TestCutMidway (D-02, I-15): what is on its way by a link ends with it, however
// slowly it is read: when the link is closed, comes to its end or gets another
// password, and when a film is taken back, alone or from the middle of an archive.
func TestCutMidway(t *testing.T) {
	const size = 64 << 20
	h := newHouse(t)
	kept, taken, refused := h.film("Kept", large(size)), h.film("Taken", large(size)), h.film("Refused", large(size))
	consent := h.grant(refused)
	only := func(q pipeline.DeliveryRequest, f assets.Film) (assets.Delivery, string) {
		q.Films = []assets.ID{f.ID}
		return h.link(q)
	}
	v := h.visitor()
	_, stays := only(pipeline.DeliveryRequest{}, kept)
	closed, closedRoot := only(pipeline.DeliveryRequest{}, kept)
	_, shortRoot := only(pipeline.DeliveryRequest{Life: time.Hour}, kept)
	locked, lockedRoot := only(pipeline.DeliveryRequest{Password: "sésame ouvre-toi"}, kept)
	_, dossierRoot := h.link(pipeline.DeliveryRequest{})
	v.unlock(lockedRoot, "sésame ouvre-toi")

	on := v.reads(h.saved(stays, kept, assets.MP4Role(1080)))
	ends := map[string]reader{
		"closed":                  v.reads(h.saved(closedRoot, kept, assets.MP4Role(1080))),
		"at its end":              v.reads(h.saved(shortRoot, kept, assets.MP4Role(1080)), "Range", "bytes=1000-"),
		"locked anew":             v.reads(h.saved(lockedRoot, kept, assets.MP4Role(1080))),
		"a film withdrawn":        v.reads(h.saved(dossierRoot, taken, assets.MP4Role(1080))),
		"a film that is played":   v.reads(dossierRoot + "/films/" + string(taken.ID) + "/voir/mp4/1080.mp4"),
		"somebody in it withdrew": v.reads(h.saved(dossierRoot, refused, assets.MP4Role(1080))),
		"the archive of a film":   v.reads(dossierRoot + "/films/" + string(taken.ID) + "/tout.zip"),
		"the archive of all":      v.reads(dossierRoot + "/tout.zip"),
	}
	_, err := h.RevokeDelivery(t.Context(), closed.ID, "com")
	h.must(err)
	_, err = h.LockDelivery(t.Context(), locked.ID, "un autre mot", "com")
	h.must(err)
	h.clock.Advance(time.Hour)
	h.apply(assets.Change{Events: []assets.Event{
		h.move(assets.SubjectFilm, taken.ID, "published", "withdrawn"), h.move(assets.SubjectConsent, consent.ID, "granted", "withdrawn"),
	}})
	h.left(1)
	for name, r := range ends {
		if n, err := io.Copy(io.Discard, r.Body); err == nil {
			t.Errorf("%s: %d bytes came to their end", name, n)
		}
	}
	if n, err := io.Copy(io.Discard, on.Body); err != nil || n != size-1<<20 {
		t.Errorf("by a link that stands %d bytes came: %v", n, err)
	}
}

// TestCounted (D-04): a download is counted once for each browser, when nearly
// all of it has left: taken up again and again, in twenty ranges at once, or
// whole. What was looked at, asked for without a body or given up is none; who
// reads mails before people do has opened nothing.
func TestCounted(t *testing.T) {
	h := newHouse(t)
	content := noise(20_000)
	f := h.movie(content)
	x, root := h.link(pipeline.DeliveryRequest{})
	address := h.saved(root, f, assets.MP4Role(720))
	want := func(x assets.Delivery, name string, begun, done int) {
		t.Helper()
		h.left(0) // the last byte leaves before it is counted
		if b, d := h.downloads(x); b != begun || d != done {
			t.Errorf("%s: %d downloads begun and %d done, want %d and %d", name, b, d, begun, done)
		}
	}
	scanner := h.visitor()
	scanner.Jar = nil
	scanner.ask(http.MethodGet, root)
	for range 3 {
		scanner.ask(http.MethodHead, address)
		scanner.ask(http.MethodGet, root+"/films/"+string(f.ID)+"/voir/mp4/720.mp4")
	}
	if all, err := h.Catalog.Receipts(t.Context(), x.ID); err != nil || len(all) != 0 {
		t.Errorf("a scanner of mails is noted as %+v, %v", all, err)
	}

	const visitors, pieces = 1000, 5
	var all sync.WaitGroup
	begin := make(chan bool, 8)
	for range visitors {
		all.Go(func() {
			begin <- true
			defer func() { <-begin }()
			v := h.visitor()
			v.ask(http.MethodGet, root)
			var got []byte
			for i := range pieces {
				_, body := v.ask(http.MethodGet, address, "Range", fmt.Sprintf("bytes=%d-%d", i*len(content)/pieces, (i+1)*len(content)/pieces-1))
				got = append(got, body...)
			}
			if !bytes.Equal(got, content) {
				t.Error("the pieces are not the whole")
			}
		})
	}
	all.Wait()
	want(x, "taken up again", visitors, visitors)
	if noted, err := h.Catalog.Receipts(t.Context(), x.ID); err != nil || len(noted) != visitors+openings {
		t.Errorf("%d receipts of %d visitors: who makes up cookies fills the disk; %v", len(noted), visitors, err)
	}

	x, root = h.link(pipeline.DeliveryRequest{})
	address = h.saved(root, f, assets.MP4Role(720))
	v := h.visitor()
	v.ask(http.MethodGet, root)
	for i := range 20 {
		all.Go(func() { v.ask(http.MethodGet, address, "Range", fmt.Sprintf("bytes=%d-%d", 1000*i, 1000*i+999)) })
	}
	all.Wait()
	want(x, "twenty ranges at once", 1, 1)

	const size = 64 << 20
	heavy := h.film("Concert", large(size))
	x, root = h.link(pipeline.DeliveryRequest{})
	address = h.saved(root, heavy, assets.MP4Role(1080))
	v.ask(http.MethodGet, root)
	r := v.reads(address)
	if _, err := io.CopyN(io.Discard, r.Body, size/2-1<<20); err != nil {
		t.Fatal(err)
	}
	_ = r.conn.Close()
	h.left(0)
	want(x, "given up half way", 1, 0)
	v.ask(http.MethodGet, address, "Range", fmt.Sprintf("bytes=%d-", size/2))
	want(x, "and taken up", 1, 1)
	v.ask(http.MethodGet, address, "Range", "bytes=0-99")
	want(x, "and once more", 1, 1)
}

// TestDownloadsAreBounded (D-04): by a link that allows as many as are wanted the
// film still leaves when too many were noted, but no receipt is added: who makes up
// cookies fills no disk. What was begun before goes on being counted.
func TestDownloadsAreBounded(t *testing.T) {
	h := newHouse(t)
	content := noise(1000)
	f := h.movie(content)
	x, root := h.link(pipeline.DeliveryRequest{})
	address := h.saved(root, f, assets.MP4Role(720))
	known, late := h.visitor(), h.visitor()
	known.ask(http.MethodHead, address)
	known.ask(http.MethodGet, address, "Range", "bytes=0-499")
	var all sync.WaitGroup
	for worker := range 8 { // who wait for one disk together
		all.Go(func() {
			for n := worker; n < downloads-1; n += 8 {
				_, err := h.Catalog.NoteReceipt(t.Context(), assets.Receipt{ID: h.NewID(), Delivery: x.ID, Visitor: fmt.Sprint(n), Kind: assets.ReceiptDownloaded, At: h.Now()}, 0)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	late.ask(http.MethodHead, address)
	for _, v := range []visitor{late, known} {
		if res, body := v.ask(http.MethodGet, address); res.StatusCode != http.StatusOK || !bytes.Equal(body, content) {
			t.Errorf("%d with %d bytes", res.StatusCode, len(body))
		}
	}
	h.left(0)
	if begun, done := h.downloads(x); begun != downloads || done != 1 {
		t.Errorf("%d downloads are noted, %d as done, want %d and 1", begun, done, downloads)
	}
}

// TestNeverMore (D-04, I-16): a link of ten downloads gives ten, to however many
// and in however many pieces they ask at the same time.
func TestNeverMore(t *testing.T) {
	h := newHouse(t)
	content := noise(10_000)
	f := h.movie(content)
	x, root := h.link(pipeline.DeliveryRequest{Max: 10})
	address := h.saved(root, f, assets.MP4Role(720))
	var whole, refused atomic.Int32
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			v := h.visitor()
			v.ask(http.MethodGet, root)
			asked := [][]string{nil}
			switch i % 3 {
			case 1:
				asked = [][]string{{"Range", "bytes=0-4999"}, {"Range", "bytes=5000-"}}
			case 2: // which are answered as one, whole
				asked = [][]string{{"Range", "bytes=0-4999,5000-9999"}}
			}
			var got []byte
			for _, way := range asked {
				res, body := v.ask(http.MethodGet, address, way...)
				switch res.StatusCode {
				case http.StatusOK, http.StatusPartialContent:
					got = append(got, body...)
				case http.StatusConflict:
				default:
					t.Errorf("%v: %d", way, res.StatusCode)
				}
			}
			switch {
			case bytes.Equal(got, content):
				whole.Add(1)
			case len(got) == 0:
				refused.Add(1)
			}
		})
	}
	all.Wait()
	h.left(0)
	if b, d := h.downloads(x); whole.Load() != 10 || refused.Load() != 30 || b != 10 || d != 10 {
		t.Errorf("%d came whole, %d were refused; %d are noted as begun and %d as done", whole.Load(), refused.Load(), b, d)
	}
}

// TestPassword (D-03): the password of a link comes in the body of a POST, or not
// at all; after ten wrong ones even the right one has to wait a quarter of an
// hour, however many are tried at once.
func TestPassword(t *testing.T) {
	h := newHouse(t)
	h.film("Before Zik Zac", usual()...)
	const password = "sésame ouvre-toi"
	_, root := h.link(pipeline.DeliveryRequest{Password: password})
	v := h.visitor()
	query := "?mot-de-passe=" + url.QueryEscape(password)
	for _, a := range []string{"GET " + root + query, "POST " + root + "/mot-de-passe" + query} {
		method, address, _ := bytes.Cut([]byte(a), []byte(" "))
		if res, _ := v.ask(string(method), string(address)); res.StatusCode < 400 {
			t.Errorf("%s: %d", a, res.StatusCode)
		}
	}
	if res, _ := v.ask(http.MethodGet, root); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a password in an address opens: %d", res.StatusCode)
	}
	h.clock.Advance(patience)
	var all sync.WaitGroup
	var looked atomic.Int32
	for range 30 {
		all.Go(func() {
			switch got := h.visitor().unlock(root, "sésame ferme-toi"); got {
			case http.StatusUnprocessableEntity:
				looked.Add(1)
			case http.StatusTooManyRequests:
			default:
				t.Errorf("a wrong password: %d", got)
			}
		})
	}
	all.Wait()
	if looked.Load() != maxTries {
		t.Errorf("%d of thirty were looked at, want %d", looked.Load(), maxTries)
	}
	if got := v.unlock(root, password); got != http.StatusTooManyRequests {
		t.Errorf("the right one after ten wrong ones: %d", got)
	}
	h.clock.Advance(patience)
	if got := v.unlock(root, password); got != http.StatusSeeOther {
		t.Errorf("a quarter of an hour later: %d", got)
	}
	if res, _ := v.ask(http.MethodGet, root); res.StatusCode != http.StatusOK {
		t.Errorf("opened: %d", res.StatusCode)
	}
}
