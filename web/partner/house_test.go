package partner

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
	"anonymal.tv/regie/web/static"
)

// house is the room behind its gate, on a real catalog, a real disk and real
// connections. Its films were made by nobody: their files are noise.
type house struct {
	testing.TB
	*pipeline.Desk
	room   *Room
	clock  *assetstest.Clock
	disk   *blobs.Disk
	file   string // of the database
	server *httptest.Server
}

const dossier = "zik-zac-2018"

type noBroker struct{}

func (noBroker) Enqueue(context.Context, pipeline.Task) error { return nil }

func newHouse(t testing.TB) *house {
	t.Helper()
	dir := t.TempDir()
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	h := houseOn(t, dir, disk)
	h.disk = disk
	return h
}

// houseOn is a house whose bytes are kept elsewhere.
func houseOn(t testing.TB, dir string, store assets.Blobs) *house {
	t.Helper()
	h := &house{TB: t, clock: assetstest.NewClock(), file: filepath.Join(dir, "regie.db")}
	h.clock.Advance(time.Since(h.clock.Now())) // sessions read the wall clock
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + h.file, Now: h.clock.Now})
	h.must(err)
	t.Cleanup(func() { _ = c.Close() })
	h.must(c.SaveProgramme(t.Context(), assets.Programme{
		Partners: []assets.Partner{{Slug: "zik-zac", Name: "Zik Zac", Logo: "logos/aa.png", Colour: "#ffd400"}},
		Dossiers: []assets.Dossier{{Slug: dossier, Name: "Zik Zac 2018", Partner: "zik-zac", Planned: 20}},
	}))
	_, err = store.Put(t.Context(), "logos/aa.png", bytes.NewReader(noise(300)))
	h.must(err)
	key, err := access.NewKey()
	h.must(err)
	sealer, err := access.ReadKeys(key)
	h.must(err)
	h.Desk = pipeline.NewDesk(pipeline.Options{
		Catalog: c, Blobs: store, Queue: noBroker{}, Sealer: sealer, Policy: assets.ConsentPolicy{Guardians: 2, Years: 5},
		Now: h.clock.Now, NewID: assetstest.IDsFrom(1).New, Log: slog.New(slog.DiscardHandler),
	})
	doors := gate.New(gate.Options{Entry: c, Records: h.Desk, Now: h.clock.Now, Log: h.Desk.Log})
	h.room, err = New(Options{Desk: h.Desk, Gate: doors, Static: static.FS(), House: "La télé", Now: h.clock.Now, Zone: time.UTC, Log: h.Desk.Log})
	h.must(err)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.room.Refuse(w, r, gate.ErrHidden) })
	h.must(doors.Mount(mux, h.room.Refuse, h.room.Routes()))
	h.server = httptest.NewServer(doors.Door(mux, h.room.Refuse))
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// move is the event by which a record goes from one state to another.
func (h *house) move(kind assets.Subject, id assets.ID, from, to string) assets.Event {
	return assets.Event{ID: h.NewID(), Kind: kind, Subject: id, From: from, To: to, Actor: "cli", At: h.Now()}
}

func (h *house) apply(c assets.Change) { h.Helper(); h.must(h.Catalog.Apply(h.Context(), c)) }

// made is one file of a film: its place in the tree of what was made.
type made struct {
	assets.Rendition
	content []byte
	sparse  int64 // so many zeros instead, which take no place
}

// usual is what the house makes of each film, in small.
func usual() []made {
	return []made{
		{assets.Rendition{Role: assets.MP4Role(1080), Key: "mp4/1080.mp4", Width: 1920, Height: 1080, Duration: 60}, noise(64_000), 0},
		{assets.Rendition{Role: assets.MP4Role(480), Key: "mp4/480.mp4", Width: 854, Height: 480, Duration: 60}, noise(24_000), 0},
		{assets.Rendition{Role: assets.RoleHLS, Key: "hls/master.m3u8", Parts: []assets.Part{{Key: "hls/v/list.m3u8"}, {Key: "hls/v/0.m4s"}}}, noise(500), 0},
		{assets.Rendition{Role: assets.RolePoster, Key: "poster.jpg", Codec: "image/jpeg", Width: 640, Height: 360}, noise(3_000), 0},
	}
}

// noise never says the same twice.
func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// movie files a film of one file, with these bytes.
func (h *house) movie(content []byte) assets.Film {
	h.Helper()
	return h.film("Before Zik Zac", made{assets.Rendition{Role: assets.MP4Role(720), Key: "mp4/720.mp4", Width: 1280, Height: 720}, content, 0})
}

// film files one more film of the dossier, with its BAT.
func (h *house) film(title string, files ...made) assets.Film {
	h.Helper()
	now := h.Now()
	f := assets.Film{ID: h.NewID(), Title: title, Lede: "Un soir à Jas-de-Bouffan", Rubriques: []string{}, Partners: []string{"zik-zac"}, Dossier: dossier, State: assets.FilmEditing, Music: assets.MusicClear, CreatedAt: now, UpdatedAt: now}
	f.Slug = "film-" + string(f.ID)
	v := assets.Version{ID: h.NewID(), Film: f.ID, Number: 1, Master: h.NewID(), State: assets.VersionReceived, CreatedAt: now}
	sum := strings.Repeat("0", 64-len(v.Master)) + string(v.Master)
	a := assets.Asset{ID: v.Master, Kind: assets.KindMaster, SHA256: sum, Size: 1 << 30, Name: "master.mov", Key: "originals/" + sum, CreatedAt: now}
	bat := assets.Approval{ID: h.NewID(), Film: f.ID, Version: v.ID, Number: 1, SHA256: sum, State: assets.ApprovalGiven, At: now}
	f.Version = v.ID
	h.apply(assets.Change{
		Assets: []assets.Asset{a}, Films: []assets.Film{f}, Versions: []assets.Version{v}, Approvals: []assets.Approval{bat},
		Events: []assets.Event{h.move(assets.SubjectFilm, f.ID, "", "editing"), h.move(assets.SubjectVersion, v.ID, "", "received"), h.move(assets.SubjectApproval, bat.ID, "", "given")},
	})
	c := assets.Change{}
	for _, s := range [][2]string{{"editing", "review"}, {"review", "approved"}, {"approved", "published"}} {
		c.Events = append(c.Events, h.move(assets.SubjectFilm, f.ID, s[0], s[1]))
	}
	for _, s := range [][2]string{{"received", "making"}, {"making", "ready"}} {
		c.Events = append(c.Events, h.move(assets.SubjectVersion, v.ID, s[0], s[1]))
	}
	tree := "renditions/" + string(v.ID) + "/1/"
	for _, m := range files {
		r := m.Rendition
		r.ID, r.Version, r.CreatedAt = h.NewID(), v.ID, now
		kept := h.keep(tree+r.Key, m)
		r.Key, r.Size, r.SHA256 = kept.Key, kept.Size, kept.SHA256
		for i, p := range r.Parts {
			kept := h.keep(tree+p.Key, made{content: noise(700)})
			r.Parts[i] = assets.Part(kept)
		}
		c.Renditions = append(c.Renditions, r)
	}
	h.apply(c)
	return f
}

// keep puts the bytes of a file where its key says. A sparse one is named by
// its key: nobody reads gigabytes of nothing for a sum.
func (h *house) keep(key string, m made) assets.Blob {
	h.Helper()
	if m.sparse == 0 {
		b, err := h.Blobs.Put(h.Context(), key, bytes.NewReader(m.content))
		h.must(err)
		return b
	}
	file := h.disk.Path(key)
	h.must(os.MkdirAll(filepath.Dir(file), 0o750))
	h.must(os.WriteFile(file, []byte(path.Base(key)), 0o600))
	h.must(os.Truncate(file, m.sparse))
	return assets.Blob{Key: key, Size: m.sparse, SHA256: access.Hash(key)}
}

// link hands the dossier to the partner, and returns the address besides.
func (h *house) link(q pipeline.DeliveryRequest) (assets.Delivery, string) {
	h.Helper()
	if len(q.Films) == 0 {
		q.Dossier = dossier
	}
	x, err := h.Deliver(h.Context(), q, "com")
	h.must(err)
	address, err := h.DeliveryLink(x)
	h.must(err)
	return x, h.server.URL + address
}

// visitor is a browser that keeps its cookies.
type visitor struct {
	*house
	*http.Client
}

func (h *house) visitor() visitor {
	jar, err := cookiejar.New(nil)
	h.must(err)
	return visitor{h, &http.Client{Jar: jar, Transport: h.server.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// ask sends a request and reads all of the answer.
func (v visitor) ask(method, address string, headers ...string) (*http.Response, []byte) {
	v.Helper()
	r, err := http.NewRequestWithContext(v.Context(), method, address, nil)
	v.must(err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := v.Do(r)
	v.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	v.must(err)
	return res, body
}

// unlock gives a password, and tells with which status it was answered.
func (v visitor) unlock(root, password string) int {
	v.Helper()
	res, err := v.PostForm(root+"/mot-de-passe", url.Values{"mot-de-passe": {password}})
	v.must(err)
	_ = res.Body.Close()
	return res.StatusCode
}

// saved is the address of a file of the menu of a film.
func (h *house) saved(root string, film assets.Film, role assets.Role) string {
	h.Helper()
	x, err := h.OpenDelivery(h.Context(), path.Base(root))
	h.must(err)
	f, err := h.HandedFilm(h.Context(), x, film.ID)
	h.must(err)
	for _, r := range f.Made {
		for _, b := range f.By {
			if r.Role == role && b.Key == r.Key {
				return root + "/films/" + string(film.ID) + "/fichiers/" + url.PathEscape(b.Name)
			}
		}
	}
	h.Fatalf("no %s of %s in the menu", role, film.Title)
	return ""
}

// downloads are the downloads that a link has noted, begun and done.
func (h *house) downloads(x assets.Delivery) (begun, done int) {
	h.Helper()
	all, err := h.Catalog.Receipts(h.Context(), x.ID)
	h.must(err)
	for _, r := range all {
		if r.Kind != assets.ReceiptDownloaded {
			continue
		}
		begun++
		if !r.DoneAt.IsZero() {
			done++
		}
	}
	return begun, done
}
