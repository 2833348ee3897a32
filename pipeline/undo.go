package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// Undo takes back what was done in one gesture: each field gets the value it had
// before, each state goes back. It is all or nothing: where something changed
// since, nothing is touched. Only whoever did it may, or the administration. The
// batch it returns undoes the undoing.
func (d *Desk) Undo(ctx context.Context, batch assets.ID, u assets.User) (assets.ID, error) {
	redo := d.NewID()
	return redo, again(func() error {
		events, err := d.Catalog.Journal(ctx, assets.EventFilter{Batch: batch, Limit: 1000})
		if err != nil {
			return err
		}
		var c assets.Change
		for _, e := range events {
			if e.Actor != string(u.ID) && u.Role != assets.RoleAdministration {
				return nothingToUndo()
			}
			from, to := e.To, e.From
			if e.Kind == assets.SubjectPublication && to == "" { // what was planned is called off
				to = string(assets.PublicationCancelled)
			}
			if from == to { // an edit: the record may have moved on since
				if from, err = d.stateNow(ctx, e); err != nil {
					return err
				}
				to = from
			} else if e.Kind == assets.SubjectFilm && from == string(assets.FilmArchived) {
				back, err := d.outOf(ctx, e.Subject, assets.FilmState(to))
				if err != nil {
					return err
				}
				to = string(back)
			}
			back := d.event(e.Kind, e.Subject, from, to, string(u.ID), "Annulé.")
			if !back.MayMove() {
				return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Undo: " + string(e.Kind) + " " + e.To + "→" + e.From, Msg: "Ceci ne s'annule pas. Rien n'a été changé."}
			}
			back.Batch, back.Edits = redo, reversed(e.Edits)
			if err := d.restore(ctx, &c, e); err != nil {
				return err
			}
			c.Events = append(c.Events, back)
		}
		if len(c.Events) == 0 || batch == "" {
			return nothingToUndo()
		}
		for _, f := range c.Films { // where they are public, the channels are told
			if err := d.refresh(ctx, &c, f.ID, string(u.ID), "Annulé."); err != nil {
				return err
			}
		}
		if err := d.undoPlans(ctx, &c, string(u.ID)); err != nil {
			return err
		}
		return d.commit(ctx, c)
	})
}

// stateNow is the state of the record that an event was about.
func (d *Desk) stateNow(ctx context.Context, e assets.Event) (string, error) {
	switch e.Kind {
	case assets.SubjectRush:
		r, err := d.Catalog.Rush(ctx, e.Subject)
		return string(r.State), err
	case assets.SubjectSujet:
		s, err := d.Catalog.Sujet(ctx, e.Subject)
		return string(s.State), err
	case assets.SubjectFilm:
		f, err := d.Catalog.Film(ctx, e.Subject)
		return string(f.State), err
	case assets.SubjectVersion:
		v, err := d.Catalog.Version(ctx, e.Subject)
		return string(v.State), err
	case assets.SubjectUser:
		u, err := d.Catalog.User(ctx, e.Subject)
		return string(u.State), err
	case assets.SubjectPublication:
		p, err := d.Catalog.Publication(ctx, e.Subject)
		if err == nil && !unsaid(p.State) {
			err = said()
		}
		return string(p.State), err
	}
	return e.To, nil
}

func nothingToUndo() error {
	return &assets.Error{Kind: assets.NotFound, Op: "pipeline.Undo", Msg: "Il n'y a rien à annuler ici."}
}

func reversed(edits assets.Edits) assets.Edits {
	back := assets.Edits{}
	for name, e := range edits {
		back[name] = assets.Edit{Before: e.After, After: e.Before}
	}
	return back
}

// restore puts into the change what an event edited, as it was before. A name
// with a slash in it is a whole record that has no state: "note/01j…".
func (d *Desk) restore(ctx context.Context, c *assets.Change, e assets.Event) error {
	fields := assets.Edits{}
	for name, edit := range e.Edits {
		kind, id, whole := strings.Cut(name, "/")
		if !whole {
			fields[name] = edit
		} else if err := d.restoreWhole(ctx, c, kind, assets.ID(id), edit); err != nil {
			return err
		}
	}
	if len(fields) == 0 {
		return nil
	}
	switch e.Kind {
	case assets.SubjectRush:
		return restored(ctx, d, &c.Rushes, d.Catalog.Rush, e.Subject, fields)
	case assets.SubjectSujet:
		return restored(ctx, d, &c.Sujets, d.Catalog.Sujet, e.Subject, fields)
	case assets.SubjectFilm:
		return restored(ctx, d, &c.Films, d.Catalog.Film, e.Subject, fields)
	case assets.SubjectUser:
		return restored(ctx, d, &c.Users, d.Catalog.User, e.Subject, fields)
	case assets.SubjectPublication:
		return restored(ctx, d, &c.Publications, d.Catalog.Publication, e.Subject, fields)
	}
	return &assets.Error{Kind: assets.Conflict, Op: "pipeline.restore: " + string(e.Kind), Msg: "Ceci ne s'annule pas. Rien n'a été changé."}
}

func (d *Desk) restoreWhole(ctx context.Context, c *assets.Change, kind string, id assets.ID, e assets.Edit) error {
	switch kind {
	case string(assets.HeadingRubrique), string(assets.HeadingPartner), string(assets.HeadingDossier), string(assets.HeadingTerritory):
		return d.restoreEntry(ctx, c, assets.Heading{Kind: assets.HeadingKind(kind), Slug: string(id)}, e)
	case "note":
		return restoredWhole(ctx, &c.Notes, d.Catalog.Note, id, e, func(n *assets.Note) { n.RemovedAt = d.Now() })
	case "filmed":
		return restoredWhole(ctx, &c.Filmed, d.filmed, id, e, func(f *assets.Filmed) { f.RemovedAt = d.Now() })
	case "webhook":
		if err := restoredWhole(ctx, &c.Webhooks, d.Catalog.Webhook, id, e, func(w *assets.Webhook) { w.RemovedAt = d.Now() }); err != nil {
			return err
		}
		now, err := d.Catalog.Webhook(ctx, id)
		c.Webhooks[len(c.Webhooks)-1].Secret = now.Secret // the log knows no secrets
		return err
	case "scrutin":
		return restoredWhole(ctx, &c.Programme.Scrutins, d.scrutin, id, e, func(s *assets.Scrutin) { s.RemovedAt = d.Now() })
	case "selection":
		return restoredWhole(ctx, &c.Selections, d.Catalog.Selection, id, e, func(s *assets.Selection) { s.RemovedAt = d.Now() })
	}
	return &assets.Error{Kind: assets.Conflict, Op: "pipeline.restoreWhole: " + kind, Msg: "Ceci ne s'annule pas. Rien n'a été changé."}
}

// restored gives fields of a record the values they had, if they still are what
// the event made of them.
func restored[T any](ctx context.Context, d *Desk, into *[]T, load func(context.Context, assets.ID) (T, error), id assets.ID, fields assets.Edits) error {
	record, err := load(ctx, id)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(&record).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		e, edited := fields[name]
		if !edited {
			continue
		}
		delete(fields, name)
		before, after := reflect.New(v.Field(i).Type()), reflect.New(v.Field(i).Type())
		if json.Unmarshal(e.Before, before.Interface()) != nil || json.Unmarshal(e.After, after.Interface()) != nil {
			return &assets.Error{Kind: assets.Internal, Op: "pipeline.restored: " + name + " is not what the log says"}
		}
		if !alike(v.Field(i).Interface(), after.Elem().Interface()) {
			return changedSince(v)
		}
		v.Field(i).Set(before.Elem())
	}
	if len(fields) > 0 {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.restored: unknown fields", Msg: "Ceci ne s'annule pas. Rien n'a été changé."}
	}
	if at := v.FieldByName("UpdatedAt"); at.IsValid() {
		at.Set(reflect.ValueOf(d.Now()))
	}
	*into = append(*into, record)
	return nil
}

// restoredWhole gives a whole record back what it was; one that was not there is
// put aside.
func restoredWhole[T any](ctx context.Context, into *[]T, load func(context.Context, assets.ID) (T, error), id assets.ID, e assets.Edit, putAside func(*T)) error {
	record, err := load(ctx, id)
	if err != nil {
		return err
	}
	before, after, err := both[T](e)
	if err != nil {
		return err
	}
	switch {
	case after == nil: // it was put aside, and comes back
		record = *before
	case !alike(record, *after):
		return changedSince(reflect.ValueOf(record))
	case before == nil:
		putAside(&record)
	default:
		record = *before
	}
	*into = append(*into, record)
	return nil
}

// both is what a whole record was and what it became; nil where it was not there.
func both[T any](e assets.Edit) (before, after *T, err error) {
	if json.Unmarshal(e.Before, &before) != nil || json.Unmarshal(e.After, &after) != nil {
		err = &assets.Error{Kind: assets.Internal, Op: "pipeline.both: not what the log says"}
	}
	return before, after, err
}

// alike compares as JSON, in which both were kept, and instants to the
// microsecond, as the catalog keeps them.
func alike[T any](a, b T) bool {
	x, errX := json.Marshal(settled(a))
	y, errY := json.Marshal(settled(b))
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func settled(v any) any {
	if at, is := v.(time.Time); is {
		return at.UTC().Truncate(time.Microsecond)
	}
	if reflect.TypeOf(v).Kind() != reflect.Struct {
		return v
	}
	copied := reflect.New(reflect.TypeOf(v)).Elem()
	copied.Set(reflect.ValueOf(v))
	for i := range copied.NumField() {
		if at, is := copied.Field(i).Interface().(time.Time); is {
			copied.Field(i).Set(reflect.ValueOf(settled(at)))
		}
	}
	return copied.Interface()
}

func changedSince(record reflect.Value) error {
	what := "Cet élément"
	for _, name := range []string{"Title", "Name"} {
		if f := record.FieldByName(name); f.IsValid() && f.String() != "" {
			what = "« " + f.String() + " »"
			break
		}
	}
	return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Undo", Msg: what + " a changé depuis : rien n'a été annulé, pour ne pas perdre ce changement."}
}

// whole is the edit of a record that has no state, before and after; nil stands
// for one that is not there.
func whole[T any](before, after *T) assets.Edit {
	b, _ := json.Marshal(before) // records of assets: always JSON
	a, _ := json.Marshal(after)
	return assets.Edit{Before: b, After: a}
}

// again does once more what reads and then commits, when the state moved in
// between: the worker ended its work on the same record.
func again(do func() error) error {
	err := do()
	for tries := 0; err != nil && assets.KindOf(err) == assets.Conflict && tries < 2; tries++ {
		err = do()
	}
	return err
}
