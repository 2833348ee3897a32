package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

// programmeShown is what films are filed under.
type programmeShown struct {
	Rubriques   []assets.Rubrique  `json:"rubriques"`
	Partners    []assets.Partner   `json:"partners"`
	Dossiers    []assets.Dossier   `json:"dossiers"`
	Territories []assets.Territory `json:"territories"`
}

// headingSent is a HeadingEntry as it is sent.
type headingSent struct {
	Slug    string    `json:"slug,omitempty" doc:"vide : une entrée neuve"`
	Name    string    `json:"name" minLength:"1"`
	Lede    string    `json:"lede,omitempty"`
	Light   string    `json:"light,omitempty" doc:"d’une rubrique"`
	Dark    string    `json:"dark,omitempty" doc:"d’une rubrique"`
	Rank    int       `json:"rank,omitempty" doc:"d’une rubrique"`
	URL     string    `json:"url,omitempty" doc:"d’un partenaire"`
	Logo    string    `json:"logo,omitempty" doc:"d’un partenaire : se dépose dans la régie ; ce qui en est envoyé ne change rien"`
	Colour  string    `json:"colour,omitempty" doc:"d’un partenaire : la couleur de ses liens, comme #d22f27"`
	Sites   []string  `json:"sites,omitempty" doc:"d’un partenaire : les sites qui peuvent intégrer ses films ; aucun : tous"`
	Partner string    `json:"partner,omitempty" doc:"d’un dossier"`
	Planned int       `json:"planned,omitempty" doc:"d’un dossier"`
	Begins  string    `json:"begins,omitempty" doc:"d’un dossier : le premier jour de l’événement, comme 2018-06-07"`
	Ends    string    `json:"ends,omitempty" doc:"d’un dossier : son dernier jour ; vide : il dure un jour"`
	Parent  string    `json:"parent,omitempty" doc:"d’un quartier"`
	Embargo time.Time `json:"embargo,omitzero" doc:"d’un partenaire ou d’un dossier"`
}

type entryIn struct {
	Body struct {
		List  assets.HeadingKind `json:"list" enum:"rubrique,partner,dossier,territory"`
		Entry headingSent        `json:"entry"`
	}
}

type headingIn struct {
	Body struct {
		List assets.HeadingKind `json:"list" enum:"rubrique,partner,dossier,territory"`
		Slug string             `json:"slug" minLength:"1"`
		Into string             `json:"into,omitempty" doc:"l’entrée qui reste"`
	}
}

func (h headingIn) heading() assets.Heading {
	return assets.Heading{Kind: h.Body.List, Slug: h.Body.Slug}
}

// saved is an entry as it is kept.
type saved struct {
	assets.HeadingEntry
	Undo assets.ID `json:"undo"`
}

// programme is what films are filed under.
func (a *API) programme() {
	add(a, "GET /programme", "programme", "Rubriques, partenaires, dossiers et territoires", func(ctx context.Context, _ *struct{}) (programmeShown, error) {
		p, err := a.desk.Catalog.Programme(ctx)
		return programmeShown{p.Rubriques, p.Partners, p.Dossiers, p.Territories}, err
	})
	add(a, "POST /programme", "save-entry", "Ajouter une entrée au programme, ou la changer", func(ctx context.Context, in *entryIn) (saved, error) {
		e, batch, err := a.desk.SaveEntry(ctx, in.Body.List, assets.HeadingEntry(in.Body.Entry), actor(ctx))
		return saved{e, batch}, err
	})
	add(a, "POST /programme/merge", "merge-entries", "Réunir une entrée avec une autre", func(ctx context.Context, in *headingIn) (changed, error) {
		return undoable(a.desk.MergeEntries(ctx, in.heading(), in.Body.Into, actor(ctx)))
	})
	add(a, "POST /programme/remove", "remove-entry", "Retirer une entrée qui ne sert pas", func(ctx context.Context, in *headingIn) (changed, error) {
		return undoable(a.desk.RemoveEntry(ctx, in.heading(), actor(ctx)))
	})
}
