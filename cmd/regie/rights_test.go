package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// fill types into fields of the page and presses a button, all by selectors.
func fill(t *testing.T, tab *browser.Tab, button string, fields ...[2]string) {
	t.Helper()
	var steps []chromedp.Action[chromedp.Void]
	for _, f := range fields {
		switch {
		case f[1] == "":
			steps = append(steps, chromedp.Click(f[0]))
		case strings.Contains(f[0], "type=file"):
			steps = append(steps, chromedp.SetUploadFiles(f[0], []string{f[1]}))
		default:
			steps = append(steps, chromedp.SendKeys(f[0], f[1]))
		}
	}
	steps = append(steps, chromedp.Click(button))
	if err := chromedp.Do(tab.Ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// status is what the public site answers on a path.
func (s *opened) status(path string) int {
	s.Helper()
	r, err := http.Get(s.URL + path)
	if err != nil {
		s.Fatal(err)
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

// TestAuthorisationGate (F35, F28): a film with a minor and no form is kept back,
// with the way out; the photo of the form lets it go; its picture is changed, for
// networks too; taken back, it leaves the site, and what a person must do elsewhere
// is listed. Who it is about lies open nowhere.
func TestAuthorisationGate(t *testing.T) {
	const name = "Zéphirine Plantée"
	instance(t)
	t.Setenv("REGIE_CHANNELS_MASTODON_MODE", "assisted")
	s := openStudio(t)
	f := s.made(filepath.Join(clips(t), "good/cam-sign-bird-fullrange-2s.mkv"), "Atelier")
	photo := filepath.Join(t.TempDir(), "formulaire.jpg")
	var form bytes.Buffer
	if err := jpeg.Encode(&form, image.NewGray(image.Rect(0, 0, 60, 80)), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(photo, form.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}

	tab := s.as(assets.RoleCommunication)
	rights := s.URL + "/regie/films/" + string(f.ID) + "/droits"
	tab.Open(t, rights)
	tab.Until(t, `document.body.innerText.includes("Aucune personne filmée indiquée")`)
	fill(t, tab, `form[action$="/droits"] button`, [2]string{`input[name=person]`, name}, [2]string{`input[name=minor][value=yes]`})
	tab.Until(t, `location.pathname.startsWith("/regie/autorisations/") && document.querySelector("h1").innerText === "`+name+`"`)
	tab.Open(t, rights)
	tab.Until(t, `document.querySelector(".fault").innerText.replace(/\u00a0/g, " ").includes("Publication bloquée : autorisation manquante (1 mineur)")`)

	tab.Open(t, s.URL+"/regie/films/"+string(f.ID))
	fill(t, tab, `#bat button[name=donner]`)
	tab.Until(t, `document.querySelector("#bat .chip.red")?.getAttribute("href").endsWith("/droits") && document.querySelector("#bat button[disabled]")?.innerText === "Mettre sur le site"`)
	tab.Open(t, rights)

	code, out, errs := outcome(t, s.Data, "publish", string(f.ID), "--to", "site", "--wait")
	if code != exitConflict || !strings.Contains(errs, "1 mineur") {
		t.Fatalf("published without a form: %d %s%s", code, out, errs)
	}
	fill(t, tab, `.list h3 a`) // the way out
	tab.Until(t, `document.querySelector("input[type=file][name=photo]")?.getAttribute("capture") === "environment"`)
	fill(t, tab, `#photo form[enctype] button`,
		[2]string{`input[type=file][name=photo]`, photo}, [2]string{`#photo input[name=signatures][value="2"]`},
		[2]string{`#photo input[name=own]`}, [2]string{`#photo input[name=media][value=site]`}, [2]string{`#photo input[name=media][value=networks]`})
	tab.Until(t, `document.body.innerText.includes("Photo reçue. Autorisation valable jusqu’au")`)
	tab.Until(t, `(i => i.complete && i.naturalWidth === 60)(document.querySelector(".scans img"))`)

	consent := value[string](t, tab, `location.pathname`)
	tab.Open(t, s.URL+"/regie/films/"+string(f.ID))
	fill(t, tab, `form[action$="/site"] button`)
	tab.Until(t, `fetch(location.href).then(r => r.text()).then(t => t.includes("voir sur le site"))`)
	s.sameForm(tab, consent)
	page := "/films/" + film(t, lastFilm(t, s.Data, f.ID)).Slug + "/"
	links := s.shared(page)
	if len(links) < 3 {
		t.Fatalf("the film is not there: %q", links)
	}
	s.otherPicture(tab, f.ID, page)
	s.byHand(f.ID, "mastodon")
	tab.Open(t, s.URL+consent)
	fill(t, tab, `.danger`)
	tab.Until(t, `document.body.innerText.includes("Autorisation retirée")`)
	s.dark(links)
	tab.Until(t, read("à retirer de Mastodon"))
	fill(t, tab, `main a[href$="/retrait"]`)
	tab.Until(t, `document.querySelector("main form:has([name=publication])").closest("li").innerText.includes("Mastodon")`)
	tab.Faults(t, "422", "/regie/autorisations")
	s.nothingOpen(name, form.Bytes())
}

// get fetches a page of the public site.
func (s *opened) get(path string) string {
	s.Helper()
	r, err := http.Get(s.URL + path)
	if err != nil {
		s.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fatal(err)
	}
	return string(text)
}

var (
	shared   = regexp.MustCompile(`"(?:https?://[^/"]+)?(/(?:films|media|integrer|oembed)/[^"?#]+)`)
	pictured = regexp.MustCompile(`property="og:image" content="https?://[^/"]+([^"]+)"`)
)

// shared are the addresses by which a film is passed on: its page, its files, its
// frame.
func (s *opened) shared(page string) (all []string) {
	for _, link := range shared.FindAllStringSubmatch(s.get(page), -1) {
		all = append(all, link[1])
	}
	return append(all, page)
}

// dark tells that a film is gone from our own site, when the page that asked for it
// answers: all its addresses say so.
func (s *opened) dark(links []string) {
	s.Helper()
	for _, link := range links {
		if got := s.status(link); got != http.StatusGone {
			s.Errorf("%s answers %d", link, got)
		}
	}
}

// otherPicture chooses the picture on the screen for a film that is online: its
// page shows networks other bytes, at another address.
func (s *opened) otherPicture(tab *browser.Tab, film assets.ID, page string) {
	s.Helper()
	shown := func() (address, picture string) {
		found := pictured.FindStringSubmatch(s.get(page))
		if found == nil {
			s.Fatal("the page shows networks no picture")
		}
		return found[1], s.get(found[1])
	}
	address, picture := shown()
	tab.Open(s.T, s.URL+"/regie/films/"+string(film)+"/vignettes")
	tab.Until(s.T, `(v => v && v.readyState > 0 && (v.currentTime = 1.5, true))(document.querySelector("video"))`)
	tab.Until(s.T, `document.querySelector("[data-now]").value.endsWith("01.500")`)
	fill(s.T, tab, `form:has([data-now]) button`)
	tab.Until(s.T, `fetch("`+page+`").then(r => r.text()).then(t => !t.includes("`+address+`"))`)
	if is, now := shown(); is == address || now == picture || len(now) == 0 {
		s.Errorf("%s after %s, the same picture: %t", is, address, now == picture)
	}
}

// byHand says that a film was put on a channel by hand.
func (s *opened) byHand(film assets.ID, channel string) {
	s.Helper()
	var p assets.Publication
	for _, args := range [][]string{{"publish", string(film), "--to", channel}, {"publication", "list", "--channel", channel}} {
		code, out, errs := outcome(s.T, s.Data, append(args, "--json")...)
		if code != exitDone {
			s.Fatalf("%v: %d %s%s", args, code, out, errs)
		}
		_ = json.Unmarshal([]byte(out), &p) // the last
	}
	if code, out, errs := outcome(s.T, s.Data, "publication", "confirm", string(p.ID), "--url", "https://"+channel+".example/1"); code != exitDone {
		s.Fatalf("confirm: %d %s%s", code, out, errs)
	}
}

// sameForm indicates the person of an authorisation in one more sujet: nothing
// new is to be signed, and never twice in the same one.
func (s *opened) sameForm(tab *browser.Tab, consent string) {
	s.Helper()
	tab.Open(s.T, s.URL+"/regie/sujets/nouveau")
	fill(s.T, tab, `.fields button`, [2]string{`#title`, "Un autre atelier"})
	tab.Until(s.T, `document.body.innerText.includes("Le sujet est créé.")`)
	for _, said := range []string{"la même autorisation", "y est déjà indiquée"} {
		tab.Open(s.T, s.URL+consent)
		value[bool](s.T, tab, `(f => { f.elements.sujet.selectedIndex = 1; f.requestSubmit(); return true })(document.querySelector("form:has(input[name=autorisation])"))`)
		tab.Until(s.T, `document.body.innerText.includes("`+said+`")`)
	}
	tab.Open(s.T, s.URL+consent)
}

// lastFilm is the film as the command line shows it now.
func lastFilm(t *testing.T, data string, id assets.ID) string {
	t.Helper()
	code, out, errs := outcome(t, data, "film", "show", string(id), "--json")
	if code != exitDone {
		t.Fatalf("film show: %d %s%s", code, out, errs)
	}
	return out
}

// nothingOpen looks through the whole data folder, database and files.
func (s *opened) nothingOpen(name string, photo []byte) {
	s.Helper()
	looked := 0
	err := filepath.WalkDir(s.Data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil
		}
		looked++
		for _, planted := range [][]byte{[]byte(name), []byte(strings.Fields(name)[0]), photo} {
			if bytes.Contains(text, planted) {
				s.Errorf("%s shows what was planted", path)
			}
		}
		return err
	})
	if err != nil || looked < 10 {
		s.Fatalf("%d files, %v", looked, err)
	}
}
