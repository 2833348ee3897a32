package sweep

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// Bench is a channel on its emulator, and one film for it: where a single lookup
// or refusal is tried.
type Bench struct {
	*testing.T
	Frame  *emu.Frame
	URL    string // of the emulator
	Clock  *assetstest.Clock
	Disk   *blobs.Disk
	To     publishers.Publisher
	Req    publishers.Request
	Resume []byte // what was saved last
}

// NewBench serves an emulator. The test gives it To, and what Req needs besides.
func NewBench(t *testing.T, frame *emu.Frame) *Bench {
	t.Helper()
	b := &Bench{T: t, Frame: frame, Clock: assetstest.NewClock()}
	frame.Clock = b.Clock.Now
	server := httptest.NewServer(frame)
	t.Cleanup(server.Close)
	b.URL = server.URL
	var err error
	if b.Disk, err = blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Disk.Close() })
	b.Req = publishers.Request{
		Marker: "decision", Film: assets.Film{ID: "film", Title: "Zik Zac", Lede: "Une soirée au Jas.", License: "CC-BY-4.0"},
		At: b.Clock.Now(), Link: "https://anonymal.example/films/zik-zac/",
	}
	return b
}

// File is a file of the film: its bytes are its name, again and again.
func (b *Bench) File(role assets.Role, name, kind string, size int) assets.Rendition {
	b.Helper()
	blob, err := b.Disk.Put(b.Context(), "renditions/v/"+name, bytes.NewReader(bytes.Repeat([]byte(name), size/len(name)+1)[:size]))
	if err != nil {
		b.Fatal(err)
	}
	return assets.Rendition{Role: role, Key: blob.Key, Size: blob.Size, SHA256: blob.SHA256, Codec: kind, Width: 1920, Height: 1080}
}

// Save keeps a handle.
func (b *Bench) Save(resume []byte) error {
	b.Resume = resume
	return nil
}

// Attempt is one as the ledger makes it.
func (b *Bench) Attempt() (publishers.Receipt, error) {
	if b.Resume != nil {
		if receipt, found, err := b.To.Find(b.Context(), b.Req.Marker, b.Resume); found || err != nil {
			return receipt, err
		}
	}
	b.Req.Resume = b.Resume
	return b.To.Publish(b.Context(), b.Req, b.Save)
}

// Publish makes attempts as long as they are to be repeated.
func (b *Bench) Publish() (receipt publishers.Receipt, err error) {
	for range 25 {
		receipt, err = b.Attempt()
		var e *assets.Error
		if !errors.As(err, &e) || e.Kind != assets.Transient {
			return receipt, err
		}
		b.Clock.Advance(max(e.RetryAfter, time.Minute))
	}
	return receipt, err
}

// Published is Publish where nothing keeps the film back.
func (b *Bench) Published() publishers.Receipt {
	b.Helper()
	receipt, err := b.Publish()
	if err != nil {
		b.Fatal(err)
	}
	return receipt
}

// WantError checks what is said of a failure.
func (b *Bench) WantError(err error, kind assets.Kind, sentence string) {
	b.Helper()
	if assets.KindOf(err) != kind || !strings.Contains(assets.Sentence(err), sentence) {
		b.Errorf("%v (%s), want %s: %s", err, assets.Sentence(err), kind, sentence)
	}
}

// Asked counts requests, and their bytes.
func (b *Bench) Asked(method, path string) (n, bytes int) {
	for _, e := range b.Frame.Journal() {
		if e.Method == method && e.Path == path {
			n, bytes = n+1, bytes+e.Bytes
		}
	}
	return n, bytes
}
