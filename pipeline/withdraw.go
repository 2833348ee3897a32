package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Unpublish takes a film off these channels: what is public is taken down, what
// is only planned is called off.
func (d *Desk) Unpublish(ctx context.Context, film assets.ID, channels []assets.Channel, actor string) (touched []assets.Publication, err error) {
	return touched, again(func() error { // the worker may end its work on one of them
		touched, err = d.unpublish(ctx, film, channels, actor)
		return err
	})
}

func (d *Desk) unpublish(ctx context.Context, film assets.ID, channels []assets.Channel, actor string) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film})
	if err != nil {
		return nil, err
	}
	var c assets.Change
	var touched []assets.Publication
	for _, p := range all {
		if !slices.Contains(channels, p.Channel) {
			continue
		}
		switch p.State {
		case assets.PublicationScheduled, assets.PublicationAssisted, assets.PublicationFailed:
			d.cancel(&c, p, actor, "")
		case assets.PublicationPublished, assets.PublicationPublishing, assets.PublicationUnknown, assets.PublicationCheck:
			c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationWithdrawing), actor, ""))
			c.Cancel = append(c.Cancel, p.ID)
			if !d.withdrawable(p) {
				p.Reason = byHandOnly
				c.Publications = append(c.Publications, p)
				break
			}
			c.Jobs = append(c.Jobs, d.job(assets.JobWithdraw, p.ID, d.Now(), 0))
		case assets.PublicationWithdrawing:
		default:
			continue
		}
		touched = append(touched, p)
	}
	if len(touched) == 0 {
		return nil, &assets.Error{
			Kind: assets.NotFound, Op: "pipeline.Unpublish",
			Msg: fmt.Sprintf("Ce film n'est ni en ligne ni programmé sur : %v. Rien n'a été changé.", channels),
		}
	}
	if err := d.standDown(ctx, &c, film, actor); err != nil {
		return nil, err
	}
	return touched, d.commit(ctx, c)
}

// byHandOnly is why a person must take a film down.
const byHandOnly = "Retirez ce film du canal à la main, puis dites que c'est fait."

// withdrawable tells whether the house itself can take a publication down: its
// channel is here and can do so, and what was published by hand has no name that
// the channel would know.
func (d *Desk) withdrawable(p assets.Publication) bool {
	to, err := d.Publishers.Get(p.Channel)
	if err != nil || p.RemoteID == "" && !p.PublishedAt.IsZero() {
		return false
	}
	_, can := to.(publishers.Withdrawer)
	return can
}

const (
	readAgain = time.Minute // until what was taken down is looked at once more
	readBack  = "Relu sur le canal : le film n'y est plus."
	never     = "Rien n'était parti sur ce canal."
)

// withdraw takes one publication down, and ends when the channel was read and
// shows it no more.
func (d *Desk) withdraw(ctx context.Context, h *hold) error {
	p, to, err := d.destination(ctx, h)
	if err != nil {
		return err
	}
	if p.State != assets.PublicationWithdrawing { // a person was first
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	}
	w, ok := to.(publishers.Withdrawer)
	if !ok {
		return &assets.Error{Kind: assets.Invalid, Op: "pipeline.withdraw", Msg: byHandOnly}
	}
	remote := p.RemoteID
	if remote == "" { // the attempt that published died before it could say where
		if remote, err = d.trace(ctx, p, to, h.job); err != nil {
			return err
		}
	}
	if pr, prepares := to.(publishers.Preparer); prepares && remote == "" && p.Resume != nil { // it is there, unseen
		if err := pr.Discard(ctx, string(p.ID), p.Resume); err != nil {
			return d.heard(ctx, p.Channel, err)
		}
	}
	if remote == "" {
		return d.withdrawn(ctx, p, "worker", never, h.fence())
	}
	if err = w.Withdraw(ctx, remote); err != nil && assets.KindOf(err) != assets.NotFound {
		return d.heard(ctx, p.Channel, err)
	}
	switch s, err := to.Status(ctx, remote); {
	case err != nil && assets.KindOf(err) != assets.NotFound:
		return err
	case err == nil && s.Public:
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.withdraw", Msg: "Le canal montre encore le film : la maison le relit dans une minute.", RetryAfter: readAgain}
	}
	return d.withdrawn(ctx, p, "worker", readBack, h.fence())
}

// trace is the name on its channel of what an attempt may have made public; ""
// when nothing is there. An attempt that was under way when the film was called
// back may still be heard, until its lease is over.
func (d *Desk) trace(ctx context.Context, p assets.Publication, to publishers.Publisher, j assets.Job) (string, error) {
	if p.Resume == nil && p.Version == "" {
		return "", nil
	}
	r, found, err := to.Find(ctx, string(p.ID), p.Resume)
	switch wait := j.CreatedAt.Add(d.Lease).Sub(d.Now()); {
	case err != nil:
		return "", err
	case !found && wait > 0:
		return "", &assets.Error{Kind: assets.Transient, Op: "pipeline.trace", Msg: "Un envoi était en route : la maison regarde encore s'il est arrivé.", RetryAfter: wait}
	}
	return r.RemoteID, nil
}

// withdrawn records that a publication is taken down, and how that is known. Of
// channels that end at once, each sees what another made of the film.
func (d *Desk) withdrawn(ctx context.Context, p assets.Publication, actor, how string, fence *assets.Fence) error {
	return again(func() error { return d.recordWithdrawn(ctx, p, actor, how, fence) })
}

func (d *Desk) recordWithdrawn(ctx context.Context, p assets.Publication, actor, how string, fence *assets.Fence) error {
	p.Reason = ""
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationWithdrawn), actor, how)},
		Fence:        fence,
	}
	still, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: p.Film, State: assets.PublicationPublished})
	if err != nil {
		return err
	}
	f, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return err
	}
	if len(still) == 0 && f.State == assets.FilmPublished {
		c.Events = append(c.Events, d.event(assets.SubjectFilm, f.ID, string(f.State), string(assets.FilmWithdrawn), actor, ""))
	}
	return d.commit(ctx, c)
}

// SayWithdrawn is a person's word that a film is no more on a channel, from which
// the house could not take it itself.
func (d *Desk) SayWithdrawn(ctx context.Context, id assets.ID, actor string) error {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return err
	}
	if p.State != assets.PublicationWithdrawing {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.SayWithdrawn", Msg: "Ce film n'est pas à retirer de ce canal. Rien n'a été changé."}
	}
	jobs, err := d.Catalog.JobsOf(ctx, p.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(jobs, func(j assets.Job) bool { return j.State == assets.JobWaiting || j.State == assets.JobRunning }) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.SayWithdrawn", Msg: "La maison retire elle-même ce film de ce canal, et le relit. Rien n'a été changé."}
	}
	return d.withdrawn(ctx, p, actor, "Retiré à la main : vu et dit par une personne.", nil)
}
