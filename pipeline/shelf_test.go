package pipeline

import (
	"testing"

	"anonymal.tv/regie/assets"
)

// TestArchive: a film that is archived leaves the lists and stays online; it
// comes back to where it was, by hand or by undoing, unless it left the site
// meanwhile.
func TestArchive(t *testing.T) {
	b := newBench(t)
	ctx, u := t.Context(), assets.User{ID: b.NewID(), Role: assets.RoleCommunication}
	film := b.take("film", assets.ChannelSite).Film
	if _, err := b.Archive(ctx, film, string(u.ID)); assets.KindOf(err) != assets.Conflict {
		t.Errorf("archived while it is made: %v", err)
	}
	b.settle()
	state := func(want assets.FilmState) {
		t.Helper()
		if f := b.film(film); f.State != want {
			t.Errorf("the film is %s, want %s", f.State, want)
		}
	}
	archive := func() assets.ID {
		t.Helper()
		batch, err := b.Archive(ctx, film, string(u.ID))
		if err != nil {
			t.Fatal(err)
		}
		state(assets.FilmArchived)
		return batch
	}
	state(assets.FilmPublished)
	batch := archive()
	if v := b.show(film); v.Publications[0].State != assets.PublicationPublished {
		t.Errorf("archived, its page is %s", v.Publications[0].State)
	}
	if listed, err := b.Catalog.Films(ctx, assets.FilmFilter{Not: assets.FilmArchived}); err != nil || len(listed) != 0 {
		t.Errorf("it is still listed: %v %v", listed, err)
	}
	_, err := b.Archive(ctx, film, string(u.ID))
	b.fails(assets.Conflict, err)
	redo, err := b.Undo(ctx, batch, u)
	if err != nil {
		t.Fatal(err)
	}
	state(assets.FilmPublished)
	if _, err := b.Undo(ctx, redo, u); err != nil {
		t.Fatal(err)
	}
	state(assets.FilmArchived)
	if _, err := b.Unarchive(ctx, film, string(u.ID)); err != nil {
		t.Fatal(err)
	}
	state(assets.FilmPublished)
	_, err = b.Unarchive(ctx, film, string(u.ID))
	b.fails(assets.Conflict, err)

	batch = archive()
	if _, err := b.Unpublish(ctx, film, []assets.Channel{assets.ChannelSite}, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	state(assets.FilmArchived)
	if _, err := b.Undo(ctx, batch, u); err != nil {
		t.Fatal(err)
	}
	state(assets.FilmWithdrawn)
}
