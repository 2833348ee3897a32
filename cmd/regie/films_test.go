package main

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
	"anonymal.tv/regie/pipeline"
)

// walk goes through the studio by its pages alone, and counts the presses.
type walk struct {
	*testing.T
	tab     *browser.Tab
	presses int
}

func (w *walk) press(selector string) {
	w.Helper()
	w.presses++
	ctx, cancel := context.WithTimeout(w.tab.Ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(selector)); err != nil {
		w.Fatalf("pressing %s: %v at %s", selector, err, value[string](w.T, w.tab, `location.pathname + "\n" + document.body.innerText`))
	}
}

func (w *walk) write(selector, text string) {
	w.Helper()
	if err := chromedp.Do(w.tab.Ctx, chromedp.SendKeys(selector, text)); err != nil {
		w.Fatalf("writing %s: %v", selector, err)
	}
}

// send chooses files on the page Déposer, sends them, and follows the link that
// is there once they are safe.
func (w *walk) send(files ...string) {
	w.Helper()
	w.tab.Until(w.T, `document.querySelector("[data-pick]")?.hidden === false`)
	w.presses++ // « Choisir les fichiers »
	if err := chromedp.Do(w.tab.Ctx, chromedp.SetUploadFiles(`#files`, files)); err != nil {
		w.Fatal(err)
	}
	w.press(`[data-send]`)
	w.tab.Until(w.T, `document.querySelector(".say[data-safe]") !== null && !document.querySelector("[data-after]").hidden`)
	w.press(`[data-next]`)
	w.tab.Until(w.T, `document.readyState === "complete" && document.querySelector("[data-next]") === null`)
}

// made waits until the version that the page shows can be watched.
func (w *walk) made() {
	w.Helper()
	until(w.T, w.tab, `fetch(location.href).then(r => r.text()).then(t => t.includes("room-player"))`)
	w.tab.Open(w.T, value[string](w.T, w.tab, `location.href`))
}

// until is Tab.Until for what takes minutes.
func until(t *testing.T, tab *browser.Tab, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab.Ctx, 4*time.Minute)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression, browser.Awaited)); ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s did not come true:\n%s", expression, value[string](t, tab, `document.body.innerText`))
		case <-tick.C:
		}
	}
}

// made is a film of a clip, ready to be judged.
func (s *opened) made(clip, title string) pipeline.FilmView {
	s.Helper()
	code, out, errs := outcome(s.T, s.Data, "ingest", clip, "--title", title, "--rubrique", "societe", "--wait", "--json")
	if code != exitDone {
		s.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	return film(s.T, out)
}

const says = `document.body.innerText.replace(/\u00a0/g, " ").includes`

// TestNewVersion (F16, F17): a file that is let go of over a film is its next version:
// notes stay, the BAT does not. Both then play as one.
func TestNewVersion(t *testing.T) {
	s := openStudio(t)
	clip := filepath.Join(clips(t), "good/talk-nasa-multitrack-17s.mp4")
	cut := filepath.Join(t.TempDir(), "recoupe.mp4")
	encode(t, "-i", clip, "-map", "0:v:1", "-map", "0:a:1", "-t", "14", "-c", "copy", cut)
	f := s.made(clip, "La conférence")
	page := s.URL + "/regie/films/" + string(f.ID)
	tab := s.as(assets.RoleImage)
	w := &walk{T: t, tab: tab}
	tab.Open(t, page)
	w.write(`.note-form textarea`, "Trop long au début")
	w.press(`.note-form button`)
	tab.Until(t, `document.querySelector("#notes li")?.innerText.includes("Trop long")`)
	w.press(`#bat form[action$="/bat"] button:not([name])`)
	tab.Until(t, says+`("BAT demandé sur la V1")`)
	w.press(`#bat button[value=oui]`)
	tab.Until(t, `document.readyState === "complete" && `+says+`("BAT donné sur la V1")`)

	tab.Drag(t, enter, cut)
	tab.Until(t, `document.querySelector(".drop")?.innerText.includes("La conférence")`)
	tab.Drag(t, drop, cut)
	tab.Until(t, `document.querySelector(".dock [data-say][data-safe]") !== null`)
	tab.Open(t, page)
	tab.Until(t, `location.pathname === "/regie/films/`+string(f.ID)+`" && document.querySelector("#fiche-technique h2").innerText.includes("V2")`)
	w.made()
	tab.Until(t, says+`("Le BAT portait sur la V1. Redemander ?")`)
	tab.Until(t, `(all => all.length === 2 && all[0].innerText.startsWith("V2") && !all[0].innerText.includes("BAT") && all[1].innerText.includes("BAT caduc"))([...document.querySelectorAll("aside .list li")])`)
	tab.Until(t, `document.querySelector("#notes li").innerText.includes("vu en V1") && document.querySelector("#notes li").innerText.includes("Trop long")`)
	shoot(t, tab, "version")

	w.press(`a[href$="/comparer?a=1&b=2"]`)
	tab.Until(t, `[...document.querySelectorAll(".compare video")].filter(v => v.readyState >= 3).length === 2`)
	w.press(`.transport [data-do=toggle]`)
	tab.Until(t, `document.querySelector("video").currentTime > 1`)
	// Ten times in a row, for a busy machine misses pictures; from the beginning
	// again, when the film is over before.
	tab.Until(t, `(v => { window.together ??= 0; if (v.ended) document.querySelector(".transport [data-do=toggle]").click();
if (v.currentTime > 5) together = Number(document.querySelector(".compare").dataset.apart) <= 1 ? together + 1 : 0; return together >= 10 })(document.querySelector("video"))`)
	w.press(`.transport [data-do=toggle]`)
	for _, mode := range []string{"a", "b"} {
		keys(t, tab, "a")
		tab.Until(t, `document.querySelector(".compare").dataset.mode === "`+mode+`" && location.search.includes("vue=`+mode+`")`)
	}
	shoot(t, tab, "compare")
	address := value[string](t, tab, `location.href`)
	tab.Open(t, page)
	tab.Open(t, address)
	tab.Until(t, `document.querySelector(".compare").dataset.mode === "b" && document.querySelector("[name=a]").value === "1" && document.querySelector("[name=b]").value === "2"`)
	tab.Faults(t)
}

// loudness is what ffmpeg measures, in LUFS.
func loudness(t *testing.T, file string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-hide_banner", "-nostats", "-i", file, "-map", "0:a:0", "-af", "ebur128", "-f", "null", "-").CombinedOutput()
	found := regexp.MustCompile(`I:\s+(-?[0-9.]+) LUFS`).FindAllSubmatch(out, -1)
	if err != nil || len(found) == 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	v, err := strconv.ParseFloat(string(found[len(found)-1][1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSound (F18): the page says how loud a film is and what that is good for,
// and makes a file for the web; the master stays what it was.
func TestSound(t *testing.T) {
	s := openStudio(t)
	clip := filepath.Join(clips(t), "good/cam-gopro-karma-480p-12s.mp4")
	f := s.made(clip, "Le drone")
	if got, want := *f.Sheet.Loudness.Integrated, loudness(t, clip); got < want-.2 || got > want+.2 {
		t.Errorf("loudness %v, ffmpeg says %v", got, want)
	}
	tab := s.as(assets.RoleMonteur)
	w := &walk{T: t, tab: tab}
	tab.Open(t, s.URL+"/regie/films/"+string(f.ID))
	tab.Until(t, says+`("LUFS : trop fort pour une livraison TV (−23), trop fort pour le web (−14 à −16).")`)
	tab.Until(t, `document.querySelector("#fiche-technique .facts").innerText.includes("LUFS")`)
	shoot(t, tab, "sheet")
	w.press(`form[action$="/son"] button`)
	tab.Until(t, says+`("se corrige")`)
	until(t, tab, `fetch(location.href).then(r => r.text()).then(t => t.includes("Télécharger pour le web"))`)
	web := ""
	for _, file := range film(t, lastFilm(t, s.Data, f.ID)).Files {
		if file.Role == assets.RoleWeb {
			web = file.Path
		}
	}
	if got := loudness(t, web); got < -14.5 || got > -13.5 {
		t.Errorf("the file for the web has %v LUFS", got)
	}
	if sum(t, f.Master.File) != f.Master.SHA256 || f.Master.SHA256 != sum(t, clip) {
		t.Error("the master changed")
	}
	tab.Faults(t)
}

// TestJudge (F34): a no needs a word, and yes takes three presses at most.
func TestJudge(t *testing.T) {
	s := openStudio(t)
	f := s.made(filepath.Join(clips(t), "good/cam-sign-bird-fullrange-2s.mkv"), "À juger")
	editor := &walk{T: t, tab: s.as(assets.RoleMonteur)}
	editor.tab.Open(t, s.URL+"/regie/films/"+string(f.ID))
	editor.press(`#bat form[action$="/bat"] button`)
	editor.tab.Until(t, says+`("BAT demandé sur la V1")`)

	w := &walk{T: t, tab: s.as(assets.RoleImage)}
	w.tab.Until(t, says+`("À valider")`)
	w.press(`a[href^="/regie/films/` + string(f.ID) + `"]`)
	refusal := &walk{T: t, tab: w.tab}
	refusal.press(`#bat summary`)
	refusal.write(`#bat textarea`, "   ")
	refusal.press(`#bat button[value=non]`)
	w.tab.Until(t, `document.querySelector(".fault")?.innerText.includes("Dites ce qui ne va pas") && document.querySelector("#bat details").open && document.querySelector("#bat textarea").value === "   "`)
	shoot(t, w.tab, "refusal")
	w.press(`#bat button[value=oui]`)
	w.tab.Until(t, says+`("BAT donné sur la V1 par Claude Image")`)
	if w.presses > 3 {
		t.Errorf("%d presses", w.presses)
	}
	w.tab.Faults(t, "422", "/regie/bat/")
	editor.tab.Faults(t)
}

// TestWholeWay: by the pages alone, a sujet gets its rushes and its film, and is
// on the site in forty presses at most.
func TestWholeWay(t *testing.T) {
	s := openStudio(t)
	dir := filepath.Join(clips(t), "good")
	editor := &walk{T: t, tab: s.as(assets.RoleMonteur)}
	editor.press(`.menu a[href="/regie/sujets"]`)
	editor.press(`a[href="/regie/sujets/nouveau"]`)
	editor.write(`#title`, "La fête du quartier")
	editor.press(`input[name=rubriques][value=societe]`)
	editor.press(`.fields button`)
	editor.tab.Until(t, says+`("Le sujet est créé.")`)
	sujet := value[string](t, editor.tab, `location.href`)
	editor.press(`.fixed-action a[href^="/regie/deposer"]`)
	editor.send(filepath.Join(dir, "cam-gopro-karma-480p-12s.mp4"), filepath.Join(dir, "phone-720p-rot180-5s.mp4"))
	editor.tab.Until(t, `document.querySelectorAll(".tiles .tile").length === 2`)
	for _, button := range []string{`form:has([value=editing]) button`, `.fixed-action a[href^="/regie/deposer?film="]`} {
		editor.press(button)
	}
	editor.send(filepath.Join(dir, "cam-sign-bird-fullrange-2s.mkv"))
	id := value[string](t, editor.tab, `location.pathname.split("/")[3]`)
	editor.made()
	editor.press(`#bat form[action$="/bat"] button`)
	editor.tab.Until(t, says+`("BAT demandé sur la V1")`)

	lead := &walk{T: t, tab: s.as(assets.RoleImage)}
	lead.press(`a[href^="/regie/films/` + id + `"]`)
	lead.press(`#bat button[value=oui]`)
	lead.tab.Until(t, says+`("BAT donné sur la V1")`)

	out := &walk{T: t, tab: s.as(assets.RoleCommunication)}
	out.press(`a[href="/regie/films/` + id + `"]`)
	out.press(`form[action$="/site"] button`)
	until(t, out.tab, `fetch(location.href).then(r => r.text()).then(t => t.includes("voir sur le site"))`)
	if page := "/films/" + film(t, lastFilm(t, s.Data, assets.ID(id))).Slug + "/"; s.status(page) != http.StatusOK {
		t.Errorf("%s answers %d", page, s.status(page))
	}
	if n := editor.presses + lead.presses + out.presses; n > 40 {
		t.Errorf("%d presses", n)
	} else {
		t.Logf("%d presses", n)
	}
	out.tab.Open(t, sujet)
	out.tab.Until(t, `document.querySelector(".fixed-action a").innerText.includes("Voir le film")`)
	for _, w := range []*walk{editor, lead, out} {
		w.tab.Faults(t)
	}
}
