package pipeline

import (
	"cmp"
	"context"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
)

// Slot is what goes out, or went, of one film on one day: a tile of the calendar.
type Slot struct {
	Film         assets.Film
	Picture      bool                 // its version has one
	Publications []assets.Publication // the first at the front
	Refusals     []assets.Refusal     // why it would stay back at its hour, as things are now
	Findings     []Finding            // in the last days: what else would keep it back
}

// Lead is what moves when the tile does: the first that has not begun, or else
// the first.
func (s Slot) Lead() assets.Publication {
	i := slices.IndexFunc(s.Publications, movable)
	return s.Publications[max(i, 0)]
}

// Moves tells whether any of it can still be moved.
func (s Slot) Moves() bool { return slices.ContainsFunc(s.Publications, movable) }

// CalendarFilter chooses what a calendar shows; an empty field chooses all.
type CalendarFilter struct {
	From, To time.Time // To not included
	Channel  assets.Channel
	Rubrique string
	Partner  string
	Crew     assets.ID // films of sujets that this user is on
}

// Calendar lists what goes out, day by day and hour by hour. What was called off
// or taken down is left out.
func (d *Desk) Calendar(ctx context.Context, f CalendarFilter) ([]Slot, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{From: f.From, To: f.To, Channel: f.Channel})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p assets.Publication) bool {
		return p.State == assets.PublicationCancelled || p.State == assets.PublicationWithdrawn
	})
	slices.SortStableFunc(all, func(a, b assets.Publication) int { return a.At.Compare(b.At) })
	films, versions, err := d.filmsIn(ctx, all, f)
	if err != nil {
		return nil, err
	}
	type place struct {
		film assets.ID
		day  string
	}
	at := map[place]int{}
	var slots []Slot
	for _, p := range all {
		film, shown := films[p.Film]
		if !shown {
			continue
		}
		here := place{p.Film, p.Moment(d.Zone).Day()}
		i, begun := at[here]
		if !begun {
			v := versions[film.ID]
			i, slots = len(slots), append(slots, Slot{Film: film, Picture: v != nil && v.State == assets.VersionReady && v.Sheet != nil && v.Sheet.Video != nil})
			at[here] = i
		}
		slots[i].Publications = append(slots[i].Publications, p)
	}
	for i, s := range slots {
		if p := s.Lead(); movable(p) && p.State != assets.PublicationFailed {
			if slots[i].Refusals, err = d.Refusals(ctx, p.Film, p.Channel, latest(p.At, d.Now())); err != nil {
				return nil, err
			}
			if p.At.Before(d.Now()) || p.At.Sub(d.Now()) > lookAhead {
				continue
			}
			red, err := d.redOf(ctx, s.Publications)
			if err != nil {
				return nil, err
			}
			for _, f := range red {
				if !slices.ContainsFunc(slots[i].Refusals, func(r assets.Refusal) bool { return string(r.Lock) == string(f.Check) }) {
					slots[i].Findings = append(slots[i].Findings, f)
				}
			}
		}
	}
	return slots, nil
}

// filmsIn are the films of publications that a filter lets through, with their
// versions.
func (d *Desk) filmsIn(ctx context.Context, all []assets.Publication, f CalendarFilter) (map[assets.ID]assets.Film, map[assets.ID]*assets.Version, error) {
	var ids []assets.ID
	for _, p := range all {
		ids = append(ids, p.Film)
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return nil, nil, nil
	}
	found, err := d.Catalog.Films(ctx, assets.FilmFilter{IDs: ids, Rubrique: f.Rubrique, Partner: f.Partner, Crew: f.Crew, Limit: len(ids)})
	if err != nil {
		return nil, nil, err
	}
	versions, err := d.CurrentVersions(ctx, found)
	films := make(map[assets.ID]assets.Film, len(found))
	for _, x := range found {
		films[x.ID] = x
	}
	return films, versions, err
}

// ReadyFilm is a film that has its BAT and is planned nowhere.
type ReadyFilm struct {
	assets.Film
	Refusals []assets.Refusal // why it may not go out now
}

// mostReady is how many films that are ready a calendar puts at hand.
const mostReady = 60

// Ready lists the films that can be planned, the newest first.
func (d *Desk) Ready(ctx context.Context, f CalendarFilter) ([]ReadyFilm, error) {
	found, err := d.Catalog.Films(ctx, assets.FilmFilter{State: assets.FilmApproved, Rubrique: f.Rubrique, Partner: f.Partner, Limit: mostReady})
	if err != nil {
		return nil, err
	}
	all := make([]ReadyFilm, len(found))
	for i, x := range found {
		all[i].Film = x
		if all[i].Refusals, err = d.Refusals(ctx, x.ID, cmp.Or(f.Channel, assets.ChannelSite), d.Now()); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Free are the channels on which a film is neither public nor planned, the site
// first; those in use here, and the others. Of no film, they are all.
func (d *Desk) Free(ctx context.Context, film assets.ID) (offered, more []Outlet, err error) {
	var shown []assets.Publication
	if film != "" {
		if shown, err = d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film}); err != nil {
			return nil, nil, err
		}
	}
	outlets, err := d.Outlets(ctx)
	for _, o := range append([]Outlet{{Channel: assets.ChannelSite, Name: assets.ChannelSite.Name()}}, outlets...) {
		taken := slices.ContainsFunc(shown, func(p assets.Publication) bool { return p.Channel == o.Channel && slices.Contains(live, p.State) })
		switch {
		case taken:
		case o.Offered():
			offered = append(offered, o)
		default:
			more = append(more, o)
		}
	}
	return offered, more, err
}
