package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/mastodon"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/site"
	"anonymal.tv/regie/web/static"
	"anonymal.tv/regie/worker"
)

// callback is a house with one film that is public on the site, on Mastodon and,
// by hand, elsewhere.
type callback struct {
	*testing.T
	*pipeline.Desk
	clock   *assetstest.Clock
	public  string // folder of the site
	frame   *emu.Frame
	film    assets.Film
	consent assets.ID
}

type unheard struct{}

func (unheard) Enqueue(context.Context, pipeline.Task) error { return nil }

func openCallback(t *testing.T) *callback {
	t.Helper()
	dir := t.TempDir()
	h := &callback{T: t, clock: assetstest.NewClock(), public: filepath.Join(dir, "public"), frame: emu.NewMastodon("secret").Frame}
	h.frame.Clock = h.clock.Now
	server := httptest.NewServer(h.frame)
	t.Cleanup(server.Close)
	cat, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(dir, "t.db"), Now: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(cat.Close(), disk.Close()); err != nil {
			t.Error(err)
		}
	})
	key, err := access.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	seal, err := access.ReadKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := site.New(site.Options{
		Public: h.public, State: filepath.Join(dir, "site"), BaseURL: "https://anonymal.example", Identity: site.Identity{Name: "Anonymal"},
		Blobs: disk, Programme: cat.Programme, Assets: static.FS(), Now: h.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	posts, err := mastodon.New(mastodon.Options{
		URL: server.URL, Insecure: true, Blobs: disk, Now: h.clock.Now,
		Vault: &pipeline.Vault{Accounts: cat, Sealer: seal, Now: h.clock.Now, Channel: mastodon.Channel},
	})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := publishers.NewRegistry(own, posts)
	if err != nil {
		t.Fatal(err)
	}
	h.Desk = pipeline.NewDesk(pipeline.Options{
		Catalog: cat, Blobs: disk, Queue: unheard{}, Publishers: registry, Sealer: seal, Policy: assets.ConsentPolicy{Guardians: 2, Years: 5},
		Now: h.clock.Now, NewID: assetstest.IDsFrom(1).New, Lease: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	if _, err := h.Connect(t.Context(), mastodon.Channel, []byte("secret"), "cli"); err != nil {
		t.Fatal(err)
	}
	h.file()
	return h
}

// file files a film that has its BAT, with a person in it who agreed, and
// publishes it.
func (h *callback) file() {
	h.Helper()
	now := h.Now()
	v := assets.Version{ID: h.NewID(), Number: 1, Master: h.NewID(), State: assets.VersionReady, CreatedAt: now}
	f := assets.Film{ID: h.NewID(), Slug: "zik-zac", Title: "Zik Zac", Rubriques: []string{}, Partners: []string{}, Version: v.ID, CreatedAt: now, UpdatedAt: now}
	v.Film = f.ID
	sum := emu.Sum([]byte("film"))
	a := assets.Approval{ID: h.NewID(), Film: f.ID, Version: v.ID, Number: 1, SHA256: sum, AskedAt: now, At: now}
	c := assets.Consent{ID: h.NewID(), Minor: assets.No, Signatures: 1, Media: pipeline.Media(), From: now, Scans: []assets.Scan{{Key: "k"}}, CreatedAt: now, UpdatedAt: now}
	byHand := assets.Publication{ID: h.NewID(), Film: f.ID, Version: v.ID, Channel: "facebook", At: now, PublishedAt: now, URL: "https://facebook.example/1", CreatedAt: now}
	u := assets.User{ID: h.NewID(), Name: "Claude Image", Mail: "image@example.org", Role: assets.RoleImage, CreatedAt: now}
	change := assets.Change{
		Assets: []assets.Asset{{ID: v.Master, Kind: assets.KindMaster, SHA256: sum, Size: 4, Name: "m.mov", Key: "originals/" + sum, CreatedAt: now}},
		Films:  []assets.Film{f}, Versions: []assets.Version{v}, Approvals: []assets.Approval{a}, Consents: []assets.Consent{c},
		Publications: []assets.Publication{byHand}, Users: []assets.User{u}, Filmed: []assets.Filmed{{ID: h.NewID(), Film: f.ID, Consent: c.ID, CreatedAt: now}},
	}
	for _, way := range []struct {
		kind   assets.Subject
		id     assets.ID
		states string
	}{
		{assets.SubjectFilm, f.ID, " editing review approved"},
		{assets.SubjectVersion, v.ID, " received making ready"},
		{assets.SubjectApproval, a.ID, " given"},
		{assets.SubjectConsent, c.ID, " granted"},
		{assets.SubjectUser, u.ID, " active"},
		{assets.SubjectPublication, byHand.ID, " assisted published"},
	} {
		states := strings.Split(way.states, " ")
		for i := 1; i < len(states); i++ {
			change.Events = append(change.Events, assets.Event{ID: h.NewID(), Kind: way.kind, Subject: way.id, From: states[i-1], To: states[i], Actor: "cli", At: now})
		}
	}
	for role, kind := range map[assets.Role]string{assets.MP4Role(720): "avc1.64001f,mp4a.40.2", assets.RoleTeaser: "avc1.64001f,mp4a.40.2", assets.RolePoster: "image/jpeg"} {
		key := "renditions/" + string(v.ID) + "/" + strings.ReplaceAll(string(role), "/", "-")
		b, err := h.Blobs.Put(h.Context(), key, strings.NewReader(string(role)))
		if err != nil {
			h.Fatal(err)
		}
		change.Renditions = append(change.Renditions, assets.Rendition{
			ID: h.NewID(), Version: v.ID, Role: role, Key: key, Size: b.Size, SHA256: b.SHA256, Codec: kind, Width: 1280, Height: 720, Duration: 42, CreatedAt: now,
		})
	}
	if err := h.Catalog.Apply(h.Context(), change); err != nil {
		h.Fatal(err)
	}
	h.film, h.consent = f, c.ID
	if _, err := h.Publish(h.Context(), f.ID, []assets.Channel{assets.ChannelSite, mastodon.Channel}, time.Time{}, "cli"); err != nil {
		h.Fatal(err)
	}
	h.work()
}

// work does what is due now.
func (h *callback) work() {
	h.Helper()
	for range 20 {
		tasks, err := h.Due(h.Context())
		if err != nil {
			h.Fatal(err)
		}
		for _, t := range tasks {
			if j, err := h.Perform(h.Context(), t.Job, "w"); err != nil && j.ID != "" {
				if err := h.Settle(h.Context(), j, worker.Decide(j, err, func() float64 { return 0 })); err != nil {
					h.Fatal(err)
				}
			}
		}
	}
}

func (h *callback) onSite() bool {
	text, err := os.ReadFile(filepath.Join(h.public, "films", h.film.Slug, "index.html"))
	return err == nil && strings.Contains(string(text), h.film.Title)
}

// proof says, channel by channel, whether the withdrawal is confirmed.
func (h *callback) proof() map[assets.Channel]pipeline.Withdrawal {
	h.Helper()
	all, err := h.Withdrawals(h.Context(), h.film.ID)
	if err != nil {
		h.Fatal(err)
	}
	proof := map[assets.Channel]pipeline.Withdrawal{}
	for _, w := range all {
		proof[w.Channel] = w
	}
	return proof
}

func (h *callback) alarms() int {
	h.Helper()
	if err := h.SweepClearance(h.Context()); err != nil {
		h.Fatal(err)
	}
	all, err := h.Catalog.Mails(h.Context(), "", 100)
	if err != nil {
		h.Fatal(err)
	}
	n := 0
	for _, m := range all {
		if m.Kind == pipeline.MailWithdrawal {
			n++
		}
	}
	return n
}

// TestCalledBackEverywhere (G-01, P-11): a consent is withdrawn while Mastodon is
// down. The site is dark within the request; Mastodon follows within a quarter of
// an hour of coming back, after three days, and is read; what a person must do
// alarms until they say that it is done; then the proof is whole.
func TestCalledBackEverywhere(t *testing.T) {
	h := openCallback(t)
	if !h.onSite() || len(h.frame.Public()) != 1 {
		t.Fatalf("not public: site %v, %v", h.onSite(), h.frame.Public())
	}
	h.frame.Plan(emu.Fault{Action: emu.Drop})
	if _, err := h.WithdrawConsent(t.Context(), h.consent, "cli"); err != nil {
		t.Fatal(err)
	}
	if h.onSite() {
		t.Error("the site is not dark when the request ends")
	}
	asked := h.Now()
	if n := h.alarms(); n != 0 {
		t.Errorf("%d alarms at once", n)
	}
	h.clock.Advance(59 * time.Minute)
	h.work()
	if n := h.alarms(); n != 0 {
		t.Errorf("%d alarms before an hour", n)
	}
	for range 3 * 24 * 6 { // three days
		h.clock.Advance(10 * time.Minute)
		h.work()
		h.alarms()
	}
	if n := h.alarms(); n != 2*3 { // two channels: after an hour, then each day
		t.Errorf("%d alarms in three days", n)
	}
	if p := h.proof(); !p[mastodon.Channel].ConfirmedAt.IsZero() || p[assets.ChannelSite].ConfirmedAt != asked || len(h.frame.Public()) != 1 {
		t.Errorf("while Mastodon is down: %+v", p)
	}
	h.frame.Heal()
	back := h.Now()
	for range 3 {
		h.clock.Advance(5 * time.Minute)
		h.work()
		h.alarms()
	}
	p := h.proof()[mastodon.Channel]
	if len(h.frame.Public()) != 0 || p.ConfirmedAt.IsZero() || p.ConfirmedAt.Sub(back) > 15*time.Minute || !strings.Contains(p.How, "Relu") {
		t.Errorf("when Mastodon is back: %v, %+v", h.frame.Public(), p)
	}
	hand := h.proof()["facebook"]
	if !hand.ByHand || !hand.ConfirmedAt.IsZero() {
		t.Errorf("what was published by hand: %+v", hand)
	}
	if err := h.SayWithdrawn(t.Context(), hand.ID, "cli"); err != nil {
		t.Fatal(err)
	}
	before := h.alarms()
	h.clock.Advance(48 * time.Hour)
	if n := h.alarms(); n != before {
		t.Errorf("alarms after all is said: %d, then %d", before, n)
	}
	for channel, w := range h.proof() {
		if w.AskedAt != asked || w.ConfirmedAt.IsZero() || w.How == "" {
			t.Errorf("the proof of %s: %+v", channel, w)
		}
	}
	if len(h.proof()) != 3 {
		t.Errorf("the proof has %d lines", len(h.proof()))
	}
}

// TestOneButton (G-01, P-11): from one button a film leaves everything while
// Mastodon is down. The site is dark when the page answers; Facebook is read;
// Mastodon follows when it is back; what was put up by hand a person ends; then
// the sheet says that it is gone everywhere.
func TestOneButton(t *testing.T) {
	m, _ := instance(t)
	fb := emu.NewFacebook("jeton")
	server := httptest.NewServer(fb)
	t.Cleanup(server.Close)
	t.Setenv("REGIE_CHANNELS_FACEBOOK_GRAPH_URL", server.URL)
	t.Setenv("REGIE_CHANNELS_FACEBOOK_GRAPH_VIDEO_URL", server.URL)
	s := openStudio(t)
	f := sign(t, s.Data)
	connected(t, s.Data, "mastodon")
	connected(t, s.Data, "facebook")
	if code, out, errs := outcome(t, s.Data, "publish", string(f), "--to", "site", "--to", "mastodon", "--to", "facebook", "--wait"); code != exitDone {
		t.Fatalf("publish: %d %s%s", code, out, errs)
	}
	s.byHand(f, "x")
	page := "/films/" + film(t, lastFilm(t, s.Data, f)).Slug + "/"
	links := s.shared(page)
	if len(links) < 3 || len(m.Public()) != 1 || len(fb.Public()) != 1 {
		t.Fatalf("not everywhere: %q, %v, %v", links, m.Public(), fb.Public())
	}

	down := make(chan struct{})
	heard := sync.OnceFunc(func() { close(down) })
	m.Plan(emu.Fault{Action: func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		heard()
		emu.Drop(w, r, effect)
	}})
	tab := s.as(assets.RoleImage)
	tab.Open(t, s.URL+"/regie/films/"+string(f))
	fill(t, tab, `a[href$="/retrait"]`)
	tab.Until(t, `document.querySelector("#partout p").innerText.includes("X")`)
	shoot(t, tab, "retrait-avant")
	fill(t, tab, `#partout button`, [2]string{`#partout [name=raison]`, "Une personne filmée a changé d’avis."})
	tab.Until(t, `document.body.innerText.includes("Le retrait est demandé partout")`)
	s.dark(page, links)
	line := func(channel, says string) {
		t.Helper()
		tab.Until(t, `fetch(location.href).then(r => r.text()).then(t => [...new DOMParser().parseFromString(t, "text/html").querySelectorAll("main li")]
			.some(l => l.querySelector("h3")?.textContent.startsWith("`+channel+`") && l.textContent.replace(/\u00a0/g, " ").includes("`+says+`")))`)
	}
	line("Facebook", "Relu sur le canal")
	line("Mastodon", "pas encore")
	<-down
	tab.Open(t, s.URL+"/regie")
	tab.Until(t, `document.querySelector("section:has(a[href$='/retrait'])").innerText.includes("Mastodon")`)
	fill(t, tab, `a[href$="/retrait"]`)
	tab.Until(t, `document.body.innerText.includes("Le retrait n’est pas terminé")`)
	shoot(t, tab, "retrait-pendant")
	m.Heal()
	line("Mastodon", "Relu sur le canal")
	fill(t, tab, `form:has([name=publication]) button`)
	tab.Until(t, `document.body.innerText.includes("Le retrait est confirmé partout") && document.querySelectorAll("main li .chip.red, main li form").length === 0`)
	shoot(t, tab, "retrait-apres")
	if len(m.Public())+len(fb.Public()) != 0 {
		t.Errorf("still there: %v, %v", m.Public(), fb.Public())
	}
	tab.Faults(t)
}
