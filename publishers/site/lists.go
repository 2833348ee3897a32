package site

import (
	"net/url"
	"slices"
	"strings"

	"anonymal.tv/regie/assets/french"
)

type homeBody struct {
	Latest      []card
	Hero        *card
	Shelves     []homeShelf
	Dossiers    []dossierCard
	Territories []link
}

// quiet leaves out the name of the rubrique under which the cards stand.
func quiet(cards []card, under *shelf) []card {
	for i, c := range cards {
		cards[i].Quiet = c.Rubrique != nil && c.Rubrique.Path == under.Path
	}
	return cards
}

type homeShelf struct {
	link
	Cards []card
}

type dossierCard struct {
	link
	Lede  string
	Image *image
}

func (r *rendering) home() view {
	body := homeBody{Territories: r.places()}
	v := view{
		Title: r.chrome.Name + " – " + r.chrome.Tagline, Path: "/", Feed: "/flux.xml",
		Description: french.Typeset("Les films de " + r.chrome.Name + " : reportages, débats et portraits, par rubrique, par dossier et par quartier."),
		Linked:      []any{r.webSite()},
	}
	if len(r.films) > 0 {
		hero := r.card(r.films[0])
		if hero.Image != nil {
			hero.Image.Sizes, hero.Image.Eager = sizesHero, true
		}
		body.Hero = &hero
		v.Social = r.social(r.films[0], "website")
		v.Social.Video = ""
	}
	const few = 2 // a row of one film says nothing that the last films don't
	for _, x := range r.rubriques {
		shown := slices.DeleteFunc(slices.Clone(x.films[:min(5, len(x.films))]), func(f *record) bool { return f == r.films[0] })
		if len(shown) >= few {
			body.Shelves = append(body.Shelves, homeShelf{shelfLink(x), quiet(r.cards(shown, 4), x)})
		}
	}
	if len(r.films) > 1 {
		rows := 1
		if len(body.Shelves) < 3 { // a young site has few rubriques to fill
			rows = 2
		}
		body.Latest = r.cards(r.films[1:], 4*rows)
	}
	dossiers := filled(r.dossiers)
	for _, x := range dossiers[:min(8, len(dossiers))] {
		body.Dossiers = append(body.Dossiers, dossierCard{shelfLink(x), x.Lede, x.films[0].picture(sizesCard)})
	}
	v.Body = body
	return v
}

// places is the tree of towns and quarters that hold films.
func (r *rendering) places() []link {
	var out []link
	for _, town := range filled(r.territories) {
		l := shelfLink(town)
		l.Below = shelfLinks(filled(town.Quarters))
		out = append(out, l)
	}
	return out
}

type listBody struct {
	Name     string
	Lede     string
	Kind     string
	Bar      bool
	URL      string
	Host     string
	Count    string
	Chips    []link
	Cards    []card
	Page     int
	Pages    int
	Previous string
	Next     string
	Empty    string
}

const perPage = 24

// list is one page of a heading's films, or of all films.
func (r *rendering) list(x *shelf, number int) view {
	pages := max(1, (len(x.films)+perPage-1)/perPage)
	from := x.films[min((number-1)*perPage, len(x.films)):]
	body := listBody{
		Name: x.Name, Kind: kindNames[x.Kind].one, Lede: x.Lede, Bar: x.Kind == "rubriques", URL: x.URL,
		Cards: quiet(r.cards(from, perPage), x), Page: number, Pages: pages, Chips: shelfLinks(filled(x.Quarters)),
		Previous: pagePath(x.Path, number-1), Next: pagePath(x.Path, number+1),
		Empty: "Pas encore de film ici.",
	}
	if len(x.films) > 0 {
		body.Count = films(len(x.films))
	}
	if u, err := url.Parse(x.URL); err == nil {
		body.Host = strings.TrimPrefix(u.Host, "www.")
	}
	if number == 1 {
		body.Previous = ""
	}
	if number >= pages {
		body.Next = ""
	}
	for i, c := range body.Cards {
		if c.Image != nil {
			c.Image.Sizes, c.Image.Eager = sizesLarge, i == 0
		}
	}
	v := view{
		Title: x.Name, Path: pagePath(x.Path, number), Current: x.Path, Body: body, Trail: r.trail(x),
		Description: x.Lede, Feed: x.Path + "flux.xml",
	}
	if number > 1 {
		v.Title += ", page " + itoa(number)
	}
	if v.Description == "" {
		v.Description = french.Typeset("Les films de " + r.chrome.Name + " : " + x.Name + ".")
	}
	switch x.Kind {
	case "rubriques":
		v.Class = rubriqueClass(x)
	case "partenaires":
		v.Feed = "/flux.xml"
	case "films":
		v.Feed, v.Trail = "/flux.xml", nil
	}
	if len(from) > 0 {
		v.Social = r.social(from[0], "website")
		v.Social.Video = ""
	}
	v.Linked = breadcrumbs(r.opt.BaseURL, v.Trail, v.Path, x.Name)
	return v
}

func pagePath(base string, number int) string {
	if number <= 1 {
		return base
	}
	return base + "page/" + itoa(number) + "/"
}

// kindNames are the words for the kinds of shelves.
var kindNames = map[string]struct{ one, many, empty string }{
	"rubriques":   {"Rubrique", "Rubriques", "Aucune rubrique n’a encore de film."},
	"dossiers":    {"Dossier", "Dossiers", "Aucun dossier n’a encore de film."},
	"partenaires": {"Partenaire", "Partenaires", "Aucun film n’a encore été fait avec un partenaire."},
	"territoires": {"Territoire", "Territoires", "Aucun territoire n’a encore de film."},
	"films":       {"", "Films", ""},
}

func (r *rendering) trail(x *shelf) []link {
	out := []link{{Name: "Accueil", Path: "/"}}
	if x.Kind != "films" {
		out = append(out, link{Name: kindNames[x.Kind].many, Path: "/" + x.Kind + "/"})
	}
	if x.Parent != nil {
		out = append(out, link{Name: x.Parent.Name, Path: x.Parent.Path})
	}
	return out
}

type indexBody struct {
	Name  string
	Links []link
	Empty string
}

// index lists the shelves of one kind.
func (r *rendering) index(name string, all []link) view {
	words := kindNames[name]
	trail := []link{{Name: "Accueil", Path: "/"}}
	path := "/" + name + "/"
	return view{
		Title: words.many, Path: path, Trail: trail, Feed: "/flux.xml",
		Description: words.many + " des films de " + r.chrome.Name + ".",
		Linked:      breadcrumbs(r.opt.BaseURL, trail, path, words.many),
		Body:        indexBody{words.many, all, words.empty},
	}
}
