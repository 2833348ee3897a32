package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
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

// season is a house on its channels, by a clock of their own.
type season struct {
	*testing.T
	*house
	clock  *assetstest.Clock
	tube   *counted
	frames map[assets.Channel]*emu.Frame
}

// newSeason opens it. YouTube takes so many films a day.
func newSeason(t *testing.T, daily int) *season {
	t.Helper()
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	s := &season{T: t, clock: assetstest.NewClock(), tube: &counted{YouTube: emu.NewYouTube("jeton", "jeton-refresh"), zone: pacific, inserts: map[string]int{}}}
	s.tube.Inserts, s.tube.Units = daily, daily*700
	vimeo, facebook, peertube, mastodon := emu.NewVimeo("jeton"), emu.NewFacebook("jeton"), emu.NewPeerTube("jeton"), emu.NewMastodon("jeton")
	s.frames = map[assets.Channel]*emu.Frame{"youtube": s.tube.Frame, "vimeo": vimeo.Frame, "facebook": facebook.Frame, "peertube": peertube.Frame, "mastodon": mastodon.Frame}
	serve := func(c http.Handler) string {
		server := httptest.NewServer(c)
		t.Cleanup(server.Close)
		return server.URL
	}
	cfg := configs.Default()
	cfg.Data, cfg.BaseURL = t.TempDir(), "https://anonymal.example"
	c := &cfg.Channels
	c.AllowInsecure, c.YouTube.Daily = true, daily
	c.YouTube.APIURL, c.Vimeo.APIURL, c.Facebook.GraphURL, c.PeerTube.APIURL, c.Mastodon.APIURL = serve(s.tube), serve(vimeo), serve(facebook), serve(peertube), serve(mastodon)
	c.YouTube.UploadURL, c.YouTube.TokenURL, c.Facebook.GraphVideoURL = c.YouTube.APIURL, c.YouTube.APIURL+"/token", c.Facebook.GraphURL
	if s.house, err = openAt(t.Context(), cfg, t.Output(), s.clock.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	tokens := map[assets.Channel]string{"youtube": `{"access_token":"jeton","refresh_token":"jeton-refresh"}`, "peertube": `{"username":"anonymal","password":"jeton"}`}
	for channel, frame := range s.frames {
		frame.Clock = s.clock.Now
		if _, err := s.desk.Connect(t.Context(), channel, []byte(cmp.Or(tokens[channel], "jeton")), "cli"); err != nil {
			t.Fatal(channel, err)
		}
	}
	return s
}

func (s *season) wall(text string) assets.Moment {
	m, _, err := assets.ReadWall(text, s.zone, false)
	if err != nil {
		s.Fatal(err)
	}
	return m
}

// judge looks at what became of one film on one channel.
func (s *season) judge(film assets.Film, o pipeline.Outing) {
	s.Helper()
	found, err := s.catalog.Publications(s.Context(), assets.PublicationFilter{Film: film.ID, Channel: o.Channel})
	if err != nil || len(found) != 1 || found[0].State != assets.PublicationPublished || found[0].Reason != "" {
		s.Fatalf("%s on %s: %+v, %v", film.Title, o.Channel, found, err)
	}
	p := found[0]
	to, err := s.parts.Publishers.Get(o.Channel)
	if err != nil {
		s.Fatal(err)
	}
	if dec, is := to.(publishers.Decorator); is && !slices.Equal(p.Done, dec.Steps()) { // its picture, the list of the dossier…
		s.Errorf("%s on %s has %v, want %v", film.Title, o.Channel, p.Done, dec.Steps())
	}
	at := p.PublishedAt
	if frame, remote := s.frames[o.Channel]; !remote {
		if _, err := os.Stat(filepath.Join(s.public(), "films", film.Slug, "index.html")); err != nil {
			s.Error(err)
		}
	} else {
		commits := slices.DeleteFunc(frame.Commits(), func(c emu.Commit) bool { return c.ID != p.RemoteID })
		if len(commits) != 1 {
			s.Fatalf("%s on %s: commits %+v", film.Title, o.Channel, commits)
		}
		at = commits[0].At
	}
	if late := at.Sub(o.At); late < 0 || late > time.Minute {
		s.Errorf("%s on %s: %s after its hour", film.Title, o.Channel, late)
	}
}

// TestCampaignGoesOut (6): 20 films on six channels through ten weeks, the night
// of the summer hour among them, with nobody's help after the first screen: each
// once on each channel, at its hour, and no day over the quota of YouTube.
func TestCampaignGoesOut(t *testing.T) {
	const daily = 2
	s := newSeason(t, daily)
	titles := make([]string, 22)
	for i := range titles {
		titles[i] = fmt.Sprintf("Zik Zac film %02d", i+1)
	}
	films := vouch(t, s.house, titles...)
	furnish(t, s.house, films)
	for i, other := range films[20:] { // YouTube has enough on Thursday, the 11th
		if _, _, err := s.desk.PlanAt(t.Context(), other, []assets.Channel{"youtube"}, s.wall(fmt.Sprintf("2027-03-11T1%d:00", i+1)), "cli"); err != nil {
			t.Fatal(err)
		}
	}
	turns, _, err := s.desk.PlanCampaign(t.Context(), pipeline.Series{
		Films: films[:20], Channels: []assets.Channel{"site", "youtube", "vimeo", "facebook", "peertube", "mastodon"},
		Rhythm: assets.Rhythm{time.Tuesday, time.Thursday}, First: s.wall("2027-03-03T18:00"),
	}, "cli")
	if err != nil || len(turns[2].Passed) != 1 || turns[2].Outings[0].Wall != "2027-03-16T18:00" {
		t.Fatalf("planned: %+v, %v", turns, err)
	}
	elapse(t, s.house, s.clock)
	for _, turn := range turns {
		for _, o := range turn.Outings {
			s.judge(turn.Film, o)
		}
	}
	for channel, f := range s.frames {
		if n, want := len(f.Commits()), map[bool]int{true: 22, false: 20}[channel == "youtube"]; n != want {
			t.Errorf("%s: %d commits, want %d", channel, n, want)
		}
	}
	most := slices.Max(slices.Collect(maps.Values(s.tube.inserts)))
	if s.tube.refused > 0 || most > daily {
		t.Errorf("YouTube was asked too much %d times; %v", s.tube.refused, s.tube.inserts)
	}
	t.Logf("20 films on %d channels from %s to %s; YouTube took %d films a day at most, of %d", 1+len(s.frames), turns[0].Outings[0].Wall, turns[19].Outings[0].Wall, most, daily)
}
