package pipeline

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Hire gives a person access to the house, and returns who they are there.
func (d *Desk) Hire(ctx context.Context, u assets.User, actor string) (assets.User, error) {
	const op = "pipeline.Hire"
	if err := checkPerson(op, &u); err != nil {
		return u, err
	}
	u.ID, u.State, u.CreatedAt = d.NewID(), assets.UserActive, d.Now()
	err := d.commit(ctx, assets.Change{
		Users:  []assets.User{u},
		Events: []assets.Event{d.event(assets.SubjectUser, u.ID, "", string(u.State), actor, "")},
	})
	if assets.KindOf(err) == assets.Conflict {
		return u, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Quelqu'un a déjà l'adresse " + u.Mail + ".", Err: Field("mail")}
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
	secret, key := d.newKey(user, kind, "", now.Add(lasts))
	return secret, d.commit(ctx, assets.Change{
		Keys:   []assets.Key{key},
		Events: []assets.Event{d.userEvent(u, actor, "Lien d’entrée créé.", nil)},
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
		Events: []assets.Event{d.userEvent(u, string(u.ID), "Entrée par un lien.", nil)},
	})
}

// EditPerson changes who a person is in the house. A role that changes shows
// every browser of theirs the door: rights are given anew at the next entry.
func (d *Desk) EditPerson(ctx context.Context, id assets.ID, change func(*assets.User), actor string) (assets.User, error) {
	const op = "pipeline.EditPerson"
	before, err := d.Catalog.User(ctx, id)
	if err != nil {
		return before, err
	}
	u := before
	change(&u)
	if err := checkPerson(op, &u); err != nil {
		return before, err
	}
	edits := editsBetween(before, u)
	if len(edits) == 0 {
		return u, nil
	}
	if before.Role == assets.RoleAdministration && !d.administers(u) {
		if err := d.lastAdministrator(ctx, op, id); err != nil {
			return before, err
		}
	}
	err = d.commit(ctx, assets.Change{Users: []assets.User{u}, Events: []assets.Event{d.userEvent(u, actor, "", edits)}})
	if assets.KindOf(err) == assets.Conflict && u.Mail != before.Mail {
		return before, wrong(op, "mail", "Quelqu’un a déjà l’adresse "+u.Mail+".")
	}
	if err == nil && u.Role != before.Role {
		err = d.Catalog.EndSessions(ctx, id, "", "")
	}
	return u, err
}

// checkPerson sets a person's fields right, or says what is wrong with one.
func checkPerson(op string, u *assets.User) error {
	u.Name, u.Mail = strings.TrimSpace(french.Clean(u.Name)), strings.ToLower(strings.TrimSpace(u.Mail))
	u.Phone = french.Short(french.Clean(u.Phone), 40)
	if runes := []rune(u.Name); len(runes) > 120 {
		u.Name = string(runes[:120])
	}
	address, err := mail.ParseAddress(u.Mail)
	switch {
	case u.Name == "":
		return wrong(op, "name", "Il manque le nom de la personne.")
	case err != nil || address.Address != u.Mail || len(u.Mail) > 254:
		return wrong(op, "mail", "« "+french.Short(french.Clean(u.Mail), 80)+" » n’est pas une adresse de courriel.")
	case !access.Known(u.Role):
		return wrong(op, "role", "Ce rôle n’existe pas : jri, monteur, image, communication ou administration.")
	}
	return nil
}

func (d *Desk) administers(u assets.User) bool {
	return u.Role == assets.RoleAdministration && u.Entitled(d.Now())
}

// lastAdministrator refuses to take the rights of the only person who can give
// them back.
func (d *Desk) lastAdministrator(ctx context.Context, op string, id assets.ID) error {
	all, err := d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleAdministration})
	if err != nil {
		return err
	}
	for _, u := range all {
		if u.ID != id && d.administers(u) {
			return nil
		}
	}
	return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "C’est la seule personne de l’administration : donnez d’abord ce rôle à quelqu’un d’autre. Rien n’a changé."}
}

// CloseAccess ends a person's way in: browsers, links, tokens. What they
// brought stays.
func (d *Desk) CloseAccess(ctx context.Context, id assets.ID, actor string) error {
	const op = "pipeline.CloseAccess"
	u, err := d.Catalog.User(ctx, id)
	if err != nil || u.State == assets.UserClosed {
		return err
	}
	if u.Role == assets.RoleAdministration {
		if err := d.lastAdministrator(ctx, op, id); err != nil {
			return err
		}
	}
	err = d.commit(ctx, assets.Change{Events: []assets.Event{d.event(assets.SubjectUser, id, string(u.State), string(assets.UserClosed), actor, "Accès fermé.")}})
	if err != nil {
		return err
	}
	return errors.Join(d.Catalog.EndSessions(ctx, id, "", ""), d.Catalog.EndKeys(ctx, id, "", "", d.Now()))
}

// ReopenAccess lets a person in again; they need a new link.
func (d *Desk) ReopenAccess(ctx context.Context, id assets.ID, actor string) error {
	u, err := d.Catalog.User(ctx, id)
	if err != nil || u.State == assets.UserActive {
		return err
	}
	c := assets.Change{Events: []assets.Event{d.event(assets.SubjectUser, id, string(u.State), string(assets.UserActive), actor, "Accès rouvert.")}}
	if !u.EndsAt.IsZero() && !d.Now().Before(u.EndsAt) { // the contract had ended: it goes on
		before := u
		u.EndsAt = time.Time{}
		c.Users, c.Events[0].Edits = []assets.User{u}, editsBetween(before, u)
	}
	return d.commit(ctx, c)
}

// NewToken makes a key of the API for a person. It is shown once.
func (d *Desk) NewToken(ctx context.Context, user assets.ID, name string, ends time.Time, actor string) (assets.Secret, error) {
	const op = "pipeline.NewToken"
	u, err := d.Catalog.User(ctx, user)
	if err != nil {
		return "", err
	}
	name = french.Short(french.Clean(name), 80)
	switch {
	case !u.Entitled(d.Now()):
		return "", &assets.Error{Kind: assets.Conflict, Op: op, Msg: "L’accès de cette personne est fermé. Rouvrez-le d’abord."}
	case name == "":
		return "", wrong(op, "name", "Dites à quoi sert ce jeton : son nom aide à le retrouver pour le révoquer.")
	}
	secret, key := d.newKey(user, assets.KeyToken, name, ends)
	return secret, d.commit(ctx, assets.Change{
		Keys:   []assets.Key{key},
		Events: []assets.Event{d.userEvent(u, actor, "Jeton « "+name+" » créé.", nil)},
	})
}

// RevokeToken ends a key of the API at once.
func (d *Desk) RevokeToken(ctx context.Context, user, key assets.ID, actor string) error {
	u, err := d.Catalog.User(ctx, user)
	if err != nil {
		return err
	}
	keys, err := d.Catalog.Keys(ctx, user, assets.KeyToken)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(keys, func(k assets.Key) bool { return k.ID == key })
	if i < 0 {
		return &assets.Error{Kind: assets.NotFound, Op: "pipeline.RevokeToken", Msg: "Ce jeton n’existe pas."}
	}
	if err := d.Catalog.EndKeys(ctx, user, assets.KeyToken, key, d.Now()); err != nil {
		return err
	}
	return d.commit(ctx, assets.Change{Events: []assets.Event{d.userEvent(u, actor, "Jeton « "+keys[i].Name+" » révoqué.", nil)}})
}
