package partner

import (
	"net/http"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// TestWorn: the pages of a link wear the logo and the colour of its partner, the one
// that asks for the password too; those of a link that is closed, or of a partner who
// has neither, wear nothing.
func TestWorn(t *testing.T) {
	h := newHouse(t)
	h.film("Before Zik Zac", usual()...)
	const style, logo = `/couleur.css">`, `/logo.png" alt="Zik Zac">`
	x, root := h.link(pipeline.DeliveryRequest{})
	_, locked := h.link(pipeline.DeliveryRequest{Password: "sésame ouvre-toi"})
	v := h.visitor()
	for _, root := range []string{root, locked} {
		if _, page := v.ask(http.MethodGet, root); !strings.Contains(string(page), style) || !strings.Contains(string(page), logo) {
			t.Errorf("%s wears neither:\n%s", root, page)
		}
	}
	res, css := v.ask(http.MethodGet, locked+"/couleur.css")
	if got := string(css); got != ":root{--accent:#ffd400;--on-accent:#000000;--accent-ink:"+pipeline.OnPaper("#ffd400")+"}\n" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%v: %s", res.Header, got)
	}
	if res, _ := v.ask(http.MethodGet, root+"/logo.png"); res.Header.Get("Content-Type") != "image/png" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the logo: %v", res.Header)
	}

	_, err := h.RevokeDelivery(t.Context(), x.ID, "com")
	h.must(err)
	if _, page := v.ask(http.MethodGet, root); strings.Contains(string(page), style) || strings.Contains(string(page), logo) {
		t.Errorf("a link that is closed wears:\n%s", page)
	}
	h.apply(assets.Change{Programme: assets.Programme{Partners: []assets.Partner{{Slug: "zik-zac", Name: "Zik Zac"}}}})
	if _, page := v.ask(http.MethodGet, locked); strings.Contains(string(page), style) || strings.Contains(string(page), logo) {
		t.Errorf("the pages of a partner without a look wear:\n%s", page)
	}
	v.refuses("no look", locked, assets.Film{Lede: "mp4/1080.mp4", Version: "mp4/1080.mp4"}, h.wears(locked), http.StatusNotFound)
}
