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

// OneSujet names a sujet.
type OneSujet struct {
	Sujet assets.ID `path:"sujet"`
}

type sujetIn[B any] struct {
	OneSujet
	Body B
}

// sujetEdit is what changes on a sujet; what is left out stays as it is.
type sujetEdit struct {
	Title     *string         `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Kind      *string         `json:"kind,omitempty"`
	Brief     *string         `json:"brief,omitempty"`
	Place     *string         `json:"place,omitempty"`
	Dossier   *string         `json:"dossier,omitempty"`
	Territory *string         `json:"territory,omitempty"`
	At        *time.Time      `json:"at,omitempty"`
	Contact   *assets.Contact `json:"contact,omitempty"`
	Rubriques *[]string       `json:"rubriques,omitempty"`
	Partners  *[]string       `json:"partners,omitempty"`
	Crew      *[]assets.ID    `json:"crew,omitempty"`
}

type sujetState struct {
	State assets.SujetState `json:"state" enum:"open,closed"`
}

type wanted struct {
	Text string `json:"text" doc:"vide : plus rien ne manque"`
}

type conducteur struct {
	Segments []assets.Segment `json:"segments" maxItems:"200" doc:"dans l’ordre"`
}

func (a *API) sujets() {
	add(a, "GET /sujets", "list-sujets", "Les sujets, du plus récent au plus ancien", func(ctx context.Context, in *sujetsAsked) (list[assets.Sujet], error) {
		all, err := a.desk.Catalog.Sujets(ctx, assets.SujetFilter{
			Crew: crew(ctx), State: in.State, Rubrique: in.Rubrique, Partner: in.Partner, Dossier: in.Dossier, Territory: in.Territory,
			After: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(s assets.Sujet) assets.ID { return s.ID }), err
	})
	add(a, "GET /sujets/{sujet}", "get-sujet", "Un sujet", func(ctx context.Context, in *OneSujet) (assets.Sujet, error) {
		return a.desk.Catalog.Sujet(ctx, in.Sujet)
	})
	add(a, "POST /sujets", "create-sujet", "Créer un sujet", func(ctx context.Context, in *newSujet) (assets.Sujet, error) {
		b := in.Body
		return a.desk.CreateSujet(ctx, assets.Sujet{
			Title: b.Title, Kind: b.Kind, Brief: b.Brief, Place: b.Place, Rubriques: b.Rubriques, Partners: b.Partners,
			Dossier: b.Dossier, Territory: b.Territory, At: b.At, Crew: b.Crew,
		}, actor(ctx))
	})
	add(a, "PATCH /sujets/{sujet}", "edit-sujet", "Modifier un sujet", a.editSujet)
	add(a, "POST /sujets/{sujet}/state", "move-sujet", "Clore un sujet, ou le rouvrir", func(ctx context.Context, in *sujetIn[sujetState]) (assets.Sujet, error) {
		move := a.desk.CloseSujet
		if in.Body.State == assets.SujetOpen {
			move = a.desk.ReopenSujet
		}
		return a.sujet(ctx, in.Sujet, move(ctx, in.Sujet, actor(ctx)))
	})
	add(a, "PUT /sujets/{sujet}/wanted", "ask-for", "Dire ce qui manque au montage", func(ctx context.Context, in *sujetIn[wanted]) (assets.Sujet, error) {
		return a.sujet(ctx, in.Sujet, a.desk.AskFor(ctx, in.Sujet, in.Body.Text, actor(ctx)))
	})
	add(a, "PUT /sujets/{sujet}/conducteur", "write-conducteur", "Remplacer le conducteur d’un plateau", func(ctx context.Context, in *sujetIn[conducteur]) (assets.Sujet, error) {
		for _, s := range in.Body.Segments {
			if s.Film == "" {
				continue
			}
			if err := a.reach(ctx, "GET /regie/films/{film}", s.Film); err != nil {
				return assets.Sujet{}, err
			}
		}
		return a.sujet(ctx, in.Sujet, a.desk.SetConducteur(ctx, in.Sujet, in.Body.Segments, actor(ctx)))
	})
}

func (a *API) editSujet(ctx context.Context, in *sujetIn[sujetEdit]) (assets.Sujet, error) {
	s, err := a.desk.Catalog.Sujet(ctx, in.Sujet)
	if err != nil {
		return s, err
	}
	b := in.Body
	give(&s.Title, b.Title)
	give(&s.Kind, b.Kind)
	give(&s.Brief, b.Brief)
	give(&s.Place, b.Place)
	give(&s.Dossier, b.Dossier)
	give(&s.Territory, b.Territory)
	give(&s.At, b.At)
	give(&s.Contact, b.Contact)
	give(&s.Rubriques, b.Rubriques)
	give(&s.Partners, b.Partners)
	give(&s.Crew, b.Crew)
	return a.sujet(ctx, in.Sujet, a.desk.EditSujet(ctx, in.Sujet, s, actor(ctx)))
}

// sujet is one as it is after it was changed.
func (a *API) sujet(ctx context.Context, id assets.ID, err error) (assets.Sujet, error) {
	if err != nil {
		return assets.Sujet{}, err
	}
	return a.desk.Catalog.Sujet(ctx, id)
}
