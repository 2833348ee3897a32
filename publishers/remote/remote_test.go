package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/publishers"
)

// A token ends: a call without a file is made once more with another; one with a
// file is left to the next attempt, which has it. Where there is no other token, a
// person must connect the account again.
func TestATokenEnds(t *testing.T) {
	for _, c := range []struct {
		name, other string // the token that comes for "old"
		file        bool
		sent        int
		broken      bool
		want        assets.Kind // "": done
	}{
		{"without a file", "new", false, 2, false, ""},
		{"with a file", "new", true, 1, false, assets.Transient},
		{"without a file, no other", "old", false, 2, true, assets.Forbidden},
		{"with a file, no other", "old", true, 1, true, assets.Forbidden},
	} {
		sent := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if sent++; r.Header.Get("Authorization") != "new" {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}))
		t.Cleanup(server.Close)
		api, err := New("Essai", server.URL, true)
		if err != nil {
			t.Fatal(err)
		}
		token := "old"
		api.Token = func(_ context.Context, stale string) (string, error) {
			if stale == token {
				token = c.other
			}
			return token, nil
		}
		call := func() Call {
			if !c.file {
				return Call{Method: http.MethodPost, Path: "/", JSON: "film"}
			}
			return Call{Method: http.MethodPost, Path: "/", Body: strings.NewReader("film"), Length: 4}
		}
		_, err = api.Do(t.Context(), call(), nil)
		if kind := assets.KindOf(err); err == nil && c.want != "" || err != nil && kind != c.want || errors.Is(err, publishers.ErrDisconnected) != c.broken || sent != c.sent {
			t.Errorf("%s: %v, sent %d times", c.name, err, sent)
		}
		if _, err = api.Do(t.Context(), call(), nil); (err != nil) != c.broken {
			t.Errorf("%s, the next attempt: %v", c.name, err)
		}
	}
}

// Who listens is told what a channel was sent of a film: what was asked for before
// the bytes that are asked for now, from where the channel wants them.
func TestASendingIsHeard(t *testing.T) {
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	if _, err := disk.Put(t.Context(), "film", strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
	var heard []int64
	file, size, err := Blob(publishers.Sending(t.Context(), func(sent, size int64) { heard = append(heard, sent, size) }), disk, "film")
	if err != nil || size != 10 {
		t.Fatal(size, err)
	}
	defer file.Close()
	piece := make([]byte, 3)
	for _, at := range []int64{4, 0} {
		if _, err := file.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := io.ReadFull(file, piece); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !slices.Equal(heard, []int64{4, 10, 7, 10, 0, 10, 3, 10}) {
		t.Errorf("heard %d", heard)
	}
}
