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

// fiche is what is said of a film; what is left out stays as it is.
type fiche struct {
	OneFilm
	Body struct {
		Title       *string  `json:"title,omitempty" minLength:"1" maxLength:"200"`
		Lede        *string  `json:"lede,omitempty"`
		Description *string  `json:"description,omitempty"`
		Credits     *string  `json:"credits,omitempty"`
		License     *string  `json:"license,omitempty"`
		Keywords    []string `json:"keywords,omitempty"`
	}
}

// OneVersion names a version of a film.
type OneVersion struct {
	OneFilm
	N int `path:"n" minimum:"1"`
}

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

func (a *API) films() {
	add(a, "GET /films", "list-films", "Les films, du plus récent au plus ancien", func(ctx context.Context, in *filmsAsked) (list[assets.Film], error) {
		all, err := a.desk.Catalog.Films(ctx, assets.FilmFilter{
			State: in.State, Rubrique: in.Rubrique, Partner: in.Partner, Dossier: in.Dossier, Territory: in.Territory, Sujet: in.Sujet,
			Crew: crew(ctx), After: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(f assets.Film) assets.ID { return f.ID }), err
	})
	add(a, "GET /films/{film}", "get-film", "Un film, ses fichiers et son histoire", func(ctx context.Context, in *OneFilm) (pipeline.FilmView, error) {
		return a.show(ctx, in.Film)
	})
	add(a, "PATCH /films/{film}", "edit-film", "Modifier la fiche d’un film", a.editFilm)
	add(a, "GET /films/{film}/versions/{n}/notes", "list-version-notes", "Les remarques sur une version", func(ctx context.Context, in *OneVersion) (list[assets.Note], error) {
		v, err := a.version(ctx, *in)
		if err != nil {
			return list[assets.Note]{}, err
		}
		all, err := a.desk.Catalog.Notes(ctx, v.ID)
		return paged(all, len(all), nil), err
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
		all, err := do(ctx, in.Film, []assets.Channel{assets.ChannelSite})
		return paged(all, len(all), nil), err
	}
}

func (a *API) editFilm(ctx context.Context, in *fiche) (pipeline.FilmView, error) {
	f, err := a.desk.Catalog.Film(ctx, in.Film)
	if err != nil {
		return pipeline.FilmView{}, err
	}
	b := in.Body
	for _, field := range []struct{ to, from *string }{
		{&f.Title, b.Title}, {&f.Lede, b.Lede}, {&f.Description, b.Description}, {&f.Credits, b.Credits}, {&f.License, b.License},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if b.Keywords != nil {
		f.Keywords = b.Keywords
	}
	if err := a.desk.EditFilm(ctx, in.Film, f, actor(ctx)); err != nil {
		return pipeline.FilmView{}, err
	}
	return a.show(ctx, in.Film)
}

// show is a film without what stays in the house: paths, and addresses.
func (a *API) show(ctx context.Context, id assets.ID) (pipeline.FilmView, error) {
	v, err := a.desk.Show(ctx, string(id))
	v.Master.File = ""
	for i := range v.Events {
		v.Events[i].IP = ""
	}
	return v, err
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
