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

	Logo    string
	Colour  string
	Sites   []string `bun:"sites,type:json"`
	Embargo micros
}

type dossierRow struct {
	bun.BaseModel `bun:"table:dossiers"`

	Slug    string `bun:",pk"`
	Name    string
	Partner string
	Planned int
	Lede    string
	Embargo micros
	Begins  string
	Ends    string
}

type territoryRow struct {
	bun.BaseModel `bun:"table:territories"`

	Slug   string `bun:",pk"`
	Name   string
	Parent string
}

type movedRow struct {
	bun.BaseModel `bun:"table:moved"`

	Kind assets.HeadingKind `bun:",pk"`
	Slug string             `bun:",pk"`
	Into string             `bun:"into"`
}

type scrutinRow struct {
	bun.BaseModel `bun:"table:scrutins"`

	ID        assets.ID `bun:"id,pk"`
	Name      string
	Opens     micros
	Closes    micros
	RemovedAt micros
}

func (r scrutinRow) record() assets.Scrutin {
	return assets.Scrutin{ID: r.ID, Name: r.Name, From: r.Opens.time(), Until: r.Closes.time(), RemovedAt: r.RemovedAt.time()}
}

func (r movedRow) record() assets.Moved {
	return assets.Moved{Heading: assets.Heading{Kind: r.Kind, Slug: r.Slug}, Into: assets.Heading{Kind: r.Kind, Slug: r.Into}}
}

func (r rubriqueRow) record() assets.Rubrique {
	return assets.Rubrique{Slug: r.Slug, Name: r.Name, Light: r.Light, Dark: r.Dark, Rank: r.Rank, Lede: r.Lede}
}

func (r partnerRow) record() assets.Partner {
	return assets.Partner{Slug: r.Slug, Name: r.Name, URL: r.URL, Lede: r.Lede, Logo: r.Logo, Colour: r.Colour, Sites: r.Sites, Embargo: r.Embargo.time()}
}

func (r dossierRow) record() assets.Dossier {
	return assets.Dossier{Slug: r.Slug, Name: r.Name, Partner: r.Partner, Planned: r.Planned, Lede: r.Lede, Embargo: r.Embargo.time(), Begins: r.Begins, Ends: r.Ends}
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
	p.Moved, err = list[movedRow](ctx, db, op, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("kind", "slug") })
	if err != nil {
		return p, err
	}
	if p.Scrutins, err = list[scrutinRow](ctx, db, op, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("opens", "id") }); err != nil {
		return p, err
	}
	if len(p.Scrutins) == 0 {
		p.Scrutins = nil
	}
	if len(p.Moved) == 0 {
		p.Moved = nil
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

// SaveProgramme inserts or updates by slug.
func (c *Catalog) SaveProgramme(ctx context.Context, p assets.Programme) error {
	return c.Apply(ctx, assets.Change{Programme: p})
}

// headingTable is where one list of the programme lies.
func headingTable(kind assets.HeadingKind) bun.Ident {
	if kind == assets.HeadingTerritory {
		return "territories"
	}
	return bun.Ident(kind + "s")
}

// putProgramme inserts or updates entries by slug, and drops those that leave.
// Records are found by the new names from then on.
func (a *application) putProgramme(ctx context.Context, tx bun.Tx) error {
	p := a.Programme
	if len(p.Rubriques)+len(p.Partners)+len(p.Dossiers)+len(p.Territories)+len(p.Moved)+len(p.Scrutins)+len(a.Unfiled) == 0 {
		return nil
	}
	before, err := programme(ctx, tx)
	if err != nil {
		return err
	}
	for _, h := range a.Unfiled {
		if _, err := tx.NewRaw("DELETE FROM ? WHERE slug = ?", headingTable(h.Kind), h.Slug).Exec(ctx); err != nil {
			return err
		}
	}
	if err := saveProgramme(ctx, tx, p); err != nil {
		return err
	}
	after, err := programme(ctx, tx)
	if err != nil {
		return err
	}
	return reindex(ctx, tx, namesOf(before), namesOf(after))
}

func saveProgramme(ctx context.Context, tx bun.Tx, p assets.Programme) error {
	for _, x := range p.Rubriques {
		if err := upsert(ctx, tx, "slug", rubriqueRow{Slug: x.Slug, Name: x.Name, Light: x.Light, Dark: x.Dark, Rank: x.Rank, Lede: x.Lede}); err != nil {
			return err
		}
	}
	for _, x := range p.Partners {
		if err := upsert(ctx, tx, "slug", partnerRow{Slug: x.Slug, Name: x.Name, URL: x.URL, Lede: x.Lede, Logo: x.Logo, Colour: x.Colour, Sites: x.Sites, Embargo: stamp(x.Embargo)}); err != nil {
			return err
		}
	}
	for _, x := range p.Dossiers {
		if err := upsert(ctx, tx, "slug", dossierRow{Slug: x.Slug, Name: x.Name, Partner: x.Partner, Planned: x.Planned, Lede: x.Lede, Embargo: stamp(x.Embargo), Begins: x.Begins, Ends: x.Ends}); err != nil {
			return err
		}
	}
	for _, x := range p.Territories {
		if err := upsert(ctx, tx, "slug", territoryRow{Slug: x.Slug, Name: x.Name, Parent: x.Parent}); err != nil {
			return err
		}
	}
	for _, x := range p.Scrutins {
		row := scrutinRow{ID: x.ID, Name: x.Name, Opens: stamp(x.From), Closes: stamp(x.Until), RemovedAt: stamp(x.RemovedAt)}
		if err := upsert(ctx, tx, "id", row); err != nil {
			return err
		}
	}
	for _, x := range p.Moved {
		row := movedRow{Kind: x.Heading.Kind, Slug: x.Heading.Slug, Into: x.Into.Slug}
		if err := upsert(ctx, tx, "kind, slug", row); err != nil {
			return err
		}
	}
	return nil
}

// Filed counts what is filed under each entry.
func (c *Catalog) Filed(ctx context.Context) (map[assets.Heading]assets.Filed, error) {
	var parts []string
	for _, kind := range searched() {
		for _, heading := range assets.HeadingKinds() {
			table, column := tableOf(kind), string(heading)
			if heading == assets.HeadingRubrique || heading == assets.HeadingPartner {
				table = string(kind) + "_" + column + "s"
			}
			parts = append(parts, "SELECT '"+column+"' AS heading, "+column+" AS slug, '"+string(kind)+"' AS kind, count(*) AS n FROM "+table+
				" WHERE "+column+" <> '' GROUP BY "+column) // names of ours only
		}
	}
	var rows []struct {
		Heading assets.HeadingKind
		Slug    string
		Kind    assets.Subject
		N       int
	}
	if err := c.read.NewRaw(strings.Join(parts, " UNION ALL ")).Scan(ctx, &rows); err != nil {
		return nil, fail("catalog.Filed", err)
	}
	all := map[assets.Heading]assets.Filed{}
	for _, r := range rows {
		h := assets.Heading{Kind: r.Heading, Slug: r.Slug}
		f := all[h]
		switch r.Kind {
		case assets.SubjectFilm:
			f.Films = r.N
		case assets.SubjectSujet:
			f.Sujets = r.N
		case assets.SubjectRush:
			f.Rushes = r.N
		}
		all[h] = f
	}
	return all, nil
}
