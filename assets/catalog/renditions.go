package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type renditionRow struct {
	bun.BaseModel `bun:"table:renditions,alias:r"`

	ID        assets.ID `bun:"id,pk"`
	Version   assets.ID
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

func (r renditionRow) record() assets.Rendition {
	return assets.Rendition{
		ID: r.ID, Version: r.Version, Role: r.Role, Key: r.Key, Recipe: r.Recipe, Size: r.Size, SHA256: r.SHA256,
		Width: r.Width, Height: r.Height, Bitrate: r.Bitrate, Codec: r.Codec, Duration: r.Duration, Rank: r.Rank,
		Parts: r.Parts, CreatedAt: r.CreatedAt.time(),
	}
}

// replaceRenditions takes the made files of a version for all that it has.
func (a *application) replaceRenditions(ctx context.Context, tx bun.Tx) error {
	if len(a.Renditions) == 0 {
		return nil
	}
	rows := make([]renditionRow, len(a.Renditions))
	versions := make([]assets.ID, len(a.Renditions))
	for i, r := range a.Renditions {
		versions[i] = r.Version
		rows[i] = renditionRow{
			ID: r.ID, Version: r.Version, Place: i, Role: r.Role, Key: r.Key, Recipe: r.Recipe, Size: r.Size,
			SHA256: r.SHA256, Width: r.Width, Height: r.Height, Bitrate: r.Bitrate, Codec: r.Codec,
			Duration: r.Duration, Rank: r.Rank, Parts: r.Parts, CreatedAt: stamp(r.CreatedAt),
		}
	}
	_, err := tx.NewDelete().Model((*renditionRow)(nil)).Where("version IN (?)", bun.List(versions)).Exec(ctx)
	if err != nil {
		return err
	}
	return insert(ctx, tx, rows...)
}

// Renditions lists the made files of a version in the order in which they were
// given.
func (c *Catalog) Renditions(ctx context.Context, version assets.ID) ([]assets.Rendition, error) {
	return list[renditionRow](ctx, c.read, "catalog.Renditions", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("version = ?", version).Order("place")
	})
}
