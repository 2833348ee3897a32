package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// callback is a house with one film that is public on the site, on Mastodon and,
// by hand, elsewhere, and a person in it who agreed.
type callback struct {
	*clocked
	frame   *emu.Frame
	film    assets.ID
	consent assets.ID
}

func openCallback(t *testing.T) *callback {
	t.Helper()
	m, at := instance(t)
	h := &callback{clocked: openClocked(t, func(c *configs.Config) { c.Channels.Mastodon.APIURL = at }), frame: m.Frame, consent: newID()}
	m.Clock = h.now
	if _, err := h.desk.Connect(t.Context(), "mastodon", []byte("jeton"), "cli"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Hire(t.Context(), assets.User{Name: "Claude Image", Mail: "image@example.org", Role: assets.RoleImage}, "cli"); err != nil {
		t.Fatal(err)
	}
	h.film = h.dressed("Zik Zac")[0]
	now := h.now()
	byHand := assets.Publication{ID: newID(), Film: h.film, Channel: "facebook", At: now, PublishedAt: now, URL: "https://facebook.example/1", CreatedAt: now}
	move := func(kind assets.Subject, id assets.ID, from, to string) assets.Event {
		return assets.Event{ID: newID(), Kind: kind, Subject: id, From: from, To: to, Actor: "cli", At: now}
	}
	h.apply(assets.Change{
		Consents:     []assets.Consent{{ID: h.consent, Minor: assets.No, Signatures: 1, Media: pipeline.Media(), From: now, Scans: []assets.Scan{{Key: "k"}}, CreatedAt: now, UpdatedAt: now}},
		Filmed:       []assets.Filmed{{ID: newID(), Film: h.film, Consent: h.consent, CreatedAt: now}},
		Publications: []assets.Publication{byHand},
		Events: []assets.Event{
			move(assets.SubjectConsent, h.consent, "", "granted"),
			move(assets.SubjectPublication, byHand.ID, "", "assisted"), move(assets.SubjectPublication, byHand.ID, "assisted", "published"),
		},
	})
	if _, err := h.desk.Publish(t.Context(), h.film, []assets.Channel{assets.ChannelSite, "mastodon"}, time.Time{}, "cli"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	return h
}

func (h *callback) onSite() bool {
	text, err := os.ReadFile(filepath.Join(h.public(), "films/zik-zac/index.html"))
	return err == nil && strings.Contains(string(text), "Zik Zac")
}

// proof says, channel by channel, whether the withdrawal is confirmed.
func (h *callback) proof() map[assets.Channel]pipeline.Withdrawal {
	h.Helper()
	all, err := h.desk.Withdrawals(h.Context(), h.film)
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
	if err := h.desk.SweepClearance(h.Context()); err != nil {
		h.Fatal(err)
	}
	all, err := h.catalog.Mails(h.Context(), "", 100)
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
	if _, err := h.desk.WithdrawConsent(t.Context(), h.consent, "cli"); err != nil {
		t.Fatal(err)
	}
	if h.onSite() {
		t.Error("the site is not dark when the request ends")
	}
	asked := h.now()
	if n := h.alarms(); n != 0 {
		t.Errorf("%d alarms at once", n)
	}
	h.clock.Advance(59 * time.Minute)
	h.settle()
	if n := h.alarms(); n != 0 {
		t.Errorf("%d alarms before an hour", n)
	}
	for range 3 * 24 * 6 { // three days
		h.clock.Advance(10 * time.Minute)
		h.settle()
		h.alarms()
	}
	if n := h.alarms(); n != 2*3 { // two channels: after an hour, then each day
		t.Errorf("%d alarms in three days", n)
	}
	if p := h.proof(); !p["mastodon"].ConfirmedAt.IsZero() || p[assets.ChannelSite].ConfirmedAt != asked || len(h.frame.Public()) != 1 {
		t.Errorf("while Mastodon is down: %+v", p)
	}
	h.frame.Heal()
	back := h.now()
	for range 3 {
		h.clock.Advance(5 * time.Minute)
		h.settle()
		h.alarms()
	}
	p := h.proof()["mastodon"]
	if len(h.frame.Public()) != 0 || p.ConfirmedAt.IsZero() || p.ConfirmedAt.Sub(back) > 15*time.Minute || !strings.Contains(p.How, "Relu") {
		t.Errorf("when Mastodon is back: %v, %+v", h.frame.Public(), p)
	}
	hand := h.proof()["facebook"]
	if !hand.ByHand || !hand.ConfirmedAt.IsZero() {
		t.Errorf("what was published by hand: %+v", hand)
	}
	if err := h.desk.SayWithdrawn(t.Context(), hand.ID, "cli"); err != nil {
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
	s.dark(links)
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
