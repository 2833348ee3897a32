package api

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
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

// rushEdit is what changes on rushes; what is left out stays as it is. It is a
// pipeline.RushEdit.
type rushEdit struct {
	Title     *string          `json:"title,omitempty"`
	Place     *string          `json:"place,omitempty"`
	Territory *string          `json:"territory,omitempty"`
	Sujet     *assets.ID       `json:"sujet,omitempty" doc:"vide : hors sujet"`
	People    *[]assets.Person `json:"people,omitempty"`
	Minors    *assets.Answer   `json:"minors,omitempty" doc:"yes, no ou unknown"`
	Shot      *assets.Shot     `json:"shot,omitempty" doc:"speech ou cutaway"`
	Stars     *int             `json:"stars,omitempty" minimum:"0" maximum:"3"`
	Rejected  *bool            `json:"rejected,omitempty"`
	Removed   *bool            `json:"removed,omitempty" doc:"mis de côté"`
}

type rushesEdit struct {
	Body struct {
		Rushes []assets.ID `json:"rushes" minItems:"1" maxItems:"500"`
		Change rushEdit    `json:"change"`
	}
}

// changed is what a gesture did, and the name by which it is undone.
type changed struct {
	Changed int       `json:"changed"`
	Undo    assets.ID `json:"undo,omitempty" doc:"à donner à POST /undo/{batch}"`
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
	add(a, "PATCH /rushes", "edit-rushes", "Modifier des rushes d’un seul geste", a.editRushes)
	add(a, "POST /rushes/{rush}/remake", "remake-rush", "Refaire l’aperçu d’un rush", func(ctx context.Context, in *OneRush) (assets.Rush, error) {
		if err := a.desk.RemakeProxy(ctx, in.Rush, actor(ctx)); err != nil {
			return assets.Rush{}, err
		}
		return a.desk.Catalog.Rush(ctx, in.Rush)
	})
}

func (a *API) editRushes(ctx context.Context, in *rushesEdit) (changed, error) {
	for _, id := range in.Body.Rushes {
		if err := a.reach(ctx, "POST /regie/rushes/{rush}", id); err != nil {
			return changed{}, err
		}
	}
	edit := pipeline.RushEdit(in.Body.Change)
	if edit.Sujet != nil && *edit.Sujet != "" {
		if err := a.reach(ctx, "GET /regie/sujets/{sujet}", *edit.Sujet); err != nil {
			return changed{}, err
		}
	}
	batch, n, err := a.desk.EditRushes(ctx, in.Body.Rushes, edit, user(ctx))
	if n == 0 {
		batch = ""
	}
	return changed{n, batch}, err
}
