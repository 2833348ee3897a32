package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/newsletter"
)

// lettered is a bench with its own list of subscribers and films on the site.
func lettered(t *testing.T, films, subscribers, daily int) (b *bench, box *postbox, all []assets.ID) {
	t.Helper()
	b, box = newBench(t), &postbox{}
	b.Mailing = &Mailing{Catalog: b.Catalog, Now: b.Now, Zone: time.UTC, Daily: daily}
	own, err := newsletter.NewOwn(newsletter.OwnOptions{List: b.Mailing})
	b.must(err)
	b.Publishers, err = publishers.NewRegistry(b.channel, own)
	b.must(err)
	b.Postman, b.LetterPost = &postbox{}, box
	b.Letterhead = Letterhead{House: "Anonymal TV", BaseURL: "https://anonymal.example", Imprint: "Anonymal, 1 rue de l’Exemple"}
	for i := range films {
		id := b.take(fmt.Sprint("film ", i), assets.ChannelSite).Film
		b.settle()
		all = append(all, id)
	}
	var c assets.Change
	for i := range subscribers {
		now := b.clock.Now()
		c.Readers = append(c.Readers, assets.Subscriber{ID: b.NewID(), Mail: fmt.Sprintf("s%d@example.org", i), Token: fmt.Sprint("token", i), AskedAt: now, ConfirmedAt: now})
	}
	b.must(b.commit(t.Context(), c))
	return b, box, all
}

func (b *bench) planned(films ...assets.ID) assets.Publication {
	b.Helper()
	p, err := b.PlanLetter(b.Context(), LetterDraft{Subject: "Trois films, " + string(b.NewID()), Edito: "Bonjour,\n\nvoici.", Films: films}, time.Time{}, "test")
	b.must(err)
	return p
}

// A letter shows its films as the site does, in their order, with who publishes
// it; what people wrote is text.
func TestALetterShowsItsFilms(t *testing.T) {
	b, _, films := lettered(t, 2, 0, 0)
	hostile := b.film(films[1])
	hostile.Title = "Le <b>Jas</b> & moi"
	b.must(b.EditFilm(t.Context(), hostile.ID, hostile, "test"))
	b.settle()
	l, err := b.ComposeLetter(t.Context(), LetterDraft{Subject: " Deux \n films ", Preheader: "À voir", Edito: "Bonjour <i>vous</i>.", Films: []assets.ID{films[1], films[0]}})
	b.must(err)
	if l.Subject != "Deux films" {
		t.Errorf("subject %q", l.Subject)
	}
	for _, text := range []string{l.HTML, l.Text} {
		first, second := strings.Index(text, "https://example.test/"+b.film(films[1]).Slug), strings.Index(text, "https://example.test/"+b.film(films[0]).Slug)
		if first < 0 || second < first || !strings.Contains(text, "1 rue de l’Exemple") {
			t.Errorf("in another order, or without who publishes: %s", text)
		}
	}
	if strings.Contains(l.HTML, "<b>Jas") || strings.Contains(l.HTML, "<i>vous") || !strings.Contains(l.HTML, "Le &lt;b&gt;Jas&lt;/b&gt; &amp; moi") {
		t.Errorf("html: %s", l.HTML)
	}
	page, err := b.LetterPage(t.Context(), LetterDraft{Subject: "x</title>", Preheader: "<script>", Films: films})
	if err != nil || strings.Contains(page, "<script>") || strings.Count(page, "</title>") != 1 {
		t.Errorf("page: %s, %v", page, err)
	}
}

// visitor knows which addresses answer.
type visitor map[string]error

func (v visitor) Visit(_ context.Context, address string) error {
	if err, known := v[address]; known {
		return err
	}
	return missing("visitor")
}

// TestLinksOfALetter: addresses in its words can be followed, whatever stands around
// them; each is looked at once, and what a reader would meet is said.
func TestLinksOfALetter(t *testing.T) {
	b, _, films := lettered(t, 1, 0, 0)
	b.Visitor = visitor{"https://zikzac.example/?a=1&b=2": nil}
	d := LetterDraft{
		Subject: "x", Films: films,
		Edito: "Tout est sur https://zikzac.example/?a=1&b=2. Ou (https://parti.example/«là») <https://zikzac.example/?a=1&b=2>\"",
	}
	l, err := b.ComposeLetter(t.Context(), d)
	b.must(err)
	links := b.LetterLinks(t.Context(), l.Text)
	links = slices.DeleteFunc(links, func(l LetterLink) bool { return strings.HasPrefix(l.Address, "https://example.test/") })
	if len(links) != 2 || links[0] != (LetterLink{Address: "https://zikzac.example/?a=1&b=2"}) || links[1].Address != "https://parti.example/" || links[1].Fault == "" {
		t.Errorf("%+v", links)
	}
	for _, want := range []string{
		`sur <a href="https://zikzac.example/?a=1&amp;b=2">https://zikzac.example/?a=1&amp;b=2</a>. Ou (`,
		`<a href="https://parti.example/">https://parti.example/</a>«là») &lt;<a href=`, `</a>&gt;&#34;`,
	} {
		if !strings.Contains(l.HTML, want) {
			t.Errorf("without %s: %s", want, l.HTML)
		}
	}
}

func second[A any](_ A, err error) error { return err }

// What is no letter is refused with a sentence: no film, no subject, a film that
// is not on the site.
func TestALetterThatCantBeSent(t *testing.T) {
	b, _, films := lettered(t, 1, 0, 0)
	offline := b.take("elsewhere").Film
	for want, l := range map[string]LetterDraft{
		"Choisissez au moins un film.": {Subject: "S"},
		"Écrivez l":                    {Films: films},
		"trop long":                    {Subject: strings.Repeat("é", letterSubject+1), Films: films},
		"n'est pas sur le site":        {Subject: "S", Films: []assets.ID{films[0], offline}},
	} {
		if _, err := b.PlanLetter(t.Context(), l, time.Time{}, "test"); !strings.Contains(assets.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if all, err := b.Letters(t.Context(), 10); err != nil || len(all) != 0 {
		t.Errorf("planned: %v, %v", all, err)
	}
}

// A film of a letter that leaves the site before the hour keeps all of it back;
// a letter that has not gone can be called off, alone.
func TestALetterWaitsForItsHour(t *testing.T) {
	b, box, films := lettered(t, 2, 1, 0)
	draft := LetterDraft{Subject: "S", Films: films}
	p, err := b.PlanLetter(t.Context(), draft, b.clock.Now().Add(time.Hour), "test")
	b.must(err)
	other, err := b.PlanLetter(t.Context(), draft, b.clock.Now().Add(2*time.Hour), "test")
	b.must(err)
	_, err = b.PlanLetter(t.Context(), draft, p.At, "test") // the button was pressed twice
	b.fails(assets.Conflict, err)
	b.must(b.CancelLetter(t.Context(), other.ID, "test"))
	b.must(second(b.Unpublish(t.Context(), films[1], []assets.Channel{assets.ChannelSite}, "test")))
	b.clock.Advance(2 * time.Hour)
	b.settle()
	if p = b.publicationNow(p.ID); p.State != assets.PublicationFailed || !strings.Contains(p.Reason, "n'est pas sur le site") || len(box.sent) != 0 {
		t.Errorf("%s %q, %d mails", p.State, p.Reason, len(box.sent))
	}
	if other = b.publicationNow(other.ID); other.State != assets.PublicationCancelled {
		t.Errorf("called off: %s", other.State)
	}
	b.fails(assets.Conflict, b.CancelLetter(t.Context(), other.ID, "test"))
}

// A film that goes to the newsletter alone is a letter, too, with who publishes it.
func TestAFilmAloneIsALetter(t *testing.T) {
	b, box, films := lettered(t, 1, 1, 0)
	b.must(second(b.PublishApproving(t.Context(), films[0], []assets.Channel{assets.ChannelNewsletter}, time.Time{}, "test")))
	b.settle()
	if len(box.sent) != 1 || box.sent[0].Subject != b.film(films[0]).Title || !strings.Contains(box.sent[0].HTML, "1 rue de l’Exemple") || box.sent[0].Leave == "" {
		t.Errorf("mails: %+v", box.sent)
	}
}

// A trial goes to one person alone.
func TestATrialOfALetter(t *testing.T) {
	b, box, films := lettered(t, 1, 3, 0)
	u := b.hire("Maxime Communication", assets.RoleCommunication)
	b.must(b.TryLetter(t.Context(), LetterDraft{Subject: "Trois films", Films: films}, u))
	b.settle()
	if len(box.sent) != 1 || box.sent[0].To != u.Mail || box.sent[0].Subject != "Essai : Trois films" || box.sent[0].HTML == "" {
		t.Errorf("mails: %+v", box.sent)
	}
}

// Where the server takes so many a day, a letter leaves in as many days as that
// takes; another letter goes after it; who left meanwhile gets no more.
func TestALetterLeavesAtThePaceOfTheServer(t *testing.T) {
	b, box, films := lettered(t, 1, 5, 2)
	p := b.planned(films...)
	b.settle()
	said := func(want string) {
		t.Helper()
		got, err := b.LetterProgress(t.Context(), p.ID)
		if got = strings.ReplaceAll(got, "\u00a0", " "); err != nil || got != strings.ReplaceAll(want, "\u00a0", " ") {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	if len(box.sent) != 2 || b.Mailing.Days(5) != 3 {
		t.Fatalf("%d mails on the first day", len(box.sent))
	}
	said("Envoi : 2 sur 5. 2 par jour : la suite part chaque matin à 9 h.")
	next := b.planned(films...)
	b.must(b.Unsubscribe(t.Context(), "token4"))
	for _, want := range []int{4, 6, 8, 9} { // 5 and 4 copies; one of the five is for nobody
		b.clock.Advance(24 * time.Hour)
		b.settle()
		if n := len(box.sent); n > want || n < want-1 {
			t.Errorf("%d mails, want %d or one less", n, want)
		}
	}
	said("Envoyée à 4 personnes ; 1 adresse en échec.")
	p = next
	b.clock.Advance(24 * time.Hour)
	b.settle()
	said("Envoyée à 4 personnes.")
	if slices.ContainsFunc(box.sent, func(m assets.Mail) bool { return m.To == "s4@example.org" }) {
		t.Error("who left was written to")
	}
}

// mortal is what a worker can do to the outside before it dies, at one of its
// steps: before the step has its effect, or after. From then on nothing has any.
type mortal struct {
	assets.Catalog
	out   Postman
	at, n int
	after bool
}

var errDead = errors.New("the worker was killed")

func (m *mortal) step(do func() error) error {
	m.n++
	if m.n < m.at || m.at == 0 {
		return do()
	}
	if m.n == m.at && m.after {
		_ = do()
	}
	return errDead
}

func (m *mortal) dead() bool { return m.at > 0 && m.n >= m.at }

func (m *mortal) Apply(ctx context.Context, c assets.Change) error {
	return m.step(func() error { return m.Catalog.Apply(ctx, c) })
}

func (m *mortal) StartJob(ctx context.Context, id assets.ID, worker string, lease time.Duration) (j assets.Job, err error) {
	err = m.step(func() error { j, err = m.Catalog.StartJob(ctx, id, worker, lease); return err })
	return j, err
}

func (m *mortal) SaveResume(ctx context.Context, f assets.Fence, id assets.ID, resume []byte) error {
	return m.step(func() error { return m.Catalog.SaveResume(ctx, f, id, resume) })
}

func (m *mortal) Send(ctx context.Context, mail assets.Mail) error {
	return m.step(func() error { return m.out.Send(ctx, mail) })
}

// perform does what is due, until nothing is or the worker dies.
func (m *mortal) perform(t *testing.T, d *Desk) {
	t.Helper()
	for range 200 {
		tasks, err := d.Due(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(tasks) == 0 {
			return
		}
		for _, task := range tasks {
			if _, err := d.Perform(t.Context(), task.Job, "w"); m.dead() {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Fatal("the work never ends")
}

// A worker that dies at any step of a letter, before or after it, is followed by
// another: each subscriber has one mail. One that was on its way to the server
// may be sent again, under the same Message-ID.
func TestOneMailForEachSubscriberHoweverOftenTheWorkerDies(t *testing.T) {
	const subscribers = 3
	steps := 0
	for at := 1; at == 1 || at <= steps; at++ {
		for _, after := range []bool{false, true} {
			b, box, films := lettered(t, 1, subscribers, 2)
			p := b.planned(films...)
			for _, life := range []*mortal{{at: at, after: after}, {at: at + 1, after: after}, {}} {
				life.Catalog, life.out = b.Catalog, box
				d := *b.Desk
				list := Mailing{Catalog: life, Now: b.Now, Zone: time.UTC, Daily: 2}
				own, err := newsletter.NewOwn(newsletter.OwnOptions{List: list})
				b.must(err)
				d.Publishers, err = publishers.NewRegistry(b.channel, own)
				b.must(err)
				d.Catalog, d.LetterPost = life, life
				for range 3 { // days
					life.perform(t, &d)
					if life.dead() {
						break
					}
					b.clock.Advance(24 * time.Hour)
				}
				b.clock.Advance(2 * time.Minute) // the lease is over
				if at == 1 && !after && life.at == 0 {
					steps = life.n
				}
			}
			ids := map[string][]assets.ID{}
			for _, m := range box.sent {
				if !slices.Contains(ids[m.To], m.ID) {
					ids[m.To] = append(ids[m.To], m.ID)
				}
				if m.Leave == "" || !strings.Contains(m.Text, m.Leave) || !strings.Contains(m.HTML, m.Leave) {
					t.Fatalf("no way out of %+v", m)
				}
			}
			count, err := b.Catalog.Copies(t.Context(), p.ID, time.Time{})
			if b.must(err); count[assets.MailSent] != subscribers || len(count) != 1 || len(ids) != subscribers || len(box.sent) > subscribers+2 {
				t.Fatalf("dead at %d, after %v: copies %v, sent to %v", at, after, count, ids)
			}
			for to, all := range ids {
				if len(all) != 1 {
					t.Errorf("dead at %d, after %v: %s has %d mails", at, after, to, len(all))
				}
			}
			if state := b.publicationNow(p.ID).State; state != assets.PublicationPublished {
				t.Errorf("dead at %d, after %v: %s", at, after, state)
			}
		}
	}
	if steps < 10 {
		t.Errorf("only %d steps", steps)
	}
	t.Logf("%d steps, killed before and after each, twice in a row", steps)
}

// An address gets letters after its owner said yes, and is forgotten when they
// leave; whoever asks twice is asked once.
func TestSubscribing(t *testing.T) {
	b, box, films := lettered(t, 1, 0, 0)
	ctx := t.Context()
	for _, bad := range []string{"", "a", "Anne <a@example.org>", "a@example.org\nBcc: x@example.org", strings.Repeat("a", 250) + "@example.org"} {
		b.fails(assets.Invalid, b.Subscribe(ctx, bad))
	}
	b.must(b.Subscribe(ctx, " Anne@Example.org "))
	b.must(b.Subscribe(ctx, "anne@example.org"))
	b.settle()
	if len(box.sent) != 1 || box.sent[0].To != "anne@example.org" {
		t.Fatalf("mails: %+v", box.sent)
	}
	_, token, _ := strings.Cut(box.sent[0].Text, "/newsletter/confirmer/")
	token, _, _ = strings.Cut(token, "\n")
	kept, err := b.Catalog.Mail(ctx, box.sent[0].ID)
	if b.must(err); strings.Contains(kept.Text+kept.HTML, token) || kept.To != "" {
		t.Errorf("the outbox keeps %+v", kept)
	}
	readers := func(want int) {
		t.Helper()
		if n, err := b.Catalog.CountReaders(ctx); err != nil || n != want {
			t.Errorf("%d readers, want %d, %v", n, want, err)
		}
	}
	b.planned(films...)
	b.settle()
	if readers(0); len(box.sent) != 1 {
		t.Fatal("who did not say yes was written to")
	}
	b.must(b.Confirm(ctx, token))
	b.must(b.Confirm(ctx, token))
	b.must(b.Subscribe(ctx, "anne@example.org")) // nothing to ask
	b.planned(films...)
	b.settle()
	if readers(1); len(box.sent) != 2 || box.sent[1].Leave != "https://anonymal.example/newsletter/desabonner/"+token {
		t.Fatalf("mails: %+v", box.sent)
	}
	b.must(b.Unsubscribe(ctx, token))
	b.must(b.Unsubscribe(ctx, token))
	b.must(b.Confirm(ctx, token)) // an old link takes nothing back
	readers(0)
	if s, err := b.SubscriberOf(ctx, token); err != nil || s.Mail != "" || s.EndedAt.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
	b.fails(assets.NotFound, b.Unsubscribe(ctx, "another"))
	b.fails(assets.NotFound, b.Confirm(ctx, ""))
	b.must(b.Subscribe(ctx, "anne@example.org"))
	b.must(b.SweepSubscribers(ctx))
	if all, err := b.Catalog.Subscribers(ctx, assets.SubscriberFilter{Mail: "anne@example.org"}); err != nil || len(all) != 1 {
		t.Errorf("asked again: %v, %v", all, err)
	}
	b.clock.Advance(unanswered + time.Hour)
	b.must(b.SweepSubscribers(ctx))
	if all, err := b.Catalog.Subscribers(ctx, assets.SubscriberFilter{Mail: "anne@example.org"}); err != nil || len(all) != 0 {
		t.Errorf("never said yes, and is kept: %v, %v", all, err)
	}
}
