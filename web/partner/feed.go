package partner

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"time"

	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// feed is what the partner's own site can show: the films that are public, with
// the code that shows them there. What waits for its hour is in none.
func (p *Room) feed(r *http.Request, v visit) ([]pipeline.Handed, error) {
	all, err := p.Desk.Handed(r.Context(), v.Delivery)
	var public []pipeline.Handed
	for _, h := range all {
		if h.Group == pipeline.HandedReady && h.Public != "" && h.Embargo.IsZero() {
			public = append(public, h)
		}
	}
	return public, err
}

// rss is the feed as RSS 2.0 (https://www.rssboard.org/rss-specification).
func (p *Room) rss(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := p.feed(r, v)
	if err != nil {
		return err
	}
	type guid struct {
		Permanent bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
	type item struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		GUID        guid   `xml:"guid"`
		Date        string `xml:"pubDate"`
		Description string `xml:"description"`
	}
	type channel struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		Description string `xml:"description"`
		Language    string `xml:"language"`
		Items       []item `xml:"item"`
	}
	out := struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel channel  `xml:"channel"`
	}{Version: "2.0", Channel: channel{Title: french.Clean(v.Name), Link: p.Desk.Letterhead.BaseURL + "/", Description: "Les films de " + p.House, Language: "fr"}}
	for _, h := range all {
		out.Channel.Items = append(out.Channel.Items, item{
			Title: french.Clean(h.Title), Link: h.Public, GUID: guid{ID: string(h.ID)}, Date: h.PublicAt.UTC().Format(time.RFC1123Z),
			Description: french.Clean(h.Lede) + "\n" + h.Embed(p.Desk.Letterhead.BaseURL),
		})
	}
	text, err := xml.Marshal(out)
	if err != nil {
		return err
	}
	return p.machine(w, "application/rss+xml; charset=utf-8", append([]byte(xml.Header), text...))
}

// jsonFeed is the feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
func (p *Room) jsonFeed(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := p.feed(r, v)
	if err != nil {
		return err
	}
	type item struct {
		ID      string    `json:"id"`
		URL     string    `json:"url"`
		Title   string    `json:"title"`
		Summary string    `json:"summary,omitempty"`
		HTML    string    `json:"content_html"`
		Date    time.Time `json:"date_published"`
	}
	items := []item{}
	for _, h := range all {
		items = append(items, item{string(h.ID), h.Public, french.Clean(h.Title), french.Clean(h.Lede), h.Embed(p.Desk.Letterhead.BaseURL), h.PublicAt.UTC()})
	}
	text, err := json.Marshal(map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": french.Clean(v.Name), "home_page_url": p.Desk.Letterhead.BaseURL + "/", "language": "fr", "items": items,
	})
	if err != nil {
		return err
	}
	return p.machine(w, "application/feed+json; charset=utf-8", text)
}

func (p *Room) machine(w http.ResponseWriter, kind string, text []byte) error {
	w.Header().Set("Content-Type", kind)
	_, err := w.Write(text)
	return err
}
