package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// plain is a text without its no-break spaces.
func plain(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }

// openSujet begins a sujet with these people on it.
func (b *bench) openSujet(title string, crew ...assets.User) assets.Sujet {
	b.Helper()
	x := assets.Sujet{Title: title}
	for _, u := range crew {
		x.Crew = append(x.Crew, u.ID)
	}
	x, err := b.CreateSujet(b.Context(), x, "test")
	if err != nil {
		b.Fatal(err)
	}
	return x
}

// bring sends a rush whole, and files it.
func (b *bench) bring(transfer assets.ID, name string) {
	b.Helper()
	text := fmt.Sprintf("rush %s %s", name, b.Now())
	u := b.announce(transfer, Announced{Name: name, Size: int64(len(text))})[0].Upload
	b.came(u, text)
	if err := b.FinishUpload(b.Context(), u); err != nil {
		b.Fatal(err)
	}
	b.settle()
}

// TestRushesReceivedIsMailed: those who edit a sujet are told of its rushes in one
// mail for half an hour; all who edit, where nobody is on it; never who brought them.
func TestRushesReceivedIsMailed(t *testing.T) {
	b := newBench(t)
	box := &postbox{}
	b.Postman = box
	one, other := b.hire("Dominique Montage", assets.RoleMonteur), b.hire("Sasha Montage", assets.RoleMonteur)
	camille := b.hire("Camille JRI", assets.RoleJRI)
	sujet := b.openSujet("Journées de l'Éloquence", camille, one)
	b.clock.Advance(b.Now().Truncate(gathering).Add(gathering).Sub(b.Now()))
	tr, err := b.OpenTransfer(t.Context(), camille, assets.Transfer{Kind: assets.KindRush, Sujet: sujet.ID})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 12 {
		b.bring(tr.ID, fmt.Sprintf("%d.mp4", n))
	}
	b.bring(b.transfer(other), "hors sujet.mp4")
	if len(box.sent) != 0 {
		t.Fatalf("%d mails before the half hour is over", len(box.sent))
	}
	b.clock.Advance(gathering)
	b.settle()
	var got []string
	for _, m := range box.sent {
		got = append(got, m.Name+" | "+plain(m.Subject))
	}
	slices.Sort(got)
	want := []string{"Dominique Montage | 1 rush reçu hors sujet", "Dominique Montage | 12 rushes reçus : Journées de l’Éloquence"}
	if !slices.Equal(got, want) {
		t.Errorf("mails: %q", got)
	}
}

// TestStoppedTransferIsMailedOnce: after two hours without a byte its sender is
// told how many files are missing, and not again; a transfer that still comes, or
// was given up, is not written about.
func TestStoppedTransferIsMailedOnce(t *testing.T) {
	b := newBench(t)
	box := &postbox{}
	b.Postman = box
	camille := b.hire("Camille JRI", assets.RoleJRI)
	sweep := func() {
		t.Helper()
		if _, err := b.SweepUploads(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.settle()
	}
	id := b.transfer(camille)
	var files []Announced
	for n := range 4 {
		files = append(files, Announced{Name: fmt.Sprintf("%d.mp4", n), Size: 100})
	}
	replies := b.announce(id, files...)
	b.bring(id, "entier.mp4")
	b.clock.Advance(time.Hour)
	b.came(replies[0].Upload, "some") // its row does not know
	b.clock.Advance(90 * time.Minute)
	sweep()
	if len(box.sent) != 0 {
		t.Fatalf("written to while it comes: %q", box.sent[0].Subject)
	}
	waiting, err := b.StoppedOf(t.Context(), camille.ID)
	if err != nil || len(waiting) != 1 || plain(waiting[0].Unfinished()) != "4 vidéos n’ont pas fini" || waiting[0].Percent() != 1 {
		t.Errorf("the home page shows %+v (%v)", waiting, err)
	}
	b.clock.Advance(time.Hour)
	for range 3 {
		sweep()
		b.clock.Advance(3 * time.Hour)
	}
	if len(box.sent) != 1 || plain(box.sent[0].Subject) != "Il manque 4 vidéos de votre envoi" || !strings.Contains(box.sent[0].Text, "/regie/deposer/"+string(id)) {
		t.Fatalf("mails: %+v", box.sent)
	}
	late := b.transfer(camille)
	b.announce(late, Announced{Name: "oublié.mp4", Size: 100})
	b.clock.Advance(100 * time.Hour)
	sweep()
	if len(box.sent) != 1 {
		t.Errorf("written to of what was given up: %q", box.sent[1].Subject)
	}
}
