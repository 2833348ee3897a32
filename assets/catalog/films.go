package catalog

import (
	"context"
	"slices"
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
	State       assets.FilmState
	Version     assets.ID
	CreatedAt   micros
	UpdatedAt   micros

	Rubriques string `bun:"rubriques,scanonly"` // slugs between spaces, in order
	Partners  string `bun:"partners,scanonly"`
}

func newFilmRow(f assets.Film) *filmRow {
	return &filmRow{
		ID: f.ID, Slug: f.Slug, Title: f.Title, Lede: f.Lede, Description: f.Description, Genre: f.Genre,
		Dossier: f.Dossier, Territory: f.Territory, People: f.People, License: f.License, Credits: f.Credits,
		Version: f.Version, CreatedAt: stamp(f.CreatedAt), UpdatedAt: stamp(f.UpdatedAt),
	}
}

func (r *filmRow) key() assets.ID    { return r.ID }
func (r *filmRow) born(state string) { r.State = assets.FilmState(state) }

func (r filmRow) record() assets.Film {
	return assets.Film{
		ID: r.ID, Slug: r.Slug, Title: r.Title, Lede: r.Lede, Description: r.Description, Genre: r.Genre,
		Rubriques: strings.Fields(r.Rubriques), Partners: strings.Fields(r.Partners),
		Dossier: r.Dossier, Territory: r.Territory, People: r.People, License: r.License, Credits: r.Credits,
		State: r.State, Version: r.Version, CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
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
		"title", "lede", "description", "genre", "dossier", "territory", "people", "license", "credits", "version", "updated_at")
	if err != nil || len(a.Films) == 0 {
		return err
	}
	for _, f := range a.Films {
		if err := file(ctx, tx, "film_rubriques", "rubrique", f.ID, f.Rubriques); err != nil {
			return err
		}
		if err := file(ctx, tx, "film_partners", "partner", f.ID, f.Partners); err != nil {
			return err
		}
	}
	return index(ctx, tx, a.Films)
}

// file replaces the slugs that a film is filed under in one of the join tables.
func file(ctx context.Context, tx bun.Tx, table, column string, film assets.ID, slugs []string) error {
	if _, err := tx.NewRaw("DELETE FROM ? WHERE film = ?", bun.Ident(table), film).Exec(ctx); err != nil {
		return err
	}
	for rank, slug := range slugs {
		if slices.Contains(slugs[:rank], slug) {
			continue
		}
		_, err := tx.NewRaw("INSERT INTO ? (film, rank, ?) VALUES (?, ?, ?)",
			bun.Ident(table), bun.Ident(column), film, rank, slug).Exec(ctx)
		if err != nil {
			return err
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
		q = filmColumns(q)
		for _, w := range []struct{ condition, value string }{
			{"film.state = ?", string(f.State)},
			{"film.id IN (SELECT film FROM film_rubriques WHERE rubrique = ?)", f.Rubrique},
			{"film.id IN (SELECT film FROM film_partners WHERE partner = ?)", f.Partner},
			{"film.dossier = ?", f.Dossier},
			{"film.territory = ?", f.Territory},
			{"film.id < ?", string(f.After)},
		} {
			if w.value != "" {
				q = q.Where(w.condition, w.value)
			}
		}
		return q.Order("film.id DESC").Limit(page(f.Limit))
	})
}
