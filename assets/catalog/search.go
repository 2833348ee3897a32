package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
)

const (
	// mostWords bounds a query: further words are left out.
	mostWords = 16
	// longestText bounds what is indexed of one film, in bytes; PostgreSQL has
	// room for a megabyte.
	longestText = 64 << 10
)

// filmWords is what a film is found by: its folded title, and all its words.
type filmWords struct {
	bun.BaseModel `bun:"table:film_words,alias:w"`

	Film  assets.ID `bun:",pk"`
	Title string
	Words string
}

// names are what the programme's slugs stand for.
type names struct{ rubriques, partners, dossiers, territories map[string]string }

func namesOf(p assets.Programme) names {
	n := names{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	for _, x := range p.Rubriques {
		n.rubriques[x.Slug] = x.Name
	}
	for _, x := range p.Partners {
		n.partners[x.Slug] = x.Name
	}
	for _, x := range p.Dossiers {
		n.dossiers[x.Slug] = x.Name
	}
	for _, x := range p.Territories {
		n.territories[x.Slug] = x.Name
	}
	for _, x := range p.Territories { // a quarter is found by its town, too
		if i := slices.IndexFunc(p.Territories, func(t assets.Territory) bool { return t.Slug == x.Parent }); i >= 0 {
			n.territories[x.Slug] += " " + p.Territories[i].Name
		}
	}
	return n
}

// words gives what f is found by.
func (n names) words(f assets.Film) filmWords {
	text := []string{f.Title, f.Lede}
	for _, p := range f.People {
		text = append(text, p.Name, p.Role)
	}
	for _, slug := range f.Rubriques {
		text = append(text, n.rubriques[slug])
	}
	for _, slug := range f.Partners {
		text = append(text, n.partners[slug])
	}
	text = append(text, n.dossiers[f.Dossier], n.territories[f.Territory])
	folded := strings.Fields(fold.Fold(cut(strings.Join(text, " "))))
	slices.Sort(folded)
	return filmWords{
		Film:  f.ID,
		Title: fold.Fold(cut(f.Title)),
		Words: strings.Join(slices.Compact(folded), " "),
	}
}

func cut(s string) string { return s[:min(len(s), longestText)] }

// index writes what films are found by.
func index(ctx context.Context, tx bun.Tx, films []assets.Film) error {
	p, err := programme(ctx, tx)
	if err != nil {
		return err
	}
	return namesOf(p).index(ctx, tx, films)
}

func (n names) index(ctx context.Context, tx bun.Tx, films []assets.Film) error {
	rows := make([]filmWords, len(films))
	for i, f := range films {
		rows[i] = n.words(f)
	}
	return upsert(ctx, tx, "film", rows...)
}

// reindex writes anew what films are found by, where a name changed.
func reindex(ctx context.Context, tx bun.Tx, before, after names) error {
	stale := tx.NewSelect().Model((*filmRow)(nil)).Column("film.id").
		Where("film.dossier IN (?)", changed(before.dossiers, after.dossiers)).
		WhereOr("film.territory IN (?)", changed(before.territories, after.territories)).
		WhereOr("film.id IN (SELECT film FROM film_rubriques WHERE rubrique IN (?))", changed(before.rubriques, after.rubriques)).
		WhereOr("film.id IN (SELECT film FROM film_partners WHERE partner IN (?))", changed(before.partners, after.partners))
	var ids []assets.ID
	if err := stale.Scan(ctx, &ids); err != nil {
		return err
	}
	for some := range slices.Chunk(ids, 500) {
		films, err := list[filmRow](ctx, tx, "catalog.SaveProgramme", func(q *bun.SelectQuery) *bun.SelectQuery {
			return filmColumns(q).Where("film.id IN (?)", bun.List(some))
		})
		if err != nil {
			return err
		}
		if err := after.index(ctx, tx, films); err != nil {
			return err
		}
	}
	return nil
}

// changed lists the slugs whose names differ; NULL for none, which no column is in.
func changed(before, after map[string]string) bun.ListValues {
	same := func(slug, name string) bool {
		old, there := before[slug]
		return there && old == name
	}
	after = maps.Clone(after)
	maps.DeleteFunc(after, same)
	return bun.List(slices.Collect(maps.Keys(after)))
}

// Search finds films by the beginnings of words: first those whose title has
// all of them, and the newest first among those and among the others.
func (c *Catalog) Search(ctx context.Context, query string, limit int) ([]assets.Hit, error) {
	words := strings.Fields(fold.Fold(cut(query)))
	slices.Sort(words)
	words = slices.Compact(words)
	words = words[:min(len(words), mostWords)]
	if len(words) == 0 {
		return nil, nil
	}
	inTitle := make([]string, len(words)) // words are letters and digits: nothing in them means anything to LIKE
	for i, w := range words {
		inTitle[i] = "% " + w + "%"
	}
	q := c.read.NewSelect().TableExpr("film_words AS w").Join("JOIN films AS film ON film.id = w.film").
		ColumnExpr("film.id AS film, film.slug, film.title").
		Where(c.engine.match, c.engine.query(words))
	rank := "CASE WHEN TRUE"
	args := make([]any, len(inTitle))
	for i, like := range inTitle {
		rank += " AND ' ' || w.title LIKE ?"
		args[i] = like
	}
	var hits []assets.Hit
	err := q.OrderExpr(rank+" THEN 0 ELSE 1 END", args...).Order("film.id DESC").Limit(page(limit)).Scan(ctx, &hits)
	return hits, fail("catalog.Search", err)
}
