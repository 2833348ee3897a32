package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type rushRow struct {
	bun.BaseModel `bun:"table:rushes,alias:r"`

	ID          assets.ID `bun:"id,pk"`
	Asset       assets.ID
	Sujet       assets.ID
	Owner       assets.ID
	Title       string
	Folder      string
	Card        string
	Rubriques   []string `bun:"rubriques,type:json"`
	Partners    []string `bun:"partners,type:json"`
	Dossier     string
	Territory   string
	Place       string
	People      []assets.Person `bun:"people,type:json"`
	Minors      assets.Answer
	Shot        assets.Shot
	Stars       int
	Rejected    bool
	ShotAt      micros
	GPS         *assets.Position `bun:"gps,type:json,nullzero"`
	State       assets.RushState
	Reason      string
	Sheet       *assets.Sheet `bun:"sheet,type:json,nullzero"`
	Frames      int           `bun:"proxy_frames"`
	Rate        int           `bun:"proxy_rate"`
	Orientation string
	CreatedAt   micros
	RemovedAt   micros
}

func newRushRow(r assets.Rush) *rushRow {
	return &rushRow{
		ID: r.ID, Asset: r.Asset, Sujet: r.Sujet, Owner: r.Owner, Title: r.Title, Folder: r.Folder, Card: r.Card,
		Rubriques: whole(r.Rubriques), Partners: whole(r.Partners), Dossier: r.Dossier, Territory: r.Territory,
		Place: r.Place, People: r.People, Minors: r.Minors, Shot: r.Shot, Stars: r.Stars, Rejected: r.Rejected,
		ShotAt: stamp(r.ShotAt), GPS: r.GPS, Reason: r.Reason, Sheet: r.Sheet, Frames: r.Proxy.Frames, Rate: r.Proxy.Rate,
		Orientation: orientation(r.Sheet), CreatedAt: stamp(r.CreatedAt), RemovedAt: stamp(r.RemovedAt),
	}
}

func (r *rushRow) key() assets.ID    { return r.ID }
func (r *rushRow) born(state string) { r.State = assets.RushState(state) }

func (r rushRow) record() assets.Rush {
	return assets.Rush{
		ID: r.ID, Asset: r.Asset, Sujet: r.Sujet, Owner: r.Owner, Title: r.Title, Folder: r.Folder, Card: r.Card,
		Rubriques: r.Rubriques, Partners: r.Partners, Dossier: r.Dossier, Territory: r.Territory,
		Place: r.Place, People: r.People, Minors: r.Minors, Shot: r.Shot, Stars: r.Stars, Rejected: r.Rejected,
		ShotAt: r.ShotAt.time(), GPS: r.GPS, State: r.State, Reason: r.Reason, Sheet: r.Sheet,
		Proxy: assets.Proxy{Frames: r.Frames, Rate: r.Rate}, CreatedAt: r.CreatedAt.time(), RemovedAt: r.RemovedAt.time(),
	}
}

// orientation is how the picture stands, as RushFilter names it; "" without one.
func orientation(s *assets.Sheet) string {
	switch {
	case s == nil || s.Video == nil || s.Video.Width <= 0 || s.Video.Height <= 0:
		return ""
	case s.Video.Width > s.Video.Height:
		return "landscape"
	case s.Video.Width < s.Video.Height:
		return "portrait"
	}
	return "square"
}

func (a *application) putRushes(ctx context.Context, tx bun.Tx) error {
	rows := make([]*rushRow, len(a.Rushes))
	for i, r := range a.Rushes {
		rows[i] = newRushRow(r)
	}
	err := put(ctx, tx, a, assets.SubjectRush, rows,
		"sujet", "owner", "title", "folder", "card", "rubriques", "partners", "dossier", "territory", "place", "people",
		"minors", "shot", "stars", "rejected", "shot_at", "gps", "reason", "sheet", "proxy_frames", "proxy_rate",
		"orientation", "removed_at")
	if err != nil {
		return err
	}
	for _, r := range a.Rushes {
		if err := fileRush(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

func fileRush(ctx context.Context, tx bun.Tx, r assets.Rush) error {
	for _, by := range []filing{{"rush_rubriques", "rubrique", r.Rubriques}, {"rush_partners", "partner", r.Partners}} {
		if err := by.write(ctx, tx, "rush", r.ID); err != nil {
			return err
		}
	}
	return nil
}

// Rush returns a piece of raw footage.
func (c *Catalog) Rush(ctx context.Context, id assets.ID) (assets.Rush, error) {
	return first[rushRow](ctx, c.read, "catalog.Rush", byID(id))
}

// RushOf returns the newest rush made of an asset.
func (c *Catalog) RushOf(ctx context.Context, asset assets.ID) (assets.Rush, error) {
	return first[rushRow](ctx, c.read, "catalog.RushOf", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("asset = ?", asset).Order("id DESC")
	})
}

// Rushes lists raw footage, newest first. Which ones are on the page is read
// from indexes; only those are then read whole.
func (c *Catalog) Rushes(ctx context.Context, f assets.RushFilter) ([]assets.Rush, error) {
	const op = "catalog.Rushes"
	all, err := c.chosenRushes(ctx, c.read, f)
	if err != nil {
		return nil, fail(op, err)
	}
	return list[rushRow](ctx, c.read, op, func(q *bun.SelectQuery) *bun.SelectQuery {
		order := "rush.id DESC"
		if f.Before != "" {
			order = "rush.id" // the nearest of the newer ones
		}
		chosen := where(all, asked{"rush.id < ?", string(f.After)}, asked{"rush.id > ?", string(f.Before)}).
			Column("rush.id").Order(order).Limit(page(f.Limit))
		return q.Where("r.id IN (?)", chosen).Order("r.id DESC")
	})
}

// CountRushes tells how many rushes the filter chooses, on all pages together; it
// stops counting at Limit.
func (c *Catalog) CountRushes(ctx context.Context, f assets.RushFilter) (int, error) {
	const op = "catalog.CountRushes"
	all, err := c.chosenRushes(ctx, c.read, f)
	if err != nil {
		return 0, fail(op, err)
	}
	if f.Limit > 0 {
		all = c.read.NewSelect().TableExpr("(?) AS few", all.ColumnExpr("1").Limit(int64(f.Limit)))
	}
	n, err := all.Count(ctx)
	return int(n), fail(op, err)
}

// chosenRushes is the query for what a filter chooses, as rush. How it looks for
// words depends on how common they are.
func (c *Catalog) chosenRushes(ctx context.Context, db bun.IDB, f assets.RushFilter) (*bun.SelectQuery, error) {
	q := where(
		db.NewSelect().TableExpr("rushes AS rush"),
		asked{"rush.sujet = ?", string(f.Sujet)},
		asked{"rush.owner = ?", string(f.Owner)},
		asked{"rush.id IN (SELECT rush FROM rush_rubriques WHERE rubrique = ?)", f.Rubrique},
		asked{"rush.territory = ?", f.Territory},
		asked{"rush.dossier = ?", f.Dossier},
		asked{"rush.id IN (SELECT rush FROM rush_partners WHERE partner = ?)", f.Partner},
		asked{"rush.state = ?", string(f.State)},
		asked{"rush.orientation = ?", f.Orientation},
		asked{"rush.shot = ?", string(f.Shot)},
		asked{"rush.minors = ?", string(f.Minors)},
	)
	if f.Crew != "" {
		q = q.Where("(rush.owner = ? OR rush.sujet IN (SELECT sujet FROM sujet_crew WHERE member = ?))", f.Crew, f.Crew)
	}
	if f.Consent == "missing" {
		q = q.Where("rush.sujet IN (?)", c.unauthorised(db))
	}
	if f.MinStars > 0 {
		q = q.Where("rush.stars >= ?", f.MinStars)
	}
	if f.Rejected != nil {
		q = q.Where("rush.rejected = ?", *f.Rejected)
	}
	if f.Removed {
		q = q.Where("rush.removed_at > 0")
	} else {
		q = q.Where("rush.removed_at = 0")
	}
	words := wordsOf(f.Query)
	common, err := c.areCommon(ctx, db, assets.SubjectRush, words)
	switch {
	case err != nil:
		return nil, err
	case common:
		q = q.Where("EXISTS (?)", saying(db.NewSelect().TableExpr("rush_words AS w").ColumnExpr("1").Where("w.rush = rush.id"), words))
	case len(words) > 0:
		q = q.Where("rush.id IN (?)", c.found(db, assets.SubjectRush, words).Column("w.rush"))
	case f.Query != "":
		q = q.Where("FALSE") // what holds no word finds nothing, as Search says
	}
	return between(q, "rush.created_at", f.From, f.To), nil
}

// unauthorised is the query for the sujets in which somebody is to be
// recognised whose authorisation is not there, or no longer.
func (c *Catalog) unauthorised(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().TableExpr("filmed AS f").Join("JOIN consents AS c ON c.id = f.consent").ColumnExpr("f.sujet").
		Where("f.removed_at = 0").Where("NOT f.blurred").Where("f.sujet <> ''").
		Where("(c.state <> ? OR c.ends_at > 0 AND c.ends_at <= ? OR c.minor = ? AND c.signatures = 0)",
			assets.ConsentGranted, stamp(c.now()), assets.Yes)
}
