package pipeline

import (
	"context"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// Hire gives a person access to the house, and returns who they are there.
func (d *Desk) Hire(ctx context.Context, u assets.User, actor string) (assets.User, error) {
	const op = "pipeline.Hire"
	u.Name, u.Mail = strings.TrimSpace(u.Name), strings.ToLower(strings.TrimSpace(u.Mail))
	switch {
	case u.Name == "":
		return u, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Il manque le nom de la personne."}
	case !strings.Contains(u.Mail, "@"):
		return u, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "« " + u.Mail + " » n'est pas une adresse de courriel."}
	case !access.Known(u.Role):
		return u, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce rôle n'existe pas : jri, monteur, image, communication ou administration."}
	}
	u.ID, u.State, u.CreatedAt = d.NewID(), assets.UserActive, d.Now()
	err := d.commit(ctx, assets.Change{
		Users:  []assets.User{u},
		Events: []assets.Event{d.event(assets.SubjectUser, u.ID, "", string(u.State), actor, "")},
	})
	if assets.KindOf(err) == assets.Conflict {
		return u, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Quelqu'un a déjà l'adresse " + u.Mail + ".", Err: err}
	}
	return u, err
}

// Invite makes a key that opens the door to a person once: for a QR code, a
// mail, or the first link of a new house. The earlier ones of its kind end.
func (d *Desk) Invite(ctx context.Context, user assets.ID, kind assets.KeyKind, lasts time.Duration, actor string) (assets.Secret, error) {
	u, err := d.Catalog.User(ctx, user)
	if err != nil {
		return "", err
	}
	now := d.Now()
	if !u.Entitled(now) {
		return "", &assets.Error{Kind: assets.Conflict, Op: "pipeline.Invite", Msg: "L'accès de cette personne est fermé. Rouvrez-le d'abord."}
	}
	if err := d.Catalog.EndKeys(ctx, user, kind, "", now); err != nil {
		return "", err
	}
	secret := access.NewSecret()
	key := assets.Key{
		ID: d.NewID(), Hash: access.Hash(secret.Reveal()), Kind: kind, User: user, CreatedAt: now, ExpiresAt: now.Add(lasts),
	}
	return secret, d.commit(ctx, assets.Change{
		Keys:   []assets.Key{key},
		Events: []assets.Event{d.event(assets.SubjectUser, user, string(u.State), string(u.State), actor, "Lien d'entrée créé.")},
	})
}

// UseInvite opens the door to whoever holds the key, once.
func (d *Desk) UseInvite(ctx context.Context, secret string) (assets.User, error) {
	const op = "pipeline.UseInvite"
	used := &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce lien a déjà servi, ou il a expiré."}
	key, err := d.Catalog.Key(ctx, access.Hash(secret))
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return assets.User{}, err
	}
	if err != nil || key.Kind != assets.KeyInvite && key.Kind != assets.KeyLink {
		return assets.User{}, used
	}
	u, err := d.Catalog.User(ctx, key.User)
	if err != nil {
		return u, err
	}
	if !u.Entitled(d.Now()) {
		return u, used
	}
	if _, err := d.Catalog.SpendKey(ctx, key.Hash, d.Now()); err != nil {
		if assets.KindOf(err) == assets.Conflict {
			return u, used
		}
		return u, err
	}
	return u, d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectUser, u.ID, string(u.State), string(u.State), string(u.ID), "Entrée par un lien.")},
	})
}
