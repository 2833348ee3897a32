package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type selectionRow struct {
	bun.BaseModel `bun:"table:selections,alias:s"`

	ID        assets.ID `bun:"id,pk"`
	Name      string
	Sujet     assets.ID
	Owner     assets.ID
	Clips     []assets.Clip `bun:"clips,type:json"`
	CreatedAt micros
	UpdatedAt micros
	RemovedAt micros
}

func (r selectionRow) record() assets.Selection {
	return assets.Selection{
		ID: r.ID, Name: r.Name, Sujet: r.Sujet, Owner: r.Owner, Clips: r.Clips,
		CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

type searchRow struct {
	bun.BaseModel `bun:"table:saved_searches,alias:s"`

	ID        assets.ID `bun:"id,pk"`
	Owner     assets.ID
	Name      string
	Path      string
	CreatedAt micros
	RemovedAt micros
}

func (r searchRow) record() assets.SavedSearch {
	return assets.SavedSearch{
		ID: r.ID, Owner: r.Owner, Name: r.Name, Path: r.Path, CreatedAt: r.CreatedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

func (a *application) putSelections(ctx context.Context, tx bun.Tx) error {
	rows := make([]selectionRow, len(a.Selections))
	for i, s := range a.Selections {
		rows[i] = selectionRow{
			ID: s.ID, Name: s.Name, Sujet: s.Sujet, Owner: s.Owner, Clips: whole(s.Clips),
			CreatedAt: stamp(s.CreatedAt), UpdatedAt: stamp(s.UpdatedAt), RemovedAt: stamp(s.RemovedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

func (a *application) putSearches(ctx context.Context, tx bun.Tx) error {
	rows := make([]searchRow, len(a.Searches))
	for i, s := range a.Searches {
		rows[i] = searchRow{
			ID: s.ID, Owner: s.Owner, Name: s.Name, Path: s.Path, CreatedAt: stamp(s.CreatedAt), RemovedAt: stamp(s.RemovedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// Selection returns a list of clips, removed or not.
func (c *Catalog) Selection(ctx context.Context, id assets.ID) (assets.Selection, error) {
	return first[selectionRow](ctx, c.read, "catalog.Selection", byID(id))
}

// Selections lists lists of clips, newest first.
func (c *Catalog) Selections(ctx context.Context, sujet, owner assets.ID) ([]assets.Selection, error) {
	return list[selectionRow](ctx, c.read, "catalog.Selections", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q, asked{"sujet = ?", string(sujet)}, asked{"owner = ?", string(owner)}).
			Where("removed_at = 0").Order("id DESC")
	})
}

// SavedSearches lists what somebody comes back to, newest first.
func (c *Catalog) SavedSearches(ctx context.Context, owner assets.ID) ([]assets.SavedSearch, error) {
	return list[searchRow](ctx, c.read, "catalog.SavedSearches", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("owner = ?", owner).Where("removed_at = 0").Order("id DESC")
	})
}
