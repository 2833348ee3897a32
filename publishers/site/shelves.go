package site

import (
	"cmp"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// shelves is the whole site sorted for its pages: every heading of the programme
// with its films, newest first.
type shelves struct {
	films       []*record
	rubriques   []*shelf
	dossiers    []*shelf
	partners    []*shelf
	territories []*shelf // towns
	bySlug      map[string]*shelf
}

// shelf is one heading: a rubrique, a dossier, a partner or a place.
type shelf struct {
	Kind     string // "rubriques", "dossiers"…: the first step of its address
	Slug     string
	Name     string
	Lede     string
	Path     string
	URL      string   // a partner's own site
	Sites    []string // that may frame a partner's films
	Parent   *shelf   // the town of a quarter
	Quarters []*shelf
	films    []*record
}

// newShelves sorts the films. What a film names and the programme has lost keeps
// the name the film came with.
func newShelves(films []*record, p assets.Programme) *shelves {
	for _, film := range films {
		p = film.extend(p)
	}
	s := &shelves{films: films, bySlug: map[string]*shelf{}}
	s.addRubriques(p.Rubriques)
	for _, x := range p.Dossiers {
		s.add(&s.dossiers, &shelf{Kind: "dossiers", Slug: x.Slug, Name: x.Name, Lede: x.Lede})
	}
	for _, x := range p.Partners {
		s.add(&s.partners, &shelf{Kind: "partenaires", Slug: x.Slug, Name: x.Name, Lede: x.Lede, URL: webAddress(x.URL), Sites: x.Sites})
	}
	s.addTerritories(p.Territories)
	for _, film := range films {
		for _, on := range s.of(film) {
			on.films = append(on.films, film)
		}
	}
	s.sortDossiers()
	return s
}

// sortDossiers puts the dossier with the newest film first.
func (s *shelves) sortDossiers() {
	slices.SortStableFunc(s.dossiers, func(a, b *shelf) int {
		switch {
		case len(a.films) == 0 || len(b.films) == 0:
			return cmp.Compare(len(b.films), len(a.films))
		default:
			return b.films[0].PublishedAt.Compare(a.films[0].PublishedAt)
		}
	})
}

func (s *shelves) addRubriques(all []assets.Rubrique) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b assets.Rubrique) int { return cmp.Compare(a.Rank, b.Rank) })
	for _, x := range all {
		s.add(&s.rubriques, &shelf{Kind: "rubriques", Slug: x.Slug, Name: x.Name, Lede: x.Lede})
	}
}

// addTerritories lists towns, then the quarters of each. A quarter whose town
// is unknown counts as a town.
func (s *shelves) addTerritories(all []assets.Territory) {
	towns := map[string]bool{}
	for _, x := range all {
		towns[x.Slug] = towns[x.Slug] || x.Parent == ""
	}
	isTown := func(x assets.Territory) bool { return x.Parent == "" || !towns[x.Parent] }
	for _, x := range all {
		if isTown(x) {
			s.add(&s.territories, &shelf{Kind: "territoires", Slug: x.Slug, Name: x.Name})
		}
	}
	for _, x := range all {
		if !isTown(x) {
			town := s.bySlug["territoires/"+x.Parent]
			s.add(&town.Quarters, &shelf{Kind: "territoires", Slug: x.Slug, Name: x.Name, Parent: town})
		}
	}
	byName := func(a, b *shelf) int { return strings.Compare(a.Name, b.Name) }
	slices.SortStableFunc(s.territories, byName)
}

func (s *shelves) add(to *[]*shelf, x *shelf) {
	if !pathName.MatchString(x.Slug) || s.bySlug[x.Kind+"/"+x.Slug] != nil {
		return // can have no page of its own
	}
	x.Name, x.Lede = french.Typeset(french.Clean(x.Name)), french.Typeset(french.Clean(x.Lede))
	x.Path = "/" + x.Kind + "/" + x.Slug + "/"
	if x.Parent != nil {
		x.Path = x.Parent.Path + x.Slug + "/"
	}
	s.bySlug[x.Kind+"/"+x.Slug] = x
	*to = append(*to, x)
}

// of lists the shelves a film stands on, a town before its quarter.
func (s *shelves) of(film *record) []*shelf {
	var out []*shelf
	put := func(kind, slug string) {
		if x := s.bySlug[kind+"/"+slug]; x != nil && !slices.Contains(out, x) {
			if x.Parent != nil && !slices.Contains(out, x.Parent) {
				out = append(out, x.Parent)
			}
			out = append(out, x)
		}
	}
	for _, x := range film.Rubriques {
		put("rubriques", x.Slug)
	}
	if film.Dossier != nil {
		put("dossiers", film.Dossier.Slug)
	}
	for _, x := range film.Partners {
		put("partenaires", x.Slug)
	}
	for _, x := range film.Territory {
		put("territoires", x.Slug)
	}
	return out
}

// kind keeps the shelves of one kind.
func kind(all []*shelf, name string) []*shelf {
	return slices.DeleteFunc(slices.Clone(all), func(x *shelf) bool { return x.Kind != name })
}

// filled keeps the shelves that hold films.
func filled(all []*shelf) []*shelf {
	return slices.DeleteFunc(slices.Clone(all), func(x *shelf) bool { return len(x.films) == 0 })
}

// all lists every shelf, quarters too.
func (s *shelves) all() []*shelf {
	out := slices.Concat(s.rubriques, s.dossiers, s.partners)
	for _, town := range s.territories {
		out = append(append(out, town), town.Quarters...)
	}
	return out
}

// neighbours lists films to see after this one: of its dossier, then of its
// first rubrique, then the newest.
func (s *shelves) neighbours(film *record, most int) (title string, out []*record) {
	title = "À voir aussi"
	take := func(from []*record) {
		for _, other := range from {
			if len(out) < most && other != film && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	on := s.of(film)
	if dossiers := kind(on, "dossiers"); len(dossiers) > 0 && len(dossiers[0].films) > 1 {
		title = "Dans le même dossier"
		take(after(dossiers[0].films, film))
		take(dossiers[0].films)
		if len(out) > 0 {
			return title, out
		}
	}
	if rubriques := kind(on, "rubriques"); len(rubriques) > 0 {
		take(after(rubriques[0].films, film))
		take(rubriques[0].films)
	}
	take(s.films[:min(len(s.films), 2*most)])
	return title, out
}

func after(all []*record, film *record) []*record {
	return all[slices.Index(all, film)+1:]
}
