package pipeline

import (
	"context"
	"strings"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// longestNote bounds the text of a note, in characters.
const longestNote = 4000

// AddNote writes down what a person says of a version or of a rush.
func (d *Desk) AddNote(ctx context.Context, n assets.Note, u assets.User) (assets.Note, error) {
	var err error
	if n.Text, err = noteText(n.Text); err != nil {
		return n, err
	}
	n.ID, n.CreatedAt, n.Author, n.Name = d.NewID(), d.Now(), u.ID, u.Name
	n.Frame = max(-1, n.Frame)
	n.Until = max(n.Frame, n.Until)
	return n, d.saveNote(ctx, nil, &n, string(u.ID), "", "Note ajoutée.")
}

// EditNote gives a note another text.
func (d *Desk) EditNote(ctx context.Context, id assets.ID, text string, u assets.User) error {
	text, err := noteText(text)
	if err != nil {
		return err
	}
	return d.changeNote(ctx, id, u, "", "Note modifiée.", func(n *assets.Note) { n.Text, n.EditedAt = text, d.Now() })
}

// RemoveNote takes a note away. The batch it returns undoes that.
func (d *Desk) RemoveNote(ctx context.Context, id assets.ID, u assets.User) (assets.ID, error) {
	batch := d.NewID()
	return batch, d.changeNote(ctx, id, u, batch, "Note retirée.", func(n *assets.Note) { n.RemovedAt = d.Now() })
}

// NoteDone says that what a note asks for is done, or that it is not.
func (d *Desk) NoteDone(ctx context.Context, id assets.ID, done bool, u assets.User) error {
	sentence := "Note à refaire."
	if done {
		sentence = "Note faite."
	}
	return d.changeNote(ctx, id, u, "", sentence, func(n *assets.Note) { n.Done = done })
}

func (d *Desk) changeNote(ctx context.Context, id assets.ID, u assets.User, batch assets.ID, sentence string, change func(*assets.Note)) error {
	before, err := d.Catalog.Note(ctx, id)
	if err != nil {
		return err
	}
	if !before.RemovedAt.IsZero() {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.changeNote", Msg: "Cette note a été retirée entre-temps : rien n'a été changé."}
	}
	after := before
	change(&after)
	return d.saveNote(ctx, &before, &after, string(u.ID), batch, sentence)
}

// saveNote writes a note, and tells so in the history of what it is about.
func (d *Desk) saveNote(ctx context.Context, before, after *assets.Note, actor string, batch assets.ID, sentence string) error {
	return again(func() error {
		state, film, err := d.noted(ctx, *after)
		if err != nil {
			return err
		}
		after.Film = film
		e := d.event(after.On, after.Subject, state, state, actor, sentence)
		e.Batch, e.Edits = batch, assets.Edits{"note/" + string(after.ID): whole(before, after)}
		return d.commit(ctx, assets.Change{Notes: []assets.Note{*after}, Events: []assets.Event{e}})
	})
}

// noted is where the subject of a note stands, and the film it belongs to.
func (d *Desk) noted(ctx context.Context, n assets.Note) (state string, film assets.ID, err error) {
	switch n.On {
	case assets.SubjectRush:
		r, err := d.Catalog.Rush(ctx, n.Subject)
		return string(r.State), "", err
	case assets.SubjectVersion:
		v, err := d.Catalog.Version(ctx, n.Subject)
		return string(v.State), v.Film, err
	}
	return "", "", &assets.Error{Kind: assets.Invalid, Op: "pipeline.noted: " + string(n.On), Msg: "Une note porte sur un rush ou sur une version."}
}

func noteText(text string) (string, error) {
	text = strings.TrimSpace(french.Clean(text))
	switch {
	case text == "":
		return "", &assets.Error{Kind: assets.Invalid, Op: "pipeline.noteText", Msg: "La note est vide. Écrivez ce qu'il faut voir ou changer."}
	case utf8.RuneCountInString(text) > longestNote:
		return "", &assets.Error{Kind: assets.Invalid, Op: "pipeline.noteText", Msg: "La note est trop longue : 4 000 signes au plus. Faites-en deux."}
	}
	return text, nil
}
