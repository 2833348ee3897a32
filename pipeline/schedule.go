package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Outing is one channel with the moment at which a film goes out there.
type Outing struct {
	Channel assets.Channel `json:"channel"`
	assets.Moment
}

// tooLate is how long a film whose hour passed while the house stood still may
// go out by itself: after that, a person says whether it still should.
const tooLate = 2 * time.Hour

// Outings are the channels of a film, the first at this moment and the others
// behind it by as much as the house lets them wait.
func (d *Desk) Outings(channels []assets.Channel, first assets.Moment) []Outing {
	if len(channels) == 0 {
		return nil
	}
	least := d.Offsets[slices.MinFunc(channels, func(a, b assets.Channel) int { return cmp.Compare(d.Offsets[a], d.Offsets[b]) })]
	all := make([]Outing, len(channels))
	for i, c := range channels {
		all[i] = Outing{Channel: c, Moment: first}
		if wait := d.Offsets[c] - least; wait > 0 {
			all[i].Moment = first.Plus(0, wait, d.Zone)
		}
	}
	slices.SortStableFunc(all, func(a, b Outing) int { return a.At.Compare(b.At) })
	return all
}

// Summary says what goes out when: « Le site et Vimeo jeudi 21 juin à 18 h 00 ;
// Facebook 18 h 10. » The outings come in their order.
func (d *Desk) Summary(all []Outing) string {
	var parts []string
	day := ""
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(o Outing) bool { return !o.At.Equal(all[0].At) })
		if n < 0 {
			n = len(all)
		}
		names := make([]string, n)
		for i, o := range all[:n] {
			names[i] = o.Channel.Name()
		}
		at := all[0].At.In(d.Zone)
		said := french.And(names) + " "
		if today := french.LongDay(at, d.Now().In(d.Zone)); today != day {
			said, day = said+today+" à ", today
		}
		parts = append(parts, said+french.Minute(at))
		all = all[n:]
	}
	if len(parts) == 0 {
		return ""
	}
	return french.Capital(strings.Join(parts, "\u00a0; ")) + "."
}

// PlanAt plans a film on these channels, the first at this moment. Where it is
// planned or public already, nothing is added. The batch takes it all back.
func (d *Desk) PlanAt(ctx context.Context, film assets.ID, channels []assets.Channel, first assets.Moment, actor string) ([]assets.Publication, assets.ID, error) {
	if len(channels) == 0 {
		return nil, "", wrong("pipeline.PlanAt", "canal", "Choisissez au moins un canal. Rien n'est programmé.")
	}
	s, err := d.stand(ctx, film)
	if err != nil {
		return nil, "", err
	}
	batch := d.NewID()
	var c assets.Change
	all, err := d.addPlan(ctx, &c, s, d.Outings(channels, first), actor, batch, campaign{})
	if err != nil {
		return nil, "", err
	}
	if len(c.Events) == 0 {
		return nil, "", &assets.Error{Kind: assets.Conflict, Op: "pipeline.PlanAt", Msg: "Ce film y est déjà en ligne ou programmé. Déplacez-le plutôt. Rien n'a changé."}
	}
	return all, batch, d.commit(ctx, c)
}

// addPlan adds to a change what plans one film that has its BAT.
func (d *Desk) addPlan(ctx context.Context, c *assets.Change, s stand, outings []Outing, actor string, batch assets.ID, of campaign) ([]assets.Publication, error) {
	if err := publishable(s.Film, front(s.versions)); err != nil {
		return nil, err
	}
	_, v, given := s.warrant()
	if !given {
		return nil, &assets.Error{Kind: assets.Conflict, Op: "pipeline.addPlan", Msg: fmt.Sprintf("Il manque le BAT sur la V%d de « %s » : rien n'est programmé sans lui.", front(s.versions).Number, s.Title)}
	}
	had := len(c.Events)
	all, err := d.addOutings(ctx, &s, c, outings, actor, batch, of)
	if err == nil && len(c.Events) > had {
		d.letOut(c, &s, v, actor)
	}
	return all, err
}

// mayGoOut is where a moment is refused, and why: who is seen in the film has not
// agreed, or the hour that a person chose has passed.
func (d *Desk) mayGoOut(ctx context.Context, film assets.ID, o Outing) error {
	if o.Wall != "" && o.At.Before(d.Now()) {
		at := o.At.In(d.Zone)
		return &assets.Error{
			Kind: assets.Invalid, Op: "pipeline.mayGoOut",
			Msg: fmt.Sprintf("Impossible : %s à %s est passé. Choisissez une heure à venir.", french.LongDay(at, d.Now().In(d.Zone)), french.Minute(at)),
		}
	}
	return d.clearedAt(ctx, film, o.Channel, o.At)
}

// movable tells whether a publication can be given another hour: it has not
// begun to go out, or waits unseen.
func movable(p assets.Publication) bool {
	return p.State == assets.PublicationScheduled || p.State == assets.PublicationAssisted || p.State == assets.PublicationFailed && (p.Version == "" || slices.Contains(p.Done, assets.StepAhead))
}

// Reschedule gives one publication that has not begun another moment.
func (d *Desk) Reschedule(ctx context.Context, p assets.Publication, to assets.Moment, actor string) (assets.ID, error) {
	return d.move(ctx, p.Film, func([]assets.Publication) map[assets.ID]assets.Moment { return map[assets.ID]assets.Moment{p.ID: to} }, actor)
}

// RescheduleDay moves what is planned of the film on the day of a publication:
// this one to the moment, what comes behind it as far behind as it was.
func (d *Desk) RescheduleDay(ctx context.Context, p assets.Publication, to assets.Moment, actor string) (assets.ID, error) {
	day := p.Moment(d.Zone).Day()
	return d.move(ctx, p.Film, func(all []assets.Publication) map[assets.ID]assets.Moment {
		return behind(slices.DeleteFunc(all, func(x assets.Publication) bool { return x.Moment(d.Zone).Day() != day }), p, to, d.Zone)
	}, actor)
}

// behind gives a publication a moment, and keeps what is planned as far behind it
// as it was.
func behind(all []assets.Publication, first assets.Publication, to assets.Moment, zone *time.Location) map[assets.ID]assets.Moment {
	moments := map[assets.ID]assets.Moment{}
	for _, p := range all {
		moments[p.ID] = to.Plus(0, p.Moment(zone).After(first.Moment(zone)), zone)
	}
	moments[first.ID] = to // the second 2 h 30 of a night, too
	return moments
}

// Planned is what can still be moved of a film, the first at the front.
func (d *Desk) Planned(ctx context.Context, film assets.ID) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film})
	return planned(all), err
}

func planned(all []assets.Publication) []assets.Publication {
	all = slices.DeleteFunc(slices.Clone(all), func(p assets.Publication) bool { return !movable(p) })
	slices.SortStableFunc(all, func(a, b assets.Publication) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// move gives publications of a film other moments, in one gesture.
func (d *Desk) move(ctx context.Context, film assets.ID, to func(planned []assets.Publication) map[assets.ID]assets.Moment, actor string) (assets.ID, error) {
	batch := d.NewID()
	return batch, again(func() error {
		var c assets.Change
		if err := d.addMoves(ctx, &c, film, to, actor, batch); err != nil {
			return err
		}
		return d.commit(ctx, c)
	})
}

func (d *Desk) addMoves(ctx context.Context, c *assets.Change, film assets.ID, to func([]assets.Publication) map[assets.ID]assets.Moment, actor string, batch assets.ID) error {
	s, err := d.stand(ctx, film)
	if err != nil {
		return err
	}
	all := planned(s.shown)
	moments := to(slices.Clone(all))
	for _, p := range all {
		m, moves := moments[p.ID]
		if !moves {
			continue
		}
		if err := d.mayGoOut(ctx, film, Outing{p.Channel, m}); err != nil {
			return err
		}
		before, state := p, p.State
		if p.Plan(m); state == assets.PublicationFailed {
			state, p.Reason = assets.PublicationScheduled, ""
		}
		at := m.At.In(d.Zone)
		e := d.event(assets.SubjectPublication, p.ID, string(p.State), string(state), actor, fmt.Sprintf("Déplacée au %s, %s.", french.LongDay(at, d.Now().In(d.Zone)), french.Minute(at)))
		e.Edits, e.Batch = editsBetween(before, p), batch
		c.Publications, c.Events = append(c.Publications, p), append(c.Events, e)
		p.State = state
		d.rehearse(c, p)
	}
	if len(c.Events) == 0 {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.addMoves", Msg: "C'est déjà parti, ou annulé : il n'y a plus rien à déplacer. Rien n'a changé."}
	}
	return nil
}

// rehearse gives a publication the work of its new hour in place of the old.
func (d *Desk) rehearse(c *assets.Change, p assets.Publication) {
	c.Cancel = append(c.Cancel, p.ID)
	if p.State == assets.PublicationAssisted {
		c.Jobs = append(c.Jobs, d.job(assets.JobAssist, p.ID, p.At, 0))
		return
	}
	c.Jobs = append(c.Jobs, d.outgoing(p))
}

// standDown takes a film back to its BAT when the change calls off all that was
// planned of it.
func (d *Desk) standDown(ctx context.Context, c *assets.Change, film assets.ID, actor string) error {
	s, err := d.stand(ctx, film)
	if err != nil || s.State != assets.FilmScheduled {
		return err
	}
	left := slices.ContainsFunc(s.shown, func(p assets.Publication) bool {
		return slices.Contains(live, p.State) && !slices.Contains(c.Cancel, p.ID)
	})
	if !left {
		s.move(d, c, assets.FilmApproved, actor, "")
	}
	return nil
}

// undoPlans adds to a change what follows when plans go back: moved publications
// have the work of their old hour again, and films without any their BAT.
func (d *Desk) undoPlans(ctx context.Context, c *assets.Change, actor string) error {
	for _, p := range c.Publications {
		if !slices.ContainsFunc(c.Events, func(e assets.Event) bool { _, moved := e.Edits["at"]; return moved && e.Subject == p.ID }) {
			continue
		}
		if err := d.mayGoOut(ctx, p.Film, Outing{p.Channel, p.Moment(d.Zone)}); err != nil {
			return err
		}
		d.rehearse(c, p)
	}
	off := map[assets.ID]bool{}
	for _, e := range c.Events {
		if e.Kind == assets.SubjectPublication && e.To == string(assets.PublicationCancelled) {
			p, err := d.Catalog.Publication(ctx, e.Subject)
			if err != nil {
				return err
			}
			d.comeAway(c, p)
			off[p.Film] = true
		}
	}
	for film := range off {
		if err := d.standDown(ctx, c, film, actor); err != nil {
			return err
		}
	}
	return nil
}

// overdue tells whether the hour that a person chose passed long ago, while the
// house stood still: what was asked for since is not late.
func (d *Desk) overdue(p assets.Publication, j assets.Job) bool {
	due := p.At
	if j.CreatedAt.After(due) {
		due = j.CreatedAt
	}
	return p.Wall != "" && d.Now().Sub(due) > tooLate
}

// putOff keeps back what must not begin now: its task comes too early, or it is
// so late that a person says whether it still goes out.
func (d *Desk) putOff(ctx context.Context, h *hold, p assets.Publication, late bool) error {
	c := assets.Change{Fence: h.fence()}
	if !late {
		c.Jobs = []assets.Job{d.job(assets.JobPublish, p.ID, p.At, 0)}
		return d.commit(ctx, c)
	}
	at := p.At.In(d.Zone)
	p.Reason = fmt.Sprintf("L'heure est passée de plus de %d heures (%s, %s) sans que la maison puisse publier. Rien n'est parti : choisissez une autre heure, ou annulez.", tooLate/time.Hour, french.LongDay(at, d.Now().In(d.Zone)), french.Minute(at))
	c.Publications = []assets.Publication{p}
	c.Events = []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationFailed), "worker", p.Reason)}
	if err := d.tellStuck(ctx, &c, p, assets.PublicationFailed); err != nil {
		return err
	}
	return d.commit(ctx, c)
}
