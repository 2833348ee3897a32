package upload

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// room is the reception behind the gate, on a real catalog and a real disk,
// with three people.
type room struct {
	*testing.T
	*httptest.Server
	desk   *pipeline.Desk
	people map[string]assets.User
	faults *strings.Builder // what the server had to say
}

// nobody is told of work: the tests do it.
type nobody struct{}

func (nobody) Enqueue(context.Context, pipeline.Task) error { return nil }

func newRoom(t *testing.T, silence time.Duration) *room {
	t.Helper()
	dir := t.TempDir()
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(dir, "t.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	waiting := filepath.Join(dir, "uploads")
	if err := os.Mkdir(waiting, 0o750); err != nil {
		t.Fatal(err)
	}
	var ids sync.Mutex
	serial := assetstest.IDsFrom(1)
	r := &room{T: t, people: map[string]assets.User{}, faults: &strings.Builder{}}
	r.desk = pipeline.NewDesk(pipeline.Options{
		Catalog: c, Blobs: disk, Queue: nobody{}, Scratch: filepath.Join(dir, "scratch"), Now: time.Now, Lease: time.Minute,
		NewID: func() assets.ID {
			ids.Lock()
			defer ids.Unlock()
			return serial.New()
		},
		Log: slog.New(slog.DiscardHandler), Zone: time.UTC,
		Uploads: pipeline.Uploads{Dir: waiting, Keep: time.Hour, Quota: 1 << 40, Largest: 1 << 30, Free: func(string) (int64, error) { return 1 << 42, nil }},
	})
	for name, role := range map[string]assets.UserRole{"une JRI": assets.RoleJRI, "un JRI": assets.RoleJRI, "l'administration": assets.RoleAdministration} {
		r.people[name] = assets.User{ID: r.desk.NewID(), Name: name, Mail: strings.ReplaceAll(name, " ", ".") + "@example.org", Role: role, State: assets.UserActive, CreatedAt: time.Now()}
		u := r.people[name]
		if err := c.Apply(t.Context(), assets.Change{Users: []assets.User{u}, Events: []assets.Event{
			{ID: r.desk.NewID(), Kind: assets.SubjectUser, Subject: u.ID, To: string(u.State), Actor: "test", At: time.Now()},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	r.open(c, silence)
	t.Cleanup(func() {
		r.Close()
		if err := errors.Join(c.Close(), disk.Close()); err != nil {
			t.Error(err)
		}
		if strings.Contains(r.faults.String(), "panic") {
			t.Error(r.faults)
		}
	})
	return r
}

// open mounts the reception behind the gate, and a door for each person.
func (r *room) open(entry assets.Entry, silence time.Duration) {
	r.Helper()
	log := slog.New(slog.NewTextHandler(r.faults, nil))
	g := gate.New(gate.Options{Entry: entry, Records: r.desk, Now: time.Now, Log: log, BaseURL: "http://regie.example"})
	reception, err := New(Options{Desk: r.desk, Largest: r.desk.Uploads.Largest, Silence: silence, Log: log})
	if err != nil {
		r.Fatal(err)
	}
	refuse := func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, assets.Sentence(err), gate.Status(err))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) { refuse(w, q, gate.ErrHidden) })
	mux.HandleFunc("POST /in/{who}", func(_ http.ResponseWriter, q *http.Request) {
		if err := g.Enter(q.Context(), r.people[q.PathValue("who")], "test"); err != nil {
			r.Error(err)
		}
	})
	mux.HandleFunc("POST /out", func(_ http.ResponseWriter, q *http.Request) {
		if err := g.Leave(q.Context()); err != nil {
			r.Error(err)
		}
	})
	if err := g.Mount(mux, refuse, reception.Routes()); err != nil {
		r.Fatal(err)
	}
	r.Server = httptest.NewUnstartedServer(g.Door(mux, refuse))
	r.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelError)
	r.Start()
}

// ask sends a request with the cookie of somebody, and a body of known length
// unless it is no string.
func (r *room) ask(cookie, method, path string, body any, headers ...string) (status int, answer http.Header) {
	r.Helper()
	var read io.Reader
	switch b := body.(type) {
	case string:
		read = strings.NewReader(b)
	case io.Reader:
		read = b
	}
	q, err := http.NewRequestWithContext(r.Context(), method, r.URL+path, read)
	if err != nil {
		r.Fatal(err)
	}
	q.Header.Set("Cookie", cookie)
	q.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	res, err := r.Client().Do(q)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Header
}

// enter is the cookie of a new session.
func (r *room) enter(who string) string {
	r.Helper()
	_, h := r.ask("", "POST", "/in/"+strings.ReplaceAll(who, " ", "%20"), "")
	cookie, _, _ := strings.Cut(h.Get("Set-Cookie"), ";")
	if cookie == "" {
		r.Fatalf("%s does not come in", who)
	}
	return cookie
}

// announced is an upload of that size that one person may begin.
func (r *room) announced(who string, files ...pipeline.Announced) (ids []assets.ID) {
	r.Helper()
	t, err := r.desk.OpenTransfer(r.Context(), r.people[who], assets.Transfer{Kind: assets.KindRush})
	if err != nil {
		r.Fatal(err)
	}
	replies, err := r.desk.Announce(r.Context(), t.ID, files)
	if err != nil {
		r.Fatal(err)
	}
	for _, answer := range replies {
		ids = append(ids, answer.Upload)
	}
	return ids
}

func described(id assets.ID) string {
	return "upload " + base64.StdEncoding.EncodeToString([]byte(id))
}

// create begins an upload.
func (r *room) create(cookie string, id assets.ID, size int64, headers ...string) int {
	r.Helper()
	status, _ := r.ask(cookie, "POST", Root, "", append([]string{"Upload-Length", fmt.Sprint(size), "Upload-Metadata", described(id)}, headers...)...)
	return status
}

// begun is an upload that its person has created.
func (r *room) begun(who, cookie string, size int64) assets.ID {
	r.Helper()
	id := r.announced(who, pipeline.Announced{Name: "rush.mp4", Size: size})[0]
	if status := r.create(cookie, id, size); status != http.StatusCreated {
		r.Fatalf("created: %d", status)
	}
	return id
}

// patch sends bytes of an upload.
func (r *room) patch(cookie string, id assets.ID, offset int64, body any) int {
	r.Helper()
	status, _ := r.ask(cookie, "PATCH", Root+string(id), body, "Upload-Offset", fmt.Sprint(offset), "Content-Type", "application/offset+octet-stream")
	return status
}

// offset is how much the server says it has.
func (r *room) offset(cookie string, id assets.ID) int64 {
	r.Helper()
	status, h := r.ask(cookie, "HEAD", Root+string(id), "")
	n, err := strconv.ParseInt(h.Get("Upload-Offset"), 10, 64)
	if err != nil || status != http.StatusOK {
		r.Fatalf("HEAD: %d, %v", status, err)
	}
	return n
}

// file does the filing that is due, all at once, as several workers would.
func (r *room) file() {
	r.Helper()
	tasks, err := r.desk.Due(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	var all sync.WaitGroup
	for _, t := range tasks {
		if t.Kind == assets.JobFile {
			all.Go(func() {
				if j, err := r.desk.Perform(r.Context(), t.Job, "w"); err != nil {
					r.Errorf("filing %s: %v", j.Subject, err)
				}
			})
		}
	}
	all.Wait()
}
