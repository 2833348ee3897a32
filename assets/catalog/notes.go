package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type noteRow struct {
	bun.BaseModel `bun:"table:notes,alias:n"`

	ID        assets.ID      `bun:"id,pk"`
	On        assets.Subject `bun:"kind"`
	Subject   assets.ID
	Film      assets.ID
	Author    assets.ID
	Name      string
	Frame     int
	Until     int `bun:"last_frame"`
	Text      string
	Done      bool
	CreatedAt micros
	EditedAt  micros
	RemovedAt micros
}

func (r noteRow) record() assets.Note {
	return assets.Note{
		ID: r.ID, On: r.On, Subject: r.Subject, Film: r.Film, Author: r.Author, Name: r.Name, Frame: r.Frame, Until: r.Until,
		Text: r.Text, Done: r.Done, CreatedAt: r.CreatedAt.time(), EditedAt: r.EditedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

func (a *application) putNotes(ctx context.Context, tx bun.Tx) error {
	rows := make([]noteRow, len(a.Notes))
	for i, n := range a.Notes {
		rows[i] = noteRow{
			ID: n.ID, On: n.On, Subject: n.Subject, Film: n.Film, Author: n.Author, Name: n.Name, Frame: n.Frame, Until: n.Until,
			Text: n.Text, Done: n.Done, CreatedAt: stamp(n.CreatedAt), EditedAt: stamp(n.EditedAt), RemovedAt: stamp(n.RemovedAt),
		}
	}
	return upsert(ctx, tx, "id", rows...)
}

// Note returns a remark, removed or not.
func (c *Catalog) Note(ctx context.Context, id assets.ID) (assets.Note, error) {
	return first[noteRow](ctx, c.read, "catalog.Note", byID(id))
}

// Notes lists what was said of the subjects, by frame.
func (c *Catalog) Notes(ctx context.Context, subjects ...assets.ID) ([]assets.Note, error) {
	return notesOf(ctx, c.read, "catalog.Notes", subjects)
}

func notesOf(ctx context.Context, db bun.IDB, op string, subjects []assets.ID) ([]assets.Note, error) {
	return list[noteRow](ctx, db, op, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("subject IN (?)", bun.List(subjects)).Where("removed_at = 0").Order("frame", "id")
	})
}
