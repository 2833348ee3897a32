package pipeline

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

const (
	copiesAtOnce = 200 // of a letter, in one change
	resumeHour   = 9   // of the next day, where the server takes so many a day
)

// Mailing is the association's own list of subscribers, and the pace at which
// its server takes letters. A letter is a mail that is kept, under the ID of its
// publication, and one copy for each subscriber, which says only who it is for.
type Mailing struct {
	Catalog assets.Catalog
	Now     assets.Clock
	Zone    *time.Location
	Daily   int // copies that leave in a day; 0: no limit
}

// Post puts one copy for each subscriber into the outbox. The names of a copy
// and of its job follow from the letter and the subscriber: whoever puts it there
// twice is refused by the catalog.
func (m Mailing) Post(ctx context.Context, marker string, l publishers.Letter) error {
	letter, err := m.Catalog.Mail(ctx, assets.ID(marker))
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return err
	}
	if err != nil {
		letter = assets.Mail{
			ID: assets.ID(marker), Kind: MailLetter, Subject: l.Subject, Text: l.Text, HTML: letterPage(l),
			State: assets.MailKept, CreatedAt: m.Now(),
		}
		if err := m.Catalog.Apply(ctx, assets.Change{Mails: []assets.Mail{letter}}); err != nil {
			return err
		}
	}
	n, err := m.queued(ctx)
	if err != nil {
		return err
	}
	for after, more := assets.ID(""), true; more; {
		if after, more, err = m.post(ctx, letter, after, &n); err != nil {
			return err
		}
	}
	letter.State, letter.SentAt = assets.MailSent, m.Now()
	return m.Catalog.Apply(ctx, assets.Change{Mails: []assets.Mail{letter}})
}

// queued is how many copies left today, or are to leave.
func (m Mailing) queued(ctx context.Context) (int, error) {
	today := m.Now().In(m.Zone)
	queue, err := m.Catalog.Copies(ctx, "", time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, m.Zone))
	return queue[assets.MailWaiting] + queue[assets.MailSent], err
}

// copyID names the copy of a letter for a subscriber.
func copyID(letter assets.Mail, reader assets.ID) assets.ID {
	return gathered(letter.CreatedAt, string(letter.ID), string(reader))
}

// post puts the copies for the subscribers after this one; n counts what is
// before them.
func (m Mailing) post(ctx context.Context, letter assets.Mail, after assets.ID, n *int) (last assets.ID, more bool, err error) {
	readers, err := m.Catalog.Subscribers(ctx, assets.SubscriberFilter{Reads: true, After: after, Limit: copiesAtOnce})
	if err != nil || len(readers) == 0 {
		return "", false, err
	}
	var c assets.Change
	for _, s := range readers {
		id := copyID(letter, s.ID)
		if _, err := m.Catalog.Mail(ctx, id); assets.KindOf(err) != assets.NotFound || err == nil {
			if err != nil {
				return "", false, err
			}
			continue // an earlier attempt
		}
		c.Mails = append(c.Mails, assets.Mail{ID: id, User: s.ID, Kind: MailLetter, Subject: letter.Subject, Letter: letter.ID, State: assets.MailWaiting, CreatedAt: letter.CreatedAt})
		c.Jobs = append(c.Jobs, assets.Job{ID: id, Kind: assets.JobLetter, Subject: id, State: assets.JobWaiting, NotBefore: m.turn(*n), CreatedAt: m.Now()})
		*n++
	}
	return readers[len(readers)-1].ID, true, m.Catalog.Apply(ctx, c)
}

// turn is when the copy leaves that has n before it.
func (m Mailing) turn(n int) time.Time {
	now := m.Now().In(m.Zone)
	if m.Daily == 0 || n < m.Daily {
		return now
	}
	return time.Date(now.Year(), now.Month(), now.Day()+n/m.Daily, resumeHour, 0, 0, 0, m.Zone)
}

// Posted tells whether all copies of a letter are in the outbox.
func (m Mailing) Posted(ctx context.Context, marker string) (bool, error) {
	letter, err := m.Catalog.Mail(ctx, assets.ID(marker))
	if err != nil && assets.KindOf(err) == assets.NotFound {
		return false, nil
	}
	return letter.Kind == MailLetter && letter.State == assets.MailSent, err
}

// Days is how many days a letter takes to leave, to so many subscribers.
func (m Mailing) Days(readers int) int {
	if m.Daily == 0 {
		return 1
	}
	return max(1, (readers+m.Daily-1)/m.Daily)
}

// copyOf is one copy as it goes. Who left meanwhile is written to no more, a letter
// of which a film was withdrawn does not go on, and one that an election caught on
// its way is held.
func (d *Desk) copyOf(ctx context.Context, m assets.Mail) (assets.Mail, error) {
	const op = "pipeline.copyOf"
	s, err := d.Catalog.Subscriber(ctx, m.User)
	if err != nil {
		return m, err
	}
	if !s.Reads() {
		return m, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Cette personne s'est désabonnée entre-temps."}
	}
	p, err := d.Catalog.Publication(ctx, m.Letter)
	if err != nil {
		return m, err
	}
	if p.State == assets.PublicationWithdrawing || p.State == assets.PublicationWithdrawn {
		return m, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "La lettre a été arrêtée : cet exemplaire n'est pas parti."}
	}
	if p.Interrupted() {
		return m, errHeld
	}
	err = d.goOn(ctx, p, d.Now())
	if errors.Is(err, errSilence) {
		if err = d.interrupt(ctx, p, err); err == nil {
			err = errHeld
		}
	}
	if err != nil {
		return m, err
	}
	letter, err := d.Catalog.Mail(ctx, m.Letter)
	if err != nil {
		return m, err
	}
	leave := d.Letterhead.BaseURL + "/newsletter/desabonner/" + s.Token
	m.To, m.Leave, m.ReplyTo = s.Mail, leave, d.Letterhead.ReplyTo
	m.Text = letter.Text + "\nSe désabonner : " + leave + "\n"
	m.HTML = strings.Replace(letter.HTML, "</body>", `<p style="max-width:36em;margin:16px auto 0;color:#5d5a55;font:14px/1.5 sans-serif"><a href="`+template.HTMLEscapeString(leave)+`" style="color:inherit">Se désabonner</a></p></body>`, 1)
	return m, nil
}

// Going says how far a publication is that leaves bit by bit: the bytes of its
// film, the copies of its letter; "" for others.
func (d *Desk) Going(ctx context.Context, p assets.Publication) (string, error) {
	if said, err := d.LetterProgress(ctx, p.ID); said != "" || err != nil {
		return said, err
	}
	w, err := d.work(ctx, []assets.ID{p.ID})
	if err != nil || w == nil || w.State != assets.JobRunning || w.Step != stepSending {
		return "", err
	}
	return fmt.Sprintf("%.0f\u00a0%% envoyés", 100*w.Progress), nil
}

// LetterProgress says how far a letter is that leaves by our own list; "" for
// others.
func (d *Desk) LetterProgress(ctx context.Context, letter assets.ID) (string, error) {
	if d.Mailing == nil {
		return "", nil
	}
	all, err := d.Catalog.Copies(ctx, letter, time.Time{})
	waiting, sent, failed, kept := all[assets.MailWaiting], all[assets.MailSent], all[assets.MailFailed], all[assets.MailKept]
	if total := waiting + sent + failed + kept; err != nil || total == 0 {
		return "", err
	} else if kept > 0 {
		return fmt.Sprintf("Envoi arrêté : %s sur %s.", french.Number(sent), french.Number(total)), nil
	} else if waiting > 0 {
		said := fmt.Sprintf("Envoi : %s sur %s.", french.Number(sent), french.Number(total))
		if d.Mailing.Daily > 0 && waiting+sent > d.Mailing.Daily {
			said += fmt.Sprintf(" %s par jour : la suite part chaque matin à %d h.", french.Number(d.Mailing.Daily), resumeHour)
		}
		return said, nil
	}
	said := "Envoyée à " + french.Count(sent, "personne", "personnes")
	if failed > 0 {
		said += " ; " + french.Count(failed, "adresse en échec", "adresses en échec")
	}
	return said + ".", nil
}
