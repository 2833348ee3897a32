package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
	"anonymal.tv/regie/pipeline"
)

// vouch puts films that have their BAT into a house, without any work.
func vouch(t *testing.T, h *house, titles ...string) []assets.ID {
	t.Helper()
	var all []assets.ID
	for _, title := range titles {
		id, c := h.vouched(title, "")
		if err := h.catalog.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	return all
}

// byHand sets up channels on which a person publishes: six with the site.
func byHand(t *testing.T) {
	for key, value := range map[string]string{
		"YOUTUBE_MODE": "assisted", "VIMEO_MODE": "assisted", "FACEBOOK_MODE": "assisted", "MASTODON_MODE": "assisted", "PEERTUBE_MODE": "assisted",
		"MASTODON_API_URL": "https://mastodon.invalid", "PEERTUBE_API_URL": "https://peertube.invalid",
	} {
		t.Setenv("REGIE_CHANNELS_"+key, value)
	}
}

// planned plans a film on the site at a wall time.
func planned(t *testing.T, h *house, film assets.ID, wall string) assets.Publication {
	t.Helper()
	at, _, err := assets.ReadWall(wall, h.zone, false)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := h.desk.PlanAt(t.Context(), film, []assets.Channel{assets.ChannelSite}, at, "cli")
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// inDay is an expression: a tile stands on this day, and says this.
func inDay(title, day, says string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("[data-day='%s'] .slot")].some(e => e.innerText.includes(%q) && e.innerText.replaceAll("\u00a0", " ").includes(%q))`, day, title, says)
}

// carry drags the tile of a film to a day, as a pointer does.
func carry(title, day string) string {
	return fmt.Sprintf(`(() => {
		const tile = [...document.querySelectorAll("[draggable=true]")].find(e => e.innerText.includes(%q)), day = document.querySelector("[data-day='%s']");
		if (!tile || !day) return false;
		const dataTransfer = new DataTransfer(), does = (on, what) => on.dispatchEvent(new DragEvent(what, {bubbles: true, cancelable: true, dataTransfer}));
		does(tile, "dragstart"); does(day, "dragover"); const lit = day.classList.contains("over"); does(day, "drop"); does(tile, "dragend");
		return lit;
	})()`, title, day)
}

// read is an expression: the page says this, whatever its spaces.
func read(text string) string { return fmt.Sprintf("%s(%q)", says, text) }

func press(t *testing.T, tab *browser.Tab, selector string) {
	t.Helper()
	if err := chromedp.Do(tab.Ctx, chromedp.Click(selector)); err != nil {
		t.Fatal(err)
	}
}

// TestCalendar: a month in which films are planned, carried about, moved by keys
// and by buttons, and taken back.
//
// long: it is one walk through one calendar.
func TestCalendar(t *testing.T) {
	byHand(t)
	s := openStudio(t)
	h := openHouse(t, s.Data)
	defer h.Close()
	films := vouch(t, h, "Atelier vélo", "Le cirque", "Les jardins", "Before Zik Zac", "La nuit courte", "Le conseil des enfants")
	now := h.now().In(h.zone)
	month := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, h.zone)
	day := func(n int) string { return month.AddDate(0, 0, n-1).Format(time.DateOnly) }
	page := s.URL + "/regie/calendrier?vue=mois&d=" + day(1)
	for _, f := range films[1:3] {
		planned(t, h, f, day(12)+"T18:00")
	}
	tab := s.as(assets.RoleCommunication)
	step := func(name string, do func(t *testing.T)) { // each begins where the one before ended
		if !t.Run(name, do) {
			t.FailNow()
		}
	}

	step("six channels with two clicks (F24)", func(t *testing.T) {
		tab.Open(t, page)
		tab.Until(t, carry("Atelier vélo", day(12))) // from the rail, at the usual hour
		tab.Until(t, read("Programmer")+` && document.querySelector("[name=le]")?.value === "`+day(12)+`T18:00"`)
		for _, name := range []string{"Le site", "YouTube", "Vimeo", "PeerTube", "Facebook 18 h 10", "Mastodon 18 h 15"} {
			tab.Until(t, `document.querySelector("#resume").innerText.replaceAll("\u00a0", " ").includes("`+name+`")`)
		}
		press(t, tab, `main form button:not([formmethod])`)
		tab.Until(t, read("C’est programmé. Le site")+" && "+inDay("Atelier vélo", day(12), "18 h"))
		all, err := h.catalog.Publications(t.Context(), assets.PublicationFilter{Film: films[0]})
		if err != nil || len(all) != 6 {
			t.Errorf("%d publications, %v", len(all), err)
		}
	})
	step("three at one minute (F21)", func(t *testing.T) {
		for _, title := range []string{"Atelier vélo", "Le cirque", "Les jardins"} {
			tab.Until(t, inDay(title, day(12), "18 h")+" && "+inDay(title, day(12), "Le site"))
		}
	})
	step("carried to another day, and back (F19, F22)", func(t *testing.T) {
		// The answer is kept back: the tile is there before it comes.
		tab.Until(t, `(() => { const real = window.fetch; window.answer = new Promise(go => window.go = go); window.fetch = async (...all) => { await window.answer; return real(...all) }; return true })()`)
		tab.Until(t, carry("Le cirque", day(14)))
		tab.Until(t, inDay("Le cirque", day(14), "18 h")+` && !!document.querySelector(".slot.moving")`)
		tab.Until(t, `(window.go(), true)`)
		tab.Until(t, read("Déplacé au")+" && "+inDay("Le cirque", day(14), "18 h")+` && !document.querySelector(".slot.moving")`)
		press(t, tab, `.flash button`)
		tab.Until(t, inDay("Le cirque", day(12), "18 h"))
		tab.Until(t, carry("Le cirque", day(14)))
		tab.Until(t, read("Déplacé au"))
		tab.Open(t, page)
		tab.Until(t, inDay("Le cirque", day(14), "18 h"))
	})
	step("by keys, and by buttons (F20)", func(t *testing.T) {
		alt := func(key string) string {
			return fmt.Sprintf(`(() => { const link = [...document.querySelectorAll(".slot a")].find(a => a.innerText.includes("Le cirque")); link.focus();
				document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: %q, altKey: true, bubbles: true})); return true })()`, key)
		}
		tab.Until(t, alt("ArrowRight"))
		tab.Until(t, inDay("Le cirque", day(15), "18 h")+` && document.activeElement.innerText.includes("Le cirque")`)
		tab.Until(t, alt("ArrowDown"))
		tab.Until(t, inDay("Le cirque", day(15), "18 h 15"))
		press(t, tab, `[data-day="`+day(15)+`"] .shift summary`)
		press(t, tab, `[data-day="`+day(15)+`"] button[value="+1j"]`)
		tab.Until(t, read("Déplacé au")+" && "+inDay("Le cirque", day(16), "18 h 15"))
	})
	step("an embargo says until when (F23)", func(t *testing.T) {
		p, err := h.catalog.Programme(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Dossiers {
			if p.Dossiers[i].Slug == "zik-zac-2018" {
				p.Dossiers[i].Embargo = month.AddDate(0, 0, 20).Add(20 * time.Hour)
			}
		}
		f, err := h.catalog.Film(t.Context(), films[3])
		if err != nil {
			t.Fatal(err)
		}
		f.Dossier = "zik-zac-2018"
		if err := h.catalog.Apply(t.Context(), assets.Change{Programme: p, Films: []assets.Film{f}}); err != nil {
			t.Fatal(err)
		}
		kept := planned(t, h, f.ID, day(22)+"T18:00")
		tab.Open(t, page)
		tab.Until(t, carry("Before Zik Zac", day(19)))
		why := "Impossible avant le " + strings.ReplaceAll(month.AddDate(0, 0, 20).Format("2")+" "+frenchMonth(month), "\u00a0", " ")
		tab.Until(t, read(why)+" && "+read(", 20 h : embargo Zik Zac")+" && "+inDay("Before Zik Zac", day(22), "18 h"))
		tab.Until(t, fmt.Sprintf(`fetch("/regie/publications/%s/deplacer", {method: "POST", body: new URLSearchParams({jour: %q})}).then(r => r.status === 422)`, kept.ID, day(19)))
		tab.Until(t, `[...document.querySelectorAll("p.embargo")].some(e => e.innerText.includes("Zik Zac"))`)
	})
	step("a minor without a form says what to mend (F35)", func(t *testing.T) {
		if _, err := h.desk.AddFilmed(t.Context(), assets.Filmed{Film: films[5]}, pipeline.ConsentForm{ConsentDetails: assets.ConsentDetails{Person: "Une enfant"}, Minor: assets.Yes}, "cli"); err != nil {
			t.Fatal(err)
		}
		way := fmt.Sprintf(`a.chip.red[href="/regie/films/%s/droits"]`, films[5])
		tab.Open(t, page)
		tab.Until(t, `!!document.querySelector('.ready `+way+`')`)
		tab.Open(t, s.URL+"/regie/films/"+string(films[5])+"/programmer")
		tab.Until(t, `document.querySelector("#resume button").disabled && !!document.querySelector('#resume `+way+`')`)
	})
	step("18 h stays 18 h on the night the clocks change (F22)", func(t *testing.T) {
		last := time.Date(now.Year()+1, time.April, 0, 0, 0, 0, 0, h.zone)
		last = last.AddDate(0, 0, -int(last.Weekday())) // the last Sunday of March
		saturday, sunday := last.AddDate(0, 0, -1).Format(time.DateOnly), last.Format(time.DateOnly)
		p := planned(t, h, films[4], saturday+"T18:00")
		tab.Open(t, s.URL+"/regie/calendrier?vue=semaine&d="+saturday)
		tab.Until(t, carry("La nuit courte", sunday))
		tab.Until(t, read("Déplacé au")+" && "+inDay("La nuit courte", sunday, "18 h"))
		moved, err := h.catalog.Publication(t.Context(), p.ID)
		if err != nil || moved.At.Sub(p.At) != 23*time.Hour || moved.Wall != sunday+"T18:00" {
			t.Errorf("moved by %s to %s, %v", moved.At.Sub(p.At), moved.Wall, err)
		}
	})
	tab.Faults(t, "422", "/deplacer")
	step("seen from an agenda", func(t *testing.T) { agenda(t, s, h) })
}

func frenchMonth(t time.Time) string {
	return [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}[t.Month()-1]
}

// agenda: the private calendar has stable names, the hour on the wall, and says
// what moved, what was called off; its key opens until it is revoked.
func agenda(t *testing.T, s *opened, h *house) {
	film := vouch(t, h, "Une place, des arbres ; un très long titre que les agendas coupent en plusieurs lignes")[0]
	p := planned(t, h, film, time.Now().AddDate(0, 1, 0).Format(time.DateOnly)+"T18:00")
	tab := s.as(assets.RoleMonteur)
	tab.Open(t, s.URL+"/regie/calendrier/abonnement")
	press(t, tab, `button[value=creer]`)
	tab.Until(t, `!!document.querySelector("input[readonly]")`)
	address, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](`document.querySelector("input[readonly]").value`))
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(want int) string {
		t.Helper()
		_, key, _ := strings.Cut(address, "?")
		r, err := http.Get(s.URL + "/regie/calendrier.ics?" + key)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != want {
			t.Fatalf("%d, want %d, %v", r.StatusCode, want, err)
		}
		return string(text)
	}
	first := fetch(http.StatusOK)
	for _, line := range strings.Split(first, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
	holds := func(text string, lines ...string) {
		t.Helper()
		for _, line := range lines {
			if !strings.Contains(strings.ReplaceAll(text, "\r\n ", ""), line+"\r\n") {
				t.Errorf("no %s in\n%s", line, text)
			}
		}
	}
	wall := strings.NewReplacer("-", "", ":", "").Replace(p.Wall) + "00"
	uid := "UID:" + string(p.ID) + "@localhost"
	if !strings.Contains(first, uid) {
		uid = "UID:" + string(p.ID) + "@127.0.0.1"
	}
	holds(first, uid, "SEQUENCE:0", "DTSTART;TZID=Europe/Paris:"+wall, "STATUS:CONFIRMED", "TZID:Europe/Paris",
		`SUMMARY:Une place\, des arbres \; un très long titre que les agendas coupent en plusieurs lignes · le site`)
	to := p.Moment(h.zone).Plus(1, 0, h.zone)
	if _, err := h.desk.Reschedule(t.Context(), p, to, "cli"); err != nil {
		t.Fatal(err)
	}
	holds(fetch(http.StatusOK), uid, "SEQUENCE:1", "DTSTART;TZID=Europe/Paris:"+strings.NewReplacer("-", "", ":", "").Replace(to.Wall)+"00")
	f, err := h.catalog.Film(t.Context(), film)
	if err != nil {
		t.Fatal(err)
	}
	f.Music = assets.MusicOpen
	if err := h.catalog.Apply(t.Context(), assets.Change{Films: []assets.Film{f}}); err != nil {
		t.Fatal(err)
	}
	holds(fetch(http.StatusOK), "STATUS:TENTATIVE")
	if _, err := h.desk.Unpublish(t.Context(), film, []assets.Channel{assets.ChannelSite}, "cli"); err != nil {
		t.Fatal(err)
	}
	holds(fetch(http.StatusOK), uid, "SEQUENCE:2", "STATUS:CANCELLED")
	press(t, tab, `button[value=revoquer]`)
	tab.Until(t, read("elle n’ouvre plus rien"))
	fetch(http.StatusNotFound)
	address = "x?cle=rien"
	fetch(http.StatusNotFound)
	tab.Faults(t)
}
