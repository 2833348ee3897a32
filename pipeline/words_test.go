package pipeline

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// narrow is a channel that takes few signs, and counts a link for 23.
type narrow struct {
	publishers.Publisher
	name assets.Channel
	most int
}

func (n narrow) Channel() assets.Channel { return n.name }
func (n narrow) Limits() publishers.Limits {
	return publishers.Limits{TitleRunes: 30, DescriptionRunes: n.most}
}

func (n narrow) Count(text, link string) int {
	if link != "" {
		return utf8.RuneCountInString(text) + 25
	}
	return utf8.RuneCountInString(text)
}

func aFilm(change func(*publishers.Request)) publishers.Request {
	req := publishers.Request{
		Film:      assets.Film{Title: "Zik Zac, premier soir", Lede: "Une soirée au Jas de Bouffan.", Rubriques: []string{"culture"}, Partners: []string{"zik-zac", "ville"}},
		Rubriques: []assets.Rubrique{{Slug: "culture", Name: "Culture"}},
		Partners:  []assets.Partner{{Slug: "zik-zac", Name: "Zik Zac"}, {Slug: "ville", Name: "Ville d’Aix"}},
		Link:      "https://anonymal.example/films/zik-zac/",
	}
	if change != nil {
		change(&req)
	}
	return req
}

func texts(t *testing.T, all ...TextTemplate) Texts {
	t.Helper()
	x, err := NewTexts(all)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The most precise template wins field by field; tags add up, and a partner is
// named as that channel knows it.
func TestTheMostPreciseTemplateWins(t *testing.T) {
	x := texts(t,
		TextTemplate{Title: "{{.Title}}", Text: "Partout : {{.Lede}}\n\n{{.Credits}}\n\n{{.Hashtags}}", Hashtags: []string{"AnonymalTV"}},
		TextTemplate{Rubrique: "culture", Hashtags: []string{"culture"}},
		TextTemplate{Rubrique: "politique", Text: "jamais", Hashtags: []string{"politique"}},
		TextTemplate{Partner: "zik-zac", Support: "Avec le soutien de la Région."},
		TextTemplate{Channel: "mastodon", Text: "{{.Title}}\nAvec {{.Mentions}}. {{.Support}}\n{{.Hashtags}}"},
		TextTemplate{Channel: "mastodon", Partner: "zik-zac", Mention: "@zikzac@example.org"},
	)
	for channel, want := range map[assets.Channel]string{
		"vimeo":    "Partout : Une soirée au Jas de Bouffan.\n\n#AnonymalTV #culture",
		"mastodon": "Zik Zac, premier soir\nAvec @zikzac@example.org et Ville d’Aix. Avec le soutien de la Région.\n#AnonymalTV #culture",
	} {
		if got := x.Say(narrow{name: channel}, aFilm(nil)).Text; got != want {
			t.Errorf("%s says %q, want %q", channel, got, want)
		}
	}
}

// A text that would not pass loses of the film's words, never a tag or the
// mention of who pays, and no rune is cut in two.
func TestALongTextKeepsWhatIsOwed(t *testing.T) {
	x := texts(t, TextTemplate{Text: "{{.Lede}}\n\n{{.Description}}\n\n{{.Support}}\n{{.Hashtags}}", Support: "Avec le soutien de la Ville.", Hashtags: []string{"AnonymalTV"}})
	for _, most := range []int{66, 70, 80, 120, 300} {
		to := narrow{name: "mastodon", most: most}
		got := x.Say(to, aFilm(func(r *publishers.Request) { r.Film.Description = strings.Repeat("déjà vu ", 200) })).Text
		if n := to.Count(got, "x"); n > most || n < min(most, 90)-25 {
			t.Errorf("%d signs for %d: %q", n, most, got)
		}
		if !strings.Contains(got, "Avec le soutien de la Ville.\n#AnonymalTV") || !utf8.ValidString(got) {
			t.Errorf("what is owed is gone: %q", got)
		}
	}
}

// A template that names what does not exist is told of when it is read.
func TestABrokenTemplateIsRefused(t *testing.T) {
	for _, text := range []string{"{{.Titre}}", "{{", "{{template \"x\"}}"} {
		if _, err := NewTexts([]TextTemplate{{Text: text}}); assets.KindOf(err) != assets.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A publication has words of its own until it takes the film's up again; both
// are undone. What is too long is refused by how much, and what is out stays.
func TestAPublicationHasItsOwnWords(t *testing.T) {
	b := newBench(t)
	registry, err := publishers.NewRegistry(narrow{name: "mastodon", most: 80})
	if err != nil {
		t.Fatal(err)
	}
	b.Publishers = registry
	u := b.hire("Une chargée de communication", assets.RoleCommunication)
	f := b.take("film").Film
	title := b.film(f).Title
	p := assets.Publication{ID: "01p", Film: f, Channel: "mastodon", State: assets.PublicationScheduled, At: b.Now().Add(time.Hour), CreatedAt: b.Now()}
	b.must(b.commit(t.Context(), assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{b.event(assets.SubjectPublication, p.ID, "", "scheduled", "cli", "")}}))
	says := func(called, text string, own bool) {
		t.Helper()
		w, err := b.TextOf(t.Context(), f, "mastodon")
		if err != nil || w.Title != called || w.Text != text || w.Own.Text != own || w.Count.Text != utf8.RuneCountInString(text) {
			t.Fatalf("it says %+v, %v; want %q, %q", w, err, called, text)
		}
	}
	inherited := title
	says(title, inherited, false)
	batch, err := b.SetText(t.Context(), p.ID, Words{Title: "Ce soir\u202e", Text: "À tout de suite !"}, string(u.ID))
	if err != nil {
		t.Fatal(err)
	}
	says("Ce soir", "À tout de suite !", true)
	if _, err := b.SetText(t.Context(), p.ID, Words{Text: strings.Repeat("é", 83)}, string(u.ID)); assets.KindOf(err) != assets.Invalid || !strings.Contains(assets.Sentence(err), "trop long de 3") {
		t.Errorf("too long: %v", err)
	}
	redo, err := b.Undo(t.Context(), batch, u)
	if err != nil {
		t.Fatal(err)
	}
	says(title, inherited, false)
	if _, err := b.Undo(t.Context(), redo, u); err != nil {
		t.Fatal(err)
	}
	says("Ce soir", "À tout de suite !", true)
	if _, err := b.SetText(t.Context(), p.ID, Words{Title: title, Text: inherited}, string(u.ID)); err != nil {
		t.Fatal(err)
	}
	says(title, inherited, false)
	b.must(b.commit(t.Context(), assets.Change{Events: []assets.Event{b.event(assets.SubjectPublication, p.ID, "scheduled", "publishing", "worker", "")}}))
	if _, err := b.SetText(t.Context(), p.ID, Words{Text: "trop tard"}, string(u.ID)); assets.KindOf(err) != assets.Conflict {
		t.Errorf("words of what is on its way: %v", err)
	}
}
