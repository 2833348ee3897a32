package pipeline

import (
	"context"
	"net/url"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// lookAgain is how long a channel is given to show what it may have taken.
const lookAgain = 30 * time.Second

// seek finds what an earlier attempt made public, before anything is sent: an
// answer that was lost leads to a look, never to a second call. What is found
// not to be there may be sent.
func (d *Desk) seek(ctx context.Context, p *assets.Publication, to publishers.Publisher) (publishers.Receipt, bool, error) {
	if p.Resume == nil || !p.PublishedAt.IsZero() {
		return publishers.Receipt{}, false, nil
	}
	receipt, found, err := to.Find(ctx, string(p.ID), p.Resume)
	if err != nil || found || p.State != assets.PublicationUnknown {
		return receipt, found, err
	}
	e := d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationPublishing), "worker", "Rien n'est parti : l'envoi reprend.")
	p.State, p.Reason = assets.PublicationPublishing, ""
	return receipt, false, d.commit(ctx, assets.Change{Publications: []assets.Publication{*p}, Events: []assets.Event{e}})
}

// doubt records that nobody knows whether a publication is public, and gives the
// error with which it is looked for later.
func (d *Desk) doubt(ctx context.Context, p assets.Publication, why error) error {
	if p.State != assets.PublicationUnknown {
		p.Reason = assets.Sentence(why)
		c := assets.Change{
			Publications: []assets.Publication{p},
			Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationUnknown), "worker", p.Reason)},
		}
		if err := d.commit(ctx, c); err != nil {
			return err
		}
	}
	if assets.KindOf(why) != assets.Lost {
		return why
	}
	return &assets.Error{Kind: assets.Transient, Op: "pipeline.doubt", Msg: assets.Sentence(why), Err: why, RetryAfter: lookAgain}
}

// unsure is what becomes of a look that found no answer. What the channel can
// never tell ends the attempt with a question to a person.
func (d *Desk) unsure(ctx context.Context, h *hold, p assets.Publication, why error) error {
	if assets.KindOf(why) != assets.Lost {
		return d.doubt(ctx, p, why)
	}
	p.Reason = assets.Sentence(why)
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationCheck), "worker", p.Reason)},
		Fence:        h.fence(),
	}
	if err := d.tellStuck(ctx, &c, p, assets.PublicationCheck); err != nil {
		return err
	}
	return d.commit(ctx, c)
}

// SayPublished is a person's word that a film is on a channel, at this address:
// it was published by hand, or its answer was lost.
func (d *Desk) SayPublished(ctx context.Context, id assets.ID, address, actor string) (assets.Publication, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return p, &assets.Error{Kind: assets.Invalid, Op: "pipeline.SayPublished", Msg: "Collez l'adresse du film telle que le navigateur l'affiche : elle commence par « https:// »."}
	}
	p.URL, p.Reason = u.String(), ""
	if p.PublishedAt.IsZero() {
		p.PublishedAt = d.Now()
	}
	if p.Version == "" {
		s, err := d.stand(ctx, p.Film)
		if err != nil {
			return p, err
		}
		if _, v, given := s.warrant(); given {
			p.Version = v.ID
		}
	}
	f, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return p, err
	}
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationPublished), actor, p.URL)},
		Cancel:       []assets.ID{p.ID},
	}
	if assets.FilmMachine.May(f.State, assets.FilmPublished) {
		c.Events = append(c.Events, d.event(assets.SubjectFilm, f.ID, string(f.State), string(assets.FilmPublished), actor, ""))
	}
	p.State = assets.PublicationPublished
	return p, d.commit(ctx, c)
}

// SayAbsent is a person's word that a film is not on a channel that could not
// tell. Nothing is sent again by that.
func (d *Desk) SayAbsent(ctx context.Context, id assets.ID, actor string) (assets.Publication, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	if p.State != assets.PublicationCheck {
		return p, &assets.Error{Kind: assets.Conflict, Op: "pipeline.SayAbsent", Msg: "Cette mise en ligne n'est pas à vérifier. Rien n'a été changé."}
	}
	p.Reason = "Vérifié : le film n'y est pas."
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationFailed), actor, p.Reason)},
	}
	p.State = assets.PublicationFailed
	return p, d.commit(ctx, c)
}

// LookAgain has a channel looked at once more for what a person was asked about.
func (d *Desk) LookAgain(ctx context.Context, id assets.ID, actor string) (assets.Publication, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	if p.State != assets.PublicationCheck || !p.PublishedAt.IsZero() {
		return p, &assets.Error{Kind: assets.Conflict, Op: "pipeline.LookAgain", Msg: "Cette mise en ligne n'est pas à vérifier. Rien n'a été changé."}
	}
	c := assets.Change{
		Events: []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationUnknown), actor, "")},
		Jobs:   []assets.Job{d.job(assets.JobPublish, p.ID, d.Now(), 0)},
	}
	p.State = assets.PublicationUnknown
	return p, d.commit(ctx, c)
}

// Retry sends out what is known not to be public. It is the same decision: what
// an earlier attempt left half sent is taken up again.
func (d *Desk) Retry(ctx context.Context, id assets.ID, actor string) (assets.Publication, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return p, err
	}
	if p.State != assets.PublicationFailed {
		return p, &assets.Error{Kind: assets.Conflict, Op: "pipeline.Retry", Msg: "Seule une mise en ligne en échec peut être réessayée. Rien n'a été changé."}
	}
	for _, film := range p.Films() {
		if err := d.clearedAt(ctx, film, p.Channel, d.Now()); err != nil {
			return p, err
		}
	}
	before := p
	p.Reason = ""
	p.Plan(assets.Moment{At: d.Now()})
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationScheduled), actor, "")},
		Jobs:         []assets.Job{d.job(assets.JobPublish, p.ID, p.At, 0)},
	}
	c.Events[0].Edits = editsBetween(before, p)
	p.State = assets.PublicationScheduled
	return p, d.commit(ctx, c)
}
