package pipeline

import (
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// early is a bench with a platform that takes films a day ahead, and a film on it
// that is planned in two days.
func early(t *testing.T) (*bench, *platform, *postbox, assets.Publication) {
	t.Helper()
	b, box := newBench(t), &postbox{}
	p := &platform{b: b, live: map[string]int{}, of: map[string]assets.ID{}, hidden: map[string]assets.ID{}, seenAt: map[string]time.Time{}}
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, p); err != nil {
		t.Fatal(err)
	}
	b.Postman, b.Ahead = box, 24*time.Hour
	b.hire("Dominique Communication", assets.RoleCommunication)
	film := b.take("film").Film
	b.settle()
	all, err := b.PublishApproving(t.Context(), film, []assets.Channel{platformChannel}, b.clock.Now().Add(48*time.Hour), "test")
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	return b, p, box, all[0]
}

func (b *bench) wantHidden(p *platform, id, version assets.ID) {
	b.Helper()
	if got := p.hidden[string(id)]; got != version {
		b.Fatalf("%q is there unseen, want %q", got, version)
	}
	if len(p.live) > 0 {
		b.Fatalf("public: %v", p.live)
	}
	if now := b.publicationNow(id); now.Hidden() != (version != "" && now.State == assets.PublicationScheduled) {
		b.Errorf("said to be hidden: %v (%s)", now.Hidden(), now.State)
	}
}

func TestAFilmGoesUpAheadOfItsHour(t *testing.T) {
	b, p, box, pub := early(t)
	b.wantHidden(p, pub.ID, "")
	b.clock.Advance(24 * time.Hour)
	b.settle()
	b.wantHidden(p, pub.ID, b.publicationNow(pub.ID).Version)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if now := b.publicationNow(pub.ID); now.State != assets.PublicationPublished || p.live[string(pub.ID)] != 1 || now.PublishedAt.Before(now.At) {
		t.Errorf("at its hour: %+v, %v", now, p.live)
	}
	if len(box.sent) != 0 {
		t.Errorf("people were told: %+v", box.sent)
	}
}

// A film is opened as the version that has the BAT then, or not at all.
func TestAnOlderVersionThatWentUpAheadComesAway(t *testing.T) {
	b, p, _, pub := early(t)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	first := b.publicationNow(pub.ID).Version
	b.wantHidden(p, pub.ID, first)
	if _, err := b.Ingest(t.Context(), Arrival{Name: "v2.mp4", Bytes: strings.NewReader("other"), Kind: assets.KindMaster, Film: pub.Film, Actor: "cli"}); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.wantHidden(p, pub.ID, first) // it waits; without a BAT nothing opens it
	a, err := b.ApproveNow(t.Context(), pub.Film, "", "cli")
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(b.Lease)
	b.settle()
	if a.Version == first {
		t.Fatal("the BAT is on the first version")
	}
	b.wantHidden(p, pub.ID, a.Version)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if p.live[string(pub.ID)] != 1 || p.of[string(pub.ID)] != a.Version {
		t.Errorf("public: %v, as %v", p.live, p.of)
	}
}

func TestWhatIsCalledOffComesAway(t *testing.T) {
	b, p, box, pub := early(t)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if _, err := b.Unpublish(t.Context(), pub.Film, []assets.Channel{platformChannel}, "cli"); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(b.Lease)
	p.next = []string{"drop"}
	b.settle() // and it is given up
	if len(box.sent) != 1 || !strings.Contains(box.sent[0].Text, "supprimez-la à la main") {
		t.Errorf("people were told %+v", box.sent)
	}
	b, p, box, pub = early(t)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if _, err := b.Unpublish(t.Context(), pub.Film, []assets.Channel{platformChannel}, "cli"); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(b.Lease)
	b.settle()
	b.wantHidden(p, pub.ID, "")
	if now := b.publicationNow(pub.ID); now.State != assets.PublicationCancelled || now.Resume != nil || len(box.sent) != 0 {
		t.Errorf("called off: %+v, %d mails", now, len(box.sent))
	}
}

// What hinders a film ahead of its hour is told then; at its hour it goes out all
// the same.
func TestPeopleLearnBeforeTheHourWhatHindersAFilm(t *testing.T) {
	b, p, box, pub := early(t)
	b.clock.Advance(24 * time.Hour)
	p.next = []string{"drop"}
	b.settle()
	now := b.publicationNow(pub.ID)
	if len(box.sent) != 1 || !strings.Contains(box.sent[0].Subject, "Pas encore sur platform") || !strings.Contains(box.sent[0].Text, "Le canal ne répond pas.") {
		t.Fatalf("people were told %+v", box.sent)
	}
	if now.State != assets.PublicationScheduled || !strings.Contains(now.Reason, "il y partira à son heure") || now.Hidden() {
		t.Errorf("before its hour: %+v", now)
	}
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if now = b.publicationNow(pub.ID); now.State != assets.PublicationPublished || now.Reason != "" || p.live[string(pub.ID)] != 1 {
		t.Errorf("at its hour: %+v", now)
	}
}

// A quota that comes back after the hour only is no reason to be late.
func TestNoRetryOfAPreparationOutlivesTheHour(t *testing.T) {
	b, p, box, pub := early(t)
	b.clock.Advance(24 * time.Hour)
	p.next = []string{"429"}
	tasks, err := b.Due(t.Context())
	if err != nil || len(tasks) != 1 || tasks[0].Kind != assets.JobPrepare {
		t.Fatalf("%+v, %v", tasks, err)
	}
	j, err := b.Perform(t.Context(), tasks[0].Job, "w")
	b.fails(assets.Transient, err)
	if err := b.Settle(t.Context(), j, Outcome{Again: true, After: 25 * time.Hour, Reason: "Le quota est épuisé."}); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if len(box.sent) != 1 || !strings.Contains(box.sent[0].Text, "Le quota est épuisé.") {
		t.Errorf("people were told %+v", box.sent)
	}
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if p.live[string(pub.ID)] != 1 {
		t.Errorf("at its hour: %+v", b.publicationNow(pub.ID))
	}
}

// A film that was made anew goes up as it is now.
func TestAFilmThatIsMadeAnewGoesUpAgain(t *testing.T) {
	b, p, _, pub := early(t)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	b.maker.generation++
	if err := b.Remake(t.Context(), pub.Film, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.clock.Advance(b.Lease)
	if now := b.publicationNow(pub.ID); now.Version != "" || now.Hidden() {
		t.Errorf("made anew: %+v", now)
	}
	b.settle()
	b.wantHidden(p, pub.ID, b.publicationNow(pub.ID).Version)
}

// A film that waits unseen moves with its hour, and comes away when its plan is
// taken back.
func TestAFilmThatWaitsUnseenMovesWithItsHour(t *testing.T) {
	b, p, _, pub := early(t)
	b.clock.Advance(24 * time.Hour)
	b.settle()
	pub = b.publicationNow(pub.ID)
	if _, err := b.Reschedule(t.Context(), pub, assets.MomentAt(pub.At.Add(72*time.Hour), time.UTC), "test"); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(24 * time.Hour)
	b.settle()
	b.wantHidden(p, pub.ID, pub.Version) // the old hour is nothing any more
	b.clock.Advance(72 * time.Hour)
	b.settle()
	if now := b.publicationNow(pub.ID); now.State != assets.PublicationPublished || p.live[string(pub.ID)] != 1 {
		t.Errorf("at its new hour: %+v", now)
	}
}

// A house that stood still lets no film out long after the hour that a person
// chose, whether it was up or not.
func TestAFilmThatWasToGoUpAheadIsNotOpenedLongAfterItsHour(t *testing.T) {
	b, p, _, pub := early(t)
	if _, err := b.Reschedule(t.Context(), pub, assets.MomentAt(pub.At, time.UTC), "test"); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(51 * time.Hour)
	b.settle()
	now := b.publicationNow(pub.ID)
	if now.State != assets.PublicationFailed || !strings.Contains(now.Reason, "choisissez une autre heure") {
		t.Errorf("three hours late: %+v", now)
	}
	b.wantHidden(p, pub.ID, "")
}
