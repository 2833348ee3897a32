package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/worker"
)

// films of a series have small files.
func furnish(t *testing.T, h *house, films []assets.ID) {
	t.Helper()
	var c assets.Change
	for _, id := range films {
		f, err := h.catalog.Film(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		f.Dossier, f.Lede = "zik-zac-2018", "Une soirée au Jas."
		c.Films = append(c.Films, f)
		for _, file := range []struct {
			role        assets.Role
			name, codec string
			size        int
		}{{assets.MP4Role(1080), "mp4", "avc1.640028,mp4a.40.2", 90_000}, {assets.RoleTeaser, "teaser", "avc1.640028,mp4a.40.2", 60_000}, {assets.RolePoster, "poster", "image/jpeg", 3000}, {assets.RoleCaptions, "captions-fr-1.vtt", "text/vtt", 300}} {
			content := bytes.Repeat([]byte(f.Version+" "), file.size/27+1)[:file.size]
			b, err := h.parts.Blobs.Put(t.Context(), "renditions/"+string(f.Version)+"/"+file.name, bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			c.Renditions = append(c.Renditions, assets.Rendition{
				ID: newID(), Version: f.Version, Role: file.role, Key: b.Key, Size: b.Size, SHA256: b.SHA256, Codec: file.codec, Width: 1920, Height: 1080, Duration: 42, CreatedAt: h.now(),
			})
		}
	}
	if err := h.catalog.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// counted is the door of YouTube: what it lets in each day there, and what it
// turns away.
type counted struct {
	*emu.YouTube
	zone *time.Location

	mu      sync.Mutex
	inserts map[string]int
	refused int
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	c.YouTube.ServeHTTP(answer, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/videos") {
		c.inserts[c.Clock().In(c.zone).Format(time.DateOnly)]++
	}
	if strings.Contains(answer.Body.String(), "quotaExceeded") {
		c.refused++
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// elapse does what is due, as the worker does, and lets the time go by until
// nothing is left.
func elapse(t *testing.T, h *house, clock *assetstest.Clock) {
	t.Helper()
	for range 5000 {
		tasks, err := h.desk.Due(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			if j, err := h.desk.Perform(t.Context(), task.Job, "w"); err != nil && j.ID != "" {
				if err := h.desk.Settle(t.Context(), j, worker.Decide(j, err, func() float64 { return 0 })); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(tasks) > 0 {
			continue
		}
		later, err := h.catalog.DueJobs(t.Context(), clock.Now().AddDate(1, 0, 0), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(later) == 0 {
			return
		}
		next := slices.MinFunc(later, func(a, b assets.Job) int { return a.NotBefore.Compare(b.NotBefore) })
		clock.Advance(max(next.NotBefore.Sub(clock.Now()), time.Second))
	}
	t.Fatal("the work never ends")
}

// TestCampaignGoesOut (6): 20 films on six channels through ten weeks, the night
// of the summer hour among them, with nobody's help after the first screen: each
// once on each channel, at its hour, and no day over the quota of YouTube.
func TestCampaignGoesOut(t *testing.T) {
	const daily = 2
	clock := assetstest.NewClock()
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	tube := &counted{YouTube: emu.NewYouTube("jeton", "jeton-refresh"), zone: pacific, inserts: map[string]int{}}
	tube.Inserts, tube.Units = daily, daily*700
	vimeo, facebook, peertube, mastodon := emu.NewVimeo("jeton"), emu.NewFacebook("jeton"), emu.NewPeerTube("jeton"), emu.NewMastodon("jeton")
	frames := map[assets.Channel]*emu.Frame{"youtube": tube.Frame, "vimeo": vimeo.Frame, "facebook": facebook.Frame, "peertube": peertube.Frame, "mastodon": mastodon.Frame}
	serve := func(c http.Handler) string {
		s := httptest.NewServer(c)
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, f := range frames {
		f.Clock = clock.Now
	}
	cfg := configs.Default()
	cfg.Data, cfg.BaseURL = t.TempDir(), "https://anonymal.example"
	c := &cfg.Channels
	c.AllowInsecure, c.YouTube.Daily = true, daily
	c.YouTube.APIURL, c.Vimeo.APIURL, c.Facebook.GraphURL, c.PeerTube.APIURL, c.Mastodon.APIURL = serve(tube), serve(vimeo), serve(facebook), serve(peertube), serve(mastodon)
	c.YouTube.UploadURL, c.YouTube.TokenURL, c.Facebook.GraphVideoURL = c.YouTube.APIURL, c.YouTube.APIURL+"/token", c.Facebook.GraphURL
	h, err := openAt(t.Context(), cfg, t.Output(), clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for channel := range frames {
		tokens := map[assets.Channel]string{"youtube": `{"access_token":"jeton","refresh_token":"jeton-refresh"}`, "peertube": `{"username":"anonymal","password":"jeton"}`}[channel]
		if tokens == "" {
			tokens = "jeton"
		}
		if _, err := h.desk.Connect(t.Context(), channel, []byte(tokens), "cli"); err != nil {
			t.Fatal(channel, err)
		}
	}
	titles := make([]string, 22)
	for i := range titles {
		titles[i] = fmt.Sprintf("Zik Zac film %02d", i+1)
	}
	films := vouch(t, h, titles...)
	furnish(t, h, films)
	wall := func(text string) assets.Moment {
		m, _, err := assets.ReadWall(text, h.zone, false)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for i, other := range films[20:] { // YouTube has enough on Thursday, the 11th
		if _, _, err := h.desk.PlanAt(t.Context(), other, []assets.Channel{"youtube"}, wall(fmt.Sprintf("2027-03-11T1%d:00", i+1)), "cli"); err != nil {
			t.Fatal(err)
		}
	}
	six := []assets.Channel{"site", "youtube", "vimeo", "facebook", "peertube", "mastodon"}
	turns, _, err := h.desk.PlanCampaign(t.Context(), pipeline.Series{Films: films[:20], Channels: six, Rhythm: assets.Rhythm{time.Tuesday, time.Thursday}, First: wall("2027-03-03T18:00")}, "cli")
	if err != nil || len(turns[2].Passed) != 1 || turns[2].Outings[0].Wall != "2027-03-16T18:00" {
		t.Fatalf("planned: %+v, %v", turns, err)
	}

	elapse(t, h, clock)

	for _, turn := range turns {
		for _, o := range turn.Outings {
			found, err := h.catalog.Publications(t.Context(), assets.PublicationFilter{Film: turn.Film.ID, Channel: o.Channel})
			if err != nil || len(found) != 1 || found[0].State != assets.PublicationPublished || found[0].Reason != "" {
				t.Fatalf("%s on %s: %+v, %v", turn.Film.Title, o.Channel, found, err)
			}
			p := found[0]
			if to, err := h.parts.Publishers.Get(o.Channel); err != nil {
				t.Fatal(err)
			} else if dec, is := to.(publishers.Decorator); is && !slices.Equal(p.Done, dec.Steps()) { // vignette, list of the dossier…
				t.Errorf("%s on %s has %v, want %v", turn.Film.Title, o.Channel, p.Done, dec.Steps())
			}
			late := p.PublishedAt.Sub(o.At)
			if o.Channel == assets.ChannelSite {
				if _, err := os.Stat(filepath.Join(h.public(), "films", turn.Film.Slug, "index.html")); err != nil {
					t.Error(err)
				}
			} else {
				var commits []emu.Commit
				for _, c := range frames[o.Channel].Commits() {
					if c.ID == p.RemoteID {
						commits = append(commits, c)
					}
				}
				if len(commits) != 1 {
					t.Fatalf("%s on %s: commits %+v", turn.Film.Title, o.Channel, commits)
				}
				late = commits[0].At.Sub(o.At)
			}
			if late < 0 || late > time.Minute {
				t.Errorf("%s on %s: %s after its hour", turn.Film.Title, o.Channel, late)
			}
		}
	}
	for channel, f := range frames {
		want := 20
		if channel == "youtube" {
			want = 22
		}
		if n := len(f.Commits()); n != want {
			t.Errorf("%s: %d commits, want %d", channel, n, want)
		}
	}
	most := 0
	for _, n := range tube.inserts {
		most = max(most, n)
	}
	if tube.refused > 0 || most > daily {
		t.Errorf("YouTube was asked too much %d times; %v", tube.refused, tube.inserts)
	}
	last := turns[19].Outings[0]
	t.Logf("20 films on %d channels from %s to %s; YouTube took %d films a day at most, of %d", len(six), turns[0].Outings[0].Wall, last.Wall, most, daily)
}
