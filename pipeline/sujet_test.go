package pipeline

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// person hires one for a test.
func (b *bench) person(name string, role assets.UserRole) assets.User {
	b.Helper()
	u, err := b.Hire(b.Context(), assets.User{Name: name, Mail: strings.ReplaceAll(name, " ", ".") + "@example.org", Role: role}, "cli")
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// opened is a sujet that is there.
func (b *bench) opened(s assets.Sujet) assets.Sujet {
	b.Helper()
	s, err := b.CreateSujet(b.Context(), s, "cli")
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func (b *bench) sujet(id assets.ID) assets.Sujet {
	b.Helper()
	s, err := b.Catalog.Sujet(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func (b *bench) film(id assets.ID) assets.Film {
	b.Helper()
	f, err := b.Catalog.Film(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// subjects are the subjects of all mails, the newest first.
func (b *bench) subjects() []string {
	b.Helper()
	all, err := b.Catalog.Mails(b.Context(), "", 100)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]string, len(all))
	for i, m := range all {
		out[i] = m.Name + ": " + m.Subject
	}
	return out
}

// A sujet has its film from the first moment, filed alike until it has a
// version of its own.
func TestSujet(t *testing.T) {
	b := newBench(t)
	s := b.opened(assets.Sujet{Title: "  Before\u202e Zik Zac ", Kind: "before", Rubriques: []string{"culture"}})
	f := b.film(s.Film)
	if f.Title != "Before Zik Zac" || f.Slug != "before-zik-zac" || f.State != assets.FilmIdea || f.Sujet != s.ID || f.Genre != "before" || !slices.Equal(f.Rubriques, []string{"culture"}) {
		t.Errorf("the film: %+v", f)
	}
	to := s
	to.Title, to.Rubriques, to.Brief = "Before du vendredi", nil, "Ambiance et deux interviews."
	if err := b.EditSujet(t.Context(), s.ID, to, "monteuse"); err != nil {
		t.Fatal(err)
	}
	if f := b.film(s.Film); f.Title != to.Title || len(f.Rubriques) != 0 || f.Slug != "before-zik-zac" {
		t.Errorf("the film after an edit: %+v", f)
	}
	events, err := b.Catalog.Events(t.Context(), s.ID)
	if err != nil || len(events) != 2 || events[1].Actor != "monteuse" || string(events[1].Edits["title"].Before) != `"Before Zik Zac"` || len(events[1].Edits) != 3 {
		t.Errorf("%+v, %v", events, err)
	}
	if err := b.EditSujet(t.Context(), s.ID, to, "monteuse"); err != nil {
		t.Fatal(err)
	}
	if again, _ := b.Catalog.Events(t.Context(), s.ID); len(again) != 2 {
		t.Error("an edit that changes nothing left an event")
	}
	other := b.opened(assets.Sujet{Title: "Before Zik Zac"})
	if f := b.film(other.Film); f.Slug != "before-zik-zac-2" {
		t.Errorf("slug of a second film: %s", f.Slug)
	}
}

func TestSujetRefused(t *testing.T) {
	b := newBench(t)
	for field, s := range map[string]assets.Sujet{
		"title": {Title: " \n"},
		"kind":  {Title: "x", Kind: "opera"},
		"crew":  {Title: "x", Crew: []assets.ID{"nobody"}},
		"brief": {Title: "x", Brief: strings.Repeat("é", textLimit+1)},
		"":      {Title: "x", Rubriques: []string{"nulle-part"}},
	} {
		_, err := b.CreateSujet(t.Context(), s, "cli")
		b.fails(assets.Invalid, err)
		var f Field
		if errors.As(err, &f); string(f) != field {
			t.Errorf("%q is blamed instead of %q: %v", f, field, err)
		}
	}
	if all, err := b.Catalog.Sujets(t.Context(), assets.SujetFilter{}); len(all) != 0 || err != nil {
		t.Errorf("%v, %v", all, err)
	}
}

// On the eve at 18 h the crew is told, once; at the hour the film is being shot.
func TestTheClockOfASujet(t *testing.T) {
	b := newBench(t)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	b.Zone = paris
	jri := b.person("Camille Dupuy", assets.RoleJRI)
	y, m, d := b.clock.Now().In(paris).Date()
	at := time.Date(y, m, d+3, 14, 0, 0, 0, paris)
	s := b.opened(assets.Sujet{Title: "Zik Zac, installation des scènes", At: at, Crew: []assets.ID{jri.ID}})
	until := func(then time.Time) { b.clock.Advance(then.Sub(b.clock.Now())); b.settle() }
	until(time.Date(y, m, d+2, 17, 58, 0, 0, paris))
	if got := b.subjects(); len(got) != 0 {
		t.Errorf("too early: %q", got)
	}
	until(time.Date(y, m, d+2, 18, 1, 0, 0, paris))
	want := []string{"Camille Dupuy: Tournage demain 14 h : Zik Zac, installation des scènes"}
	if got := b.subjects(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if f := b.film(s.Film); f.State != assets.FilmIdea {
		t.Errorf("on the eve: %s", f.State)
	}
	until(at.Add(time.Minute))
	if f := b.film(s.Film); f.State != assets.FilmShooting {
		t.Errorf("at the hour: %s", f.State)
	}
	if got := b.subjects(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// A shoot that is put off is announced anew; one that is closed is not.
func TestTheClockIsSetAgain(t *testing.T) {
	b := newBench(t)
	jri := b.person("Camille Dupuy", assets.RoleJRI)
	s := b.opened(assets.Sujet{Title: "Tournage", At: b.clock.Now().Add(100 * time.Hour), Crew: []assets.ID{jri.ID}})
	to := s
	to.At = b.clock.Now().Add(200 * time.Hour)
	if err := b.EditSujet(t.Context(), s.ID, to, "x"); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(101 * time.Hour)
	b.settle()
	if got, f := b.subjects(), b.film(s.Film); len(got) != 0 || f.State != assets.FilmIdea {
		t.Errorf("the old hour counted: %q, %s", got, f.State)
	}
	if err := b.CloseSujet(t.Context(), s.ID, "x"); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(200 * time.Hour)
	b.settle()
	if got, f := b.subjects(), b.film(s.Film); len(got) != 0 || f.State != assets.FilmIdea {
		t.Errorf("a closed sujet has a clock: %q, %s", got, f.State)
	}
	b.fails(assets.Conflict, b.CloseSujet(t.Context(), s.ID, "x"))
	if err := b.ReopenSujet(t.Context(), s.ID, "x"); err != nil {
		t.Fatal(err)
	}
	if s := b.sujet(s.ID); s.State != assets.SujetOpen {
		t.Error(s.State)
	}
}

func TestAskFor(t *testing.T) {
	b := newBench(t)
	jri, editor := b.person("Camille Dupuy", assets.RoleJRI), b.person("Dominique Noël", assets.RoleMonteur)
	s := b.opened(assets.Sujet{Title: "Tournage", Crew: []assets.ID{jri.ID, editor.ID}})
	for range 2 {
		if err := b.AskFor(t.Context(), s.ID, "Il manque un plan large de la scène", string(editor.ID)); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.subjects(); !slices.Equal(got, []string{"Camille Dupuy: La monteuse demande un complément"}) {
		t.Errorf("%q", got)
	}
	if err := b.AskFor(t.Context(), s.ID, "", string(editor.ID)); err != nil {
		t.Fatal(err)
	}
	if s := b.sujet(s.ID); s.Wanted != "" || len(b.subjects()) != 1 {
		t.Errorf("%q, %q", s.Wanted, b.subjects())
	}
}

func TestMoveFilm(t *testing.T) {
	b := newBench(t)
	s := b.opened(assets.Sujet{Title: "Tournage"})
	for _, to := range []assets.FilmState{assets.FilmShooting, assets.FilmRushes, assets.FilmLogging, assets.FilmLogging, assets.FilmEditing} {
		if err := b.MoveFilm(t.Context(), s.Film, to, "x"); err != nil {
			t.Errorf("to %s: %v", to, err)
		}
	}
	for _, to := range []assets.FilmState{assets.FilmReview, assets.FilmArchived, assets.FilmIdea} {
		b.fails(assets.Conflict, b.MoveFilm(t.Context(), s.Film, to, "x"))
	}
	if f := b.film(s.Film); f.State != assets.FilmEditing {
		t.Error(f.State)
	}
}

func TestConducteur(t *testing.T) {
	b := newBench(t)
	s := b.opened(assets.Sujet{Title: "Plateau", Kind: assets.GenrePlateau})
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, title := range []string{"Débat", "Questions", "Accueil"} {
		do(b.AddSegment(t.Context(), s.ID, assets.Segment{Title: title, Planned: 300}, "x"))
	}
	do(b.MoveSegment(t.Context(), s.ID, 2, -5, "x"))
	do(b.EditSegment(t.Context(), s.ID, 1, assets.Segment{Title: "Le débat", Planned: 600}, "x"))
	do(b.AddSegment(t.Context(), s.ID, assets.Segment{Title: "De trop", Planned: 1}, "x"))
	do(b.RemoveSegment(t.Context(), s.ID, 3, "x"))
	b.fails(assets.Conflict, b.RemoveSegment(t.Context(), s.ID, 3, "x"))
	b.fails(assets.Invalid, b.AddSegment(t.Context(), s.ID, assets.Segment{Title: " "}, "x"))
	b.fails(assets.Conflict, b.ChapterFilm(t.Context(), s.ID, "x"))
	for n, wait := range []time.Duration{0, 290 * time.Second, 700 * time.Second} {
		b.clock.Advance(wait)
		do(b.StartSegment(t.Context(), s.ID, n, "x"))
		do(b.StartSegment(t.Context(), s.ID, n, "x"))
	}
	do(b.ChapterFilm(t.Context(), s.ID, "x"))
	track, err := b.Catalog.Track(t.Context(), s.Film, assets.TrackChapters, "fr")
	if err != nil || len(track.Cues) != 3 {
		t.Fatalf("%+v, %v", track, err)
	}
	for i, want := range []assets.Cue{{End: 290, Text: "Accueil"}, {Start: 290, End: 990, Text: "Le débat"}, {Start: 990, End: 1290, Text: "Questions"}} {
		got := track.Cues[i]
		if got.Text != want.Text || got.Start < want.Start || got.Start > want.Start+1 || got.End < want.End || got.End > want.End+1 {
			t.Errorf("chapter %d: %+v, want %+v", i, got, want)
		}
	}
	do(b.ResetConducteur(t.Context(), s.ID, "x"))
	if s := b.sujet(s.ID); len(ChaptersOf(s.Conducteur)) != 0 || len(s.Conducteur) != 3 {
		t.Errorf("%+v", s.Conducteur)
	}
}
