package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type subscriberRow struct {
	bun.BaseModel `bun:"table:subscribers,alias:s"`

	ID          assets.ID `bun:"id,pk"`
	Mail        string
	Token       string
	AskedAt     micros
	ConfirmedAt micros
	EndedAt     micros
}

func (r subscriberRow) record() assets.Subscriber {
	return assets.Subscriber{
		ID: r.ID, Mail: r.Mail, Token: r.Token,
		AskedAt: r.AskedAt.time(), ConfirmedAt: r.ConfirmedAt.time(), EndedAt: r.EndedAt.time(),
	}
}

func (a *application) putReaders(ctx context.Context, tx bun.Tx) error {
	rows := make([]subscriberRow, len(a.Readers))
	for i, s := range a.Readers {
		rows[i] = subscriberRow{
			ID: s.ID, Mail: s.Mail, Token: s.Token,
			AskedAt: stamp(s.AskedAt), ConfirmedAt: stamp(s.ConfirmedAt), EndedAt: stamp(s.EndedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// reading are those who get letters.
const reading = "confirmed_at > 0 AND ended_at = 0"

// Subscriber returns one address that asked for letters, ended or not.
func (c *Catalog) Subscriber(ctx context.Context, id assets.ID) (assets.Subscriber, error) {
	return first[subscriberRow](ctx, c.read, "catalog.Subscriber", byID(id))
}

// Subscribers lists addresses that asked for letters, by ID.
func (c *Catalog) Subscribers(ctx context.Context, f assets.SubscriberFilter) ([]assets.Subscriber, error) {
	return list[subscriberRow](ctx, c.read, "catalog.Subscribers", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = where(q, asked{"mail = ?", f.Mail}, asked{"token = ?", f.Token}, asked{"id > ?", string(f.After)})
		if f.Reads {
			q = q.Where(reading)
		}
		if !f.AskedBefore.IsZero() {
			q = q.Where("asked_at < ? AND confirmed_at = 0 AND ended_at = 0", stamp(f.AskedBefore))
		}
		return q.Order("id").Limit(page(f.Limit))
	})
}

// CountReaders counts the subscribers who get letters.
func (c *Catalog) CountReaders(ctx context.Context) (int, error) {
	n, err := c.read.NewSelect().Model((*subscriberRow)(nil)).Where(reading).Count(ctx)
	if err != nil {
		return 0, fail("catalog.CountReaders", err)
	}
	return int(n), nil
}

// Copies counts the copies of a letter by their state; of "", those of all. Of
// those that were sent only those since this instant are counted.
func (c *Catalog) Copies(ctx context.Context, letter assets.ID, since time.Time) (map[assets.MailState]int, error) {
	var counts []struct {
		State assets.MailState
		N     int
	}
	q := where(c.read.NewSelect().Model((*mailRow)(nil)).ColumnExpr("state, COUNT(*) AS n"), asked{"letter = ?", string(letter)})
	q = q.Where("letter <> ''").Where("sent_at = 0 OR sent_at >= ?", stamp(since)).Group("state")
	if err := q.Scan(ctx, &counts); err != nil {
		return nil, fail("catalog.Copies", err)
	}
	all := map[assets.MailState]int{}
	for _, c := range counts {
		all[c.State] = c.N
	}
	return all, nil
}
