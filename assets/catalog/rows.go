package catalog

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

// A row is how a record lies in its table; record gives it back.
type row[T any] interface{ record() T }

// shape narrows and orders a query.
type shape func(*bun.SelectQuery) *bun.SelectQuery

// first reads one record; NotFound when there is none.
func first[R row[T], T any](ctx context.Context, db bun.IDB, op string, s shape) (T, error) {
	var found R
	if err := s(db.NewSelect().Model(&found)).Limit(1).Scan(ctx); err != nil {
		var none T
		return none, fail(op, err)
	}
	return found.record(), nil
}

// list reads all records that the query gives.
func list[R row[T], T any](ctx context.Context, db bun.IDB, op string, s shape) ([]T, error) {
	var found []R
	if err := s(db.NewSelect().Model(&found)).Scan(ctx); err != nil {
		return nil, fail(op, err)
	}
	return records(found), nil
}

func records[R row[T], T any](rows []R) []T {
	all := make([]T, len(rows))
	for i, r := range rows {
		all[i] = r.record()
	}
	return all
}

// byID is the query for one record by its ID.
func byID(id assets.ID) shape {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) }
}

// insert adds rows in one statement; none is no error.
func insert[R any](ctx context.Context, db bun.IDB, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := db.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// touched tells how many rows a statement changed.
func touched(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// upsert inserts rows, or overwrites those with the same key, one column or
// several between commas.
func upsert[R any](ctx context.Context, db bun.IDB, key string, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := db.NewInsert().Model(&rows).On("CONFLICT (?) DO UPDATE", bun.Safe(key)).Exec(ctx)
	return err
}

// asked is a condition of a filter with the value that was asked for.
type asked struct{ condition, value string }

// where adds the conditions whose value is not empty.
func where(q *bun.SelectQuery, all ...asked) *bun.SelectQuery {
	for _, a := range all {
		if a.value != "" {
			q = q.Where(a.condition, a.value)
		}
	}
	return q
}

// between adds the bounds that are not zero; to is not included.
func between(q *bun.SelectQuery, column string, from, to time.Time) *bun.SelectQuery {
	if !from.IsZero() {
		q = q.Where("? >= ?", bun.Ident(column), stamp(from))
	}
	if !to.IsZero() {
		q = q.Where("? < ?", bun.Ident(column), stamp(to))
	}
	return q
}

// whole is a list that is there even when it is empty.
func whole[T any](list []T) []T { return append([]T{}, list...) }

func texts[S ~string](list []S) []string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = string(s)
	}
	return all
}
