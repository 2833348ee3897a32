package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// device is a tab in which a JRI sends files to a studio that stands behind a
// proxy.
type device struct {
	*testing.T
	*browser.Tab
	*halfway
	studio *opened
}

// inMB is the size of a file that is held halfway.
const inMB = 3 << 20

// begin chooses files on the page Déposer, and sends them.
func (s *device) begin(files ...string) {
	s.Helper()
	s.Open(s.T, s.URL+"/regie/deposer")
	s.pick(files...)
	s.Until(s.T, `document.querySelector("[data-sheet]").hidden === false`)
	s.tap(`document.querySelector("[data-send]")`)
}

// pick chooses files on a page that offers to.
func (s *device) pick(files ...string) {
	s.Helper()
	s.Until(s.T, `document.querySelector("[data-pick]")?.hidden === false`)
	choose(s.T, s.Tab, files...)
}

// tap clicks on what can be seen.
func (s *device) tap(what string) {
	s.Helper()
	s.Until(s.T, `(e => !!e?.checkVisibility() && (e.click(), true))(`+what+`)`)
}

// halted begins to send files and stops once these bytes of each are on the server.
func (s *device) halted(at int64, files ...string) (release func()) {
	s.Helper()
	release = s.hold(at)
	s.Cleanup(release)
	s.begin(files...)
	s.waits(s.T, len(files))
	s.Until(s.T, `location.pathname !== "/regie/deposer"`)
	return release
}

// away leaves the page while it sends, and returns its address.
func (s *device) away() string {
	s.Helper()
	path, err := chromedp.Run(s.Ctx, chromedp.Evaluate[string]("location.href"))
	if err != nil {
		s.Fatal(err)
	}
	s.Open(s.T, s.URL+"/regie/aide")
	return path
}

func (s *device) says(text string) {
	s.Helper()
	s.Until(s.T, fmt.Sprintf(`document.querySelector("[data-say]").innerText.replaceAll("\u00a0", " ").includes(%q)`, text))
}

// offsets are where each piece began that was sent after the first n.
func (s *device) offsets(n int) (all []int64) {
	s.Helper()
	for _, r := range s.Requests("PATCH", "/regie/tus/")[n:] {
		at, err := strconv.ParseInt(fmt.Sprint(r.Headers["Upload-Offset"]), 10, 64)
		if err != nil {
			s.Fatal(r.Headers, err)
		}
		all = append(all, at)
	}
	return all
}

// kept tells how often the studio has the bytes of a file.
func (s *opened) kept(file string) int {
	s.Helper()
	found, err := filepath.Glob(filepath.Join(s.Data, "blobs/originals/*/*", sum(s.T, file)+"*"))
	if err != nil {
		s.Fatal(err)
	}
	return len(found)
}

// TestSending is what a JRI sees while files go: on a phone, and what is shown
// least often at a desk too.
func TestSending(t *testing.T) {
	s := openStudio(t)
	h := standHalfway(t, s.URL)
	s.URL = h.URL
	jri := s.as(assets.RoleJRI)
	for _, check := range []struct {
		name string
		do   func(*device)
		desk bool
	}{
		{"goes on after a reload (F4)", resumed, true},
		{"goes on after a cut (F5)", cut, false},
		{"a file that changed begins anew (F6)", changed, false},
		{"the same content is not sent twice (F8)", sentTwice, false},
		{"other tabs don't disturb it (F9)", beside, false},
		{"what was answered stays (F10)", answered, false},
		{"only verified files may be erased (F11)", verified, true},
	} {
		for _, phone := range []bool{true, false} {
			if !phone && !check.desk {
				continue
			}
			t.Run(fmt.Sprintf("%s, phone %t", check.name, phone), func(t *testing.T) {
				tab := jri.Beside(t, h.URL)
				if phone {
					tab.Phone(t)
				}
				check.do(&device{t, tab, h, s})
			})
		}
	}
}

func resumed(s *device) {
	files := noiseFiles(s.T, inMB, "un.mp4", "deux.mov")
	s.halted(inMB*45/100, files...)
	path := s.away()
	s.lose()
	before := len(s.Requests("PATCH", "/regie/tus/"))
	s.Open(s.T, path)
	s.says("2 vidéos n’ont pas fini. Choisissez-les à nouveau : l’envoi reprend où il s’était arrêté.")
	s.Until(s.T, `[...document.querySelectorAll("[data-files] progress")].filter(p => p.value >= .35 * p.max && p.value < p.max).length === 2`)
	s.pick(files...)
	s.says("2 rushes reçus et vérifiés. Vous pouvez les effacer")
	for _, at := range s.offsets(before) {
		if at < inMB*35/100 {
			s.Errorf("sent again from %d", at)
		}
	}
	for _, f := range files {
		if s.studio.kept(f) != 1 {
			s.Errorf("%s is not what was kept", f)
		}
	}
	s.Faults(s.T, leaving)
}

func cut(s *device) {
	files := noiseFiles(s.T, inMB, "un.mp4")
	s.halted(inMB/2, files...)
	s.Network(s.T, 0)
	s.says("Réseau coupé. 0 vidéo sur 1 est déjà en sécurité. L’envoi reprendra tout seul.")
	s.Until(s.T, `document.querySelector("[data-word]").innerText === "En attente du réseau"`)
	s.lose()
	before := len(s.Requests("PATCH", "/regie/tus/"))
	s.Network(s.T, browser.Full)
	s.says("1 rush reçu et vérifié")
	if again := s.offsets(before); len(again) == 0 || again[0] < inMB*45/100 {
		s.Errorf("pieces after the cut: %d", again)
	}
	if s.studio.kept(files[0]) != 1 {
		s.Error("not kept")
	}
	s.Until(s.T, `fetch(location.href, {headers: {Accept: "application/json"}}).then(r => r.json()).then(s => s.files.length === 1)`)
	s.Faults(s.T, leaving, "ERR_INTERNET_DISCONNECTED")
}

// changed: what differs at its ends is another file at once; what differs in its
// middle only is found out by its sum.
func changed(s *device) {
	first := noiseFiles(s.T, inMB, "plan.mp4")[0]
	s.halted(inMB*45/100, first)
	path := s.away()
	s.lose()
	release := s.hold(0)
	s.Open(s.T, path)
	other := noiseFiles(s.T, inMB, "plan.mp4")[0]
	before := len(s.Requests("PATCH", "/regie/tus/"))
	s.pick(other)
	s.Until(s.T, `document.querySelector("[data-files]").innerText.includes("a changé")`)
	s.Until(s.T, `document.querySelectorAll("[data-files] li").length === 1`)
	release()
	s.says("1 rush reçu et vérifié")
	if at := s.offsets(before); at[0] != 0 {
		s.Errorf("sent from %d", at)
	}
	if s.studio.kept(other) != 1 || s.studio.kept(first) != 0 {
		s.Error("not the file that was chosen last is kept")
	}

	s.halted(inMB*45/100, first)
	path = s.away()
	s.lose()
	s.Open(s.T, path)
	b, err := os.ReadFile(first)
	if err != nil {
		s.Fatal(err)
	}
	b[inMB*4/10] ^= 1
	if err := os.WriteFile(first, b, 0o600); err != nil {
		s.Fatal(err)
	}
	s.pick(first)
	s.tap(retry)
	s.says("1 rush reçu et vérifié")
	if s.studio.kept(first) != 1 {
		s.Error("a mixed file was kept")
	}
	s.Faults(s.T, leaving)
}

// leaving is what Chromium says of a page that asks to be kept when nobody touched it.
const leaving = "'beforeunload'"

const retry = `[...document.querySelectorAll("[data-files] button")].find(b => b.innerText === "Réessayer")`

func sentTwice(s *device) {
	file := noiseFiles(s.T, inMB, "un.mp4")[0]
	s.begin(file)
	s.says("1 rush reçu et vérifié")
	before := len(s.Requests("PATCH", "/regie/tus/"))
	renamed := filepath.Join(s.TempDir(), "encore.mp4")
	if err := os.Link(file, renamed); err != nil {
		s.Fatal(err)
	}
	s.begin(renamed)
	s.Until(s.T, `document.querySelector("[data-files]")?.innerText.includes("Déjà reçu le")`)
	s.says("Déjà reçu. Rien à refaire")
	if again := s.offsets(before); len(again) > 0 {
		s.Errorf("%d pieces were sent again", len(again))
	}
	if s.studio.kept(file) != 1 {
		s.Error("not kept once")
	}
	s.Faults(s.T, leaving)
}

func beside(s *device) {
	guarded := `!dispatchEvent(new Event("beforeunload", {cancelable: true}))`
	release := s.halted(inMB/3, noiseFiles(s.T, inMB, "un.mp4")...)
	s.Until(s.T, guarded)
	other := s.Beside(s.T, s.URL)
	for _, page := range []string{"/regie", "/regie/moi", "/regie/sujets", "/regie/rushes", "/regie/aide"} {
		other.Open(s.T, s.URL+page)
	}
	release()
	s.says("1 rush reçu et vérifié")
	s.Until(s.T, "!("+guarded+")")
	other.Faults(s.T)
	s.Faults(s.T, leaving)
}

func answered(s *device) {
	release := s.halted(inMB/3, noiseFiles(s.T, inMB, "un.mp4")...)
	defer release()
	fill := `((name, text) => { const i = document.querySelector("[data-questions] [data-person] [name=" + name + "]"); if (!i.checkVisibility()) return false;
i.value = text; i.dispatchEvent(new Event("input", {bubbles: true})); return true })`
	s.Until(s.T, fill+`("nom", "Ada Exemple")`)
	s.Until(s.T, `document.querySelector("[data-saved]").innerText.startsWith("Enregistré à")`)
	s.Until(s.T, fill+`("fonction", "présidente du festival")`)
	path := s.away() // at once: nothing said that the second answer was kept
	s.Until(s.T, fmt.Sprintf(`fetch(%q).then(r => r.text()).then(t => t.includes("présidente du festival"))`, path))
	s.Open(s.T, path)
	s.Until(s.T, `(f => f.nom[0].value === "Ada Exemple" && f.fonction[0].value === "présidente du festival")(document.querySelector("[data-questions]"))`)
	s.Faults(s.T, leaving)
}

// verified: no word of erasing before the studio's own sum, none at all when a
// byte changed on its way.
func verified(s *device) {
	s.Script(s.T, `addEventListener("DOMContentLoaded", () => new MutationObserver(() => { self.erasable ||= /Vous pouvez l(es|’)\s?effacer/.test(document.body.innerText) })
.observe(document.body, {subtree: true, childList: true, characterData: true}))`)
	file := noiseFiles(s.T, inMB, "un.mp4")[0]
	s.spoilNext()
	release := s.halted(inMB*9/10, file)
	s.Until(s.T, `!self.erasable`)
	release()
	s.Until(s.T, `(b => !!b?.checkVisibility())(`+retry+`)`)
	s.says("Gardez")
	s.Until(s.T, `!self.erasable`)
	if s.studio.kept(file) != 0 {
		s.Error("kept before it was whole")
	}
	s.tap(retry)
	s.says("1 rush reçu et vérifié. Vous pouvez l’effacer")
	s.Until(s.T, `self.erasable`)
	if s.studio.kept(file) != 1 {
		s.Error("not kept")
	}
	s.Faults(s.T, leaving)
}
