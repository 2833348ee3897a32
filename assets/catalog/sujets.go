package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type sujetRow struct {
	bun.BaseModel `bun:"table:sujets,alias:sujet"`

	ID         assets.ID `bun:"id,pk"`
	Film       assets.ID
	Title      string
	Kind       string
	Brief      string
	Place      string
	Rubriques  []string `bun:"rubriques,type:json"`
	Partners   []string `bun:"partners,type:json"`
	Dossier    string
	Territory  string
	At         micros
	Contact    assets.Contact `bun:"contact,type:json"`
	Crew       []assets.ID    `bun:"crew,type:json"`
	Wanted     string
	Conducteur []assets.Segment `bun:"conducteur,type:json"`
	State      assets.SujetState
	CreatedAt  micros
	UpdatedAt  micros
}

func (r *sujetRow) key() assets.ID    { return r.ID }
func (r *sujetRow) born(state string) { r.State = assets.SujetState(state) }

func (r sujetRow) record() assets.Sujet {
	return assets.Sujet{
		ID: r.ID, Film: r.Film, Title: r.Title, Kind: r.Kind, Brief: r.Brief, Place: r.Place,
		Rubriques: r.Rubriques, Partners: r.Partners, Dossier: r.Dossier, Territory: r.Territory,
		At: r.At.time(), Contact: r.Contact, Crew: r.Crew, Wanted: r.Wanted, Conducteur: r.Conducteur,
		State: r.State, CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}
}

func (a *application) putSujets(ctx context.Context, tx bun.Tx) error {
	rows := make([]*sujetRow, len(a.Sujets))
	for i, s := range a.Sujets {
		rows[i] = &sujetRow{
			ID: s.ID, Film: s.Film, Title: s.Title, Kind: s.Kind, Brief: s.Brief, Place: s.Place,
			Rubriques: whole(s.Rubriques), Partners: whole(s.Partners), Dossier: s.Dossier, Territory: s.Territory,
			At: stamp(s.At), Contact: s.Contact, Crew: whole(s.Crew), Wanted: s.Wanted, Conducteur: s.Conducteur,
			CreatedAt: stamp(s.CreatedAt), UpdatedAt: stamp(s.UpdatedAt),
		}
	}
	err := put(ctx, tx, a, assets.SubjectSujet, rows,
		"film", "title", "kind", "brief", "place", "rubriques", "partners", "dossier", "territory", "at", "contact",
		"crew", "wanted", "conducteur", "updated_at")
	if err != nil {
		return err
	}
	for _, s := range a.Sujets {
		for _, f := range []filing{
			{"sujet_rubriques", "rubrique", s.Rubriques},
			{"sujet_partners", "partner", s.Partners},
			{"sujet_crew", "member", texts(s.Crew)},
		} {
			if err := f.write(ctx, tx, "sujet", s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Sujet returns what is to be told.
func (c *Catalog) Sujet(ctx context.Context, id assets.ID) (assets.Sujet, error) {
	return first[sujetRow](ctx, c.read, "catalog.Sujet", byID(id))
}

// Sujets lists what is to be told, newest first; of a phase, in its order.
func (c *Catalog) Sujets(ctx context.Context, f assets.SujetFilter) ([]assets.Sujet, error) {
	return list[sujetRow](ctx, c.read, "catalog.Sujets", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = where(
			q,
			asked{"sujet.id IN (SELECT sujet FROM sujet_crew WHERE member = ?)", string(f.Crew)},
			asked{"sujet.state = ?", string(f.State)},
			asked{"sujet.id IN (SELECT sujet FROM sujet_partners WHERE partner = ?)", f.Partner},
			asked{"sujet.id IN (SELECT sujet FROM sujet_rubriques WHERE rubrique = ?)", f.Rubrique},
			asked{"sujet.dossier = ?", f.Dossier},
			asked{"sujet.territory = ?", f.Territory},
		)
		if f.Phase != "" || f.Standing != "" {
			q = q.Join("LEFT JOIN films AS film ON film.id = sujet.film").Join("LEFT JOIN versions AS v ON v.id = film.version")
		}
		if f.Standing != "" {
			q = q.Where(standing+" = ?", assets.VersionReady, bun.List(beforeBAT), assets.FilmReview, assets.VersionReady, f.Standing)
		}
		q = between(q, "sujet.at", f.From, f.To).Limit(page(f.Limit))
		if f.Phase != "" {
			return inPhase(q, f)
		}
		return where(q, asked{"sujet.id < ?", string(f.After)}).Order("sujet.id DESC")
	})
}

// standing is assets.Standing of a film and its version v, in SQL.
const standing = "CASE WHEN v.state <> ? AND film.state IN (?) THEN v.state WHEN film.state = ? THEN ? ELSE film.state END"

var (
	beforeBAT = []assets.FilmState{
		assets.FilmIdea, assets.FilmShooting, assets.FilmRushes, assets.FilmLogging, assets.FilmEditing, assets.FilmReview,
	}
	beforeShoot = []assets.FilmState{assets.FilmIdea, assets.FilmShooting}
	onceOnline  = []assets.FilmState{assets.FilmPublished, assets.FilmWithdrawn, assets.FilmArchived}
)

// inPhase narrows a query of sujets, and of the films that are made with them, to
// one phase, in its order, after the one where the page before ended.
func inPhase(q *bun.SelectQuery, f assets.SujetFilter) *bun.SelectQuery {
	const early = "COALESCE(film.state, '') IN (?) AND (sujet.at = 0 OR sujet.at >= ?)"
	day, order, further := "sujet.at", " DESC", "<"
	if f.Phase == assets.SujetDone {
		q = q.Where("(sujet.state = ? OR COALESCE(film.state, '') IN (?))", assets.SujetClosed, bun.List(onceOnline))
	} else {
		q = q.Where("sujet.state = ? AND COALESCE(film.state, '') NOT IN (?)", assets.SujetOpen, bun.List(onceOnline))
	}
	switch f.Phase {
	case assets.SujetComing:
		q = q.Where(early, bun.List(beforeShoot), stamp(f.Today))
		day, order, further = "(CASE sujet.at WHEN 0 THEN 9223372036854775807 ELSE sujet.at END)", "", ">"
	case assets.SujetCurrent:
		q = q.Where("NOT ("+early+")", bun.List(beforeShoot), stamp(f.Today))
	}
	if f.After != "" {
		last := "(SELECT " + day + " FROM sujets AS sujet WHERE sujet.id = ?)"
		q = q.Where("("+day+" "+further+" "+last+" OR "+day+" = "+last+" AND sujet.id < ?)", f.After, f.After, f.After)
	}
	return q.OrderExpr(day + order).Order("sujet.id DESC")
}
