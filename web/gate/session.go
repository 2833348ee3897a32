package gate

import (
	"context"
	"encoding/json"
	"time"

	"anonymal.tv/regie/assets"
)

// How long people stay in. Volunteers come back on their own phone; those who
// publish and administer prove themselves each week.
const (
	guestLifetime     = time.Hour // a visitor who has not said who they are
	volunteerLifetime = 90 * 24 * time.Hour
	officeLifetime    = 7 * 24 * time.Hour
	officeIdle        = 12 * time.Hour
)

// Office tells the roles that enter by password and code.
func Office(role assets.UserRole) bool {
	return role == assets.RoleCommunication || role == assets.RoleAdministration
}

// Enter opens a session for a person who has proved who they are. It has a
// token of its own: one that was known before is worth nothing.
func (g *Gate) Enter(ctx context.Context, u assets.User, agent string) error {
	if err := g.sessions.RenewToken(ctx); err != nil {
		return err
	}
	now := g.o.Now()
	end := now.Add(volunteerLifetime)
	if Office(u.Role) {
		end = now.Add(officeLifetime)
	}
	if !u.EndsAt.IsZero() && u.EndsAt.Before(end) {
		end = u.EndsAt
	}
	g.sessions.Put(ctx, "user", string(u.ID))
	g.sessions.Put(ctx, "agent", agent)
	g.sessions.Put(ctx, "seen", now.Format(time.RFC3339))
	g.sessions.SetDeadline(ctx, end)
	return nil
}

// Leave ends the session.
func (g *Gate) Leave(ctx context.Context) error { return g.sessions.Destroy(ctx) }

// Token is the hash of the session's own token, as the catalog knows it.
func (g *Gate) Token(ctx context.Context) string { return hashed(g.sessions.Token(ctx)) }

// idle tells whether a session of the office has slept too long, and notes
// every few minutes that it has not.
func (g *Gate) idle(ctx context.Context, u assets.User, now time.Time) bool {
	seen, err := time.Parse(time.RFC3339, g.sessions.GetString(ctx, "seen"))
	if err != nil || Office(u.Role) && now.Sub(seen) > officeIdle {
		return true
	}
	if now.Sub(seen) > 5*time.Minute {
		g.sessions.Put(ctx, "seen", now.Format(time.RFC3339))
	}
	return false
}

// Keep puts a short text aside for a later request of the same session.
func (g *Gate) Keep(ctx context.Context, name, text string) { g.sessions.Put(ctx, name, text) }

// Kept takes it back: the second call finds nothing.
func (g *Gate) Kept(ctx context.Context, name string) string {
	return g.sessions.PopString(ctx, name)
}

// proven is how long what a guest has proved is believed.
const proven = 12 * time.Hour

// Prove notes what a guest of the house has proved: the password of a link. The
// session has a token of its own from then on.
func (g *Gate) Prove(ctx context.Context, name, proof string) error {
	if err := g.sessions.RenewToken(ctx); err != nil {
		return err
	}
	g.sessions.Put(ctx, name, proof)
	if _, in := Visitor(ctx); !in {
		g.sessions.SetDeadline(ctx, g.o.Now().Add(proven))
	}
	return nil
}

// Proved is what was noted under a name; "" for nothing.
func (g *Gate) Proved(ctx context.Context, name string) string {
	return g.sessions.GetString(ctx, name)
}

// Flash is what the next page says about what was just done.
type Flash struct {
	Text string `json:"text"`           // a French sentence
	Undo string `json:"undo,omitempty"` // the local address to POST to
}

// Say keeps a flash for the next page.
func (g *Gate) Say(ctx context.Context, f Flash) {
	text, err := json.Marshal(f)
	if err == nil {
		g.Keep(ctx, "flash", string(text))
	}
}

// Said takes the flash back; nil without one.
func (g *Gate) Said(ctx context.Context) *Flash {
	var f Flash
	if json.Unmarshal([]byte(g.Kept(ctx, "flash")), &f) != nil || f.Text == "" {
		return nil
	}
	return &f
}
