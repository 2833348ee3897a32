package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type consentRow struct {
	bun.BaseModel `bun:"table:consents,alias:c"`

	ID         assets.ID `bun:"id,pk"`
	Minor      assets.Answer
	Signatures int
	Own        bool
	Media      []assets.Medium `bun:"media,type:json"`
	From       micros          `bun:"holds_from"`
	Until      micros          `bun:"ends_at"`
	State      assets.ConsentState
	Sealed     []byte
	Scans      []assets.Scan `bun:"scans,type:json"`
	CreatedAt  micros
	UpdatedAt  micros
}

func (r *consentRow) key() assets.ID    { return r.ID }
func (r *consentRow) born(state string) { r.State = assets.ConsentState(state) }

func (r consentRow) record() assets.Consent {
	return assets.Consent{
		ID: r.ID, Minor: r.Minor, Signatures: r.Signatures, Own: r.Own, Media: r.Media, From: r.From.time(), Until: r.Until.time(),
		State: r.State, Sealed: r.Sealed, Scans: r.Scans, CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}
}

type filmedRow struct {
	bun.BaseModel `bun:"table:filmed,alias:f"`

	ID        assets.ID `bun:"id,pk"`
	Sujet     assets.ID
	Film      assets.ID
	Consent   assets.ID
	Spans     []assets.Span `bun:"spans,type:json"`
	Blurred   bool
	CreatedAt micros
	RemovedAt micros
}

func (r filmedRow) record() assets.Filmed {
	return assets.Filmed{
		ID: r.ID, Sujet: r.Sujet, Film: r.Film, Consent: r.Consent, Spans: r.Spans, Blurred: r.Blurred,
		CreatedAt: r.CreatedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

func (a *application) putConsents(ctx context.Context, tx bun.Tx) error {
	rows := make([]*consentRow, len(a.Consents))
	for i, c := range a.Consents {
		rows[i] = &consentRow{
			ID: c.ID, Minor: c.Minor, Signatures: c.Signatures, Own: c.Own, Media: whole(c.Media), From: stamp(c.From),
			Until: stamp(c.Until), Sealed: c.Sealed, Scans: c.Scans, CreatedAt: stamp(c.CreatedAt), UpdatedAt: stamp(c.UpdatedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectConsent, rows,
		"minor", "signatures", "own", "media", "holds_from", "ends_at", "sealed", "scans", "updated_at")
}

func (a *application) putFilmed(ctx context.Context, tx bun.Tx) error {
	rows := make([]filmedRow, len(a.Filmed))
	for i, f := range a.Filmed {
		rows[i] = filmedRow{
			ID: f.ID, Sujet: f.Sujet, Film: f.Film, Consent: f.Consent, Spans: f.Spans, Blurred: f.Blurred,
			CreatedAt: stamp(f.CreatedAt), RemovedAt: stamp(f.RemovedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// Consent returns one person's authorisation.
func (c *Catalog) Consent(ctx context.Context, id assets.ID) (assets.Consent, error) {
	return first[consentRow](ctx, c.read, "catalog.Consent", byID(id))
}

// Consents lists authorisations, newest first.
func (c *Catalog) Consents(ctx context.Context, f assets.ConsentFilter) ([]assets.Consent, error) {
	return list[consentRow](ctx, c.read, "catalog.Consents", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = where(q, asked{"state = ?", string(f.State)}, asked{"id < ?", string(f.After)})
		if !f.Before.IsZero() {
			q = q.Where("ends_at > 0").Where("ends_at < ?", stamp(f.Before))
		}
		return q.Order("id DESC").Limit(page(f.Limit))
	})
}

// Filmed lists who is to be seen where, oldest first.
func (c *Catalog) Filmed(ctx context.Context, f assets.FilmedFilter) ([]assets.Filmed, error) {
	return list[filmedRow](ctx, c.read, "catalog.Filmed", func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.ID == "" {
			q = q.Where("removed_at = 0")
		}
		return where(
			q,
			asked{"id = ?", string(f.ID)},
			asked{"sujet = ?", string(f.Sujet)},
			asked{"film = ?", string(f.Film)},
			asked{"consent = ?", string(f.Consent)},
		).Order("id")
	})
}
