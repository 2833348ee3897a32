package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// TestDeliverByCommand: a link is made, seen, prolonged and closed by scripts; the
// password is in no argument.
func TestDeliverByCommand(t *testing.T) {
	data := t.TempDir()
	secret := filepath.Join(t.TempDir(), "mot")
	if err := os.WriteFile(secret, []byte("la grande scène\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := outcome(t, data, "deliver", "zik-zac-2018", "--partner", "zik-zac-festival", "--expires", "30d", "--password-file", secret, "--max", "5", "--json")
	var v pipeline.LinkView
	if err := json.Unmarshal([]byte(out), &v); code != exitDone || err != nil || !strings.Contains(v.Link, "/p/") || !v.Locked || v.Dossier != "zik-zac-2018" || v.Max != 5 {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	if days := v.ExpiresAt.Sub(v.CreatedAt).Hours() / 24; days != 30 {
		t.Errorf("it opens for %v days", days)
	}
	id := string(v.ID)
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"deliver rien --partner zik-zac-festival", exitNotFound, "film list"},
		{"deliver zik-zac-2018 --expires bientôt", exitUsage, "90d"},
		{"deliver zik-zac-2018 --partner personne", exitUsage, "partenaire"},
		{"deliver zik-zac-2018 --password-file absent", exitUsage, "absent"},
		{"delivery list", exitDone, "ouvert"},
		{"delivery list --state expired --json", exitDone, ""},
		{"delivery show " + id, exitDone, v.Link},
		{"delivery renew " + id + " --expires 30d", exitDone, "ouvert"},
		{"delivery revoke " + id, exitDone, "fermé"},
		{"delivery renew " + id, exitConflict, "ne se rouvre pas"},
		{"delivery show rien", exitNotFound, ""},
	} {
		if code, out, errs := outcome(t, data, strings.Fields(c.args)...); code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%s: exit %d, want %d with %q:\n%s%s", c.args, code, c.code, c.says, out, errs)
		}
	}
}

// TestDeliveryPages (F33): a link is made from the page of its dossier, whose board
// counts what its partner can have; one click prolongs it, two close it for good.
func TestDeliveryPages(t *testing.T) {
	s := openStudio(t)
	h := openHouse(t, s.Data)
	defer h.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	film, c := h.vouched("Before Zik Zac", "zik-zac-2018")
	c.Renditions = []assets.Rendition{{ID: newID(), Version: c.Versions[0].ID, Role: assets.MP4Role(1080), Key: "x/1.mp4", Width: 1920, Height: 1080, Duration: 60, CreatedAt: h.now()}}
	must(h.catalog.Apply(t.Context(), c))
	coming, c := h.vouched("La grande scène", "zik-zac-2018")
	must(h.catalog.Apply(t.Context(), c))

	tab := s.as(assets.RoleCommunication)
	tab.Open(t, s.URL+"/regie/dossiers/zik-zac-2018")
	tab.Until(t, read("Zik Zac 2018 0/20 livrés"))
	press(t, tab, "#livraisons a.button")
	tab.Until(t, `document.querySelector("#faire [name=dossier]")?.value === "zik-zac-2018" && document.querySelector("#faire [name=partner]").value === "zik-zac-festival"`)
	tab.Until(t, `(() => { document.querySelector("#faire [name=mail]").value = "festival@example.org"; return true })()`)
	press(t, tab, "#faire form > p button")
	tab.Until(t, read("Un message part à festival@example.org")+` && document.querySelector("#lien").value.includes("/p/") && `+read("Personne n’a encore ouvert ce lien"))
	tab.Until(t, `document.querySelector("svg.qr path + path").getAttribute("d").length > 1000`)
	press(t, tab, "[data-copy]")
	tab.Until(t, `document.querySelector("[data-copy]").innerText === "Copié"`)
	all, err := h.desk.Links(t.Context(), pipeline.LinkFilter{Dossier: "zik-zac-2018"})
	if must(err); len(all) != 1 {
		t.Fatalf("%d links", len(all))
	}
	x := all[0]

	tab.Open(t, s.URL+"/regie/dossiers/zik-zac-2018")
	tab.Until(t, read("Zik Zac 2018 1/20 livrés")+` && [...document.querySelectorAll("li.bar")].filter(e => e.innerText.includes("livré")).map(e => e.querySelector("a").innerText).join() === "Before Zik Zac"`)
	for id, links := range map[assets.ID]int{film: 1, coming: 1} {
		got, err := h.desk.Links(t.Context(), pipeline.LinkFilter{Film: &assets.Film{ID: id, Dossier: "zik-zac-2018"}})
		if must(err); len(got) != links {
			t.Errorf("%d links hold the film", len(got))
		}
	}

	// The partner asks: it stands first, and is answered there.
	_, err = h.desk.Deliver(t.Context(), pipeline.DeliveryRequest{Partner: "zik-zac-festival", Films: []assets.ID{film}}, "cli")
	must(err)
	must(h.desk.AskMoreTime(t.Context(), x.ID))
	tab.Phone(t)
	tab.Open(t, s.URL+"/regie/livraisons")
	tab.Until(t, `document.querySelector("main .list li").innerText.includes("Prolongation demandée") && document.documentElement.scrollWidth <= innerWidth`)
	press(t, tab, `main .list li:first-child button`)
	tab.Until(t, read("Ce lien ouvre jusqu’au")+` && location.pathname === "/regie/livraisons" && !document.querySelector("main .list").innerText.includes("demandée")`)

	tab.Open(t, s.URL+"/regie/livraisons/"+string(x.ID))
	tab.Until(t, read("Lien prolongé jusqu’au")+` && [...document.querySelectorAll("summary")].filter(e => e.innerText === "Fermer ce lien").map(e => (e.click(), true))[0]`)
	tab.Until(t, read("ne se rouvre pas"))
	press(t, tab, "button[value=fermer]")
	tab.Until(t, read("Ce lien est fermé")+` && !document.querySelector("#lien")`)
	if got, err := h.catalog.Delivery(t.Context(), x.ID); err != nil || got.State != assets.DeliveryRevoked {
		t.Errorf("the link is %s, %v", got.State, err)
	}
	tab.Faults(t)
}
