package site

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

var linkedData = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

func (h house) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(h.public(strings.TrimPrefix(name, "/")))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestVideoObject(t *testing.T) {
	h := newHouse(t, t.TempDir())
	req := h.paper(t, 6)
	h.publish(t, req)
	types := map[string]map[string]any{}
	for _, m := range linkedData.FindAllStringSubmatch(h.read(t, "films/film-6/index.html"), -1) {
		var object map[string]any
		if err := json.Unmarshal([]byte(m[1]), &object); err != nil {
			t.Fatal(err)
		}
		types[object["@type"].(string)] = object
	}
	if types["BreadcrumbList"] == nil {
		t.Error("no BreadcrumbList")
	}
	video := types["VideoObject"]
	for key, want := range map[string]string{
		"name": "Soirée d’ouverture n° 6", "uploadDate": "2018-06-16T08:00:00+02:00", "duration": "PT0H3M42S",
		"embedUrl": "https://anonymal.example" + embedPath(req.Film.ID), "license": "https://creativecommons.org/licenses/by/4.0/deed.fr",
	} {
		if video[key] != want {
			t.Errorf("%s is %v, want %s", key, video[key], want)
		}
	}
	for _, key := range []string{"thumbnailUrl", "contentUrl", "description", "isPartOf", "contentLocation", "publisher"} {
		if video[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestFeedsAndOEmbed(t *testing.T) {
	h := newHouse(t, t.TempDir())
	req := h.paper(t, 6)
	h.publish(t, req)
	type item struct {
		Title     string `xml:"title"`
		Link      string `xml:"link"`
		Date      string `xml:"pubDate"`
		Enclosure struct {
			URL    string `xml:"url,attr"`
			Length int64  `xml:"length,attr"`
		} `xml:"enclosure"`
		Content struct {
			Duration int `xml:"duration,attr"`
		} `xml:"http://search.yahoo.com/mrss/ content"`
		Thumbnail struct {
			URL string `xml:"url,attr"`
		} `xml:"http://search.yahoo.com/mrss/ thumbnail"`
	}
	for _, name := range []string{
		"flux.xml", "rubriques/" + req.Rubriques[0].Slug + "/flux.xml", "dossiers/" + req.Dossier.Slug + "/flux.xml",
		"territoires/aix-en-provence/flux.xml", "territoires/aix-en-provence/jas-de-bouffan/flux.xml",
	} {
		var feed struct {
			Items []item `xml:"channel>item"`
		}
		if err := xml.Unmarshal([]byte(h.read(t, name)), &feed); err != nil {
			t.Fatal(err)
		}
		if len(feed.Items) != 1 {
			t.Fatalf("%s has %d items", name, len(feed.Items))
		}
		got := feed.Items[0]
		if got.Link != "https://anonymal.example/films/film-6/" || got.Date != "Sat, 16 Jun 2018 08:00:00 +0200" || got.Enclosure.Length == 0 ||
			got.Content.Duration != 222 || !resolves(h.opt.Public, h.opt.BaseURL, got.Enclosure.URL) || !resolves(h.opt.Public, h.opt.BaseURL, got.Thumbnail.URL) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	var oembed struct {
		Version, Type, HTML string
		Width, Height       int
	}
	if err := json.Unmarshal([]byte(h.read(t, oembedPath(req.Film.ID))), &oembed); err != nil {
		t.Fatal(err)
	}
	if oembed.Version != "1.0" || oembed.Type != "video" || !strings.Contains(oembed.HTML, embedPath(req.Film.ID)) || oembed.Width != 640 || oembed.Height != 400 {
		t.Errorf("oEmbed: %+v", oembed)
	}
	if maps := h.read(t, "sitemap.xml"); !strings.Contains(maps, "sitemap-videos.xml") || !strings.Contains(h.read(t, "sitemap-videos.xml"), "<video:duration>222<") {
		t.Error("the sitemaps lack the film")
	}
}

// weighFrame adds up what the frame of a film costs before it plays.
func (h house) weighFrame(t *testing.T, req publishers.Request) {
	t.Helper()
	rec, err := newRecord(req)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range []string{
		embedPath(req.Film.ID) + "index.html", h.static.path("embed.css"), h.static.path("player.js"), h.static.path("favicon.svg"), rec.poster(true),
	} {
		if name != "" {
			total += len(h.read(t, name))
		}
	}
	if t.Logf("%d bytes before play", total); total > 60<<10 {
		t.Errorf("the frame costs %d bytes before it plays, over 60 KiB", total)
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"Zik Zac : l'ouverture !": "Zik Zac\u00a0: l’ouverture\u00a0!", "« Avant »": "«\u00a0Avant\u00a0»", "à 18 h 30; puis": "à 18 h 30; puis",
	} {
		if got := french.Typeset(text); got != want {
			t.Errorf("french(%q) = %q, want %q", text, got, want)
		}
	}
	for seconds, want := range map[float64]string{0: "", 0.2: "", 42: "42\u00a0s", 59.6: "1\u00a0min", 222: "3\u00a0min\u00a042\u00a0s", 7080: "1\u00a0h\u00a058\u00a0min"} {
		if got := french.Length(seconds); got != want {
			t.Errorf("length(%v) = %q, want %q", seconds, got, want)
		}
	}
	for bytes, want := range map[int64]string{98_000: "98\u00a0ko", 2_410_000: "2,4\u00a0Mo", 180_000_000: "180\u00a0Mo", 4_100_000_000: "4,1\u00a0Go"} {
		if got := french.Weight(bytes); got != want {
			t.Errorf("weight(%d) = %q, want %q", bytes, got, want)
		}
	}
	if got := french.Short("Les conseils citoyens, un aboutissement", 24); got != "Les conseils citoyens…" {
		t.Errorf("short: %q", got)
	}
	for id, free := range map[string]bool{"": false, "CC-BY-3.0": true, "CC-BY-SA-4.0": true, "CC-BY-NC-4.0": false, "CC0-1.0": true, "CC-BY-ND-4.0": false, "autre": false} {
		if got := readLicence(id); got.Free != free || got.Name == "" {
			t.Errorf("licence %q: %+v", id, got)
		}
	}
}

// TestFeedsNearAnElection (F36): while an election is near, feeds say nothing of a
// film that is tagged; its page stays, and afterwards they are as before.
func TestFeedsNearAnElection(t *testing.T) {
	h := newHouse(t, t.TempDir())
	vote, other := h.paper(t, 1), h.paper(t, 2)
	vote.Film.Keywords = []string{"Élections"}
	h.publish(t, vote)
	h.publish(t, other)
	p := programme
	p.Scrutins = []assets.Scrutin{{ID: "s", Name: "Municipales", From: fixedNow().Add(-time.Hour), Until: fixedNow().Add(time.Hour)}}
	h.opt.Programme = func(context.Context) (assets.Programme, error) { return p, nil }
	now := fixedNow()
	h.opt.Now = func() time.Time { return now }
	for _, silent := range []bool{true, false} {
		if err := h.Render(t.Context()); err != nil {
			t.Fatal(err)
		}
		feed := h.read(t, "flux.xml")
		if strings.Contains(feed, "/films/"+vote.Film.Slug+"/") == silent || !strings.Contains(feed, "/films/"+other.Film.Slug+"/") {
			t.Errorf("silent %v: %s", silent, feed)
		}
		if page := h.read(t, "films/"+vote.Film.Slug+"/index.html"); !strings.Contains(page, vote.Film.Slug) {
			t.Error("its page is gone")
		}
		now = p.Scrutins[0].Until
	}
}
