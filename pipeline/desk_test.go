package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/publishers"
)

// bench is a Desk on a real catalog and a real disk, with a channel and a maker
// that do what they are told.
type bench struct {
	*testing.T
	*Desk
	clock   *assetstest.Clock
	maker   *fakeMaker
	channel *fakeChannel
	asked   []Task
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, clock: assetstest.NewClock(), maker: &fakeMaker{}, channel: &fakeChannel{public: map[string]publishers.Request{}}}
	dir := t.TempDir()
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(dir, "t.db"), Now: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), disk.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := c.SaveProgramme(t.Context(), assets.Programme{Rubriques: []assets.Rubrique{{Slug: "culture", Name: "Culture", Light: "#B3261E", Dark: "#FF9C93"}}}); err != nil {
		t.Fatal(err)
	}
	registry, err := publishers.NewRegistry(b.channel)
	if err != nil {
		t.Fatal(err)
	}
	waiting := filepath.Join(dir, "uploads")
	if err := os.Mkdir(waiting, 0o750); err != nil {
		t.Fatal(err)
	}
	b.Desk = NewDesk(Options{
		Catalog: c, Blobs: disk, Queue: b, Publishers: registry, Maker: b.maker, Sealer: newSealer(t), Policy: assets.ConsentPolicy{Guardians: 2, Years: 5}, Scratch: filepath.Join(dir, "scratch"), Zone: time.UTC,
		Uploads: Uploads{Dir: waiting, Keep: 48 * time.Hour, Quota: 1 << 40, Reserve: 1 << 30, Largest: 1 << 39, Free: func(string) (int64, error) { return 1 << 42, nil }},
		Now:     b.clock.Now, NewID: assetstest.IDsFrom(1).New, Lease: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	return b
}

// Enqueue is the broker: it remembers.
func (b *bench) Enqueue(_ context.Context, t Task) error {
	b.asked = append(b.asked, t)
	return nil
}

// settle does all the work that is due, as a worker would, until none is left.
func (b *bench) settle() {
	b.Helper()
	for range 50 {
		tasks, err := b.Due(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if len(tasks) == 0 {
			return
		}
		for _, t := range tasks {
			if j, err := b.Perform(b.Context(), t.Job, "w"); err != nil {
				if err := b.Settle(b.Context(), j, Outcome{Reason: assets.Sentence(err)}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Fatal("the work never ends")
}

func (b *bench) take(text string, to ...assets.Channel) Received {
	b.Helper()
	r, err := b.Ingest(b.Context(), Arrival{
		Name: "before_zik-zac.mp4", Bytes: strings.NewReader(text), Kind: assets.KindMaster, Rubriques: []string{"culture"}, To: to, Actor: "cli",
	})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func (b *bench) show(id assets.ID) FilmView {
	b.Helper()
	v, err := b.Show(b.Context(), string(id))
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func (b *bench) fails(kind assets.Kind, err error) {
	b.Helper()
	if err == nil || assets.KindOf(err) != kind {
		b.Errorf("%v, want an error of kind %s", err, kind)
	}
}

func TestTheWholeWay(t *testing.T) {
	b := newBench(t)
	r := b.take("film", assets.ChannelSite)
	if len(b.asked) != 1 || b.asked[0].Kind != assets.JobInspect {
		t.Errorf("the broker heard %+v", b.asked)
	}
	if v := b.show(r.Film); v.State != "received" || v.Title != "before zik zac" || v.Slug != "before-zik-zac" || v.Work == nil {
		t.Errorf("received: %+v", v)
	}
	b.settle()
	v := b.show(r.Film)
	if v.State != "published" || len(v.Publications) != 1 || v.Publications[0].URL != "https://example.test/before-zik-zac" {
		t.Fatalf("at the end: %s, %+v", v.State, v.Publications)
	}
	if len(v.Files) != 4 || v.Files[0].SHA256 == "" || v.Files[0].URL == "" {
		t.Errorf("files: %+v", v.Files)
	}
	if left, _ := os.ReadDir(b.Scratch); len(left) != 0 {
		t.Errorf("scratch holds %v", left)
	}
	if again := b.take("film", assets.ChannelSite); !again.Already || again.Film != r.Film {
		t.Errorf("the same bytes again: %+v", again)
	}
	b.settle()
	if b.channel.published != 1 {
		t.Errorf("published %d times", b.channel.published)
	}
	other := b.take("another film")
	if v := b.show(other.Film); v.Slug != "before-zik-zac-2" {
		t.Errorf("slug of a film of the same name: %q", v.Slug)
	}
}

func TestTheSameBytesAtOnce(t *testing.T) {
	b := newBench(t)
	b.Queue = discard{}
	var all sync.WaitGroup
	films := make([]assets.ID, 8)
	for i := range films {
		all.Go(func() { films[i] = b.take("film").Film })
	}
	all.Wait()
	if got := slices.Compact(films); len(got) != 1 {
		t.Errorf("films: %v", films)
	}
}

func TestTurnedDown(t *testing.T) {
	for status, state := range map[assets.SheetStatus]string{assets.SheetRefused: "refused", assets.SheetIncomplete: "incomplete"} {
		for _, when := range []string{"inspect", "make"} {
			t.Run(string(status)+" at "+when, func(t *testing.T) {
				b := newBench(t)
				b.maker.verdict, b.maker.when = status, when
				r := b.take("film", assets.ChannelSite)
				b.settle()
				v := b.show(r.Film)
				if v.State != state || v.Reason != "Le fichier s'arrête en route." || len(v.Files) != 0 || v.Publications[0].State != assets.PublicationCancelled {
					t.Errorf("%+v", v)
				}
				_, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "cli")
				b.fails(assets.Conflict, err)
				b.maker.verdict = ""
				if err := b.Remake(t.Context(), r.Film, "cli"); err != nil {
					t.Fatal(err)
				}
				b.settle()
				if v := b.show(r.Film); v.State != "ready" || v.Reason != "" {
					t.Errorf("made again: %s (%s)", v.State, v.Reason)
				}
			})
		}
	}
}

func TestCancel(t *testing.T) {
	b := newBench(t)
	b.fails(assets.NotFound, b.Cancel(t.Context(), "nothing", "cli"))
	r := b.take("film", assets.ChannelSite)
	started := make(chan struct{})
	b.maker.during = func(ctx context.Context) {
		close(started)
		<-ctx.Done() // the next renewal finds the job gone
	}
	b.Lease = 30 * time.Millisecond
	done := make(chan struct{})
	go func() { defer close(done); b.settle() }()
	<-started
	if err := b.Cancel(t.Context(), r.Film, "cli"); err != nil {
		t.Fatal(err)
	}
	<-done
	v := b.show(r.Film)
	if v.State != "cancelled" || v.Publications[0].State != assets.PublicationCancelled || v.Work != nil {
		t.Errorf("%s, %+v, %+v", v.State, v.Publications, v.Work)
	}
	b.fails(assets.Conflict, b.Cancel(t.Context(), r.Film, "cli"))
}

// TestStaleAttempt lets an attempt sleep through its lease: whoever took the
// job over commits, and the sleeper can't.
func TestStaleAttempt(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	b.maker.during = func(context.Context) {
		b.maker.during = nil
		b.clock.Advance(2 * b.Lease)
		b.settle() // somebody else does the work meanwhile
	}
	tasks, err := b.Due(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Perform(t.Context(), tasks[0].Job, "first"); err != nil {
		t.Fatal(err)
	}
	tasks, err = b.Due(t.Context())
	if err != nil || len(tasks) != 1 {
		t.Fatalf("%v %v", tasks, err)
	}
	_, err = b.Perform(t.Context(), tasks[0].Job, "sleeper")
	b.fails(assets.Conflict, err)
	if v := b.show(r.Film); v.State != "ready" || len(v.Files) != 4 {
		t.Errorf("%s with %d files", v.State, len(v.Files))
	}
	for _, f := range b.show(r.Film).Files {
		if _, err := os.Stat(f.Path); err != nil {
			t.Error(err)
		}
	}
}

func TestPublishLaterAndTakeDown(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	b.settle()
	at := b.clock.Now().Add(time.Hour)
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, at, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if v := b.show(r.Film); v.State != "scheduled" || b.channel.published != 0 {
		t.Errorf("before its time: %s, published %d times", v.State, b.channel.published)
	}
	b.clock.Advance(time.Hour)
	b.settle()
	if v := b.show(r.Film); v.State != "published" {
		t.Errorf("at its time: %s", v.State)
	}
	for range 2 { // take down, put up again: another decision, another publication
		if _, err := b.Unpublish(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, "cli"); err != nil {
			t.Fatal(err)
		}
		b.settle()
		if v := b.show(r.Film); v.State != "withdrawn" || len(b.channel.public) != 0 {
			t.Errorf("taken down: %s, %d public", v.State, len(b.channel.public))
		}
		if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "cli"); err != nil {
			t.Fatal(err)
		}
		b.settle()
		if v := b.show(r.Film); v.State != "published" || len(b.channel.public) != 1 {
			t.Errorf("put up again: %s, %d public", v.State, len(b.channel.public))
		}
	}
	if v := b.show(r.Film); len(v.Publications) != 3 {
		t.Errorf("%d publications", len(v.Publications))
	}
}

// TestSweep kills an attempt between storing its files and committing them: what
// it stored goes, what others made stays.
func TestSweep(t *testing.T) {
	b := newBench(t)
	kept := b.take("film")
	b.settle()
	r := b.take("another film")
	v, err := b.Catalog.Film(t.Context(), r.Film)
	if err != nil {
		t.Fatal(err)
	}
	orphan := "renditions/" + string(v.Version) + "/0123456789abcdef-1/poster"
	if _, err := b.Blobs.Put(t.Context(), orphan, strings.NewReader("half")); err != nil {
		t.Fatal(err)
	}
	sweep := func(want assets.Kind) {
		t.Helper()
		if err := b.SweepRenditions(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Blobs.Stat(t.Context(), orphan); want == "" && err != nil || want != "" && assets.KindOf(err) != want {
			t.Errorf("after the sweep: %v", err)
		}
	}
	sweep("") // its job is unfinished: it may be at work just now
	b.settle()
	sweep(assets.NotFound)
	for _, f := range append(b.show(kept.Film).Files, b.show(r.Film).Files...) {
		if _, err := os.Stat(f.Path); err != nil {
			t.Error(err)
		}
	}
}

// TestRemakePublished makes a public film again: its page shows the new files,
// and the old bytes are gone.
func TestRemakePublished(t *testing.T) {
	b := newBench(t)
	r := b.take("film", assets.ChannelSite)
	b.settle()
	before := b.show(r.Film)
	b.maker.generation++
	if err := b.Remake(t.Context(), r.Film, "cli"); err != nil {
		t.Fatal(err)
	}
	b.fails(assets.Conflict, b.Remake(t.Context(), r.Film, "cli"))
	b.settle()
	after := b.show(r.Film)
	if after.State != "published" || b.channel.published != 2 || after.Files[0].SHA256 == before.Files[0].SHA256 {
		t.Errorf("%s, published %d times, %s", after.State, b.channel.published, after.Files[0].SHA256)
	}
	if _, err := os.Stat(before.Files[0].Path); !os.IsNotExist(err) {
		t.Errorf("an old file stays: %v", err)
	}
	if err := b.Remake(t.Context(), r.Film, "cli"); err != nil { // the same recipe: nothing to do
		t.Fatal(err)
	}
	made := b.maker.made
	b.settle()
	if b.maker.made != made || b.channel.published != 2 {
		t.Errorf("made %d times instead of %d, published %d times", b.maker.made, made, b.channel.published)
	}
}

func TestChannelThatFails(t *testing.T) {
	b := newBench(t)
	b.channel.fail = &assets.Error{Kind: assets.Invalid, Op: "x", Msg: "Le canal ne veut pas de ce film."}
	r := b.take("film", assets.ChannelSite)
	b.settle()
	v := b.show(r.Film)
	if v.Publications[0].State != assets.PublicationFailed || v.Publications[0].Reason != "Le canal ne veut pas de ce film." {
		t.Errorf("%+v", v.Publications)
	}
	b.channel.fail = nil
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if v := b.show(r.Film); v.State != "published" {
		t.Errorf("after another try: %s", v.State)
	}
}
