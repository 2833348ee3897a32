package pipeline

import (
	"context"
	"errors"
	"time"

	"anonymal.tv/regie/assets"
)

var (
	// errSilence is in the chain of an error by which an election keeps something
	// back.
	errSilence = errors.New("an election keeps it back")
	// errHeld tells of a copy of a letter that it waits for a person's word.
	errHeld = errors.New("the letter is held")
)

// interrupt holds a letter that an election caught on its way: who has it has it,
// the copies that did not leave wait for a person's word. Copies that see it at
// once hold it once.
func (d *Desk) interrupt(ctx context.Context, p assets.Publication, why error) error {
	p.Done = []string{assets.StepHeld}
	p.Reason = assets.Sentence(why) + " L'envoi s'est arrêté en chemin. Il ne reprendra pas tout seul."
	e := d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", p.Reason)
	e.ID = gathered(p.PublishedAt, "held", string(p.ID), assets.Sentence(why))
	c := assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{e}}
	if err := d.tellOf(ctx, &c, p, "Envoi arrêté"); err != nil {
		return err
	}
	if err := d.commit(ctx, c); assets.KindOf(err) != assets.Conflict {
		return err
	}
	return nil
}

// interrupted lists the letters that an election stopped on their way and about
// which nobody has said anything yet.
func (d *Desk) interrupted(ctx context.Context, scrutins []assets.Scrutin) ([]Held, error) {
	sent, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: assets.ChannelNewsletter, State: assets.PublicationPublished})
	if err != nil {
		return nil, err
	}
	var all []Held
	for _, p := range sent {
		if !p.Held() {
			continue
		}
		at, err := d.lastEvent(ctx, p)
		if err != nil {
			return nil, err
		}
		h := Held{Publication: p}
		if s := assets.Silence(scrutins, at); s != nil {
			h.Scrutin = *s
		}
		first, free, err := d.electoral(ctx, p)
		if err != nil {
			return nil, err
		}
		if h.Free = free; first == nil { // it is about an election no longer
			f, err := d.Catalog.Film(ctx, p.Film)
			if err != nil {
				return nil, err
			}
			first = &f
		}
		h.Film = *first
		all = append(all, h)
	}
	return all, nil
}

// ResumeLetter lets a letter go on that an election stopped on its way: what did
// not leave leaves now, at the pace of the server. It asks the gate again.
func (d *Desk) ResumeLetter(ctx context.Context, id assets.ID, actor string) error {
	const op = "pipeline.ResumeLetter"
	p, err := d.stoppedLetter(ctx, op, id)
	if err != nil {
		return err
	}
	if err := d.goOn(ctx, p, d.Now()); err != nil {
		return &assets.Error{Kind: assets.Conflict, Op: op, Err: err, Msg: assets.Sentence(err) + " Rien n'est parti."}
	}
	if err := d.settleLetter(ctx, p, nil, "", "L'envoi reprend.", actor); err != nil {
		return err
	}
	return d.Mailing.resume(ctx, p.ID, d.NewID)
}

// EndLetter leaves a letter where an election stopped it.
func (d *Desk) EndLetter(ctx context.Context, id assets.ID, actor string) error {
	p, err := d.stoppedLetter(ctx, "pipeline.EndLetter", id)
	if err != nil {
		return err
	}
	const said = "L'envoi n'est pas repris : une partie des abonnés n'a pas la lettre."
	return d.settleLetter(ctx, p, []string{assets.StepEnded}, said, said, actor)
}

// stoppedLetter is a letter whose copies did not all leave. One whose resuming was
// cut off has some left, too.
func (d *Desk) stoppedLetter(ctx context.Context, op string, id assets.ID) (assets.Publication, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	copies, err := d.Catalog.Copies(ctx, id, time.Time{})
	if err == nil && (d.Mailing == nil || p.State != assets.PublicationPublished || !p.Interrupted() && copies[assets.MailKept] == 0) {
		err = &assets.Error{Kind: assets.Conflict, Op: op, Msg: "L'envoi de cette lettre n'est pas arrêté. Rien n'a été changé."}
	}
	return p, err
}

func (d *Desk) settleLetter(ctx context.Context, p assets.Publication, done []string, reason, note, actor string) error {
	p.Done, p.Reason = done, reason
	return d.commit(ctx, assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), actor, note)},
	})
}

// resume gives the copies of a letter that were kept their turns again.
func (m Mailing) resume(ctx context.Context, marker assets.ID, newID func() assets.ID) error {
	letter, err := m.Catalog.Mail(ctx, marker)
	if err != nil {
		return err
	}
	n, err := m.queued(ctx)
	if err != nil {
		return err
	}
	for after := assets.ID(""); ; {
		readers, err := m.Catalog.Subscribers(ctx, assets.SubscriberFilter{Reads: true, After: after, Limit: copiesAtOnce})
		if err != nil || len(readers) == 0 {
			return err
		}
		var c assets.Change
		for _, s := range readers {
			after = s.ID
			held, err := m.Catalog.Mail(ctx, copyID(letter, s.ID))
			switch {
			case assets.KindOf(err) == assets.NotFound && err != nil, err == nil && held.State != assets.MailKept:
				continue
			case err != nil:
				return err
			}
			held.State = assets.MailWaiting
			c.Mails = append(c.Mails, held)
			c.Jobs = append(c.Jobs, assets.Job{ID: newID(), Kind: assets.JobLetter, Subject: held.ID, State: assets.JobWaiting, NotBefore: m.turn(n), CreatedAt: m.Now()})
			n++
		}
		if err := m.Catalog.Apply(ctx, c); err != nil {
			return err
		}
	}
}
