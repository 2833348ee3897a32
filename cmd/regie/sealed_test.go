package main

import (
	"net/http"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// swappedSeals (W-14): a sealed text that somebody moves to another row opens
// there for nobody; the page says that it can't, and not what it holds.
func swappedSeals(v *visit) {
	a, err1 := v.house.catalog.Consent(v.Context(), assets.ID(v.ids["consent own"]))
	b, err2 := v.house.catalog.Consent(v.Context(), assets.ID(v.ids["consent others"]))
	if err1 != nil || err2 != nil {
		v.Fatal(err1, err2)
	}
	path := "/regie/autorisations/" + string(a.ID)
	if res := v.ask(assets.RoleImage, http.MethodGet, path, "", nil); res.Code != http.StatusOK {
		v.Fatalf("before: %d", res.Code)
	}
	a.Sealed, b.Sealed = b.Sealed, a.Sealed
	c := assets.Change{Consents: []assets.Consent{a, b}}
	for _, x := range c.Consents {
		c.Events = append(c.Events, assets.Event{
			ID: newID(), Kind: assets.SubjectConsent, Subject: x.ID, From: string(x.State), To: string(x.State), Actor: "cli", At: time.Now(),
		})
	}
	if err := v.house.catalog.Apply(v.Context(), c); err != nil {
		v.Fatal(err)
	}
	res := v.ask(assets.RoleImage, http.MethodGet, path, "", nil)
	if res.Code != http.StatusInternalServerError || strings.Contains(res.Body.String(), "Quelqu") {
		v.Errorf("swapped: %d %s", res.Code, res.Body)
	}
}
