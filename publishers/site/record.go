package site

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// record is what the site remembers of one film. All of it but the markers and
// the storage keys is public.
type record struct {
	Film      assets.ID `json:"film"`
	Slug      string    `json:"slug"`
	UpdatedAt time.Time `json:"updated_at"`
	Withdrawn []string  `json:"withdrawn,omitempty"` // markers of the decisions that were taken back
	Gone      bool      `json:"gone,omitempty"`      // nothing below is filled then

	Marker      string             `json:"marker,omitempty"`
	PublishedAt time.Time          `json:"published_at,omitzero"`
	Title       string             `json:"title,omitempty"`
	Lede        string             `json:"lede,omitempty"`
	Electoral   bool               `json:"electoral,omitempty"` // tagged « élection »
	Description string             `json:"description,omitempty"`
	Genre       string             `json:"genre,omitempty"`
	License     string             `json:"license,omitempty"`
	Credits     string             `json:"credits,omitempty"`
	People      []assets.Person    `json:"people,omitempty"`
	Rubriques   []assets.Rubrique  `json:"rubriques,omitempty"`
	Partners    []assets.Partner   `json:"partners,omitempty"`
	Dossier     *assets.Dossier    `json:"dossier,omitempty"`
	Territory   []assets.Territory `json:"territory,omitempty"`
	Media       media              `json:"media,omitzero"`
}

// A name that becomes part of a path and of an address.
var pathName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,119}$`)

func newRecord(req publishers.Request) (*record, error) {
	rec := &record{
		Film: req.Film.ID, Slug: req.Film.Slug, Marker: req.Marker, PublishedAt: req.At.UTC(),
		Electoral: req.Film.Electoral(),
		Title:     french.Clean(req.Film.Title), Lede: french.Clean(req.Film.Lede), Description: french.Clean(req.Film.Description),
		Genre: french.Clean(req.Film.Genre), License: french.Clean(req.Film.License), Credits: french.Clean(req.Film.Credits),
		Rubriques: req.Rubriques, Partners: req.Partners, Dossier: req.Dossier, Territory: req.Territory,
	}
	for _, person := range req.Film.People {
		rec.People = append(rec.People, assets.Person{Name: french.Clean(person.Name), Role: french.Clean(person.Role)})
	}
	names := append([]string{string(rec.Film), rec.Slug}, rec.headings()...)
	if i := slices.IndexFunc(names, func(name string) bool { return !pathName.MatchString(name) }); i >= 0 {
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: "site.Publish",
			Msg: "« " + french.Clean(names[i]) + " » ne peut pas servir d'adresse de page : lettres sans accent, chiffres et tirets seulement. Rien n'a été mis en ligne.",
		}
	}
	if rec.Marker == "" || !utf8.ValidString(rec.Marker) || strings.TrimSpace(rec.Title) == "" || len(rec.Territory) > 2 {
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: "site.Publish",
			Msg: "Ce film n'a pas de titre, ou sa fiche est incomplète. Rien n'a été mis en ligne.",
		}
	}
	var err error
	rec.Media, err = planMedia(req)
	return rec, err
}

// headings lists the slugs of everything the film is filed under.
func (r *record) headings() []string {
	var all []string
	for _, x := range r.Rubriques {
		all = append(all, x.Slug)
	}
	for _, x := range r.Partners {
		all = append(all, x.Slug)
	}
	for _, x := range r.Territory {
		all = append(all, x.Slug)
	}
	if r.Dossier != nil {
		all = append(all, r.Dossier.Slug)
	}
	return all
}

// extend returns the programme with what only this film names.
func (r *record) extend(p assets.Programme) assets.Programme {
	p.Rubriques = addMissing(p.Rubriques, r.Rubriques, func(x assets.Rubrique) string { return x.Slug })
	p.Partners = addMissing(p.Partners, r.Partners, func(x assets.Partner) string { return x.Slug })
	p.Territories = addMissing(p.Territories, r.Territory, func(x assets.Territory) string { return x.Slug })
	if r.Dossier != nil {
		p.Dossiers = addMissing(p.Dossiers, []assets.Dossier{*r.Dossier}, func(x assets.Dossier) string { return x.Slug })
	}
	return p
}

// missingFrom lists the headings of the film that the programme does not have.
func (r *record) missingFrom(p assets.Programme) []string {
	known := map[string]bool{}
	for _, x := range p.Rubriques {
		known[x.Slug] = true
	}
	for _, x := range p.Partners {
		known[x.Slug] = true
	}
	for _, x := range p.Territories {
		known[x.Slug] = true
	}
	for _, x := range p.Dossiers {
		known[x.Slug] = true
	}
	return slices.DeleteFunc(r.headings(), func(slug string) bool { return known[slug] })
}

func addMissing[T any](all, more []T, slug func(T) string) []T {
	for _, x := range more {
		if !slices.ContainsFunc(all, func(y T) bool { return slug(x) == slug(y) }) {
			all = append(slices.Clip(all), x)
		}
	}
	return all
}

// follow takes over what must outlive an earlier record of the same film, and
// refuses what must not be published.
func (r *record) follow(records map[assets.ID]*record, now time.Time) error {
	r.UpdatedAt = now
	for _, other := range records {
		if other.Film != r.Film && !other.Gone && other.Slug == r.Slug {
			return &assets.Error{
				Kind: assets.Conflict, Op: "site.Publish",
				Msg: "Un autre film occupe déjà cette adresse sur le site. Rien n'a été changé ; donnez une autre adresse à celui-ci.",
			}
		}
	}
	old := records[r.Film]
	if old == nil {
		return nil
	}
	if slices.Contains(old.Withdrawn, r.Marker) {
		return &assets.Error{
			Kind: assets.Conflict, Op: "site.Publish",
			Msg: "Cette mise en ligne a été retirée entre-temps. Le film reste hors ligne ; une nouvelle décision est nécessaire pour le remettre.",
		}
	}
	r.Withdrawn, r.UpdatedAt = old.Withdrawn, old.UpdatedAt
	if !reflect.DeepEqual(r, old) {
		r.UpdatedAt = now
	}
	return nil
}

func (r *record) tombstone(at time.Time) *record {
	return &record{
		Film: r.Film, Slug: r.Slug, Gone: true, UpdatedAt: at,
		Withdrawn: append(slices.Clone(r.Withdrawn), r.Marker),
	}
}

func (s *Site) recordPath(film assets.ID) string {
	return filepath.Join(s.opt.State, "films", string(film)+".json")
}

// load returns the record of a film, nil without.
func (s *Site) load(film assets.ID) (*record, error) {
	if !pathName.MatchString(string(film)) {
		return nil, nil
	}
	text, err := os.ReadFile(s.recordPath(film))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, diskError("site.load", err)
	}
	rec := new(record)
	if err := json.Unmarshal(text, rec); err != nil {
		return nil, internalError("site.load "+string(film), err)
	}
	return rec, nil
}

func (s *Site) loadAll() (map[assets.ID]*record, error) {
	entries, err := os.ReadDir(filepath.Join(s.opt.State, "films"))
	if err != nil {
		return nil, diskError("site.loadAll", err)
	}
	records := make(map[assets.ID]*record, len(entries))
	for _, entry := range entries {
		name, isRecord := strings.CutSuffix(entry.Name(), ".json")
		if !isRecord {
			continue
		}
		rec, err := s.load(assets.ID(name))
		if err != nil {
			return nil, err
		}
		if rec != nil {
			records[rec.Film] = rec
		}
	}
	return records, nil
}

func (s *Site) save(rec *record) error {
	text, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return internalError("site.save", err)
	}
	return s.writeState(s.recordPath(rec.Film), append(text, '\n'))
}

// live lists the films that are on the site, newest first.
func live(records map[assets.ID]*record) []*record {
	films := slices.DeleteFunc(slices.Collect(maps.Values(records)), func(r *record) bool { return r.Gone })
	slices.SortFunc(films, func(a, b *record) int {
		if c := b.PublishedAt.Compare(a.PublishedAt); c != 0 {
			return c
		}
		return strings.Compare(string(b.Film), string(a.Film))
	})
	return films
}
