package pipeline

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// network is a channel with an account, and with steps after the film.
type network struct {
	fakeChannel
	token string // the only one it takes
	steps []string
	done  []string         // in their order
	wrong map[string]error // by step
	ends  time.Time
}

func (n *network) Channel() assets.Channel { return "mastodon" }

func (n *network) Introduce(_ context.Context, tokens []byte) (publishers.Introduction, error) {
	if string(tokens) != n.token {
		return publishers.Introduction{}, &assets.Error{Kind: assets.Forbidden, Op: "test", Msg: "Le jeton n'est plus accepté.", Err: publishers.ErrDisconnected}
	}
	return publishers.Introduction{Name: "@anonymal", Tokens: tokens, ExpiresAt: n.ends}, nil
}

func (n *network) Steps() []string { return n.steps }

func (n *network) Decorate(_ context.Context, step, _ string, _ publishers.Request) error {
	if err := n.wrong[step]; err != nil {
		return err
	}
	n.done = append(n.done, step)
	return nil
}

// networked is a bench with a network, whose account is connected with a token.
func networked(t *testing.T, token string) (*bench, *network, *postbox) {
	t.Helper()
	b, n, box := newBench(t), &network{token: "good", fakeChannel: fakeChannel{public: map[string]publishers.Request{}}}, &postbox{}
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, n); err != nil {
		t.Fatal(err)
	}
	b.Postman = box
	b.hire("Dominique Communication", assets.RoleCommunication)
	if token != "" {
		if _, err := b.Connect(t.Context(), "mastodon", []byte(token), "test"); err != nil {
			t.Fatal(err)
		}
	}
	return b, n, box
}

func (b *bench) plannedOn(film assets.ID, at time.Time) assets.Publication {
	b.Helper()
	all, err := b.PublishApproving(b.Context(), film, []assets.Channel{"mastodon"}, at, "test")
	if err != nil || len(all) != 1 {
		b.Fatalf("%v, %v", all, err)
	}
	return all[0]
}

func (b *bench) publicationNow(id assets.ID) assets.Publication {
	b.Helper()
	p, err := b.Catalog.Publication(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// TestByHand (F27): without an account a film is published by a person, who is
// told at its hour and says where it is.
func TestByHand(t *testing.T) {
	b, n, box := networked(t, "")
	film := b.take("film").Film
	b.settle()
	p := b.plannedOn(film, b.clock.Now().Add(time.Hour))
	b.settle()
	if p.State != assets.PublicationAssisted || len(box.sent) != 0 || n.published != 0 {
		t.Fatalf("planned %s; %d mails, %d sent", p.State, len(box.sent), n.published)
	}
	b.clock.Advance(time.Hour)
	b.settle()
	if len(box.sent) != 1 || !strings.Contains(box.sent[0].Subject, "À publier à la main") || !strings.Contains(box.sent[0].Text, "/regie/publications/"+string(p.ID)) {
		t.Fatalf("at its hour: %+v", box.sent)
	}
	_, err := b.SayPublished(t.Context(), p.ID, "javascript:alert(1)", "test")
	b.fails(assets.Invalid, err)
	if _, err := b.SayPublished(t.Context(), p.ID, "https://mastodon.example/@anonymal/1", "test"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if p = b.publicationNow(p.ID); p.State != assets.PublicationPublished || p.URL != "https://mastodon.example/@anonymal/1" || n.published != 0 {
		t.Errorf("said to be there: %+v, %d sent", p, n.published)
	}
	f, err := b.Catalog.Film(t.Context(), film)
	if err != nil || f.State != assets.FilmPublished {
		t.Errorf("the film is %s, %v", f.State, err)
	}
}

// TestAssistedByChoice: a channel may be left to people though its account is
// connected.
func TestAssistedByChoice(t *testing.T) {
	b, _, _ := networked(t, "good")
	b.Assisted = []assets.Channel{"mastodon"}
	film := b.take("film").Film
	b.settle()
	if p := b.plannedOn(film, time.Time{}); p.State != assets.PublicationAssisted {
		t.Error(p.State)
	}
}

// TestDecorations: each step is done once; what fails is a note on a film that
// is public, and is tried again alone.
func TestDecorations(t *testing.T) {
	b, n, box := networked(t, "good")
	n.steps = []string{"thumbnail", "captions", "playlist"}
	n.wrong = map[string]error{"captions": &assets.Error{Kind: assets.Invalid, Op: "test", Msg: "Les sous-titres sont refusés."}}
	film := b.take("film").Film
	b.settle()
	p := b.plannedOn(film, time.Time{})
	b.settle()
	p = b.publicationNow(p.ID)
	if p.State != assets.PublicationPublished || !strings.Contains(p.Reason, "Les sous-titres sont refusés.") || !slices.Equal(p.Done, []string{"thumbnail", "playlist"}) {
		t.Fatalf("with a step that fails: %+v", p)
	}
	n.wrong = nil
	if err := b.Redecorate(t.Context(), p, "test"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	p = b.publicationNow(p.ID)
	if p.Reason != "" || n.published != 1 || !slices.Equal(n.done, []string{"thumbnail", "playlist", "captions"}) {
		t.Errorf("at the end: %+v, %d sent, %v", p, n.published, n.done)
	}
	if len(box.sent) != 0 {
		t.Errorf("a note is no failure: %+v", box.sent)
	}
}

// TestASecondPostIsNoCorrection: what is said of a film changes, and its post
// stays the only one.
func TestASecondPostIsNoCorrection(t *testing.T) {
	b, n, _ := networked(t, "good")
	film := b.take("film").Film
	b.settle()
	p := b.plannedOn(film, time.Time{})
	b.settle()
	f, err := b.Catalog.Film(t.Context(), film)
	if err != nil {
		t.Fatal(err)
	}
	f.Title = "Autre titre"
	if err := b.EditFilm(t.Context(), film, f, "test"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if p = b.publicationNow(p.ID); p.State != assets.PublicationPublished || n.published != 1 {
		t.Errorf("%s, sent %d times", p.State, n.published)
	}
}

// TestWhatIsStuckIsSaid (F26): a publication that fails by its account is told at
// once, and once.
func TestWhatIsStuckIsSaid(t *testing.T) {
	b, n, box := networked(t, "good")
	film := b.take("film").Film
	b.settle()
	n.fail = &assets.Error{Kind: assets.Forbidden, Op: "test", Msg: "Le compte n'est plus connecté.", Err: publishers.ErrDisconnected}
	p := b.plannedOn(film, time.Time{})
	b.settle()
	var subjects []string
	for _, m := range box.sent {
		subjects = append(subjects, m.Subject)
	}
	if p = b.publicationNow(p.ID); p.State != assets.PublicationFailed || len(subjects) != 1 || !strings.HasPrefix(subjects[0], "Échec sur Mastodon") {
		t.Errorf("%s, mails %q", p.State, subjects)
	}
}

// TestTheDayOfTheChannels: at eight the day is told, once; an account is looked
// at each day, and its end is said three days ahead.
func TestTheDayOfTheChannels(t *testing.T) {
	b, n, box := networked(t, "")
	n.ends = b.clock.Now().Add(10 * 24 * time.Hour)
	if _, err := b.Connect(t.Context(), "mastodon", []byte("good"), "test"); err != nil {
		t.Fatal(err)
	}
	film := b.take("film").Film
	b.settle()
	now := b.clock.Now()
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)
	b.plannedOn(film, tomorrow.Add(18*time.Hour))
	look := func(at time.Time) {
		t.Helper()
		b.clock.Advance(at.Sub(b.clock.Now()))
		for range 2 {
			if err := b.SweepChannels(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.settle()
	}
	look(tomorrow.Add(7 * time.Hour))
	if len(box.sent) != 0 {
		t.Fatalf("before eight: %+v", box.sent)
	}
	look(tomorrow.Add(8 * time.Hour))
	if len(box.sent) != 1 || !strings.Contains(box.sent[0].Subject, "1 publication") || !strings.Contains(box.sent[0].Text, "Mastodon") {
		t.Fatalf("at eight: %+v", box.sent)
	}
	look(n.ends.Add(-2 * 24 * time.Hour))
	if len(box.sent) != 2 || !strings.HasPrefix(box.sent[1].Subject, "Connexion Mastodon à renouveler avant le") {
		t.Fatalf("before the end: %+v", box.sent)
	}
	n.token = "another"
	look(n.ends.Add(-24*time.Hour + time.Minute))
	if a, err := b.Catalog.Account(t.Context(), "mastodon"); err != nil || a.State != assets.AccountBroken || len(box.sent) != 3 {
		t.Errorf("a token that is refused: %+v, %v, %d mails", a, err, len(box.sent))
	}
}
