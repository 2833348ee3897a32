package catalog

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

// filing is what a record is filed under in one of the join tables.
type filing struct {
	table, column string
	values        []string
}

// write replaces what the record, whose column is owner, is filed under.
func (f filing) write(ctx context.Context, tx bun.Tx, owner string, id assets.ID) error {
	if _, err := tx.NewRaw("DELETE FROM ? WHERE ? = ?", bun.Ident(f.table), bun.Ident(owner), id).Exec(ctx); err != nil {
		return err
	}
	for rank, value := range f.values {
		if slices.Contains(f.values[:rank], value) {
			continue
		}
		_, err := tx.NewRaw("INSERT INTO ? (?, rank, ?) VALUES (?, ?, ?)",
			bun.Ident(f.table), bun.Ident(owner), bun.Ident(f.column), id, rank, value).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
