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

// Sujets lists what is to be told, newest first.
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
			asked{"sujet.id < ?", string(f.After)},
		)
		return between(q, "sujet.at", f.From, f.To).Order("sujet.id DESC").Limit(page(f.Limit))
	})
}
