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

// longestText bounds what is indexed of one record, in bytes; PostgreSQL has
// room for a megabyte.
const longestText = 64 << 10

// words is what a record is found by: its folded title, and all its words.
type words struct {
	id           assets.ID
	title, words string
}

// names are what the programme's slugs stand for, as words are made of them.
type names struct{ assets.Names }

func namesOf(p assets.Programme) names {
	n := names{p.Names()}
	for _, x := range p.Territories { // a quarter is found by its town, too
		if i := slices.IndexFunc(p.Territories, func(t assets.Territory) bool { return t.Slug == x.Parent }); i >= 0 {
			n.Territory[x.Slug] += " " + p.Territories[i].Name
		}
	}
	return n
}

// filed is where a record is filed.
type filed struct {
	rubriques, partners []string
	dossier, territory  string
}

// words gives what a record is found by: its title, what else it says, and the
// names of what it is filed under.
func (n names) words(id assets.ID, title string, under filed, text ...string) words {
	text = append(text, title)
	for _, slug := range under.rubriques {
		text = append(text, n.Rubrique[slug])
	}
	for _, slug := range under.partners {
		text = append(text, n.Partner[slug])
	}
	text = append(text, n.Dossier[under.dossier], n.Territory[under.territory])
	folded := strings.Fields(fold.Fold(cut(strings.Join(text, " "))))
	slices.Sort(folded)
	return words{id: id, title: fold.Fold(cut(title)), words: strings.Join(slices.Compact(folded), " ")}
}

func cut(s string) string { return s[:min(len(s), longestText)] }

func said(people []assets.Person) string {
	var b strings.Builder
	for _, p := range people {
		b.WriteString(p.Name + " " + p.Role + " ")
	}
	return b.String()
}

func (n names) film(f assets.Film) words {
	return n.words(f.ID, f.Title, filed{f.Rubriques, f.Partners, f.Dossier, f.Territory}, f.Lede, said(f.People))
}

func (n names) sujet(s assets.Sujet) words {
	return n.words(s.ID, s.Title, filed{s.Rubriques, s.Partners, s.Dossier, s.Territory}, s.Place, s.Brief, s.Wanted)
}

// rush takes what was noted on the rush as well.
func (n names) rush(r assets.Rush, notes string) words {
	return n.words(r.ID, r.Title, filed{r.Rubriques, r.Partners, r.Dossier, r.Territory},
		r.Place, r.Folder, said(r.People), notes)
}

// readable are records that are found by words.
type readable struct {
	films  []assets.Film
	sujets []assets.Sujet
	rushes []assets.Rush
}

// index writes what the records of the Change are found by.
func (a *application) index(ctx context.Context, tx bun.Tx) error {
	r, err := read(ctx, tx, assets.SubjectRush, a.noted())
	if err != nil {
		return err
	}
	r = readable{films: a.Films, sujets: a.Sujets, rushes: append(r.rushes, a.Rushes...)}
	if len(r.films)+len(r.sujets)+len(r.rushes) == 0 {
		return nil
	}
	p, err := programme(ctx, tx)
	if err != nil {
		return err
	}
	return namesOf(p).index(ctx, tx, r)
}

// noted lists the rushes that the Change has notes on, and no record of.
func (a *application) noted() []assets.ID {
	there := map[assets.ID]bool{}
	for _, r := range a.Rushes {
		there[r.ID] = true
	}
	var ids []assets.ID
	for _, n := range a.Notes {
		if n.On == assets.SubjectRush && !there[n.Subject] {
			there[n.Subject] = true
			ids = append(ids, n.Subject)
		}
	}
	return ids
}

func (n names) index(ctx context.Context, tx bun.Tx, r readable) error {
	notes, err := notesOf(ctx, tx, "catalog.Apply", idsOf(r.rushes, func(r assets.Rush) assets.ID { return r.ID }))
	if err != nil {
		return err
	}
	texts := map[assets.ID]string{}
	for _, n := range notes {
		texts[n.Subject] += n.Text + " "
	}
	of := map[assets.Subject][]words{}
	for _, f := range r.films {
		of[assets.SubjectFilm] = append(of[assets.SubjectFilm], n.film(f))
	}
	for _, s := range r.sujets {
		of[assets.SubjectSujet] = append(of[assets.SubjectSujet], n.sujet(s))
	}
	for _, x := range r.rushes {
		of[assets.SubjectRush] = append(of[assets.SubjectRush], n.rush(x, texts[x.ID]))
	}
	for _, kind := range searched() {
		if err := writeWords(ctx, tx, kind, of[kind]); err != nil {
			return err
		}
	}
	return nil
}

// writeWords writes what records of a kind are found by.
func writeWords(ctx context.Context, tx bun.Tx, kind assets.Subject, of []words) error {
	if len(of) == 0 {
		return nil
	}
	values := make([]string, len(of))
	var args []any
	args = append(args, wordsTable(kind), bun.Ident(kind))
	for i, w := range of {
		values[i] = "(?, ?, ?)"
		args = append(args, w.id, w.title, w.words)
	}
	_, err := tx.NewRaw("INSERT INTO ? (?, title, words) VALUES "+strings.Join(values, ", ")+
		" ON CONFLICT (?) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words",
		append(args, bun.Ident(kind))...).Exec(ctx)
	return err
}

func wordsTable(kind assets.Subject) bun.Ident { return bun.Ident(kind + "_words") }

// reindex writes anew what records are found by, where a name changed.
func reindex(ctx context.Context, tx bun.Tx, before, after names) error {
	for _, kind := range searched() {
		var ids []assets.ID
		if err := stale(tx, kind, before, after).Scan(ctx, &ids); err != nil {
			return err
		}
		if err := after.reindex(ctx, tx, kind, ids); err != nil {
			return err
		}
	}
	return nil
}

// stale is the query for the records of a kind that are filed under a name that
// changed.
func stale(db bun.IDB, kind assets.Subject, before, after names) *bun.SelectQuery {
	q := db.NewSelect().TableExpr("? AS x", bun.Ident(tableOf(kind))).Column("x.id").
		Where("x.dossier IN (?)", changed(before.Dossier, after.Dossier)).
		WhereOr("x.territory IN (?)", changed(before.Territory, after.Territory))
	for _, join := range []struct {
		column string
		slugs  bun.ListValues
	}{
		{"rubrique", changed(before.Rubrique, after.Rubrique)},
		{"partner", changed(before.Partner, after.Partner)},
	} {
		q = q.WhereOr("x.id IN (SELECT j.? FROM ? AS j WHERE j.? IN (?))",
			bun.Ident(kind), bun.Ident(string(kind)+"_"+join.column+"s"), bun.Ident(join.column), join.slugs)
	}
	return q
}

func (n names) reindex(ctx context.Context, tx bun.Tx, kind assets.Subject, ids []assets.ID) error {
	for some := range slices.Chunk(ids, 500) {
		r, err := read(ctx, tx, kind, some)
		if err != nil {
			return err
		}
		if err := n.index(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// read returns the records of a kind with these IDs.
func read(ctx context.Context, db bun.IDB, kind assets.Subject, ids []assets.ID) (r readable, err error) {
	const op = "catalog.read"
	if len(ids) == 0 {
		return r, nil
	}
	switch kind {
	case assets.SubjectFilm:
		r.films, err = list[filmRow](ctx, db, op, func(q *bun.SelectQuery) *bun.SelectQuery {
			return among("film.id", ids)(filmColumns(q))
		})
	case assets.SubjectSujet:
		r.sujets, err = list[sujetRow](ctx, db, op, among("sujet.id", ids))
	case assets.SubjectRush:
		r.rushes, err = list[rushRow](ctx, db, op, among("r.id", ids))
	}
	return r, err
}

// among is the query for the records with these IDs.
func among(column string, ids []assets.ID) shape {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("? IN (?)", bun.Ident(column), bun.List(ids))
	}
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
