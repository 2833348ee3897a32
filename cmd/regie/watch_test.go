package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// TestWatchedOnThePage: a post that is deleted on its channel is said on the page
// of its film and by mail; « J'ai vu » takes it off, « Remettre en ligne » posts it
// anew, once.
func TestWatchedOnThePage(t *testing.T) {
	h := openCallback(t)
	link := h.link(assets.RoleCommunication)
	post := func() assets.Publication {
		t.Helper()
		all, err := h.catalog.Publications(t.Context(), assets.PublicationFilter{Film: h.film, Channel: "mastodon", State: assets.PublicationPublished})
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0]
	}
	first := post()
	h.frame.Befall(first.RemoteID, emu.Fate{Gone: true})
	h.clock.Advance(10 * time.Minute)
	h.settle()

	tab := browser.WatchApart(t, browser.Start(t), h.baseURL())
	tab.Open(t, link)
	tab.Until(t, `location.pathname === "/regie"`)
	tab.Open(t, h.baseURL()+"/regie/films/"+string(h.film))
	tab.Until(t, `document.querySelector("#publications .standing.stop") !== null`)
	page := h.baseURL() + "/regie/publications/" + string(first.ID)
	tab.Open(t, page)
	tab.Until(t, `document.querySelector("#vu .standing.stop") !== null && document.querySelector("#vu [value=remettre]").innerText === "Remettre en ligne"`)
	shoot(t, tab, "supprime-ailleurs")
	press(t, tab, `#vu [value=vu]`)
	tab.Until(t, read("C’est noté.")+` && document.querySelector("#vu [value=vu]") === null`)
	tab.Open(t, h.baseURL()+"/regie/films/"+string(h.film))
	tab.Until(t, `document.querySelector("#publications li") !== null && document.querySelector("#publications .standing.stop") === null`)
	tab.Open(t, page)
	press(t, tab, `#vu [value=remettre]`)
	tab.Until(t, `document.readyState === "complete" && document.querySelector("#vu [value=remettre]") === null`)
	h.settle()
	second := post()
	if public := h.frame.Public(); second.ID == first.ID || len(public) != 1 || public[0].ID != second.RemoteID {
		t.Errorf("%s is public on the channel, %v", second.RemoteID, public)
	}
	mails, err := h.catalog.Mails(t.Context(), "", 100)
	if err != nil || !slices.ContainsFunc(mails, func(m assets.Mail) bool { return strings.HasPrefix(m.Subject, "Changé sur Mastodon") }) {
		t.Errorf("nobody is written to: %v, %v", mails, err)
	}
	tab.Faults(t)
}
