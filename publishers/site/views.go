package site

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// chrome is what every page has around its own content.
type chrome struct {
	Identity
	Base       string
	Nav        []link // the rubriques that hold films
	Stylesheet string
	EmbedSheet string
	Colours    string
	Font       string
	Favicon    string
	Player     string
	Search     string
}

type link struct {
	Name  string
	Path  string
	Class string // colours of a rubrique
	Count string
	Below []link
}

// view is one page, before it is HTML.
type view struct {
	Site        *chrome `json:"-"` // in the print of the whole tree's build
	Title       string
	Description string
	Path        string // of its canonical address; "" for a page without one
	Forward     string // path that the page leads to at once; "" stays
	Current     string // path of the rubrique it belongs to
	Class       string // colours of the page
	Room        bool   // begins in the dark
	Feed        string
	OEmbed      string
	Social      *social
	Linked      []any // JSON-LD
	Trail       []link
	Body        any
}

type social struct {
	Image         string
	Alt           string
	Width, Height int
	Type          string
	Video         string
	VideoWidth    int
	VideoHeight   int
}

// image is one picture in all its sizes.
type image struct {
	Src           string
	SrcSet        string
	WebP          string
	Sizes         string
	Width, Height int
	Alt           string
	Eager         bool
}

type card struct {
	Path     string
	Title    string
	Lede     string
	Length   string
	Rubrique *link
	Quiet    bool // the rubrique goes without saying
	Date     time.Time
	Meta     string
	Image    *image
}

func filmPath(slug string) string          { return "/films/" + slug + "/" }
func embedPath(film assets.ID) string      { return "/integrer/" + string(film) + "/" }
func oembedPath(film assets.ID) string     { return "/oembed/" + string(film) + ".json" }
func mediaPath(r *record, n string) string { return "/" + r.mediaDir() + "/" + n }

// webAddress returns the address if a browser may be sent there, else "".
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	return u.String()
}

func rubriqueClass(x *shelf) string { return "r-" + x.Slug }

func shelfLink(x *shelf) link {
	l := link{Name: x.Name, Path: x.Path}
	if len(x.films) > 0 {
		l.Count = films(len(x.films))
	}
	if x.Kind == "rubriques" {
		l.Class = rubriqueClass(x)
	}
	return l
}

func shelfLinks(all []*shelf) []link {
	var out []link
	for _, x := range all {
		out = append(out, shelfLink(x))
	}
	return out
}

const (
	sizesCard  = "(min-width: 1240px) 292px, (min-width: 640px) 45vw, 92vw"
	sizesLarge = "(min-width: 1240px) 395px, (min-width: 820px) 45vw, 92vw"
	sizesHero  = "(min-width: 900px) 62vw, 100vw"
)

// picture gathers the sizes of a film's poster; nil when it has none.
func (r *record) picture(sizes string) *image {
	var plain, webp []picture
	for _, p := range r.Media.Pictures {
		if p.Type == "image/webp" {
			webp = append(webp, p)
		} else {
			plain = append(plain, p)
		}
	}
	if len(plain) == 0 {
		plain, webp = webp, nil
	}
	if len(plain) == 0 {
		return nil
	}
	best := largest(plain)
	return &image{
		Src: mediaPath(r, best.Name), Width: best.Width, Height: best.Height,
		SrcSet: r.srcset(plain), WebP: r.srcset(webp), Sizes: sizes,
	}
}

func (r *record) srcset(all []picture) string {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b picture) int { return a.Width - b.Width })
	var parts []string
	for _, p := range all {
		parts = append(parts, mediaPath(r, p.Name)+" "+itoa(p.Width)+"w")
	}
	return strings.Join(parts, ", ")
}

func largest(all []picture) picture {
	return slices.MaxFunc(all, func(a, b picture) int { return a.Width - b.Width })
}

// poster is the picture a <video> shows before it plays.
func (r *record) poster(small bool) string {
	plain := slices.DeleteFunc(slices.Clone(r.Media.Pictures), func(p picture) bool { return p.Type == "image/webp" && !small })
	if len(plain) == 0 {
		plain = r.Media.Pictures
	}
	if len(plain) == 0 {
		return ""
	}
	if small {
		least := slices.MinFunc(plain, func(a, b picture) int {
			if a.Width != b.Width {
				return a.Width - b.Width
			}
			return strings.Compare(b.Type, a.Type) // webp before jpeg
		})
		return mediaPath(r, least.Name)
	}
	return mediaPath(r, largest(plain).Name)
}

// rendering is the films on their shelves, and the page around them.
type rendering struct {
	*Site
	*shelves
	chrome *chrome
	ready  map[*record]card // each is on many pages
}

// card returns a card that may be changed.
func (r *rendering) card(film *record) card {
	c := r.ready[film]
	if c.Image != nil {
		own := *c.Image
		c.Image = &own
	}
	return c
}

func (r *rendering) makeCard(film *record) card {
	c := card{
		Path: filmPath(film.Slug), Title: french.Typeset(film.Title), Lede: french.Typeset(film.Lede),
		Length: french.Length(film.Media.Duration), Date: film.PublishedAt.In(r.zone), Image: film.picture(sizesCard),
	}
	on := r.of(film)
	if x := kind(on, "rubriques"); len(x) > 0 {
		l := shelfLink(x[0])
		c.Rubrique = &l
	}
	parts := []string{french.Day(c.Date)}
	if places := kind(on, "territoires"); len(places) > 0 {
		parts = append(parts, places[len(places)-1].Name)
	}
	c.Meta = strings.Join(parts, " · ")
	return c
}

func (r *rendering) cards(from []*record, most int) []card {
	var out []card
	for _, film := range from[:min(most, len(from))] {
		out = append(out, r.card(film))
	}
	return out
}

// plainPage is a page whose text stands in its template.
func (r *rendering) plainPage(title, path, description string, body any) view {
	return view{Title: title, Path: path, Description: french.Typeset(description), Feed: "/flux.xml", Body: body}
}

type searchBody struct {
	Films []link
	Most  int
	Ideas []link
}

func (r *rendering) searchPage() view {
	const most = 500 // past that the list of all films has pages of its own
	body := searchBody{Most: most}
	for _, film := range r.films[:min(most, len(r.films))] {
		body.Films = append(body.Films, link{Name: french.Typeset(film.Title), Path: filmPath(film.Slug)})
	}
	dossiers := filled(r.dossiers)
	body.Ideas = shelfLinks(dossiers[:min(4, len(dossiers))])
	for _, town := range filled(r.territories) {
		if len(body.Ideas) < 8 {
			body.Ideas = append(body.Ideas, shelfLink(town))
		}
	}
	if len(r.films) <= most {
		body.Most = 0
	}
	return r.plainPage("Recherche", "/recherche/", "Chercher un film, une personne, un quartier, un festival.", body)
}

func (r *rendering) notFound() view {
	v := r.plainPage("Page introuvable", "", "Cette page n’existe pas.", r.cards(r.films, 4))
	v.Feed = ""
	return v
}
