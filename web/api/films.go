package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type filmsAsked struct {
	Page
	State     assets.FilmState `query:"state"`
	Rubrique  string           `query:"rubrique"`
	Partner   string           `query:"partner"`
	Dossier   string           `query:"dossier"`
	Territory string           `query:"territory"`
	Sujet     assets.ID        `query:"sujet"`
}

// OneFilm names a film.
type OneFilm struct {
	Film assets.ID `path:"film"`
}

// filmIn is something sent about a film.
type filmIn[B any] struct {
	OneFilm
	Body B
}

// fiche is what is said of a film; what is left out stays as it is.
type fiche struct {
	Title       *string          `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Lede        *string          `json:"lede,omitempty"`
	Description *string          `json:"description,omitempty"`
	Credits     *string          `json:"credits,omitempty"`
	License     *string          `json:"license,omitempty"`
	Genre       *string          `json:"genre,omitempty"`
	Dossier     *string          `json:"dossier,omitempty"`
	Territory   *string          `json:"territory,omitempty"`
	Keywords    *[]string        `json:"keywords,omitempty"`
	Rubriques   *[]string        `json:"rubriques,omitempty"`
	Partners    *[]string        `json:"partners,omitempty"`
	People      *[]assets.Person `json:"people,omitempty"`
}

// filmShown is a film, its files, its history, and what is said of it.
type filmShown struct {
	pipeline.FilmView
	Fiche assets.Film `json:"fiche"`
}

// OneVersion names a version of a film.
type OneVersion struct {
	OneFilm
	N int `path:"n" minimum:"1"`
}

func (a *API) films() {
	add(a, "GET /films", "list-films", "Les films, du plus récent au plus ancien", func(ctx context.Context, in *filmsAsked) (list[assets.Film], error) {
		all, err := a.desk.Catalog.Films(ctx, assets.FilmFilter{
			State: in.State, Rubrique: in.Rubrique, Partner: in.Partner, Dossier: in.Dossier, Territory: in.Territory, Sujet: in.Sujet,
			Crew: crew(ctx), After: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(f assets.Film) assets.ID { return f.ID }), err
	})
	add(a, "GET /films/{film}", "get-film", "Un film, ses fichiers et son histoire", func(ctx context.Context, in *OneFilm) (filmShown, error) {
		return a.show(ctx, in.Film)
	})
	add(a, "PATCH /films/{film}", "edit-film", "Modifier la fiche d’un film", a.editFilm)
	add(a, "POST /films/{film}/site", "publish-site", "Mettre en ligne la version qui a le BAT", a.onSite(func(ctx context.Context, f assets.ID, c []assets.Channel) ([]assets.Publication, error) {
		return a.desk.Publish(ctx, f, c, time.Time{}, actor(ctx))
	}))
	add(a, "DELETE /films/{film}/site", "withdraw-site", "Retirer un film du site", a.onSite(func(ctx context.Context, f assets.ID, c []assets.Channel) ([]assets.Publication, error) {
		return a.desk.Unpublish(ctx, f, c, actor(ctx))
	}))
}

// onSite does something with a film on the site.
func (a *API) onSite(do func(context.Context, assets.ID, []assets.Channel) ([]assets.Publication, error)) func(context.Context, *OneFilm) (list[assets.Publication], error) {
	return func(ctx context.Context, in *OneFilm) (list[assets.Publication], error) {
		return whole(do(ctx, in.Film, []assets.Channel{assets.ChannelSite}))
	}
}

func (a *API) editFilm(ctx context.Context, in *filmIn[fiche]) (filmShown, error) {
	f, err := a.desk.Catalog.Film(ctx, in.Film)
	if err != nil {
		return filmShown{}, err
	}
	b := in.Body
	give(&f.Title, b.Title)
	give(&f.Lede, b.Lede)
	give(&f.Description, b.Description)
	give(&f.Credits, b.Credits)
	give(&f.License, b.License)
	give(&f.Genre, b.Genre)
	give(&f.Dossier, b.Dossier)
	give(&f.Territory, b.Territory)
	give(&f.Keywords, b.Keywords)
	give(&f.Rubriques, b.Rubriques)
	give(&f.Partners, b.Partners)
	give(&f.People, b.People)
	if err := a.desk.EditFilm(ctx, in.Film, f, actor(ctx)); err != nil {
		return filmShown{}, err
	}
	return a.show(ctx, in.Film)
}

// give sets a field to what was sent, if anything was.
func give[T any](field, sent *T) {
	if sent != nil {
		*field = *sent
	}
}

// show is a film without what stays in the house: paths, and addresses.
func (a *API) show(ctx context.Context, id assets.ID) (filmShown, error) {
	v, err := a.desk.Show(ctx, string(id))
	if err != nil {
		return filmShown{}, err
	}
	v.Master.File = ""
	for i := range v.Files {
		v.Files[i].Path = ""
	}
	for i := range v.Events {
		v.Events[i].IP = ""
	}
	f, err := a.desk.Catalog.Film(ctx, v.ID)
	return filmShown{v, f}, err
}

func (a *API) version(ctx context.Context, in OneVersion) (assets.Version, error) {
	all, err := a.desk.Catalog.Versions(ctx, in.Film)
	if err != nil {
		return assets.Version{}, err
	}
	for _, v := range all {
		if v.Number == in.N {
			return v, nil
		}
	}
	return assets.Version{}, &assets.Error{Kind: assets.NotFound, Op: "api.version", Msg: "Ce film n’a pas cette version."}
}
