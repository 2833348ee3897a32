package studio

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

type searchBody struct {
	Query    string
	Groups   []hitGroup
	Suggest  []string
	Path     string // of this search
	Searches []assets.SavedSearch
	Gone     bool // nothing was found
}

// hitGroup is what was found of one kind.
type hitGroup struct {
	Name, Icon string
	More       string // where all of them are
	Hits       []hit
}

// hit is one answer, with a picture of it and where it stands.
type hit struct {
	Path, Title, Picture, Standing string
	Length                         float64 // seconds; 0 when it has none
}

// hitsOfAKind bounds what is shown of each kind.
const hitsOfAKind = 30

// search looks through films, sujets and rushes.
func (s *Studio) search(w http.ResponseWriter, r *http.Request) error {
	body := searchBody{Query: strings.TrimSpace(french.Clean(r.FormValue("q")))}
	body.Path = "/regie/recherche?q=" + url.QueryEscape(body.Query)
	var err error
	if body.Searches, err = s.Desk.Catalog.SavedSearches(r.Context(), user(r).ID); err != nil {
		return err
	}
	found, err := s.Desk.Search(r.Context(), body.Query, hitsOfAKind, user(r))
	if err != nil {
		return err
	}
	if body.Groups, err = s.hitGroups(r.Context(), found, body.Query); err != nil {
		return err
	}
	body.Suggest = found.Suggest
	body.Gone = body.Query != "" && len(found.Hits) == 0
	return s.show(w, r, "search", page{Title: "Chercher", Body: body})
}

func (s *Studio) hitGroups(ctx context.Context, found pipeline.Found, query string) ([]hitGroup, error) {
	var groups []hitGroup
	for _, kind := range []struct {
		subject assets.Subject
		group   hitGroup
		show    func(context.Context, assets.Hit) (hit, error)
	}{
		{assets.SubjectFilm, hitGroup{Name: "Films", Icon: "film"}, s.filmHit},
		{assets.SubjectSujet, hitGroup{Name: "Sujets", Icon: "sujet"}, sujetHit},
		{assets.SubjectRush, hitGroup{Name: "Rushes", Icon: "rush", More: "/regie/rushes?q=" + url.QueryEscape(query)}, s.rushHit},
	} {
		g := kind.group
		for _, h := range found.Hits {
			if h.Kind != kind.subject {
				continue
			}
			shown, err := kind.show(ctx, h)
			if err != nil {
				return nil, err
			}
			g.Hits = append(g.Hits, shown)
		}
		if len(g.Hits) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

func (s *Studio) filmHit(ctx context.Context, h assets.Hit) (hit, error) {
	shown := hit{Path: "/regie/films/" + string(h.ID), Title: h.Title}
	f, err := s.Desk.Catalog.Film(ctx, h.ID)
	if err != nil {
		return shown, err
	}
	tiles, err := s.filmTiles(ctx, []assets.Film{f})
	if err != nil {
		return shown, err
	}
	if shown.Standing, shown.Length = tiles[0].Standing, tiles[0].Length; tiles[0].Picture {
		shown.Picture = shown.Path + "/vignettes/image"
	}
	return shown, nil
}

func (s *Studio) rushHit(ctx context.Context, h assets.Hit) (hit, error) {
	shown := hit{Path: "/regie/rushes/" + string(h.ID), Title: h.Title}
	r, err := s.Desk.Catalog.Rush(ctx, h.ID)
	if err != nil {
		return shown, err
	}
	made, err := s.rushFiles(ctx, r)
	shown.Picture = made[r.ID].Poster
	if r.Sheet != nil {
		shown.Length = r.Sheet.Duration
	}
	return shown, err
}

func sujetHit(_ context.Context, h assets.Hit) (hit, error) {
	return hit{Path: "/regie/sujets/" + string(h.ID), Title: h.Title}, nil
}

// saveSearch keeps the address of a list.
func (s *Studio) saveSearch(w http.ResponseWriter, r *http.Request) error {
	path := r.FormValue("path")
	if !gate.Local(path) {
		return invalid("saveSearch", "Cette liste ne peut pas être gardée.")
	}
	if err := s.Desk.SaveSearch(r.Context(), r.FormValue("name"), path, user(r)); err != nil {
		return err
	}
	return s.done(w, r, path, "Recherche gardée.")
}

// forgetSearch takes a saved search away.
func (s *Studio) forgetSearch(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.ForgetSearch(r.Context(), assets.ID(r.PathValue("search")), user(r)); err != nil {
		return err
	}
	return s.done(w, r, back(r, "/regie/rushes"), "Recherche retirée.")
}
