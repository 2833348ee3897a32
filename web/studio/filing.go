package studio

import (
	"net/http"
	"slices"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// filing are the pages about where films are filed.
var filing = map[string]handler{
	"GET /regie/dossiers":                (*Studio).dossiers,
	"GET /regie/dossiers/{slug}":         (*Studio).dossier,
	"GET /regie/partenaires/{slug}":      (*Studio).partner,
	"GET /regie/partenaires/{slug}/logo": (*Studio).partnerLogo,
	"GET /regie/territoires/{slug}":      (*Studio).territory,
	"GET /regie/rubriques/{slug}":        (*Studio).rubrique,
}

// followBody is how things stand in one place of the filing.
type followBody struct {
	Filed
	pipeline.Follow
	Kind, Slug, Lede string
	Inside           []place            // what it is made of: dossiers of a partner, quarters of a town
	New              string             // where a sujet is opened there; "" for who may not
	Delivered        map[assets.ID]bool // of a dossier: its films that a partner can have
	Links            []assets.Delivery  // by which partners receive it
	More             bool               // there are more links than these
	Deliver          string             // where a link is made; "" for who may not
}

// place is one place of the filing, with how many of its films are online.
type place struct {
	Path, Name     string
	Count, Planned int
	Online         int
}

// follows tells the JRI apart, who follow their own films only.
func follows(r *http.Request, f assets.FilmFilter) assets.FilmFilter {
	f.Crew = ownOnly(r)
	return f
}

func (s *Studio) dossiers(w http.ResponseWriter, r *http.Request) error {
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	var all []place
	for _, d := range names.Dossiers {
		p, err := s.placeOf(r, "/regie/dossiers/"+d.Slug, d.Name, assets.FilmFilter{Dossier: d.Slug}, d.Planned)
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	return s.show(w, r, "dossiers", page{Title: "Dossiers", Here: "/regie/dossiers", Body: followBody{Filed: names, Inside: all}})
}

func (s *Studio) placeOf(r *http.Request, path, name string, f assets.FilmFilter, planned int) (place, error) {
	films, err := s.Desk.Follow(r.Context(), follows(r, f), planned)
	return place{Path: path, Name: name, Count: len(films.Films), Planned: planned, Online: films.Online}, err
}

// follow shows the films of one place. It is not there when the programme does
// not know its slug.
func (s *Studio) follow(w http.ResponseWriter, r *http.Request, b followBody, known bool, name string, f assets.FilmFilter, planned int) error {
	if !known {
		return s.movedOn(w, r, b)
	}
	var err error
	if b.Follow, err = s.Desk.Follow(r.Context(), follows(r, f), planned); err != nil {
		return err
	}
	if access.May(user(r).Role, "POST /regie/sujets") {
		b.New = "/regie/sujets/nouveau?" + b.Kind + "=" + b.Slug
	}
	return s.show(w, r, "filing", page{Title: name, Here: "/regie/dossiers", Body: b})
}

// movedOn leads from the address of an entry that was merged into another.
func (s *Studio) movedOn(w http.ResponseWriter, r *http.Request, b followBody) error {
	for _, list := range programmeLists() {
		if to := b.MovedTo(assets.Heading{Kind: list.Kind, Slug: b.Slug}); to != "" && strings.HasPrefix(r.URL.Path, list.Path) {
			http.Redirect(w, r, list.Path+to, http.StatusMovedPermanently)
			return nil
		}
	}
	return gate.ErrHidden
}

func (s *Studio) dossier(w http.ResponseWriter, r *http.Request) error {
	b, slug, err := s.followBody(r, "dossier")
	if err != nil {
		return err
	}
	d, known := bySlug(b.Dossiers, func(d assets.Dossier) bool { return d.Slug == slug })
	b.Lede = d.Lede
	if known && b.mayDeliver(r) {
		board, err := s.Desk.Board(r.Context(), slug)
		if err != nil {
			return err
		}
		b.Delivered = board.Delivered
		b.deliver(board.Links)
	}
	return s.follow(w, r, b, known, d.Name, assets.FilmFilter{Dossier: slug}, d.Planned)
}

// mayDeliver tells whether the visitor sees links, and says where one is made.
func (b *followBody) mayDeliver(r *http.Request) bool {
	if access.May(user(r).Role, "POST "+deliveriesPath) {
		b.Deliver = deliveriesPath + "?" + b.Kind + "=" + b.Slug + "#faire"
	}
	return access.May(user(r).Role, "GET "+deliveriesPath)
}

// deliver shows the first links of a list.
func (b *followBody) deliver(all []assets.Delivery) {
	const shown = 5
	b.Links, b.More = all[:min(len(all), shown)], len(all) > shown
}

func (s *Studio) partner(w http.ResponseWriter, r *http.Request) error {
	b, slug, err := s.followBody(r, "partenaire")
	if err != nil {
		return err
	}
	x, known := bySlug(b.Partners, func(p assets.Partner) bool { return p.Slug == slug })
	b.Lede = x.Lede
	for _, d := range b.Dossiers {
		if d.Partner != slug {
			continue
		}
		p, err := s.placeOf(r, "/regie/dossiers/"+d.Slug, d.Name, assets.FilmFilter{Dossier: d.Slug}, d.Planned)
		if err != nil {
			return err
		}
		b.Inside = append(b.Inside, p)
	}
	if known && b.mayDeliver(r) {
		all, err := s.Desk.Links(r.Context(), pipeline.LinkFilter{Partner: slug})
		if err != nil {
			return err
		}
		b.deliver(all)
	}
	return s.follow(w, r, b, known, x.Name, assets.FilmFilter{Partner: slug}, 0)
}

func (s *Studio) territory(w http.ResponseWriter, r *http.Request) error {
	b, slug, err := s.followBody(r, "territoire")
	if err != nil {
		return err
	}
	x, known := bySlug(b.Territories, func(t assets.Territory) bool { return t.Slug == slug })
	for _, t := range b.Territories {
		if t.Parent != slug {
			continue
		}
		p, err := s.placeOf(r, "/regie/territoires/"+t.Slug, t.Name, assets.FilmFilter{Territory: t.Slug}, 0)
		if err != nil {
			return err
		}
		b.Inside = append(b.Inside, p)
	}
	return s.follow(w, r, b, known, x.Name, assets.FilmFilter{Territory: slug}, 0)
}

func (s *Studio) rubrique(w http.ResponseWriter, r *http.Request) error {
	b, slug, err := s.followBody(r, "rubrique")
	if err != nil {
		return err
	}
	x, known := bySlug(b.Rubriques, func(x assets.Rubrique) bool { return x.Slug == slug })
	b.Lede = x.Lede
	return s.follow(w, r, b, known, x.Name, assets.FilmFilter{Rubrique: slug}, 0)
}

func (s *Studio) followBody(r *http.Request, kind string) (followBody, string, error) {
	names, err := s.filed(r.Context())
	slug := r.PathValue("slug")
	return followBody{Filed: names, Kind: kind, Slug: slug}, slug, err
}

func bySlug[T any](all []T, is func(T) bool) (T, bool) {
	i := slices.IndexFunc(all, is)
	if i < 0 {
		var none T
		return none, false
	}
	return all[i], true
}
