package pipeline

import (
	"context"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// linkLasts is how long a link that was mailed can wait.
const linkLasts = time.Hour

// SendLink mails a person a link that opens the door once. An address that
// nobody has is no error: who asks does not learn who works here.
func (d *Desk) SendLink(ctx context.Context, mail string) error {
	u, err := d.Catalog.UserByMail(ctx, mail)
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return d.sendLink(ctx, u)
}

// SendLinkAgain mails a new link to whom a spent one belonged. Who holds it
// learns nothing: the mail goes to that person's address.
func (d *Desk) SendLinkAgain(ctx context.Context, spent string) error {
	key, err := d.Catalog.Key(ctx, access.Hash(spent))
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return err
	}
	if err != nil || key.Kind != assets.KeyLink && key.Kind != assets.KeyInvite {
		return nil
	}
	u, err := d.Catalog.User(ctx, key.User)
	if err != nil {
		return err
	}
	return d.sendLink(ctx, u)
}

func (d *Desk) sendLink(ctx context.Context, u assets.User) error {
	now := d.Now()
	if !u.Entitled(now) {
		return nil
	}
	if err := d.Catalog.EndKeys(ctx, u.ID, assets.KeyLink, "", now); err != nil {
		return err
	}
	secret, key := d.newKey(u.ID, assets.KeyLink, "", now.Add(linkLasts))
	c := assets.Change{Keys: []assets.Key{key}, Events: []assets.Event{d.userEvent(u, string(u.ID), "Lien d’entrée demandé par courriel.", nil)}}
	d.Tell(ctx, &c, []assets.User{u}, MailEntry, "Votre lien pour entrer dans la régie",
		"Voici votre lien pour entrer dans la régie. Il sert une seule fois, dans l’heure.\n\nVous n’avez rien demandé ? Laissez ce message : le lien n’ouvre rien sans vous.",
		"/regie/entrer/"+secret.Reveal())
	return d.commit(ctx, c)
}

func (d *Desk) newKey(user assets.ID, kind assets.KeyKind, name string, ends time.Time) (assets.Secret, assets.Key) {
	secret := access.NewSecret()
	return secret, assets.Key{
		ID: d.NewID(), Hash: access.Hash(secret.Reveal()), Kind: kind, User: user, Name: name, CreatedAt: d.Now(), ExpiresAt: ends,
	}
}

// userEvent is something that was done to a person's access meanwhile.
func (d *Desk) userEvent(u assets.User, actor, note string, edits assets.Edits) assets.Event {
	e := d.event(assets.SubjectUser, u.ID, string(u.State), string(u.State), actor, note)
	e.Edits = edits
	return e
}

// Login lets in who knows their password. That nobody has the address takes as
// long as that the password is wrong, and is said in the same words.
func (d *Desk) Login(ctx context.Context, mail string, password assets.Secret) (assets.User, error) {
	u, err := d.Catalog.UserByMail(ctx, mail)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return u, err
	}
	if err != nil {
		u = assets.User{}
	}
	good, err := d.Passwords.Check(ctx, u.Password, password)
	switch {
	case err != nil:
		return assets.User{}, err
	case !good || !u.Entitled(d.Now()):
		return assets.User{}, &assets.Error{Kind: assets.Invalid, Op: "pipeline.Login", Msg: "L’adresse ou le mot de passe n’est pas le bon. Vous pouvez aussi recevoir un lien."}
	case u.TOTP == nil:
		return u, d.commit(ctx, assets.Change{Events: []assets.Event{d.userEvent(u, string(u.ID), "Entrée par mot de passe.", nil)}})
	}
	return u, nil // the code comes next, and says so in the log
}

// ProveCode lets in who holds the second factor. No code is taken twice.
func (d *Desk) ProveCode(ctx context.Context, user assets.ID, code string) (assets.User, error) {
	u, err := d.Catalog.User(ctx, user)
	if err != nil {
		return u, err
	}
	if !u.Entitled(d.Now()) || u.TOTP == nil {
		return u, &assets.Error{Kind: assets.Conflict, Op: "pipeline.ProveCode", Msg: "Recommencez l’entrée depuis le début."}
	}
	if err := d.useCode(ctx, u, u.TOTP, code); err != nil {
		return u, err
	}
	return u, d.commit(ctx, assets.Change{Events: []assets.Event{d.userEvent(u, string(u.ID), "Entrée avec le code du téléphone.", nil)}})
}

func (d *Desk) useCode(ctx context.Context, u assets.User, sealed []byte, code string) error {
	secret, err := d.Sealer.Open(totpPlace(u.ID), sealed)
	if err != nil {
		return err
	}
	step, good := access.CheckTOTP(assets.Secret(secret), code, d.Now())
	if good {
		err := d.Catalog.UseTOTP(ctx, u.ID, step)
		if assets.KindOf(err) != assets.Conflict {
			return err
		}
	}
	return wrong("pipeline.useCode", "code", "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant sur votre téléphone.")
}

// OfferCode prepares a second factor: the address that the QR code carries, and
// the sealed secret that SetCode takes back with a first code.
func (d *Desk) OfferCode(u assets.User) (address assets.Secret, sealed []byte, err error) {
	secret, address, err := access.NewTOTP(d.Letterhead.House+" – Régie", u.Mail)
	if err != nil {
		return "", nil, err
	}
	sealed, err = d.Sealer.Seal(totpPlace(u.ID), []byte(secret.Reveal()))
	return address, sealed, err
}

// SetCode sets the second factor up once a first code proves that the phone has
// it. From then on every entry asks for it.
func (d *Desk) SetCode(ctx context.Context, user assets.ID, sealed []byte, code string) error {
	u, err := d.Catalog.User(ctx, user)
	if err != nil {
		return err
	}
	if err := d.useCode(ctx, u, sealed, code); err != nil {
		return err
	}
	u.TOTP, u.TOTPStep = sealed, 0 // the step that was just used stays used
	return d.commit(ctx, assets.Change{
		Users:  []assets.User{u},
		Events: []assets.Event{d.userEvent(u, string(u.ID), "Code du téléphone demandé à l’entrée.", nil)},
	})
}

// DropCode takes the second factor away: the phone is lost, or changed.
func (d *Desk) DropCode(ctx context.Context, user assets.ID, actor string) error {
	u, err := d.Catalog.User(ctx, user)
	if err != nil || u.TOTP == nil {
		return err
	}
	u.TOTP = nil
	return d.commit(ctx, assets.Change{
		Users:  []assets.User{u},
		Events: []assets.Event{d.userEvent(u, actor, "Code du téléphone retiré.", nil)},
	})
}

// SetPassword gives a person a password, or another one; who has one must know
// it. Every other browser of theirs is shown the door.
func (d *Desk) SetPassword(ctx context.Context, user assets.ID, before, after assets.Secret, keep string) error {
	const op = "pipeline.SetPassword"
	u, err := d.Catalog.User(ctx, user)
	if err != nil {
		return err
	}
	if u.Password != "" {
		good, err := d.Passwords.Check(ctx, u.Password, before)
		if err != nil {
			return err
		}
		if !good {
			return wrong(op, "ancien", "Le mot de passe actuel n’est pas le bon. Rien n’a changé.")
		}
	}
	if len([]rune(after.Reveal())) < access.MinPassword {
		return wrong(op, "nouveau", "Ce mot de passe est trop court : il faut au moins 12 signes. Une phrase convient très bien.")
	}
	if u.Password, err = d.Passwords.Hash(ctx, after); err != nil {
		return err
	}
	err = d.commit(ctx, assets.Change{
		Users:  []assets.User{u},
		Events: []assets.Event{d.userEvent(u, string(u.ID), "Mot de passe changé.", nil)},
	})
	if err != nil {
		return err
	}
	return d.Catalog.EndSessions(ctx, u.ID, "", keep)
}

// CloseDevices shows a browser of a person the door, or with "" all but the one
// that they keep.
func (d *Desk) CloseDevices(ctx context.Context, u assets.User, device, keep string) error {
	note := "Appareil fermé."
	if device == "" {
		note = "Autres appareils fermés."
	}
	if err := d.Catalog.EndSessions(ctx, u.ID, device, keep); err != nil {
		return err
	}
	return d.commit(ctx, assets.Change{Events: []assets.Event{d.userEvent(u, string(u.ID), note, nil)}})
}
