package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// polling is a bench in our zone with an election in it, on the night of which
// the clocks go forward.
func polling(t *testing.T) (b *bench, day func(d, hour, minute int) time.Time, image assets.User, batch assets.ID) {
	t.Helper()
	b = newBench(t)
	image = b.hire("Claude Image", assets.RoleImage)
	paris, err := time.LoadLocation("Europe/Paris")
	b.must(err)
	b.Zone = paris
	day = func(d, hour, minute int) time.Time { return time.Date(2027, 3, d, hour, minute, 0, 0, paris) }
	batch, err = b.SaveScrutin(t.Context(), "", "  Municipales,  premier tour ", day(28, 20, 0), string(image.ID))
	b.must(err)
	return b, day, image, batch
}

// at goes to an instant and does what is due.
func (b *bench) at(t time.Time) {
	b.Helper()
	b.clock.Advance(t.Sub(b.Now()))
	b.settle()
}

func (b *bench) tagged(text string, keywords ...string) assets.ID {
	b.Helper()
	film := b.take(text).Film
	b.settle()
	f := b.film(film)
	f.Keywords = keywords
	b.must(b.EditFilm(b.Context(), film, f, "com"))
	return film
}

func (b *bench) siteAt(film assets.ID, at time.Time) error {
	b.Helper()
	_, err := b.PublishApproving(b.Context(), film, []assets.Channel{assets.ChannelSite}, at, "com")
	return err
}

// TestReserve (F36): from Saturday 0 h to Sunday 20 h by our clock nothing about
// an election goes out, and the rest does; then it is proposed, and goes when a
// person says so.
func TestReserve(t *testing.T) {
	b, day, _, _ := polling(t)
	p, err := b.Catalog.Programme(t.Context())
	b.must(err)
	if s := p.Scrutins[0]; s.Name != "Municipales, premier tour" || !s.From.Equal(day(27, 0, 0)) || s.Until.Sub(s.From) != 43*time.Hour {
		t.Fatalf("%+v", s)
	}
	vote, other, early := b.tagged("a", "Élection", "mairie"), b.tagged("b", "mairie"), b.tagged("c", "élections")
	err = b.siteAt(vote, day(27, 0, 0))
	b.fails(assets.Invalid, err)
	if got := strings.ReplaceAll(assets.Sentence(err), "\u00a0", " "); !strings.Contains(got, "Réserve électorale jusqu'au 28 mars 2027, 20 h : Municipales, premier tour.") {
		t.Error(got)
	}
	b.must(b.siteAt(vote, day(26, 23, 59)))
	b.must(b.siteAt(early, day(26, 23, 58)))
	b.must(b.siteAt(other, day(28, 10, 0)))
	b.clock.Advance(day(26, 23, 58).Sub(b.Now()))
	b.settle()
	rendered := b.channel.rendered
	b.at(day(27, 0, 0)) // the planned minute was missed: the gate is asked at the hour of the work
	if b.state(vote) == "published" || b.state(early) != "published" || b.channel.rendered != rendered+1 {
		t.Errorf("on the eve: %s, %s; the site was made anew %d times", b.state(vote), b.state(early), b.channel.rendered-rendered)
	}
	b.at(day(28, 10, 0))
	if b.state(other) != "published" {
		t.Errorf("a film about something else: %s", b.state(other))
	}
	_, err = b.Release(t.Context(), vote, "com")
	b.fails(assets.Invalid, err)
	b.at(day(28, 19, 59))
	if b.state(vote) == "published" {
		t.Error("it went out before the last polling station closed")
	}
	b.at(day(28, 20, 0))
	if b.state(vote) == "published" || b.channel.rendered != rendered+2 {
		t.Errorf("it went by itself, or the feeds are as they were: %d", b.channel.rendered-rendered)
	}
	today, err := b.WaitingFor(t.Context(), assets.User{ID: "com", Role: assets.RoleCommunication})
	if err != nil || len(today.Held) != 1 || today.Held[0].Film.ID != vote || today.Nothing() {
		t.Errorf("it is not proposed: %+v, %v", today.Held, err)
	}
	out, err := b.Release(t.Context(), vote, "com")
	if b.settle(); err != nil || len(out) != 1 || b.state(vote) != "published" {
		t.Errorf("%+v, %v, %s", out, err, b.state(vote))
	}
	_, err = b.Release(t.Context(), vote, "com")
	b.fails(assets.Conflict, err)
}

// TestHeldBack: what was planned before the election was written down is listed
// as held, then as to be released; the responsable image alone lets one go, with
// a reason that the log keeps.
func TestHeldBack(t *testing.T) {
	b, day, image, batch := polling(t)
	_, err := b.Undo(t.Context(), batch, image)
	b.must(err)
	first, second := b.tagged("a", "élection"), b.tagged("b", "election")
	for _, f := range []assets.ID{first, second} {
		b.must(b.siteAt(f, day(28, 9, 0)))
	}
	held := func() (free string) {
		t.Helper()
		all, err := b.HeldBack(t.Context())
		b.must(err)
		for _, h := range all {
			free += map[bool]string{true: "free ", false: "held "}[h.Free]
		}
		return free
	}
	if got := held(); got != "" {
		t.Errorf("without an election: %s", got)
	}
	id, err := b.SaveScrutin(t.Context(), "", "Municipales", day(28, 20, 0), string(image.ID))
	b.must(err)
	if got := held(); got != "held held " {
		t.Errorf("before: %s", got)
	}
	b.at(day(28, 9, 0))
	if got := held(); got != "held held " {
		t.Errorf("at the hour: %s", got)
	}
	b.fails(assets.Forbidden, b.PassOver(t.Context(), first, assets.LockSilence, "Résultats.", b.hire("Dominique", assets.RoleCommunication)))
	b.fails(assets.Invalid, b.PassOver(t.Context(), first, assets.LockSilence, " ", image))
	b.fails(assets.Invalid, b.PassOver(t.Context(), first, assets.LockBAT, "Vite.", image))
	b.fails(assets.Conflict, b.PassOver(t.Context(), first, assets.LockMusic, "Il n'y en a pas.", image))
	b.must(b.PassOver(t.Context(), first, assets.LockSilence, "Il ne parle d'aucun candidat.", image))
	if got := held(); got != "free held " && got != "held free " {
		t.Errorf("passed over: %s", got)
	}
	_, err = b.Release(t.Context(), first, string(image.ID))
	b.must(err)
	b.settle()
	events, err := b.Catalog.Events(t.Context(), first)
	b.must(err)
	told := slices.ContainsFunc(events, func(e assets.Event) bool {
		return e.Actor == string(image.ID) && strings.Contains(e.Note, "Réserve électorale, passé outre") && strings.Contains(e.Note, "aucun candidat")
	})
	if b.state(first) != "published" || b.state(second) == "published" || !told {
		t.Errorf("%s, %s, in the log %v", b.state(first), b.state(second), told)
	}
	b.at(day(28, 20, 0))
	if got := held(); got != "free " {
		t.Errorf("after: %s", got)
	}
	_, err = b.Undo(t.Context(), id, image)
	b.must(err)
	if got := held(); got != "" {
		t.Errorf("the election is undone: %s", got)
	}
}

// TestLettersAreHeld (F36): a letter that shows a film about an election goes out
// as little as the film; then it is proposed, and leaves when a person says so.
// One of which copies are on their way waits until it is over.
func TestLettersAreHeld(t *testing.T) {
	b, box, films := lettered(t, 2, 1, 0)
	vote := b.film(films[1])
	vote.Keywords = []string{"élection"}
	b.must(b.EditFilm(t.Context(), vote.ID, vote, "com"))
	b.settle()
	hour := func(h int) time.Time { return time.Date(2027, 3, 27+h/24, h%24, 0, 0, 0, time.UTC) } // from Saturday 0 h on
	letter := func(subject string, at time.Time, films ...assets.ID) (assets.Publication, error) {
		return b.PlanLetter(t.Context(), LetterDraft{Subject: subject, Films: films}, at, "com")
	}
	begun, err := letter("La veille", hour(-1), films...)
	b.must(err)
	held, err := letter("Retenue", hour(10), films...)
	b.must(err)
	b.must(second(b.SaveScrutin(t.Context(), "", "Municipales", hour(24+20), "com")))
	_, err = letter("Refusée", hour(11), films...)
	b.fails(assets.Invalid, err)
	if said := strings.ReplaceAll(assets.Sentence(err), "\u00a0", " "); !strings.Contains(said, "« "+vote.Title+" » : Réserve électorale jusqu'au 28 mars 2027, 20 h") {
		t.Error(said)
	}
	b.must(second(letter("Sans élection", hour(12), films[0])))
	said := func() string {
		all, err := b.HeldBack(t.Context())
		b.must(err)
		if len(all) != 1 || all[0].Publication.ID != held.ID || all[0].Film.ID != vote.ID {
			t.Fatalf("held: %+v", all)
		}
		return fmt.Sprintf("%d %s %t", len(box.sent), all[0].Publication.State, all[0].Free)
	}
	for _, h := range []int{-1, 10, 12} {
		b.at(hour(h))
	}
	if got := said(); got != "2 failed false" {
		t.Errorf("before: %s", got)
	}
	var e *assets.Error
	if err := b.goOn(t.Context(), b.publicationNow(begun.ID), b.Now()); !errors.As(err, &e) || e.Kind != assets.Transient {
		t.Errorf("a letter on its way: %v", err)
	}
	_, err = b.Release(t.Context(), held.Film, "com")
	b.fails(assets.Invalid, err)
	b.at(hour(24 + 20))
	if got := said(); got != "2 failed true" {
		t.Errorf("after: %s", got)
	}
	b.must(second(b.Release(t.Context(), held.Film, "com")))
	if b.settle(); len(box.sent) != 3 || box.sent[2].Subject != "Retenue" {
		t.Errorf("%d mails", len(box.sent))
	}
}

// TestScrutins: an election is added, changed, taken off and brought back; what
// can't be read changes nothing.
func TestScrutins(t *testing.T) {
	b, day, u, _ := polling(t)
	now := func() assets.Scrutin {
		t.Helper()
		p, err := b.Catalog.Programme(t.Context())
		b.must(err)
		if len(p.Scrutins) != 1 {
			t.Fatalf("%+v", p.Scrutins)
		}
		return p.Scrutins[0]
	}
	s := now()
	for _, wrong := range []struct {
		name, field string
		closes      time.Time
	}{{" \n", "name", day(28, 20, 0)}, {"Municipales", "jour", time.Time{}}} {
		_, err := b.SaveScrutin(t.Context(), "", wrong.name, wrong.closes, string(u.ID))
		if b.fails(assets.Invalid, err); fieldOf(err) != wrong.field {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	_, err := b.SaveScrutin(t.Context(), "none", "Municipales", day(28, 20, 0), string(u.ID))
	b.fails(assets.NotFound, err)
	later, err := b.SaveScrutin(t.Context(), s.ID, "Municipales, second tour", day(4, 18, 0), string(u.ID))
	b.must(err)
	if got := now(); !got.From.Equal(day(3, 0, 0)) || got.Name != "Municipales, second tour" {
		t.Errorf("changed: %+v", got)
	}
	gone, err := b.RemoveScrutin(t.Context(), s.ID, string(u.ID))
	b.must(err)
	if got := now(); got.RemovedAt.IsZero() || got.Silent(day(3, 12, 0)) {
		t.Errorf("taken off: %+v", got)
	}
	for _, batch := range []assets.ID{gone, later} {
		_, err := b.Undo(t.Context(), batch, u)
		b.must(err)
	}
	if got := now(); !got.RemovedAt.IsZero() || !got.From.Equal(s.From) || !got.Until.Equal(s.Until) || got.Name != s.Name {
		t.Errorf("undone: %+v", got)
	}
}

// TestCallBack: one act takes a film off every channel that it is on, or is to go
// to, once; the site is dark when it returns.
func TestCallBack(t *testing.T) {
	b, _, _ := networked(t, "good")
	film := b.take("film").Film
	b.settle()
	b.fails(assets.Conflict, b.CallBack(t.Context(), film, "", "com"))
	b.must(b.siteAt(film, time.Time{}))
	b.settle()
	later := b.plannedOn(film, b.Now().Add(time.Hour))
	b.must(b.CallBack(t.Context(), film, "Une erreur sur un nom.", "com"))
	if len(b.channel.public) != 0 || b.publicationNow(later.ID).State != assets.PublicationCancelled || b.state(film) != "withdrawn" {
		t.Errorf("%v, %s, %s", b.channel.public, b.publicationNow(later.ID).State, b.state(film))
	}
	proof, err := b.Withdrawals(t.Context(), film)
	if err != nil || len(proof) != 1 || proof[0].AskedBy != "com" || proof[0].ConfirmedAt.IsZero() || proof[0].How == "" {
		t.Errorf("%+v, %v", proof, err)
	}
	events, err := b.Catalog.Events(t.Context(), film)
	b.must(err)
	if !slices.ContainsFunc(events, func(e assets.Event) bool { return strings.Contains(e.Note, "Une erreur sur un nom.") }) {
		t.Errorf("the history does not say why: %+v", events)
	}
	b.fails(assets.Conflict, b.CallBack(t.Context(), film, "", "com"))
}
