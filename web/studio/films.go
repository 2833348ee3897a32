package studio

import (
	"context"
	"net/http"
	"net/url"

	"anonymal.tv/regie/assets"
)

// films are the pages about films, their versions and their BAT.
var films = map[string]handler{
	"GET /regie/films":                            (*Studio).filmList,
	"GET /regie/films/{film}":                     (*Studio).film,
	"GET /regie/films/{film}/versions/{n}":        (*Studio).version,
	"GET /regie/films/{film}/comparer":            (*Studio).compare,
	"POST /regie/films/{film}/versions/{n}/notes": (*Studio).noteVersion,
	"POST /regie/films/{film}/versions/{n}/son":   (*Studio).correctSound,
	"POST /regie/films/{film}/bat":                (*Studio).askApproval,
	"POST /regie/bat/{approval}":                  (*Studio).answerApproval,
	"POST /regie/films/{film}/site":               (*Studio).putOnSite,
	"POST /regie/films/{film}/formats/{format}":   (*Studio).askFormat,
	"POST /regie/films/{film}/refaire":            (*Studio).remake,
	"POST /regie/films/{film}/arreter":            (*Studio).stopMaking,
	"POST /regie/films/{film}/archives":           (*Studio).archiveFilm,
}

// filmsOnPage is how many stand on one page of the list.
const filmsOnPage = 48

// filmListBody is the list of films.
type filmListBody struct {
	Filed
	Ask      url.Values
	Filtered bool
	Films    []filmTile
	Next     string // address of the page after this one
	States   [][2]string
}

// filmTile is one film of the list.
type filmTile struct {
	assets.Film
	Standing string
	Picture  bool
	Length   float64
}

// filmStates are the states that a list is filtered by.
func filmStates() [][2]string {
	var all [][2]string
	for _, state := range []assets.FilmState{
		assets.FilmIdea, assets.FilmShooting, assets.FilmRushes, assets.FilmLogging, assets.FilmEditing, assets.FilmReview,
		assets.FilmApproved, assets.FilmScheduled, assets.FilmPublished, assets.FilmWithdrawn, assets.FilmArchived,
	} {
		all = append(all, [2]string{string(state), standing(string(state)).Word})
	}
	return all
}

func (s *Studio) filmList(w http.ResponseWriter, r *http.Request) error {
	names, err := s.filed(r.Context())
	if err != nil || movedFilters(w, r, names.Programme) {
		return err
	}
	ask := r.URL.Query()
	shelved := assets.FilmArchived // is seen when it is asked for
	if ask.Get("etat") != "" {
		shelved = ""
	}
	found, err := s.Desk.Catalog.Films(r.Context(), assets.FilmFilter{
		State: assets.FilmState(ask.Get("etat")), Not: shelved, Rubrique: ask.Get("rubrique"), Partner: ask.Get("partenaire"), Dossier: ask.Get("dossier"),
		Territory: ask.Get("territoire"), Crew: ownOnly(r), After: assets.ID(ask.Get("apres")), Limit: filmsOnPage + 1,
	})
	if err != nil {
		return err
	}
	b := filmListBody{Filed: names, Ask: ask, Filtered: asked(ask, "rubrique", "territoire", "partenaire", "dossier", "etat"), States: filmStates()}
	if len(found) > filmsOnPage {
		found = found[:filmsOnPage]
		b.Next = listAt("/regie/films", ask, "", found[filmsOnPage-1].ID)
	}
	if b.Films, err = s.filmTiles(r.Context(), found); err != nil {
		return err
	}
	return s.show(w, r, "films", page{Title: "Films", Here: "/regie/films", Body: b})
}

// filmTiles gathers what a list shows of films.
func (s *Studio) filmTiles(ctx context.Context, films []assets.Film) ([]filmTile, error) {
	current, err := s.Desk.CurrentVersions(ctx, films)
	tiles := make([]filmTile, len(films))
	for i, f := range films {
		v := current[f.ID]
		tiles[i] = filmTile{Film: f, Standing: assets.Standing(f, v)}
		if v != nil && v.Sheet != nil {
			tiles[i].Picture, tiles[i].Length = v.State == assets.VersionReady && v.Sheet.Video != nil, v.Sheet.Duration
		}
	}
	return tiles, err
}
