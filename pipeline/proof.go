package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
)

// Withdrawal is one line of the proof that a film was taken down: from which
// channel, asked when, confirmed when and how.
type Withdrawal struct {
	assets.Publication
	AskedAt     time.Time
	AskedBy     string    // as events name who acts
	ConfirmedAt time.Time // zero: it is still owed
	ConfirmedBy string
	How         string // it is known
	ByHand      bool   // a person must do it, and say so
}

// Late tells whether a withdrawal is owed for longer than anybody should wait.
func (w Withdrawal) Late(now time.Time) bool {
	return w.ConfirmedAt.IsZero() && now.Sub(w.AskedAt) >= alarmAfter
}

// alarmAfter is how long a withdrawal may be owed before people are told, and
// then are told again each day.
const (
	alarmAfter = time.Hour
	alarmAgain = 24 * time.Hour
)

// Withdrawals is the proof of a film: every withdrawal from a channel, asked or
// confirmed, oldest first.
func (d *Desk) Withdrawals(ctx context.Context, film assets.ID) ([]Withdrawal, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film})
	if err != nil {
		return nil, err
	}
	var proof []Withdrawal
	for _, p := range all {
		w, err := d.withdrawal(ctx, p)
		if err != nil {
			return nil, err
		}
		if !w.AskedAt.IsZero() {
			proof = append(proof, w)
		}
	}
	return proof, nil
}

// withdrawal reads from the log when one publication was called back.
func (d *Desk) withdrawal(ctx context.Context, p assets.Publication) (Withdrawal, error) {
	w := Withdrawal{Publication: p}
	events, err := d.Catalog.Events(ctx, p.ID)
	for _, e := range events {
		switch {
		case e.From == e.To:
		case e.To == string(assets.PublicationWithdrawing):
			w = Withdrawal{Publication: p, AskedAt: e.At, AskedBy: e.Actor}
		case e.To == string(assets.PublicationWithdrawn):
			w.ConfirmedAt, w.ConfirmedBy, w.How = e.At, e.Actor, e.Note
		}
	}
	w.ByHand = p.State == assets.PublicationWithdrawing && !d.withdrawable(p)
	return w, err
}

// Owed lists the withdrawals that are not confirmed, of all films.
func (d *Desk) Owed(ctx context.Context) ([]Withdrawal, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{State: assets.PublicationWithdrawing})
	if err != nil {
		return nil, err
	}
	owed := make([]Withdrawal, len(all))
	for i, p := range all {
		if owed[i], err = d.withdrawal(ctx, p); err != nil {
			return nil, err
		}
	}
	return owed, nil
}

// sweepWithdrawals begins again what was given up, and raises the alarm about
// what is owed for too long, each day until it is confirmed.
func (d *Desk) sweepWithdrawals(ctx context.Context) error {
	owed, err := d.Owed(ctx)
	if err != nil {
		return err
	}
	owed = slices.DeleteFunc(owed, func(w Withdrawal) bool { return !w.Late(d.Now()) })
	if len(owed) == 0 {
		return nil
	}
	to, err := d.answerable(ctx)
	if err != nil {
		return err
	}
	for _, w := range owed {
		var c assets.Change
		if err := d.sendBack(ctx, &c, w); err != nil {
			return err
		}
		if err := d.alarm(ctx, &c, w, to); err != nil {
			return err
		}
		if len(c.Jobs)+len(c.Mails) > 0 {
			if err := d.commit(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendBack adds the work of a withdrawal that has none left, an hour after it was
// last given up.
func (d *Desk) sendBack(ctx context.Context, c *assets.Change, w Withdrawal) error {
	if w.ByHand {
		return nil
	}
	jobs, err := d.Catalog.JobsOf(ctx, w.ID)
	if err != nil {
		return err
	}
	events, err := d.Catalog.Events(ctx, w.ID)
	if err != nil {
		return err
	}
	busy := slices.ContainsFunc(jobs, func(j assets.Job) bool { return j.State == assets.JobWaiting || j.State == assets.JobRunning })
	if !busy && d.Now().Sub(events[len(events)-1].At) >= alarmAfter {
		c.Jobs = append(c.Jobs, d.job(assets.JobWithdraw, w.ID, d.Now(), 0))
	}
	return nil
}

// answerable are those who answer for the pictures of people: the responsables
// image and the administration.
func (d *Desk) answerable(ctx context.Context) ([]assets.User, error) {
	var all []assets.User
	for _, role := range []assets.UserRole{assets.RoleImage, assets.RoleAdministration} {
		some, err := d.Catalog.Users(ctx, assets.UserFilter{Role: role, State: assets.UserActive})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// alarm adds a mail of today about a withdrawal that is owed.
func (d *Desk) alarm(ctx context.Context, c *assets.Change, w Withdrawal, to []assets.User) error {
	f, err := d.Catalog.Film(ctx, w.Film)
	if err != nil {
		return err
	}
	at := w.AskedAt.Add(alarmAfter)
	at = at.Add(d.Now().Sub(at).Truncate(alarmAgain))
	text := fmt.Sprintf("Le retrait de « %s » sur %s est demandé depuis le %s et n'est pas confirmé. La maison essaie encore. %s", f.Title, w.Channel.Name(), d.instant(w.AskedAt), w.Reason)
	if w.ByHand {
		text = fmt.Sprintf("« %s » est à retirer à la main sur %s, depuis le %s. Retirez-le, puis dites-le sur la page du retrait : ce message revient chaque jour jusque-là.", f.Title, w.Channel.Name(), d.instant(w.AskedAt))
	}
	for _, u := range to {
		if err := d.TellOnce(ctx, c, u, MailWithdrawal, at, fmt.Sprintf("Toujours en ligne sur %s : « %s »", w.Channel.Name(), f.Title), text, WithdrawalPath(w.Film)+"#"+string(w.ID)); err != nil {
			return err
		}
	}
	return nil
}

// WithdrawalPath is the page of the proof of a film.
func WithdrawalPath(film assets.ID) string { return "/regie/films/" + string(film) + "/retrait" }
