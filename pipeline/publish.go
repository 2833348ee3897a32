package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// live are the states in which a publication stands for a decision that has
// not come to its end: no second one is made beside it.
var live = []assets.PublicationState{
	assets.PublicationScheduled, assets.PublicationPublishing, assets.PublicationPublished, assets.PublicationUnknown,
	assets.PublicationCheck, assets.PublicationAssisted, assets.PublicationWithdrawing,
}

func (d *Desk) publication(film assets.ID, o Outing) assets.Publication {
	p := assets.Publication{ID: d.NewID(), Film: film, Channel: o.Channel, State: assets.PublicationScheduled, CreatedAt: d.Now()}
	p.Plan(o.Moment)
	return p
}

// Publish decides that a film goes out on these channels at an instant (the
// zero time: now), with the version that has the BAT. Where it is planned or
// public already, nothing is added.
func (d *Desk) Publish(ctx context.Context, film assets.ID, channels []assets.Channel, at time.Time, actor string) ([]assets.Publication, error) {
	s, err := d.stand(ctx, film)
	if err != nil {
		return nil, err
	}
	if err := publishable(s.Film, front(s.versions)); err != nil {
		return nil, err
	}
	_, v, given := s.warrant()
	if !given {
		return nil, &assets.Error{Kind: assets.Conflict, Op: "pipeline.Publish", Msg: fmt.Sprintf("Il manque le BAT sur la V%d : rien n'est mis en ligne sans lui.", front(s.versions).Number)}
	}
	return d.plan(ctx, s, assets.Change{}, v, d.together(channels, at), actor)
}

// PublishApproving is Publish by somebody who may give the BAT: asking counts as
// giving it, on the newest version. One that is still being made goes out when it
// is ready.
func (d *Desk) PublishApproving(ctx context.Context, film assets.ID, channels []assets.Channel, at time.Time, actor string) ([]assets.Publication, error) {
	s, err := d.stand(ctx, film)
	if err != nil {
		return nil, err
	}
	v := front(s.versions)
	if err := publishable(s.Film, v); err != nil {
		return nil, err
	}
	var c assets.Change
	if _, given := s.given(v.ID); !given {
		a, err := d.openApproval(ctx, s, v)
		if err != nil {
			return nil, err
		}
		if err := d.give(ctx, &c, &s, &a, "BAT donné avec la demande de mise en ligne.", actor); err != nil {
			return nil, err
		}
	}
	all, err := d.plan(ctx, s, c, v, d.together(channels, at), actor)
	if err != nil {
		return nil, err
	}
	return all, d.follow(ctx, film)
}

// together is one instant (the zero time: now) on several channels.
func (d *Desk) together(channels []assets.Channel, at time.Time) []Outing {
	if at.IsZero() {
		at = d.Now()
	}
	all := make([]Outing, len(channels))
	for i, c := range channels {
		all[i] = Outing{Channel: c, Moment: assets.Moment{At: at}}
	}
	return all
}

// plan adds to a change the publications that are not there yet, and commits it.
func (d *Desk) plan(ctx context.Context, s stand, c assets.Change, v assets.Version, outings []Outing, actor string) ([]assets.Publication, error) {
	all, err := d.addOutings(ctx, &s, &c, outings, actor, "", campaign{})
	if err != nil || len(c.Events) == 0 {
		return all, err
	}
	d.letOut(&c, &s, v, actor)
	return all, d.commit(ctx, c)
}

// addOutings adds to a change the publications that are not there yet; all of
// them are returned. A batch names what is done in one gesture, a campaign what
// was planned together.
func (d *Desk) addOutings(ctx context.Context, s *stand, c *assets.Change, outings []Outing, actor string, batch assets.ID, of campaign) ([]assets.Publication, error) {
	var all []assets.Publication
	there := s.shown
	for _, o := range outings {
		if _, err := d.Publishers.Get(o.Channel); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(there, func(p assets.Publication) bool { return p.Channel == o.Channel && slices.Contains(live, p.State) }); i >= 0 {
			all = append(all, there[i])
			continue
		}
		if err := d.mayGoOut(ctx, s.ID, o); err != nil {
			return nil, err
		}
		p := d.publication(s.ID, o)
		p.Campaign, p.Rhythm = of.id, of.rhythm
		if hand, err := d.byHand(ctx, o.Channel); err != nil {
			return nil, err
		} else if hand {
			p.State = assets.PublicationAssisted
			c.Jobs = append(c.Jobs, d.job(assets.JobAssist, p.ID, p.At, 0))
		}
		e := d.event(assets.SubjectPublication, p.ID, "", string(p.State), actor, "")
		e.Batch = batch
		all, s.shown = append(all, p), append(s.shown, p)
		c.Publications, c.Events = append(c.Publications, p), append(c.Events, e)
	}
	return all, nil
}

// publishable refuses films that can't go out as they are, and says why.
func publishable(f assets.Film, v assets.Version) error {
	refuse := func(msg string) error {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Publish", Msg: msg}
	}
	switch v.State {
	case "":
		return refuse("Ce film n'a pas encore de version. Déposez un PAD.")
	case assets.VersionRefused, assets.VersionIncomplete:
		return refuse("Ce film ne peut pas être mis en ligne. " + v.Reason)
	case assets.VersionFailed, assets.VersionCancelled:
		return refuse("Ce film n'est pas fabriqué. « regie film remake " + string(f.ID) + " » reprend la fabrication.")
	}
	if f.State == assets.FilmArchived {
		return refuse("Ce film est archivé : il ne peut plus être mis en ligne.")
	}
	return nil
}

// release adds to the change that makes a version ready the work of the
// publications that waited for it, and of those that show an older making of it.
func (d *Desk) release(c *assets.Change, s *stand, v assets.Version, remade bool) {
	if remade {
		d.disown(c, s, v)
	}
	if a, given := s.given(v.ID); given {
		if s.State == assets.FilmReview {
			s.move(d, c, assets.FilmApproved, a.By, a.Note)
		}
		d.letOut(c, s, v, a.By)
	}
	for _, p := range s.shown {
		if p.State == assets.PublicationPublished && p.Version == v.ID && remade && d.renewable(p) {
			d.sendAgain(c, p, "Nouvelle fabrication du film.")
		}
	}
}

// renewable tells whether what is public on a channel can become another film
// there. Elsewhere it stays as it is: a second post is no correction.
func (d *Desk) renewable(p assets.Publication) bool {
	to, err := d.Publishers.Get(p.Channel)
	if _, updates := to.(publishers.Updater); updates {
		return p.RemoteID != ""
	}
	return err == nil && p.Channel == assets.ChannelSite
}

// sendAgain takes what is public out once more.
func (d *Desk) sendAgain(c *assets.Change, p assets.Publication, note string) {
	c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationPublishing), "worker", note))
	c.Jobs = append(c.Jobs, d.job(assets.JobPublish, p.ID, p.At, 0))
}

// follow brings what is public to the version that has the BAT. It is called
// after a BAT was given and after a publication went out, so that of two that
// meet, one sees the other.
func (d *Desk) follow(ctx context.Context, film assets.ID) error {
	s, err := d.stand(ctx, film)
	if err != nil {
		return err
	}
	a, v, given := s.warrant()
	if !given || v.State != assets.VersionReady {
		return nil
	}
	c := assets.Change{Events: []assets.Event{d.stillGiven(a)}}
	for _, p := range s.shown {
		if p.State == assets.PublicationPublished && p.Version != v.ID && d.renewable(p) {
			p.Version = v.ID
			c.Publications = append(c.Publications, p)
			d.sendAgain(&c, p, fmt.Sprintf("La V%d remplace celle qui était en ligne.", v.Number))
		}
	}
	if len(c.Publications) == 0 {
		return nil
	}
	if err := d.commit(ctx, c); err != nil && assets.KindOf(err) != assets.Conflict { // somebody was first: they follow, too
		return err
	}
	return nil
}

// stillGiven fails the change in which a version goes out when its BAT has
// ended meanwhile.
func (d *Desk) stillGiven(a assets.Approval) assets.Event {
	return d.event(assets.SubjectApproval, a.ID, string(assets.ApprovalGiven), string(assets.ApprovalGiven), "worker", fmt.Sprintf("La V%d part avec ce BAT.", a.Number))
}

// destination is the publication that a job is about, and its channel.
func (d *Desk) destination(ctx context.Context, h *hold) (assets.Publication, publishers.Publisher, error) {
	p, err := d.Catalog.Publication(ctx, h.job.Subject)
	if err != nil {
		return p, nil, err
	}
	to, err := d.Publishers.Get(p.Channel)
	return p, to, err
}

// publish sends one publication out. Dying at any point is safe: the next
// attempt gives the publisher the same marker, the same version and the last
// saved handle.
func (d *Desk) publish(ctx context.Context, h *hold) error {
	p, to, err := d.destination(ctx, h)
	if err != nil {
		return err
	}
	switch p.State {
	case assets.PublicationPublished: // an earlier task was enough
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	case assets.PublicationScheduled:
		if p, err = d.begin(ctx, h, p); err != nil || p.State == assets.PublicationScheduled {
			return err
		}
	}
	req, err := d.request(ctx, p)
	if err != nil {
		return err
	}
	if req.Version.State != assets.VersionReady {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.publish", Msg: "Le film est en cours de fabrication : il partira dès qu'il sera prêt."}
	}
	receipt, found, err := d.seek(ctx, &p, to)
	if err != nil {
		return d.unsure(ctx, h, p, err)
	}
	if err := d.goOn(ctx, p, d.Now()); err != nil {
		return d.stop(ctx, h, p, err)
	}
	var shut error // the gate closed on the way
	if u, updates := to.(publishers.Updater); updates && p.Channel != assets.ChannelSite && !p.PublishedAt.IsZero() {
		receipt, err = publishers.Receipt{RemoteID: p.RemoteID, URL: p.URL}, u.Update(ctx, p.RemoteID, req)
	} else if !found {
		receipt, err = to.Publish(publishers.Sending(ctx, h.sent), req, func(resume []byte) error {
			if shut = d.goOn(ctx, p, d.Now()); shut != nil {
				return shut
			}
			return d.Catalog.SaveResume(ctx, h.job.Fence(), p.ID, resume)
		})
	}
	switch {
	case shut != nil:
		return d.stop(ctx, h, p, shut)
	case assets.KindOf(err) == assets.Lost:
		return d.doubt(ctx, p, err)
	case err != nil:
		return d.heard(ctx, p.Channel, err)
	}
	return d.published(ctx, h, p, req, receipt)
}

// published records that a publication is public, and where. Of channels that end
// at once, each sees what another made of the film.
func (d *Desk) published(ctx context.Context, h *hold, p assets.Publication, req publishers.Request, at publishers.Receipt) error {
	err := again(func() error { return d.recordPublished(ctx, h, p, req, at) })
	if err != nil {
		return err
	}
	return d.follow(ctx, p.Film)
}

func (d *Desk) recordPublished(ctx context.Context, h *hold, p assets.Publication, req publishers.Request, at publishers.Receipt) error {
	film, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return err
	}
	p.RemoteID, p.URL, p.Done, p.Reason = at.RemoteID, at.URL, nil, ""
	if p.PublishedAt.IsZero() {
		p.PublishedAt = req.At
	}
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationPublished), "worker", p.URL)},
		Fence:        h.fence(),
	}
	if film.State != assets.FilmArchived && assets.FilmMachine.May(film.State, assets.FilmPublished) {
		c.Events = append(c.Events, d.event(assets.SubjectFilm, p.Film, string(film.State), string(assets.FilmPublished), "worker", ""))
	}
	if to, err := d.Publishers.Get(p.Channel); err != nil {
		return err
	} else if _, decorates := to.(publishers.Decorator); decorates && p.RemoteID != "" {
		c.Jobs = append(c.Jobs, d.job(assets.JobDecorate, p.ID, d.Now(), 0))
	}
	if err := d.lookLater(ctx, &c, p, d.Now()); err != nil {
		return err
	}
	return d.commit(ctx, c)
}

// begin fixes which version goes out: the one that has the BAT just now. Without
// one that is ready the publication stays where it is: what is missing then gives
// it a new task. It never begins before its instant, and one that a stopped house
// let pass by far waits for a person.
func (d *Desk) begin(ctx context.Context, h *hold, p assets.Publication) (assets.Publication, error) {
	s, err := d.stand(ctx, p.Film)
	if err != nil {
		return p, err
	}
	a, v, given := s.warrant()
	if !given || v.State != assets.VersionReady {
		return p, d.commit(ctx, assets.Change{Fence: h.fence()})
	}
	if err := d.cleared(ctx, p.Film, p.Channel); err != nil {
		return p, err
	}
	if early, late := p.At.After(d.Now()), d.overdue(p, h.job); early || late {
		return p, d.putOff(ctx, h, p, late)
	}
	if err := d.letterReady(ctx, p); err != nil {
		return p, err
	}
	to, err := d.Publishers.Get(p.Channel)
	if err != nil {
		return p, err
	}
	if p, err = d.aim(ctx, h, p, to, v); err != nil {
		return p, err
	}
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events: []assets.Event{
			d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationPublishing), "worker", ""),
			d.stillGiven(a),
		},
	}
	p.State = assets.PublicationPublishing
	return p, d.commit(ctx, c)
}

// failPublishing says why a publication or a withdrawal is given up. A
// withdrawal is never given up: it stays owed, and a person is told. A doubt is
// never taken for a no: a person must look.
func (d *Desk) failPublishing(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	p, err := d.Catalog.Publication(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	to := assets.PublicationFailed
	switch p.State {
	case assets.PublicationUnknown:
		to = assets.PublicationCheck
	case assets.PublicationWithdrawing:
		to = assets.PublicationWithdrawing
	}
	p.Reason = reason
	if p.State == assets.PublicationPublishing && !p.PublishedAt.IsZero() && p.Channel != assets.ChannelSite {
		to, p.Reason = assets.PublicationPublished, "Le film est en ligne ; sa mise à jour n'est pas passée. "+reason
	}
	c := assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(to), "worker", reason)},
	}
	return c, d.tellStuck(ctx, &c, p, to)
}
