package api

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// front is the API behind the real gate, with one token for each role.
type front struct {
	*testing.T
	http.Handler
	house  *assetstest.House
	tokens map[assets.UserRole]string
}

func newFront(t *testing.T) *front {
	t.Helper()
	clock, ids := assetstest.NewClock(), assetstest.IDsFrom(1)
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "t.db"), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	log := slog.New(slog.DiscardHandler)
	desk := pipeline.NewDesk(parts(t, c, clock, ids, log))
	f := &front{T: t, tokens: map[assets.UserRole]string{}, house: &assetstest.House{Under: assetstest.Under{Catalog: c}, T: t, Clock: clock, IDs: ids}}
	for _, role := range assets.UserRoles() {
		u, err := desk.Hire(t.Context(), assets.User{Name: string(role), Mail: string(role) + "@example.org", Role: role}, "test")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := desk.NewToken(t.Context(), u.ID, "test", time.Time{}, "test")
		if err != nil {
			t.Fatal(err)
		}
		f.tokens[role] = secret.Reveal()
	}
	a, err := New(desk, log)
	if err != nil {
		t.Fatal(err)
	}
	g := gate.New(gate.Options{Entry: c, Records: desk, Now: clock.Now, Log: log})
	mux := http.NewServeMux()
	if err := g.Mount(mux, a.Refuse, a.Routes()); err != nil {
		t.Fatal(err)
	}
	f.Handler = g.Door(mux, a.Refuse)
	return f
}

// ask returns the status, the type and the body of an answer.
func (f *front) ask(role assets.UserRole, method, path, body string) (int, string, string) {
	f.Helper()
	r := httptest.NewRequestWithContext(f.Context(), method, Root+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+f.tokens[role])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	all, err := io.ReadAll(w.Result().Body)
	if err != nil {
		f.Fatal(err)
	}
	return w.Code, w.Header().Get("Content-Type"), string(all)
}

const problem = "application/problem+json"

// TestRoles: the table judges programs as it judges people, and what is refused
// is said as RFC 9457 does.
func TestRoles(t *testing.T) {
	f := newFront(t)
	for _, test := range []struct {
		role         assets.UserRole
		method, path string
		body         string
		want         int
		says         string
	}{
		{"", "GET", "/me", "", 401, "Entrez"},
		{assets.RoleJRI, "GET", "/me", "", 200, "jri@example.org"},
		{assets.RoleJRI, "GET", "/journal", "", 404, "detail"},
		{assets.RoleAdministration, "GET", "/journal?limit=1", "", 200, "next"},
		{assets.RoleJRI, "POST", "/sujets", `{"title":"Fête"}`, 404, "detail"},
		{assets.RoleMonteur, "POST", "/sujets", `{"title":""}`, 422, "body.title"},
		{assets.RoleMonteur, "GET", "/films?limit=1000", "", 422, "query.limit"},
		{assets.RoleMonteur, "GET", "/films/unknown", "", 404, "detail"},
		{assets.RoleMonteur, "GET", "/rushes", "", 200, "items"},
	} {
		code, kind, body := f.ask(test.role, test.method, test.path, test.body)
		if code != test.want || !strings.Contains(body, test.says) || (code >= 400) != (kind == problem) {
			t.Errorf("%s %s of %q: %d, %s, %s", test.method, test.path, test.role, code, kind, body)
		}
	}
}

// TestPaging: pages follow each other without gap or double; another's sujet and
// an unknown one look alike.
func TestPaging(t *testing.T) {
	f := newFront(t)
	seen, last := map[assets.ID]bool{}, assets.ID("")
	for range 3 {
		if code, _, body := f.ask(assets.RoleMonteur, "POST", "/sujets", `{"title":"Fête"}`); code != 200 {
			t.Fatalf("%d: %s", code, body)
		}
	}
	for path, pages := "/sujets?limit=2", 0; path != ""; pages++ {
		var l list[assets.Sujet]
		_, _, body := f.ask(assets.RoleMonteur, "GET", path, "")
		if err := json.Unmarshal([]byte(body), &l); err != nil || pages > 2 {
			t.Fatalf("page %d: %v: %s", pages, err, body)
		}
		for _, s := range l.Items {
			seen[s.ID], last = true, s.ID
		}
		path = ""
		if l.Next != "" {
			path = "/sujets?limit=2&after=" + string(l.Next)
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d sujets seen", len(seen))
	}
	_, _, others := f.ask(assets.RoleJRI, "GET", "/sujets/"+string(last), "")
	code, _, unknown := f.ask(assets.RoleJRI, "GET", "/sujets/unknown", "")
	if code != 404 || others != unknown {
		t.Errorf("%d: %s and %s", code, others, unknown)
	}
}

// TestDescription: the document names every row of the table, in full; what it
// refers to is in it, and each wildcard of an address is described.
func TestDescription(t *testing.T) {
	_, _, body := newFront(t).ask(assets.RoleJRI, "GET", "/openapi.json", "")
	var doc struct {
		OpenAPI    string
		Components struct{ Schemas map[string]any }
		Paths      map[string]map[string]struct {
			OperationID, Summary string
			Parameters           []struct{ Name, In string }
			Responses            map[string]any
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("%v: %.200s", err, body)
	}
	named := map[string]bool{}
	for _, right := range access.Table {
		if !strings.HasPrefix(right.Path(), Root) {
			continue
		}
		op := doc.Paths[right.Path()][strings.ToLower(right.Method())]
		if op.OperationID == "" || named[op.OperationID] || op.Summary == "" || len(op.Responses) < 2 {
			t.Errorf("%s is described as %+v", right.Route, op)
		}
		named[op.OperationID] = true
		wildcards := 0
		for _, p := range op.Parameters {
			if p.In == "path" && strings.Contains(right.Path(), "{"+p.Name+"}") {
				wildcards++
			}
		}
		if wildcards != strings.Count(right.Path(), "{") {
			t.Errorf("%s describes %+v", right.Route, op.Parameters)
		}
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"([^"]*)"`).FindAllStringSubmatch(body, -1) {
		name, here := strings.CutPrefix(ref[1], "#/components/schemas/")
		if _, known := doc.Components.Schemas[name]; !here || !known {
			t.Errorf("%s is not in the document", ref[1])
		}
	}
}
