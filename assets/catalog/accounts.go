package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type accountRow struct {
	bun.BaseModel `bun:"table:accounts,alias:a"`

	ID          assets.ID `bun:"id,pk"` // the channel
	State       assets.AccountState
	Name        string
	Sealed      []byte
	ExpiresAt   micros
	Reason      string
	ConnectedAt micros
	CheckedAt   micros
}

func (r *accountRow) key() assets.ID    { return r.ID }
func (r *accountRow) born(state string) { r.State = assets.AccountState(state) }

func (r accountRow) record() assets.Account {
	return assets.Account{
		Channel: assets.Channel(r.ID), State: r.State, Name: r.Name, Sealed: r.Sealed, ExpiresAt: r.ExpiresAt.time(), Reason: r.Reason,
		ConnectedAt: r.ConnectedAt.time(), CheckedAt: r.CheckedAt.time(),
	}
}

func (a *application) putAccounts(ctx context.Context, tx bun.Tx) error {
	rows := make([]*accountRow, len(a.Accounts))
	for i, x := range a.Accounts {
		rows[i] = &accountRow{
			ID: assets.ID(x.Channel), Name: x.Name, Sealed: x.Sealed, ExpiresAt: stamp(x.ExpiresAt), Reason: x.Reason,
			ConnectedAt: stamp(x.ConnectedAt), CheckedAt: stamp(x.CheckedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectAccount, rows, "name", "sealed", "expires_at", "reason", "connected_at", "checked_at")
}

// Account returns the association's account on a channel.
func (c *Catalog) Account(ctx context.Context, channel assets.Channel) (assets.Account, error) {
	return first[accountRow](ctx, c.read, "catalog.Account", byID(assets.ID(channel)))
}

// Accounts lists the accounts by channel.
func (c *Catalog) Accounts(ctx context.Context) ([]assets.Account, error) {
	return list[accountRow](ctx, c.read, "catalog.Accounts", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("id") })
}

// RenewAccount replaces tokens that are still these.
func (c *Catalog) RenewAccount(ctx context.Context, channel assets.Channel, was, sealed []byte) error {
	return c.account(ctx, "catalog.RenewAccount", func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("sealed = ?", sealed).Set("held_until = 0").Where("id = ?", channel).Where("sealed = ?", was)
	})
}

// HoldAccount keeps the others from renewing its tokens until then.
func (c *Catalog) HoldAccount(ctx context.Context, channel assets.Channel, now, until time.Time) error {
	return c.account(ctx, "catalog.HoldAccount", func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("held_until = ?", stamp(until)).Where("id = ?", channel).Where("held_until <= ?", stamp(now))
	})
}

// CheckAccount notes when the channel took the token.
func (c *Catalog) CheckAccount(ctx context.Context, channel assets.Channel, now time.Time) error {
	return c.account(ctx, "catalog.CheckAccount", func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("checked_at = ?", stamp(now)).Where("id = ?", channel)
	})
}

func (c *Catalog) account(ctx context.Context, op string, change func(*bun.UpdateQuery) *bun.UpdateQuery) error {
	return c.transaction(ctx, op, func(ctx context.Context, tx bun.Tx) error {
		n, err := touched(change(tx.NewUpdate().Model((*accountRow)(nil))).Exec(ctx))
		if err == nil && n == 0 {
			return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce compte a changé entre-temps ; rien n'a été changé."}
		}
		return err
	})
}
