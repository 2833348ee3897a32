package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/serve"
)

// OneSelection names a selection.
type OneSelection struct {
	Selection assets.ID `path:"selection"`
}

type selectionIn[B any] struct {
	OneSelection
	Body B
}

type selectionsAsked struct {
	Sujet assets.ID `query:"sujet"`
}

type newSelection struct {
	Body struct {
		Name  string        `json:"name" minLength:"1" maxLength:"120"`
		Sujet assets.ID     `json:"sujet,omitempty"`
		Clips []assets.Clip `json:"clips,omitempty" maxItems:"2000"`
	}
}

// selectionEdit is a pipeline.SelectionEdit as it is sent.
type selectionEdit struct {
	Name    *string        `json:"name,omitempty" maxLength:"120"`
	Sujet   *assets.ID     `json:"sujet,omitempty" doc:"vide : hors sujet"`
	Clips   *[]assets.Clip `json:"clips,omitempty" doc:"tous, dans leur nouvel ordre"`
	Removed *bool          `json:"removed,omitempty"`
}

type moreClips struct {
	Clips []assets.Clip `json:"clips" minItems:"1" maxItems:"2000"`
}

type exported struct {
	OneSelection
	Format string `path:"format" enum:"originaux.zip,proxies.zip,edl,csv"`
}

// selections are what people edit from.
func (a *API) selections() {
	add(a, "GET /selections", "list-selections", "Les sélections, de la plus récente à la plus ancienne", func(ctx context.Context, in *selectionsAsked) (list[assets.Selection], error) {
		return whole(a.desk.Catalog.Selections(ctx, in.Sujet, crew(ctx)))
	})
	add(a, "GET /selections/{selection}", "get-selection", "Une sélection", func(ctx context.Context, in *OneSelection) (assets.Selection, error) {
		return a.desk.Catalog.Selection(ctx, in.Selection)
	})
	add(a, "POST /selections", "create-selection", "Ouvrir une sélection", func(ctx context.Context, in *newSelection) (assets.Selection, error) {
		b := in.Body
		if err := a.reachAll(ctx, b.Sujet, b.Clips); err != nil {
			return assets.Selection{}, err
		}
		return a.desk.NewSelection(ctx, b.Name, b.Sujet, b.Clips, user(ctx))
	})
	add(a, "PATCH /selections/{selection}", "edit-selection", "Modifier, ordonner ou retirer une sélection", func(ctx context.Context, in *selectionIn[selectionEdit]) (changed, error) {
		edit := pipeline.SelectionEdit(in.Body)
		var sujet assets.ID
		var clips []assets.Clip
		give(&sujet, edit.Sujet)
		give(&clips, edit.Clips)
		if err := a.reachAll(ctx, sujet, clips); err != nil {
			return changed{}, err
		}
		return undoable(a.desk.EditSelection(ctx, in.Selection, edit, user(ctx)))
	})
	add(a, "POST /selections/{selection}/clips", "add-clips", "Ajouter des plans à une sélection", func(ctx context.Context, in *selectionIn[moreClips]) (changed, error) {
		if err := a.reachAll(ctx, "", in.Body.Clips); err != nil {
			return changed{}, err
		}
		return undoable(a.desk.AddClips(ctx, in.Selection, in.Body.Clips, user(ctx)))
	})
	op := operation("GET /selections/{selection}/export/{format}", "export-selection", "Une sélection pour le montage : originaux, aperçus, EDL ou CSV")
	op.Responses = map[string]*huma.Response{"200": {Description: "Le fichier ; Range est suivi", Content: map[string]*huma.MediaType{"application/octet-stream": {}}}}
	huma.Register(a.huma, op, a.export)
}

// reachAll asks the table about the sujet and the rushes that a body names.
func (a *API) reachAll(ctx context.Context, sujet assets.ID, clips []assets.Clip) error {
	if sujet != "" {
		if err := a.reach(ctx, "GET /regie/sujets/{sujet}", sujet); err != nil {
			return err
		}
	}
	if access.May(user(ctx).Role, "POST /regie/sujets") { // who sees every sujet sees every rush
		return nil
	}
	for _, c := range clips {
		if err := a.reach(ctx, "GET /regie/rushes/{rush}", c.Rush); err != nil {
			return err
		}
	}
	return nil
}

// export hands out a file, which can be taken up where it was cut.
func (a *API) export(ctx context.Context, in *exported) (*huma.StreamResponse, error) {
	e, err := a.desk.Export(ctx, in.Selection, in.Format)
	if err != nil {
		return nil, a.problem("export-selection", err)
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		serve.Export(w, r, e)
	}}, nil
}
