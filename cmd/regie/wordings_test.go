package main

import (
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// TestWithoutAnAccount: a film is put on channels by hand, each with its text.
func TestWithoutAnAccount(t *testing.T) {
	instance(t)
	t.Setenv("REGIE_CHANNELS_MASTODON_MODE", "assisted")
	t.Setenv("REGIE_CHANNELS_X_MODE", "assisted")
	s := openStudio(t)
	f := sign(t, s.Data)
	tab := s.as(assets.RoleCommunication)
	page := s.URL + "/regie/films/" + string(f)
	tab.Open(t, page)
	fill(t, tab, `#bat button[name=donner]`)
	tab.Until(t, `document.querySelector("#publications input[value=x]") !== null`)
	fill(t, tab, `#publications form button`, [2]string{`#publications input[value=mastodon]`}, [2]string{`#publications input[value=x]`})
	tab.Until(t, `document.querySelectorAll("#publications li").length === 2`)
	t.Run("the text of each channel (F25)", func(t *testing.T) { textOfEachChannel(t, tab, page) })
	t.Run("by hand (F27)", func(t *testing.T) { byHandOnThePage(t, tab, page) })
	tab.Faults(t, "422")
}

// textOfEachChannel: the counter counts as the channel does, while one types and
// without a script; what is too long can't be kept, with its reason, and stands
// there still; words of one's own are seen to be, and are given up again.
func textOfEachChannel(t *testing.T, tab *browser.Tab, page string) {
	tab.Open(t, page+"/textes?canal=x")
	typed := func(text string) string {
		return `(() => { const area = document.querySelector("textarea[name=text]"); area.value = ` + text + `; area.dispatchEvent(new Event("input", {bubbles: true})); return true })()`
	}
	long := strings.Repeat("a", 281)
	tab.Until(t, typed(`"`+long+`"`))
	tab.Until(t, `document.querySelector("#compte .over b")?.innerText === "281" && document.querySelector("#compte [value=enregistrer]").disabled && document.querySelector("#compte .fault").innerText.includes("trop long de 1\u00a0signe") && document.querySelector("#compte .post").innerText === "`+long+`"`)
	tab.Until(t, typed(`"Le film. https://anonymal.tv/`+strings.Repeat("b", 179)+`"`))
	tab.Until(t, `document.querySelector("#compte .count b").innerText === "32" && !document.querySelector("#compte .over, #compte .fault") && !document.querySelector("#compte [value=enregistrer]").disabled`)
	sent := func(do, text string) string {
		return `fetch("` + page + `/textes", {method: "POST", body: new URLSearchParams({canal: "x", text: "` + text + `", faire: "` + do + `"})}).then(async r => [r.status, new DOMParser().parseFromString(await r.text(), "text/html")])`
	}
	tab.Until(t, sent("compter", "Le film, ce soir.")+`.then(([status, page]) => status === 200 && page.querySelector("#compte b").innerText === "17" && page.querySelector("textarea").value === "Le film, ce soir." && page.querySelector("noscript") !== null)`)
	tab.Until(t, sent("enregistrer", long)+`.then(([status, page]) => status === 422 && page.querySelector("#compte .over") !== null && page.querySelector("textarea").value === "`+long+`")`)
	tab.Until(t, `fetch(location.href).then(r => r.text()).then(t => !t.includes("modifié ici"))`)
	press := func(button string) string { return `(document.querySelector("` + button + `").click(), true)` }
	tab.Until(t, typed(`"Ce soir sur X."`))
	tab.Until(t, `document.querySelector("#compte .post").innerText === "Ce soir sur X."`)
	tab.Until(t, press("#compte [value=enregistrer]"))
	tab.Until(t, `document.body.innerText.includes("Texte enregistré") && document.querySelector(".channel[aria-current]").innerText.includes("modifié ici") && document.querySelector("#compte .chip").innerText === "modifié ici"`)
	tab.Open(t, page+"/textes?canal=mastodon")
	tab.Until(t, `document.querySelector("textarea").value.startsWith("Atelier") && !document.querySelector("#compte .chip") && document.querySelector("#compte .count").innerText.includes("sur 500")`)
	tab.Open(t, page+"/textes?canal=x")
	tab.Until(t, press("#compte [value=reprendre]"))
	tab.Until(t, `document.body.innerText.includes("Le texte commun est repris") && !document.body.innerText.includes("modifié ici") && document.querySelector("textarea").value.startsWith("Atelier")`)
}

// byHandOnThePage: what it takes stands on the page, in no colour of an error; the
// address that is pasted ends it.
func byHandOnThePage(t *testing.T, tab *browser.Tab, page string) {
	tab.Open(t, page)
	tab.Until(t, `[...document.querySelectorAll("#publications li")].every(l => l.innerText.includes("À publier à la main"))`)
	tab.Until(t, `[...document.querySelectorAll("#publications li a")].filter(a => a.innerText === "Mastodon").map(a => (a.click(), true))[0]`)
	tab.Until(t, `document.querySelector("textarea[readonly]").value.includes("Atelier") && document.querySelector("a[href*=telecharger]") && document.querySelector(".stop, .red, .fault, .danger") === null`)
	tab.Until(t, `fetch(document.querySelector("a[href*=telecharger]").href).then(r => r.ok && r.headers.get("Content-Disposition").startsWith("attachment"))`)
	fill(t, tab, `form.fields button[value=adresse]`, [2]string{`input[name=adresse]`, "https://mastodon.example/@anonymal/1"})
	tab.Until(t, `document.querySelector("h1 ~ .meta").innerText.includes("En ligne") && document.querySelector("a.button").href === "https://mastodon.example/@anonymal/1"`)
}
