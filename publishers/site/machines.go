package site

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"math"
	"strings"
	"time"

	"anonymal.tv/regie/assets/french"
)

// What machines read: JSON-LD, OpenGraph, oEmbed, feeds, sitemaps, the index of
// the search.

func (r *rendering) social(film *record, kind string) *social {
	s := &social{Type: kind, Alt: "Image du film : " + film.Title}
	s.Alt = french.Typeset(s.Alt)
	if p := film.picture(""); p != nil {
		s.Image, s.Width, s.Height = r.opt.BaseURL+p.Src, p.Width, p.Height
	}
	if n := len(film.Media.MP4); n > 0 {
		small := film.Media.MP4[n-1]
		s.Video, s.VideoWidth, s.VideoHeight = r.opt.BaseURL+mediaPath(film, small.Name), small.Width, small.Height
	}
	return s
}

type ld map[string]any

func (r *rendering) webSite() any {
	return ld{
		"@context": "https://schema.org", "@type": "WebSite", "name": r.chrome.Name, "url": r.opt.BaseURL + "/", "inLanguage": "fr",
		"potentialAction": ld{
			"@type": "SearchAction", "target": r.opt.BaseURL + "/recherche/?q={q}", "query-input": "required name=q",
		},
	}
}

func breadcrumbs(base string, trail []link, path, name string) []any {
	if len(trail) == 0 {
		return nil
	}
	var items []ld
	for i, step := range append(trail[:len(trail):len(trail)], link{Name: name, Path: path}) {
		items = append(items, ld{"@type": "ListItem", "position": i + 1, "name": step.Name, "item": base + step.Path})
	}
	return []any{ld{"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}}
}

func (r *rendering) videoObject(film *record, on []*shelf) any {
	base := r.opt.BaseURL
	out := ld{
		"@context": "https://schema.org", "@type": "VideoObject", "name": french.Typeset(film.Title),
		"description": french.Typeset(firstOf(film.Lede, film.Description, film.Title)),
		"uploadDate":  film.PublishedAt.In(r.zone).Format(time.RFC3339), "duration": french.ISOLength(film.Media.Duration),
		"url": base + filmPath(film.Slug), "embedUrl": base + embedPath(film.Film), "inLanguage": "fr",
		"publisher": ld{"@type": "Organization", "name": r.chrome.Name, "url": base + "/"},
	}
	var pictures []string
	for _, p := range film.Media.Pictures {
		pictures = append(pictures, base+mediaPath(film, p.Name))
	}
	if len(pictures) > 0 {
		out["thumbnailUrl"] = pictures
	}
	if n := len(film.Media.MP4); n > 0 {
		out["contentUrl"] = base + mediaPath(film, film.Media.MP4[n-1].Name)
	} else if film.Media.Audio != nil {
		out["contentUrl"] = base + mediaPath(film, film.Media.Audio.Name)
	}
	if x := kind(on, "dossiers"); len(x) > 0 {
		out["isPartOf"] = ld{"@type": "CreativeWorkSeries", "name": x[0].Name, "url": base + x[0].Path}
	}
	if x := kind(on, "territoires"); len(x) > 0 {
		out["contentLocation"] = ld{"@type": "Place", "name": x[len(x)-1].Name}
	}
	if l := readLicence(film.License); l.URL != "" {
		out["license"] = l.URL
	}
	return out
}

func (r *rendering) oembed(film *record) any {
	w, h := frameSize(film.Media)
	out := ld{
		"version": "1.0", "type": "video", "title": french.Typeset(film.Title), "html": r.frame(film), "width": w, "height": h,
		"provider_name": r.chrome.Name, "provider_url": r.opt.BaseURL + "/", "duration": int(math.Round(film.Media.Duration)),
	}
	if p := film.picture(""); p != nil {
		out["thumbnail_url"], out["thumbnail_width"], out["thumbnail_height"] = r.opt.BaseURL+p.Src, p.Width, p.Height
	}
	return out
}

// indexRow is one film of the search index; the script of the search page reads it.
type indexRow struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Image    string `json:"image,omitempty"`
	Length   string `json:"length,omitempty"`
	Rubrique string `json:"rubrique,omitempty"`
	Class    string `json:"class,omitempty"`
	Meta     string `json:"meta"`
	Words    string `json:"words"`
}

func (r *rendering) searchIndex() any {
	rows := []indexRow{}
	for _, film := range r.films {
		c := r.card(film)
		row := indexRow{URL: c.Path, Title: c.Title, Length: c.Length, Meta: c.Meta, Image: film.poster(true)}
		if c.Rubrique != nil {
			row.Rubrique, row.Class = c.Rubrique.Name, c.Rubrique.Class
		}
		words := []string{film.Genre}
		for _, x := range r.of(film) {
			words = append(words, x.Name)
		}
		for _, person := range film.People {
			words = append(words, person.Name)
		}
		row.Words = strings.TrimSpace(strings.Join(words, " "))
		rows = append(rows, row)
	}
	return rows
}

func jsonFile(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	err := e.Encode(v) // escapes < > & as well
	return b.Bytes(), err
}

type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Channel rssChannel
}

type rssChannel struct {
	XMLName     xml.Name `xml:"channel"`
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	Description string   `xml:"description"`
	Language    string   `xml:"language"`
	Built       string   `xml:"lastBuildDate,omitempty"`
	Self        atomLink `xml:"atom:link"`
	Items       []rssItem
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type rssItem struct {
	XMLName     xml.Name      `xml:"item"`
	Title       string        `xml:"title"`
	Link        string        `xml:"link"`
	GUID        rssGUID       `xml:"guid"`
	Date        string        `xml:"pubDate"`
	Description string        `xml:"description"`
	Categories  []string      `xml:"category"`
	Enclosure   *enclosure    `xml:"enclosure"`
	Content     *mediaContent `xml:"media:content"`
	Thumbnail   *mediaPicture `xml:"media:thumbnail"`
	Summary     string        `xml:"media:description"`
}

type rssGUID struct {
	ID        string `xml:",chardata"`
	Permalink bool   `xml:"isPermaLink,attr"`
}

type enclosure struct {
	URL    string `xml:"url,attr"`
	Length int64  `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

type mediaContent struct {
	URL      string `xml:"url,attr"`
	Size     int64  `xml:"fileSize,attr"`
	Type     string `xml:"type,attr"`
	Medium   string `xml:"medium,attr"`
	Duration int    `xml:"duration,attr"`
	Width    int    `xml:"width,attr,omitempty"`
	Height   int    `xml:"height,attr,omitempty"`
	Language string `xml:"lang,attr"`
}

type mediaPicture struct {
	URL    string `xml:"url,attr"`
	Width  int    `xml:"width,attr"`
	Height int    `xml:"height,attr"`
}

// feed is RSS 2.0 with Media RSS: the newest films of a shelf.
func (r *rendering) feed(x *shelf, path string, newest []*record) ([]byte, error) {
	base := r.opt.BaseURL
	title := r.chrome.Name
	if x.Kind != "films" {
		title += " – " + x.Name
	}
	c := rssChannel{
		Title: title, Link: base + x.Path, Language: "fr",
		Description: firstOf(x.Lede, "Les derniers films : "+title), Self: atomLink{base + path, "self", "application/rss+xml"},
	}
	c.Description = french.Typeset(c.Description)
	if x.Kind == "films" {
		c.Link = base + "/"
	}
	for i, film := range newest {
		if i == 0 {
			c.Built = film.PublishedAt.In(r.zone).Format(time.RFC1123Z)
		}
		c.Items = append(c.Items, r.feedItem(film))
	}
	return xmlFile(rss{
		Version: "2.0", Media: "http://search.yahoo.com/mrss/", Atom: "http://www.w3.org/2005/Atom", Channel: c,
	})
}

func (r *rendering) feedItem(film *record) rssItem {
	base := r.opt.BaseURL
	item := rssItem{
		Title: french.Typeset(film.Title), Link: base + filmPath(film.Slug), GUID: rssGUID{base + filmPath(film.Slug), true},
		Date:        film.PublishedAt.In(r.zone).Format(time.RFC1123Z),
		Description: french.Typeset(firstOf(film.Lede, film.Description, film.Title)),
	}
	item.Summary = item.Description
	for _, x := range r.of(film) {
		item.Categories = append(item.Categories, x.Name)
	}
	seconds := int(math.Round(film.Media.Duration))
	if n := len(film.Media.MP4); n > 0 {
		m := film.Media.MP4[n-1]
		item.Enclosure = &enclosure{base + mediaPath(film, m.Name), m.Size, "video/mp4"}
		item.Content = &mediaContent{base + mediaPath(film, m.Name), m.Size, "video/mp4", "video", seconds, m.Width, m.Height, "fr"}
	} else if a := film.Media.Audio; a != nil {
		item.Enclosure = &enclosure{base + mediaPath(film, a.Name), a.Size, "audio/mp4"}
		item.Content = &mediaContent{base + mediaPath(film, a.Name), a.Size, "audio/mp4", "audio", seconds, 0, 0, "fr"}
	}
	if p := film.picture(""); p != nil {
		item.Thumbnail = &mediaPicture{base + p.Src, p.Width, p.Height}
	}
	return item
}

type sitemapIndex struct {
	XMLName xml.Name      `xml:"sitemapindex"`
	Space   string        `xml:"xmlns,attr"`
	Maps    []sitemapPage `xml:"sitemap"`
}

type sitemap struct {
	XMLName xml.Name      `xml:"urlset"`
	Space   string        `xml:"xmlns,attr"`
	Video   string        `xml:"xmlns:video,attr,omitempty"`
	Pages   []sitemapPage `xml:"url"`
}

type sitemapPage struct {
	Location string        `xml:"loc"`
	Changed  string        `xml:"lastmod,omitempty"`
	Video    *sitemapVideo `xml:"video:video"`
}

type sitemapVideo struct {
	Thumbnail   string `xml:"video:thumbnail_loc,omitempty"`
	Title       string `xml:"video:title"`
	Description string `xml:"video:description"`
	Content     string `xml:"video:content_loc,omitempty"`
	Player      string `xml:"video:player_loc"`
	Duration    int    `xml:"video:duration,omitempty"`
	Published   string `xml:"video:publication_date"`
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// Search engines read 50,000 addresses of a sitemap at most; the association
// makes some hundred films a year.
func (r *rendering) sitemaps() ([]byte, error) {
	return xmlFile(sitemapIndex{Space: sitemapSpace, Maps: []sitemapPage{
		{Location: r.opt.BaseURL + "/sitemap-pages.xml"}, {Location: r.opt.BaseURL + "/sitemap-videos.xml"},
	}})
}

func (r *rendering) sitemapPages(paths []string) ([]byte, error) {
	m := sitemap{Space: sitemapSpace}
	for _, path := range paths {
		m.Pages = append(m.Pages, sitemapPage{Location: r.opt.BaseURL + path})
	}
	for _, film := range r.films {
		m.Pages = append(m.Pages, sitemapPage{
			Location: r.opt.BaseURL + filmPath(film.Slug), Changed: film.UpdatedAt.Format(time.DateOnly),
		})
	}
	return xmlFile(m)
}

func (r *rendering) sitemapVideos() ([]byte, error) {
	base := r.opt.BaseURL
	m := sitemap{Space: sitemapSpace, Video: "http://www.google.com/schemas/sitemap-video/1.1"}
	for _, film := range r.films {
		v := &sitemapVideo{
			Title: french.Typeset(film.Title), Description: french.Short(french.Typeset(firstOf(film.Lede, film.Description, film.Title)), 2000),
			Player: base + embedPath(film.Film), Duration: int(math.Round(film.Media.Duration)),
			Published: film.PublishedAt.In(r.zone).Format(time.RFC3339),
		}
		if p := film.picture(""); p != nil {
			v.Thumbnail = base + p.Src
		}
		if n := len(film.Media.MP4); n > 0 {
			v.Content = base + mediaPath(film, film.Media.MP4[n-1].Name)
		}
		m.Pages = append(m.Pages, sitemapPage{Location: base + filmPath(film.Slug), Video: v})
	}
	return xmlFile(m)
}

func xmlFile(v any) ([]byte, error) {
	text, err := xml.MarshalIndent(v, "", " ")
	return append([]byte(xml.Header), append(text, '\n')...), err
}
