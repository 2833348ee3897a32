package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
)

// channel is a site that nothing is brought to: no work is done in these tests.
type channel struct{ publishers.Publisher }

func (channel) Channel() assets.Channel { return assets.ChannelSite }

func (channel) Limits() publishers.Limits { return publishers.Limits{} }

// program is one that takes every call.
type program struct{}

func (program) Accepts(string) error { return nil }

func (program) Call(context.Context, pipeline.Message) (int, error) { return 204, nil }

type nobody struct{}

func (nobody) Enqueue(context.Context, pipeline.Task) error { return nil }

// parts are what a Desk is made of that serves the API and does no work.
func parts(t *testing.T, c assets.Catalog, clock *assetstest.Clock, ids *assetstest.IDs, log *slog.Logger) pipeline.Options {
	t.Helper()
	dir := t.TempDir()
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	key, err := access.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := access.ReadKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	registry, err := publishers.NewRegistry(channel{})
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Options{
		Catalog: c, Blobs: disk, Queue: nobody{}, Publishers: registry, Sealer: sealer, Passwords: access.NewPasswords(), Caller: program{}, Now: clock.Now, NewID: ids.New, Log: log,
		Policy: assets.ConsentPolicy{Guardians: 2, Years: 5}, Lease: time.Minute,
		Uploads: pipeline.Uploads{Dir: dir, Quota: 1 << 40, Largest: 1 << 40, Free: func(string) (int64, error) { return 1 << 40, nil }},
	}
}

// fill puts a film with a version that is made, and a rush, into the house.
func (f *front) fill() (film, rush assets.ID) {
	h := f.house
	loud := -20.0
	made := h.Film("Le bal", nil)
	v := h.Version(made.ID, 1)
	v.Sheet = &assets.Sheet{Duration: 60, Status: assets.SheetOK, Video: &assets.VideoSheet{Rate: 25}, Loudness: &assets.Loudness{Integrated: &loud}}
	made.Version = v.ID
	h.Apply(assets.Change{
		Films: []assets.Film{made}, Versions: []assets.Version{v},
		Renditions: []assets.Rendition{
			{ID: h.IDs.New(), Version: v.ID, Role: assets.RoleThumbnail, Rank: 1, Key: "t", CreatedAt: h.Clock.Now()},
			{ID: h.IDs.New(), Version: v.ID, Role: assets.MP4Role(720), Width: 1280, Height: 720, Key: "m", CreatedAt: h.Clock.Now()},
		},
		Events: []assets.Event{
			h.Event(assets.SubjectVersion, v.ID, "received", "making"), h.Event(assets.SubjectVersion, v.ID, "making", "ready"),
			h.Event(assets.SubjectFilm, made.ID, "editing", "review"),
		},
	})
	r := h.Rush("La place", func(r *assets.Rush) { r.Proxy = assets.Proxy{Frames: 250, Rate: 25000} })
	h.Apply(assets.Change{Rushes: []assets.Rush{r}, Events: []assets.Event{h.Event(assets.SubjectRush, r.ID, "received", "ready")}})
	return made.ID, r.ID
}

// step asks for one operation, and keeps the IDs of its answer for those after.
type step struct {
	role assets.UserRole
	op   string // as the table has it, below Root
	body string
	keep string // "selection=id": what of the answer is called what
	says string
}

const (
	monteur = assets.RoleMonteur
	image   = assets.RoleImage
	admin   = assets.RoleAdministration
)

// steps are one use of every operation, in an order that makes sense.
var steps = []step{
	{monteur, "GET /openapi.json", "", "", "3.1"},
	{monteur, "GET /me", "", "", "monteur@example.org"},
	{monteur, "GET /programme", "", "", "rubriques"},
	{admin, "POST /programme", `{"list":"partner","entry":{"name":"Le cinéma"}}`, "entry=slug", "Le cinéma"},
	{admin, "POST /programme", `{"list":"partner","entry":{"name":"La salle"}}`, "other=slug", "La salle"},
	{admin, "POST /programme/merge", `{"list":"partner","slug":"{entry}","into":"{other}"}`, "", "undo"},
	{admin, "POST /programme/remove", `{"list":"partner","slug":"{other}"}`, "", "undo"},

	{monteur, "POST /sujets", `{"title":"La fête"}`, "sujet=id", ""},
	{monteur, "GET /sujets", "", "", "La fête"},
	{monteur, "GET /sujets/{sujet}", "", "", "La fête"},
	{monteur, "PATCH /sujets/{sujet}", `{"brief":"Filmer le bal.","contact":{"name":"La mairie"}}`, "", "La mairie"},
	{monteur, "PUT /sujets/{sujet}/wanted", `{"text":"Un plan large"}`, "", "Un plan large"},
	{monteur, "PUT /sujets/{sujet}/conducteur", `{"segments":[{"title":"Ouverture","planned":120}]}`, "", "Ouverture"},
	{monteur, "POST /sujets/{sujet}/people", `{"person":"Une danseuse","minor":"no"}`, "filmed=id,consent=consent", ""},
	{monteur, "GET /sujets/{sujet}/people", "", "", "Une danseuse"},

	{image, "GET /consents", "", "", "Une danseuse"},
	{image, "GET /consents/{consent}", "", "", "red"},
	{image, "PUT /consents/{consent}", `{"person":"Une danseuse","minor":"no","signatures":1,"media":["site"]}`, "", `"site"`},
	{image, "POST /consents/{consent}/state", `{"state":"refused"}`, "", "floutage"},
	{monteur, "PATCH /filmed/{filmed}", `{"spans":[],"blurred":true}`, "gesture=undo", ""},
	{monteur, "POST /undo/{gesture}", "", "", ""},
	{monteur, "DELETE /filmed/{filmed}", "", "", "undo"},
	{image, "POST /films/{film}/people", `{"person":"Un passant"}`, "", "consent"},
	{image, "GET /films/{film}/rights", "", "", "Un passant"},
	{image, "POST /films/{film}/waiver", `{"medium":"site","why":"De dos."}`, "", "De dos."},

	{monteur, "GET /rushes", "", "", "La place"},
	{monteur, "GET /rushes/{rush}", "", "", "La place"},
	{monteur, "PATCH /rushes", `{"rushes":["{rush}"],"change":{"stars":2,"place":"Le cours"}}`, "gesture=undo", `"changed":1`},
	{monteur, "POST /rushes/{rush}/notes", `{"text":"Belle lumière","frame":3}`, "note=id", ""},
	{monteur, "GET /rushes/{rush}/notes", "", "", "Belle lumière"},
	{monteur, "PATCH /notes/{note}", `{"text":"Très belle lumière"}`, "", "Très"},
	{monteur, "POST /notes/{note}/done", `{"done":true}`, "", `"done":true`},
	{monteur, "DELETE /notes/{note}", "", "", "undo"},
	{monteur, "POST /selections", `{"name":"Bout-à-bout","clips":[{"rush":"{rush}","in":0,"out":25}]}`, "selection=id", ""},
	{monteur, "GET /selections", "", "", "Bout-à-bout"},
	{monteur, "POST /selections/{selection}/clips", `{"clips":[{"rush":"{rush}","in":50,"out":0}]}`, "", "undo"},
	{monteur, "PATCH /selections/{selection}", `{"name":"Le bal","clips":[{"rush":"{rush}","in":50,"out":75}]}`, "", "undo"},
	{monteur, "GET /selections/{selection}", "", "", "Le bal"},
	{monteur, "GET /selections/{selection}/export/edl", "", "", "TITLE"},
	{monteur, "POST /rushes/{rush}/remake", "", "", "received"},
	{monteur, "GET /search?q=place", "", "", "rush"},
	{monteur, "POST /searches", `{"name":"Les places","path":"/regie/rushes?q=place"}`, "search=items.0.id", "Les places"},
	{monteur, "GET /searches", "", "", "q=place"},
	{monteur, "DELETE /searches/{search}", "", "", `"items":[]`},

	{monteur, "GET /films", "", "", "Le bal"},
	{monteur, "GET /films/{film}", "", "", `"fiche"`},
	{monteur, "PATCH /films/{film}", `{"keywords":["bal"],"people":[{"name":"Une élue","role":"maire"}]}`, "", "Une élue"},
	{monteur, "GET /films/{film}/versions", "", "", "ready"},
	{monteur, "POST /films/{film}/versions/1/notes", `{"text":"Trop long","frame":-1}`, "", ""},
	{monteur, "GET /films/{film}/versions/1/notes", "", "", "Trop long"},
	{monteur, "POST /films/{film}/versions/1/sound", "", "", ""},
	{monteur, "PUT /films/{film}/cover", `{"kind":"thumbnail","rank":1}`, "", "thumbnail"},
	{monteur, "PUT /films/{film}/teaser", `{"spans":[{"start":1,"end":11}]}`, "", "teaser_pick"},
	{monteur, "PUT /films/{film}/tracks/captions/fr", `{"cues":[{"start":1,"end":3,"text":"Bienvenue."}]}`, "", "Bienvenue"},
	{monteur, "GET /films/{film}/tracks", "", "", "captions"},
	{monteur, "GET /films/{film}/tracks/captions/fr", "", "", "Bienvenue"},
	{monteur, "POST /films/{film}/bat", "", "approval=id", ""},
	{image, "POST /bat/{approval}", `{"given":true}`, "", "given"},
	{image, "GET /films/{film}/bat", "", "", "given"},
	{admin, "POST /films/{film}/publications", `{"channels":["site"]}`, "publication=items.0.id", "scheduled"},
	{monteur, "GET /films/{film}/publications", "", "", "scheduled"},
	{monteur, "GET /publications/{publication}", "", "", `"site"`},
	{admin, "POST /publications/{publication}/move", `{"at":"2028-03-07T18:00"}`, "", "undo"},
	{admin, "POST /campaigns", `{"films":["{film}"],"channels":["site"],"days":[2,4],"from":"2028-03-03T18:00","dry_run":true}`, "", `"already":true`},
	{admin, "POST /publications/{publication}", `{"do":"withdraw"}`, "", "cancelled"},
	{admin, "POST /campaigns", `{"films":["{film}"],"channels":["site"],"days":[2,4],"from":"2028-03-03T18:00"}`, "gesture=undo", "2028-03-07T18:00"},
	{admin, "POST /undo/{gesture}", "", "", ""},
	{admin, "POST /programme", `{"list":"partner","entry":{"name":"Le festival"}}`, "partner=slug", "Le festival"},
	{admin, "POST /deliveries", `{"partner":"{partner}","films":["{film}"],"days":30,"password":"sésame ouvre-toi","max":5}`, "delivery=id", "/p/"},
	{monteur, "GET /deliveries?state=open&partner={partner}", "", "", "{delivery}"},
	{monteur, "GET /deliveries/{delivery}", "", "", `"locked":true`},
	{admin, "PUT /deliveries/{delivery}/password", `{"password":"un autre mot"}`, "", `"locked":true`},
	{admin, "DELETE /deliveries/{delivery}/password", "", "", `"locked":false`},
	{admin, "POST /deliveries/{delivery}/renew", "", "", `"open"`},
	{admin, "POST /deliveries/{delivery}/revoke", "", "", `"revoked"`},
	{image, "POST /films/{film}/site", "", "", "scheduled"},
	{image, "DELETE /films/{film}/site", "", "", ""},
	{image, "DELETE /bat/{approval}", "", "", "void"},
	{monteur, "GET /films/{film}/formats", "", "", "Pour diffusion TV"},
	{monteur, "POST /films/{film}/formats/pad-tv", "", "", `"asked"`},
	{monteur, "DELETE /films/{film}/formats/pad-tv", "", "", `"stopped"`},
	{monteur, "POST /films/{film}/remake", "", "", "received"},
	{monteur, "POST /films/{film}/cancel", "", "", "cancelled"},
	{image, "POST /films/{film}/archive", `{"archived":true}`, "", "undo"},
	{image, "POST /films/{film}/archive", `{"archived":false}`, "", "undo"},

	{monteur, "POST /transfers", `{"kind":"rush","sujet":"{sujet}"}`, "transfer=id", ""},
	{monteur, "GET /transfers", "", "", "{transfer}"},
	{monteur, "POST /transfers/{transfer}/announce", `{"files":[{"name":"a.mp4","size":9}]}`, "", "new"},
	{monteur, "PATCH /transfers/{transfer}", `{"place":"Le cours"}`, "", "Le cours"},
	{monteur, "GET /transfers/{transfer}", "", "", "a.mp4"},
	{monteur, "POST /sujets/{sujet}/state", `{"state":"closed"}`, "", "closed"},

	{admin, "POST /users", `{"name":"Un monteur","mail":"m@example.org","role":"monteur"}`, "user=id", ""},
	{admin, "GET /users", "", "", "Un monteur"},
	{admin, "GET /users/{user}", "", "", "Un monteur"},
	{admin, "PATCH /users/{user}", `{"role":"jri"}`, "", "jri"},
	{admin, "POST /users/{user}/link", "", "", "/regie/entrer/"},
	{admin, "POST /users/{user}/tokens", `{"name":"Un robot"}`, "", "secret"},
	{admin, "GET /users/{user}/tokens", "", "token=items.0.id", "Un robot"},
	{admin, "DELETE /users/{user}/tokens/{token}", "", "", "ended_at"},
	{admin, "POST /users/{user}/state", `{"state":"closed"}`, "", "closed"},
	{admin, "POST /webhooks", `{"url":"https://example.org/","events":["*"]}`, "webhook=id", "whsec_"},
	{admin, "GET /webhooks", "", "", "example.org"},
	{admin, "GET /webhooks/{webhook}", "", "", "example.org"},
	{admin, "POST /webhooks/{webhook}/test", "", "", "taken"},
	{admin, "GET /webhooks/{webhook}/calls", "", "", "204"},
	{admin, "PATCH /webhooks/{webhook}", `{"paused":true}`, "", "undo"},
	{admin, "GET /journal", "", "", "items"},
}

// TestEveryOperation does one thing with each, as somebody who may; then asks
// for each as somebody who may not, and as a stranger.
func TestEveryOperation(t *testing.T) {
	f := newFront(t)
	film, rush := f.fill()
	known := map[string]string{"film": string(film), "rush": string(rush)}
	named := func(text string) string {
		for name, id := range known {
			text = strings.ReplaceAll(text, "{"+name+"}", id)
		}
		return text
	}
	done := map[string]string{} // by the row of the table: the address
	for _, s := range steps {
		method, path, _ := strings.Cut(s.op, " ")
		address := named(path)
		code, _, body := f.ask(s.role, method, address, named(s.body))
		if code != http.StatusOK || !strings.Contains(body, named(s.says)) {
			t.Fatalf("%s: %d, without %q: %s", s.op, code, named(s.says), body)
		}
		for keep := range strings.SplitSeq(s.keep, ",") {
			if name, at, found := strings.Cut(keep, "="); found {
				known[name] = valueAt(t, body, at)
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), method, Root+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		done[rowOf(r)] = address
	}
	for _, right := range access.Table {
		if !strings.HasPrefix(right.Path(), Root) {
			continue
		}
		address, used := done[right.Route]
		if !used {
			t.Errorf("nobody used %s", right.Route)
			continue
		}
		for _, role := range append(assets.UserRoles(), "") {
			want := http.StatusNotFound
			if role == "" {
				want = http.StatusUnauthorized
			} else if right.Reach(role) != access.No {
				continue
			}
			if code, kind, body := f.ask(role, right.Method(), address, ""); code != want || kind != problem {
				t.Errorf("%s of %q: %d %s", right.Route, role, code, body)
			}
		}
	}
}

// rowOf is the row of the table that a request belongs to.
func rowOf(r *http.Request) string {
	mux := http.NewServeMux()
	for _, right := range access.Table {
		if strings.HasPrefix(right.Path(), Root) {
			mux.Handle(right.Route, http.NotFoundHandler())
		}
	}
	_, pattern := mux.Handler(r)
	return pattern
}

// valueAt reads "items.0.id" out of an answer.
func valueAt(t *testing.T, body, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			if len(x) == 0 {
				t.Fatalf("%s is empty in %s", path, body)
			}
			v = x[0]
		}
	}
	text, is := v.(string)
	if !is || text == "" {
		t.Fatalf("no %s in %s", path, body)
	}
	return text
}

// TestRefusals: what is wrong is said in French, field by field; what is another's is
// not there, also when only the body names it.
func TestRefusals(t *testing.T) {
	f := newFront(t)
	film, rush := f.fill()
	_, _, body := f.ask(monteur, "POST", "/sujets", `{"title":"La fête"}`)
	sujet := valueAt(t, body, "id")
	for _, c := range []struct {
		role assets.UserRole
		op   string
		body string
		code int
		says []string
	}{
		{monteur, "POST /sujets", `{}`, 422, []string{"body", "Ce champ manque.", "La demande n’est pas comme"}},
		{monteur, "POST /sujets", `{"title":"a","titre":"b"}`, 422, []string{"body.titre", "Ce champ n’existe pas."}},
		{monteur, "POST /sujets", `{"title":`, 400, []string{"envoyez du JSON"}},
		{monteur, "GET /films?limit=x", "", 422, []string{"query.limit", "Un nombre entier est attendu."}},
		{monteur, "PATCH /films/" + string(film), `{"rubriques":["cuisine"]}`, 422, []string{"cuisine"}},
		{monteur, "PATCH /films/" + string(film), `{"genre":"opéra"}`, 422, []string{"body.genre", "Ce genre de film"}},
		{monteur, "PATCH /sujets/" + sujet, `{"at":"demain"}`, 422, []string{"body.at", "Une date est attendue"}},
		{monteur, "PATCH /rushes", `{"rushes":["` + string(rush) + `"],"change":{"stars":9}}`, 422, []string{"body.change.stars", "trop grand"}},
		{assets.RoleJRI, "PATCH /rushes", `{"rushes":["` + string(rush) + `"],"change":{"stars":1}}`, 404, []string{"n’existe pas"}},
		{assets.RoleJRI, "POST /selections", `{"name":"a","sujet":"` + sujet + `"}`, 404, []string{"n’existe pas"}},
		{assets.RoleJRI, "POST /selections", `{"name":"a","clips":[{"rush":"` + string(rush) + `","in":0,"out":0}]}`, 404, []string{"n’existe pas"}},
		{assets.RoleJRI, "POST /transfers", `{"kind":"rush","sujet":"` + sujet + `"}`, 404, []string{"detail"}},
		{assets.RoleJRI, "POST /transfers", `{"kind":"master"}`, 403, []string{"detail"}},
		{monteur, "POST /undo/unknown", "", 404, []string{"rien à annuler"}},
		{admin, "POST /webhooks", `{"url":"https://example.org","events":["user.active"]}`, 422, []string{"body.events", "n’existe pas"}},
		{admin, "GET /webhooks/unknown", "", 404, []string{"detail"}},
		{admin, "POST /users", `{"name":"x","mail":"x","role":"monteur"}`, 422, []string{"body.mail"}},
		{monteur, "PUT /films/" + string(film) + "/tracks/captions/fr", `{"cues":[{"start":3,"end":1,"text":"a"}]}`, 422, []string{"detail"}},
		{monteur, "PUT /films/" + string(film) + "/tracks/paroles/fr", `{"cues":[]}`, 422, []string{"path.kind"}},
		{monteur, "POST /films/" + string(film) + "/versions/9/sound", "", 404, []string{"cette version"}},
	} {
		method, path, _ := strings.Cut(c.op, " ")
		code, kind, body := f.ask(c.role, method, path, c.body)
		if code != c.code || kind != problem {
			t.Errorf("%s %s: %d %s %s", c.op, c.body, code, kind, body)
		}
		for _, says := range c.says {
			if !strings.Contains(body, says) {
				t.Errorf("%s %s: no %q in %s", c.op, c.body, says, body)
			}
		}
	}
}
