package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type versionRow struct {
	bun.BaseModel `bun:"table:versions,alias:v"`

	ID        assets.ID `bun:"id,pk"`
	Film      assets.ID
	Number    int
	Master    assets.ID
	State     assets.VersionState
	Reason    string
	Sheet     *assets.Sheet `bun:"sheet,type:json,nullzero"`
	Looked    []byte
	Teaser    []assets.Span `bun:"teaser,type:json"`
	CreatedAt micros
}

func (r *versionRow) key() assets.ID    { return r.ID }
func (r *versionRow) born(state string) { r.State = assets.VersionState(state) }

func (r versionRow) record() assets.Version {
	return assets.Version{
		ID: r.ID, Film: r.Film, Number: r.Number, Master: r.Master, State: r.State, Reason: r.Reason,
		Sheet: r.Sheet, Looked: r.Looked, Teaser: r.Teaser, CreatedAt: r.CreatedAt.time(),
	}
}

func (a *application) putVersions(ctx context.Context, tx bun.Tx) error {
	rows := make([]*versionRow, len(a.Versions))
	for i, v := range a.Versions {
		rows[i] = &versionRow{
			ID: v.ID, Film: v.Film, Number: v.Number, Master: v.Master, Reason: v.Reason,
			Sheet: v.Sheet, Looked: v.Looked, Teaser: v.Teaser, CreatedAt: stamp(v.CreatedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectVersion, rows, "reason", "sheet", "looked", "teaser")
}

// Version returns a version of a film.
func (c *Catalog) Version(ctx context.Context, id assets.ID) (assets.Version, error) {
	return first[versionRow](ctx, c.read, "catalog.Version", byID(id))
}

// VersionsByID returns the versions of these IDs that are there.
func (c *Catalog) VersionsByID(ctx context.Context, ids ...assets.ID) (map[assets.ID]assets.Version, error) {
	found := make(map[assets.ID]assets.Version, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	all, err := list[versionRow](ctx, c.read, "catalog.VersionsByID", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("id IN (?)", bun.List(ids))
	})
	for _, v := range all {
		found[v.ID] = v
	}
	return found, err
}

// Versions lists the versions of a film, V1 first.
func (c *Catalog) Versions(ctx context.Context, film assets.ID) ([]assets.Version, error) {
	return list[versionRow](ctx, c.read, "catalog.Versions", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("film = ?", film).Order("number")
	})
}

// VersionOf returns the newest version made of an asset.
func (c *Catalog) VersionOf(ctx context.Context, master assets.ID) (assets.Version, error) {
	return first[versionRow](ctx, c.read, "catalog.VersionOf", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("master = ?", master).Order("id DESC")
	})
}
