package api

import (
	"context"

	"anonymal.tv/regie/assets"
)

type rushesAsked struct {
	Page
	Query string           `query:"q"`
	Sujet assets.ID        `query:"sujet"`
	State assets.RushState `query:"state"`
	Stars int              `query:"stars" minimum:"0" maximum:"5" doc:"au moins"`
}

// OneRush names a rush.
type OneRush struct {
	Rush assets.ID `path:"rush"`
}

type rushNote struct {
	OneRush
	NoteBody
}

func (a *API) rushes() {
	add(a, "GET /rushes", "list-rushes", "Les rushes, du plus récent au plus ancien", func(ctx context.Context, in *rushesAsked) (list[assets.Rush], error) {
		all, err := a.desk.Catalog.Rushes(ctx, assets.RushFilter{
			Query: in.Query, Sujet: in.Sujet, State: in.State, MinStars: in.Stars, Crew: crew(ctx), After: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(r assets.Rush) assets.ID { return r.ID }), err
	})
	add(a, "GET /rushes/{rush}", "get-rush", "Un rush", func(ctx context.Context, in *OneRush) (assets.Rush, error) {
		return a.desk.Catalog.Rush(ctx, in.Rush)
	})
	add(a, "GET /rushes/{rush}/notes", "list-rush-notes", "Les remarques sur un rush", func(ctx context.Context, in *OneRush) (list[assets.Note], error) {
		all, err := a.desk.Catalog.Notes(ctx, in.Rush)
		return paged(all, len(all), nil), err
	})
	add(a, "POST /rushes/{rush}/notes", "add-rush-note", "Ajouter une remarque sur un rush", func(ctx context.Context, in *rushNote) (assets.Note, error) {
		return a.desk.AddNote(ctx, in.note(assets.SubjectRush, in.Rush), user(ctx))
	})
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
