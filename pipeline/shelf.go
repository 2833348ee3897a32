package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
)

// Archive takes a film off the lists of work. What is public stays public, and
// nothing of it is erased. The batch it returns undoes it.
func (d *Desk) Archive(ctx context.Context, film assets.ID, actor string) (assets.ID, error) {
	refuse := func(msg string) error {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Archive", Msg: msg}
	}
	batch := d.NewID()
	return batch, again(func() error {
		f, err := d.Catalog.Film(ctx, film)
		if err != nil {
			return err
		}
		var v assets.Version
		if f.Version != "" {
			if v, err = d.Catalog.Version(ctx, f.Version); err != nil {
				return err
			}
		}
		switch {
		case f.State == assets.FilmArchived:
			return refuse("Ce film est déjà archivé.")
		case v.State == assets.VersionReceived || v.State == assets.VersionMaking:
			return refuse("Une version de ce film est en cours de fabrication : attendez sa fin, ou arrêtez-la. Rien n'a été changé.")
		case !assets.FilmMachine.May(f.State, assets.FilmArchived):
			return refuse("Ce film est programmé : retirez d'abord ce qui est prévu. Rien n'a été changé.")
		}
		note := "Film archivé."
		if f.State == assets.FilmPublished {
			note = "Film archivé ; il reste en ligne."
		}
		e := d.event(assets.SubjectFilm, film, string(f.State), string(assets.FilmArchived), actor, note)
		e.Batch = batch
		return d.commit(ctx, assets.Change{Events: []assets.Event{e}})
	})
}

// Unarchive brings a film back to where it was. The batch it returns undoes it.
func (d *Desk) Unarchive(ctx context.Context, film assets.ID, actor string) (assets.ID, error) {
	batch := d.NewID()
	return batch, again(func() error {
		f, err := d.Catalog.Film(ctx, film)
		if err != nil {
			return err
		}
		if f.State != assets.FilmArchived {
			return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Unarchive", Msg: "Ce film n'est pas archivé."}
		}
		events, err := d.Catalog.Events(ctx, film)
		if err != nil {
			return err
		}
		was := assets.FilmEditing
		for _, e := range events {
			if e.To == string(assets.FilmArchived) && e.From != e.To {
				was = assets.FilmState(e.From)
			}
		}
		if was, err = d.outOf(ctx, film, was); err != nil {
			return err
		}
		e := d.event(assets.SubjectFilm, film, string(f.State), string(was), actor, "Film sorti des archives.")
		e.Batch = batch
		return d.commit(ctx, assets.Change{Events: []assets.Event{e}})
	})
}

// outOf is where a film stands that leaves the archive: where it was, unless it
// was public and has left the site since.
func (d *Desk) outOf(ctx context.Context, film assets.ID, was assets.FilmState) (assets.FilmState, error) {
	if was != assets.FilmPublished {
		return was, nil
	}
	shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film})
	if !slices.ContainsFunc(shown, func(p assets.Publication) bool { return slices.Contains(live, p.State) }) {
		was = assets.FilmWithdrawn
	}
	return was, err
}
