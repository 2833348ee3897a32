package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// named is a channel of another name that does as the fake one does, and notes
// the hour of each film.
type named struct {
	*fakeChannel
	channel assets.Channel
	now     assets.Clock
	at      map[string][]time.Time // by film
}

func (n named) Channel() assets.Channel { return n.channel }

func (n named) Publish(ctx context.Context, r publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	if n.at != nil {
		n.at[r.Marker] = append(n.at[r.Marker], n.now())
	}
	return n.fakeChannel.Publish(ctx, r, save)
}

// newCalendar is a bench in Paris with three channels, of which two wait.
func newCalendar(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	b.Zone = zone
	b.Offsets = map[assets.Channel]time.Duration{"facebook": 10 * time.Minute}
	b.Publishers, err = publishers.NewRegistry(b.channel, named{fakeChannel: b.channel, channel: "vimeo"}, named{fakeChannel: b.channel, channel: "facebook"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vouched is a film that has its BAT and is planned nowhere.
func (b *bench) vouched(text string) assets.ID {
	b.Helper()
	r := b.take(text)
	b.settle()
	if _, err := b.ApproveNow(b.Context(), r.Film, "", "cli"); err != nil {
		b.Fatal(err)
	}
	return r.Film
}

func (b *bench) wall(text string) assets.Moment {
	b.Helper()
	m, _, err := assets.ReadWall(text, b.Zone, false)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// walls are the channels of a film with their state and wall time, in order.
func (b *bench) walls(film assets.ID) string {
	b.Helper()
	all, err := b.Catalog.Publications(b.Context(), assets.PublicationFilter{Film: film})
	if err != nil {
		b.Fatal(err)
	}
	slices.SortStableFunc(all, func(x, y assets.Publication) int { return x.At.Compare(y.At) })
	var said []string
	for _, p := range all {
		said = append(said, fmt.Sprintf("%s %s %s", p.Channel, p.State, p.Wall))
	}
	return strings.Join(said, ", ")
}

// shift moves all that is planned of a film on its first day.
func (b *bench) shift(film assets.ID, to assets.Moment, actor string) (assets.ID, error) {
	b.Helper()
	all, err := b.Planned(b.Context(), film)
	b.must(err)
	if len(all) == 0 {
		all = []assets.Publication{{Film: film}}
	}
	return b.RescheduleDay(b.Context(), all[0], to, actor)
}

var everywhere = []assets.Channel{"site", "vimeo", "facebook"}

// TestPlanAndMove (F19, F22): a film is planned on its channels with one gesture,
// moved with one, and each gesture is taken back.
func TestPlanAndMove(t *testing.T) {
	b := newCalendar(t)
	com := b.hire("Maxime", assets.RoleCommunication)
	film := b.vouched("film")
	first := b.wall("2026-12-10T18:00")
	if said := b.Summary(b.Outings(everywhere, first)); strings.ReplaceAll(said, "\u00a0", " ") != "Le site et Vimeo jeudi 10 décembre à 18 h 00 ; Facebook 18 h 10." {
		t.Errorf("said: %q", said)
	}
	_, batch, err := b.PlanAt(t.Context(), film, everywhere, first, string(com.ID))
	b.must(err)
	if got := b.walls(film); got != "site scheduled 2026-12-10T18:00, vimeo scheduled 2026-12-10T18:00, facebook scheduled 2026-12-10T18:10" {
		t.Errorf("planned: %s", got)
	}
	moved, err := b.shift(film, b.wall("2026-12-12T18:00"), string(com.ID))
	b.must(err)
	if got := b.walls(film); got != "site scheduled 2026-12-12T18:00, vimeo scheduled 2026-12-12T18:00, facebook scheduled 2026-12-12T18:10" {
		t.Errorf("moved: %s", got)
	}
	if _, err := b.Undo(t.Context(), moved, com); err != nil || !strings.HasPrefix(b.walls(film), "site scheduled 2026-12-10T18:00") {
		t.Errorf("not moved back: %s, %v", b.walls(film), err)
	}
	if _, err := b.Undo(t.Context(), batch, com); err != nil || strings.Count(b.walls(film), "cancelled") != 3 || b.film(film).State != assets.FilmApproved {
		t.Errorf("not taken back: %s, the film is %s, %v", b.walls(film), b.film(film).State, err)
	}
	b.clock.Advance(40 * 24 * time.Hour)
	b.settle()
	if b.channel.published != 0 {
		t.Errorf("%d went out that were taken back", b.channel.published)
	}
}

// TestTheMovedHourCounts: what is moved goes out at its new hour, once, and not
// at its old one; what has gone out is moved no more.
func TestTheMovedHourCounts(t *testing.T) {
	b := newCalendar(t)
	film := b.vouched("film")
	all, _, err := b.PlanAt(t.Context(), film, everywhere, b.wall("2026-11-24T18:00"), "cli")
	b.must(err)
	_, err = b.Reschedule(t.Context(), all[0], b.wall("2026-11-24T20:00"), "cli")
	b.must(err)
	for _, step := range []struct {
		wall string
		want int
	}{{"2026-11-24T17:59", 0}, {"2026-11-24T18:01", 1}, {"2026-11-24T18:11", 2}, {"2026-11-24T19:59", 2}, {"2026-11-24T20:01", 3}, {"2026-11-27T20:00", 3}} {
		b.clock.Advance(b.wall(step.wall).At.Sub(b.Now()))
		b.settle()
		if b.channel.published != step.want {
			t.Errorf("at %s %d are public, want %d: %s", step.wall, b.channel.published, step.want, b.walls(film))
		}
	}
	_, err = b.shift(film, b.wall("2026-12-24T18:00"), "cli")
	b.fails(assets.Conflict, err)
}

// TestRefusedMoments (F23): a moment that has passed, a film without BAT, a minor
// without a form: each is refused with its reason, and nothing has moved.
func TestRefusedMoments(t *testing.T) {
	b := newCalendar(t)
	film := b.vouched("film")
	_, _, err := b.PlanAt(t.Context(), film, everywhere[:1], b.wall("2026-11-23T10:00"), "cli")
	b.fails(assets.Invalid, err)
	if said := assets.Sentence(err); !strings.Contains(said, "lundi 23\u00a0novembre à 10\u00a0h\u00a000 est passé") {
		t.Error(said)
	}
	_, _, err = b.PlanAt(t.Context(), film, nil, b.wall("2026-12-10T18:00"), "cli")
	b.fails(assets.Invalid, err)
	_, _, err = b.PlanAt(t.Context(), b.take("no BAT").Film, everywhere, b.wall("2026-12-10T18:00"), "cli")
	b.fails(assets.Conflict, err)
	_, _, err = b.PlanAt(t.Context(), film, everywhere[:1], b.wall("2026-12-10T18:00"), "cli")
	b.must(err)
	_, _, err = b.PlanAt(t.Context(), film, everywhere[:1], b.wall("2026-12-11T18:00"), "cli")
	b.fails(assets.Conflict, err)
	child := b.child(film)
	_, err = b.shift(film, b.wall("2026-12-12T18:00"), "cli")
	b.fails(assets.Conflict, err)
	b.sign(child.Consent)
	if got := b.walls(film); got != "site scheduled 2026-12-10T18:00" {
		t.Errorf("it moved: %s", got)
	}
	p, err := b.Planned(t.Context(), film)
	b.must(err)
	_, err = b.Unpublish(t.Context(), film, []assets.Channel{p[0].Channel}, "cli")
	b.must(err)
	if b.film(film).State != assets.FilmApproved {
		t.Errorf("with nothing planned the film is %s", b.film(film).State)
	}
}

// TestTheHourOnTheWall (F-15, F22): over both nights on which the clocks change a
// film moves by days and keeps its hour, and its channels keep their distance.
func TestTheHourOnTheWall(t *testing.T) {
	b := newCalendar(t)
	film := b.vouched("film")
	_, _, err := b.PlanAt(t.Context(), film, everywhere, b.wall("2027-03-27T18:00"), "cli")
	b.must(err)
	for _, day := range []string{"2027-03-28", "2027-03-29", "2027-10-30", "2027-10-31", "2027-11-01"} {
		_, err := b.shift(film, b.wall(day+"T18:00"), "cli")
		b.must(err)
		all, err := b.Planned(t.Context(), film)
		b.must(err)
		if first, last := all[0].At.In(b.Zone), all[2].At.In(b.Zone); first.Format(assets.WallLayout) != day+"T18:00" || last.Sub(first) != 10*time.Minute {
			t.Errorf("%s: %s, %s", day, first, last)
		}
	}
}

// TestNeverBeforeItsInstant (F-14): the clock jumps about, by an hour back and by
// days on; what is planned goes out once, and not before its instant. What a
// stopped house let pass by far waits for a person, who is told.
func TestNeverBeforeItsInstant(t *testing.T) {
	b := newCalendar(t)
	film := b.vouched("film")
	at := map[string][]time.Time{}
	var err error
	b.Publishers, err = publishers.NewRegistry(named{b.channel, "site", b.clock.Now, at})
	b.must(err)
	for n := range 100 {
		m := assets.MomentAt(b.Now().Add(time.Duration(1+rand.IntN(300))*time.Minute).Truncate(time.Minute).Add(time.Minute), b.Zone)
		all, _, err := b.PlanAt(t.Context(), film, everywhere[:1], m, "cli")
		b.must(err)
		p := all[0]
		for _, jump := range []time.Duration{-time.Hour, time.Duration(rand.IntN(90)) * time.Minute, -time.Duration(rand.IntN(90)) * time.Minute} {
			b.clock.Advance(jump)
			b.settle()
		}
		if b.Now().Before(m.At) {
			b.clock.Advance(m.At.Sub(b.Now()))
		}
		if n%10 == 9 && len(at[string(p.ID)]) == 0 {
			b.clock.Advance(72 * time.Hour)
		}
		b.settle()
		p, err = b.Catalog.Publication(t.Context(), p.ID)
		b.must(err)
		went := at[string(p.ID)]
		switch {
		case p.State == assets.PublicationPublished && len(went) == 1 && !went[0].Before(m.At):
			_, err = b.Unpublish(t.Context(), film, everywhere[:1], "cli")
			b.must(err)
			b.settle()
		case p.State == assets.PublicationFailed && len(went) == 0 && strings.Contains(p.Reason, "Rien n'est parti"):
			_, err = b.Unpublish(t.Context(), film, everywhere[:1], "cli")
			b.must(err)
		default:
			t.Fatalf("planned at %s: %s, went out at %v (%s)", m.At, p.State, went, p.Reason)
		}
	}
}

// TestSoon: what has its hour within moments is hinted at before it comes, for a
// broker that was started again; what is worked at, or far away, is not.
func TestSoon(t *testing.T) {
	b := newBench(t)
	at := func(after time.Duration) assets.Job { return b.job(assets.JobRemind, b.NewID(), b.Now().Add(after), 0) }
	due, near, far, held := at(0), at(10*time.Second), at(time.Minute), at(0)
	b.must(b.commit(t.Context(), assets.Change{Jobs: []assets.Job{due, near, far, held}}))
	b.must(second(b.Catalog.StartJob(t.Context(), held.ID, "w", time.Second)))
	named := func(tasks []Task, err error) (all []assets.ID) {
		b.must(err)
		for _, task := range tasks {
			all = append(all, task.Job)
		}
		return all
	}
	if got := named(b.Due(t.Context())); !slices.Equal(got, []assets.ID{due.ID}) {
		t.Errorf("due: %v", got)
	}
	if got := named(b.Soon(t.Context())); !slices.Equal(got, []assets.ID{due.ID, near.ID}) {
		t.Errorf("soon: %v", got)
	}
}
