package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type webhookRow struct {
	bun.BaseModel `bun:"table:webhooks,alias:w"`

	ID        assets.ID `bun:"id,pk"`
	URL       string    `bun:"url"`
	Secret    []byte
	Events    []string `bun:"events,type:json"`
	Owner     assets.ID
	Reason    string
	Failures  int
	CreatedAt micros
	PausedAt  micros
	RemovedAt micros
}

func (r webhookRow) record() assets.Webhook {
	return assets.Webhook{
		ID: r.ID, URL: r.URL, Secret: r.Secret, Events: r.Events, Owner: r.Owner, Reason: r.Reason, Failures: r.Failures,
		CreatedAt: r.CreatedAt.time(), PausedAt: r.PausedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

type callRow struct {
	bun.BaseModel `bun:"table:calls,alias:c"`

	ID        assets.ID `bun:"id,pk"`
	Webhook   assets.ID
	Event     string
	Subject   assets.ID
	State     assets.CallState
	Status    int
	Reason    string
	CreatedAt micros
	EndedAt   micros
}

func (r callRow) record() assets.Call {
	return assets.Call{
		ID: r.ID, Webhook: r.Webhook, Event: r.Event, Subject: r.Subject, State: r.State, Status: r.Status, Reason: r.Reason,
		CreatedAt: r.CreatedAt.time(), EndedAt: r.EndedAt.time(),
	}
}

func (a *application) putWebhooks(ctx context.Context, tx bun.Tx) error {
	rows := make([]webhookRow, len(a.Webhooks))
	for i, w := range a.Webhooks {
		rows[i] = webhookRow{
			ID: w.ID, URL: w.URL, Secret: w.Secret, Events: whole(w.Events), Owner: w.Owner, Reason: w.Reason,
			Failures: w.Failures, CreatedAt: stamp(w.CreatedAt), PausedAt: stamp(w.PausedAt), RemovedAt: stamp(w.RemovedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

func (a *application) putCalls(ctx context.Context, tx bun.Tx) error {
	rows := make([]callRow, len(a.Calls))
	for i, c := range a.Calls {
		rows[i] = callRow{
			ID: c.ID, Webhook: c.Webhook, Event: c.Event, Subject: c.Subject, State: c.State, Status: c.Status, Reason: c.Reason,
			CreatedAt: stamp(c.CreatedAt), EndedAt: stamp(c.EndedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// Webhook returns an address that is told of events, removed or not.
func (c *Catalog) Webhook(ctx context.Context, id assets.ID) (assets.Webhook, error) {
	return first[webhookRow](ctx, c.read, "catalog.Webhook", byID(id))
}

// Webhooks lists the addresses that are told of events, oldest first.
func (c *Catalog) Webhooks(ctx context.Context) ([]assets.Webhook, error) {
	return list[webhookRow](ctx, c.read, "catalog.Webhooks", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("removed_at = 0").Order("id")
	})
}

// Call returns one event as it is told to one webhook.
func (c *Catalog) Call(ctx context.Context, id assets.ID) (assets.Call, error) {
	return first[callRow](ctx, c.read, "catalog.Call", byID(id))
}

// Calls lists what a webhook was told, newest first.
func (c *Catalog) Calls(ctx context.Context, webhook, before assets.ID, limit int) ([]assets.Call, error) {
	return list[callRow](ctx, c.read, "catalog.Calls", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q, asked{"webhook = ?", string(webhook)}, asked{"id < ?", string(before)}).Order("id DESC").Limit(page(limit))
	})
}
