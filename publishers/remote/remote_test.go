package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
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
