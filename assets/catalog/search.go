package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
)

const (
	mostWords  = 16   // of a query: further ones are left out
	mostRushes = 2000 // that SearchAll puts in order, the newest: one letter finds nearly all
	everything = -1
)

// wordsOf gives the folded words of a query, each once.
func wordsOf(query string) []string {
	all := strings.Fields(fold.Fold(cut(query)))
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), mostWords)]
}

// found is the query for the records of a kind, w, that have a word that each of
// these begins.
func (c *Catalog) found(db bun.IDB, kind assets.Subject, words []string) *bun.SelectQuery {
	return c.matching(db, kind, alone(words), everything)
}

// areCommon tells whether so many records have these words that to find them all
// takes longer than to read the words of each record on the way.
func (c *Catalog) areCommon(ctx context.Context, db bun.IDB, kind assets.Subject, words []string) (bool, error) {
	if c.engine.some == "" || len(words) == 0 {
		return false, nil
	}
	var n int
	err := db.NewRaw("SELECT count(*) FROM ("+c.engine.some+") AS few", bun.Ident(string(kind)+"_index"), c.engine.query(alone(words)), c.common).Scan(ctx, &n)
	return n >= c.common, err
}

// saying narrows a query to the words w that each of these begins one of. They
// are letters and digits: nothing in them means anything to LIKE.
func saying(q *bun.SelectQuery, words []string) *bun.SelectQuery {
	for _, word := range words {
		q = q.Where("' ' || w.words LIKE ?", "% "+word+"%")
	}
	return q
}

// alone makes each word a group of its own.
func alone(words []string) [][]string {
	groups := make([][]string, len(words))
	for i, w := range words {
		groups[i] = []string{w}
	}
	return groups
}

// matching is the query for the records of a kind, w, that have a word that one
// of each group begins; of more than most, the newest.
func (c *Catalog) matching(db bun.IDB, kind assets.Subject, groups [][]string, most int) *bun.SelectQuery {
	condition := c.engine.newest
	if most == everything {
		condition = c.engine.match
	}
	return db.NewSelect().TableExpr("? AS w", wordsTable(kind)).
		Where(condition, bun.Ident(string(kind)+"_index"), c.engine.query(groups), most, wordsTable(kind), bun.Ident(kind))
}

// expression writes groups of words, which are letters and digits only, as an
// engine reads them.
func expression(groups [][]string, before, after, or, and string) string {
	var b strings.Builder
	for i, words := range groups {
		if i > 0 {
			b.WriteString(and)
		}
		b.WriteString("(" + before + strings.Join(words, after+or+before) + after + ")")
	}
	return b.String()
}

// Search finds films by the beginnings of words: first those whose title has
// all of them, and the newest first among those and among the others.
func (c *Catalog) Search(ctx context.Context, query string, limit int) ([]assets.Hit, error) {
	hits, err := c.search(ctx, assets.SubjectFilm, wordsOf(query), limit)
	return hits, fail("catalog.Search", err)
}

// SearchAll finds films, then sujets, then rushes, as Search does; limit bounds
// each kind. What was put aside is left out.
func (c *Catalog) SearchAll(ctx context.Context, query string, limit int) ([]assets.Hit, error) {
	words := wordsOf(query)
	var all []assets.Hit
	for _, kind := range searched() {
		hits, err := c.search(ctx, kind, words, limit)
		if err != nil {
			return nil, fail("catalog.SearchAll", err)
		}
		all = append(all, hits...)
	}
	return all, nil
}

func (c *Catalog) search(ctx context.Context, kind assets.Subject, words []string, limit int) ([]assets.Hit, error) {
	if len(words) == 0 {
		return nil, nil
	}
	most := everything
	if kind == assets.SubjectRush {
		most = mostRushes
	}
	q := c.matching(c.read, kind, alone(words), most).
		Join("JOIN ? AS x ON x.id = w.?", bun.Ident(tableOf(kind)), bun.Ident(kind)).
		ColumnExpr("? AS kind", string(kind)).ColumnExpr("x.id, x.title")
	switch kind {
	case assets.SubjectFilm:
		q = q.ColumnExpr("x.slug")
	case assets.SubjectRush:
		q = q.Where("+x.removed_at = 0") // the plus keeps SQLite from walking all rushes
	}
	rank := "CASE WHEN TRUE"
	args := make([]any, len(words))
	for i, w := range words { // letters and digits: nothing in them means anything to LIKE
		rank += " AND ' ' || w.title LIKE ?"
		args[i] = "% " + w + "%"
	}
	var hits []assets.Hit
	err := q.OrderExpr(rank+" THEN 0 ELSE 1 END", args...).Order("x.id DESC").Limit(page(limit)).Scan(ctx, &hits)
	return hits, err
}
