package pipeline

import (
	"context"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// TestNextLook: a film is looked at less and less often.
func TestNextLook(t *testing.T) {
	const day = 24 * time.Hour
	public := time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)
	var got []time.Duration
	for now := public; len(got) < 7; now = now.Add(got[len(got)-1] - now.Sub(public)) {
		got = append(got, nextLook(public, now).Sub(public))
	}
	want := []time.Duration{10 * time.Minute, time.Hour, day, 7 * day, 30 * day, 60 * day, 90 * day}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, not %v", got, want)
		}
	}
	if at := nextLook(public, public.Add(100*day)); !at.Equal(public.Add(120 * day)) {
		t.Errorf("after a long stop: %s", at)
	}
}

// looked is a network that tells how its films fare.
type looked struct {
	*network
	says assets.Seen
	err  error
	n    int
}

func (w *looked) Watch(context.Context, string, publishers.Request) (assets.Seen, error) {
	w.n++
	return w.says, w.err
}

// TestLooksGoOn: a look that fails is followed by the next, an older film is
// looked at once the house does so, and what a person is told of they may ignore.
func TestLooksGoOn(t *testing.T) {
	b, n, box := networked(t, "good")
	w := &looked{network: n}
	film := b.take("film").Film
	b.settle()
	p := b.plannedOn(film, time.Time{}) // before there are looks
	b.settle()
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, w); err != nil {
		t.Fatal(err)
	}
	day := func(after time.Duration, looks int) assets.Publication {
		t.Helper()
		b.clock.Advance(after)
		b.settle()
		if w.n != looks {
			t.Fatalf("after %s: %d looks, not %d", after, w.n, looks)
		}
		return b.publicationNow(p.ID)
	}
	day(48*time.Hour, 0)
	for range 2 {
		if err := b.StartLooks(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if p := day(0, 1); p.Seen == nil || p.Seen.Drift != "" {
		t.Fatalf("an older film: %+v", p.Seen)
	}
	w.err = &assets.Error{Kind: assets.Forbidden, Op: "test", Msg: "Non."}
	day(5*24*time.Hour, 2)
	w.err, w.says = nil, assets.Seen{Drift: assets.DriftBlocked, Text: "Un ayant droit le réclame."}
	if p := day(23*24*time.Hour, 3); p.Seen.Drift != assets.DriftBlocked || len(box.sent) != 1 || !strings.Contains(box.sent[0].Text, "ayant droit") {
		t.Fatalf("a drift: %+v, %+v", p.Seen, box.sent)
	}
	_, err = b.PutBack(t.Context(), p.ID, "test")
	b.fails(assets.Conflict, err) // nothing that the house could do
	if _, err := b.Acknowledge(t.Context(), p.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if p := day(30*24*time.Hour, 4); !p.Seen.Known || len(box.sent) != 1 {
		t.Errorf("read: %+v, %d mails", p.Seen, len(box.sent))
	}
	w.says = assets.Seen{}
	if p := day(30*24*time.Hour, 5); p.Seen.Drift != "" || p.Seen.Known {
		t.Errorf("in order again: %+v", p.Seen)
	}
	_, err = b.Acknowledge(t.Context(), p.ID, "test")
	b.fails(assets.Conflict, err)
	if _, err := b.Unpublish(t.Context(), film, []assets.Channel{"mastodon"}, "test"); err != nil {
		t.Fatal(err)
	}
	day(60*24*time.Hour, 5) // what is taken down is looked at no more
}

// TestWhatIsThereIsNotPublishedAgain: a film is put back only where the channel
// still says that it is gone.
func TestWhatIsThereIsNotPublishedAgain(t *testing.T) {
	b, n, _ := networked(t, "good")
	w := &looked{network: n, says: assets.Seen{Drift: assets.DriftGone, Text: "Il n'y est plus."}}
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, w); err != nil {
		t.Fatal(err)
	}
	film := b.take("film").Film
	b.settle()
	p := b.plannedOn(film, time.Time{})
	b.settle()
	b.clock.Advance(10 * time.Minute)
	b.settle()
	if b.Remedy(b.publicationNow(p.ID)) == "" {
		t.Fatalf("%+v", b.publicationNow(p.ID).Seen)
	}
	w.says = assets.Seen{}
	_, err = b.PutBack(t.Context(), p.ID, "test")
	b.fails(assets.Conflict, err)
	b.settle()
	if n.published != 1 || b.publicationNow(p.ID).Seen.Drift != "" {
		t.Errorf("sent %d times; %+v", n.published, b.publicationNow(p.ID).Seen)
	}
}

// TestALookThatWasCalledOffIsPassedOver: a film that was to come down and stayed is
// looked at again, once.
func TestALookThatWasCalledOffIsPassedOver(t *testing.T) {
	b, n, _ := networked(t, "good")
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, &looked{network: n}); err != nil {
		t.Fatal(err)
	}
	film := b.take("film").Film
	b.settle()
	p := b.plannedOn(film, time.Time{})
	b.settle()
	p = b.publicationNow(p.ID)
	if err := b.commit(t.Context(), assets.Change{Cancel: []assets.ID{p.ID}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		var c assets.Change
		if err := b.lookLater(t.Context(), &c, p, b.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if len(c.Jobs) != want || want == 1 && !c.Jobs[0].NotBefore.Equal(p.PublishedAt.Add(time.Hour)) {
			t.Fatalf("%+v, not %d", c.Jobs, want)
		}
		if err := b.commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}
