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
	Letter    assets.ID
	State     assets.MailState
	Reason    string
	CreatedAt micros
	SentAt    micros
}

func (r mailRow) record() assets.Mail {
	return assets.Mail{
		ID: r.ID, User: r.User, To: r.To, Name: r.Name, Kind: r.Kind, Subject: r.Subject, Text: r.Text, HTML: r.HTML,
		ReplyTo: r.ReplyTo, Letter: r.Letter, State: r.State, Reason: r.Reason, CreatedAt: r.CreatedAt.time(), SentAt: r.SentAt.time(),
	}
}

func (a *application) putMails(ctx context.Context, tx bun.Tx) error {
	rows := make([]mailRow, len(a.Mails))
	for i, m := range a.Mails {
		rows[i] = mailRow{
			ID: m.ID, User: m.User, To: m.To, Name: m.Name, Kind: m.Kind, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
			ReplyTo: m.ReplyTo, Letter: m.Letter, State: m.State, Reason: m.Reason, CreatedAt: stamp(m.CreatedAt), SentAt: stamp(m.SentAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// Mail returns one message.
func (c *Catalog) Mail(ctx context.Context, id assets.ID) (assets.Mail, error) {
	return first[mailRow](ctx, c.read, "catalog.Mail", byID(id))
}

// Mails lists messages, newest first; not the copies of letters.
func (c *Catalog) Mails(ctx context.Context, before assets.ID, limit int) ([]assets.Mail, error) {
	return list[mailRow](ctx, c.read, "catalog.Mails", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q, asked{"id < ?", string(before)}).Where("letter = ''").Order("id DESC").Limit(page(limit))
	})
}
