package main

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// ruin takes a table away under the running server, and gives it back.
func (s *opened) ruin(back bool) {
	s.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.Data, "regie.db")+"?_pragma=busy_timeout(30000)")
	if err != nil {
		s.Fatal(err)
	}
	defer db.Close()
	statement := "ALTER TABLE users RENAME TO ruined"
	if back {
		statement = "ALTER TABLE ruined RENAME TO users"
	}
	if _, err := db.ExecContext(s.Context(), statement); err != nil {
		s.Fatal(err)
	}
}

func phoneSize(t *testing.T, tab *browser.Tab) {
	t.Helper()
	size := emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true}
	if _, err := chromedp.Call(tab.Ctx, emulation.SetDeviceMetricsOverride, size); err != nil {
		t.Fatal(err)
	}
}

// TestEmptyAndBroken (F32): each list of a house where nothing is says so, with
// what to do; while the catalog fails it says that, with a reference and a way to
// try again, and no form loses what was typed, which then goes through. On a phone.
func TestEmptyAndBroken(t *testing.T) {
	s := openStudio(t)
	lists := map[assets.UserRole][]string{
		assets.RoleMonteur:        {"/regie", "/regie/sujets", "/regie/rushes", "/regie/films", "/regie/selections", "/regie/dossiers/zik-zac-2018"},
		assets.RoleImage:          {"/regie/autorisations"},
		assets.RoleAdministration: {"/regie/admin/messages"},
	}
	tabs := map[assets.UserRole]*browser.Tab{}
	for role, paths := range lists {
		tabs[role] = s.as(role)
		phoneSize(t, tabs[role])
		for _, path := range paths {
			if role != assets.RoleMonteur {
				continue // what the others list is never empty here
			}
			t.Run("empty"+path, func(t *testing.T) {
				tabs[role].Open(t, s.URL+path)
				tabs[role].Until(t, `document.querySelector("main .empty p")?.innerText.length > 10 && !!document.querySelector("main .empty :is(a, button)") && document.documentElement.scrollWidth <= innerWidth + 1`)
			})
		}
		tabs[role].Faults(t)
	}
	form, filter := s.as(assets.RoleCommunication), tabs[assets.RoleMonteur]
	filter.Open(t, s.URL+"/regie/rushes")
	filter.Until(t, `typeof htmx !== "undefined" && document.querySelector("form[hx-get] [name=q]") !== null`)
	form.Open(t, s.URL+"/regie/sujets/nouveau")
	form.Until(t, `document.querySelector("form.fields") !== null`)
	s.ruin(false)
	form.Until(t, `(() => { const f = document.querySelector("form.fields"); f.title.value = "Gardé malgré la panne"; f.requestSubmit(); return true })()`)
	form.Until(t, `document.querySelector("h1")?.innerText.includes("n’a pas pu") && document.querySelector("main").innerText.includes("réf.") && document.querySelector("[name=title]").value === "Gardé malgré la panne"`)
	filter.Until(t, `(() => { const f = document.querySelector("form[hx-get]"); f.q.value = "gardé"; f.requestSubmit(); return true })()`)
	filter.Until(t, `document.querySelector(".fault")?.innerText.includes("réf.") && document.querySelector("form[hx-get] [name=q]").value === "gardé"`)
	for role, paths := range lists {
		for _, path := range paths {
			t.Run("broken"+path, func(t *testing.T) {
				tabs[role].Open(t, s.URL+path)
				tabs[role].Until(t, `document.querySelector("main").innerText.includes("réf.") && document.querySelector("main a.button")?.innerText === "Réessayer" && document.documentElement.scrollWidth <= innerWidth + 1`)
			})
		}
	}
	s.ruin(true)
	form.Until(t, `[...document.querySelectorAll("main button")].filter(b => b.innerText === "Réessayer").map(b => (b.click(), true))[0]`)
	form.Until(t, `document.querySelector("h1")?.innerText === "Gardé malgré la panne" && document.querySelector(".flash") !== null`)
}
