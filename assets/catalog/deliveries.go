package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type deliveryRow struct {
	bun.BaseModel `bun:"table:deliveries,alias:d"`

	ID        assets.ID `bun:"id,pk"`
	Partner   string
	Name      string
	Films     []assets.ID `bun:"films,type:json"`
	Dossier   string
	Mail      string
	State     assets.DeliveryState
	TokenHash string
	Sealed    []byte
	Password  string
	Max       int
	Days      int
	ExpiresAt micros
	AskedAt   micros
	CreatedBy string
	CreatedAt micros
}

func (r *deliveryRow) key() assets.ID    { return r.ID }
func (r *deliveryRow) born(state string) { r.State = assets.DeliveryState(state) }

func (r deliveryRow) record() assets.Delivery {
	return assets.Delivery{
		ID: r.ID, Partner: r.Partner, Name: r.Name, Films: r.Films, Dossier: r.Dossier, Mail: r.Mail, State: r.State,
		TokenHash: r.TokenHash, Sealed: r.Sealed, Password: r.Password, Max: r.Max, Days: r.Days,
		ExpiresAt: r.ExpiresAt.time(), AskedAt: r.AskedAt.time(), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.time(),
	}
}

func (a *application) putDeliveries(ctx context.Context, tx bun.Tx) error {
	rows := make([]*deliveryRow, len(a.Deliveries))
	for i, d := range a.Deliveries {
		rows[i] = &deliveryRow{
			ID: d.ID, Partner: d.Partner, Name: d.Name, Films: d.Films, Dossier: d.Dossier, Mail: d.Mail,
			TokenHash: d.TokenHash, Sealed: d.Sealed, Password: d.Password, Max: d.Max, Days: d.Days,
			ExpiresAt: stamp(d.ExpiresAt), AskedAt: stamp(d.AskedAt), CreatedBy: d.CreatedBy, CreatedAt: stamp(d.CreatedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectDelivery, rows, "name", "films", "mail", "sealed", "password", "max", "expires_at", "asked_at")
}

// Delivery returns a link by which a partner receives films.
func (c *Catalog) Delivery(ctx context.Context, id assets.ID) (assets.Delivery, error) {
	return first[deliveryRow](ctx, c.read, "catalog.Delivery", byID(id))
}

// DeliveryByToken finds a link by the hash of its token.
func (c *Catalog) DeliveryByToken(ctx context.Context, hash string) (assets.Delivery, error) {
	return first[deliveryRow](ctx, c.read, "catalog.DeliveryByToken", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("token_hash = ?", hash)
	})
}

// Deliveries lists links, newest first.
func (c *Catalog) Deliveries(ctx context.Context, f assets.DeliveryFilter) ([]assets.Delivery, error) {
	return list[deliveryRow](ctx, c.read, "catalog.Deliveries", func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.Film != nil {
			q = q.Where("(dossier <> '' AND dossier = ? OR CAST(films AS TEXT) LIKE ?)", f.Film.Dossier, `%"`+string(f.Film.ID)+`"%`)
		}
		return where(q, asked{"partner = ?", f.Partner}, asked{"state = ?", string(f.State)}).Order("id DESC").Limit(page(f.Limit))
	})
}

type receiptRow struct {
	bun.BaseModel `bun:"table:receipts,alias:r"`

	ID       assets.ID `bun:"id,pk"`
	Delivery assets.ID
	Visitor  string
	Name     string
	Kind     assets.ReceiptKind
	Film     assets.ID
	File     string
	SHA256   string `bun:"sha256"`
	Size     int64
	Spans    []assets.Stretch `bun:"spans,type:json"`
	Note     string
	At       micros
	DoneAt   micros
}

func newReceiptRow(r assets.Receipt) receiptRow {
	return receiptRow{
		ID: r.ID, Delivery: r.Delivery, Visitor: r.Visitor, Name: r.Name, Kind: r.Kind, Film: r.Film, File: r.File,
		SHA256: r.SHA256, Size: r.Size, Spans: r.Spans, Note: r.Note, At: stamp(r.At), DoneAt: stamp(r.DoneAt),
	}
}

func (r receiptRow) record() assets.Receipt {
	return assets.Receipt{
		ID: r.ID, Delivery: r.Delivery, Visitor: r.Visitor, Name: r.Name, Kind: r.Kind, Film: r.Film, File: r.File,
		SHA256: r.SHA256, Size: r.Size, Spans: r.Spans, Note: r.Note, At: r.At.time(), DoneAt: r.DoneAt.time(),
	}
}

// Receipts lists what was done with a link, oldest first.
func (c *Catalog) Receipts(ctx context.Context, delivery assets.ID) ([]assets.Receipt, error) {
	return list[receiptRow](ctx, c.read, "catalog.Receipts", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("delivery = ?", delivery).Order("at", "id")
	})
}

// reserved is how long a download that was begun keeps its place among those
// that a link allows.
const reserved = 24 * time.Hour

// NoteReceipt keeps what a visitor did, as one with what the same one did before
// with the same bytes.
func (c *Catalog) NoteReceipt(ctx context.Context, r assets.Receipt, limit int) (assets.Receipt, error) {
	const op = "catalog.NoteReceipt"
	err := c.transaction(ctx, op, func(ctx context.Context, tx bun.Tx) error {
		// Writing the link, even to what it was, lets one note at a time through.
		n, err := touched(tx.NewUpdate().Model((*deliveryRow)(nil)).Set("max = max").Where("id = ?", r.Delivery).Exec(ctx))
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		if err != nil {
			return err
		}
		var before receiptRow
		err = tx.NewSelect().Model(&before).Where("delivery = ? AND visitor = ? AND kind = ? AND film = ? AND sha256 = ?",
			r.Delivery, r.Visitor, r.Kind, r.Film, r.SHA256).Scan(ctx)
		known := err == nil
		if !known && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		since := stamp(r.At.Add(-reserved))
		if holds := known && (before.DoneAt > 0 || before.At > since); limit > 0 && !holds {
			taken, err := tx.NewSelect().Model((*receiptRow)(nil)).Where("delivery = ? AND kind = ?", r.Delivery, r.Kind).
				Where("done_at > 0 OR at > ?", since).Count(ctx)
			if err != nil {
				return err
			}
			if int(taken) >= limit {
				return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce lien a servi à autant de téléchargements qu'il en permet."}
			}
			before.At = stamp(r.At)
		}
		if known {
			r = joined(before.record(), r)
		}
		return upsert(ctx, tx, "id", newReceiptRow(r))
	})
	return r, err
}

// joined is what was noted before with what is noted now.
func joined(before, now assets.Receipt) assets.Receipt {
	for _, s := range now.Spans {
		before.Add(s, now.At)
	}
	if now.Name != "" {
		before.Name = now.Name
	}
	if now.Note != "" {
		before.Note = now.Note
	}
	return before
}
