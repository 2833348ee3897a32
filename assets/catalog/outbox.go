package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type mailRow struct {
	bun.BaseModel `bun:"table:mails,alias:m"`

	ID        assets.ID `bun:"id,pk"`
	User      assets.ID `bun:"owner"`
	To        string    `bun:"recipient"`
	Name      string
	Kind      string
	Subject   string
	Text      string
	HTML      string `bun:"html"`
	ReplyTo   string
	State     assets.MailState
	Reason    string
	CreatedAt micros
	SentAt    micros
}

func (r mailRow) record() assets.Mail {
	return assets.Mail{
		ID: r.ID, User: r.User, To: r.To, Name: r.Name, Kind: r.Kind, Subject: r.Subject, Text: r.Text, HTML: r.HTML,
		ReplyTo: r.ReplyTo, State: r.State, Reason: r.Reason, CreatedAt: r.CreatedAt.time(), SentAt: r.SentAt.time(),
	}
}

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
	RemovedAt micros
}

func (r webhookRow) record() assets.Webhook {
	return assets.Webhook{
		ID: r.ID, URL: r.URL, Secret: r.Secret, Events: r.Events, Owner: r.Owner, Reason: r.Reason, Failures: r.Failures,
		CreatedAt: r.CreatedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

func (a *application) putMails(ctx context.Context, tx bun.Tx) error {
	rows := make([]mailRow, len(a.Mails))
	for i, m := range a.Mails {
		rows[i] = mailRow{
			ID: m.ID, User: m.User, To: m.To, Name: m.Name, Kind: m.Kind, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
			ReplyTo: m.ReplyTo, State: m.State, Reason: m.Reason, CreatedAt: stamp(m.CreatedAt), SentAt: stamp(m.SentAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

func (a *application) putWebhooks(ctx context.Context, tx bun.Tx) error {
	rows := make([]webhookRow, len(a.Webhooks))
	for i, w := range a.Webhooks {
		rows[i] = webhookRow{
			ID: w.ID, URL: w.URL, Secret: w.Secret, Events: whole(w.Events), Owner: w.Owner, Reason: w.Reason,
			Failures: w.Failures, CreatedAt: stamp(w.CreatedAt), RemovedAt: stamp(w.RemovedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// Mail returns one message.
func (c *Catalog) Mail(ctx context.Context, id assets.ID) (assets.Mail, error) {
	return first[mailRow](ctx, c.read, "catalog.Mail", byID(id))
}

// Mails lists messages, newest first.
func (c *Catalog) Mails(ctx context.Context, before assets.ID, limit int) ([]assets.Mail, error) {
	return list[mailRow](ctx, c.read, "catalog.Mails", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q, asked{"id < ?", string(before)}).Order("id DESC").Limit(page(limit))
	})
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
