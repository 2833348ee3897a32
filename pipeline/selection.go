package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// mostClips bounds a selection.
const mostClips = 2000

// NewSelection opens a list of clips, to edit a film from.
func (d *Desk) NewSelection(ctx context.Context, name string, sujet assets.ID, clips []assets.Clip, u assets.User) (assets.Selection, error) {
	now := d.Now()
	s := assets.Selection{ID: d.NewID(), Name: french.Short(french.Clean(name), 120), Sujet: sujet, Owner: u.ID, CreatedAt: now, UpdatedAt: now}
	if s.Name == "" {
		return s, wrong("pipeline.NewSelection", "name", "Il manque le nom de la sélection.")
	}
	if sujet != "" {
		if _, err := d.Catalog.Sujet(ctx, sujet); err != nil {
			return s, err
		}
	}
	s, err := d.withClips(ctx, s, clips)
	if err != nil {
		return s, err
	}
	return s, d.saveSelection(ctx, nil, &s, "", "Sélection « "+s.Name+" » ouverte.", u)
}

// AddClips adds passages of rushes to the end of a selection.
func (d *Desk) AddClips(ctx context.Context, id assets.ID, clips []assets.Clip, u assets.User) (assets.ID, error) {
	return d.changeSelection(ctx, id, u, fmt.Sprintf("%s dans la sélection.", french.Count(len(clips), "plan ajouté", "plans ajoutés")),
		func(s assets.Selection) (assets.Selection, error) { return d.withClips(ctx, s, clips) })
}

// SelectionEdit is what a person changes on a selection; what is nil stays.
type SelectionEdit struct {
	Name    *string
	Sujet   *assets.ID
	Clips   *[]assets.Clip // all of them, in their new order
	Removed *bool
}

// EditSelection changes a selection. The batch it returns undoes that.
func (d *Desk) EditSelection(ctx context.Context, id assets.ID, e SelectionEdit, u assets.User) (assets.ID, error) {
	return d.changeSelection(ctx, id, u, "Sélection modifiée.", func(s assets.Selection) (assets.Selection, error) {
		if e.Name != nil {
			if s.Name = french.Short(french.Clean(*e.Name), 120); s.Name == "" {
				return s, wrong("pipeline.EditSelection", "name", "Il manque le nom de la sélection.")
			}
		}
		if e.Sujet != nil && *e.Sujet != "" {
			if _, err := d.Catalog.Sujet(ctx, *e.Sujet); err != nil {
				return s, err
			}
		}
		set(&s.Sujet, e.Sujet)
		if e.Removed != nil && *e.Removed {
			s.RemovedAt = d.Now()
		}
		if e.Clips == nil {
			return s, nil
		}
		s.Clips = nil
		return d.withClips(ctx, s, *e.Clips)
	})
}

func (d *Desk) changeSelection(ctx context.Context, id assets.ID, u assets.User, sentence string, change func(assets.Selection) (assets.Selection, error)) (assets.ID, error) {
	before, err := d.Catalog.Selection(ctx, id)
	if err != nil {
		return "", err
	}
	if !before.RemovedAt.IsZero() {
		return "", &assets.Error{Kind: assets.Conflict, Op: "pipeline.changeSelection", Msg: "Cette sélection a été retirée entre-temps : rien n'a été changé."}
	}
	after := before
	after.Clips = slices.Clone(before.Clips)
	if after, err = change(after); err != nil {
		return "", err
	}
	after.UpdatedAt = d.Now()
	batch := d.NewID()
	return batch, d.saveSelection(ctx, &before, &after, batch, sentence, u)
}

// withClips adds clips to a selection, checked.
func (d *Desk) withClips(ctx context.Context, s assets.Selection, clips []assets.Clip) (assets.Selection, error) {
	if len(s.Clips)+len(clips) > mostClips {
		return s, &assets.Error{Kind: assets.Invalid, Op: "pipeline.withClips", Msg: "Une sélection tient 2 000 plans au plus. Commencez-en une autre."}
	}
	for _, c := range clips {
		r, err := d.Catalog.Rush(ctx, c.Rush)
		if err != nil {
			return s, err
		}
		if c.In < 0 || c.Out != 0 && c.Out <= c.In || r.Proxy.Frames > 0 && (c.In >= r.Proxy.Frames || c.Out > r.Proxy.Frames) {
			return s, &assets.Error{Kind: assets.Invalid, Op: "pipeline.withClips", Msg: "« " + r.Title + " » : la sortie doit venir après l'entrée, et les deux dans le plan."}
		}
		c.Note = strings.TrimSpace(french.Clean(c.Note))
		s.Clips = append(s.Clips, c)
	}
	return s, nil
}

// saveSelection writes a selection. It has no history of its own: what was done
// stands in that of whoever did it.
func (d *Desk) saveSelection(ctx context.Context, before, after *assets.Selection, batch assets.ID, sentence string, u assets.User) error {
	return d.commit(ctx, assets.Change{
		Selections: []assets.Selection{*after},
		Events:     []assets.Event{d.gesture(u, batch, sentence, assets.Edits{"selection/" + string(after.ID): whole(before, after)})},
	})
}

// gesture is an event in the history of a person, for what has none of its own.
func (d *Desk) gesture(u assets.User, batch assets.ID, sentence string, edits assets.Edits) assets.Event {
	e := d.event(assets.SubjectUser, u.ID, string(u.State), string(u.State), string(u.ID), sentence)
	e.Batch, e.Edits = batch, edits
	return e
}
