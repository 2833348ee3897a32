package site

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/static"
)

//go:embed templates
var sources embed.FS

// parseTemplates gives each page its own set: the layout, the shared parts, and
// the one file that defines its content.
func parseTemplates() (map[string]*template.Template, error) {
	shared, err := template.New("").ParseFS(sources, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(sources, "templates/pages/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		page, err := shared.Clone()
		if err == nil {
			page, err = page.ParseFS(sources, name)
		}
		if err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(name[len("templates/pages/"):], ".html")] = page
	}
	return pages, nil
}

func templateSources() map[string]string {
	all := map[string]string{}
	_ = fs.WalkDir(sources, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			text, _ := sources.ReadFile(name) // embedded: can't fail
			all[name] = string(text)
		}
		return nil
	})
	return all
}

// shipped is what the front-end build gave us.
type shipped struct {
	files fs.FS
	names map[string]string // plain name → served name
	all   []string          // served names
}

func readShipped(files fs.FS) (shipped, error) {
	s := shipped{files: files, names: map[string]string{}}
	if files == nil {
		return s, nil
	}
	names, err := static.Names(files)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.names = names
	for _, name := range s.names {
		s.all = append(s.all, name)
	}
	return s, nil
}

func (s shipped) path(plain string) string {
	if name := s.names[plain]; name != "" {
		return "/assets/" + name
	}
	return ""
}

// fingerprint is the same for the same values, in every process.
func fingerprint(values ...any) string {
	sum := sha256.New()
	e := json.NewEncoder(sum)
	for _, v := range values {
		if err := e.Encode(v); err != nil {
			fmt.Fprintf(sum, "%v", v) // not reached: views hold plain values only
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// plan lists everything the public folder shall hold for these records.
func (s *Site) plan(records map[assets.ID]*record, p assets.Programme) tree {
	r := &rendering{Site: s, shelves: newShelves(live(records), p)}
	r.ready = make(map[*record]card, len(r.shelves.films))
	for _, film := range r.shelves.films {
		r.ready[film] = r.makeCard(film)
	}
	b := &planner{rendering: r, want: tree{media: map[string]bool{}}, silent: assets.Silence(p.Scrutins, s.opt.Now()) != nil}
	b.look(p)
	b.films()
	b.lists()
	b.moved(p)
	b.singles()
	b.machines()
	b.gone(records)
	return b.want
}

type planner struct {
	*rendering
	want   tree
	silent bool     // an election is near: feeds say nothing of it
	outer  string   // print of what is around every page
	paths  []string // of the pages that search engines may list
}

func (b *planner) add(rank int, path string, print string, make func() ([]byte, error)) {
	b.want.files = append(b.want.files, file{path: path, rank: rank, print: print, make: make})
}

// page adds an HTML page.
func (b *planner) page(rank int, name, path string, v view) {
	v.Site = b.chrome
	b.add(rank, path, fingerprint(b.outer, name, v), func() ([]byte, error) { return b.html(name, v) })
}

func (b *planner) html(name string, v view) ([]byte, error) {
	var text strings.Builder
	entry := "layout"
	if name == "embed" {
		entry = "embed"
	}
	err := b.pages[name].ExecuteTemplate(&text, entry, v)
	return []byte(text.String()), err
}

// look adds the shipped files and the colours of the rubriques, and settles what
// is around every page.
func (b *planner) look(p assets.Programme) {
	var css strings.Builder
	for _, film := range b.shelves.films {
		p = film.extend(p)
	}
	for _, x := range p.Rubriques {
		if pathName.MatchString(x.Slug) {
			css.WriteString(x.Style())
		}
	}
	colours := css.String()
	coloursName := "assets/rubriques-" + strings.ToUpper(fingerprint(colours)[:8]) + ".css"
	b.add(rankAsset, coloursName, coloursName, func() ([]byte, error) { return []byte(colours), nil })
	for _, name := range b.static.all {
		b.add(rankAsset, "assets/"+name, name, func() ([]byte, error) { return fs.ReadFile(b.static.files, name) })
	}
	b.chrome = &chrome{
		Identity: b.opt.Identity, Base: b.opt.BaseURL, Nav: shelfLinks(filled(b.rubriques)),
		Stylesheet: b.static.path("site.css"), EmbedSheet: b.static.path("embed.css"), Colours: "/" + coloursName,
		Font: b.static.path("source-sans-3-latin-wght-normal.woff2"), Favicon: b.static.path("favicon.svg"),
		Player: b.static.path("player.js"), Search: b.static.path("search.js"),
	}
	for i := range b.chrome.Nav {
		b.chrome.Nav[i].Count = "" // else every page would change with every film
	}
	b.outer = fingerprint(b.chrome)
}

func (b *planner) films() {
	for _, film := range b.shelves.films {
		b.want.media[film.mediaDir()] = true
		b.page(rankEmbed, "embed", "integrer/"+string(film.Film)+"/index.html", b.embed(film))
		if sites := framers(b.of(film)); len(sites) > 0 {
			b.add(rankAsset, embedPath(film.Film)[1:]+sitesName, fingerprint(sites), func() ([]byte, error) { return []byte(strings.Join(sites, "\n") + "\n"), nil })
		}
		info := b.oembed(film)
		b.add(rankEmbed, oembedPath(film.Film)[1:], fingerprint(info), func() ([]byte, error) { return jsonFile(info) })
		b.page(rankFilm, "film", filmPath(film.Slug)[1:]+"index.html", b.film(film))
	}
}

func (b *planner) lists() {
	everything := &shelf{Kind: "films", Name: "Tous les films", Path: "/films/", films: b.shelves.films}
	for _, x := range append(b.all(), everything) {
		pages := max(1, (len(x.films)+perPage-1)/perPage)
		for n := 1; n <= pages; n++ {
			v := b.list(x, n)
			b.page(rankHeading, "list", v.Path[1:]+"index.html", v)
			if len(x.films) > 0 {
				b.paths = append(b.paths, v.Path)
			}
		}
		if x.Kind == "rubriques" || x.Kind == "dossiers" || x.Kind == "territoires" {
			b.addFeed(x, x.Path+"flux.xml")
		}
	}
	b.addFeed(everything, "/flux.xml")
}

func (b *planner) addFeed(x *shelf, path string) {
	said := x.films
	if b.silent {
		said = slices.DeleteFunc(slices.Clone(said), func(f *record) bool { return f.Electoral })
	}
	newest := said[:min(50, len(said))]
	b.add(rankHeadingFeed, path[1:], fingerprint(x.Name, x.Lede, newest, b.outer, b.names(newest)), func() ([]byte, error) { return b.feed(x, path, newest) })
}

// names are the words that shelves give to films.
func (b *planner) names(films []*record) []string {
	var out []string
	for _, film := range films {
		for _, x := range b.of(film) {
			out = append(out, x.Name)
		}
	}
	return out
}

// moved adds, at the address of a heading that was merged into another, a page
// that leads there.
func (b *planner) moved(p assets.Programme) {
	names := map[assets.HeadingKind]string{
		assets.HeadingRubrique: "rubriques", assets.HeadingPartner: "partenaires", assets.HeadingDossier: "dossiers", assets.HeadingTerritory: "territoires",
	}
	for _, m := range p.Moved {
		kind := names[m.Heading.Kind]
		to := b.bySlug[kind+"/"+p.MovedTo(m.Heading)]
		if to == nil || b.bySlug[kind+"/"+m.Heading.Slug] != nil || !pathName.MatchString(m.Heading.Slug) {
			continue
		}
		old := []string{"/" + kind + "/"}
		switch {
		case to.Parent != nil: // it may have been a town, or a quarter of the same
			old = append(old, to.Parent.Path)
		case m.Heading.Kind == assets.HeadingTerritory:
			old = append(old, to.Path)
		}
		for _, folder := range old {
			b.page(rankHeading, "moved", folder[1:]+m.Heading.Slug+"/index.html", view{Title: to.Name, Path: to.Path, Forward: to.Path})
		}
	}
}

func (b *planner) singles() {
	indexes := []struct {
		name string
		all  []link
	}{
		{"rubriques", shelfLinks(filled(b.rubriques))},
		{"dossiers", shelfLinks(filled(b.dossiers))},
		{"partenaires", shelfLinks(filled(b.partners))},
		{"territoires", b.places()},
	}
	for _, x := range indexes {
		b.page(rankHeading, "index", x.name+"/index.html", b.index(x.name, x.all))
	}
	b.page(rankHome, "home", "index.html", b.home())
	b.page(rankHome, "search", "recherche/index.html", b.searchPage())
	b.page(rankHome, "notfound", "404.html", b.notFound())
	texts := []struct{ name, title, description string }{
		{"accessibilite", "Accessibilité", "Ce que ce site fait pour être lu, vu et entendu par tout le monde, et ce qui manque encore."},
		{"confidentialite", "Confidentialité", "Aucun cookie, aucun traceur, aucun appel à un autre site."},
		{"mentions-legales", "Mentions légales", "Qui publie ce site et qui l’héberge."},
	}
	for _, t := range texts {
		b.page(rankHome, t.name, t.name+"/index.html", b.plainPage(t.title, "/"+t.name+"/", t.description, nil))
		b.paths = append(b.paths, "/"+t.name+"/")
	}
	b.paths = append(b.paths, "/")
}

func (b *planner) machines() {
	all := fingerprint(b.shelves.films, b.outer, b.paths, b.names(b.shelves.films))
	b.add(rankMachine, "recherche/index.json", all, func() ([]byte, error) { return jsonFile(b.searchIndex()) })
	b.add(rankMachine, "sitemap.xml", b.outer, b.sitemaps)
	b.add(rankMachine, "sitemap-pages.xml", all, func() ([]byte, error) { return b.sitemapPages(b.paths) })
	b.add(rankMachine, "sitemap-videos.xml", all, b.sitemapVideos)
	b.add(rankMachine, "robots.txt", b.outer, func() ([]byte, error) {
		return []byte("User-agent: *\nAllow: /\n\nSitemap: " + b.opt.BaseURL + "/sitemap.xml\n"), nil
	})
}

// gone adds the pages that stand for a film which was withdrawn: one where others
// framed it, which servers show for its files, too, and one at its own address,
// unless another film has that by now.
func (b *planner) gone(records map[assets.ID]*record) {
	taken := map[string]bool{}
	for _, film := range b.shelves.films {
		taken[film.Slug] = true
	}
	v := b.plainPage("Film retiré", "", "Ce film a été retiré.", nil)
	v.Feed = ""
	for _, rec := range records {
		if !rec.Gone {
			continue
		}
		b.page(rankAsset, "gone", embedPath(rec.Film)[1:]+"410.html", v)
		if !taken[rec.Slug] {
			taken[rec.Slug] = true
			b.page(rankAsset, "gone", filmPath(rec.Slug)[1:]+"410.html", v)
		}
	}
}
