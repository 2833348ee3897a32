package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"anonymal.tv/regie/assets"
)

// jri is a person who brings files.
var jri = assets.User{ID: "jri", Role: assets.RoleJRI, State: assets.UserActive}

// transfer opens one of rushes.
func (b *bench) transfer(u assets.User) assets.ID {
	b.Helper()
	t, err := b.OpenTransfer(b.Context(), u, assets.Transfer{Kind: assets.KindRush})
	if err != nil {
		b.Fatal(err)
	}
	return t.ID
}

// announce says what will be sent, and returns the answers.
func (b *bench) announce(t assets.ID, files ...Announced) []Reply {
	b.Helper()
	replies, err := b.Announce(b.Context(), t, files)
	if err != nil {
		b.Fatal(err)
	}
	return replies
}

// came writes the bytes of an upload, as its sender would.
func (b *bench) came(id assets.ID, text string) {
	b.Helper()
	if err := os.WriteFile(b.UploadPath(id), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.Chtimes(b.UploadPath(id), b.Now(), b.Now()); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) upload(id assets.ID) assets.Upload {
	b.Helper()
	u, err := b.Upload(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// files is how many files wait for their end, and how many bytes they have.
func (b *bench) files() (n int, bytes int64) {
	b.Helper()
	entries, err := os.ReadDir(b.Uploads.Dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
	}
	return len(entries), bytes
}

func sumOf(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// TestAbandonedUploads (U-10): a thousand uploads of which nothing more comes
// are given up after two days and their bytes freed, as many as are counted;
// what is finished, or still comes, stays.
func TestAbandonedUploads(t *testing.T) {
	b := newBench(t)
	id := b.transfer(jri)
	var announced []Announced
	for n := range 1000 {
		announced = append(announced, Announced{Name: fmt.Sprintf("%d.mp4", n), Size: 1000})
	}
	for n, r := range b.announce(id, announced...) {
		if n%10 > 0 { // of some, no byte came
			b.came(r.Upload, strings.Repeat("x", n%1000))
		}
	}
	_, abandoned := b.files()
	finished := b.announce(id, Announced{Name: "entier.mp4", Size: 5})[0].Upload
	b.came(finished, "whole")
	if err := b.FinishUpload(t.Context(), finished); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(47 * time.Hour)
	if freed, err := b.SweepUploads(t.Context()); freed != 0 || err != nil {
		t.Fatalf("%d bytes freed too early, %v", freed, err)
	}
	coming := b.announce(id, Announced{Name: "en-route.mp4", Size: 9})[0].Upload
	b.came(coming, "some")
	b.clock.Advance(2 * time.Hour)
	freed, err := b.SweepUploads(t.Context())
	if err != nil || freed != abandoned {
		t.Errorf("%d bytes freed, %d were there (%v)", freed, abandoned, err)
	}
	if n, bytes := b.files(); n != 2 || bytes != int64(len("whole")+len("some")) {
		t.Errorf("%d files are left, %d bytes", n, bytes)
	}
	expired, err := b.allUploads(t.Context(), assets.UploadFilter{State: assets.UploadExpired})
	if err != nil || len(expired) != 1000 || expired[0].Reason != "Rien n'est arrivé pendant 2 jours." {
		t.Errorf("%d are given up (%v)", len(expired), err)
	}
	b.settle()
	if u := b.upload(finished); u.State != assets.UploadDone || u.SHA256 != sumOf("whole") || u.Rush == "" {
		t.Errorf("the finished one ended as %+v", u)
	}
	if u := b.upload(coming); u.State != assets.UploadOpen {
		t.Errorf("the one that still comes is %s", u.State)
	}
}

// TestSumsDecide (U-08): what came is held against what the device said of it,
// by its whole sum or its print; only what is the same is kept, and what is
// too short goes on.
func TestSumsDecide(t *testing.T) {
	const text = "bytes of a rush"
	print, err := Print(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		said Announced
		came string
		want assets.UploadState
	}{
		"cut short":   {Announced{SHA256: sumOf(text)}, "bytes of", assets.UploadOpen},
		"same sum":    {Announced{SHA256: sumOf(text)}, text, assets.UploadDone},
		"same print":  {Announced{Print: print}, text, assets.UploadDone},
		"other bytes": {Announced{SHA256: sumOf(text)}, "bytes of a Rush", assets.UploadRefused},
		"other print": {Announced{Print: print}, "Bytes of a rush", assets.UploadRefused},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c.said.Name, c.said.Size = "a.mov", int64(len(text))
			id := b.announce(b.transfer(jri), c.said)[0].Upload
			b.came(id, text)
			if err := b.FinishUpload(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			b.came(id, c.came) // what is left after a power cut
			b.settle()
			u := b.upload(id)
			if u.State != c.want || (u.State == assets.UploadRefused) != (u.Reason == errOther.Msg) {
				t.Errorf("%s: %s", u.State, u.Reason)
			}
			if n, _ := b.files(); (n != 0) != (c.want == assets.UploadOpen) {
				t.Errorf("%d files wait", n)
			}
			if kept, err := b.Catalog.AssetBySHA256(t.Context(), sumOf(c.came)); (err == nil) != (c.want == assets.UploadDone) {
				t.Errorf("kept: %+v, %v", kept, err)
			}
		})
	}
}

// TestFormCounts: a file that comes by a form takes of the same room and the
// same quota as what is announced, and leaves nothing where it has none.
func TestFormCounts(t *testing.T) {
	b := newBench(t)
	b.Uploads.Quota, b.Uploads.Largest = 100, 80
	id := b.transfer(jri)
	store := func(n int, r io.Reader) (string, error) {
		return b.StoreUpload(t.Context(), id, Announced{Name: fmt.Sprintf("%d.mp4", n)}, r)
	}
	text := func(n int) io.Reader { return strings.NewReader(strings.Repeat("x", n)) }
	if refused, err := store(80, text(80)); refused != "" || err != nil {
		t.Fatal(refused, err)
	}
	for n, want := range map[int]string{0: "vide", 81: "trop gros"} {
		b.Uploads.Quota = 1000
		if refused, err := store(n, text(n)); !strings.Contains(refused, want) || err != nil {
			t.Errorf("%d bytes: %q, %v", n, refused, err)
		}
	}
	b.Uploads.Quota = 100
	_, err := store(21, text(21))
	b.fails(assets.Forbidden, err)
	if refused, err := store(20, text(20)); refused != "" || err != nil {
		t.Errorf("what fits: %q, %v", refused, err)
	}
	if _, err := b.Announce(t.Context(), id, []Announced{{Name: "one.mp4", Size: 1}}); assets.KindOf(err) != assets.Forbidden || err == nil {
		t.Errorf("one byte more, announced: %v", err)
	}
	b.settle()
	b.Uploads.Free = func(string) (int64, error) {
		_, bytes := b.files()
		return b.Uploads.Reserve + 10 - bytes, nil
	}
	if _, err := store(11, text(11)); !errors.Is(err, ErrFull) {
		t.Errorf("a disk without room: %v", err)
	}
	if _, err := b.Announce(t.Context(), id, []Announced{{Name: "big.mp4", Size: 11}}); !errors.Is(err, ErrFull) {
		t.Errorf("a disk without room, before the first byte: %v", err)
	}
	_, err = store(9, io.MultiReader(text(9), iotest.ErrReader(io.ErrUnexpectedEOF)))
	b.fails(assets.Transient, err)
	if n, _ := b.files(); n != 0 {
		t.Errorf("%d files wait", n)
	}
	all, err := b.allUploads(t.Context(), assets.UploadFilter{Transfer: id})
	if err != nil || len(all) != 2 {
		t.Errorf("%d uploads are written down (%v)", len(all), err)
	}
}
