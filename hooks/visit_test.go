package hooks

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"anonymal.tv/regie/assets"
)

// TestVisit: an address is asked for as a reader would; what leads nowhere, in
// circles or into our own network is told apart from what answers.
func TestVisit(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/page", http.StatusMovedPermanently)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/page":
		case "/shy":
			w.WriteHeader(http.StatusForbidden)
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	h := New(Options{Private: []string{"127.0.0.1"}})
	for address, want := range map[string]assets.Kind{
		site.URL + "/page":  "",
		site.URL + "/moved": "",
		site.URL + "/none":  assets.NotFound,
		site.URL + "/round": assets.Invalid,
		site.URL + "/shy":   assets.Transient,
		closed.URL:          assets.Transient,
		"https://":          assets.Invalid,
		"ftp://example.org": assets.Transient,
	} {
		err := h.Visit(t.Context(), address)
		if (err == nil) != (want == "") || err != nil && assets.KindOf(err) != want {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
	if err := New(Options{}).Visit(t.Context(), site.URL+"/page"); assets.KindOf(err) != assets.Invalid || err == nil {
		t.Errorf("an address of our own network: %v", err)
	}
}
