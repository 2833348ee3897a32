package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

// me is who holds the token.
type me struct {
	ID   assets.ID       `json:"id"`
	Name string          `json:"name"`
	Mail string          `json:"mail"`
	Role assets.UserRole `json:"role"`
}

type journalAsked struct {
	Page
	Kind  assets.Subject `query:"kind"`
	Actor string         `query:"actor"`
	From  time.Time      `query:"from"`
	To    time.Time      `query:"to"`
}

type searched struct {
	Query string `query:"q" required:"true" minLength:"1"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"de chaque sorte"`
}

// hitShown is one answer of a search.
type hitShown struct {
	Kind  assets.Subject `json:"kind" enum:"film,sujet,rush"`
	ID    assets.ID      `json:"id"`
	Slug  string         `json:"slug,omitempty"`
	Title string         `json:"title"`
}

type found struct {
	Items   []hitShown `json:"items"`
	Suggest []string   `json:"suggest,omitempty" doc:"des noms proches, quand rien n’est trouvé"`
}

// OneSearch names a search that is kept.
type OneSearch struct {
	Search assets.ID `path:"search"`
}

type searchKept struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200"`
		Path string `json:"path" doc:"l’adresse d’une liste de la régie, avec ses filtres"`
	}
}

// OneGesture names something that can be undone.
type OneGesture struct {
	Batch assets.ID `path:"batch"`
}

func (a *API) house() {
	add(a, "GET /me", "me", "À qui est ce jeton", func(ctx context.Context, _ *struct{}) (me, error) {
		u := user(ctx)
		return me{u.ID, u.Name, u.Mail, u.Role}, nil
	})
	add(a, "GET /journal", "journal", "Le journal, du plus récent au plus ancien", func(ctx context.Context, in *journalAsked) (list[assets.Event], error) {
		all, err := a.desk.Catalog.Journal(ctx, assets.EventFilter{
			Kind: in.Kind, Actor: in.Actor, From: in.From, To: in.To, Before: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(e assets.Event) assets.ID { return e.ID }), err
	})
	add(a, "GET /search", "search", "Chercher des films, des sujets et des rushes", func(ctx context.Context, in *searched) (found, error) {
		f, err := a.desk.Search(ctx, in.Query, in.Limit, user(ctx))
		answer := found{Items: make([]hitShown, len(f.Hits)), Suggest: f.Suggest}
		for i, h := range f.Hits {
			answer.Items[i] = hitShown(h)
		}
		return answer, err
	})
	add(a, "GET /searches", "list-searches", "Vos recherches gardées", func(ctx context.Context, _ *struct{}) (list[assets.SavedSearch], error) {
		return a.searches(ctx, nil)
	})
	add(a, "POST /searches", "keep-search", "Garder une recherche", func(ctx context.Context, in *searchKept) (list[assets.SavedSearch], error) {
		return a.searches(ctx, a.desk.SaveSearch(ctx, in.Body.Name, in.Body.Path, user(ctx)))
	})
	add(a, "DELETE /searches/{search}", "forget-search", "Retirer une recherche gardée", func(ctx context.Context, in *OneSearch) (list[assets.SavedSearch], error) {
		return a.searches(ctx, a.desk.ForgetSearch(ctx, in.Search, user(ctx)))
	})
	add(a, "POST /undo/{batch}", "undo", "Annuler un geste", func(ctx context.Context, in *OneGesture) (changed, error) {
		return undoable(a.desk.Undo(ctx, in.Batch, user(ctx)))
	})
}

// searches are those that the person keeps, once they were changed.
func (a *API) searches(ctx context.Context, err error) (list[assets.SavedSearch], error) {
	if err != nil {
		return list[assets.SavedSearch]{}, err
	}
	return whole(a.desk.Catalog.SavedSearches(ctx, user(ctx).ID))
}
