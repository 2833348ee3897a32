package pipeline

import (
	"context"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// SaveScrutin adds an election (ID ""), or changes the one of that ID. The window
// begins on the eve of its day at 0 h; closes is when the last polling station
// does. Feeds are made anew at both ends. The batch it returns undoes it.
func (d *Desk) SaveScrutin(ctx context.Context, id assets.ID, name string, closes time.Time, actor string) (assets.ID, error) {
	const op = "pipeline.SaveScrutin"
	if name = french.Short(strings.Join(strings.Fields(french.Clean(name)), " "), lineLimit); name == "" {
		return "", wrong(op, "name", "Donnez un nom au scrutin : « Municipales, premier tour ».")
	}
	if closes.IsZero() {
		return "", wrong(op, "jour", "Donnez le jour du vote, et l'heure à laquelle ferme le dernier bureau.")
	}
	y, m, day := closes.In(d.Zone).Date()
	s := assets.Scrutin{ID: id, Name: name, From: time.Date(y, m, day-1, 0, 0, 0, 0, d.Zone), Until: closes}
	return d.putScrutin(ctx, s, "Réserve électorale : « "+name+" ».", actor)
}

// RemoveScrutin takes an election off the list.
func (d *Desk) RemoveScrutin(ctx context.Context, id assets.ID, actor string) (assets.ID, error) {
	s, err := d.scrutin(ctx, id)
	if err != nil {
		return "", err
	}
	s.RemovedAt = d.Now()
	return d.putScrutin(ctx, s, "Réserve électorale : « "+s.Name+" » retiré.", actor)
}

func (d *Desk) putScrutin(ctx context.Context, s assets.Scrutin, note, actor string) (assets.ID, error) {
	var before *assets.Scrutin
	if s.ID == "" {
		s.ID = d.NewID()
	} else {
		old, err := d.scrutin(ctx, s.ID)
		if err != nil {
			return "", err
		}
		before = &old
	}
	c := d.programmeChange(actor, note)
	c.Programme.Scrutins = []assets.Scrutin{s}
	c.Events[0].Edits["scrutin/"+string(s.ID)] = whole(before, &s)
	for _, at := range []time.Time{s.From, s.Until} {
		if at.After(d.Now()) {
			c.Jobs = append(c.Jobs, d.job(assets.JobProgramme, assets.ProgrammeID, at, 0))
		}
	}
	return c.Events[0].Batch, d.commit(ctx, c)
}

func (d *Desk) scrutin(ctx context.Context, id assets.ID) (assets.Scrutin, error) {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return assets.Scrutin{}, err
	}
	i := slices.IndexFunc(p.Scrutins, func(s assets.Scrutin) bool { return s.ID == id })
	if i < 0 {
		return assets.Scrutin{}, &assets.Error{Kind: assets.NotFound, Op: "pipeline.scrutin", Msg: "Ce scrutin n'est pas, ou n'est plus, dans la liste."}
	}
	return p.Scrutins[i], nil
}

// Held is a publication that an election holds, or held: it is proposed for
// release, and never sent by itself.
type Held struct {
	assets.Publication
	Film    assets.Film // of a letter, the first that is about an election
	Scrutin assets.Scrutin
	Free    bool // it did not go out, and nothing of the election holds it any more
}

// HeldBack lists what elections hold now, will hold at its hour, or held.
func (d *Desk) HeldBack(ctx context.Context) ([]Held, error) {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.interrupted(ctx, p.Scrutins)
	if err != nil {
		return nil, err
	}
	for _, state := range []assets.PublicationState{assets.PublicationScheduled, assets.PublicationAssisted, assets.PublicationFailed} {
		some, err := d.Catalog.Publications(ctx, assets.PublicationFilter{State: state})
		if err != nil {
			return nil, err
		}
		for _, x := range some {
			at, err := d.hour(ctx, x)
			if err != nil {
				return nil, err
			}
			s := assets.Silence(p.Scrutins, at)
			if s == nil || !x.PublishedAt.IsZero() {
				continue
			}
			f, free, err := d.electoral(ctx, x)
			if err != nil {
				return nil, err
			}
			if f != nil && (!free || state == assets.PublicationFailed) {
				all = append(all, Held{x, *f, *s, free})
			}
		}
	}
	return all, nil
}

// electoral is the first film of a publication that is about an election, nil for
// none, and whether no election holds it at its hour, or now when that is past.
func (d *Desk) electoral(ctx context.Context, p assets.Publication) (first *assets.Film, free bool, err error) {
	free = true
	for _, id := range p.Films() {
		f, err := d.Catalog.Film(ctx, id)
		if err != nil {
			return nil, false, err
		}
		if first == nil && f.Electoral() {
			first = &f
		}
		all, err := d.Refusals(ctx, id, p.Channel, latest(p.At, d.Now()))
		if err != nil {
			return nil, false, err
		}
		free = free && !slices.ContainsFunc(all, func(r assets.Refusal) bool { return r.Lock == assets.LockSilence })
	}
	return first, free, nil
}

// hour is when a publication is to go out, or when it failed to.
func (d *Desk) hour(ctx context.Context, p assets.Publication) (time.Time, error) {
	if p.State != assets.PublicationFailed {
		return p.At, nil
	}
	return d.lastEvent(ctx, p)
}

func (d *Desk) lastEvent(ctx context.Context, p assets.Publication) (time.Time, error) {
	events, err := d.Catalog.Events(ctx, p.ID)
	if err != nil || len(events) == 0 {
		return p.At, err
	}
	return events[len(events)-1].At, nil
}

// Release sends out what a gate held back of a film, on every channel: it asks
// the gate again.
func (d *Desk) Release(ctx context.Context, film assets.ID, actor string) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film, State: assets.PublicationFailed})
	if err != nil {
		return nil, err
	}
	var out []assets.Publication
	for _, p := range all {
		if !p.PublishedAt.IsZero() || p.Version != "" {
			continue
		}
		if p, err = d.Retry(ctx, p.ID, actor); err != nil {
			return out, err
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, &assets.Error{Kind: assets.Conflict, Op: "pipeline.Release", Msg: "Rien n'est retenu de ce film. Rien n'a été changé."}
	}
	return out, nil
}
