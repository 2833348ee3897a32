package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type publicationRow struct {
	bun.BaseModel `bun:"table:publications,alias:p"`

	ID          assets.ID `bun:"id,pk"`
	Film        assets.ID
	Version     assets.ID
	Channel     assets.Channel
	State       assets.PublicationState
	At          micros
	Wall        string
	Zone        string
	Campaign    assets.ID
	Rhythm      string
	PublishedAt micros
	URL         string `bun:"url"`
	RemoteID    string `bun:"remote_id"`
	Resume      []byte
	Done        string // words
	Title       string
	Text        string
	Letter      *assets.Letter `bun:"letter,type:json"`
	Reason      string
	Seen        *assets.Seen `bun:"seen,type:json"`
	CreatedAt   micros
}

func (r *publicationRow) key() assets.ID    { return r.ID }
func (r *publicationRow) born(state string) { r.State = assets.PublicationState(state) }

func (r publicationRow) record() assets.Publication {
	return assets.Publication{
		ID: r.ID, Film: r.Film, Version: r.Version, Channel: r.Channel, State: r.State, At: r.At.time(),
		Wall: r.Wall, Zone: r.Zone, Campaign: r.Campaign, Rhythm: assets.ReadRhythm(r.Rhythm), PublishedAt: r.PublishedAt.time(),
		URL: r.URL, RemoteID: r.RemoteID, Resume: r.Resume, Done: strings.Fields(r.Done), Title: r.Title, Text: r.Text, Letter: r.Letter, Reason: r.Reason, Seen: r.Seen, CreatedAt: r.CreatedAt.time(),
	}
}

func (a *application) putPublications(ctx context.Context, tx bun.Tx) error {
	rows := make([]*publicationRow, len(a.Publications))
	for i, p := range a.Publications {
		rows[i] = &publicationRow{
			ID: p.ID, Film: p.Film, Version: p.Version, Channel: p.Channel, At: stamp(p.At),
			Wall: p.Wall, Zone: p.Zone, Campaign: p.Campaign, Rhythm: p.Rhythm.String(), PublishedAt: stamp(p.PublishedAt),
			URL: p.URL, RemoteID: p.RemoteID, Resume: p.Resume, Done: strings.Join(p.Done, " "), Title: p.Title, Text: p.Text, Letter: p.Letter, Reason: p.Reason, CreatedAt: stamp(p.CreatedAt),
		}
	}
	changing := []string{"version", "published_at", "url", "remote_id", "done", "reason"}
	if slices.ContainsFunc(a.Events, func(e assets.Event) bool { return e.Kind == assets.SubjectPublication && len(e.Edits) > 0 }) {
		changing = append(changing, "at", "wall", "zone", "title", "text") // a worker never takes back what a person said meanwhile
	}
	return put(ctx, tx, a, assets.SubjectPublication, rows, changing...)
}

// putSeen writes what was seen of publications, and nothing else of them.
func (a *application) putSeen(ctx context.Context, tx bun.Tx) error {
	for id, seen := range a.Seen {
		if _, err := tx.NewUpdate().Model(&publicationRow{ID: id, Seen: &seen}).Column("seen").WherePK().Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Publication returns one decision to show a film on a channel.
func (c *Catalog) Publication(ctx context.Context, id assets.ID) (assets.Publication, error) {
	return first[publicationRow](ctx, c.read, "catalog.Publication", byID(id))
}

// Publications lists publications, oldest first.
func (c *Catalog) Publications(ctx context.Context, f assets.PublicationFilter) ([]assets.Publication, error) {
	return list[publicationRow](ctx, c.read, "catalog.Publications", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(
			between(q, "at", f.From, f.To),
			asked{"film = ?", string(f.Film)},
			asked{"channel = ?", string(f.Channel)},
			asked{"state = ?", string(f.State)},
			asked{"campaign = ?", string(f.Campaign)},
		).Order("id")
	})
}

// SaveResume keeps a publisher's handle while the attempt holds its job, which
// must be this publication's.
func (c *Catalog) SaveResume(ctx context.Context, f assets.Fence, publication assets.ID, resume []byte) error {
	return c.transaction(ctx, "catalog.SaveResume", func(ctx context.Context, tx bun.Tx) error {
		// Writing the job, even to what it was, keeps others from taking it
		// over before the handle is stored.
		held := tx.NewUpdate().Model((*jobRow)(nil)).Set("attempt = attempt").Where("subject = ?", publication)
		if err := holding(ctx, held, f); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model((*publicationRow)(nil)).Set("resume = ?", resume).Where("id = ?", publication).Exec(ctx)
		return err
	})
}
