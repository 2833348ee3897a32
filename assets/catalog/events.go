package catalog

import (
	"context"
	"encoding/json"

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
	Edits   string // assets.Edits as JSON, "" for none: text, so that it is hashed as it lies
	Batch   assets.ID
	IP      string `bun:"ip"`
	Hash    string
}

func (r eventRow) record() assets.Event {
	e := assets.Event{
		ID: r.ID, Kind: r.Kind, Subject: r.Subject, From: r.From, To: r.To, Actor: r.Actor, At: r.At.time(),
		Note: r.Note, Attempt: r.Attempt, Batch: r.Batch, IP: r.IP,
	}
	if r.Edits != "" {
		_ = json.Unmarshal([]byte(r.Edits), &e.Edits) // what is no JSON was not written here: VerifyLog says so
	}
	return e
}

func newEventRow(e assets.Event) (eventRow, error) {
	r := eventRow{
		ID: stored(e.ID), Kind: stored(e.Kind), Subject: stored(e.Subject), From: stored(e.From), To: stored(e.To),
		Actor: stored(e.Actor), At: stamp(e.At), Note: stored(e.Note), Attempt: e.Attempt,
		Batch: stored(e.Batch), IP: stored(e.IP),
	}
	if len(e.Edits) == 0 {
		return r, nil
	}
	edits, err := json.Marshal(e.Edits)
	if err != nil {
		return r, &assets.Error{
			Kind: assets.Invalid, Op: "catalog.Apply: edits of " + string(e.Subject), Err: err,
			Msg: "Ce changement ne se lit pas ; rien n'a été enregistré.",
		}
	}
	r.Edits = stored(string(edits))
	return r, nil
}

// addEvents writes the log. Each row carries a hash over the one before, so the
// lock is taken just before the last one is read, and kept until the end.
func (a *application) addEvents(ctx context.Context, tx bun.Tx) error {
	if len(a.Events) == 0 {
		return nil
	}
	if a.lockLog != "" {
		if _, err := tx.NewRaw(a.lockLog).Exec(ctx); err != nil {
			return err
		}
	}
	var last string
	if err := tx.NewRaw("SELECT coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), '')").Scan(ctx, &last); err != nil {
		return err
	}
	rows := make([]eventRow, len(a.Events))
	for i, e := range a.Events {
		var err error
		if rows[i], err = newEventRow(e); err != nil {
			return err
		}
		last = rows[i].hash(last)
		rows[i].Hash = last
	}
	return insert(ctx, tx, rows...)
}

// Events lists what happened to the subjects, in the order in which it did.
func (c *Catalog) Events(ctx context.Context, subjects ...assets.ID) ([]assets.Event, error) {
	return list[eventRow](ctx, c.read, "catalog.Events", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("subject IN (?)", bun.List(subjects)).Order("seq")
	})
}

// Journal lists what happened, the newest first.
func (c *Catalog) Journal(ctx context.Context, f assets.EventFilter) ([]assets.Event, error) {
	return list[eventRow](ctx, c.read, "catalog.Journal", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = where(
			q,
			asked{"kind = ?", string(f.Kind)},
			asked{"actor = ?", f.Actor},
			asked{"batch = ?", string(f.Batch)},
			asked{"seq < (SELECT b.seq FROM events AS b WHERE b.id = ?)", string(f.Before)},
		)
		if f.Batch != "" {
			q = q.Where("batch <> ''") // the partial index serves
		}
		return between(q, "at", f.From, f.To).Order("seq DESC").Limit(page(f.Limit))
	})
}
