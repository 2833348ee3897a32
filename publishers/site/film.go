package site

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

func itoa(n int) string { return strconv.Itoa(n) }

type filmBody struct {
	Player      player
	Title       string
	Rubriques   []link
	Date        time.Time
	Day         string
	Length      string
	Lede        string
	Description []string
	Genre       string
	Territory   []link
	Dossier     *link
	Partners    []link
	People      []assets.Person
	Credits     []string
	Licence     licence
	Downloads   []download
	Teaser      string
	Share       string
	Frame       string // code that shows the film on another site
	Next        string
	NextCards   []card
}

type player struct {
	Title         string
	Poster        string
	Width, Height int
	Adaptive      string   // HLS playlist
	Sources       []source // in order of preference after it
	Preload       string
	Captions      string // addresses; "" for none
	Chapters      string
}

type source struct{ Path, Type string }

type download struct{ Label, Path, Name, Size string }

func (r *rendering) player(film *record) player {
	m := film.Media
	p := player{
		Title: french.Typeset(film.Title), Poster: film.poster(false), Preload: "metadata",
		Width: m.Width, Height: m.Height,
	}
	if m.Width == 0 {
		p.Width, p.Height = 1280, 720
	}
	if m.HLS != "" {
		p.Adaptive = mediaPath(film, m.HLS)
	}
	if m.Captions != "" {
		p.Captions = mediaPath(film, m.Captions)
	}
	if m.Chapters != "" {
		p.Chapters = mediaPath(film, m.Chapters)
	}
	// The file for browsers without HLS: the middle size, as a phone on 4G
	// downloads it too.
	if n := len(m.MP4); n > 0 {
		p.Sources = append(p.Sources, source{mediaPath(film, m.MP4[n-1].Name), "video/mp4"})
	} else if m.Audio != nil {
		p.Sources = append(p.Sources, source{mediaPath(film, m.Audio.Name), "audio/mp4"})
	}
	return p
}

func (r *rendering) film(film *record) view {
	on := r.of(film)
	address := r.opt.BaseURL + filmPath(film.Slug)
	body := filmBody{
		Player: r.player(film), Title: french.Typeset(film.Title), Rubriques: shelfLinks(kind(on, "rubriques")),
		Date: film.PublishedAt.In(r.zone), Length: french.Length(film.Media.Duration),
		Lede: french.Typeset(film.Lede), Description: french.Paragraphs(film.Description), Genre: french.Typeset(film.Genre),
		Territory: shelfLinks(kind(on, "territoires")), Partners: shelfLinks(kind(on, "partenaires")),
		Credits: lines(film.Credits), Licence: readLicence(film.License), Share: address,
	}
	body.Day = french.Day(body.Date)
	for _, person := range film.People {
		body.People = append(body.People, assets.Person{Name: french.Typeset(person.Name), Role: french.Typeset(person.Role)})
	}
	if dossiers := shelfLinks(kind(on, "dossiers")); len(dossiers) > 0 {
		body.Dossier = &dossiers[0]
	}
	if body.Licence.Free {
		body.Downloads = downloads(film)
	}
	if film.Media.Teaser != nil {
		body.Teaser = mediaPath(film, film.Media.Teaser.Name)
	}
	body.Frame = r.frame(film)
	title, next := r.neighbours(film, 4)
	body.Next, body.NextCards = title, r.cards(next, 4)

	v := view{
		Title: french.Short(french.Typeset(film.Title), 60), Description: french.Typeset(french.Short(firstOf(film.Lede, film.Description, film.Title), 160)),
		Path: filmPath(film.Slug), Room: true, Feed: "/flux.xml", OEmbed: oembedPath(film.Film),
		Social: r.social(film, "video.other"), Trail: []link{{Name: "Accueil", Path: "/"}}, Body: body,
	}
	if len(body.Rubriques) > 0 {
		first := body.Rubriques[0]
		v.Current, v.Class = first.Path, first.Class
		v.Trail = append(v.Trail, link{Name: first.Name, Path: first.Path})
	}
	v.Linked = append(breadcrumbs(r.opt.BaseURL, v.Trail, v.Path, body.Title), r.videoObject(film, on))
	return v
}

func downloads(film *record) []download {
	var out []download
	for _, s := range film.Media.MP4 {
		out = append(out, download{
			"Télécharger en " + itoa(min(s.Width, s.Height)) + "p",
			mediaPath(film, s.Name), film.Slug + "-" + s.Name, "MP4, " + french.Weight(s.Size),
		})
	}
	if a := film.Media.Audio; a != nil {
		out = append(out, download{"Télécharger le son", mediaPath(film, a.Name), film.Slug + ".m4a", "M4A, " + french.Weight(a.Size)})
	}
	return out
}

func lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, french.Typeset(line))
		}
	}
	return out
}

// firstOf returns the first text that says something.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

type embedBody struct {
	Player player
	Film   string
	Name   string
}

// embed is the page that other sites show in a frame.
func (r *rendering) embed(film *record) view {
	p := r.player(film)
	p.Preload, p.Poster = "none", film.poster(true)
	return view{
		Title: french.Typeset(film.Title), Path: filmPath(film.Slug),
		Body: embedBody{p, r.opt.BaseURL + filmPath(film.Slug), r.chrome.Name},
	}
}

// sitesName is the file beside the frame of a film that says who may show it, one
// host a line. It comes before the page and leaves after it; without it anybody
// may. Names that begin with a dot are served to nobody.
const sitesName = ".sites"

// framers are the sites of all the partners that name some.
func framers(on []*shelf) []string {
	var all []string
	for _, x := range on {
		for _, host := range x.Sites {
			all = append(all, host, "www."+host)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// frameSize keeps the film's shape in a frame 640 wide at most.
func frameSize(m media) (width, height int) {
	const most, wayBack = 640, 40 // pixels; wayBack is the line under the picture
	if m.Width == 0 || m.Height == 0 {
		return most, most*9/16 + wayBack
	}
	if m.Height > m.Width {
		return most * m.Width / m.Height, most + wayBack
	}
	return most, most*m.Height/m.Width + wayBack
}

func (r *rendering) frame(film *record) string {
	w, h := frameSize(film.Media)
	return `<iframe src="` + r.opt.BaseURL + embedPath(film.Film) + `" width="` + itoa(w) + `" height="` + itoa(h) +
		`" title="` + attribute(film.Title) + `" allowfullscreen loading="lazy"></iframe>`
}

// attribute escapes a text for use between quotes in HTML that is shown as code.
func attribute(text string) string {
	return strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(text)
}
