package main

import (
	"encoding/json"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// another opens a second browser of the person with that mail.
func (s *opened) another(mail string) *browser.Tab {
	s.Helper()
	code, out, errs := outcome(s.T, s.Data, "user", "link", mail, "--json")
	var u struct{ Link string }
	if code != exitDone || json.Unmarshal([]byte(out), &u) != nil {
		s.Fatalf("user link: %d %s%s", code, out, errs)
	}
	_, path, _ := strings.Cut(u.Link, "/regie/")
	tab := browser.WatchApart(s.T, s.Chromium, s.URL)
	tab.Open(s.T, s.URL+"/regie/"+path)
	tab.Until(s.T, `location.pathname === "/regie" || location.pathname === "/regie/moi"`)
	return tab
}

// TestMyAccount: people say how they are reached, which mails they want and
// whether one key is enough; they close a browser they no longer hold, and only
// theirs. A code at the door is for who has a password.
func TestMyAccount(t *testing.T) {
	s := openStudio(t)
	tab, lost := s.as(assets.RoleMonteur), s.another("dominique.montage@example.org")
	tab.Open(t, s.URL+"/regie/moi")
	tab.Until(t, `document.querySelector("h1").innerText === "Mon compte" && !document.body.innerText.includes("Code à l’entrée")`)
	tab.Until(t, `(() => { const f = document.querySelector('form[action="/regie/moi"]'); f.name.value = "Dominique"; f.phone.value = "04 00 00 00 00"; f.requestSubmit(); return true })()`)
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("C’est enregistré") && document.querySelector("input[name=phone]").value === "04 00 00 00 00"`)
	tab.Until(t, `(() => { const f = document.querySelector('form[action$="/messages"]'); f.querySelector("[value=rushes]").checked = false; f.requestSubmit(); return true })()`)
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("C’est noté") && [...document.querySelectorAll("[name=recevoir]")].every(c => c.checked === (c.value !== "rushes"))`)
	tab.Until(t, `[...document.querySelectorAll("[name=raccourcis][value=non]")].map(b => (b.click(), true))[0]`)
	tab.Until(t, `location.pathname === "/regie/moi/compte" && "keyless" in document.body.dataset`)

	tab.Until(t, `document.querySelectorAll("[name=appareil]").length === 1`)
	other := s.as(assets.RoleJRI)
	device := value[string](t, tab, `document.querySelector("[name=appareil]").value`)
	other.Until(t, `fetch("/regie/moi/appareils", {method: "POST", body: new URLSearchParams({appareil: "`+device+`"})}).then(r => r.ok)`)
	lost.Open(t, s.URL+"/regie/films")
	lost.Until(t, `document.querySelector("h1").innerText === "Films"`)
	tab.Until(t, `[...document.querySelectorAll("[name=appareil]")].map(b => (b.click(), true))[0]`)
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("L’appareil est fermé") && !document.querySelector("[name=appareil]")`)
	lost.Open(t, s.URL+"/regie/films")
	lost.Until(t, `location.pathname === "/regie/entrer"`)

	set := func(before, now string) {
		tab.Until(t, `(() => { const f = document.querySelector('form[action$="/mot-de-passe"]'); if (f.ancien) f.ancien.value = "`+before+`"; f.nouveau.value = "`+now+`"; f.requestSubmit(); return true })()`)
	}
	set("", "une phrase assez longue")
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("Mot de passe enregistré") && document.body.innerText.includes("Code à l’entrée")`)
	set("pas le bon du tout", "une autre phrase longue")
	tab.Until(t, `document.activeElement.name === "ancien" && !!document.activeElement.parentNode.querySelector(".fault") && document.activeElement.value === ""`)
	tab.Faults(t, "422", "/regie/moi/mot-de-passe")
	other.Faults(t)
}
