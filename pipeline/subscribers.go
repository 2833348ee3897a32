package pipeline

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

const (
	askAgain   = time.Hour           // until a mail that asks for a yes is sent once more
	unanswered = 30 * 24 * time.Hour // after which an address that never said yes is forgotten
)

// mailbox tells whether a text is an address and nothing else (RFC 5322, of a
// length that RFC 5321 carries).
func mailbox(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && len(text) <= 254
}

// Subscribe mails to an address the question whether it asked for the letters:
// without a yes it gets none. Whether it is known, nobody learns.
func (d *Desk) Subscribe(ctx context.Context, address string) error {
	address = strings.ToLower(strings.TrimSpace(address))
	if !mailbox(address) {
		return wrong("pipeline.Subscribe", "mail", "Cette adresse n'est pas complète : écrivez-la comme « prenom@exemple.fr ».")
	}
	return again(func() error {
		known, err := d.Catalog.Subscribers(ctx, assets.SubscriberFilter{Mail: address})
		if err != nil {
			return err
		}
		s := assets.Subscriber{ID: d.NewID(), Mail: address, Token: access.NewSecret().Reveal()}
		if len(known) > 0 {
			s = known[0]
		}
		if s.Reads() || d.Now().Sub(s.AskedAt) < askAgain {
			return nil
		}
		s.AskedAt = d.Now()
		body := letterBody{
			Greeting: "Bonjour,", House: d.Letterhead.House, Link: d.Letterhead.BaseURL + "/newsletter/confirmer/" + s.Token,
			Paragraphs: []string{"Quelqu’un, vous sans doute, a demandé que la lettre de " + d.Letterhead.House + " vous soit envoyée. Ouvrez ce lien pour dire oui.", "Si ce n’est pas vous, ne faites rien : rien ne vous sera envoyé."},
		}
		c := assets.Change{Readers: []assets.Subscriber{s}}
		d.post(&c, assets.Mail{
			ID: d.NewID(), User: s.ID, To: s.Mail, Kind: MailSubscribe, Subject: "Confirmez votre abonnement à la lettre",
			Text: body.text(), HTML: body.html(), ReplyTo: d.Letterhead.ReplyTo, CreatedAt: d.Now(),
		}, d.Now())
		return d.commit(ctx, c)
	})
}

// SubscriberOf is who holds the token of a link.
func (d *Desk) SubscriberOf(ctx context.Context, token string) (assets.Subscriber, error) {
	if token != "" {
		if all, err := d.Catalog.Subscribers(ctx, assets.SubscriberFilter{Token: token}); err != nil || len(all) > 0 {
			return first(all), err
		}
	}
	return assets.Subscriber{}, &assets.Error{Kind: assets.NotFound, Op: "pipeline.SubscriberOf", Msg: "Ce lien n'ouvre plus rien. Vous pouvez vous abonner de nouveau."}
}

func first[T any](all []T) (v T) {
	if len(all) > 0 {
		v = all[0]
	}
	return v
}

// Confirm is their yes.
func (d *Desk) Confirm(ctx context.Context, token string) error {
	return d.setSubscriber(ctx, token, func(s *assets.Subscriber) bool {
		if !s.EndedAt.IsZero() || !s.ConfirmedAt.IsZero() {
			return false
		}
		s.ConfirmedAt = d.Now()
		return true
	})
}

// Unsubscribe ends a subscription and forgets the address. Copies of letters that
// still wait do not leave.
func (d *Desk) Unsubscribe(ctx context.Context, token string) error {
	return d.setSubscriber(ctx, token, func(s *assets.Subscriber) bool {
		if !s.EndedAt.IsZero() {
			return false
		}
		s.Mail, s.EndedAt = "", d.Now()
		return true
	})
}

func (d *Desk) setSubscriber(ctx context.Context, token string, change func(*assets.Subscriber) bool) error {
	s, err := d.SubscriberOf(ctx, token)
	if err != nil || !change(&s) {
		return err
	}
	return d.commit(ctx, assets.Change{Readers: []assets.Subscriber{s}})
}

// SweepSubscribers forgets the addresses that were asked and never said yes.
func (d *Desk) SweepSubscribers(ctx context.Context) error {
	all, err := d.Catalog.Subscribers(ctx, assets.SubscriberFilter{AskedBefore: d.Now().Add(-unanswered)})
	if err != nil || len(all) == 0 {
		return err
	}
	for i := range all {
		all[i].Mail, all[i].EndedAt = "", d.Now()
	}
	return d.commit(ctx, assets.Change{Readers: all})
}
