package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// How hard the uploads are tried.
const (
	parcels    = 1000
	cutsEach   = 5
	together   = 50
	interrupts = 20
)

// noise is bytes like no others.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// wav is a sound of a moment, like no other.
func wav(n int) []byte {
	content := noise(n)
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+n))...)
	b = append(b, "WAVEfmt "...)
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(8000), uint32(8000), uint16(1), uint16(8)} {
		b, _ = binary.Append(b, binary.LittleEndian, v) // fixed sizes
	}
	b = append(append(b, "data"...), binary.LittleEndian.AppendUint32(nil, uint32(n))...)
	return append(b, content...)
}

// TestUploadsSurvive (U-01, U-11): a thousand uploads, fifty at once, each cut
// five times at random, while the server is killed twenty times: no offset goes
// back, every file is kept as it was sent, and none waits for ever. What was
// whole when the server died is filed without anybody asking again.
func TestUploadsSurvive(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	s := revive(t, t.TempDir())
	jri := s.enter(t, "Camille JRI", "jri")
	var files, last []*parcel
	for n := range parcels {
		files = append(files, parcelOf(fmt.Sprintf("C%04dM01.XML", n), noise(10_000+mathrand.IntN(190_000))))
	}
	for n := range interrupts {
		last = append(last, parcelOf(fmt.Sprintf("son-%02d.wav", n), wav(4000)))
	}
	card, err := jri.announce("PRIVATE/M4ROOT/CLIP", files)
	if err != nil {
		t.Fatal(err)
	}
	sounds, err := jri.announce("", last)
	if err != nil {
		t.Fatal(err)
	}

	begun := time.Now()
	var cuts atomic.Int64
	kill := make(chan struct{}, interrupts)
	jobs, ctx := errgroup.WithContext(t.Context())
	jobs.SetLimit(together)
	sent := make(chan error, 1)
	jri.ctx = ctx
	go func() {
		for _, p := range files {
			left := cutsEach
			jobs.Go(func() error {
				return jri.send(p, func(missing int64) int64 {
					if left == 0 {
						return -1
					}
					left--
					if cuts.Add(1)%(parcels*cutsEach/interrupts) == 0 {
						kill <- struct{}{}
					}
					return mathrand.Int64N(missing)
				})
			})
		}
		sent <- jobs.Wait()
	}()
	survivor := *jri
	survivor.ctx = t.Context()
	for n, p := range last {
		select {
		case <-kill:
		case err := <-sent:
			t.Fatalf("the sending ended before the server was killed %d times: %v", interrupts, err)
		}
		dieAtTheEnd(t, &survivor, p, n%2 == 0)
		s.start(t)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cuts, %d kills in %s", cuts.Load(), interrupts, time.Since(begun).Round(time.Second))

	allFiled(t, &survivor, card, files)
	allFiled(t, &survivor, sounds, last)
	t.Logf("all filed after %s", time.Since(begun).Round(time.Second))
	if st, err := survivor.state(sounds); err != nil || !strings.HasPrefix(st.Text, fmt.Sprint(interrupts)+" rushes reçus et vérifiés.") {
		t.Errorf("of the sounds it is said: %q, %v", st.Text, err)
	}
	for _, p := range slices.Concat(files, last) {
		if there, err := survivor.offset(p); err != nil || there != p.size {
			t.Errorf("%s: %d of %d bytes, %v", p.name, there, p.size, err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(s.data, "uploads")); len(left) != 0 {
		t.Errorf("%d files still wait", len(left))
	}
}

// dieAtTheEnd sends a file and kills the server when it has the last byte:
// before it has said so, or after.
func dieAtTheEnd(t *testing.T, s *sender, p *parcel, answered bool) {
	t.Helper()
	if err := s.create(p); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		res, err := s.patch(p, 0, -1)
		if err == nil && res.StatusCode != http.StatusNoContent {
			err = fmt.Errorf("%d", res.StatusCode)
		}
		done <- err
	}()
	if answered {
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		s.server.kill()
		return
	}
	for tick := time.Tick(50 * time.Microsecond); ; <-tick {
		info, err := os.Stat(filepath.Join(s.server.data, "uploads", p.id))
		if err != nil || info.Size() == p.size {
			break
		}
	}
	s.server.kill()
	<-done
}

// allFiled waits until all files of a transfer are received, and compares the
// originals with what was sent.
func allFiled(t testing.TB, s *sender, path string, sent []*parcel) {
	t.Helper()
	st, err := s.state(path)
	for end := time.Now().Add(3 * time.Minute); err == nil && !st.Safe && time.Now().Before(end); st, err = s.state(path) {
		<-time.After(500 * time.Millisecond)
	}
	if err != nil || !st.Safe {
		t.Fatalf("%s: %q, %v", path, st.Text, err)
	}
	kept := map[string]string{}
	for _, f := range st.Files {
		kept[f.ID] = f.SHA256
	}
	there := originals(t, s.server.data)
	for _, p := range sent {
		found := there[p.sum]
		switch {
		case kept[p.id] != p.sum:
			t.Errorf("%s: the server has the sum %q, sent was %q", p.name, kept[p.id], p.sum)
		case len(found) != 1:
			t.Errorf("%s: %d originals", p.name, len(found))
		case sum(t, found[0]) != p.sum:
			t.Errorf("%s is not kept as it was sent", p.name)
		}
	}
}

// originals are the files that a house keeps, by the sums that their names begin with.
func originals(t testing.TB, data string) map[string][]string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(data, "blobs/originals/*/*/*"))
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string][]string{}
	for _, file := range all {
		name := filepath.Base(file)
		name = name[:min(2*sha256.Size, len(name))]
		kept[name] = append(kept[name], file)
	}
	return kept
}
