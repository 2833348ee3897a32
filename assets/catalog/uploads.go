package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type transferRow struct {
	bun.BaseModel `bun:"table:transfers,alias:t"`

	ID        assets.ID `bun:"id,pk"`
	Owner     assets.ID
	Kind      assets.AssetKind
	Sujet     assets.ID
	Film      assets.ID
	People    []assets.Person `bun:"people,type:json"`
	Place     string
	Territory string
	Minors    assets.Answer
	Note      string
	CreatedAt micros
	UpdatedAt micros
}

func (r transferRow) record() assets.Transfer {
	return assets.Transfer{
		ID: r.ID, Owner: r.Owner, Kind: r.Kind, Sujet: r.Sujet, Film: r.Film, People: r.People, Place: r.Place,
		Territory: r.Territory, Minors: r.Minors, Note: r.Note, CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}
}

type uploadRow struct {
	bun.BaseModel `bun:"table:uploads,alias:u"`

	ID        assets.ID `bun:"id,pk"`
	Transfer  assets.ID
	Owner     assets.ID
	Name      string
	Folder    string
	Type      string
	Size      int64
	Modified  micros
	Print     string
	Claim     string
	SHA256    string `bun:"sha256"`
	State     assets.UploadState
	Reason    string
	Asset     assets.ID
	Rush      assets.ID
	Film      assets.ID
	Already   bool
	CreatedAt micros
	UpdatedAt micros
}

func (r *uploadRow) key() assets.ID    { return r.ID }
func (r *uploadRow) born(state string) { r.State = assets.UploadState(state) }

func (r uploadRow) record() assets.Upload {
	return assets.Upload{
		ID: r.ID, Transfer: r.Transfer, Owner: r.Owner, Name: r.Name, Folder: r.Folder, Type: r.Type, Size: r.Size,
		Modified: r.Modified.time(), Print: r.Print, Claim: r.Claim, SHA256: r.SHA256, State: r.State, Reason: r.Reason,
		Asset: r.Asset, Rush: r.Rush, Film: r.Film, Already: r.Already,
		CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}
}

func (a *application) putTransfers(ctx context.Context, tx bun.Tx) error {
	rows := make([]transferRow, len(a.Transfers))
	for i, t := range a.Transfers {
		rows[i] = transferRow{
			ID: t.ID, Owner: t.Owner, Kind: t.Kind, Sujet: t.Sujet, Film: t.Film, People: t.People, Place: t.Place,
			Territory: t.Territory, Minors: t.Minors, Note: t.Note, CreatedAt: stamp(t.CreatedAt), UpdatedAt: stamp(t.UpdatedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

func (a *application) putUploads(ctx context.Context, tx bun.Tx) error {
	rows := make([]*uploadRow, len(a.Uploads))
	for i, u := range a.Uploads {
		rows[i] = &uploadRow{
			ID: u.ID, Transfer: u.Transfer, Owner: u.Owner, Name: u.Name, Folder: u.Folder, Type: u.Type, Size: u.Size,
			Modified: stamp(u.Modified), Print: u.Print, Claim: u.Claim, SHA256: u.SHA256, Reason: u.Reason,
			Asset: u.Asset, Rush: u.Rush, Film: u.Film, Already: u.Already,
			CreatedAt: stamp(u.CreatedAt), UpdatedAt: stamp(u.UpdatedAt),
		}
	}
	return put(ctx, tx, a, assets.SubjectUpload, rows,
		"transfer", "print", "claim", "sha256", "reason", "asset", "rush", "film", "already", "updated_at")
}

// Transfer returns one gesture of one person.
func (c *Catalog) Transfer(ctx context.Context, id assets.ID) (assets.Transfer, error) {
	return first[transferRow](ctx, c.read, "catalog.Transfer", byID(id))
}

// Transfers lists a person's transfers, or with "" everybody's, newest first.
func (c *Catalog) Transfers(ctx context.Context, owner assets.ID, limit int) ([]assets.Transfer, error) {
	return list[transferRow](ctx, c.read, "catalog.Transfers", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q, asked{"owner = ?", string(owner)}).Order("id DESC").Limit(page(limit))
	})
}

// Said lists the transfers to a sujet that came with a word for the edit, newest
// first.
func (c *Catalog) Said(ctx context.Context, sujet assets.ID) ([]assets.Transfer, error) {
	return list[transferRow](ctx, c.read, "catalog.Said", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("sujet = ? AND note <> ''", sujet).Order("id DESC").Limit(page(0))
	})
}

// Upload returns one file on its way in.
func (c *Catalog) Upload(ctx context.Context, id assets.ID) (assets.Upload, error) {
	return first[uploadRow](ctx, c.read, "catalog.Upload", byID(id))
}

// Uploads lists files on their way in, oldest first.
func (c *Catalog) Uploads(ctx context.Context, f assets.UploadFilter) ([]assets.Upload, error) {
	return list[uploadRow](ctx, c.read, "catalog.Uploads", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = where(
			q,
			asked{"owner = ?", string(f.Owner)},
			asked{"transfer = ?", string(f.Transfer)},
			asked{"rush <> '' AND rush = ?", string(f.Rush)}, // the partial index serves
			asked{"state = ?", string(f.State)},
			asked{"print = ?", f.Print},
			asked{"id > ?", string(f.After)},
		)
		if f.Print != "" {
			q = q.Where("print <> ''") // the partial index serves
		}
		if !f.Idle.IsZero() {
			q = q.Where("updated_at < ?", stamp(f.Idle))
		}
		return q.Order("id").Limit(page(f.Limit))
	})
}
