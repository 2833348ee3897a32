package pipeline

import (
	"context"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// RushEdit is what a person changes on rushes; what is nil stays.
type RushEdit struct {
	Title     *string
	Place     *string
	Territory *string
	Sujet     *assets.ID
	People    *[]assets.Person
	Minors    *assets.Answer
	Shot      *assets.Shot
	Stars     *int
	Rejected  *bool
	Removed   *bool // put aside, or taken back
}

// on is a rush as the edit makes it.
func (e RushEdit) on(r assets.Rush, now assets.Clock) assets.Rush {
	set(&r.Title, e.Title)
	set(&r.Place, e.Place)
	set(&r.Territory, e.Territory)
	set(&r.Sujet, e.Sujet)
	set(&r.People, e.People)
	set(&r.Minors, e.Minors)
	set(&r.Shot, e.Shot)
	set(&r.Stars, e.Stars)
	set(&r.Rejected, e.Rejected)
	if e.Removed != nil && *e.Removed == r.RemovedAt.IsZero() {
		if r.RemovedAt = (time.Time{}); *e.Removed {
			r.RemovedAt = now()
		}
	}
	return r
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// EditRushes changes rushes in one gesture, and tells how many of them did
// change. The batch it returns undoes it.
func (d *Desk) EditRushes(ctx context.Context, ids []assets.ID, e RushEdit, u assets.User) (batch assets.ID, changed int, err error) {
	if err := d.checkRushEdit(ctx, &e); err != nil {
		return "", 0, err
	}
	batch = d.NewID()
	err = again(func() error {
		var c assets.Change
		for _, id := range ids {
			before, err := d.Catalog.Rush(ctx, id)
			if err != nil {
				return err
			}
			after := e.on(before, d.Now)
			edits := editsBetween(before, after)
			if len(edits) == 0 {
				continue
			}
			event := d.event(assets.SubjectRush, id, string(before.State), string(before.State), string(u.ID), "")
			event.Batch, event.Edits = batch, edits
			c.Rushes, c.Events = append(c.Rushes, after), append(c.Events, event)
		}
		if changed = len(c.Rushes); changed == 0 {
			return nil
		}
		return d.commit(ctx, c)
	})
	return batch, changed, err
}

// checkRushEdit cleans what was typed, and refuses what cannot be.
func (d *Desk) checkRushEdit(ctx context.Context, e *RushEdit) error {
	const op = "pipeline.EditRushes"
	for _, text := range []*string{e.Title, e.Place} {
		if text != nil {
			*text = french.Short(french.Clean(*text), 200)
		}
	}
	if e.People != nil {
		var people []assets.Person
		for _, p := range *e.People {
			if p.Name = strings.TrimSpace(french.Clean(p.Name)); p.Name != "" {
				people = append(people, assets.Person{Name: p.Name, Role: strings.TrimSpace(french.Clean(p.Role))})
			}
		}
		*e.People = people
	}
	switch {
	case e.Title != nil && *e.Title == "":
		return wrong(op, "title", "Il manque le titre du rush.")
	case e.Stars != nil && (*e.Stars < 0 || *e.Stars > 3):
		return wrong(op, "stars", "Un rush a de 0 à 3 étoiles.")
	case e.Shot != nil && *e.Shot != "" && *e.Shot != assets.ShotSpeech && *e.Shot != assets.ShotCutaway:
		return wrong(op, "shot", "Un plan est une parole ou un plan de coupe.")
	}
	if e.Sujet != nil && *e.Sujet != "" {
		if _, err := d.Catalog.Sujet(ctx, *e.Sujet); err != nil {
			return err
		}
	}
	if e.Territory != nil {
		return d.checkFiled(ctx, op, filed{territory: *e.Territory})
	}
	return nil
}
