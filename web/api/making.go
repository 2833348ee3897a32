package api

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// OneTrack names the timed text of a film.
type OneTrack struct {
	OneFilm
	Kind     assets.TrackKind `path:"kind" enum:"captions,chapters,synthes"`
	Language string           `path:"language" minLength:"2" maxLength:"35"`
}

// OneFormat names a format of a film.
type OneFormat struct {
	OneFilm
	Format assets.FormatName `path:"format" doc:"pad-tv, projection, mezzanine, film-16x9, film-1x1, film-9x16, teaser-16x9, teaser-1x1 ou teaser-9x16"`
}

type trackIn struct {
	OneTrack
	Body struct {
		Cues     []assets.Cue `json:"cues" maxItems:"20000"`
		Reviewed bool         `json:"reviewed,omitempty" doc:"relus par une personne"`
	}
}

type coverChosen struct {
	Kind   assets.CoverKind `json:"kind" enum:"thumbnail,frame"`
	Rank   int              `json:"rank,omitempty" doc:"de la vignette proposée"`
	Second float64          `json:"second,omitempty" minimum:"0" doc:"de l’image choisie"`
}

type teaserChosen struct {
	Spans []assets.Span `json:"spans" maxItems:"50" doc:"en secondes ; aucun : la maison choisit"`
}

// making is what is made of a film: its versions, its picture, its teaser, its
// timed texts.
func (a *API) making() {
	add(a, "GET /films/{film}/versions", "list-versions", "Les versions d’un film, V1 d’abord", func(ctx context.Context, in *OneFilm) (list[assets.Version], error) {
		return whole(a.desk.Catalog.Versions(ctx, in.Film))
	})
	add(a, "POST /films/{film}/versions/{n}/sound", "correct-sound", "Corriger le son d’une version pour le web", func(ctx context.Context, in *OneVersion) (assets.Version, error) {
		v, err := a.version(ctx, *in)
		if err != nil {
			return v, err
		}
		return v, a.desk.CorrectSound(ctx, v.ID, actor(ctx))
	})
	add(a, "POST /films/{film}/remake", "remake-film", "Refaire la fabrication depuis l’original", a.then(a.desk.Remake))
	add(a, "POST /films/{film}/cancel", "cancel-making", "Arrêter la fabrication", a.then(a.desk.Cancel))
	add(a, "GET /films/{film}/formats", "list-formats", "Les formats d’un film : ceux qui sont là, en fabrication, ou à demander", func(ctx context.Context, in *OneFilm) (list[pipeline.FormatView], error) {
		return whole(a.desk.Formats(ctx, in.Film))
	})
	add(a, "POST /films/{film}/formats/{format}", "ask-format", "Faire fabriquer un format ; un courriel part quand il est prêt", a.onFormat(a.desk.AskFormat))
	add(a, "DELETE /films/{film}/formats/{format}", "stop-format", "Arrêter la fabrication d’un format", a.onFormat(a.desk.StopFormat))
	add(a, "PUT /films/{film}/cover", "choose-cover", "Choisir l’image du film", func(ctx context.Context, in *filmIn[coverChosen]) (filmShown, error) {
		cover := assets.Cover{Kind: in.Body.Kind, Rank: in.Body.Rank, Second: in.Body.Second}
		if err := a.desk.ChooseCover(ctx, in.Film, cover, actor(ctx)); err != nil {
			return filmShown{}, err
		}
		return a.show(ctx, in.Film)
	})
	add(a, "PUT /films/{film}/teaser", "choose-teaser", "Choisir les passages du teaser", func(ctx context.Context, in *filmIn[teaserChosen]) (filmShown, error) {
		if err := a.desk.ChooseTeaser(ctx, in.Film, in.Body.Spans, actor(ctx)); err != nil {
			return filmShown{}, err
		}
		return a.show(ctx, in.Film)
	})
	add(a, "GET /films/{film}/tracks", "list-tracks", "Les sous-titres, chapitres et synthés d’un film", func(ctx context.Context, in *OneFilm) (list[assets.Track], error) {
		return whole(a.desk.Catalog.Tracks(ctx, in.Film))
	})
	add(a, "GET /films/{film}/tracks/{kind}/{language}", "get-track", "Un texte minuté d’un film", func(ctx context.Context, in *OneTrack) (assets.Track, error) {
		return a.desk.Catalog.Track(ctx, in.Film, in.Kind, in.Language)
	})
	add(a, "PUT /films/{film}/tracks/{kind}/{language}", "save-track", "Remplacer un texte minuté d’un film", func(ctx context.Context, in *trackIn) (assets.Track, error) {
		t := assets.Track{Film: in.Film, Kind: in.Kind, Language: in.Language, Cues: in.Body.Cues, Reviewed: in.Body.Reviewed}
		if err := a.desk.SaveTrack(ctx, t, actor(ctx)); err != nil {
			return t, err
		}
		return a.desk.Catalog.Track(ctx, in.Film, in.Kind, in.Language)
	})
}

// onFormat does something about a format of a film, and says where it stands.
func (a *API) onFormat(do func(context.Context, assets.ID, assets.FormatName, string) (pipeline.FormatView, error)) func(context.Context, *OneFormat) (pipeline.FormatView, error) {
	return func(ctx context.Context, in *OneFormat) (pipeline.FormatView, error) {
		return do(ctx, in.Film, in.Format, actor(ctx))
	}
}

// then does something to a film, and shows it.
func (a *API) then(do func(context.Context, assets.ID, string) error) func(context.Context, *OneFilm) (filmShown, error) {
	return func(ctx context.Context, in *OneFilm) (filmShown, error) {
		if err := do(ctx, in.Film, actor(ctx)); err != nil {
			return filmShown{}, err
		}
		return a.show(ctx, in.Film)
	}
}
