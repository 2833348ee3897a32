package catalog

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"github.com/uptrace/bun"
)

// step is a part of a change, within its transaction.
type step func(context.Context, bun.Tx) error

// group lets those who write at the same time share one commit. SQLite has one
// writer, and each commit waits for the disk: who comes meanwhile goes along with
// the next one, each below a savepoint of its own, so that it fails alone.
type group struct {
	db   *bun.DB
	turn chan struct{} // holds one: who put it there writes, for all who wait

	mu      sync.Mutex
	waiting []*member
}

func newGroup(db *bun.DB) *group { return &group{db: db, turn: make(chan struct{}, 1)} }

// member is one of a group.
type member struct {
	ctx  context.Context
	work step
	err  error // of the work, or of the commit
	done chan struct{}
}

// errPanic is what the others see when the work of one of them panics.
var errPanic = errors.New("the common transaction broke off")

// do runs work in a transaction, with the work of others perhaps.
func (g *group) do(ctx context.Context, work step) error {
	m := &member{ctx: ctx, work: work, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, m)
	g.mu.Unlock()
	select {
	case <-m.done:
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }() // after a panic of one of them, too
		g.write()
		<-m.done // by us, or by somebody just before
	}
	return m.err
}

// write commits the work of all who wait. A member that gives up while it is
// written is written nevertheless: an interrupted statement could undo the others'.
func (g *group) write() {
	g.mu.Lock()
	all := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	if len(all) == 0 {
		return
	}
	err := errPanic
	defer func() {
		for _, m := range all {
			m.err = cmp.Or(m.err, err)
			close(m.done)
		}
	}()
	err = g.db.RunInTx(context.WithoutCancel(all[0].ctx), nil, func(ctx context.Context, tx bun.Tx) error {
		for _, m := range all {
			if err := m.join(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// join does the work below a savepoint. It returns an error when the whole
// transaction is lost: SQLite undoes all of it when the disk is full, say.
func (m *member) join(ctx context.Context, tx bun.Tx) error {
	if m.err = m.ctx.Err(); m.err != nil {
		return nil
	}
	part, err := tx.BeginTx(ctx, nil)
	if err != nil {
		m.err = err
		return err
	}
	if m.err = m.work(ctx, part); m.err != nil {
		return part.Rollback()
	}
	m.err = part.Commit()
	return m.err
}
