package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

type sujetsAsked struct {
	Page
	State     assets.SujetState `query:"state"`
	Rubrique  string            `query:"rubrique"`
	Partner   string            `query:"partner"`
	Dossier   string            `query:"dossier"`
	Territory string            `query:"territory"`
}

type newSujet struct {
	Body struct {
		Title     string      `json:"title" minLength:"1" maxLength:"200"`
		Kind      string      `json:"kind,omitempty"`
		Brief     string      `json:"brief,omitempty"`
		Place     string      `json:"place,omitempty"`
		Rubriques []string    `json:"rubriques,omitempty"`
		Partners  []string    `json:"partners,omitempty"`
		Dossier   string      `json:"dossier,omitempty"`
		Territory string      `json:"territory,omitempty"`
		At        time.Time   `json:"at,omitzero"`
		Crew      []assets.ID `json:"crew,omitempty"`
	}
}

type oneSujet struct {
	Sujet assets.ID `path:"sujet"`
}

func (a *API) sujets() {
	add(a, "GET /sujets", "list-sujets", "Les sujets, du plus récent au plus ancien", func(ctx context.Context, in *sujetsAsked) (list[assets.Sujet], error) {
		all, err := a.desk.Catalog.Sujets(ctx, assets.SujetFilter{
			Crew: crew(ctx), State: in.State, Rubrique: in.Rubrique, Partner: in.Partner, Dossier: in.Dossier, Territory: in.Territory,
			After: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(s assets.Sujet) assets.ID { return s.ID }), err
	})
	add(a, "GET /sujets/{sujet}", "get-sujet", "Un sujet", func(ctx context.Context, in *oneSujet) (assets.Sujet, error) {
		return a.desk.Catalog.Sujet(ctx, in.Sujet)
	})
	add(a, "POST /sujets", "create-sujet", "Créer un sujet", func(ctx context.Context, in *newSujet) (assets.Sujet, error) {
		b := in.Body
		return a.desk.CreateSujet(ctx, assets.Sujet{
			Title: b.Title, Kind: b.Kind, Brief: b.Brief, Place: b.Place, Rubriques: b.Rubriques, Partners: b.Partners,
			Dossier: b.Dossier, Territory: b.Territory, At: b.At, Crew: b.Crew,
		}, actor(ctx))
	})
}
