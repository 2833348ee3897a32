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
	Phone     string
	Role      assets.UserRole
	State     assets.UserState
	EndsAt    micros
	Password  string
	TOTP      []byte `bun:"totp"`
	TOTPStep  int64  `bun:"totp_step"`
	Keyless   bool
	Muted     []string `bun:"muted,type:json"`
	CreatedAt micros
}

func (r *userRow) key() assets.ID    { return r.ID }
func (r *userRow) born(state string) { r.State = assets.UserState(state) }

func (r userRow) record() assets.User {
	return assets.User{
		ID: r.ID, Name: r.Name, Mail: r.Mail, Phone: r.Phone, Role: r.Role, State: r.State, EndsAt: r.EndsAt.time(),
		Password: r.Password, TOTP: r.TOTP, TOTPStep: r.TOTPStep, Keyless: r.Keyless, Muted: r.Muted,
		CreatedAt: r.CreatedAt.time(),
	}
}

// address is how a mail address is compared.
func address(mail string) string { return strings.ToLower(strings.TrimSpace(mail)) }

// putUsers adds or changes people; Conflict when another has the same mail.
func (a *application) putUsers(ctx context.Context, tx bun.Tx) error {
	rows := make([]*userRow, len(a.Users))
	for i, u := range a.Users {
		rows[i] = &userRow{
			ID: u.ID, Name: u.Name, Mail: address(u.Mail), Phone: u.Phone, Role: u.Role, EndsAt: stamp(u.EndsAt),
			Password: u.Password, TOTP: u.TOTP, TOTPStep: u.TOTPStep, Keyless: u.Keyless, Muted: u.Muted,
			CreatedAt: stamp(u.CreatedAt),
		}
	}
	err := put(ctx, tx, a, assets.SubjectUser, rows,
		"name", "mail", "phone", "role", "ends_at", "password", "totp", "keyless", "muted")
	if err != nil {
		return err
	}
	for _, u := range a.Users { // a step that was used stays used, whatever a record read before says
		if u.TOTPStep == 0 {
			continue
		}
		_, err := tx.NewUpdate().Model((*userRow)(nil)).Set("totp_step = ?", u.TOTPStep).
			Where("id = ?", u.ID).Where("totp_step < ?", u.TOTPStep).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// User returns a person of the house.
func (c *Catalog) User(ctx context.Context, id assets.ID) (assets.User, error) {
	return first[userRow](ctx, c.read, "catalog.User", byID(id))
}

// UserByMail returns the person with this address, however it is written.
func (c *Catalog) UserByMail(ctx context.Context, mail string) (assets.User, error) {
	return first[userRow](ctx, c.read, "catalog.UserByMail", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("mail = ?", address(mail))
	})
}

// Users lists people by name.
func (c *Catalog) Users(ctx context.Context, f assets.UserFilter) ([]assets.User, error) {
	return list[userRow](ctx, c.read, "catalog.Users", func(q *bun.SelectQuery) *bun.SelectQuery {
		return where(q, asked{"role = ?", string(f.Role)}, asked{"state = ?", string(f.State)}).OrderExpr("lower(name), id")
	})
}

// UseTOTP is one statement, so of two that use the same step at once one gets a
// Conflict.
func (c *Catalog) UseTOTP(ctx context.Context, user assets.ID, step int64) error {
	const op = "catalog.UseTOTP"
	n, err := touched(c.write.NewUpdate().Model((*userRow)(nil)).Set("totp_step = ?", step).
		Where("id = ?", user).Where("totp_step < ?", step).Exec(ctx))
	if err != nil || n > 0 {
		return fail(op, err)
	}
	if _, err := c.User(ctx, user); err != nil {
		return err
	}
	return &assets.Error{
		Kind: assets.Conflict, Op: op,
		Msg: "Ce code a déjà servi. Attendez le suivant, puis saisissez-le.",
	}
}
