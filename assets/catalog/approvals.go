package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type approvalRow struct {
	bun.BaseModel `bun:"table:approvals,alias:a"`

	ID      assets.ID `bun:"id,pk"`
	Film    assets.ID
	Version assets.ID
	Number  int
	SHA256  string `bun:"sha256"`
	State   assets.ApprovalState
	AskedBy string
	AskedAt micros
	By      string `bun:"given_by"`
	Name    string
	At      micros
	Note    string
}

func (r *approvalRow) key() assets.ID    { return r.ID }
func (r *approvalRow) born(state string) { r.State = assets.ApprovalState(state) }

func (r approvalRow) record() assets.Approval {
	return assets.Approval{
		ID: r.ID, Film: r.Film, Version: r.Version, Number: r.Number, SHA256: r.SHA256, State: r.State,
		AskedBy: r.AskedBy, AskedAt: r.AskedAt.time(), By: r.By, Name: r.Name, At: r.At.time(), Note: r.Note,
	}
}

// putApprovals leaves what was looked at as it is: it is what the answer is about.
func (a *application) putApprovals(ctx context.Context, tx bun.Tx) error {
	rows := make([]*approvalRow, len(a.Approvals))
	for i, p := range a.Approvals {
		rows[i] = &approvalRow{
			ID: p.ID, Film: p.Film, Version: p.Version, Number: p.Number, SHA256: p.SHA256,
			AskedBy: p.AskedBy, AskedAt: stamp(p.AskedAt), By: p.By, Name: p.Name, At: stamp(p.At), Note: p.Note,
		}
	}
	return put(ctx, tx, a, assets.SubjectApproval, rows, "asked_by", "asked_at", "given_by", "name", "at", "note")
}

// Approval returns a BAT.
func (c *Catalog) Approval(ctx context.Context, id assets.ID) (assets.Approval, error) {
	return first[approvalRow](ctx, c.read, "catalog.Approval", byID(id))
}

// Approvals lists the BAT of a film, oldest first.
func (c *Catalog) Approvals(ctx context.Context, film assets.ID) ([]assets.Approval, error) {
	return list[approvalRow](ctx, c.read, "catalog.Approvals", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("film = ?", film).Order("id")
	})
}

// OpenApprovals lists the BAT that wait for an answer, oldest first.
func (c *Catalog) OpenApprovals(ctx context.Context, limit int) ([]assets.Approval, error) {
	return list[approvalRow](ctx, c.read, "catalog.OpenApprovals", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("state = ?", assets.ApprovalAsked).Order("id").Limit(page(limit))
	})
}
