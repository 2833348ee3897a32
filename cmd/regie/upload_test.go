package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// noiseFiles writes files of these names whose bytes are those of no other.
func noiseFiles(t *testing.T, size int, names ...string) []string {
	t.Helper()
	dir, files := t.TempDir(), []string{}
	for _, name := range names {
		b := make([]byte, size)
		_, _ = rand.Read(b) // never fails
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// choose sets the files of the picker, as a person who chose them.
func choose(t *testing.T, tab *browser.Tab, files ...string) {
	t.Helper()
	chooseIn(t, tab, "#files", files...)
}

func chooseIn(t *testing.T, tab *browser.Tab, picker string, files ...string) {
	t.Helper()
	found, err := chromedp.Call(tab.Ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf(`document.querySelector(%q)`, picker)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab.Ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: found.Result.ObjectID}); err != nil {
		t.Fatal(err)
	}
}

// TestThreeTaps (F2, F8, F11): on a phone, from /regie/moi, three taps send files;
// only the server's own sums make it say that they may be erased; the same file again
// is known before its bytes are sent.
func TestThreeTaps(t *testing.T) {
	s := openStudio(t)
	tab := s.as(assets.RoleJRI)
	tab.Phone(t)
	files := noiseFiles(t, 300_000, "un.mp4", "deux.mp4", "trois.mov")
	taps := 0
	tap := func(selector string) {
		t.Helper()
		taps++
		tab.Until(t, fmt.Sprintf(`(e => { if (!e || e.offsetParent === null && getComputedStyle(e).position !== "fixed") return false; e.click(); return true })(document.querySelector(%q))`, selector))
	}
	send := func() {
		t.Helper()
		tab.Until(t, `location.pathname === "/regie/deposer" && document.querySelector("[data-pick]")?.hidden === false`)
		taps++ // « Choisir les fichiers »
		choose(t, tab, files...)
		tab.Until(t, `document.querySelector("[data-sum]").textContent.startsWith("3\u00a0vidéos")`)
		tap(`[data-send]`)
	}
	tab.Open(t, s.URL+"/regie/moi")
	tap(`main a[href^="/regie/deposer"].button`)
	begin := time.Now()
	send()
	tab.Until(t, `document.querySelector("[data-say]")?.textContent.includes("3 rushes reçus et vérifiés. Vous pouvez les effacer")`)
	if len(tab.Requests("PATCH", "/regie/tus/")) == 0 || taps != 3 {
		t.Errorf("%d taps, and nothing or something was sent by tus", taps)
	}
	t.Logf("verified %s after the choice", time.Since(begin).Round(time.Millisecond))
	kept, err := filepath.Glob(filepath.Join(s.Data, "blobs/originals/*/*/*"))
	if err != nil || len(kept) != 3 {
		t.Fatalf("%d originals (%v)", len(kept), err)
	}
	for _, f := range files {
		if want := sum(t, f); !strings.Contains(strings.Join(kept, "\n"), want) {
			t.Errorf("%s is not among the originals", f)
		}
	}
	tab.Open(t, s.URL+"/regie/deposer")
	send()
	tab.Until(t, `document.querySelector("[data-files]")?.innerText.match(/Déjà reçu/g)?.length === 3`)
	if again, _ := filepath.Glob(filepath.Join(s.Data, "blobs/originals/*/*/*")); len(again) != 3 {
		t.Errorf("%d originals after the same files again", len(again))
	}
	tab.Faults(t)
}
