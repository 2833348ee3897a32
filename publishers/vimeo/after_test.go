package vimeo

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

func TestANewVersionTakesThePlaceAtTheSameAddress(t *testing.T) {
	d := open(t)
	r := d.publish(d.request(film))
	second := strings.Repeat("V2 ", 1500)
	req := d.request(second)
	d.emu.Plan(emu.Fault{Method: http.MethodPatch, Path: regexp.MustCompile("^/files/"), Action: emu.Drop})
	d.fails(d.Update(t.Context(), r.RemoteID, req), assets.Transient, "")
	d.emu.Heal()
	for range 2 { // the second finds nothing to send
		if err := d.Update(t.Context(), r.RemoteID, req); err != nil {
			t.Fatal(err)
		}
	}
	begun := 0
	for _, e := range d.emu.Journal() {
		if e.Method == http.MethodPost && strings.HasSuffix(e.Path, "/versions") {
			begun++
		}
	}
	if sha, _, _ := d.emu.Shows(r.RemoteID); sha != emu.Sum([]byte(second)) || begun != 1 {
		t.Errorf("Vimeo shows %s, in %d versions", sha, begun)
	}
	d.stands("Zik Zac anybody true")
	if n := len(d.emu.Commits()); n != 1 {
		t.Errorf("%d films were made public", n)
	}
}

func TestWhatGoesWithAFilm(t *testing.T) {
	d := open(t)
	req := d.request(film)
	r := d.publish(req)
	req.Files = append(req.Files, d.file(assets.RolePoster, "image/jpeg", "affiche"), d.file(assets.RoleCaptions, "text/vtt", "WEBVTT un"), d.file(assets.RoleChapters, "text/vtt", "WEBVTT chapitres"))
	req.Dossier = &assets.Dossier{Slug: "zik-zac-2018", Name: "Zik Zac 2018"}
	req.Partners = []assets.Partner{{Slug: "zik", Name: "Zik", URL: "https://zikzac.example/films"}, {Slug: "liste", Name: "Liste", Sites: []string{"zikzac.example"}}, {Slug: "sans", Name: "Sans site"}}
	all := func() {
		t.Helper()
		for _, step := range d.Steps() {
			if err := d.Decorate(t.Context(), step, r.RemoteID, req); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
	}
	// The picture is there, and is not shown.
	d.emu.Plan(emu.Fault{Method: http.MethodPatch, Path: regexp.MustCompile("/pictures/"), Nth: 1, Action: emu.Status(http.StatusInternalServerError, "{}", nil)})
	d.fails(d.Decorate(t.Context(), "picture", r.RemoteID, req), assets.Transient, "")
	all()
	_, _, first := d.emu.Shows(r.RemoteID)
	all()
	short := func(s string) string { return emu.Sum([]byte(s))[:8] }
	want := []string{
		"pictures custom active=false " + short("affiche"), "pictures custom active=true " + short("affiche"),
		"texttracks captions active=true " + short("WEBVTT un"), "texttracks chapters active=true " + short("WEBVTT chapitres"),
		"albums Zik Zac 2018", "projects Zik Zac 2018", "embed zikzac.example", "embed www.zikzac.example", "embed anonymal.example",
	}
	_, _, again := d.emu.Shows(r.RemoteID)
	if !slices.Equal(first, want) || !slices.Equal(again, want) {
		t.Errorf("with the film:\n%q\nand again:\n%q\nwant\n%q", first, again, want)
	}
	req.Files[2] = d.file(assets.RoleCaptions, "text/vtt", "WEBVTT corrigé")
	all()
	if _, _, with := d.emu.Shows(r.RemoteID); !slices.Contains(with, "texttracks captions active=true "+short("WEBVTT corrigé")) || slices.Contains(with, want[2]) {
		t.Errorf("captions were corrected: %q", with)
	}
}

// The description is the text that the page of the film shows, the link and the
// reference; what fits by Count is taken.
func TestTheDescriptionIsTheTextOfTheChannel(t *testing.T) {
	d := open(t)
	req := d.request(film)
	req.Text, req.Link = "Ici", "https://anonymal.example/films/zik-zac/"
	req.Text += strings.Repeat("é", mostDescription-d.Count(req.Text, req.Link))
	_, about, err := describe(req)
	if text, _ := about["description"].(string); err != nil || !strings.HasPrefix(text, "Icié") || !strings.Contains(text, "é\n\n"+req.Link+"\n\nRéf. ") {
		t.Errorf("%q, %v", text, err)
	}
	req.Text += "é"
	_, _, err = describe(req)
	d.fails(err, assets.Invalid, "La description a "+french.Count(1, "signe", "signes")+" de trop")
}

func TestTextsThatAreTooLongAreRefusedBeforeAnythingIsSent(t *testing.T) {
	for sentence, change := range map[string]func(*publishers.Request){
		"Le titre a " + french.Count(2, "signe", "signes") + " de trop": func(r *publishers.Request) { r.Film.Title = strings.Repeat("é", 130) },
		"La description a ": func(r *publishers.Request) { r.Text = strings.Repeat("é", 5000) },
		"veut un titre":     func(r *publishers.Request) { r.Film.Title = " \x00" },
	} {
		d := open(t)
		req := d.request(film)
		change(&req)
		_, err := d.try(req)
		d.fails(err, assets.Invalid, sentence)
		if len(d.emu.Journal()) > 0 {
			t.Errorf("%s: something was sent", sentence)
		}
	}
}

func TestATokenSaysWhatItMayDo(t *testing.T) {
	d := open(t)
	i, err := d.Introduce(t.Context(), []byte(" secret\n"))
	if err != nil || i.Name != "Anonymal TV" {
		t.Fatalf("%+v, %v", i, err)
	}
	if again, err := d.Introduce(t.Context(), i.Tokens); err != nil || again.Name != i.Name {
		t.Errorf("%+v, %v", again, err)
	}
	d.emu.Scope = "public private upload edit create"
	_, err = d.Introduce(t.Context(), []byte("secret"))
	e := d.fails(err, assets.Invalid, "ranger un film dans un dossier (interact), supprimer un envoi abandonné (delete)")
	if strings.Contains(e.Error(), "secret") {
		t.Error("the token is in the error")
	}
	_, err = d.Introduce(t.Context(), []byte("autre"))
	if d.fails(err, assets.Forbidden, ""); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("%v", err)
	}
}
