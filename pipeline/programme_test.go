package pipeline

import (
	"errors"
	"slices"
	"testing"

	"anonymal.tv/regie/assets"
)

func place(slug string) assets.Heading {
	return assets.Heading{Kind: assets.HeadingTerritory, Slug: slug}
}

// TestProgramme: entries are added, renamed without a change of address, refused
// where they can't stand, and taken off only when nothing needs them; each gesture
// can be undone.
func TestProgramme(t *testing.T) {
	b := newBench(t)
	u := b.person("Maxime", assets.RoleCommunication)
	town, _, err := b.SaveEntry(t.Context(), assets.HeadingTerritory, assets.HeadingEntry{Name: "Salon-de-Provence"}, string(u.ID))
	b.must(err)
	quarter, added, err := b.SaveEntry(t.Context(), assets.HeadingTerritory, assets.HeadingEntry{Name: "Les Canourgues", Parent: town.Slug}, string(u.ID))
	b.must(err)
	renamed := quarter
	renamed.Name = "Canourgues"
	got, edited, err := b.SaveEntry(t.Context(), assets.HeadingTerritory, renamed, string(u.ID))
	b.must(err)
	if got.Slug != "les-canourgues" {
		t.Errorf("the address moved: %+v", got)
	}
	for field, e := range map[string]assets.HeadingEntry{
		"name":   {Name: "canourgues", Parent: town.Slug},
		"parent": {Slug: town.Slug, Name: town.Name, Parent: quarter.Slug},
	} {
		if _, _, err := b.SaveEntry(t.Context(), assets.HeadingTerritory, e, string(u.ID)); fieldOf(err) != field {
			t.Errorf("%+v: %v, want the field %s", e, err, field)
		}
	}
	for field, e := range map[string]assets.HeadingEntry{
		"light": {Name: "Sport", Light: "#FFFF00", Dark: "#FFFF00"}, "dark": {Name: "Sport", Light: "#111111", Dark: "#111111"},
	} {
		if _, _, err := b.SaveEntry(t.Context(), assets.HeadingRubrique, e, string(u.ID)); fieldOf(err) != field {
			t.Errorf("%+v: %v, want the field %s", e, err, field)
		}
	}
	for field, e := range map[string]assets.HeadingEntry{
		"begins": {Name: "Fête", Begins: "7 juin"}, "ends": {Name: "Fête", Begins: "2018-06-10", Ends: "2018-06-07"},
	} {
		if _, _, err := b.SaveEntry(t.Context(), assets.HeadingDossier, e, string(u.ID)); fieldOf(err) != field {
			t.Errorf("%+v: %v, want the field %s", e, err, field)
		}
	}
	if _, _, err := b.SaveEntry(t.Context(), assets.HeadingPartner, assets.HeadingEntry{Name: "Zik Zac", Sites: []string{"zikzac.example", "*"}}, string(u.ID)); fieldOf(err) != "sites" {
		t.Errorf("every site, by a star: %v", err)
	}
	partner, listed, err := b.SaveEntry(t.Context(), assets.HeadingPartner, assets.HeadingEntry{Name: "Zik Zac", Sites: []string{"https://www.ZikZac.example/"}}, string(u.ID))
	b.must(err)
	p, err := b.Catalog.Programme(t.Context())
	b.must(err)
	if is := p.Entry(assets.Heading{Kind: assets.HeadingPartner, Slug: partner.Slug}); is == nil || !slices.Equal(is.Sites, []string{"zikzac.example"}) {
		t.Errorf("kept as %+v", is)
	}
	_, err = b.Undo(t.Context(), listed, u)
	b.must(err)
	_, err = b.RemoveEntry(t.Context(), place(town.Slug), string(u.ID)) // a quarter is in it
	b.fails(assets.Conflict, err)
	_, err = b.Undo(t.Context(), edited, u)
	b.must(err)
	if b.entry(quarter.Slug).Name != "Les Canourgues" {
		t.Errorf("%+v", b.entry(quarter.Slug))
	}
	removed, err := b.RemoveEntry(t.Context(), place(quarter.Slug), string(u.ID))
	b.must(err)
	if b.entry(quarter.Slug) != nil {
		t.Error("it is still there")
	}
	_, err = b.Undo(t.Context(), removed, u)
	b.must(err)
	_, err = b.Undo(t.Context(), added, u)
	b.must(err)
	if b.entry(quarter.Slug) != nil {
		t.Error("adding it was not undone")
	}
}

// TestMergeEntries: what was filed under one is filed under the other, the old
// address leads there, the channels are told; and all of it goes back.
func TestMergeEntries(t *testing.T) {
	b := newBench(t)
	u := b.person("Maxime", assets.RoleCommunication)
	b.must(b.Catalog.SaveProgramme(t.Context(), assets.Programme{Territories: []assets.Territory{
		{Slug: "canourgues", Name: "Canourgues"}, {Slug: "les-canourgues", Name: "Les Canourgues"}, {Slug: "le-bas", Name: "Le bas", Parent: "les-canourgues"},
	}}))
	sujet := b.opened(assets.Sujet{Title: "Au marché", Territory: "les-canourgues"})
	online := b.film(b.take("film", assets.ChannelSite).Film)
	b.settle()
	online.Territory = "les-canourgues"
	b.must(b.EditFilm(t.Context(), online.ID, online, string(u.ID)))
	b.settle()
	shown := func() (territory string) {
		for _, r := range b.channel.public {
			territory += r.Film.Territory
		}
		return territory
	}
	if _, err := b.RemoveEntry(t.Context(), place("les-canourgues"), string(u.ID)); assets.KindOf(err) != assets.Conflict {
		t.Fatalf("taken away under a sujet: %v", err)
	}
	batch, err := b.MergeEntries(t.Context(), place("les-canourgues"), "canourgues", string(u.ID))
	b.must(err)
	b.settle()
	p, err := b.Catalog.Programme(t.Context())
	b.must(err)
	if b.entry("les-canourgues") != nil || b.entry("le-bas").Parent != "canourgues" || p.MovedTo(place("les-canourgues")) != "canourgues" {
		t.Errorf("programme: %+v", p)
	}
	if b.sujet(sujet.ID).Territory != "canourgues" || b.film(sujet.Film).Territory != "canourgues" {
		t.Errorf("filed: %+v, %+v", b.sujet(sujet.ID), b.film(sujet.Film))
	}
	if b.channel.rendered != 1 || shown() != "canourgues" {
		t.Errorf("the channel was told %d times, and shows the film under %q", b.channel.rendered, shown())
	}
	_, err = b.Undo(t.Context(), batch, u)
	b.must(err)
	b.settle()
	if b.channel.rendered != 2 || shown() != "les-canourgues" {
		t.Errorf("after the undoing the channel was told %d times, and shows the film under %q", b.channel.rendered, shown())
	}
	if b.entry("les-canourgues") == nil || b.entry("le-bas").Parent != "les-canourgues" || b.sujet(sujet.ID).Territory != "les-canourgues" || b.film(sujet.Film).Territory != "les-canourgues" {
		t.Errorf("after the undoing: %+v, %+v", b.entry("le-bas"), b.sujet(sujet.ID))
	}
}

func (b *bench) entry(slug string) *assets.HeadingEntry {
	b.Helper()
	p, err := b.Catalog.Programme(b.Context())
	b.must(err)
	return p.Entry(place(slug))
}

// fieldOf is the field that an error blames.
func fieldOf(err error) string {
	field := Field("")
	errors.As(err, &field)
	return string(field)
}
