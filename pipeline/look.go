package pipeline

import (
	"context"
	"fmt"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

const aMonth = 30 * 24 * time.Hour

// nextLook is when a film is looked at again that became public at an instant:
// less and less often, then once a month.
func nextLook(public, now time.Time) time.Time {
	for _, after := range []time.Duration{10 * time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		if at := public.Add(after); at.After(now) {
			return at
		}
	}
	return public.Add((now.Sub(public)/aMonth + 1) * aMonth)
}

// watcher is a channel that tells how what is public there fares.
func (d *Desk) watcher(p assets.Publication) (publishers.Watcher, bool) {
	to, err := d.Publishers.Get(p.Channel)
	w, watches := to.(publishers.Watcher)
	return w, err == nil && watches && p.RemoteID != ""
}

// lookLater adds to a change the next look at a publication after an instant. Its
// name follows from its own: it is there once, whoever adds it. One that was called
// off, with a film that then stayed, is passed over.
func (d *Desk) lookLater(ctx context.Context, c *assets.Change, p assets.Publication, after time.Time) error {
	if _, watches := d.watcher(p); !watches {
		return nil
	}
	for at := nextLook(p.PublishedAt, after); ; at = nextLook(p.PublishedAt, at) {
		j := d.job(assets.JobLook, p.ID, at, 0)
		j.ID = gathered(at, "look", string(p.ID))
		was, err := d.Catalog.Job(ctx, j.ID)
		switch {
		case err != nil && assets.KindOf(err) == assets.NotFound:
			c.Jobs = append(c.Jobs, j)
			return nil
		case err != nil || was.State != assets.JobCancelled:
			return err
		}
	}
}

// StartLooks sees to it that what became public before there were looks is looked
// at.
func (d *Desk) StartLooks(ctx context.Context) error {
	var c assets.Change
	for _, channel := range d.Publishers.Channels() {
		all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: channel, State: assets.PublicationPublished})
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.Seen != nil {
				continue
			}
			if err := d.lookLater(ctx, &c, p, p.PublishedAt); err != nil {
				return err
			}
		}
	}
	return d.commit(ctx, c)
}

// lookAtFilm asks a channel how a film fares that is public there, keeps what it says,
// and tells the communication of what has changed.
func (d *Desk) lookAtFilm(ctx context.Context, h *hold) error {
	p, to, err := d.destination(ctx, h)
	if err != nil {
		return err
	}
	w, watches := d.watcher(p)
	c := assets.Change{Fence: h.fence()}
	if !watches || p.State != assets.PublicationPublished {
		return d.commit(ctx, c)
	}
	now, err := d.watch(ctx, p, to, w)
	if err != nil {
		return d.heard(ctx, p.Channel, err)
	}
	was := seen(p)
	switch {
	case now.Drift == was.Drift && now.Text == was.Text:
		now.Known = was.Known
	case now.Drift == "":
		c.Events = []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", "De nouveau comme il a été publié.")}
	default:
		c.Events = []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", now.Text)}
		p.Reason = now.Text
		if err := d.tellOf(ctx, &c, p, "Changé sur "+p.Channel.Name()); err != nil {
			return err
		}
	}
	c.Seen = map[assets.ID]assets.Seen{p.ID: now}
	if err := d.lookLater(ctx, &c, p, d.Now()); err != nil {
		return err
	}
	return d.commit(ctx, c)
}

// watch is one look, with the figures of an earlier one where there are none.
func (d *Desk) watch(ctx context.Context, p assets.Publication, to publishers.Publisher, w publishers.Watcher) (assets.Seen, error) {
	req, err := d.describe(ctx, p, to)
	if err != nil {
		return assets.Seen{}, err
	}
	s, err := w.Watch(ctx, p.RemoteID, req)
	if s.At = d.Now(); s.Views != nil {
		s.Views.At = s.At
	} else {
		s.Views = seen(p).Views
	}
	return s, err
}

// seen is what was last seen of a publication; zero when nothing was.
func seen(p assets.Publication) assets.Seen {
	if p.Seen == nil {
		return assets.Seen{}
	}
	return *p.Seen
}

// failLook leaves it to the next look.
func (d *Desk) failLook(ctx context.Context, j assets.Job) (c assets.Change, err error) {
	p, err := d.Catalog.Publication(ctx, j.Subject)
	if err != nil || p.State != assets.PublicationPublished {
		return c, err
	}
	err = d.lookLater(ctx, &c, p, d.Now())
	return c, err
}

// Remedy is what the house can do about a drift: the words of a button; "" when
// that is up to people.
func (d *Desk) Remedy(p assets.Publication) string {
	_, opens := d.preparer(p.Channel) // by a call that may be repeated
	switch drift := seen(p).Drift; {
	case p.State != assets.PublicationPublished:
	case drift == assets.DriftGone, drift == assets.DriftHidden && opens:
		return "Remettre en ligne"
	case drift == assets.DriftEdited && d.renewable(p):
		return "Remettre notre titre"
	}
	return ""
}

// Acknowledge notes that somebody has read how a film drifted.
func (d *Desk) Acknowledge(ctx context.Context, id assets.ID, actor string) (assets.Publication, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	s := seen(p)
	if p.State != assets.PublicationPublished || s.Drift == "" {
		return p, asPublished("pipeline.Acknowledge")
	}
	s.Known, p.Seen = true, &s
	e := d.event(assets.SubjectPublication, id, string(p.State), string(p.State), actor, "Vu : "+s.Text)
	return p, d.commit(ctx, assets.Change{Seen: map[assets.ID]assets.Seen{id: s}, Events: []assets.Event{e}})
}

func asPublished(op string) error {
	return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce film y est comme il a été publié, pour autant qu'on sache. Rien n'a été changé."}
}

// PutBack makes up for a drift, once the channel was asked whether it still holds.
// What is gone is published anew, by another decision; what is closed is opened,
// and a title written, where it stands.
func (d *Desk) PutBack(ctx context.Context, id assets.ID, actor string) (assets.Publication, error) {
	const op = "pipeline.PutBack"
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	w, watches := d.watcher(p)
	if d.Remedy(p) == "" || !watches {
		return p, asPublished(op)
	}
	if err := d.clearedAt(ctx, p.Film, p.Channel, d.Now()); err != nil {
		return p, err
	}
	to, err := d.Publishers.Get(p.Channel)
	if err != nil {
		return p, err
	}
	now, err := d.watch(ctx, p, to, w)
	if err != nil {
		return p, d.heard(ctx, p.Channel, err)
	}
	was := seen(p).Drift
	if now.Drift != was {
		if err := d.commit(ctx, assets.Change{Seen: map[assets.ID]assets.Seen{id: now}}); err != nil {
			return p, err
		}
		return p, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce film n'est plus comme on l'avait vu. Regardez ce qui est écrit maintenant. Rien n'a été changé."}
	}
	now.Drift, now.Text = "", ""
	c := assets.Change{Seen: map[assets.ID]assets.Seen{id: now}}
	if was == assets.DriftGone {
		return d.publishAnew(ctx, c, p, actor)
	}
	if was == assets.DriftHidden {
		p.PublishedAt = time.Time{} // it is not public: all its gates are asked
	}
	c.Publications = []assets.Publication{p}
	d.sendAgain(&c, p, d.Remedy(p)+".")
	c.Events[0].Actor, p.State, p.Seen = actor, assets.PublicationPublishing, &now
	return p, d.commit(ctx, c)
}

// publishAnew ends a publication that is gone from its channel, and decides it
// once more.
func (d *Desk) publishAnew(ctx context.Context, c assets.Change, p assets.Publication, actor string) (assets.Publication, error) {
	s, err := d.stand(ctx, p.Film)
	if err != nil {
		return p, err
	}
	_, v, given := s.warrant()
	if !given {
		return p, &assets.Error{Kind: assets.Conflict, Op: "pipeline.publishAnew", Msg: d.Refusal(assets.Refusal{Lock: assets.LockBAT})}
	}
	for i := range s.shown {
		if s.shown[i].ID == p.ID {
			s.shown[i].State = assets.PublicationWithdrawn
		}
	}
	const published, leaving, left = string(assets.PublicationPublished), string(assets.PublicationWithdrawing), string(assets.PublicationWithdrawn)
	c.Cancel = []assets.ID{p.ID}
	c.Events = []assets.Event{
		d.event(assets.SubjectPublication, p.ID, published, leaving, actor, fmt.Sprintf("Il n'est plus sur %s.", p.Channel.Name())),
		d.event(assets.SubjectPublication, p.ID, leaving, left, actor, ""),
	}
	all, err := d.addOutings(ctx, &s, &c, []Outing{{Channel: p.Channel, Moment: assets.Moment{At: d.Now()}}}, actor, "", campaign{})
	if err != nil {
		return p, err
	}
	d.letOut(&c, &s, v, actor)
	return all[0], d.commit(ctx, c)
}
