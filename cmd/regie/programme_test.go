package main

import (
	"testing"

	"anonymal.tv/regie/assets"
)

// TestEditTheProgramme: who communicates adds a place, is told beside the field
// that it is there twice, renames it under the same address, merges it with
// another that its page, and lists kept of it, then lead to, here and on the site,
// and takes it back.
func TestEditTheProgramme(t *testing.T) {
	s := openStudio(t)
	tab := s.as(assets.RoleCommunication)
	list := s.URL + "/regie/admin/programme?liste=territory"
	save := func(name, parent string) {
		tab.Until(t, `(() => { const f = document.querySelector("#entree form.fields"); f.name.value = "`+name+`"; f.parent.value = "`+parent+`"; f.requestSubmit(); return true })()`)
	}
	tab.Open(t, list)
	save("Le Val Saint-André", "aix-en-provence")
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("est enregistré") && location.search.includes("entree=le-val-saint-andre")`)
	tab.Open(t, list)
	save("le val saint andré", "aix-en-provence")
	tab.Until(t, `document.activeElement?.name === "name" && document.activeElement.parentNode.querySelector(".fault").innerText.includes("existe déjà") && document.activeElement.value === "le val saint andré" && document.querySelector("[name=parent]").value === "aix-en-provence"`)

	tab.Open(t, list+"&entree=le-val-saint-andre")
	save("Val Saint-André", "aix-en-provence")
	tab.Until(t, `document.querySelector(".flash") !== null && location.search.includes("entree=le-val-saint-andre")`)
	until(t, tab, `fetch("/territoires/aix-en-provence/le-val-saint-andre/").then(r => r.text()).then(t => t.includes("<h1>Val Saint-André</h1>"))`)

	tab.Until(t, `(() => { const f = document.querySelector("[name=dans]").form; f.dans.value = "jas-de-bouffan"; f.querySelector("button").click(); return true })()`)
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("Réuni") && !document.querySelector('a[href*="entree=le-val-saint-andre"]')`)
	until(t, tab, `fetch("/territoires/aix-en-provence/le-val-saint-andre/").then(r => r.text()).then(t => t.includes("url=/territoires/aix-en-provence/jas-de-bouffan/"))`)
	tab.Until(t, `fetch("/regie/territoires/le-val-saint-andre").then(r => r.url.endsWith("/regie/territoires/jas-de-bouffan"))`)
	for _, kept := range []string{"rushes", "films", "sujets"} {
		tab.Until(t, `fetch("/regie/`+kept+`?territoire=le-val-saint-andre").then(r => r.url.endsWith("/regie/`+kept+`?territoire=jas-de-bouffan"))`)
	}
	tab.Until(t, `[...document.querySelectorAll(".flash button")].map(b => (b.click(), true))[0]`)
	tab.Until(t, `!!document.querySelector('a[href*="entree=le-val-saint-andre"]')`)
	until(t, tab, `fetch("/territoires/aix-en-provence/le-val-saint-andre/").then(r => r.text()).then(t => t.includes("<h1>Val Saint-André</h1>"))`)
	tab.Until(t, `fetch("/regie/rushes?territoire=le-val-saint-andre").then(r => r.url.endsWith("/regie/rushes?territoire=le-val-saint-andre"))`)
	tab.Faults(t, "422", "/regie/admin/programme", "404 of "+s.URL+"/territoires/", "/territoires/aix-en-provence/le-val-saint-andre/")
}

// TestLookOfAPartner: who communicates brings a logo, chooses a colour, takes both
// away, and has the logo back by one click; what is no picture is refused beside its
// field.
func TestLookOfAPartner(t *testing.T) {
	s := openStudio(t)
	tab := s.as(assets.RoleCommunication)
	bring := func(name, content string) {
		t.Helper()
		tab.Until(t, `(async () => {
			const files = new DataTransfer();
			files.items.add(new File([`+content+`], "`+name+`"));
			const input = document.querySelector("[name=logo]");
			input.files = files.files;
			input.form.querySelector("button").click();
			return true;
		})()`)
	}
	shown := `document.readyState === "complete" && document.querySelector("img.logo")?.naturalWidth === 60`
	tab.Open(t, s.URL+"/regie/admin/programme?liste=partner&entree=zik-zac-festival")
	bring("logo.svg", `"<svg xmlns='http://www.w3.org/2000/svg'/>"`)
	tab.Until(t, `document.querySelector(".fault")?.innerText.includes("SVG")`)
	bring("logo.png", `await new Promise(done => { const c = document.createElement("canvas"); c.width = 60; c.height = 40; c.getContext("2d").fillRect(0, 0, 9, 9); c.toBlob(done) })`)
	tab.Until(t, read("Logo déposé")+" && "+shown)
	colour := `document.querySelector("input[type=color]")`
	tab.Until(t, `!`+colour+`.checkVisibility() && (document.querySelector("[name=sans-couleur]").click(), `+colour+`.checkVisibility())`)
	tab.Until(t, `(`+colour+`.value = "#e8471c", `+colour+`.form.requestSubmit(), true)`)
	tab.Until(t, read("est enregistré")+` && `+colour+`.checkVisibility() && `+colour+`.value === "#e8471c" && `+shown)
	press(t, tab, "button[value=sans-logo]")
	tab.Until(t, read("Logo retiré")+` && document.readyState === "complete" && !document.querySelector("img.logo")`)
	press(t, tab, ".flash button")
	tab.Until(t, shown)
	tab.Faults(t, "422", "/regie/admin/programme")
}
