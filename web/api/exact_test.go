package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// with is ask with headers.
func (f *front) with(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	f.Helper()
	r := httptest.NewRequestWithContext(f.Context(), method, Root+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+f.tokens[admin])
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// TestIdempotency (P-12): what is sent again under its name, one after the other
// or all at once, is followed once, and answered the same, secrets too; another
// request needs another name.
func TestIdempotency(t *testing.T) {
	f := newFront(t)
	sujets := func() int {
		return strings.Count(f.with("GET", "/sujets", "").Body.String(), `"title":"La fête"`)
	}
	first := f.with("POST", "/sujets", `{"title":"La fête"}`, idempotencyKey, "k1")
	again := f.with("POST", "/sujets", `{"title":"La fête"}`, idempotencyKey, "k1")
	if first.Code != http.StatusOK || again.Code != first.Code || again.Body.String() != first.Body.String() || again.Header().Get("Content-Type") != first.Header().Get("Content-Type") || sujets() != 1 {
		t.Errorf("%d %s, then %d %s; %d sujets", first.Code, first.Body, again.Code, again.Body, sujets())
	}
	if other := f.with("POST", "/sujets", `{"title":"Le bal"}`, idempotencyKey, "k1"); other.Code != http.StatusUnprocessableEntity || !strings.Contains(other.Body.String(), "autre demande") {
		t.Errorf("another request under the same name: %d %s", other.Code, other.Body)
	}
	if long := f.with("POST", "/sujets", `{"title":"Le bal"}`, idempotencyKey, strings.Repeat("k", 300)); long.Code != http.StatusUnprocessableEntity {
		t.Errorf("a long name: %d", long.Code)
	}
	for range 2 {
		if wrong := f.with("POST", "/sujets", `{"titre":"x"}`, idempotencyKey, "k2"); wrong.Code != http.StatusUnprocessableEntity || wrong.Header().Get("Content-Type") != problem {
			t.Errorf("a refusal: %d %s", wrong.Code, wrong.Body)
		}
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			w := f.with("POST", "/sujets", `{"title":"La fête"}`, idempotencyKey, "k3")
			if w.Code != http.StatusOK && w.Code != http.StatusConflict {
				t.Errorf("at once: %d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if sujets() != 2 {
		t.Errorf("%d sujets", sujets())
	}
	u, err := f.house.Catalog.UserByMail(t.Context(), "jri@example.org")
	if err != nil {
		t.Fatal(err)
	}
	path := "/users/" + string(u.ID) + "/tokens"
	secret := valueAt(t, f.with("POST", path, `{"name":"x"}`, idempotencyKey, "k4").Body.String(), "secret")
	if same := f.with("POST", path, `{"name":"x"}`, idempotencyKey, "k4"); valueAt(t, same.Body.String(), "secret") != secret {
		t.Error("the answer that was lost does not come back")
	}
	me := assets.ID(valueAt(t, f.with("GET", "/me", "").Body.String(), "id"))
	known, _, err := f.house.Catalog.ClaimReply(t.Context(), assets.Reply{User: me, Name: access.Hash("k4")}, f.house.Clock.Now())
	if err != nil || known.Status != http.StatusOK || strings.Contains(string(known.Sealed), secret) {
		t.Errorf("kept: %+v, %v", known, err)
	}
}

// TestConditions (RFC 9110, section 13): what did not change is not sent again,
// and who has seen something else changes nothing.
func TestConditions(t *testing.T) {
	f := newFront(t)
	path := "/sujets/" + valueAt(t, f.with("POST", "/sujets", `{"title":"La fête"}`).Body.String(), "id")
	seen := f.with("GET", path, "").Header().Get("ETag")
	if w := f.with("GET", path, "", "If-None-Match", `"x", W/`+seen); seen == "" || w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("%q: %d %s", seen, w.Code, w.Body)
	}
	if w := f.with("PATCH", path, `{"place":"Le cours"}`, ifMatch, seen); w.Code != http.StatusOK {
		t.Errorf("as it was seen: %d %s", w.Code, w.Body)
	}
	for name, condition := range map[string]string{"before it changed": seen, "weakly": "W/" + seen, "nothing": `""`} {
		w := f.with("PATCH", path, `{"place":"Ailleurs"}`, ifMatch, condition)
		if w.Code != http.StatusPreconditionFailed || w.Header().Get("Content-Type") != problem || !strings.Contains(w.Body.String(), "relisez") {
			t.Errorf("seen %s: %d %s", name, w.Code, w.Body)
		}
	}
	now := f.with("GET", path, "", "If-None-Match", seen)
	if now.Code != http.StatusOK || !strings.Contains(now.Body.String(), "Le cours") || now.Header().Get("ETag") == seen {
		t.Errorf("now: %d %s", now.Code, now.Body)
	}
	if w := f.with("POST", "/undo/unknown", "", ifMatch, "*"); w.Code != http.StatusPreconditionFailed {
		t.Errorf("where nothing is to be read: %d", w.Code)
	}
	if w := f.with("PATCH", path, `{"place":"Partout"}`, ifMatch, "*"); w.Code != http.StatusOK {
		t.Errorf("whatever it is: %d %s", w.Code, w.Body)
	}
	if w := f.with("GET", "/sujets/unknown", ""); w.Header().Get("ETag") != "" {
		t.Error("what is not there has an ETag")
	}
}
