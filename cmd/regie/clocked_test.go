package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/worker"
)

// clocked is a house in this process, behind a server of its own: the test moves
// its clock and has its work done.
type clocked struct {
	*testing.T
	*house
	clock *assetstest.Clock
}

// openClocked opens it, at the hour of this machine.
func openClocked(t *testing.T, change func(*configs.Config)) *clocked {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	cfg := configs.Default()
	cfg.Data, cfg.BaseURL, cfg.Channels.AllowInsecure = t.TempDir(), "http://"+server.Listener.Addr().String(), true
	change(&cfg)
	h := &clocked{T: t, clock: assetstest.NewClock()}
	h.goTo(time.Now())
	var err error
	if h.house, err = openAt(t.Context(), cfg, t.Output(), h.clock.Now); err != nil {
		t.Fatal(err)
	}
	if server.Config.Handler, err = h.handler(nil); err != nil {
		t.Fatal(err)
	}
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// hidden is a secret of the configuration.
func hidden(t *testing.T, text string) (s configs.Secret) {
	t.Helper()
	if err := s.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return s
}

// goTo moves the clock, which knows microseconds, as the catalog does.
func (h *clocked) goTo(at time.Time) {
	h.clock.Advance(at.Sub(h.clock.Now()).Truncate(time.Microsecond))
}

func (h *clocked) apply(c assets.Change) {
	h.Helper()
	if err := h.catalog.Apply(h.Context(), c); err != nil {
		h.Fatal(err)
	}
}

// settle does what is due now.
func (h *clocked) settle() {
	h.Helper()
	for range 20 {
		tasks, err := h.desk.Due(h.Context())
		if err != nil {
			h.Fatal(err)
		}
		if len(tasks) == 0 {
			return
		}
		for _, t := range tasks {
			if j, err := h.desk.Perform(h.Context(), t.Job, "w"); err != nil && j.ID != "" {
				if err := h.desk.Settle(h.Context(), j, worker.Decide(j, err, func() float64 { return 0 })); err != nil {
					h.Fatal(err)
				}
			}
		}
	}
}

// dressed puts films into the house that have their BAT and the files which
// channels show.
func (h *clocked) dressed(titles ...string) []assets.ID {
	h.Helper()
	all := vouch(h.T, h.house, titles...)
	for _, id := range all {
		f, err := h.catalog.Film(h.Context(), id)
		if err != nil {
			h.Fatal(err)
		}
		var c assets.Change
		for role, kind := range map[assets.Role]string{assets.MP4Role(720): "avc1.64001f,mp4a.40.2", assets.RoleTeaser: "avc1.64001f,mp4a.40.2", assets.RolePoster: "image/jpeg"} {
			key := "renditions/" + string(f.Version) + "/" + string(role)
			b, err := h.parts.Blobs.Put(h.Context(), key, strings.NewReader(f.Title+string(role)))
			if err != nil {
				h.Fatal(err)
			}
			c.Renditions = append(c.Renditions, assets.Rendition{
				ID: newID(), Version: f.Version, Role: role, Key: key, Size: b.Size, SHA256: b.SHA256, Codec: kind, Width: 1280, Height: 720, Duration: 42, CreatedAt: h.now(),
			})
		}
		h.apply(c)
	}
	return all
}

// link is where a new person of that role comes in.
func (h *clocked) link(role assets.UserRole) string {
	h.Helper()
	return h.baseURL() + hired(h.T, h.house, assets.User{Name: "Une personne", Mail: string(newID()) + "@example.org", Role: role})
}
