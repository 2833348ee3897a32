package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type trackRow struct {
	bun.BaseModel `bun:"table:tracks,alias:t"`

	Film      assets.ID        `bun:"film,pk"`
	Kind      assets.TrackKind `bun:"kind,pk"`
	Language  string           `bun:"language,pk"`
	Cues      []assets.Cue     `bun:"cues,type:json"`
	Reviewed  bool
	UpdatedBy string
	UpdatedAt micros
}

func (r trackRow) record() assets.Track {
	return assets.Track{
		Film: r.Film, Kind: r.Kind, Language: r.Language, Cues: r.Cues, Reviewed: r.Reviewed,
		UpdatedBy: r.UpdatedBy, UpdatedAt: r.UpdatedAt.time(),
	}
}

func (a *application) putTracks(ctx context.Context, tx bun.Tx) error {
	rows := make([]trackRow, len(a.Tracks))
	for i, t := range a.Tracks {
		rows[i] = trackRow{
			Film: t.Film, Kind: t.Kind, Language: t.Language, Cues: whole(t.Cues), Reviewed: t.Reviewed,
			UpdatedBy: t.UpdatedBy, UpdatedAt: stamp(t.UpdatedAt),
		}
	}
	return upsert(ctx, tx, "film, kind, language", rows...)
}

// Track returns one timed text of a film.
func (c *Catalog) Track(ctx context.Context, film assets.ID, kind assets.TrackKind, language string) (assets.Track, error) {
	return first[trackRow](ctx, c.read, "catalog.Track", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("film = ?", film).Where("kind = ?", kind).Where("language = ?", language)
	})
}

// Tracks lists the timed texts of a film, by kind and language.
func (c *Catalog) Tracks(ctx context.Context, film assets.ID) ([]assets.Track, error) {
	return list[trackRow](ctx, c.read, "catalog.Tracks", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("film = ?", film).Order("kind", "language")
	})
}
