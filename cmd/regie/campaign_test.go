package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// TestCampaignPage: 20 films get their dates on one screen; one that moves takes
// those after it with it, and one gesture puts all back (6).
func TestCampaignPage(t *testing.T) {
	byHand(t)
	s := openStudio(t)
	h := openHouse(t, s.Data)
	defer h.Close()
	titles := make([]string, 20)
	for i := range titles {
		titles[i] = fmt.Sprintf("Zik Zac, film %02d", i+1)
	}
	films := vouch(t, h, titles...)
	var c assets.Change
	for _, id := range films {
		f, err := h.catalog.Film(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		f.Dossier = "zik-zac-2018"
		if id == films[6] {
			f.Music = assets.MusicOpen
		}
		c.Films = append(c.Films, f)
	}
	if err := h.catalog.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	year := time.Now().Year() + 1
	first := time.Date(year, time.March, 3, 0, 0, 0, 0, h.zone)
	for first.Weekday() != time.Tuesday {
		first = first.AddDate(0, 0, 1)
	}
	slot := func(n int) string { return first.AddDate(0, 0, n/2*7+n%2*2).Format(time.DateOnly) }

	code, out, errs := outcome(t, s.Data, "publication", "campaign", "--dossier", "zik-zac-2018", "--days", "mardi,jeudi", "--from", slot(0)+"T18:00", "--to", "site,youtube", "--dry-run", "--json")
	var turn struct {
		Film    assets.Film
		Outings []struct{ Wall string }
	}
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &turn); code != exitDone || err != nil || turn.Film.ID != films[0] || turn.Outings[0].Wall != slot(0)+"T18:00" {
		t.Errorf("exit %d, %v: %s%s", code, err, out, errs)
	}

	tab := s.as(assets.RoleCommunication)
	tab.Open(t, s.URL+"/regie/calendrier")
	tab.Until(t, `[...document.querySelectorAll("a")].filter(a => a.innerText === "Programmer une campagne").map(a => (a.click(), true))[0]`)
	tab.Until(t, `!!document.querySelector("select[name=dossier]")`)
	tab.Open(t, s.URL+"/regie/calendrier/campagne?dossier=zik-zac-2018")
	tab.Until(t, `document.querySelectorAll("[name=film]:checked").length === 20 && document.querySelectorAll("[name=canal]:checked").length === 6`)
	tab.Until(t, fmt.Sprintf(`(() => { const le = document.querySelector("[name=le]"); le.value = "%sT18:00"; le.dispatchEvent(new Event("change", {bubbles: true})); return true })()`, slot(0)))
	tab.Until(t, read("19 films, du mar.")+" && "+read("Droits musicaux à préciser")+fmt.Sprintf(` && [...document.querySelectorAll("#dates li")].some(e => e.innerText.includes("film 20") && e.innerText.includes("%d"))`, first.AddDate(0, 0, 65).Day()))
	press(t, tab, "#dates button:not([formmethod])")
	tab.Until(t, read("19 films programmés")+" && "+read("film 07")+" && "+inDay("film 01", slot(0), "18 h")+" && "+inDay("film 02", slot(1), "18 h")+" && "+inDay("film 08", slot(7), "18 h"))
	if all, err := h.catalog.Publications(t.Context(), assets.PublicationFilter{}); err != nil || len(all) != 19*6 {
		t.Errorf("%d publications, %v", len(all), err)
	}

	// Carried to Friday: the person says that the others follow.
	friday := first.AddDate(0, 0, 10).Format(time.DateOnly)
	tab.Until(t, carry("film 03", friday))
	tab.Until(t, fmt.Sprintf(`[...document.querySelectorAll(".shift[open] form")].filter(f => f.elements.le.value === "%sT18:00" && f.innerText.includes("Et les suivantes")).map(f => (f.querySelector("[name=suivantes][value=oui]").click(), f.querySelector("button:not([name])").click(), true))[0]`, friday))
	tab.Until(t, read("16 films suivent")+" && "+inDay("film 03", friday, "18 h")+" && "+inDay("film 04", slot(4), "18 h")+" && "+inDay("film 02", slot(1), "18 h"))
	press(t, tab, ".flash button")
	tab.Until(t, inDay("film 03", slot(2), "18 h")+" && "+inDay("film 04", slot(3), "18 h"))

	// Alone.
	press(t, tab, `[data-day="`+slot(2)+`"] .shift summary`)
	press(t, tab, `[data-day="`+slot(2)+`"] button[value="+1j"]`)
	tab.Until(t, read("Déplacé au")+" && "+inDay("film 03", first.AddDate(0, 0, 8).Format(time.DateOnly), "18 h")+" && "+inDay("film 04", slot(3), "18 h"))

	tab.Phone(t)
	tab.Open(t, s.URL+"/regie/calendrier/campagne?dossier=zik-zac-2018")
	tab.Until(t, read("déjà programmé")+` && document.documentElement.scrollWidth <= innerWidth`)
	tab.Faults(t)
}
