package pipeline

import (
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// A letter that an election stops on its way does not go on by itself when the
// votes are cast: a person is asked, and says whether it does. Copies whose turn
// comes after the election are held as the others are.
func TestALetterThatAnElectionInterruptsIsHeld(t *testing.T) {
	b, box, films := lettered(t, 1, 7, 2)
	com := b.hire("Dominique", assets.RoleCommunication)
	vote := b.film(films[0])
	vote.Keywords = []string{"élection"}
	b.must(b.EditFilm(t.Context(), vote.ID, vote, "com"))
	day := func(d, hour int) time.Time { return time.Date(2027, 3, d, hour, 0, 0, 0, time.UTC) }
	b.must(second(b.SaveScrutin(t.Context(), "", "Municipales", day(28, 20), "com")))
	b.at(day(26, 10))
	p := b.planned(films...)
	b.settle()
	want := func(sent int, progress, held string) {
		t.Helper()
		said, err := b.LetterProgress(t.Context(), p.ID)
		b.must(err)
		if said = strings.ReplaceAll(said, "\u00a0", " "); len(box.sent) != sent || !strings.HasPrefix(said, strings.ReplaceAll(progress, "\u00a0", " ")) {
			t.Errorf("%d copies, %q; want %d, %q", len(box.sent), said, sent, progress)
		}
		all, err := b.HeldBack(t.Context())
		b.must(err)
		got := ""
		for _, h := range all {
			got += map[bool]string{true: "free", false: "held"}[h.Free]
			if h.Publication.ID != p.ID || h.Film.ID != vote.ID || h.Scrutin.Name != "Municipales" {
				t.Errorf("listed: %+v", h)
			}
		}
		if got != held {
			t.Errorf("listed as %q, want %q", got, held)
		}
	}
	want(2, "Envoi : 2 sur 7.", "")
	b.at(day(27, 9))
	want(2, "Envoi arrêté : 2 sur 7.", "held")
	if now := b.publicationNow(p.ID); !now.Held() || !strings.Contains(strings.ReplaceAll(now.Reason, "\u00a0", " "), "jusqu'au 28 mars, 20 h : Municipales. L'envoi s'est arrêté") {
		t.Errorf("%v %q", now.Done, now.Reason)
	}
	told := 0
	for _, m := range b.Postman.(*postbox).sent {
		if m.User == com.ID && strings.Contains(m.Subject, "Envoi arrêté") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the communication was told %d times", told)
	}
	b.fails(assets.Conflict, b.ResumeLetter(t.Context(), p.ID, "com"))
	for d := 28; d <= 31; d++ { // the turns of all copies go by
		b.at(day(d, 21))
	}
	want(2, "Envoi arrêté : 2 sur 7.", "free")

	b.must(b.EndLetter(t.Context(), p.ID, "com"))
	b.at(day(32, 21))
	want(2, "Envoi arrêté : 2 sur 7.", "")
	b.must(b.ResumeLetter(t.Context(), p.ID, "com"))
	for _, sent := range []int{4, 6} {
		b.settle()
		want(sent, "Envoi : ", "")
		b.clock.Advance(24 * time.Hour)
	}
	b.settle()
	want(7, "Envoyée à 7 personnes.", "")
	b.fails(assets.Conflict, b.ResumeLetter(t.Context(), p.ID, "com"))
	b.fails(assets.Conflict, b.EndLetter(t.Context(), p.ID, "com"))
	readers := map[string]bool{}
	for _, m := range box.sent {
		readers[m.To] = true
	}
	if len(readers) != 7 {
		t.Errorf("the letter went to %d readers", len(readers))
	}
}
