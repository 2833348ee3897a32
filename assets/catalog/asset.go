package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type assetRow struct {
	bun.BaseModel `bun:"table:assets,alias:a"`

	ID        assets.ID `bun:"id,pk"`
	Kind      assets.AssetKind
	SHA256    string `bun:"sha256"`
	Size      int64
	Name      string
	Key       string
	CreatedAt micros
}

func (r assetRow) record() assets.Asset {
	return assets.Asset{
		ID: r.ID, Kind: r.Kind, SHA256: r.SHA256, Size: r.Size, Name: r.Name, Key: r.Key,
		CreatedAt: r.CreatedAt.time(),
	}
}

// putAssets only inserts: what was received never changes. Of two that receive
// the same bytes at once, one gets a Conflict.
func (a *application) putAssets(ctx context.Context, tx bun.Tx) error {
	rows := make([]assetRow, len(a.Assets))
	for i, x := range a.Assets {
		rows[i] = assetRow{
			ID: x.ID, Kind: x.Kind, SHA256: x.SHA256, Size: x.Size, Name: x.Name, Key: x.Key,
			CreatedAt: stamp(x.CreatedAt),
		}
	}
	return insert(ctx, tx, rows...)
}

// Asset returns a received file.
func (c *Catalog) Asset(ctx context.Context, id assets.ID) (assets.Asset, error) {
	return first[assetRow](ctx, c.read, "catalog.Asset", byID(id))
}

// AssetBySHA256 returns the received file with these bytes.
func (c *Catalog) AssetBySHA256(ctx context.Context, sum string) (assets.Asset, error) {
	return first[assetRow](ctx, c.read, "catalog.AssetBySHA256", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("sha256 = ?", sum)
	})
}
