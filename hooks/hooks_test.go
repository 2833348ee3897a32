package hooks

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

func message(address string) pipeline.Message {
	return pipeline.Message{
		URL: address, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ID: "msg_p5jXN8AQM9LWM0D4loKWxJek",
		At: time.Unix(1614265330, 0), Body: []byte(`{"test": 2432232314}`),
	}
}

// TestSignature: the example of the reference implementation of Standard
// Webhooks comes out as it does there.
func TestSignature(t *testing.T) {
	got, err := sign(message(""))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || err != nil {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

// TestCall: what a program is sent, and what its answers mean.
func TestCall(t *testing.T) {
	var seen *http.Request
	var body []byte
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/long":
			_, _ = io.Copy(w, io.LimitReader(endless{}, 4*mostAnswer))
		case "/moved":
			http.Redirect(w, r, "/taken", http.StatusTemporaryRedirect)
		case "/found": // turns a POST into a GET
			http.Redirect(w, r, "/taken", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusTemporaryRedirect)
		}
	}))
	defer program.Close()
	h := New(Options{Private: []string{"127.0.0.1"}})
	for path, want := range map[string]struct {
		status int
		kind   assets.Kind
		wait   time.Duration
	}{
		"/taken": {200, "", 0},
		"/long":  {200, "", 0},
		"/moved": {200, "", 0},
		"/busy":  {429, assets.Transient, 2 * time.Minute},
		"/gone":  {410, assets.Transient, 0},
		"/found": {0, assets.Invalid, 0},
		"/round": {0, assets.Invalid, 0},
	} {
		status, err := h.Call(t.Context(), message(program.URL+path))
		failure, _ := err.(*assets.Error)
		if status != want.status || (err != nil) != (want.kind != "") || failure != nil && (failure.Kind != want.kind || failure.RetryAfter != want.wait) {
			t.Errorf("%s: %d, %v", path, status, err)
		}
	}
	if _, err := h.Call(t.Context(), message(program.URL+"/taken")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "content-type": "application/json",
		"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
	} {
		if seen.Header.Get(name) != want {
			t.Errorf("%s is %q", name, seen.Header.Get(name))
		}
	}
	if !json.Valid(body) || seen.Method != http.MethodPost {
		t.Errorf("%s of %q", seen.Method, body)
	}
	if _, err := New(Options{}).Call(t.Context(), message(program.URL)); assets.KindOf(err) != assets.Invalid {
		t.Errorf("http is taken from anybody: %v", err)
	}
	program.Close()
	if status, err := h.Call(t.Context(), message(program.URL)); status != 0 || assets.KindOf(err) != assets.Transient {
		t.Errorf("a program that is away: %d, %v", status, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, strings.Repeat("a", len(p))), nil }

// TestAccepts: an address is judged before anything is sent to it.
func TestAccepts(t *testing.T) {
	h := New(Options{Private: []string{"nas.lan"}})
	for address, good := range map[string]bool{
		"https://example.org/regie": true, "https://example.org:8443/x?y=1": true, "http://nas.lan/x": true, "http://NAS.lan:81": true,
		"http://example.org": false, "https://a:b@example.org": false, "https://nas.lan@example.org/": false, "gopher://example.org": false,
		"file:///etc/passwd": false, "//example.org": false, "example.org": false, "": false, "https://": false,
		"https://example.org/#a": false, "https://example.org/" + strings.Repeat("a", longestURL): false,
	} {
		if err := h.Accepts(address); (err == nil) != good {
			t.Errorf("%.60q: %v", address, err)
		}
	}
}

// TestLured: an answer from outside does not lead into the local network, even
// to a host that may be called.
func TestLured(t *testing.T) {
	h := New(Options{Private: []string{"nas.lan"}})
	request := func(address string) *http.Request {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Request{Method: http.MethodPost, URL: u}
	}
	from, inside := request("https://example.org/"), request("http://nas.lan/admin")
	if h.follow(inside, []*http.Request{from}) == nil {
		t.Error("a program outside leads to a host of the network")
	}
	if err := h.follow(inside, []*http.Request{request("http://nas.lan/")}); err != nil {
		t.Error(err)
	}
	if h.follow(request("http://example.org/"), []*http.Request{from}) == nil {
		t.Error("a redirect leads out of https")
	}
}
