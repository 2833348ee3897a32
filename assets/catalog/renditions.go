package catalog

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type renditionRow struct {
	bun.BaseModel `bun:"table:renditions,alias:r"`

	Version assets.ID
	made
}

// proxyRow is what was made of a rush.
type proxyRow struct {
	bun.BaseModel `bun:"table:rush_renditions,alias:r"`

	Rush assets.ID
	made
}

// made is what both tables of made files hold.
type made struct {
	ID        assets.ID `bun:"id,pk"`
	Place     int
	Role      assets.Role
	Key       string
	Recipe    string
	Size      int64
	SHA256    string `bun:"sha256"`
	Width     int
	Height    int
	Bitrate   int
	Codec     string
	Duration  float64
	Rank      int
	Parts     []assets.Part `bun:"parts,type:json"`
	CreatedAt micros
}

func newMade(r assets.Rendition, place int) made {
	return made{
		ID: r.ID, Place: place, Role: r.Role, Key: r.Key, Recipe: r.Recipe, Size: r.Size,
		SHA256: r.SHA256, Width: r.Width, Height: r.Height, Bitrate: r.Bitrate, Codec: r.Codec,
		Duration: r.Duration, Rank: r.Rank, Parts: r.Parts, CreatedAt: stamp(r.CreatedAt),
	}
}

func (m made) of(id assets.ID) assets.Rendition {
	return assets.Rendition{
		ID: m.ID, Version: id, Role: m.Role, Key: m.Key, Recipe: m.Recipe, Size: m.Size, SHA256: m.SHA256,
		Width: m.Width, Height: m.Height, Bitrate: m.Bitrate, Codec: m.Codec, Duration: m.Duration, Rank: m.Rank,
		Parts: m.Parts, CreatedAt: m.CreatedAt.time(),
	}
}

func (r renditionRow) record() assets.Rendition { return r.of(r.Version) }
func (r proxyRow) record() assets.Rendition     { return r.of(r.Rush) }

func versionOf(r assets.Rendition) assets.ID { return r.Version }

// replaceRenditions takes the made files of a version for all that it has, or
// those of a rush.
func (a *application) replaceRenditions(ctx context.Context, tx bun.Tx) error {
	if len(a.Renditions) > 0 {
		rows := make([]renditionRow, len(a.Renditions))
		for i, r := range a.Renditions {
			rows[i] = renditionRow{Version: r.Version, made: newMade(r, i)}
		}
		_, err := tx.NewDelete().Model((*renditionRow)(nil)).
			Where("version IN (?)", bun.List(idsOf(a.Renditions, versionOf))).Exec(ctx)
		if err != nil {
			return err
		}
		if err := insert(ctx, tx, rows...); err != nil {
			return err
		}
	}
	if len(a.Proxies) == 0 {
		return nil
	}
	rows := make([]proxyRow, len(a.Proxies))
	for i, r := range a.Proxies {
		rows[i] = proxyRow{Rush: r.Version, made: newMade(r, i)}
	}
	_, err := tx.NewDelete().Model((*proxyRow)(nil)).
		Where("rush IN (?)", bun.List(idsOf(a.Proxies, versionOf))).Exec(ctx)
	if err != nil {
		return err
	}
	return insert(ctx, tx, rows...)
}

// addMade puts files behind those of their version, in place of those with the
// same role.
func (a *application) addMade(ctx context.Context, tx bun.Tx) error {
	for _, r := range a.Made {
		_, err := tx.NewDelete().Model((*renditionRow)(nil)).
			Where("version = ?", r.Version).Where("role = ?", r.Role).Exec(ctx)
		if err != nil {
			return err
		}
	}
	for _, r := range a.Made {
		var place int
		err := tx.NewSelect().Model((*renditionRow)(nil)).ColumnExpr("coalesce(max(place), -1) + 1").
			Where("version = ?", r.Version).Scan(ctx, &place)
		if err != nil {
			return err
		}
		if err := insert(ctx, tx, renditionRow{Version: r.Version, made: newMade(r, place)}); err != nil {
			return err
		}
	}
	return nil
}

// Renditions lists the made files of a version in the order in which they were
// given.
func (c *Catalog) Renditions(ctx context.Context, version assets.ID) ([]assets.Rendition, error) {
	return list[renditionRow](ctx, c.read, "catalog.Renditions", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("version = ?", version).Order("place")
	})
}

// Proxies lists the made files of rushes: by rush as they are asked for, and of
// each in the order in which they were given.
func (c *Catalog) Proxies(ctx context.Context, rushes ...assets.ID) ([]assets.Rendition, error) {
	all, err := list[proxyRow](ctx, c.read, "catalog.Proxies", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("rush IN (?)", bun.List(rushes)).Order("place")
	})
	rank := make(map[assets.ID]int, len(rushes))
	for i, id := range rushes {
		rank[id] = i
	}
	slices.SortStableFunc(all, func(a, b assets.Rendition) int { return cmp.Compare(rank[a.Version], rank[b.Version]) })
	return all, err
}
