package upload

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// train is the network of somebody who travels: of the pieces it carries, one
// in fifty is lost with its connection; now and then nothing comes through for
// a number of tries; and each connection comes from another address.
type train struct {
	net.Listener
	to     string
	mu     sync.Mutex
	dark   int // connections that will get nowhere
	resets int
	hops   int
}

func newTrain(t *testing.T, to string) *train {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	n := &train{Listener: l, to: to}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go n.carry(c.(*net.TCPConn))
		}
	}()
	return n
}

// carry brings one connection's bytes to the server, and its answers back.
func (n *train) carry(c *net.TCPConn) {
	defer c.Close()
	n.mu.Lock()
	n.hops++
	from := net.TCPAddr{IP: net.IPv4(127, 0, byte(n.hops>>8), byte(1+n.hops%250))}
	tunnel := n.dark > 0
	n.dark = max(0, n.dark-1)
	n.mu.Unlock()
	_ = c.SetLinger(0) // what is closed here is reset
	if tunnel {
		return
	}
	d := net.Dialer{LocalAddr: &from}
	s, err := d.Dial("tcp", n.to)
	if err != nil {
		return
	}
	defer s.Close()
	_ = s.(*net.TCPConn).SetLinger(0)
	go io.Copy(c, s)
	piece := make([]byte, 1<<10)
	for {
		got, err := c.Read(piece)
		if err != nil {
			return
		}
		if n.lost() {
			return
		}
		if _, err := s.Write(piece[:got]); err != nil {
			return
		}
	}
}

func (n *train) lost() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if mathrand.IntN(50) > 0 {
		return false
	}
	n.resets++
	if n.resets%20 == 0 {
		n.dark = 10
	}
	return true
}

// TestTrain (U-03): on a network that breaks all the time a file arrives whole,
// and no cut costs more than the piece that was on its way.
func TestTrain(t *testing.T) {
	r := newRoom(t, time.Minute)
	content := make([]byte, 1<<20)
	_, _ = rand.Read(content) // never fails
	h := sha256.Sum256(content)
	sum := hex.EncodeToString(h[:])
	me := r.enter("une JRI")
	id := r.announced("une JRI", pipeline.Announced{Name: "rush.mp4", Size: int64(len(content)), SHA256: sum})[0]
	network := newTrain(t, r.Listener.Addr().String())
	r.URL = "http://" + network.Addr().String()

	const chunk = 32 << 10
	sent, tries := 0, 0
	for there := int64(0); there < int64(len(content)); tries++ {
		if tries == 20_000 {
			t.Fatalf("%d bytes after %d tries", there, tries)
		}
		status, head := r.ask(me, "HEAD", Root+string(id), nil)
		switch {
		case status == http.StatusNotFound:
			r.create(me, id, int64(len(content)))
			continue
		case status != http.StatusOK:
			continue
		}
		var now int64
		if _, err := fmt.Sscan(head.Get("Upload-Offset"), &now); err != nil || now < there {
			t.Fatalf("%d bytes are there, %d were (%v)", now, there, err)
		}
		if there = now; there == int64(len(content)) {
			break
		}
		piece := content[there:min(there+chunk, int64(len(content)))]
		sent += len(piece)
		r.patch(me, id, there, string(piece))
	}
	again := sent - len(content)
	t.Logf("%d resets over %d connections; %d bytes sent again", network.resets, network.hops, again)
	if network.resets == 0 || again > network.resets*chunk {
		t.Errorf("%d bytes were sent again for %d cuts", again, network.resets)
	}
	r.file()
	if u, err := r.desk.Upload(t.Context(), id); err != nil || u.State != assets.UploadDone || u.SHA256 != sum {
		t.Errorf("it ended as %+v, %v", u, err)
	}
}

// TestSameFileByMany (U-09): the same file, twenty times at once, by two people,
// is kept once, each sender is told, and none can take it from the other.
func TestSameFileByMany(t *testing.T) {
	r := newRoom(t, time.Minute)
	const text = "the same bytes"
	cookies := map[assets.ID]string{}
	var all []assets.ID
	for _, who := range []string{"une JRI", "un JRI"} {
		cookie := r.enter(who)
		for range 10 {
			id := r.announced(who, pipeline.Announced{Name: "rush.mp4", Size: int64(len(text))})[0]
			all, cookies[id] = append(all, id), cookie
		}
	}
	var sending sync.WaitGroup
	for _, id := range all {
		sending.Go(func() {
			if got := r.create(cookies[id], id, int64(len(text))); got != http.StatusCreated {
				t.Errorf("created: %d", got)
			}
			if got := r.patch(cookies[id], id, 0, text); got != http.StatusNoContent {
				t.Errorf("sent: %d", got)
			}
		})
	}
	sending.Wait()
	r.file()
	again, rushes := 0, map[assets.ID]bool{}
	for _, id := range all {
		u, err := r.desk.Upload(t.Context(), id)
		if err != nil || u.State != assets.UploadDone {
			t.Fatalf("%+v, %v", u, err)
		}
		rushes[u.Rush] = true
		if u.Already {
			again++
		}
		if status, _ := r.ask(cookies[id], "DELETE", Root+string(id), nil); status != http.StatusConflict {
			t.Errorf("taken back: %d", status)
		}
	}
	kept, err := filepath.Glob(filepath.Join(r.desk.Uploads.Dir, "../blobs/originals/*/*/*"))
	if err != nil || len(kept) != 1 || len(rushes) != 1 || again != len(all)-1 {
		t.Errorf("%d originals, %d rushes, %d told that it was here (%v)", len(kept), len(rushes), again, err)
	}
}
