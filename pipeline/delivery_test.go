package pipeline

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// festival is a bench with a partner and its dossier, and a communication that is
// told of it.
func festival(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.must(b.Catalog.SaveProgramme(t.Context(), assets.Programme{
		Partners: []assets.Partner{{Slug: "zik-zac", Name: "Zik Zac"}},
		Dossiers: []assets.Dossier{{Slug: "zik-zac-2018", Name: "Zik Zac 2018", Partner: "zik-zac", Planned: 20}},
	}))
	b.hire("Camille Com", assets.RoleCommunication)
	return b
}

// filed brings a film of the dossier.
func (b *bench) filed(text string) assets.ID {
	b.Helper()
	film := b.take(text).Film
	b.settle()
	f := b.film(film)
	f.Title, f.Dossier, f.Partners = text, "zik-zac-2018", []string{"zik-zac"}
	b.must(b.EditFilm(b.Context(), film, f, "com"))
	return film
}

// handing makes a link to the dossier.
func (b *bench) handing(q DeliveryRequest) assets.Delivery {
	b.Helper()
	q.Dossier = "zik-zac-2018"
	x, err := b.Deliver(b.Context(), q, "com")
	b.must(err)
	return x
}

// groups says how far the films of a link are: « one ready, two coming ».
func (b *bench) groups(x assets.Delivery) string {
	b.Helper()
	all, err := b.Handed(b.Context(), x)
	b.must(err)
	var said []string
	for _, h := range all {
		said = append(said, h.Title+" "+string(h.Group))
	}
	return strings.Join(said, ", ")
}

// TestDelivery: what a link shows follows the BAT, the embargo and the
// authorisations, film by film; its token lies nowhere, and its answers reach the
// house.
func TestDelivery(t *testing.T) {
	b := festival(t)
	b.filed("one")
	two := b.filed("two")
	x := b.handing(DeliveryRequest{Mail: "festival@example.org"})
	if x.Name != "Zik Zac 2018" || x.Partner != "zik-zac" || x.ExpiresAt.Sub(b.Now()) != 90*24*time.Hour {
		t.Fatalf("%+v", x)
	}
	link, err := b.DeliveryLink(x)
	b.must(err)
	token := link[strings.LastIndex(link, "/")+1:]
	if found, err := b.OpenDelivery(t.Context(), token); err != nil || found.ID != x.ID {
		t.Fatalf("the token opens %v, %v", found, err)
	}
	_, err = b.OpenDelivery(t.Context(), access.NewSecret().Reveal())
	b.fails(assets.NotFound, err)
	if got := b.groups(x); got != "one coming, two coming" {
		t.Error(got)
	}

	b.ask(two, "cli")
	if got := b.groups(x); got != "two review, one coming" {
		t.Error(got)
	}
	h, err := b.HandedFilm(t.Context(), x, two)
	if b.must(err); len(h.Made) == 0 || len(h.By) != 0 {
		t.Errorf("before its BAT a film has %d files to see and %d to download", len(h.Made), len(h.By))
	}
	b.fails(assets.Invalid, b.AnswerHanded(t.Context(), x, two, PartnerAnswer{Name: "Léa"}))
	b.fails(assets.Invalid, b.AnswerHanded(t.Context(), x, two, PartnerAnswer{Approves: true}))
	b.must(b.AnswerHanded(t.Context(), x, two, PartnerAnswer{Name: "Léa", Note: "Le titre est coupé", Frame: 12, Visitor: "v"}))
	if got := b.approvals(two); got != "V1 refused" {
		t.Error(got)
	}
	b.ask(two, "cli")
	b.must(b.AnswerHanded(t.Context(), x, two, PartnerAnswer{Approves: true, Name: "Léa", Visitor: "v"}))
	if got := b.groups(x); got != "two ready, one coming" {
		t.Error(got)
	}
	approvals, err := b.Catalog.Approvals(t.Context(), two)
	if b.must(err); approvals[1].Name != "Léa (Zik Zac)" || approvals[1].By != "" {
		t.Errorf("the BAT is given by %+v", approvals[1])
	}
	b.settle()
	subjects := b.subjects()
	for _, want := range []string{"Zik Zac 2018", "Zik Zac 2018 — 1 film à télécharger", "Zik Zac a validé « two »", "Zik Zac a demandé une modification : « two »"} {
		if !slices.ContainsFunc(subjects, func(s string) bool { return strings.Contains(strings.ReplaceAll(s, "\u00a0", " "), ": "+want) }) {
			t.Errorf("no mail %q among %q", want, subjects)
		}
	}

	// A stranger's film is not to be had by this link.
	other := b.take("other").Film
	_, err = b.HandedFilm(t.Context(), x, other)
	b.fails(assets.NotFound, err)

	// Nothing of a film is served once somebody in it is against it.
	child := b.child(two)
	b.sign(child.Consent) // for the site, and for nothing else
	if got := b.groups(x); got != "one coming, two coming" {
		t.Error(got)
	}
	b.must(b.EditConsent(t.Context(), child.Consent, ConsentForm{
		ConsentDetails: assets.ConsentDetails{Person: plantedName}, Minor: assets.Yes, Signatures: 2, Own: true,
		Media: []assets.Medium{assets.MediumSite, assets.MediumPartners},
	}, "image"))
	if got := b.groups(x); got != "two ready, one coming" {
		t.Error(got)
	}
	_, err = b.WithdrawConsent(t.Context(), child.Consent, "image")
	b.must(err)
	h, err = b.HandedFilm(t.Context(), x, two)
	if b.must(err); h.Group != HandedComing || len(h.Made)+len(h.By) != 0 {
		t.Errorf("of a film that is withdrawn, %d files are to be had", len(h.Made)+len(h.By))
	}
	_, _, err = b.HandedZip(t.Context(), x, "")
	b.fails(assets.NotFound, err)
}

// TestDeliveryMail (D-01): the mail to a partner leads to their link when it is
// read and when it leaves; what is kept of it does not.
func TestDeliveryMail(t *testing.T) {
	b := festival(t)
	x := b.handing(DeliveryRequest{Mail: "festival@example.org"})
	link, err := b.DeliveryLink(x)
	b.must(err)
	kept, err := b.Catalog.Mails(t.Context(), "", 1)
	b.must(err)
	read, err := b.Readable(t.Context(), kept[0])
	b.must(err)
	token := link[strings.LastIndex(link, "/")+1:]
	if strings.Contains(kept[0].Text+kept[0].HTML, token) || !strings.Contains(read.Text, link) || !strings.Contains(read.HTML, link) {
		t.Errorf("kept as %q, read as %q", kept[0].Text, read.Text)
	}
	kept[0].State = assets.MailSent
	read, err = b.Readable(t.Context(), kept[0])
	if b.must(err); strings.Contains(read.Text+read.HTML, token) || !strings.Contains(read.Text, "/p/…") {
		t.Errorf("once sent it is read as %q", read.Text)
	}
}

// TestDeliveryEnds: a week before, the partner is told; at its end the link is
// closed, and can be prolonged; one that was revoked stays so.
func TestDeliveryEnds(t *testing.T) {
	b := festival(t)
	b.filed("one")
	x := b.handing(DeliveryRequest{Mail: "festival@example.org", Life: 30 * 24 * time.Hour})
	b.at(x.ExpiresAt.Add(-deliveryWarning))
	if !slices.ContainsFunc(b.subjects(), func(s string) bool { return strings.Contains(s, "expire dans 7") }) {
		t.Errorf("the partner is not told: %q", b.subjects())
	}
	b.at(x.ExpiresAt)
	standing := func() assets.DeliveryState {
		t.Helper()
		got, err := b.Catalog.Delivery(t.Context(), x.ID)
		b.must(err)
		if got.Standing(b.Now()) != got.State {
			t.Errorf("stands as %s, is kept as %s", got.Standing(b.Now()), got.State)
		}
		return got.State
	}
	if s := standing(); s != assets.DeliveryExpired {
		t.Error(s)
	}
	b.must(b.AskMoreTime(t.Context(), x.ID))
	b.must(b.AskMoreTime(t.Context(), x.ID)) // asked twice, told once
	asked := 0
	for _, s := range b.subjects() {
		if strings.Contains(s, "Prolongation demandée") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the communication was told %d times", asked)
	}
	for _, life := range []time.Duration{7 * 24 * time.Hour, 0} { // 0: as long as it was made for
		renewed, err := b.RenewDelivery(t.Context(), x.ID, life, "com")
		want := b.Now().Add(cmp.Or(life, 30*24*time.Hour))
		if b.must(err); standing() != assets.DeliveryOpen || !renewed.ExpiresAt.Equal(want) || renewed.Asks() {
			t.Errorf("prolonged by %v the link is %s until %v, want %v", life, standing(), renewed.ExpiresAt, want)
		}
	}
	_, err := b.RevokeDelivery(t.Context(), x.ID, "com")
	if b.must(err); standing() != assets.DeliveryRevoked {
		t.Error("the link is not closed")
	}
	_, err = b.RenewDelivery(t.Context(), x.ID, 0, "com")
	b.fails(assets.Conflict, err)
}

// TestDeliveryWrong: what a link can't be made of is said, and nothing is made.
func TestDeliveryWrong(t *testing.T) {
	b := festival(t)
	for name, q := range map[string]DeliveryRequest{
		"nothing":          {Partner: "zik-zac"},
		"no partner":       {Films: []assets.ID{b.take("one").Film}},
		"unknown dossier":  {Dossier: "gamerz"},
		"not an address":   {Dossier: "zik-zac-2018", Mail: "Zik <zik>"},
		"a short password": {Dossier: "zik-zac-2018", Password: "court"},
	} {
		if _, err := b.Deliver(t.Context(), q, "com"); assets.KindOf(err) != assets.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := b.Catalog.Deliveries(t.Context(), assets.DeliveryFilter{}); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestDeliveryPassword: only the password opens, and a new one takes its place.
func TestDeliveryPassword(t *testing.T) {
	b := festival(t)
	x := b.handing(DeliveryRequest{Password: "sésame ouvre-toi"})
	for password, want := range map[assets.Secret]bool{"sésame ouvre-toi": true, "sésame": false, "": false} {
		if ok, err := b.UnlockDelivery(t.Context(), x, password); err != nil || ok != want {
			t.Errorf("%q opens: %t, %v", password, ok, err)
		}
	}
	changed, err := b.LockDelivery(t.Context(), x.ID, "un autre mot", "com")
	if b.must(err); changed.Password == x.Password {
		t.Error("the password was not changed")
	}
}

// TestDeliveryZip: everything that is ready is in one archive, with its sums.
func TestDeliveryZip(t *testing.T) {
	b := festival(t)
	x := b.handing(DeliveryRequest{})
	for i := range 3 {
		film := b.filed(fmt.Sprint("film ", i))
		if i > 0 {
			_, err := b.ApproveNow(t.Context(), film, "", "cli")
			b.must(err)
		}
	}
	z, _, err := b.HandedZip(t.Context(), x, "")
	b.must(err)
	defer z.Body.Close()
	all, err := io.ReadAll(z.Body)
	b.must(err)
	r, err := zip.NewReader(bytes.NewReader(all), int64(len(all)))
	b.must(err)
	var names []string
	for _, f := range r.File {
		names = append(names, f.Name)
		content, err := f.Open()
		b.must(err)
		if _, err := io.Copy(io.Discard, content); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if got := strings.Join(names, "\n"); !strings.Contains(got, "film 1/film 1 (720p)") || strings.Contains(got, "film 0") || !strings.Contains(got, "SHA256SUMS") {
		t.Error(got)
	}
}
