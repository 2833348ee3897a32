package pipeline

import (
	"context"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
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

// takeDown takes the films of a person off our own site that may no longer be
// shown there, and says in the log what a person has to take down elsewhere.
// Called again, it does what was left.
func (d *Desk) takeDown(ctx context.Context, consent assets.ID, actor string) ([]Concerned, error) {
	all, err := d.FilmsOf(ctx, consent)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if len(c.Publications) == 0 {
			continue
		}
		if err := d.darken(ctx, c.Film.ID, c.Publications, actor); err != nil {
			return nil, err
		}
	}
	return d.FilmsOf(ctx, consent)
}

// darken takes one film off the site when somebody in it is against it.
func (d *Desk) darken(ctx context.Context, film assets.ID, shown []assets.Publication, actor string) error {
	why, err := d.contrary(ctx, film, assets.MediumSite)
	if err != nil || why == "" {
		return err
	}
	here, elsewhere := false, []string{}
	for _, p := range shown {
		here = here || p.Channel == assets.ChannelSite && p.State != assets.PublicationWithdrawing
		if p.Channel != assets.ChannelSite {
			elsewhere = append(elsewhere, string(p.Channel))
		}
	}
	note := sentenceCase(string(why)) + "."
	if here {
		if _, err := d.Unpublish(ctx, film, []assets.Channel{assets.ChannelSite}, actor); err != nil && assets.KindOf(err) != assets.NotFound {
			return err
		}
		note += " Le film quitte le site."
	}
	if len(elsewhere) > 0 {
		note += " À retirer aussi de : " + strings.Join(elsewhere, ", ") + "."
	}
	if !here && len(elsewhere) == 0 {
		return nil
	}
	return again(func() error {
		f, err := d.Catalog.Film(ctx, film)
		if err != nil {
			return err
		}
		return d.commit(ctx, assets.Change{Events: []assets.Event{d.event(assets.SubjectFilm, film, string(f.State), string(f.State), actor, note)}})
	})
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

// SweepClearance takes off the site what may no longer be shown there: an
// authorisation ran out, or a withdrawal died on its way.
func (d *Desk) SweepClearance(ctx context.Context) error {
	shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: assets.ChannelSite, State: assets.PublicationPublished})
	if err != nil {
		return err
	}
	for _, p := range shown {
		if err := d.darken(ctx, p.Film, []assets.Publication{p}, "schedule"); err != nil {
			return err
		}
	}
	return nil
}
