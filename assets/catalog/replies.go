package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type replyRow struct {
	bun.BaseModel `bun:"table:replies,alias:r"`

	User   assets.ID `bun:"owner,pk"`
	Name   string    `bun:"name,pk"`
	Print  string
	Status int
	Sealed []byte
	At     micros
}

func (r replyRow) record() assets.Reply {
	return assets.Reply{User: r.User, Name: r.Name, Print: r.Print, Status: r.Status, Sealed: r.Sealed, At: r.At.time()}
}

// ClaimReply is one insert, so of two that claim the same name at once one has
// it, and the other is shown what the first left.
func (c *Catalog) ClaimReply(ctx context.Context, r assets.Reply, since time.Time) (assets.Reply, bool, error) {
	const op = "catalog.ClaimReply"
	if _, err := c.write.NewDelete().Model((*replyRow)(nil)).Where("at < ?", stamp(since)).Exec(ctx); err != nil {
		return r, false, fail(op, err)
	}
	row := replyRow{User: r.User, Name: r.Name, Print: r.Print, Status: r.Status, Sealed: r.Sealed, At: stamp(r.At)}
	n, err := touched(c.write.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
	if err != nil || n > 0 {
		return r, n > 0, fail(op, err)
	}
	r, err = first[replyRow](ctx, c.write, op, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("owner = ?", r.User).Where("name = ?", r.Name)
	})
	return r, false, err
}

// SaveReply keeps what a claimed request was answered.
func (c *Catalog) SaveReply(ctx context.Context, r assets.Reply) error {
	_, err := c.write.NewUpdate().Model((*replyRow)(nil)).Set("status = ?", r.Status).Set("sealed = ?", r.Sealed).
		Where("owner = ?", r.User).Where("name = ?", r.Name).Exec(ctx)
	return fail("catalog.SaveReply", err)
}

// ForgetReply lets the name be used again.
func (c *Catalog) ForgetReply(ctx context.Context, user assets.ID, name string) error {
	_, err := c.write.NewDelete().Model((*replyRow)(nil)).Where("owner = ?", user).Where("name = ?", name).Exec(ctx)
	return fail("catalog.ForgetReply", err)
}
