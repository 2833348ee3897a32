package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// byHand tells whether a person publishes on a channel: the house was told so,
// or the account is not connected.
func (d *Desk) byHand(ctx context.Context, c assets.Channel) (bool, error) {
	if slices.Contains(d.Assisted, c) {
		return true, nil
	}
	to, err := d.Publishers.Get(c)
	if err != nil {
		return false, err
	}
	if _, member := to.(publishers.Member); !member {
		return false, nil
	}
	a, err := d.Catalog.Account(ctx, c)
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return true, nil
	}
	return a.State != assets.AccountConnected, err
}

// assist tells the communication that the hour of a film has come on a channel
// where a person publishes.
func (d *Desk) assist(ctx context.Context, h *hold) error {
	p, err := d.Catalog.Publication(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	c := assets.Change{Fence: h.fence()}
	if p.State != assets.PublicationAssisted {
		return d.commit(ctx, c)
	}
	f, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return err
	}
	subject, text := fmt.Sprintf("À publier à la main : « %s »", f.Title), fmt.Sprintf("C'est l'heure de « %s » sur %s. Le texte à copier et les fichiers vous attendent.", f.Title, p.Channel.Name())
	if err := d.cleared(ctx, p.Film, p.Channel); assets.KindOf(err) == assets.Conflict && err != nil {
		subject, text = fmt.Sprintf("À ne pas publier : « %s »", f.Title), fmt.Sprintf("« %s » était prévu sur %s, mais ne doit pas y aller. %s", f.Title, p.Channel.Name(), assets.Sentence(err))
	} else if err != nil {
		return err
	}
	to, err := d.communication(ctx)
	if err != nil {
		return err
	}
	d.Tell(ctx, &c, to, MailChannel, subject, text, publicationPath(p.ID))
	return d.commit(ctx, c)
}

func publicationPath(id assets.ID) string { return "/regie/publications/" + string(id) }

const channelsPath = "/regie/admin/canaux"

// communication are those who answer for what is public; the administration
// where nobody does.
func (d *Desk) communication(ctx context.Context) ([]assets.User, error) {
	to, err := d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleCommunication, State: assets.UserActive})
	if err != nil || len(to) > 0 {
		return to, err
	}
	return d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleAdministration, State: assets.UserActive})
}

// tellStuck writes to the communication that a publication goes no further.
func (d *Desk) tellStuck(ctx context.Context, c *assets.Change, p assets.Publication, state assets.PublicationState) error {
	subject := "Échec sur " + p.Channel.Name()
	if state == assets.PublicationCheck {
		subject = "À vérifier sur " + p.Channel.Name()
	}
	return d.tellOf(ctx, c, p, subject)
}

// tellOf writes to the communication what a publication says of itself.
func (d *Desk) tellOf(ctx context.Context, c *assets.Change, p assets.Publication, subject string) error {
	to, err := d.communication(ctx)
	if err != nil {
		return err
	}
	f, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return err
	}
	d.Tell(ctx, c, to, MailChannel, fmt.Sprintf("%s : « %s »", subject, f.Title), p.Reason, publicationPath(p.ID))
	return nil
}

// tellBroken writes to the communication that a channel takes our tokens no
// longer.
func (d *Desk) tellBroken(ctx context.Context, c *assets.Change, a assets.Account) error {
	to, err := d.communication(ctx)
	if err != nil {
		return err
	}
	d.Tell(ctx, c, to, MailChannel, "Compte déconnecté : "+a.Channel.Name(), a.Reason+" Ce qui est en ligne le reste ; ce qui est programmé attend que le compte soit reconnecté.", channelsPath)
	return nil
}

const (
	morning     = 8                  // the hour of the day's mail
	renewAhead  = 3 * 24 * time.Hour // before the end of a token, it is said
	checkEvery  = 24 * time.Hour     // an account is looked at
	mostChecked = 5 * time.Minute    // for one look
)

// SweepChannels does what is owed each day: the mail of the morning, the looks
// at the accounts, a word before a token ends.
func (d *Desk) SweepChannels(ctx context.Context) error {
	to, err := d.communication(ctx)
	if err != nil {
		return err
	}
	accounts, err := d.Catalog.Accounts(ctx)
	if err != nil {
		return err
	}
	var c assets.Change
	if err := d.tellDay(ctx, &c, to); err != nil {
		return err
	}
	for _, a := range accounts {
		if a.State != assets.AccountConnected {
			continue
		}
		if a.ExpiresAt.IsZero() || d.Now().Before(a.ExpiresAt.Add(-renewAhead)) {
			continue
		}
		name, day := a.Channel.Name(), french.Day(a.ExpiresAt.In(d.Zone))
		for _, u := range to {
			err := d.TellOnce(ctx, &c, u, MailChannel, a.ExpiresAt, fmt.Sprintf("Connexion %s à renouveler avant le %s", name, day),
				fmt.Sprintf("L'autorisation de %s prend fin le %s. Reconnectez le compte avant : une minute suffit.", name, day), channelsPath)
			if err != nil {
				return err
			}
		}
	}
	if len(c.Mails) > 0 {
		if err := d.commit(ctx, c); err != nil {
			return err
		}
	}
	for _, a := range accounts {
		if a.State == assets.AccountConnected && d.Now().Sub(a.CheckedAt) >= checkEvery {
			d.lookAtAccount(ctx, a.Channel)
		}
	}
	return nil
}

// lookAtAccount is CheckAccount whose answer is on the page of the channels, and
// in a mail where it is bad.
func (d *Desk) lookAtAccount(ctx context.Context, c assets.Channel) {
	ctx, cancel := context.WithTimeout(ctx, mostChecked)
	defer cancel()
	if _, err := d.CheckAccount(ctx, c); err != nil {
		d.Log.Warn("an account was looked at in vain", "channel", c, "err", err)
	}
}

// tellDay is the mail of the morning: what goes out today.
func (d *Desk) tellDay(ctx context.Context, c *assets.Change, to []assets.User) error {
	now := d.Now().In(d.Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, d.Zone)
	at := time.Date(now.Year(), now.Month(), now.Day(), morning, 0, 0, 0, d.Zone)
	if now.Before(at) {
		return nil
	}
	var today []assets.Publication
	for _, state := range []assets.PublicationState{assets.PublicationScheduled, assets.PublicationAssisted} {
		all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{State: state})
		if err != nil {
			return err
		}
		for _, p := range all {
			if !p.At.Before(midnight) && p.At.Before(midnight.AddDate(0, 0, 1)) {
				today = append(today, p)
			}
		}
	}
	if len(today) == 0 {
		return nil
	}
	slices.SortFunc(today, func(a, b assets.Publication) int { return a.At.Compare(b.At) })
	text := ""
	for _, p := range today {
		f, err := d.Catalog.Film(ctx, p.Film)
		if err != nil {
			return err
		}
		hand := ""
		if p.State == assets.PublicationAssisted {
			hand = ", à la main"
		}
		text += fmt.Sprintf("%s · %s · « %s »%s\n\n", french.Hour(p.At.In(d.Zone)), p.Channel.Name(), f.Title, hand)
	}
	for _, u := range to {
		if err := d.TellOnce(ctx, c, u, MailDay, at, "Aujourd'hui : "+french.Count(len(today), "publication", "publications"), text, "/regie"); err != nil {
			return err
		}
	}
	return nil
}
