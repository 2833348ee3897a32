package main

import (
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
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

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

// season is a house on its channels.
type season struct {
	*clocked
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
	s := &season{tube: &counted{YouTube: emu.NewYouTube("jeton", "jeton-refresh"), zone: pacific, inserts: map[string]int{}}}
	s.tube.Inserts, s.tube.Units = daily, daily*700
	vimeo, facebook, peertube, mastodon := emu.NewVimeo("jeton"), emu.NewFacebook("jeton"), emu.NewPeerTube("jeton"), emu.NewMastodon("jeton")
	s.frames = map[assets.Channel]*emu.Frame{"youtube": s.tube.Frame, "vimeo": vimeo.Frame, "facebook": facebook.Frame, "peertube": peertube.Frame, "mastodon": mastodon.Frame}
	serve := func(c http.Handler) string {
		server := httptest.NewServer(c)
		t.Cleanup(server.Close)
		return server.URL
	}
	s.clocked = openClocked(t, func(cfg *configs.Config) {
		c := &cfg.Channels
		c.YouTube.APIURL, c.Vimeo.APIURL, c.Facebook.GraphURL, c.PeerTube.APIURL, c.Mastodon.APIURL = serve(s.tube), serve(vimeo), serve(facebook), serve(peertube), serve(mastodon)
		c.YouTube.UploadURL, c.YouTube.TokenURL, c.Facebook.GraphVideoURL = c.YouTube.APIURL, c.YouTube.APIURL+"/token", c.Facebook.GraphURL
		c.YouTube.Daily = daily
	})
	tokens := map[assets.Channel]string{"youtube": `{"access_token":"jeton","refresh_token":"jeton-refresh"}`, "peertube": `{"username":"anonymal","password":"jeton"}`}
	for channel, frame := range s.frames {
		frame.Clock = s.clock.Now
		if _, err := s.desk.Connect(t.Context(), channel, []byte(cmp.Or(tokens[channel], "jeton")), "cli"); err != nil {
			t.Fatal(channel, err)
		}
	}
	return s
}

// films puts films of one dossier into the house, with captions.
func (s *season) films(titles ...string) []assets.ID {
	s.Helper()
	all := s.dressed(titles...)
	var c assets.Change
	for _, id := range all {
		f, err := s.catalog.Film(s.Context(), id)
		if err != nil {
			s.Fatal(err)
		}
		f.Dossier = "zik-zac-2018"
		b, err := s.parts.Blobs.Put(s.Context(), "renditions/"+string(f.Version)+"/captions-fr-1.vtt", strings.NewReader("WEBVTT\n\n00:00.000 --> 00:02.000\n"+f.Title+"\n"))
		if err != nil {
			s.Fatal(err)
		}
		made, err := s.catalog.Renditions(s.Context(), f.Version)
		if err != nil {
			s.Fatal(err)
		}
		c.Films = append(c.Films, f)
		c.Renditions = append(append(c.Renditions, made...), assets.Rendition{ID: newID(), Version: f.Version, Role: assets.RoleCaptions, Key: b.Key, Size: b.Size, SHA256: b.SHA256, Codec: "text/vtt", CreatedAt: s.now()})
	}
	s.apply(c)
	return all
}

// elapse lets the time go by until nothing is left to do but to look, now and
// then, at what is public.
func (s *season) elapse() {
	s.Helper()
	for range 5000 {
		s.settle()
		later, err := s.catalog.DueJobs(s.Context(), s.now().AddDate(2, 0, 0), 1000)
		if err != nil {
			s.Fatal(err)
		}
		later = slices.DeleteFunc(later, func(j assets.Job) bool { return j.Kind == assets.JobLook })
		if len(later) == 0 {
			return
		}
		next := slices.MinFunc(later, func(a, b assets.Job) int { return a.NotBefore.Compare(b.NotBefore) })
		s.clock.Advance(max(next.NotBefore.Sub(s.now()), time.Second))
	}
	s.Fatal("the work never ends")
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
	films := s.films(titles...)
	first := assets.MomentAt(time.Date(s.now().Year()+1, time.March, 3, 18, 0, 0, 0, s.zone), s.zone)
	series := pipeline.Series{
		Films: films[:20], Channels: []assets.Channel{"site", "youtube", "vimeo", "facebook", "peertube", "mastodon"},
		Rhythm: assets.Rhythm{time.Tuesday, time.Thursday}, First: first,
	}
	free, err := s.desk.Campaign(t.Context(), series)
	if err != nil {
		t.Fatal(err)
	}
	third := free[2].Outings[0].Moment
	for i, other := range films[20:] { // on its day YouTube has enough
		if _, _, err := s.desk.PlanAt(t.Context(), other, []assets.Channel{"youtube"}, third.Plus(0, -time.Duration(i+3)*time.Hour, s.zone), "cli"); err != nil {
			t.Fatal(err)
		}
	}
	turns, _, err := s.desk.PlanCampaign(t.Context(), series, "cli")
	if err != nil || len(turns[2].Passed) != 1 || turns[2].Outings[0].Moment != free[3].Outings[0].Moment {
		t.Fatalf("planned: %+v, %v", turns, err)
	}
	s.elapse()
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
