package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type eventRow struct {
	bun.BaseModel `bun:"table:events,alias:e"`

	ID      assets.ID `bun:"id"`
	Kind    assets.Subject
	Subject assets.ID
	From    string
	To      string
	Actor   string
	At      micros
	Note    string
	Attempt int
}

func (r eventRow) record() assets.Event {
	return assets.Event{
		ID: r.ID, Kind: r.Kind, Subject: r.Subject, From: r.From, To: r.To, Actor: r.Actor, At: r.At.time(),
		Note: r.Note, Attempt: r.Attempt,
	}
}

func (a *application) addEvents(ctx context.Context, tx bun.Tx) error {
	rows := make([]eventRow, len(a.Events))
	for i, e := range a.Events {
		rows[i] = eventRow{
			ID: e.ID, Kind: e.Kind, Subject: e.Subject, From: e.From, To: e.To, Actor: e.Actor, At: stamp(e.At),
			Note: e.Note, Attempt: e.Attempt,
		}
	}
	return insert(ctx, tx, rows...)
}

// Events lists what happened to the subjects, in the order in which it did.
func (c *Catalog) Events(ctx context.Context, subjects ...assets.ID) ([]assets.Event, error) {
	return list[eventRow](ctx, c.read, "catalog.Events", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("subject IN (?)", bun.List(subjects)).Order("seq")
	})
}
