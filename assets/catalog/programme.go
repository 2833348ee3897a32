package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type rubriqueRow struct {
	bun.BaseModel `bun:"table:rubriques"`

	Slug  string `bun:",pk"`
	Name  string
	Light string
	Dark  string
	Rank  int
	Lede  string
}

type partnerRow struct {
	bun.BaseModel `bun:"table:partners"`

	Slug string `bun:",pk"`
	Name string
	URL  string `bun:"url"`
	Lede string
}

type dossierRow struct {
	bun.BaseModel `bun:"table:dossiers"`

	Slug    string `bun:",pk"`
	Name    string
	Partner string
	Planned int
	Lede    string
}

type territoryRow struct {
	bun.BaseModel `bun:"table:territories"`

	Slug   string `bun:",pk"`
	Name   string
	Parent string
}

func (r rubriqueRow) record() assets.Rubrique {
	return assets.Rubrique{Slug: r.Slug, Name: r.Name, Light: r.Light, Dark: r.Dark, Rank: r.Rank, Lede: r.Lede}
}

func (r partnerRow) record() assets.Partner {
	return assets.Partner{Slug: r.Slug, Name: r.Name, URL: r.URL, Lede: r.Lede}
}

func (r dossierRow) record() assets.Dossier {
	return assets.Dossier{Slug: r.Slug, Name: r.Name, Partner: r.Partner, Planned: r.Planned, Lede: r.Lede}
}

func (r territoryRow) record() assets.Territory {
	return assets.Territory{Slug: r.Slug, Name: r.Name, Parent: r.Parent}
}

// Programme returns the filing data: rubriques by rank, the rest by slug.
func (c *Catalog) Programme(ctx context.Context) (assets.Programme, error) {
	p, err := programme(ctx, c.read)
	return p, fail("catalog.Programme", err)
}

func programme(ctx context.Context, db bun.IDB) (p assets.Programme, err error) {
	const op = "catalog.Programme"
	everything := func(q *bun.SelectQuery) *bun.SelectQuery { return q }
	if p.Rubriques, err = list[rubriqueRow](ctx, db, op, everything); err != nil {
		return p, err
	}
	if p.Partners, err = list[partnerRow](ctx, db, op, everything); err != nil {
		return p, err
	}
	if p.Dossiers, err = list[dossierRow](ctx, db, op, everything); err != nil {
		return p, err
	}
	if p.Territories, err = list[territoryRow](ctx, db, op, everything); err != nil {
		return p, err
	}
	// Sorted here: the databases do not agree on the order of « - ».
	slices.SortFunc(p.Rubriques, func(a, b assets.Rubrique) int {
		if a.Rank != b.Rank {
			return a.Rank - b.Rank
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	slices.SortFunc(p.Partners, func(a, b assets.Partner) int { return strings.Compare(a.Slug, b.Slug) })
	slices.SortFunc(p.Dossiers, func(a, b assets.Dossier) int { return strings.Compare(a.Slug, b.Slug) })
	slices.SortFunc(p.Territories, func(a, b assets.Territory) int { return strings.Compare(a.Slug, b.Slug) })
	return p, nil
}

// SaveProgramme inserts or updates by slug. Films are found by the new names
// from then on.
func (c *Catalog) SaveProgramme(ctx context.Context, p assets.Programme) error {
	return c.transaction(ctx, "catalog.SaveProgramme", func(ctx context.Context, tx bun.Tx) error {
		before, err := programme(ctx, tx)
		if err != nil {
			return err
		}
		if err := saveProgramme(ctx, tx, p); err != nil {
			return err
		}
		after, err := programme(ctx, tx)
		if err != nil {
			return err
		}
		return reindex(ctx, tx, namesOf(before), namesOf(after))
	})
}

func saveProgramme(ctx context.Context, tx bun.Tx, p assets.Programme) error {
	for _, x := range p.Rubriques {
		if err := upsert(ctx, tx, "slug", rubriqueRow{Slug: x.Slug, Name: x.Name, Light: x.Light, Dark: x.Dark, Rank: x.Rank, Lede: x.Lede}); err != nil {
			return err
		}
	}
	for _, x := range p.Partners {
		if err := upsert(ctx, tx, "slug", partnerRow{Slug: x.Slug, Name: x.Name, URL: x.URL, Lede: x.Lede}); err != nil {
			return err
		}
	}
	for _, x := range p.Dossiers {
		if err := upsert(ctx, tx, "slug", dossierRow{Slug: x.Slug, Name: x.Name, Partner: x.Partner, Planned: x.Planned, Lede: x.Lede}); err != nil {
			return err
		}
	}
	for _, x := range p.Territories {
		if err := upsert(ctx, tx, "slug", territoryRow{Slug: x.Slug, Name: x.Name, Parent: x.Parent}); err != nil {
			return err
		}
	}
	return nil
}
