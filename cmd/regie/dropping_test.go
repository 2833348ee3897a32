package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

const (
	enter = input.DispatchDragEventTypeDragEnter
	drop  = input.DispatchDragEventTypeDrop
)

// newSujet begins a sujet as whoever the tab belongs to, and returns its address.
func newSujet(t *testing.T, tab *browser.Tab, title string) string {
	t.Helper()
	address, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](
		`fetch("/regie/sujets", {method: "POST", body: new URLSearchParams({title: "`+title+`"})}).then(r => r.url)`, browser.Awaited))
	if err != nil || !strings.Contains(address, "/regie/sujets/") {
		t.Fatal(address, err)
	}
	return address
}

// titles are the rushes that the page of the rushes shows for a sujet, by name.
func titles(t *testing.T, s *opened, tab *browser.Tab, sujet string, want ...string) {
	t.Helper()
	tab.Open(t, s.URL+"/regie/rushes?sujet="+sujet[strings.LastIndexByte(sujet, '/')+1:])
	for _, name := range want {
		tab.Until(t, `document.querySelector("main").innerText.includes("`+name+`")`)
	}
}

// TestDropAnywhere (F3): every page takes files that are let go of over it, says
// where they would go, and shows each of them on its way.
func TestDropAnywhere(t *testing.T) {
	s := openStudio(t)
	desk := s.as(assets.RoleMonteur)
	sujet := newSujet(t, desk, "Zik Zac")
	files := noiseFiles(t, 400_000, "un.mp4", "deux.mp4")
	for _, page := range []string{"/regie", "/regie/moi", "/regie/sujets", "/regie/rushes", "/regie/films", "/regie/dossiers", "/regie/deposer", "/regie/aide"} {
		desk.Open(t, s.URL+page)
		desk.Drag(t, enter, files...)
		desk.Until(t, `document.querySelector(".drop")?.innerText === "Déposer dans vos rushes hors sujet"`)
		desk.Until(t, `dispatchEvent(new DragEvent("dragleave")) && !document.querySelector(".drop")`) // DevTools can't carry them out again
	}
	desk.Open(t, sujet)
	desk.Until(t, `self.moved = new Set(), !!new MutationObserver((all) => { for (const m of all) if (m.target.closest?.(".dock li") && m.target.position > 0 && m.target.position < 1) moved.add(m.target.getAttribute("aria-label")) })
.observe(document.body, {subtree: true, attributes: true, attributeFilter: ["value"]}) || true`)
	desk.Drag(t, enter, files...)
	desk.Until(t, `document.querySelector(".drop")?.innerText === "Déposer dans «\u00a0Zik Zac\u00a0»"`)
	desk.Network(t, 400_000)
	desk.Drag(t, drop, files...)
	desk.Until(t, `!document.querySelector(".drop") && document.querySelectorAll(".dock progress").length === 3 && moved.size === 2`)
	desk.Network(t, browser.Full)
	desk.Until(t, `document.querySelector(".dock [data-say]").innerText.includes("2 rushes reçus et vérifiés")`)
	titles(t, s, desk, sujet, "un", "deux")
	desk.Faults(t)
}

// TestFolderAndPaste (F7): a folder comes with what lies in it, each clip knows
// the folder it lay in; a picture that is pasted is kept, an address is offered
// to who may begin a sujet, and nobody else is asked for anything.
func TestFolderAndPaste(t *testing.T) {
	s := openStudio(t)
	desk := s.as(assets.RoleMonteur)
	sujet := newSujet(t, desk, "Zik Zac")
	card := t.TempDir()
	names := []string{"un.mp4", "deux.mp4", "trois.mp4", "quatre.mp4", "cinq.mp4"}
	for i, file := range noiseFiles(t, 200_000, names...) {
		dir := filepath.Join(card, []string{"matin", "soir"}[i%2])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file, filepath.Join(dir, names[i])); err != nil {
			t.Fatal(err)
		}
	}
	desk.Open(t, s.URL+strings.Replace(sujet[len(s.URL):], "/regie/sujets/", "/regie/deposer?sujet=", 1))
	desk.Until(t, `document.querySelector("[data-pick]")?.hidden === false`)
	chooseIn(t, desk, "#folder", card)
	desk.Until(t, `document.querySelector("[data-sum]").innerText.startsWith("5\u00a0vidéos") && (document.querySelector("[data-send]").click(), true)`)
	desk.Until(t, `document.querySelector("[data-say]")?.innerText.includes("5 rushes reçus et vérifiés")`)
	desk.Until(t, `(t => t.match(/matin/g).length === 3 && t.match(/soir/g).length === 2)(document.querySelector("[data-files]").innerText)`)
	titles(t, s, desk, sujet, slices.Collect(func(yield func(string) bool) {
		for _, n := range names {
			yield(strings.TrimSuffix(n, ".mp4"))
		}
	})...)
	desk.Until(t, `(a => a && (a.click(), true))([...document.querySelectorAll("main a[href^='/regie/rushes/']")].find(a => a.innerText.includes("deux")))`)
	desk.Until(t, `/Dossier d’origine\s+\S*soir/.test(document.querySelector("dl.facts")?.innerText)`)

	desk.Open(t, sujet)
	desk.Until(t, `new Promise(ok => { const c = document.createElement("canvas"); c.width = c.height = 64; c.getContext("2d").fillRect(8, 8, 20, 30); c.toBlob(ok) }).then(b => {
const d = new DataTransfer(); d.items.add(new File([b], "image.png", {type: "image/png"}));
return document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true})) })`)
	desk.Until(t, `document.querySelector(".dock [data-say]")?.innerText.includes("reçu et vérifié")`)
	titles(t, s, desk, sujet, "Image collée")

	paste := `(text => { const d = new DataTransfer(); d.setData("text/plain", text); document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true})); return true })`
	asked := `document.querySelector("dialog[open]")?.innerText.includes("Importer la fiche")`
	for _, address := range []string{"https://www.youtube.com/watch?v=abc", "https://vimeo.com/123456"} {
		desk.Open(t, s.URL+"/regie/films")
		desk.Until(t, paste+`("https://example.org/ailleurs") && !document.querySelector("dialog")`)
		desk.Until(t, paste+`("`+address+`") && `+asked)
	}
	desk.Until(t, `(document.querySelector("dialog button").click(), true)`)
	desk.Until(t, `location.pathname === "/regie/sujets/nouveau" && document.querySelector("form.fields").brief.value === "Déjà en ligne\u00a0: https://vimeo.com/123456"`)
	desk.Faults(t) // a request to another host would be one

	jri := s.as(assets.RoleJRI)
	jri.Until(t, paste+`("https://vimeo.com/123456") && !document.querySelector("dialog")`)
	jri.Faults(t)
}
