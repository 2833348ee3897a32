package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	Hash      string    `bun:"hash,pk"`
	User      assets.ID `bun:"owner"`
	Content   []byte
	Agent     string
	CreatedAt micros
	SeenAt    micros
	ExpiresAt micros
	EndedAt   micros
}

func (r sessionRow) record() assets.Session {
	return assets.Session{
		Hash: r.Hash, User: r.User, Content: r.Content, Agent: r.Agent,
		CreatedAt: r.CreatedAt.time(), SeenAt: r.SeenAt.time(), ExpiresAt: r.ExpiresAt.time(),
	}
}

// unended is said of sessions that nobody ended. An ended one stays, empty, until
// it runs out: a request that was under way must not bring it back.
const unended = "s.ended_at = 0"

// Session returns an open browser; whether it has run out is for the caller to
// read.
func (c *Catalog) Session(ctx context.Context, hash string) (assets.Session, error) {
	return first[sessionRow](ctx, c.read, "catalog.Session", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("hash = ?", hash).Where(unended)
	})
}

// SaveSession begins a session or goes on with it. One that was ended stays so.
func (c *Catalog) SaveSession(ctx context.Context, s assets.Session) error {
	row := sessionRow{
		Hash: s.Hash, User: s.User, Content: s.Content, Agent: s.Agent,
		CreatedAt: stamp(s.CreatedAt), SeenAt: stamp(s.SeenAt), ExpiresAt: stamp(s.ExpiresAt),
	}
	q := c.write.NewInsert().Model(&row).On("CONFLICT (hash) DO UPDATE").Where(unended)
	for _, column := range []string{"owner", "content", "agent", "seen_at", "expires_at"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	_, err := q.Exec(ctx)
	return fail("catalog.SaveSession", err)
}

// Sessions lists a person's open browsers, newest first.
func (c *Catalog) Sessions(ctx context.Context, user assets.ID) ([]assets.Session, error) {
	return list[sessionRow](ctx, c.read, "catalog.Sessions", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("owner = ?", user).Where(unended).Order("created_at DESC", "hash")
	})
}

// EndSessions ends one session (user may then be ""), or all of a user's,
// except one.
func (c *Catalog) EndSessions(ctx context.Context, user assets.ID, hash, except string) error {
	const op = "catalog.EndSessions"
	q := c.write.NewUpdate().Model((*sessionRow)(nil)).
		Set("ended_at = ?", stamp(c.now())).Set("content = NULL").Where(unended)
	switch {
	case hash != "":
		q = q.Where("hash = ?", hash)
		if user != "" {
			q = q.Where("owner = ?", user)
		}
	case user != "":
		q = q.Where("owner = ?", user).Where("hash <> ?", except)
	default:
		return &assets.Error{
			Kind: assets.Invalid, Op: op + ": of nobody",
			Msg: "Il manque le nom de la personne ou la session à fermer ; rien n'a été fermé.",
		}
	}
	_, err := q.Exec(ctx)
	return fail(op, err)
}

// SweepSessions forgets the sessions that have run out, ended ones among them.
func (c *Catalog) SweepSessions(ctx context.Context, now time.Time) error {
	_, err := c.write.NewDelete().Model((*sessionRow)(nil)).Where("expires_at <= ?", stamp(now)).Exec(ctx)
	return fail("catalog.SweepSessions", err)
}
