package youtube

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/remote"
)

const size = 900_000 // of the film: four pieces

// bench is a channel on its emulator, and a film for it.
type bench struct {
	*testing.T
	emu    *emu.YouTube
	tube   *YouTube
	clock  *assetstest.Clock
	disk   *blobs.Disk
	req    publishers.Request
	resume []byte
}

func start(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, emu: emu.NewYouTube("first", "refresh"), clock: assetstest.NewClock()}
	b.emu.Clock = b.clock.Now
	server := httptest.NewServer(b.emu)
	t.Cleanup(server.Close)
	var err error
	if b.disk, err = blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.disk.Close() })
	vault := remote.Given(tokens)
	if b.tube, err = open(server.URL, &vault, b.disk, b.clock.Now); err != nil {
		t.Fatal(err)
	}
	b.req = publishers.Request{
		Marker: "decision", Film: assets.Film{ID: "film", Title: "Zik Zac", Lede: "Une soirée au Jas.", License: "CC-BY-4.0"}, At: b.clock.Now(),
		Files: []assets.Rendition{
			b.file(assets.MP4Role(1080), "mp4-1080.mp4", "video/mp4", size),
			b.file(assets.RolePoster, "poster.jpg", "image/jpeg", 3000),
			b.file(assets.RoleCaptions, "captions-fr-1.vtt", "text/vtt", 300),
		},
		Dossier: &assets.Dossier{Slug: "zik-zac", Name: "Zik Zac"}, Link: "https://anonymal.example/films/zik-zac/",
		Territory: []assets.Territory{{Name: "Aix-en-Provence"}, {Name: "Jas-de-Bouffan"}},
	}
	return b
}

func (b *bench) file(role assets.Role, name, kind string, size int) assets.Rendition {
	b.Helper()
	content := bytes.Repeat([]byte(name), size/len(name)+1)[:size]
	blob, err := b.disk.Put(b.Context(), "renditions/v/"+name, bytes.NewReader(content))
	if err != nil {
		b.Fatal(err)
	}
	return assets.Rendition{Role: role, Key: blob.Key, Size: blob.Size, SHA256: blob.SHA256, Codec: kind, Width: 1920, Height: 1080}
}

func (b *bench) save(resume []byte) error {
	b.resume = resume
	return nil
}

// attempt is one as the ledger makes it.
func (b *bench) attempt() (publishers.Receipt, error) {
	if b.resume != nil {
		if receipt, found, err := b.tube.Find(b.Context(), b.req.Marker, b.resume); found || err != nil {
			return receipt, err
		}
	}
	b.req.Resume = b.resume
	return b.tube.Publish(b.Context(), b.req, b.save)
}

// publish makes attempts as long as they are to be repeated.
func (b *bench) publish() publishers.Receipt {
	b.Helper()
	var err error
	for range 25 {
		var receipt publishers.Receipt
		if receipt, err = b.attempt(); err == nil {
			return receipt
		}
		var e *assets.Error
		if !errors.As(err, &e) || e.Kind != assets.Transient {
			break
		}
		b.clock.Advance(max(e.RetryAfter, time.Minute))
	}
	b.Fatalf("publish: %v", err)
	return publishers.Receipt{}
}

func (b *bench) want(films ...string) {
	b.Helper()
	if got := b.emu.Films(); !slices.Equal(got, films) {
		b.Errorf("on the channel are %q, want %q", got, films)
	}
}

func (b *bench) wantError(err error, kind assets.Kind, sentence string) {
	b.Helper()
	if assets.KindOf(err) != kind || !strings.Contains(assets.Sentence(err), sentence) {
		b.Errorf("%v (%s), want %s: %s", err, assets.Sentence(err), kind, sentence)
	}
}

// asked counts the requests.
func (b *bench) asked(method, path string) (n, bytes int) {
	for _, e := range b.emu.Journal() {
		if e.Method == method && e.Path == path {
			n, bytes = n+1, bytes+e.Bytes
		}
	}
	return n, bytes
}

const films = "/upload/youtube/v3/videos"

var atFilms = regexp.MustCompile("^" + films + "$")

// refusal is the answer that YouTube gives for a reason.
func refused(code int, reason string) emu.Action {
	return emu.Status(code, `{"error":{"code":1,"message":"<b>no</b>","errors":[{"reason":"`+reason+`"}]}}`, nil)
}

// at puts a fault at the nth piece or question of the session: the first asks.
func (b *bench) at(nth int, do emu.Action) {
	b.emu.Plan(emu.Fault{Method: http.MethodPut, Path: atFilms, Nth: nth, Action: do})
}
