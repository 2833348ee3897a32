package pipeline

import (
	"context"
	"fmt"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

func (d *Desk) preparer(c assets.Channel) (publishers.Preparer, bool) {
	to, err := d.Publishers.Get(c)
	if err != nil {
		return nil, false
	}
	pr, can := to.(publishers.Preparer)
	return pr, can
}

// outgoing is the work by which a planned publication goes out. Where its film
// can wait unseen it goes up ahead, and the end of that work is the beginning of
// the next: two attempts of one decision never meet.
func (d *Desk) outgoing(p assets.Publication) assets.Job {
	kind, at := assets.JobPublish, p.At
	if _, can := d.preparer(p.Channel); can {
		if d.Ahead > 0 && d.Now().Before(p.At) {
			kind, at = assets.JobPrepare, latest(d.Now(), p.At.Add(-d.Ahead))
		}
		if p.Version != "" || p.Resume != nil { // an attempt that was called off is heard until its lease is over
			at = latest(at, d.Now().Add(d.Lease))
		}
	}
	return d.job(kind, p.ID, at, 0)
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// cancel adds to a change that a publication is called off.
func (d *Desk) cancel(c *assets.Change, p assets.Publication, actor, note string) {
	c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationCancelled), actor, note))
	d.comeAway(c, p)
}

// comeAway ends the work of a publication that is called off. What went up ahead
// comes away again, when no attempt is heard any more.
func (d *Desk) comeAway(c *assets.Change, p assets.Publication) {
	c.Cancel = append(c.Cancel, p.ID)
	if _, can := d.preparer(p.Channel); can && (p.Version != "" || p.Resume != nil) {
		c.Jobs = append(c.Jobs, d.job(assets.JobPrepare, p.ID, d.Now().Add(d.Lease), 0))
	}
}

// disown adds to the change that makes a version anew that what went up ahead of
// it is of no use.
func (d *Desk) disown(c *assets.Change, s *stand, v assets.Version) {
	for i, p := range s.shown {
		if p.State != assets.PublicationScheduled || p.Version != v.ID {
			continue
		}
		p.Version, p.Done = "", nil
		s.shown[i] = p
		c.Publications = append(c.Publications, p)
		c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", "Nouvelle fabrication du film."))
	}
}

// prepare sends a film up ahead of its hour, seen by nobody; of a publication
// that was called off it takes away what is there. Dying at any point is safe, as
// in publish.
func (d *Desk) prepare(ctx context.Context, h *hold) error {
	p, to, err := d.destination(ctx, h)
	if err != nil {
		return err
	}
	pr, can := to.(publishers.Preparer)
	switch {
	case can && p.State == assets.PublicationCancelled:
		return d.clear(ctx, h, p, pr)
	case p.State != assets.PublicationScheduled:
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	case d.overdue(p, h.job):
		return d.putOff(ctx, h, p, true)
	case !can || !d.Now().Before(p.At):
		return d.handOver(ctx, h, p)
	}
	s, err := d.stand(ctx, p.Film)
	if err != nil {
		return err
	}
	a, v, given := s.warrant()
	if !given || v.State != assets.VersionReady { // what is missing gives it a new task
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	}
	if err := d.clearedAt(ctx, p.Film, p.Channel, p.At); err != nil {
		return err
	}
	if p.Version != v.ID {
		if p, err = d.aim(ctx, h, p, to, v); err != nil {
			return err
		}
		e := d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", fmt.Sprintf("La V%d part en avance vers %s, privée.", v.Number, p.Channel.Name()))
		if err := d.commit(ctx, assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{e, d.stillGiven(a)}}); err != nil {
			return err
		}
	}
	return d.sendAhead(ctx, h, p, pr)
}

// sendAhead does it, until the hour. What is there by then is gone on from.
func (d *Desk) sendAhead(ctx context.Context, h *hold, p assets.Publication, to publishers.Preparer) error {
	req, err := d.request(ctx, p)
	if err != nil {
		return err
	}
	req.At = p.At
	until, stop := context.WithTimeout(ctx, p.At.Sub(d.Now()))
	defer stop()
	var shut error // the gate closed on the way
	err = to.Prepare(publishers.Sending(until, h.sent), req, func(resume []byte) error {
		if shut = d.goOn(ctx, p, p.At); shut != nil {
			return shut
		}
		return d.Catalog.SaveResume(ctx, h.job.Fence(), p.ID, resume)
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case shut != nil, err != nil && until.Err() != nil: // what then is to be done is seen at the hour
		return d.handOver(ctx, h, p)
	case err != nil:
		return d.heard(ctx, p.Channel, err)
	}
	p.Done, p.Reason = []string{assets.StepAhead}, ""
	return d.commit(ctx, assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", fmt.Sprintf("Déjà sur %s, privé.", p.Channel.Name()))},
		Jobs:         []assets.Job{d.job(assets.JobPublish, p.ID, p.At, 0)},
		Fence:        h.fence(),
	})
}

// handOver leaves all that is still to be done to the hour.
func (d *Desk) handOver(ctx context.Context, h *hold, p assets.Publication) error {
	return d.commit(ctx, assets.Change{Jobs: []assets.Job{d.job(assets.JobPublish, p.ID, p.At, 0)}, Fence: h.fence()})
}

// aim says which version a publication is about. What went up of another comes
// away first, so that an old film is never opened; what may be public of it stays
// what it is, and is looked for as such.
func (d *Desk) aim(ctx context.Context, h *hold, p assets.Publication, to publishers.Publisher, v assets.Version) (assets.Publication, error) {
	if p.Resume != nil && p.Version != v.ID {
		if pr, can := to.(publishers.Preparer); can {
			if err := d.discard(ctx, h, &p, pr); err != nil {
				return p, err
			}
		} else if _, found, err := to.Find(ctx, string(p.ID), p.Resume); found || assets.KindOf(err) == assets.Lost {
			return p, nil
		} else if err != nil {
			return p, d.heard(ctx, p.Channel, err)
		}
	}
	p.Version = v.ID
	return p, nil
}

func (d *Desk) discard(ctx context.Context, h *hold, p *assets.Publication, to publishers.Preparer) error {
	if err := to.Discard(ctx, string(p.ID), p.Resume); err != nil {
		return d.heard(ctx, p.Channel, err)
	}
	p.Resume, p.Done = nil, nil
	return d.Catalog.SaveResume(ctx, h.job.Fence(), p.ID, nil)
}

// clear takes away what went up of a publication that was called off.
func (d *Desk) clear(ctx context.Context, h *hold, p assets.Publication, to publishers.Preparer) error {
	c := assets.Change{Fence: h.fence()}
	if p.Resume != nil {
		if err := d.discard(ctx, h, &p, to); err != nil {
			return err
		}
		c.Publications = []assets.Publication{p}
		c.Events = []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", fmt.Sprintf("Rien ne reste sur %s.", p.Channel.Name()))}
	}
	return d.commit(ctx, c)
}

// failPreparing tells people, before the hour, that a film is not up yet; it goes
// out all the same. Without a reason it is the hour that ended the work.
func (d *Desk) failPreparing(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	var c assets.Change
	p, err := d.Catalog.Publication(ctx, j.Subject)
	if err != nil {
		return c, err
	}
	subject := fmt.Sprintf("Pas encore sur %s", p.Channel.Name())
	switch p.State {
	case assets.PublicationScheduled:
		c.Jobs = []assets.Job{d.job(assets.JobPublish, p.ID, p.At, 0)}
		p.Reason = fmt.Sprintf("%s Le film n'est pas encore sur %s : il y partira à son heure, le %s.", reason, p.Channel.Name(), d.instant(p.At))
	case assets.PublicationCancelled:
		subject = fmt.Sprintf("À supprimer de %s", p.Channel.Name())
		p.Reason = fmt.Sprintf("%s Une copie privée du film reste peut-être sur %s : supprimez-la à la main.", reason, p.Channel.Name())
	default:
		return c, nil
	}
	if reason == "" {
		return c, nil
	}
	c.Publications = []assets.Publication{p}
	c.Events = []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", p.Reason)}
	return c, d.tellOf(ctx, &c, p, subject)
}
