package catalog

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

// way numbers how the columns and words that the program derives from records
// are made. Whoever changes that adds one: Open then makes all of them anew.
const way = 1

// derive makes what is derived anew where an older program made it. Several
// processes may do so at once: each writes the same.
func (c *Catalog) derive(ctx context.Context) error {
	var made int
	const asks = "SELECT coalesce((SELECT way FROM derived WHERE what = 'all'), 0)"
	if err := c.read.NewRaw(asks).Scan(ctx, &made); err != nil || made >= way {
		return err
	}
	p, err := programme(ctx, c.read)
	if err != nil {
		return err
	}
	for _, kind := range searched() {
		var ids []assets.ID
		if err := c.read.NewSelect().TableExpr("?", bun.Ident(tableOf(kind))).Column("id").Order("id").Scan(ctx, &ids); err != nil {
			return err
		}
		for some := range slices.Chunk(ids, 500) { // so that others may write meanwhile
			if err := c.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				return namesOf(p).derive(ctx, tx, kind, some)
			}); err != nil {
				return err
			}
		}
	}
	const done = "INSERT INTO derived (what, way) VALUES ('all', ?) ON CONFLICT (what) DO UPDATE SET way = EXCLUDED.way"
	_, err = c.write.NewRaw(done, way).Exec(ctx)
	return err
}

// derive makes anew what is derived from these records.
func (n names) derive(ctx context.Context, tx bun.Tx, kind assets.Subject, ids []assets.ID) error {
	r, err := read(ctx, tx, kind, ids)
	if err != nil {
		return err
	}
	if err := n.index(ctx, tx, r); err != nil {
		return err
	}
	if err := learn(ctx, tx, r); err != nil {
		return err
	}
	for _, x := range r.rushes {
		if _, err := tx.NewUpdate().Model(newRushRow(x)).Column("orientation").WherePK().Exec(ctx); err != nil {
			return err
		}
		if err := fileRush(ctx, tx, x); err != nil {
			return err
		}
	}
	return nil
}

// searched lists the kinds of records that are found by words, as they are shown.
func searched() []assets.Subject {
	return []assets.Subject{assets.SubjectFilm, assets.SubjectSujet, assets.SubjectRush}
}
