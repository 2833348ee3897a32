package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// deliveryLife is how long a link opens, unless something else is asked for.
const deliveryLife = 90 * 24 * time.Hour

// minLinkPassword is how many signs the password of a link has at least: tries
// are counted, and it is said on the phone.
const minLinkPassword = 8

// DeliveryRequest is what a partner is to be handed: films, or a dossier that
// fills as its films become ready.
type DeliveryRequest struct {
	Partner  string // slug; "": that of the dossier, or of the first film
	Name     string // "": that of what it holds
	Dossier  string // slug
	Films    []assets.ID
	Mail     string        // who is written to; "": nobody
	Life     time.Duration // 0: 90 days
	Password assets.Secret // "": none
	Max      int           // downloads; 0: as many as are wanted
}

func deliveryPlace(delivery assets.ID) string {
	return access.SealName(assets.SubjectDelivery, delivery, "token")
}

// Deliver makes a link, and writes it to the partner where there is an address.
func (d *Desk) Deliver(ctx context.Context, q DeliveryRequest, actor string) (assets.Delivery, error) {
	now := d.Now()
	x := assets.Delivery{
		ID: d.NewID(), Partner: q.Partner, Name: strings.TrimSpace(french.Clean(q.Name)), Films: slices.Clone(q.Films), Dossier: q.Dossier,
		Mail: strings.TrimSpace(q.Mail), State: assets.DeliveryOpen, Max: max(0, q.Max), CreatedBy: actor, CreatedAt: now,
	}
	if q.Life <= 0 {
		q.Life = deliveryLife
	}
	x.Days, x.ExpiresAt = max(1, int(q.Life/(24*time.Hour))), now.Add(q.Life)
	if err := d.checkDelivery(ctx, &x); err != nil {
		return x, err
	}
	token := access.NewSecret()
	x.TokenHash = access.Hash(token.Reveal())
	var err error
	if x.Sealed, err = d.Sealer.Seal(deliveryPlace(x.ID), []byte(token.Reveal())); err != nil {
		return x, err
	}
	if err := d.lockDelivery(ctx, &x, q.Password); err != nil {
		return x, err
	}
	c := assets.Change{Deliveries: []assets.Delivery{x}, Jobs: d.deliveryJobs(x)}
	c.Events = []assets.Event{d.event(assets.SubjectDelivery, x.ID, "", string(x.State), actor, "Lien de livraison : « "+x.Name+" ».")}
	if err := d.writePartner(ctx, &c, x); err != nil {
		return x, err
	}
	return x, d.commit(ctx, c)
}

// checkDelivery completes what is not said, and refuses what can't be.
func (d *Desk) checkDelivery(ctx context.Context, x *assets.Delivery) error {
	const op = "pipeline.Deliver"
	if x.Dossier == "" && len(x.Films) == 0 {
		return wrong(op, "films", "Choisissez au moins un film, ou un dossier. Aucun lien n'a été créé.")
	}
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return err
	}
	if x.Dossier != "" {
		dossier := p.Entry(assets.Heading{Kind: assets.HeadingDossier, Slug: x.Dossier})
		if dossier == nil {
			return wrong(op, "dossier", "Ce dossier n'existe pas. Aucun lien n'a été créé.")
		}
		x.Name, x.Partner = cmp.Or(x.Name, dossier.Name), cmp.Or(x.Partner, dossier.Partner)
	}
	for _, id := range x.Films {
		f, err := d.Catalog.Film(ctx, id)
		if err != nil {
			return err
		}
		x.Name = cmp.Or(x.Name, f.Title)
		if len(f.Partners) > 0 {
			x.Partner = cmp.Or(x.Partner, f.Partners[0])
		}
	}
	if p.Entry(assets.Heading{Kind: assets.HeadingPartner, Slug: x.Partner}) == nil {
		return wrong(op, "partner", "Dites à quel partenaire ce lien est destiné. Aucun lien n'a été créé.")
	}
	if x.Mail != "" && !mailbox(x.Mail) {
		return wrong(op, "mail", "Cette adresse de courriel n'en est pas une. Aucun lien n'a été créé.")
	}
	return nil
}

// lockDelivery sets the password of a link; "" takes it away.
func (d *Desk) lockDelivery(ctx context.Context, x *assets.Delivery, password assets.Secret) (err error) {
	x.Password = ""
	switch n := utf8.RuneCountInString(password.Reveal()); {
	case n == 0:
		return nil
	case n < minLinkPassword:
		return wrong("pipeline.lockDelivery", "password", fmt.Sprintf("Le mot de passe d'un lien a %d signes au moins. Rien n'a été changé.", minLinkPassword))
	}
	x.Password, err = d.Passwords.Hash(ctx, password)
	return err
}

// DeliveryLink is the address that opens a delivery.
func (d *Desk) DeliveryLink(x assets.Delivery) (string, error) {
	token, err := d.Sealer.Open(deliveryPlace(x.ID), x.Sealed)
	return d.Letterhead.BaseURL + "/p/" + string(token), err
}

// OpenDelivery finds the link of a token, whatever its standing; NotFound for a
// token that opens nothing.
func (d *Desk) OpenDelivery(ctx context.Context, token string) (assets.Delivery, error) {
	return d.Catalog.DeliveryByToken(ctx, access.Hash(token))
}

// UnlockDelivery tells whether this is the password of a link.
func (d *Desk) UnlockDelivery(ctx context.Context, x assets.Delivery, password assets.Secret) (bool, error) {
	return d.Passwords.Check(ctx, x.Password, password)
}

// RenewDelivery lets a link open for a time from now (0: as long as it was made
// for), and tells the partner who asked for it.
func (d *Desk) RenewDelivery(ctx context.Context, id assets.ID, life time.Duration, actor string) (assets.Delivery, error) {
	return d.changeDelivery(ctx, id, func(x *assets.Delivery, c *assets.Change) error {
		asked := !x.AskedAt.IsZero()
		x.ExpiresAt, x.AskedAt = d.Now().Add(cmp.Or(life, time.Duration(x.Days)*24*time.Hour)), time.Time{}
		c.Cancel = append(c.Cancel, x.ID)
		c.Jobs = append(c.Jobs, d.deliveryJobs(*x)...)
		d.moveDelivery(c, x, assets.DeliveryOpen, actor, "Lien prolongé jusqu'au "+french.Day(x.ExpiresAt.In(d.Zone))+".")
		if asked {
			d.tellPartner(c, *x, "Votre lien est prolongé : "+x.Name, "Le lien de « "+x.Name+" » ouvre jusqu'au "+french.Day(x.ExpiresAt.In(d.Zone))+".")
		}
		return nil
	})
}

// RevokeDelivery closes a link for good: what is being downloaded by it stops.
func (d *Desk) RevokeDelivery(ctx context.Context, id assets.ID, actor string) (assets.Delivery, error) {
	return d.changeDelivery(ctx, id, func(x *assets.Delivery, c *assets.Change) error {
		c.Cancel = append(c.Cancel, x.ID)
		d.moveDelivery(c, x, assets.DeliveryRevoked, actor, "Lien fermé.")
		return nil
	})
}

// LockDelivery gives a link another password, or none; who had opened it with
// the one before is asked again.
func (d *Desk) LockDelivery(ctx context.Context, id assets.ID, password assets.Secret, actor string) (assets.Delivery, error) {
	return d.changeDelivery(ctx, id, func(x *assets.Delivery, c *assets.Change) error {
		note := "Mot de passe du lien changé."
		if password == "" {
			note = "Mot de passe du lien retiré."
		}
		d.moveDelivery(c, x, x.State, actor, note)
		return d.lockDelivery(ctx, x, password)
	})
}

// AskMoreTime notes that the partner would like a link to open longer, and tells
// the communication once.
func (d *Desk) AskMoreTime(ctx context.Context, id assets.ID) error {
	_, err := d.changeDelivery(ctx, id, func(x *assets.Delivery, c *assets.Change) error {
		if !x.AskedAt.IsZero() {
			return nil
		}
		x.AskedAt = d.Now()
		partner := d.partnerName(ctx, *x)
		d.moveDelivery(c, x, x.State, actorPartner+partner, "Prolongation demandée.")
		return d.tellDesk(ctx, c, *x, "Prolongation demandée : "+x.Name,
			partner+" demande que le lien de « "+x.Name+" » ouvre plus longtemps. Un clic sur la page suffit.")
	})
	return err
}

// actorPartner is before the name of whoever came by a link, where events say
// who did something.
const actorPartner = "partner: "

// changeDelivery changes a link that was not closed.
func (d *Desk) changeDelivery(ctx context.Context, id assets.ID, change func(*assets.Delivery, *assets.Change) error) (x assets.Delivery, err error) {
	return x, again(func() error {
		if x, err = d.Catalog.Delivery(ctx, id); err != nil {
			return err
		}
		if x.State == assets.DeliveryRevoked {
			return &assets.Error{Kind: assets.Conflict, Op: "pipeline.changeDelivery", Msg: "Ce lien est fermé : il ne se rouvre pas. Faites-en un nouveau."}
		}
		var c assets.Change
		if err := change(&x, &c); err != nil || len(c.Events) == 0 {
			return err
		}
		c.Deliveries = []assets.Delivery{x}
		return d.commit(ctx, c)
	})
}

// moveDelivery adds what happened to a link.
func (d *Desk) moveDelivery(c *assets.Change, x *assets.Delivery, to assets.DeliveryState, actor, note string) {
	c.Events = append(c.Events, d.event(assets.SubjectDelivery, x.ID, string(x.State), string(to), actor, note))
	x.State = to
}

// deliveryWarning is how long before its end the partner is told of it.
const deliveryWarning = 7 * 24 * time.Hour

// deliveryJobs are what a link is looked at for: a week before its end, and then.
func (d *Desk) deliveryJobs(x assets.Delivery) []assets.Job {
	jobs := []assets.Job{d.job(assets.JobDelivery, x.ID, x.ExpiresAt, 0)}
	if eve := x.ExpiresAt.Add(-deliveryWarning); eve.After(d.Now()) {
		jobs = append(jobs, d.job(assets.JobDelivery, x.ID, eve, 0))
	}
	return jobs
}

// watchDelivery tells the partner that a link ends soon, or ends it.
func (d *Desk) watchDelivery(ctx context.Context, h *hold) error {
	x, err := d.Catalog.Delivery(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	c := assets.Change{Fence: h.fence()}
	switch {
	case x.State != assets.DeliveryOpen:
	case x.Standing(d.Now()) == assets.DeliveryExpired:
		d.moveDelivery(&c, &x, assets.DeliveryExpired, "schedule", "Lien expiré.")
	case !d.Now().Before(x.ExpiresAt.Add(-deliveryWarning)):
		end := french.Day(x.ExpiresAt.In(d.Zone))
		d.tellPartner(&c, x, "Votre lien expire dans 7 jours : "+x.Name, "Le lien de « "+x.Name+" » ouvre jusqu'au "+end+". S'il vous faut plus de temps, demandez-le en bas de sa page.")
	}
	return d.commit(ctx, c)
}
