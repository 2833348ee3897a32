package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// openStorybook starts the storybook and reads what it lists.
func openStorybook(t *testing.T) (base string, links map[assets.UserRole]string, stories []story) {
	t.Helper()
	media := clips(t)
	cmd := regie(context.WithoutCancel(t.Context()), t, filepath.Join(t.TempDir(), "book"), "storybook", "--listen", "127.0.0.1:0", "--json",
		"--film", filepath.Join(media, "good/cam-flower-540p30-5s.mp4"),
		"--earlier", filepath.Join(media, "good/odd-gamma22-tags-1s.mp4"),
		"--rush", filepath.Join(media, "good/phone-iphone-gps-rot90-mono-4s.mov"), "--rush", filepath.Join(media, "good/cam-sony-a7m3-1080i50-avchd.mts"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	links = map[assets.UserRole]string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var said struct {
			story
			Link  string
			Pages int
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		switch {
		case said.Link != "":
			base, _, _ = strings.Cut(said.Link, "/regie/")
			links[said.Role] = said.Link
		case said.Path != "":
			stories = append(stories, said.story)
		}
		if said.Pages > 0 {
			return base, links, stories
		}
	}
	t.Fatalf("the storybook ended: %s", errs.String())
	return "", nil, nil
}

// TestEveryPage opens every page of the storybook at the size of a phone and of a
// desk: no error, nothing wider than the screen or the paper, within its budgets, and
// nothing serious that axe finds. STORYBOOK_SHOTS names a folder for pictures of them.
func TestEveryPage(t *testing.T) {
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("axe-core is not installed (make assets): ", err)
	}
	base, links, stories := openStorybook(t)
	everyPage(t, stories)
	chromium := browser.Start(t)
	tabs := map[assets.UserRole]*browser.Tab{}
	for _, page := range stories {
		if tabs[page.Role] == nil {
			tab := browser.WatchApart(t, chromium, base)
			if link := links[page.Role]; link != "" {
				tab.Open(t, link)
				tab.Until(t, `!location.pathname.includes("entrer")`)
			}
			tabs[page.Role] = tab
		}
		for label, width := range map[string]int64{"390": 390, "1440": 1440} {
			t.Run(strings.ReplaceAll(page.Name, " ", "-")+"/"+label, func(t *testing.T) {
				lookAt(t, tabs[page.Role], base, page, label, width, string(axe))
			})
		}
	}
	for role, tab := range tabs {
		t.Run("faults/"+string(role), func(t *testing.T) {
			tab.Faults(t, "404 of "+base+"/regie/perdu", "/regie/perdu", "401 of "+base+"/p/", "401 (Unauthorized)", "409 of "+base+"/regie/entrer/rien", "/regie/entrer/rien")
		})
	}
}

// noStory are addresses that lead to no page of the studio's own, and why.
var noStory = map[string]string{
	"/regie/fichiers/{file}": "a file", "/regie/manifest.webmanifest": "a file", "/regie/rubriques.css": "a file",
	"/regie/rushes/{rush}/original": "a file", "/regie/rushes/{rush}/fichiers/{file}": "a file",
	"/regie/selections/{selection}/export/{format}": "a file", "/regie/films/{film}/versions/{n}/original": "a file",
	"/regie/films/{film}/versions/{n}/fichiers/{file...}": "a file", "/regie/films/{film}/sous-titres.vtt": "a file",
	"/regie/calendrier.ics": "a file", "/regie/films/{film}/chapitres.vtt": "a file", "/regie/films/{film}/vignettes/image": "a picture",
	"/regie/partenaires/{slug}/logo":           "a picture",
	"/regie/autorisations/{consent}/scans/{n}": "a picture", "/regie/admin/journal.csv": "a file",
	"/regie/entrer/code":                      "shown between a password and its code only",
	"/regie/admin/canaux/{channel}/connexion": "leads to the channel", "/regie/admin/canaux/{channel}/retour": "leads back",
	"/regie/lettre/apercu": "the mail itself, in a frame of its page",
	"/regie/admin/taches":  "the pages of asynq", "/regie/admin/taches/": "the pages of asynq",
}

// everyPage tells which pages of the table of rights the storybook forgot.
func everyPage(t *testing.T, stories []story) {
	t.Helper()
	mux, told := http.NewServeMux(), map[string]bool{}
	for _, r := range access.Table {
		mux.Handle(r.Route, http.NotFoundHandler())
	}
	for _, s := range stories {
		_, route := mux.Handler(httptest.NewRequestWithContext(t.Context(), http.MethodGet, s.Path, nil))
		told[route] = true
	}
	for _, r := range access.Table {
		if r.Method() == http.MethodGet && strings.HasPrefix(r.Path(), "/regie") && !told[r.Route] && noStory[r.Path()] == "" {
			t.Errorf("the storybook has no page of %s", r.Route)
		}
	}
}

// tooSmall finds what is pressed on a phone and is less than 44 px high; a box
// to tick counts with the label around it.
const tooSmall = `[...document.querySelectorAll("button, .button, summary, select, textarea, input:not([type=hidden], [type=range]), .menu a, .tabs a, a.chip")]
	.map(e => [e, (e.matches("[type=checkbox], [type=radio]") && e.closest("label") || e).getBoundingClientRect()])
	.filter(([e, box]) => e.checkVisibility() && !e.closest(".visually-hidden, .find button") && box.width > 1 && box.height < 43.5)
	.map(([e, box]) => Math.round(box.height) + " px: " + e.outerHTML.slice(0, 100))`

func lookAt(t *testing.T, tab *browser.Tab, base string, page story, label string, width int64, axe string) {
	if err := chromedp.Do(tab.Ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		t.Fatal(err)
	}
	tab.Open(t, base+page.Path)
	tab.Until(t, `document.readyState === "complete" && !!document.querySelector("h1")`)
	if dir := os.Getenv("STORYBOOK_SHOTS"); dir != "" {
		picture, err := chromedp.Run(tab.Ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(page.Name, " ", "-")+"-"+string(page.Role)+"-"+label+".png"), picture, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	wide, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
	if err != nil || wide > 1 {
		t.Errorf("the page is %d pixels wider than the screen, %v", wide, err)
	}
	inline, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[int](`document.querySelectorAll("script:not([src]), style").length +
		[...document.querySelectorAll("*")].filter(e => e.getAttributeNames().some(name => name.startsWith("on"))).length`))
	if err != nil || inline > 0 { // W-05; what breaks the policy is among the faults of the tab
		t.Errorf("%d scripts, styles or handlers in the page itself, %v", inline, err)
	}
	if label == "390" {
		small, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[[]string](tooSmall))
		if err != nil || len(small) > 0 {
			t.Errorf("too small for a thumb: %s %v", strings.Join(small, " | "), err)
		}
	}
	if label == "1440" {
		printed(t, tab)
	}
	found, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](axe+`;
		axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical")
			.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")).join("\n"))`, browser.Awaited))
	if err != nil || found != "" {
		t.Errorf("axe: %s %v", found, err)
	}
}

// printed looks at a page as it is printed, on A4 with margins of 16 mm: nothing is
// cut off at the right, something is there, and a form to sign is one sheet.
func printed(t *testing.T, tab *browser.Tab) {
	t.Helper()
	media := func(kind string, width, height int64) {
		err := chromedp.Do(tab.Ctx, chromedp.EmulateViewport(width, height))
		if err == nil {
			_, err = chromedp.Call(tab.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	media("print", 673, 1001)
	wrong := value[string](t, tab, `[
		document.documentElement.scrollWidth > innerWidth + 1 && "wider than the paper by " + (document.documentElement.scrollWidth - innerWidth),
		document.querySelector("main").innerText.trim() === "" && "empty",
		[...document.querySelectorAll(".sheet")].some(s => s.offsetHeight > innerHeight) && "a form that is longer than its sheet",
	].filter(Boolean).join(", ")`)
	if wrong != "" {
		t.Errorf("printed, the page is %s", wrong)
	}
	media("", 1440, 900)
}

// TestBudgets: what a page weighs, packed as it travels.
func TestBudgets(t *testing.T) {
	s := openStudio(t)
	tab := s.as(assets.RoleMonteur)
	for _, path := range []string{"/regie", "/regie/sujets", "/regie/rushes", "/regie/films", "/regie/deposer"} {
		tab.Open(t, s.URL+path)
		// The sizes of what was loaded, as the browser saw them come.
		sizes, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[map[string]int](`(() => {
			const sum = (end) => performance.getEntriesByType("resource").filter(e => e.name.endsWith(end)).reduce((n, e) => n + e.encodedBodySize, 0);
			return {html: performance.getEntriesByType("navigation")[0].encodedBodySize, css: sum(".css"), js: sum(".js")};
		})()`))
		if err != nil {
			t.Fatal(err)
		}
		for kind, most := range map[string]int{"html": 30_000, "css": 15_000, "js": 35_000} {
			if sizes[kind] > most {
				t.Errorf("%s: %d bytes of %s, over %d", path, sizes[kind], kind, most)
			}
		}
	}
}
