package api

import (
	"context"

	"anonymal.tv/regie/assets"
)

type versionNote struct {
	OneVersion
	NoteBody
}

type answered struct {
	Approval assets.ID `path:"approval"`
	Body     struct {
		Given bool   `json:"given" doc:"vrai : le BAT est donné ; faux : il est refusé"`
		Note  string `json:"note,omitempty" maxLength:"4000"`
	}
}

type rushNote struct {
	OneRush
	NoteBody
}

// OneNote names a note.
type OneNote struct {
	Note assets.ID `path:"note"`
}

type noteIn[B any] struct {
	OneNote
	Body B
}

type noteText struct {
	Text string `json:"text" minLength:"1" maxLength:"4000"`
}

type noteDone struct {
	Done bool `json:"done"`
}

// OneApproval names a BAT.
type OneApproval struct {
	Approval assets.ID `path:"approval"`
}

// review is what is thought of versions and rushes: notes, and the BAT.
func (a *API) review() {
	add(a, "GET /rushes/{rush}/notes", "list-rush-notes", "Les remarques sur un rush", func(ctx context.Context, in *OneRush) (list[assets.Note], error) {
		return whole(a.desk.Catalog.Notes(ctx, in.Rush))
	})
	add(a, "POST /rushes/{rush}/notes", "add-rush-note", "Ajouter une remarque sur un rush", func(ctx context.Context, in *rushNote) (assets.Note, error) {
		return a.desk.AddNote(ctx, in.note(assets.SubjectRush, in.Rush), user(ctx))
	})
	add(a, "GET /films/{film}/versions/{n}/notes", "list-version-notes", "Les remarques sur une version", func(ctx context.Context, in *OneVersion) (list[assets.Note], error) {
		v, err := a.version(ctx, *in)
		if err != nil {
			return list[assets.Note]{}, err
		}
		return whole(a.desk.Catalog.Notes(ctx, v.ID))
	})
	add(a, "POST /films/{film}/versions/{n}/notes", "add-version-note", "Ajouter une remarque sur une version", func(ctx context.Context, in *versionNote) (assets.Note, error) {
		v, err := a.version(ctx, in.OneVersion)
		if err != nil {
			return assets.Note{}, err
		}
		n := in.note(assets.SubjectVersion, v.ID)
		n.Film = in.Film
		return a.desk.AddNote(ctx, n, user(ctx))
	})
	add(a, "POST /films/{film}/bat", "ask-approval", "Demander le BAT", func(ctx context.Context, in *OneFilm) (assets.Approval, error) {
		return a.desk.AskApproval(ctx, in.Film, actor(ctx))
	})
	add(a, "POST /bat/{approval}", "answer-approval", "Donner ou refuser le BAT", func(ctx context.Context, in *answered) (assets.Approval, error) {
		if in.Body.Given {
			return a.desk.Approve(ctx, in.Approval, in.Body.Note, actor(ctx))
		}
		return a.desk.Refuse(ctx, in.Approval, in.Body.Note, actor(ctx))
	})
	add(a, "GET /films/{film}/bat", "list-approvals", "Les BAT d’un film, du plus ancien au plus récent", func(ctx context.Context, in *OneFilm) (list[assets.Approval], error) {
		return whole(a.desk.Catalog.Approvals(ctx, in.Film))
	})
	add(a, "DELETE /bat/{approval}", "take-back-approval", "Reprendre un BAT demandé ou donné", func(ctx context.Context, in *OneApproval) (assets.Approval, error) {
		return a.desk.TakeBack(ctx, in.Approval, actor(ctx))
	})
	add(a, "PATCH /notes/{note}", "edit-note", "Changer le texte d’une remarque", func(ctx context.Context, in *noteIn[noteText]) (assets.Note, error) {
		return a.note(ctx, in.Note, a.desk.EditNote(ctx, in.Note, in.Body.Text, user(ctx)))
	})
	add(a, "POST /notes/{note}/done", "do-note", "Dire qu’une remarque est faite, ou à refaire", func(ctx context.Context, in *noteIn[noteDone]) (assets.Note, error) {
		return a.note(ctx, in.Note, a.desk.NoteDone(ctx, in.Note, in.Body.Done, user(ctx)))
	})
	add(a, "DELETE /notes/{note}", "remove-note", "Retirer une remarque", func(ctx context.Context, in *OneNote) (changed, error) {
		return undoable(a.desk.RemoveNote(ctx, in.Note, user(ctx)))
	})
}

// note is a remark as it is after it was changed.
func (a *API) note(ctx context.Context, id assets.ID, err error) (assets.Note, error) {
	if err != nil {
		return assets.Note{}, err
	}
	return a.desk.Catalog.Note(ctx, id)
}

// NoteBody is a remark as it is sent.
type NoteBody struct {
	Body struct {
		Text  string `json:"text" minLength:"1" maxLength:"4000"`
		Frame int    `json:"frame,omitempty" minimum:"-1" doc:"-1 : l’ensemble"`
		Until int    `json:"until,omitempty" minimum:"-1" doc:"la dernière image"`
	}
}

func (b NoteBody) note(on assets.Subject, id assets.ID) assets.Note {
	return assets.Note{On: on, Subject: id, Frame: b.Body.Frame, Until: max(b.Body.Frame, b.Body.Until), Text: b.Body.Text}
}
