package studio

import (
	"net/http"
	"net/url"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
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
	Name, One, Many string
	More            string // where all of them are
	Hits            []hit
}

// hit is one answer.
type hit struct{ Path, Title string }

// hitsOfAKind bounds what is shown of each kind.
const hitsOfAKind = 30

// search looks through films, sujets and rushes.
func (s *Studio) search(w http.ResponseWriter, r *http.Request) error {
	body := searchBody{Query: strings.TrimSpace(r.FormValue("q"))}
	body.Path = "/regie/recherche?q=" + url.QueryEscape(body.Query)
	var err error
	if body.Searches, err = s.Desk.Catalog.SavedSearches(r.Context(), user(r).ID); err != nil {
		return err
	}
	found, err := s.Desk.Search(r.Context(), body.Query, hitsOfAKind, user(r))
	if err != nil {
		return err
	}
	body.Groups, body.Suggest = hitGroups(found, body.Query), found.Suggest
	body.Gone = body.Query != "" && len(found.Hits) == 0
	return s.show(w, r, "search", page{Title: "Chercher", Body: body})
}

func hitGroups(found pipeline.Found, query string) []hitGroup {
	var groups []hitGroup
	for _, kind := range []struct {
		subject assets.Subject
		root    string
		group   hitGroup
	}{
		{assets.SubjectFilm, "/regie/films/", hitGroup{Name: "Films", One: "film", Many: "films"}},
		{assets.SubjectSujet, "/regie/sujets/", hitGroup{Name: "Sujets", One: "sujet", Many: "sujets"}},
		{assets.SubjectRush, "/regie/rushes/", hitGroup{Name: "Rushes", One: "rush", Many: "rushes", More: "/regie/rushes?q=" + url.QueryEscape(query)}},
	} {
		g := kind.group
		for _, h := range found.Hits {
			if h.Kind == kind.subject {
				g.Hits = append(g.Hits, hit{kind.root + string(h.ID), h.Title})
			}
		}
		if len(g.Hits) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// saveSearch keeps the address of a list.
func (s *Studio) saveSearch(w http.ResponseWriter, r *http.Request) error {
	path := r.FormValue("path")
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
