package main

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
)

// TestSujetOnThePhone: what the montage plans at a desk is on the phone of who
// films it; a form that can't be taken comes back as it was typed (F32).
func TestSujetOnThePhone(t *testing.T) {
	s := openStudio(t)
	desk := s.as(assets.RoleMonteur)
	for _, list := range []string{"/regie", "/regie/sujets", "/regie/dossiers/zik-zac-2018"} {
		desk.Open(t, s.URL+list)
		desk.Until(t, `!!document.querySelector(".empty a.button")`)
	}
	fill := `(hour) => {
	  const f = document.querySelector("form.fields"), now = new Date(), two = (n) => String(n).padStart(2, "0");
	  f.title.value = "Installation des scènes"; f.brief.value = "Des plans larges."; f.place.value = "Parc Saint-Mitre";
	  f.date.value = new Intl.DateTimeFormat("fr-CA", {timeZone: "Europe/Paris"}).format(now); f.hour.value = hour;
	  [...f.crew].find((c) => c.type === "checkbox" && c.parentNode.innerText.includes("Camille")).checked = true;
	  f.requestSubmit(); return true;
	}`
	desk.Open(t, s.URL+"/regie/sujets/nouveau")
	for range 2 { // the second time from the address of the action
		desk.Until(t, `(`+fill+`)("")`)
		desk.Until(t, `document.activeElement?.name === "hour" && !!document.activeElement.parentNode.querySelector(".fault") && document.querySelector("form.fields").brief.value === "Des plans larges."`)
	}
	desk.Until(t, `(`+fill+`)("23:59")`)
	desk.Until(t, `document.querySelector("h1").innerText === "Installation des scènes" && !!document.querySelector("main[data-drop]")`)
	desk.Faults(t, "422")

	phone := s.as(assets.RoleJRI)
	if _, err := chromedp.Call(phone.Ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true}); err != nil {
		t.Fatal(err)
	}
	phone.Open(t, s.URL+"/regie/moi")
	phone.Until(t, `document.querySelector(".shoots")?.innerText.includes("Installation des scènes") && document.querySelector(".fixed-action a").href.includes("/regie/deposer?sujet=")`)
	phone.Faults(t)
}
