package main

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
	"anonymal.tv/regie/pipeline"
)

// TestPartnerLink (F33, F34): from the mail to the picture it is one click, to the
// file two, to the BAT three; by a phone, without an account.
//
// long: it is one walk by one link.
func TestPartnerLink(t *testing.T) {
	s := openStudio(t)
	before := s.made(filepath.Join(clips(t), "good/odd-asp-mp3-960x400-4s.avi"), "Before Zik Zac")
	after := s.made(filepath.Join(clips(t), "good/cam-sign-bird-fullrange-2s.mkv"), "Retour sur soirée")
	h := openHouse(t, s.Data)
	defer h.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []pipeline.FilmView{before, after} {
		edited, err := h.catalog.Film(t.Context(), f.ID)
		must(err)
		edited.Dossier, edited.Partners = "zik-zac-2018", []string{"zik-zac-festival"}
		must(h.desk.EditFilm(t.Context(), f.ID, edited, "cli"))
	}
	for i := range 18 {
		_, err := h.desk.CreateSujet(t.Context(), assets.Sujet{Title: fmt.Sprintf("Concert %d", i+1), Dossier: "zik-zac-2018"}, "cli")
		must(err)
	}
	_, err := h.desk.ApproveNow(t.Context(), before.ID, "", "cli")
	must(err)
	must(h.desk.SaveTrack(t.Context(), assets.Track{Film: before.ID, Kind: assets.TrackCaptions, Language: "fr", Cues: []assets.Cue{{Start: 0, End: 2, Text: "Ça commence"}}}, "cli"))
	_, err = h.desk.AskApproval(t.Context(), after.ID, "cli")
	must(err)
	stage := &stage{house: h, ctx: t.Context()}
	stage.dress("zik-zac-festival", "cli")
	must(stage.err)
	x, err := h.desk.Deliver(t.Context(), pipeline.DeliveryRequest{Dossier: "zik-zac-2018", Mail: "festival@example.org"}, "cli")
	must(err)
	link, err := h.desk.DeliveryLink(x)
	must(err)
	_, root, _ := strings.Cut(link, "/p/")
	root = s.URL + "/p/" + root

	// The mail, in the outbox of a house that sends none.
	admin := s.as(assets.RoleAdministration)
	admin.Open(t, s.URL+"/regie/admin/messages")
	admin.Until(t, `[...document.querySelectorAll("main a")].filter(a => a.innerText.includes("1 film à valider") || a.innerText.replace(/\u00a0/g, " ").includes("1 film à valider")).map(a => (a.click(), true))[0]`)
	admin.Until(t, `document.querySelector(".mail-text")?.innerText.includes("/p/")`)

	tab := browser.WatchApart(t, s.Chromium, s.URL)
	tab.Phone(t)
	tab.Open(t, root)
	tab.Until(t, `document.querySelectorAll(".card").length === 20`)
	tab.Until(t, `[...document.querySelectorAll("h2")].map(h => h.innerText).join() === "À valider,Disponibles,À venir"`)
	tab.Until(t, `[...document.querySelectorAll(".card img")].every(i => i.complete && i.naturalWidth > 0)`)
	tab.Until(t, `(() => { const logo = document.querySelector(".masthead img"); return logo.alt === "Zik Zac Festival" && logo.naturalWidth > 0 && logo.getBoundingClientRect().height === 48 })()`)
	tab.Until(t, `getComputedStyle(document.documentElement).getPropertyValue("--accent-ink") === "`+pipeline.OnPaper("#e8471c")+`"`)
	tab.Check(t)
	shoot(t, tab, "lien")
	tab.Phone(t)
	press(t, tab, `a.card-picture[href*="`+string(before.ID)+`"]`)
	tab.Until(t, `location.pathname.includes("/films/")`)
	tab.Until(t, `document.querySelector("video").currentTime > 0`)
	tab.Until(t, `document.querySelector("video").textTracks[0].cues?.[0]?.text === "Ça commence"`)
	tab.Until(t, `document.querySelector(".downloads a").href.includes("/fichiers/")`)
	tab.Check(t)
	shoot(t, tab, "lien-film")
	download(t, value[string](t, tab, `document.querySelector(".downloads a").href`))

	tab.Until(t, `getComputedStyle(document.querySelector(".answer button")).backgroundColor === "rgb(232, 71, 28)"`)

	// A form that is not there yet is prepared on the page, and written of.
	tab.Phone(t)
	press(t, tab, `form[action$="/formats/teaser-1x1"] button`)
	tab.Until(t, `location.hash === "#telecharger"`)
	until(t, tab, `document.querySelector('.downloads a[href*="teaser-1x1"]') !== null`)
	tab.Check(t)
	shoot(t, tab, "lien-formats")
	download(t, value[string](t, tab, `document.querySelector('.downloads a[href*="teaser-1x1"]').href`))

	// A modification is asked for with a word, or not at all.
	tab.Phone(t)
	tab.Open(t, root+"/films/"+string(after.ID)+"?lire")
	tab.Until(t, `document.querySelector("video").currentTime > 0`)
	fill(t, tab, `.answer button[value=non]`, [2]string{`[name=nom]`, "Léa"}, [2]string{`.answer summary`, ""})
	tab.Until(t, `document.readyState === "complete" && document.querySelector(".answer [role=alert]") !== null && document.querySelector("[name=nom]").value === "Léa"`)
	shoot(t, tab, "lien-erreur")
	tab.Phone(t)
	fill(t, tab, `.answer button[value=non]`, [2]string{`[name=note]`, "Le titre est coupé"})
	tab.Until(t, read("Votre demande est arrivée"))
	_, err = h.desk.AskApproval(t.Context(), after.ID, "cli")
	must(err)
	tab.Open(t, root)
	press(t, tab, `a.card-picture[href*="`+string(after.ID)+`"]`)
	tab.Until(t, `document.readyState === "complete" && document.querySelector(".answer button[value=oui]") !== null`)
	press(t, tab, `.answer button[value=oui]`)
	tab.Until(t, read("Vous avez validé ce film"))
	approvals, err := h.catalog.Approvals(t.Context(), after.ID)
	must(err)
	if last := approvals[len(approvals)-1]; last.State != assets.ApprovalGiven || last.Name != "Léa (Zik Zac Festival)" {
		t.Errorf("the BAT stands at %+v", last)
	}
	tab.Faults(t, "422")
	admin.Open(t, s.URL+"/regie/admin/messages")
	admin.Until(t, read("Zik Zac Festival a validé « Retour sur soirée »"))
	admin.Until(t, read("Zik Zac Festival a demandé une modification"))
	admin.Until(t, read("Before Zik Zac : teaser pour Instagram et Facebook"))
	admin.Faults(t)

	// What is public comes with the code that shows it elsewhere, and in the feeds.
	if rss, feed := feeds(t, root); len(rss) != 0 || len(feed) != 0 {
		t.Errorf("nothing is public, and the feeds have %v, %v", rss, feed)
	}
	if code, out, errs := outcome(t, s.Data, "publish", string(before.ID), "--to", "site", "--wait"); code != exitDone {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	tab.Open(t, root+"/films/"+string(before.ID))
	tab.Until(t, `document.querySelector(".downloads textarea")?.value.includes("/integrer/`+string(before.ID)+`/")`)
	if rss, feed := feeds(t, root); strings.Join(rss, "") != "Before Zik Zac" || strings.Join(feed, "") != "Before Zik Zac" {
		t.Errorf("the feeds have %v, %v", rss, feed)
	}

	// A link at its end asks for more time; one that is closed opens nothing.
	short, err := h.desk.Deliver(t.Context(), pipeline.DeliveryRequest{Dossier: "zik-zac-2018", Life: time.Millisecond, Mail: "festival@example.org"}, "cli")
	must(err)
	link, err = h.desk.DeliveryLink(short)
	must(err)
	_, ended, _ := strings.Cut(link, "/p/")
	tab.Open(t, s.URL+"/p/"+ended)
	tab.Until(t, read("Ce lien a expiré le"))
	shoot(t, tab, "lien-expire")
	press(t, tab, `form button`)
	tab.Until(t, read("Votre demande de prolongation est envoyée"))
	_, err = h.desk.RevokeDelivery(t.Context(), x.ID, "cli")
	must(err)
	tab.Open(t, root)
	tab.Until(t, read("Ce lien est fermé"))
	shoot(t, tab, "lien-ferme")
	tab.Faults(t, "410", "422")
}

// download takes a file as a browser does that was cut off half way.
func download(t *testing.T, address string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	get := func(from int64) ([]byte, *http.Response) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if from > 0 {
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body, resp
	}
	whole, resp := get(0)
	if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Content-Disposition"), "Before Zik Zac") {
		t.Fatalf("%s: %v", resp.Status, resp.Header)
	}
	half := int64(len(whole) / 2)
	rest, resp := get(half)
	if resp.StatusCode != http.StatusPartialContent || sha256.Sum256(append(whole[:half:half], rest...)) != sha256.Sum256(whole) {
		t.Errorf("%s: taken up at %d, the file is another", resp.Status, half)
	}
}

// feeds are the titles in the two feeds of a link, as strict readers read them.
func feeds(t *testing.T, root string) (rss, feed []string) {
	t.Helper()
	get := func(name string) []byte {
		t.Helper()
		resp, err := http.Get(root + name)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", name, resp.Status, err)
		}
		return text
	}
	var x struct {
		Version string `xml:"version,attr"`
		Items   []struct {
			Title string `xml:"title"`
			Link  string `xml:"link"`
			GUID  string `xml:"guid"`
			Date  string `xml:"pubDate"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(get("/flux.xml"), &x); err != nil || x.Version != "2.0" {
		t.Fatalf("RSS: %+v, %v", x, err)
	}
	for _, i := range x.Items {
		if _, err := time.Parse(time.RFC1123Z, i.Date); err != nil || i.GUID == "" || !strings.HasPrefix(i.Link, "http") {
			t.Errorf("RSS: %+v, %v", i, err)
		}
		rss = append(rss, i.Title)
	}
	var j struct {
		Version string
		Title   string
		Items   []struct {
			ID, Title string
			HTML      string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(get("/flux.json"), &j); err != nil || j.Version != "https://jsonfeed.org/version/1.1" || j.Title == "" {
		t.Fatalf("JSON Feed: %+v, %v", j, err)
	}
	for _, i := range j.Items {
		if i.ID == "" || !strings.HasPrefix(i.HTML, "<iframe") {
			t.Errorf("JSON Feed: %+v", i)
		}
		feed = append(feed, i.Title)
	}
	return rss, feed
}
