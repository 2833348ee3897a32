package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type rushRow struct {
	bun.BaseModel `bun:"table:rushes,alias:r"`

	ID        assets.ID `bun:"id,pk"`
	Asset     assets.ID
	Title     string
	Rubriques []string `bun:"rubriques,type:json"`
	Partners  []string `bun:"partners,type:json"`
	Dossier   string
	Territory string
	State     assets.RushState
	Reason    string
	Sheet     *assets.Sheet `bun:"sheet,type:json,nullzero"`
	CreatedAt micros
}

func (r *rushRow) key() assets.ID    { return r.ID }
func (r *rushRow) born(state string) { r.State = assets.RushState(state) }

func (r rushRow) record() assets.Rush {
	return assets.Rush{
		ID: r.ID, Asset: r.Asset, Title: r.Title, Rubriques: r.Rubriques, Partners: r.Partners, Dossier: r.Dossier,
		Territory: r.Territory, State: r.State, Reason: r.Reason, Sheet: r.Sheet, CreatedAt: r.CreatedAt.time(),
	}
}

func (a *application) putRushes(ctx context.Context, tx bun.Tx) error {
	rows := make([]*rushRow, len(a.Rushes))
	for i, r := range a.Rushes {
		rows[i] = &rushRow{
			ID: r.ID, Asset: r.Asset, Title: r.Title, Rubriques: append([]string{}, r.Rubriques...),
			Partners: append([]string{}, r.Partners...), Dossier: r.Dossier, Territory: r.Territory,
			Reason: r.Reason, Sheet: r.Sheet, CreatedAt: stamp(r.CreatedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectRush, rows,
		"title", "rubriques", "partners", "dossier", "territory", "reason", "sheet")
}

// Rush returns a piece of raw footage.
func (c *Catalog) Rush(ctx context.Context, id assets.ID) (assets.Rush, error) {
	return first[rushRow](ctx, c.read, "catalog.Rush", byID(id))
}

// RushOf returns the newest rush made of an asset.
func (c *Catalog) RushOf(ctx context.Context, asset assets.ID) (assets.Rush, error) {
	return first[rushRow](ctx, c.read, "catalog.RushOf", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("asset = ?", asset).Order("id DESC")
	})
}

// Rushes lists raw footage, newest first.
func (c *Catalog) Rushes(ctx context.Context, after assets.ID, limit int) ([]assets.Rush, error) {
	return list[rushRow](ctx, c.read, "catalog.Rushes", func(q *bun.SelectQuery) *bun.SelectQuery {
		if after != "" {
			q = q.Where("id < ?", after)
		}
		return q.Order("id DESC").Limit(page(limit))
	})
}
