package catalog

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type filmRow struct {
	bun.BaseModel `bun:"table:films,alias:film"`

	ID          assets.ID `bun:"id,pk"`
	Slug        string
	Title       string
	Lede        string
	Description string
	Genre       string
	Dossier     string
	Territory   string
	People      []assets.Person `bun:"people,type:json"`
	License     string
	Credits     string
	Embargo     micros
	Music       assets.Music
	State       assets.FilmState
	Version     assets.ID
	Sujet       assets.ID
	Keywords    []string      `bun:"keywords,type:json"`
	Cover       assets.Cover  `bun:"cover,type:json"`
	TeaserPick  []assets.Span `bun:"teaser_pick,type:json"`
	CreatedAt   micros
	UpdatedAt   micros

	Rubriques string `bun:"rubriques,scanonly"` // slugs between spaces, in order
	Partners  string `bun:"partners,scanonly"`
}

func newFilmRow(f assets.Film) *filmRow {
	return &filmRow{
		ID: f.ID, Slug: f.Slug, Title: f.Title, Lede: f.Lede, Description: f.Description, Genre: f.Genre,
		Dossier: f.Dossier, Territory: f.Territory, People: f.People, License: f.License, Credits: f.Credits, Embargo: stamp(f.Embargo), Music: f.Music,
		Version: f.Version, Sujet: f.Sujet, Keywords: f.Keywords, Cover: f.Cover, TeaserPick: f.TeaserPick,
		CreatedAt: stamp(f.CreatedAt), UpdatedAt: stamp(f.UpdatedAt),
	}
}

func (r *filmRow) key() assets.ID    { return r.ID }
func (r *filmRow) born(state string) { r.State = assets.FilmState(state) }

func (r filmRow) record() assets.Film {
	return assets.Film{
		ID: r.ID, Slug: r.Slug, Title: r.Title, Lede: r.Lede, Description: r.Description, Genre: r.Genre,
		Rubriques: strings.Fields(r.Rubriques), Partners: strings.Fields(r.Partners),
		Dossier: r.Dossier, Territory: r.Territory, People: r.People, License: r.License, Credits: r.Credits, Embargo: r.Embargo.time(), Music: r.Music,
		State: r.State, Version: r.Version, Sujet: r.Sujet, Keywords: r.Keywords, Cover: r.Cover, TeaserPick: r.TeaserPick,
		CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}
}

// filmColumns adds what lies in other tables.
func filmColumns(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("film.*").
		ColumnExpr("(SELECT string_agg(t.rubrique, ' ' ORDER BY t.rank) FROM film_rubriques AS t WHERE t.film = film.id) AS rubriques").
		ColumnExpr("(SELECT string_agg(t.partner, ' ' ORDER BY t.rank) FROM film_partners AS t WHERE t.film = film.id) AS partners")
}

func (a *application) putFilms(ctx context.Context, tx bun.Tx) error {
	rows := make([]*filmRow, len(a.Films))
	for i, f := range a.Films {
		rows[i] = newFilmRow(f)
	}
	err := put(ctx, tx, a, assets.SubjectFilm, rows,
		"title", "lede", "description", "genre", "dossier", "territory", "people", "license", "credits", "embargo", "music", "version",
		"sujet", "keywords", "cover", "teaser_pick", "updated_at")
	if err != nil {
		return err
	}
	for _, f := range a.Films {
		for _, by := range []filing{{"film_rubriques", "rubrique", f.Rubriques}, {"film_partners", "partner", f.Partners}} {
			if err := by.write(ctx, tx, "film", f.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Film returns a film.
func (c *Catalog) Film(ctx context.Context, id assets.ID) (assets.Film, error) {
	return first[filmRow](ctx, c.read, "catalog.Film", func(q *bun.SelectQuery) *bun.SelectQuery {
		return filmColumns(q).Where("film.id = ?", id)
	})
}

// FilmBySlug returns the film with that address.
func (c *Catalog) FilmBySlug(ctx context.Context, slug string) (assets.Film, error) {
	return first[filmRow](ctx, c.read, "catalog.FilmBySlug", func(q *bun.SelectQuery) *bun.SelectQuery {
		return filmColumns(q).Where("film.slug = ?", slug)
	})
}

// Films lists films, newest first.
func (c *Catalog) Films(ctx context.Context, f assets.FilmFilter) ([]assets.Film, error) {
	return list[filmRow](ctx, c.read, "catalog.Films", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = where(
			filmColumns(q),
			asked{"film.state = ?", string(f.State)},
			asked{"film.state <> ?", string(f.Not)},
			asked{"film.id IN (SELECT film FROM film_rubriques WHERE rubrique = ?)", f.Rubrique},
			asked{"film.id IN (SELECT film FROM film_partners WHERE partner = ?)", f.Partner},
			asked{"film.dossier = ?", f.Dossier},
			asked{"film.territory = ?", f.Territory},
			asked{"film.sujet = ?", string(f.Sujet)},
			asked{"film.sujet IN (SELECT sujet FROM sujet_crew WHERE member = ?)", string(f.Crew)},
			asked{"film.id < ?", string(f.After)},
		)
		if len(f.IDs) > 0 {
			q = q.Where("film.id IN (?)", bun.List(f.IDs))
		}
		return q.Order("film.id DESC").Limit(page(f.Limit))
	})
}
