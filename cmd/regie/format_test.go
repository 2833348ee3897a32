package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// TestFormatsOnTheFilmsPage: one press has a format made, the page goes on by itself
// until it is there, with its weight, and it can be fetched; who asked has a mail. The
// command line tells the same.
func TestFormatsOnTheFilmsPage(t *testing.T) {
	s := openStudio(t)
	f := s.made(filepath.Join(clips(t), "good/cam-sign-bird-fullrange-2s.mkv"), "Un oiseau")
	tab := s.as(assets.RoleMonteur)
	w := &walk{T: t, tab: tab}
	tab.Open(t, s.URL+"/regie/films/"+string(f.ID))
	w.press(`#formats form[action$="/formats/film-1x1"] button`)
	tab.Until(t, says+`("vous recevrez un message quand ce sera prêt")`)
	until(t, tab, `document.querySelector('#formats a[href*="film-1x1.mp4"]') !== null`)
	tab.Until(t, `(li => li.innerText.includes("carré, ") && li.innerText.includes("Télécharger"))(document.querySelector('#formats a[href*="film-1x1.mp4"]').closest("li"))`)
	tab.Until(t, `fetch(document.querySelector('#formats a[href*="film-1x1.mp4"]').href).then(r => r.ok && r.headers.get("Content-Type") === "video/mp4" && r.headers.get("Content-Disposition").includes("un-oiseau-film-1x1.mp4"))`)
	shoot(t, tab, "formats")
	tab.Faults(t)

	code, out, errs := outcome(t, s.Data, "film", "format", string(f.ID), "film-1x1", "--wait", "--json")
	var told pipeline.FormatView
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != exitDone || told.State != assets.FormatReady || told.Width != 1080 || told.Height != 1080 || told.Size == 0 {
		t.Errorf("exit %d, %+v %v %s", code, told, err, errs)
	}
	if code, _, errs := outcome(t, s.Data, "film", "format", string(f.ID), "betacam"); code != exitNotFound {
		t.Errorf("exit %d: %s", code, errs)
	}
	h := openHouse(t, s.Data)
	mails, err := h.catalog.Mails(t.Context(), "", 20)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range mails {
		if m.Kind == pipeline.MailFormat && strings.Contains(m.Text, "carré") && strings.Contains(m.Text, "#formats") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d mails that it is ready", found)
	}
}
