package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type keyRow struct {
	bun.BaseModel `bun:"table:keys,alias:k"`

	ID        assets.ID `bun:"id,pk"`
	Hash      string
	Kind      assets.KeyKind
	User      assets.ID `bun:"owner"`
	Name      string
	CreatedAt micros
	ExpiresAt micros
	UsedAt    micros
	EndedAt   micros
}

func (r keyRow) record() assets.Key {
	return assets.Key{
		ID: r.ID, Hash: r.Hash, Kind: r.Kind, User: r.User, Name: r.Name, CreatedAt: r.CreatedAt.time(),
		ExpiresAt: r.ExpiresAt.time(), UsedAt: r.UsedAt.time(), EndedAt: r.EndedAt.time(),
	}
}

// putKeys never takes the end of a key back: one that was read before it was
// spent, and is written after, stays spent.
func (a *application) putKeys(ctx context.Context, tx bun.Tx) error {
	if len(a.Keys) == 0 {
		return nil
	}
	rows := make([]keyRow, len(a.Keys))
	for i, k := range a.Keys {
		rows[i] = keyRow{
			ID: k.ID, Hash: k.Hash, Kind: k.Kind, User: k.User, Name: k.Name, CreatedAt: stamp(k.CreatedAt),
			ExpiresAt: stamp(k.ExpiresAt), UsedAt: stamp(k.UsedAt), EndedAt: stamp(k.EndedAt),
		}
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (id) DO UPDATE").
		Set("name = EXCLUDED.name").Set("expires_at = EXCLUDED.expires_at").
		Set("used_at = CASE WHEN k.used_at > EXCLUDED.used_at THEN k.used_at ELSE EXCLUDED.used_at END").
		Set("ended_at = CASE WHEN k.ended_at > 0 THEN k.ended_at ELSE EXCLUDED.ended_at END").Exec(ctx)
	return err
}

// Key returns the key with this hash, ended or not.
func (c *Catalog) Key(ctx context.Context, hash string) (assets.Key, error) {
	return first[keyRow](ctx, c.read, "catalog.Key", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("hash = ?", hash)
	})
}

// Keys lists a person's keys, newest first, ended ones among them.
func (c *Catalog) Keys(ctx context.Context, user assets.ID, kind assets.KeyKind) ([]assets.Key, error) {
	return list[keyRow](ctx, c.read, "catalog.Keys", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q.Where("owner = ?", user), asked{"kind = ?", string(kind)}).Order("id DESC")
	})
}

// SpendKey is one statement, so of two that spend the same key at once one gets
// it and the other a Conflict.
func (c *Catalog) SpendKey(ctx context.Context, hash string, now time.Time) (assets.Key, error) {
	const op = "catalog.SpendKey"
	var spent []keyRow
	_, err := c.write.NewUpdate().Model(&spent).Set("used_at = ?", stamp(now)).Set("ended_at = ?", stamp(now)).
		Where("hash = ?", hash).Where("kind IN (?)", bun.List([]assets.KeyKind{assets.KeyLink, assets.KeyInvite})).
		Where("ended_at = 0").Where("(expires_at = 0 OR expires_at > ?)", stamp(now)).
		Returning("*").Exec(ctx)
	if err != nil {
		return assets.Key{}, fail(op, err)
	}
	if len(spent) == 1 {
		return spent[0].record(), nil
	}
	return assets.Key{}, c.closed(ctx, op, hash)
}

// UseKey notes when a lasting key was used; Conflict after its end.
func (c *Catalog) UseKey(ctx context.Context, hash string, now time.Time) error {
	const op = "catalog.UseKey"
	n, err := touched(c.write.NewUpdate().Model((*keyRow)(nil)).Set("used_at = ?", stamp(now)).
		Where("hash = ?", hash).Where("kind IN (?)", bun.List([]assets.KeyKind{assets.KeyToken, assets.KeyFeed})).
		Where("ended_at = 0").Where("(expires_at = 0 OR expires_at > ?)", stamp(now)).Exec(ctx))
	if err != nil || n > 0 {
		return fail(op, err)
	}
	return c.closed(ctx, op, hash)
}

// closed tells why a key opened nothing: it is not there, or no longer good.
func (c *Catalog) closed(ctx context.Context, op, hash string) error {
	if _, err := c.Key(ctx, hash); err != nil {
		return err
	}
	return &assets.Error{
		Kind: assets.Conflict, Op: op,
		Msg: "Cette clé ne sert plus : elle a été utilisée, elle a expiré ou elle a été révoquée.",
	}
}

// EndKeys ends a person's keys: one, or all of a kind ("" for all kinds).
func (c *Catalog) EndKeys(ctx context.Context, user assets.ID, kind assets.KeyKind, id assets.ID, now time.Time) error {
	q := c.write.NewUpdate().Model((*keyRow)(nil)).Set("ended_at = ?", stamp(now)).
		Where("owner = ?", user).Where("ended_at = 0")
	if kind != "" {
		q = q.Where("kind = ?", kind)
	}
	if id != "" {
		q = q.Where("id = ?", id)
	}
	_, err := q.Exec(ctx)
	return fail("catalog.EndKeys", err)
}
