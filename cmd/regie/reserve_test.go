package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/internal/browser"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// electing is a house with two films about an election, one of them online, the
// other planned, like a third one, for 10 h of the Saturday after next, when a
// letter with the first is to go at 9 h; another, to one reader, on its eve at
// 23 h, by a server that takes nothing. Its hours go on into Sunday.
func electing(t *testing.T) (h *clocked, posts *emu.Frame, saturday func(hour, minute int) time.Time) {
	t.Helper()
	m, at := instance(t)
	h = openClocked(t, func(c *configs.Config) {
		c.Channels.Mastodon.APIURL = at
		c.Channels.Newsletter.Kind, c.Channels.Newsletter.From = "smtp", "lettre@example.org"
		c.Channels.Newsletter.SMTPURL = hidden(t, "smtp://127.0.0.1:1")
	})
	m.Clock = h.now
	if _, err := h.desk.Connect(t.Context(), "mastodon", []byte("jeton"), "cli"); err != nil {
		t.Fatal(err)
	}
	films := h.dressed("La liste", "Le vote", "Le cirque")
	for _, id := range films[:2] {
		f, err := h.catalog.Film(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		f.Keywords = []string{"élection"}
		h.apply(assets.Change{Films: []assets.Film{f}})
	}
	if _, err := h.desk.Publish(t.Context(), films[0], []assets.Channel{assets.ChannelSite}, time.Time{}, "cli"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	today := h.now().In(h.zone)
	saturday = func(hour, minute int) time.Time {
		return time.Date(today.Year(), today.Month(), today.Day()+14-int(today.Weekday())-1, hour, minute, 0, 0, h.zone)
	}
	for _, id := range films[1:] {
		if _, err := h.desk.Publish(t.Context(), id, []assets.Channel{assets.ChannelSite, "mastodon"}, saturday(10, 0), "cli"); err != nil {
			t.Fatal(err)
		}
	}
	h.apply(assets.Change{Readers: []assets.Subscriber{{ID: "lectrice", Mail: "lectrice@example.org", Token: "A", AskedAt: today, ConfirmedAt: today}}})
	for subject, at := range map[string]time.Time{"La veille": saturday(-1, 0), "La lettre": saturday(9, 0)} {
		if _, err := h.desk.PlanLetter(t.Context(), pipeline.LetterDraft{Subject: subject, Films: films[:1]}, at, "cli"); err != nil {
			t.Fatal(err)
		}
	}
	return h, m.Frame, saturday
}

// TestAnElection (F36): one is set for a Sunday. From the clock's Saturday 0 h on,
// what is tagged, a letter with it, too, goes nowhere, and feeds lack it; the rest
// goes out, and a letter that was leaving stops. From Sunday 20 h on it is
// proposed, and goes, or goes on, when a person says so.
func TestAnElection(t *testing.T) {
	h, posts, saturday := electing(t)
	chromium := browser.Start(t)
	enter := func(role assets.UserRole) *browser.Tab {
		tab := browser.WatchApart(t, chromium, h.baseURL())
		tab.Open(t, h.link(role))
		tab.Until(t, `location.pathname === "/regie"`)
		return tab
	}
	image, com := enter(assets.RoleImage), enter(assets.RoleCommunication)
	feed := func(has bool) string {
		return fmt.Sprintf(`fetch("/flux.xml").then(r => r.text()).then(t => t.includes("La liste") === %t)`, has)
	}
	there := func(page string, status int) string {
		return fmt.Sprintf(`fetch("/films/%s/").then(r => r.status === %d)`, page, status)
	}
	reserve := h.baseURL() + "/regie/admin/reserve"
	holds := func(n int, how string) {
		t.Helper()
		com.Open(t, reserve)
		com.Until(t, fmt.Sprintf(`[...document.querySelectorAll("main section li")].filter(l => l.innerText.includes(%q)).length === %d`, how, n))
	}

	image.Open(t, reserve)
	value[bool](t, image, `(document.querySelector("[name=jour]").value = "`+saturday(24, 0).Format(time.DateOnly)+`", true)`)
	fill(t, image, `aside button`, [2]string{`[name=name]`, "Municipales"})
	image.Until(t, read("rien d’électoral ne part"))
	holds(3, "retenu") // a film on two channels, and the letter
	com.Until(t, feed(true))
	for _, hour := range []int{-1, 0} {
		h.goTo(saturday(hour, 0))
		h.settle()
	}
	com.Until(t, feed(false)+" && "+there("la-liste", http.StatusOK))
	for _, hour := range []int{9, 10} {
		h.goTo(saturday(hour, 0))
		h.settle()
	}
	com.Until(t, there("le-vote", http.StatusNotFound)+" && "+there("le-cirque", http.StatusOK))
	h.goTo(saturday(24+19, 59))
	h.settle()
	com.Faults(t, "404", "/films/le-vote/")
	com = enter(assets.RoleCommunication) // their session ended days ago
	holds(4, "retenu")
	h.goTo(saturday(24+20, 0))
	h.settle()
	com.Until(t, feed(true)+" && "+there("le-vote", http.StatusNotFound))
	if len(posts.Public()) != 1 {
		t.Errorf("by itself: %+v", posts.Public())
	}
	com.Open(t, h.baseURL()+"/regie")
	com.Until(t, read("L’élection est passée")+" && "+read("Le vote")+" && "+read("La lettre"))
	holds(3, "Relancer")
	shoot(t, com, "reserve-passee")
	fill(t, com, `main a.button[href^="/regie/publications/"]`)
	com.Until(t, read("Envoi arrêté : 0 sur 1")+" && "+read("Il ne reprendra pas tout seul"))
	shoot(t, com, "lettre-interrompue")
	fill(t, com, `button[value=finir]`)
	com.Until(t, read("l’envoi n’est pas repris")+` && document.querySelector("button[value=finir]") === null && document.querySelector("button[value=reprendre]") !== null`)
	com.Open(t, reserve)
	for len(com.Requests("POST", "/relancer")) < 2 {
		fill(t, com, `form[action$="/relancer"] button`)
		com.Until(t, read("Relancé :"))
		h.settle()
		com.Open(t, reserve)
	}
	com.Until(t, `document.querySelector("form[action$='/relancer']") === null && !`+read("Films retenus"))
	com.Until(t, there("le-vote", http.StatusOK))
	letters, err := h.desk.Letters(t.Context(), 2)
	if err != nil || len(posts.Public()) != 2 {
		t.Errorf("%+v, %v", posts.Public(), err)
	}
	for _, p := range letters {
		if p.State != assets.PublicationPublished || p.Interrupted() != (p.Title == "La veille") {
			t.Errorf("%+v", p)
		}
	}
	com.Faults(t, "404", "/films/le-vote/")
	image.Faults(t)
}

// TestReserveOnThePages (F36, G-02): an election of tomorrow, written down on its
// page, keeps back a film that is tagged on its fiche, whose music is to be
// settled, too; only the responsable image passes over, and says why.
func TestReserveOnThePages(t *testing.T) {
	s := openStudio(t)
	f := sign(t, s.Data)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	page := s.URL + "/regie/films/" + string(f)
	image, com := s.as(assets.RoleImage), s.as(assets.RoleCommunication)
	image.Open(t, s.URL+"/regie/admin/reserve")
	image.Until(t, `document.querySelector(".empty").innerText.includes("Aucun scrutin")`)
	value[bool](t, image, `(f => { f.elements.jour.value = "`+time.Now().In(paris).AddDate(0, 0, 1).Format(time.DateOnly)+`"; return true })(document.querySelector("aside form"))`)
	fill(t, image, `aside button`, [2]string{`[name=name]`, "Municipales, premier tour"})
	image.Until(t, `document.querySelector(".fault").innerText.includes("Réserve en cours jusqu’à") && document.querySelector(".flash form") !== null`)
	shoot(t, image, "reserve")

	com.Open(t, page+"/fiche")
	fill(t, com, `form.fields button, form .row button`, [2]string{`[name=keywords]`, "élection"})
	com.Until(t, `document.body.innerText.includes("Fiche enregistrée")`)
	if err := chromedp.Do(com.Ctx, chromedp.SetValue(`#music`, "open"), chromedp.Click(`form.fields button, form .row button`)); err != nil {
		t.Fatal(err)
	}
	com.Until(t, `[...document.querySelectorAll(".head .chip.red")].map(c => c.innerText).join().includes("Droits musicaux à préciser,Réserve électorale")`)
	shoot(t, com, "fiche")
	com.Open(t, page)
	fill(t, com, `#bat button[name=donner]`)
	com.Until(t, `document.querySelector("#bat button[disabled]")?.innerText === "Mettre sur le site"`)
	if code, _, errs := outcome(t, s.Data, "publish", string(f), "--to", "site"); code == exitDone {
		t.Fatalf("it went out: %s", errs)
	}
	com.Open(t, page+"/droits")
	com.Until(t, `document.querySelectorAll("#verrous li").length === 2 && document.querySelector("#verrous form") === null`)
	com.Until(t, `fetch("`+page+`/droits/passer-outre", {method: "POST", body: new URLSearchParams({verrou: "silence", raison: "Vite."})}).then(r => r.status === 403 || r.status === 404)`)

	image.Open(t, page+"/droits")
	shoot(t, image, "droits")
	for _, lock := range []string{"music", "silence"} {
		form := `#verrous form:has([value=` + lock + `])`
		value[bool](t, image, `document.querySelector("details:has([value=`+lock+`])").open = true`)
		fill(t, image, form+` button`, [2]string{form + ` textarea`, "Il ne parle d’aucun candidat."})
		image.Until(t, `document.body.innerText.includes("C’est passé outre") && document.querySelector("[value=`+lock+`]") === null`)
	}
	image.Until(t, `document.querySelector("#verrous") === null`)
	image.Open(t, page)
	image.Until(t, `document.body.innerText.includes("Réserve électorale, passé outre")`)
	fill(t, image, `form[action$="/site"] button`)
	image.Until(t, `fetch(location.href).then(r => r.text()).then(t => t.includes("voir sur le site"))`)
	image.Faults(t)
	com.Faults(t, "403", "404", "passer-outre")
}
