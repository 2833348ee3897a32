package gate

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
)

// house is the gate on a real catalog, with one person of each role, and rooms
// that answer 204 on every route of the table.
type house struct {
	*testing.T
	*Gate
	clock   *assetstest.Clock
	catalog *catalog.Catalog
	people  map[assets.UserRole]assets.User
	front   http.Handler
}

// records knows three records of every kind: "others", "own-<user>" and
// "closed-<user>".
type records struct{}

func (records) Record(_ context.Context, _ string, id assets.ID) (*access.Record, error) {
	kind, owner, _ := strings.Cut(string(id), "-")
	switch kind {
	case "own", "closed":
		return &access.Record{Owners: []assets.ID{assets.ID(owner)}, Closed: kind == "closed"}, nil
	case "others":
		return &access.Record{Owners: []assets.ID{"somebody"}}, nil
	}
	return nil, &assets.Error{Kind: assets.NotFound, Op: "test", Msg: "rien"}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, clock: assetstest.NewClock(), people: map[assets.UserRole]assets.User{}}
	h.clock.Advance(time.Since(h.clock.Now())) // scs reads the wall clock
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "t.db"), Now: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	h.catalog = c
	ids := assetstest.IDsFrom(1)
	for _, role := range assets.UserRoles() {
		u := assets.User{ID: ids.New(), Name: string(role), Mail: string(role) + "@example.org", Role: role, State: assets.UserActive, CreatedAt: h.clock.Now()}
		err := c.Apply(t.Context(), assets.Change{Users: []assets.User{u}, Events: []assets.Event{
			{ID: ids.New(), Kind: assets.SubjectUser, Subject: u.ID, To: string(u.State), Actor: "test", At: h.clock.Now()},
		}})
		if err != nil {
			t.Fatal(err)
		}
		h.people[role] = u
	}
	h.Gate = New(Options{
		Entry: c, Records: records{}, Now: h.clock.Now, Log: slog.New(slog.DiscardHandler), BaseURL: "https://regie.example",
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	})
	refuse := func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, assets.Sentence(err), Status(err))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, r, ErrHidden) })
	var routes []Route
	for _, right := range access.Table {
		routes = append(routes, Route{right.Route, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })})
	}
	if err := h.Mount(mux, refuse, routes); err != nil {
		t.Fatal(err)
	}
	for path, do := range map[string]func(context.Context) error{"POST /in/{role}": nil, "POST /out": h.Leave} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			act := do
			if act == nil {
				act = func(ctx context.Context) error {
					return h.Enter(ctx, h.people[assets.UserRole(r.PathValue("role"))], "test")
				}
			}
			if err := act(r.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	h.front = h.Door(mux, refuse)
	return h
}

func (h *house) ask(method, path, cookie string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "https://regie.example"+path, nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.front.ServeHTTP(w, r)
	return w.Result()
}

// enter returns the cookie of a new session.
func (h *house) enter(role assets.UserRole, cookie string) string {
	h.Helper()
	for _, c := range h.ask("POST", "/in/"+string(role), cookie).Cookies() {
		return c.Name + "=" + c.Value
	}
	h.Fatal("no cookie")
	return ""
}

var wildcard = regexp.MustCompile(`\{[^}]+\}`)

// address puts an id where the table names a record.
func address(right access.Right, id string) string {
	path := strings.Replace(right.Path(), wildcard.FindString(right.Path()), id, 1)
	return wildcard.ReplaceAllString(path, "1")
}

// TestRights (W-01): every route × role × relation × state is as the table
// says; what is unknown and what is forbidden answer alike.
func TestRights(t *testing.T) {
	h := newHouse(t)
	cells := 0
	for _, right := range access.Table {
		ids := []string{""}
		if right.Kind() != "" {
			ids = []string{"own", "closed", "others", "unknown"}
		}
		for _, id := range ids {
			if got := h.ask(right.Method(), address(right, id), "").StatusCode; !right.Public() && got != http.StatusUnauthorized || right.Public() && got != http.StatusNoContent {
				t.Errorf("%s %s of nobody: %d", right.Route, id, got)
			}
		}
		for role, u := range h.people {
			cookie := h.enter(role, "")
			answers := map[string]string{}
			for _, id := range ids {
				named := id
				if id == "own" || id == "closed" {
					named += "-" + string(u.ID)
				}
				res := h.ask(right.Method(), address(right, named), cookie)
				body, _ := io.ReadAll(res.Body)
				answers[id] = fmt.Sprint(res.StatusCode, string(body))
				want := http.StatusNoContent
				switch reach := right.Reach(role); {
				case right.Public():
				case reach == access.No, id == "unknown", id == "others" && reach == access.Own:
					want = http.StatusNotFound
				case id == "closed" && right.WhileOpen:
					want = http.StatusConflict
				}
				cells++
				if res.StatusCode != want {
					t.Errorf("%s %s of %s: %d, want %d", right.Route, id, role, res.StatusCode, want)
				}
			}
			if right.Kind() != "" && right.Reach(role) == access.Own && right.Method() != http.MethodHead && answers["others"] != answers["unknown"] {
				t.Errorf("%s of %s: another's and an unknown one differ: %q, %q", right.Route, role, answers["others"], answers["unknown"])
			}
		}
	}
	t.Logf("%d cells", cells)
}

// TestSessions (W-03).
func TestSessions(t *testing.T) {
	h := newHouse(t)
	res := h.ask("POST", "/in/jri", "")
	c := res.Cookies()[0]
	if c.Name != "__Host-regie" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %+v", c)
	}
	if len(c.Value) < 22 { // 128 bits in base 64
		t.Errorf("token of %d signs", len(c.Value))
	}
	kept, err := h.catalog.Sessions(t.Context(), h.people[assets.RoleJRI].ID)
	if err != nil || len(kept) != 1 || strings.Contains(fmt.Sprint(kept, string(kept[0].Content)), c.Value) || kept[0].Hash != hashed(c.Value) {
		t.Errorf("kept %+v, %v", kept, err)
	}
	first := c.Name + "=" + c.Value
	second := h.enter(assets.RoleMonteur, first)
	if second == first || h.ask("GET", "/regie", first).StatusCode != http.StatusUnauthorized || h.ask("GET", "/regie", second).StatusCode != http.StatusNoContent {
		t.Error("a token that was known before the entry is worth something")
	}
	h.ask("POST", "/out", second)
	if got := h.ask("GET", "/regie", second).StatusCode; got != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", got)
	}
	for _, test := range []struct {
		role  assets.UserRole
		steps []time.Duration // between requests
		want  int             // of the last one
	}{
		{assets.RoleAdministration, []time.Duration{11 * time.Hour, 11 * time.Hour}, http.StatusNoContent},
		{assets.RoleAdministration, []time.Duration{12*time.Hour + time.Minute}, http.StatusUnauthorized},
		{assets.RoleCommunication, append(slicesOf(11*time.Hour, 15), 4*time.Hour), http.StatusUnauthorized}, // seven days
		{assets.RoleJRI, slicesOf(30*24*time.Hour, 2), http.StatusNoContent},
		{assets.RoleJRI, slicesOf(30*24*time.Hour, 3), http.StatusUnauthorized},
	} {
		h := newHouse(t)
		cookie, got := h.enter(test.role, ""), 0
		for _, step := range test.steps {
			h.clock.Advance(step)
			got = h.ask("GET", "/regie", cookie).StatusCode
		}
		if got != test.want {
			t.Errorf("%s after %v: %d, want %d", test.role, test.steps, got, test.want)
		}
	}
}

func slicesOf(d time.Duration, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d
	}
	return all
}

// TestForeign (W-04): nothing that changes something follows another site.
func TestForeign(t *testing.T) {
	h := newHouse(t)
	cookie := h.enter(assets.RoleAdministration, "")
	for _, right := range access.Table {
		if m := right.Method(); m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions {
			continue
		}
		for _, foreign := range [][]string{
			{"Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site", "Origin", "https://sister.regie.example"},
			{"Origin", "null"},
			{"Origin", "https://evil.example", "Content-Type", "text/plain"},
		} {
			if got := h.ask(right.Method(), address(right, "others"), cookie, foreign...).StatusCode; got != http.StatusForbidden {
				t.Errorf("%s with %v: %d", right.Route, foreign, got)
			}
		}
	}
}

// TestHeaders (W-11): on every answer, refusals among them.
func TestHeaders(t *testing.T) {
	h := newHouse(t)
	cookie := h.enter(assets.RoleJRI, "")
	for _, right := range access.Table {
		head := h.ask(right.Method(), address(right, "others"), cookie).Header
		for name, want := range map[string]string{
			"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store", "Server": "",
		} {
			if got := head.Get(name); got != want && !(name == "Cache-Control" && strings.Contains(got, "no-store")) {
				t.Errorf("%s: %s is %q", right.Route, name, got)
			}
		}
		if csp := head.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", right.Route, csp)
		}
	}
}

// TestThrottle (W-07): ten failures, then patience; only a listed proxy says
// where a request comes from.
func TestThrottle(t *testing.T) {
	clock := assetstest.NewClock()
	g := &Throttle{Limit: 10, Within: 15 * time.Minute, Now: clock.Now}
	for i := range 10 {
		if err := g.Check("ip:1", "mail:a"); err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
		g.Fail("ip:1", "mail:a")
	}
	err := g.Check("ip:2", "mail:a")
	head := http.Header{}
	RetryAfter(head, err)
	if Status(err) != http.StatusTooManyRequests || head.Get("Retry-After") != "900" {
		t.Errorf("%v, %v", err, head)
	}
	if err := g.Check("ip:2", "mail:b"); err != nil {
		t.Errorf("another: %v", err)
	}
	clock.Advance(15 * time.Minute)
	if err := g.Check("ip:1", "mail:a"); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
	h := newHouse(t)
	for from, want := range map[string]string{"203.0.113.9:1": "203.0.113.9", "10.1.2.3:1": "198.51.100.7"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		r.Header.Set("X-Forwarded-For", "192.0.2.1, 198.51.100.7")
		if got := h.address(r); got != want {
			t.Errorf("from %s: %s, want %s", from, got, want)
		}
	}
}

// TestTokens: a token opens the API and tus, by which files come, and no page;
// one that was revoked, or has run out, opens nothing.
func TestTokens(t *testing.T) {
	h := newHouse(t)
	u := h.people[assets.RoleAdministration]
	now := h.clock.Now()
	keys := map[string]assets.Key{
		"good":    {},
		"revoked": {EndedAt: now},
		"over":    {ExpiresAt: now},
		"a link":  {Kind: assets.KeyLink},
	}
	for secret, k := range keys {
		k.ID, k.Hash, k.User, k.CreatedAt = assets.ID(secret), access.Hash(secret), u.ID, now
		if k.Kind == "" {
			k.Kind = assets.KeyToken
		}
		if err := h.catalog.Apply(t.Context(), assets.Change{Keys: []assets.Key{k}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, right := range access.Table {
		if right.Public() || right.Reach(u.Role) == access.No {
			continue
		}
		for _, secret := range []string{"good", "revoked", "over", "a link", "unknown"} {
			want := http.StatusUnauthorized
			if secret == "good" && (strings.HasPrefix(right.Path(), "/api/") || strings.HasPrefix(right.Path(), "/regie/tus/")) {
				want = http.StatusNoContent
			}
			got := h.ask(right.Method(), address(right, "own-"+string(u.ID)), "", "Authorization", "Bearer "+secret).StatusCode
			if got != want {
				t.Errorf("%s with a token that is %s: %d, want %d", right.Route, secret, got, want)
			}
		}
	}
}
