package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type deliveryRow struct {
	bun.BaseModel `bun:"table:deliveries,alias:d"`

	ID        assets.ID `bun:"id,pk"`
	Partner   string
	Films     []assets.ID `bun:"films,type:json"`
	Dossier   string
	State     assets.DeliveryState
	TokenHash string
	ExpiresAt micros
	CreatedAt micros
}

func (r *deliveryRow) key() assets.ID    { return r.ID }
func (r *deliveryRow) born(state string) { r.State = assets.DeliveryState(state) }

func (a *application) putDeliveries(ctx context.Context, tx bun.Tx) error {
	rows := make([]*deliveryRow, len(a.Deliveries))
	for i, d := range a.Deliveries {
		rows[i] = &deliveryRow{
			ID: d.ID, Partner: d.Partner, Films: d.Films, Dossier: d.Dossier, TokenHash: d.TokenHash,
			ExpiresAt: stamp(d.ExpiresAt), CreatedAt: stamp(d.CreatedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectDelivery, rows, "films", "dossier", "expires_at")
}
