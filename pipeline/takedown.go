package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Concerned is a film in which a person is to be seen, and where it is shown.
type Concerned struct {
	Film         assets.Film
	Filmed       assets.Filmed
	Publications []assets.Publication // those that are planned or public, of all channels
}

// against are the reasons by which a film that is public comes down: the person
// said no, or no longer says yes. A form that is incomplete keeps a film from
// going out, and leaves up what is there.
var against = []assets.Reason{assets.ReasonWithdrawn, assets.ReasonRefused, assets.ReasonExpired, assets.ReasonMedium}

// FilmsOf lists the films that a person is to be seen in.
func (d *Desk) FilmsOf(ctx context.Context, consent assets.ID) ([]Concerned, error) {
	seen, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{Consent: consent})
	if err != nil {
		return nil, err
	}
	var all []Concerned
	add := func(f assets.Film, x assets.Filmed) error {
		if slices.ContainsFunc(all, func(c Concerned) bool { return c.Film.ID == f.ID }) {
			return nil
		}
		shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: f.ID})
		shown = slices.DeleteFunc(shown, func(p assets.Publication) bool { return !slices.Contains(live, p.State) })
		all = append(all, Concerned{f, x, shown})
		return err
	}
	for _, x := range seen {
		if x.Film != "" {
			f, err := d.Catalog.Film(ctx, x.Film)
			if err == nil {
				err = add(f, x)
			}
			if err != nil {
				return nil, err
			}
			continue
		}
		films, err := d.Catalog.Films(ctx, assets.FilmFilter{Sujet: x.Sujet})
		if err != nil {
			return nil, err
		}
		for _, f := range films {
			if err := add(f, x); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// takeDown takes the films of a person off every channel on which they may no
// longer be shown. Called again, it does what was left.
func (d *Desk) takeDown(ctx context.Context, consent assets.ID, actor string) ([]Concerned, error) {
	all, err := d.FilmsOf(ctx, consent)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if err := d.darken(ctx, c.Film.ID, c.Publications, actor); err != nil {
			return nil, err
		}
	}
	return d.FilmsOf(ctx, consent)
}

// darken takes one film off the channels for which somebody in it is against it.
// Our own site, to which all links lead, is dark when it returns.
func (d *Desk) darken(ctx context.Context, film assets.ID, shown []assets.Publication, actor string) error {
	var off []assets.Channel
	var names []string
	var why assets.Reason
	for _, p := range shown {
		if p.State == assets.PublicationWithdrawing {
			continue
		}
		r, err := d.contrary(ctx, film, p.Channel.Medium())
		if err != nil {
			return err
		}
		if r != "" {
			why, off, names = r, append(off, p.Channel), append(names, p.Channel.Name())
		}
	}
	if len(off) == 0 {
		return nil
	}
	touched, err := d.Unpublish(ctx, film, off, actor)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return err
	}
	d.darkenSite(ctx, touched)
	return d.noteOn(ctx, film, sentenceCase(string(why))+". Le film quitte : "+strings.Join(names, ", ")+".", actor)
}

// Shown lists where a film is, or is to go, and was not called back from.
func (d *Desk) Shown(ctx context.Context, film assets.ID) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film})
	return slices.DeleteFunc(all, func(p assets.Publication) bool {
		return !slices.Contains(live, p.State) || p.State == assets.PublicationWithdrawing
	}), err
}

// CallBack takes a film off every channel that it is on, or is to go to. Our own
// site is dark when it returns; of the others the proof says how far it is.
func (d *Desk) CallBack(ctx context.Context, film assets.ID, why, actor string) error {
	shown, err := d.Shown(ctx, film)
	if err != nil {
		return err
	}
	off, names := make([]assets.Channel, len(shown)), make([]string, len(shown))
	for i, p := range shown {
		off[i], names[i] = p.Channel, p.Channel.Name()
	}
	if len(shown) == 0 {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.CallBack", Msg: "Ce film n'est ni en ligne, ni programmé. Rien n'a été changé."}
	}
	touched, err := d.Unpublish(ctx, film, off, actor)
	if err != nil {
		return err
	}
	d.darkenSite(ctx, touched)
	note := "Retiré de partout : " + strings.Join(names, ", ") + "."
	if why = french.Short(strings.TrimSpace(french.Clean(why)), textLimit); why != "" {
		note += " " + why
	}
	return d.noteOn(ctx, film, note, actor)
}

// noteOn leaves a line in the history of a film.
func (d *Desk) noteOn(ctx context.Context, film assets.ID, note, actor string) error {
	return again(func() error {
		f, err := d.Catalog.Film(ctx, film)
		if err != nil {
			return err
		}
		return d.commit(ctx, assets.Change{Events: []assets.Event{d.event(assets.SubjectFilm, film, string(f.State), string(f.State), actor, note)}})
	})
}

// darkenSite does at once the withdrawals from our own site. What fails is left
// to the worker, who has the job.
func (d *Desk) darkenSite(ctx context.Context, touched []assets.Publication) {
	for _, p := range touched {
		if p.Channel != assets.ChannelSite {
			continue
		}
		jobs, err := d.Catalog.JobsOf(ctx, p.ID)
		for _, j := range jobs {
			if err == nil && j.Kind == assets.JobWithdraw && j.State == assets.JobWaiting {
				if j, err = d.Perform(ctx, j.ID, "request"); err != nil && j.ID != "" {
					err = errors.Join(err, d.Settle(ctx, j, Outcome{Again: true, Reason: assets.Sentence(err)}))
				}
			}
		}
		if err != nil {
			d.Log.Error("the site was not dark at once", "publication", p.ID, "err", err)
		}
	}
}

// contrary is why a film that is public may not stay so; "" when it may.
func (d *Desk) contrary(ctx context.Context, film assets.ID, m assets.Medium) (assets.Reason, error) {
	c, err := d.Clearance(ctx, film, m)
	if err != nil {
		return "", err
	}
	for _, p := range c.People {
		if p.Light != assets.Red {
			continue
		}
		for _, r := range p.Reasons {
			if slices.Contains(against, r) {
				return r, nil
			}
		}
	}
	return "", nil
}

// stop ends the attempt of a publication that the gate keeps back: one that has
// begun, now or for an earlier making, may be public and is taken down.
func (d *Desk) stop(ctx context.Context, h *hold, p assets.Publication, why error) error {
	begun := p.State == assets.PublicationPublishing || p.State == assets.PublicationUnknown
	if !begun || assets.KindOf(why) != assets.Conflict {
		return why
	}
	p.Reason = assets.Sentence(why)
	return d.commit(ctx, assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationWithdrawing), "worker", p.Reason)},
		Jobs:         []assets.Job{d.job(assets.JobWithdraw, p.ID, d.Now(), 0)},
		Fence:        h.fence(),
	})
}

// SweepClearance takes off the channels what may no longer be shown there: an
// authorisation ran out, or a withdrawal died on its way.
func (d *Desk) SweepClearance(ctx context.Context) error {
	shown := map[assets.ID][]assets.Publication{}
	for _, state := range []assets.PublicationState{
		assets.PublicationPublished, assets.PublicationPublishing, assets.PublicationUnknown, assets.PublicationCheck,
	} {
		all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{State: state})
		if err != nil {
			return err
		}
		for _, p := range all {
			shown[p.Film] = append(shown[p.Film], p)
		}
	}
	for film, all := range shown {
		if err := d.darken(ctx, film, all, "schedule"); err != nil {
			return err
		}
	}
	return d.sweepWithdrawals(ctx)
}
