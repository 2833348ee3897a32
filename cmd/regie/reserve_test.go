package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
)

// TestReserveOnThePages (F36, G-02): an election of tomorrow, written down on its
// page, keeps back a film that is tagged on its fiche, whose music is to be
// settled, too; only the responsable image passes over, and says why.
func TestReserveOnThePages(t *testing.T) {
	s := openStudio(t)
	f := sign(t, s.Data)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	page := s.URL + "/regie/films/" + string(f)
	image, com := s.as(assets.RoleImage), s.as(assets.RoleCommunication)
	image.Open(t, s.URL+"/regie/admin/reserve")
	image.Until(t, `document.querySelector(".empty").innerText.includes("Aucun scrutin")`)
	value[bool](t, image, `(f => { f.elements.jour.value = "`+time.Now().In(paris).AddDate(0, 0, 1).Format(time.DateOnly)+`"; return true })(document.querySelector("aside form"))`)
	fill(t, image, `aside button`, [2]string{`[name=name]`, "Municipales, premier tour"})
	image.Until(t, `document.querySelector(".fault").innerText.includes("Réserve en cours jusqu’à") && document.querySelector(".flash form") !== null`)
	shoot(t, image, "reserve")

	com.Open(t, page+"/fiche")
	fill(t, com, `form.fields button, form .row button`, [2]string{`[name=keywords]`, "élection"})
	com.Until(t, `document.body.innerText.includes("Fiche enregistrée")`)
	if err := chromedp.Do(com.Ctx, chromedp.SetValue(`#music`, "open"), chromedp.Click(`form.fields button, form .row button`)); err != nil {
		t.Fatal(err)
	}
	com.Until(t, `[...document.querySelectorAll(".head .chip.red")].map(c => c.innerText).join().includes("Droits musicaux à préciser,Réserve électorale")`)
	shoot(t, com, "fiche")
	com.Open(t, page)
	fill(t, com, `#bat button[name=donner]`)
	com.Until(t, `document.querySelector("#bat button[disabled]")?.innerText === "Mettre sur le site"`)
	if code, _, errs := outcome(t, s.Data, "publish", string(f), "--to", "site"); code == exitDone {
		t.Fatalf("it went out: %s", errs)
	}
	com.Open(t, page+"/droits")
	com.Until(t, `document.querySelectorAll("#verrous li").length === 2 && document.querySelector("#verrous form") === null`)
	com.Until(t, `fetch("`+page+`/droits/passer-outre", {method: "POST", body: new URLSearchParams({verrou: "silence", raison: "Vite."})}).then(r => r.status === 403 || r.status === 404)`)

	image.Open(t, page+"/droits")
	shoot(t, image, "droits")
	for _, lock := range []string{"music", "silence"} {
		form := `#verrous form:has([value=` + lock + `])`
		value[bool](t, image, `document.querySelector("details:has([value=`+lock+`])").open = true`)
		fill(t, image, form+` button`, [2]string{form + ` textarea`, "Il ne parle d’aucun candidat."})
		image.Until(t, `document.body.innerText.includes("C’est passé outre") && document.querySelector("[value=`+lock+`]") === null`)
	}
	image.Until(t, `document.querySelector("#verrous") === null`)
	image.Open(t, page)
	image.Until(t, `document.body.innerText.includes("Réserve électorale, passé outre")`)
	fill(t, image, `form[action$="/site"] button`)
	image.Until(t, `fetch(location.href).then(r => r.text()).then(t => t.includes("voir sur le site"))`)
	image.Faults(t)
	com.Faults(t, "403", "404", "passer-outre")
}
