package catalog

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID        assets.ID `bun:"id,pk"`
	Name      string
	Mail      string
	Role      assets.UserRole
	EndsAt    micros
	CreatedAt micros
}

func (r userRow) record() assets.User {
	return assets.User{
		ID: r.ID, Name: r.Name, Mail: r.Mail, Role: r.Role, EndsAt: r.EndsAt.time(), CreatedAt: r.CreatedAt.time(),
	}
}

// User returns a person of the house.
func (c *Catalog) User(ctx context.Context, id assets.ID) (assets.User, error) {
	return first[userRow](ctx, c.read, "catalog.User", byID(id))
}

// SaveUser adds or changes a person; Conflict when another has the same mail.
func (c *Catalog) SaveUser(ctx context.Context, u assets.User) error {
	return fail("catalog.SaveUser", upsert(ctx, c.write, "id", userRow{
		ID: u.ID, Name: u.Name, Mail: strings.ToLower(strings.TrimSpace(u.Mail)), Role: u.Role,
		EndsAt: stamp(u.EndsAt), CreatedAt: stamp(u.CreatedAt),
	}))
}
