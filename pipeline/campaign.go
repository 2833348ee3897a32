package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// Series is a campaign as it is asked for: films one after the other, each on the
// next day of a rhythm.
type Series struct {
	Films    []assets.ID // in their order
	Channels []assets.Channel
	Rhythm   assets.Rhythm
	First    assets.Moment // from when on; its hour is that of all
}

// Turn is what a campaign does with one film.
type Turn struct {
	Film    assets.Film `json:"film"`
	Outings []Outing    `json:"outings,omitempty"` // its slot is that of the first
	Passed  []string    `json:"passed,omitempty"`  // slots that it could not have, and why
	Refusal string      `json:"refusal,omitempty"` // why it stays back; its slot stays free
	Already bool        `json:"already,omitempty"` // it is planned or public on all channels
}

// Goes tells whether the campaign plans the film.
func (t Turn) Goes() bool { return t.Refusal == "" && !t.Already }

// mostInSeries is how many films a campaign has at most.
const mostInSeries = 60

// campaign is what publications keep of it.
type campaign struct {
	id     assets.ID
	rhythm assets.Rhythm
}

func (s Series) check() error {
	const op = "pipeline.Campaign"
	switch {
	case len(s.Films) == 0:
		return wrong(op, "film", "Choisissez au moins un film. Rien n'est programmé.")
	case len(s.Films) > mostInSeries:
		return wrong(op, "film", fmt.Sprintf("Une campagne a %d films au plus : faites-en deux. Rien n'est programmé.", mostInSeries))
	case len(slices.Compact(slices.Sorted(slices.Values(s.Films)))) < len(s.Films):
		return wrong(op, "film", "Un film y est deux fois. Rien n'est programmé.")
	case len(s.Channels) == 0:
		return wrong(op, "canal", "Choisissez au moins un canal. Rien n'est programmé.")
	case s.Rhythm.String() == "":
		return wrong(op, "jour", "Choisissez au moins un jour de la semaine. Rien n'est programmé.")
	}
	return nil
}

// Candidates are the films of a dossier that a campaign may plan, the oldest first;
// of no dossier, those that have their BAT.
func (d *Desk) Candidates(ctx context.Context, dossier string) ([]assets.Film, error) {
	f := assets.FilmFilter{Dossier: dossier, Not: assets.FilmArchived, Limit: 10 * mostInSeries}
	if dossier == "" {
		f = assets.FilmFilter{State: assets.FilmApproved, Limit: mostInSeries}
	}
	all, err := d.Catalog.Films(ctx, f)
	all = slices.DeleteFunc(all, func(f assets.Film) bool { return f.State == assets.FilmPublished })
	slices.Reverse(all)
	return all[:min(len(all), mostInSeries)], err
}

// Campaign says what a campaign would do, film by film. Nothing is kept.
func (d *Desk) Campaign(ctx context.Context, s Series) ([]Turn, error) {
	turns, _, err := d.campaign(ctx, s, "", "")
	return turns, err
}

// PlanCampaign plans the films of a campaign that may go out, in one gesture. Asked
// for again, it adds those that may meanwhile, and nothing twice.
func (d *Desk) PlanCampaign(ctx context.Context, s Series, actor string) (turns []Turn, batch assets.ID, err error) {
	batch = d.NewID()
	err = again(func() error {
		var c assets.Change
		if turns, c, err = d.campaign(ctx, s, actor, batch); err != nil {
			return err
		}
		if len(c.Publications) == 0 {
			return &assets.Error{Kind: assets.Conflict, Op: "pipeline.PlanCampaign", Msg: "Aucun de ces films n'a pu être programmé : ils le sont déjà, ou ils ne peuvent pas sortir. Rien n'a changé."}
		}
		return d.commit(ctx, c)
	})
	return turns, batch, err
}

func (d *Desk) campaign(ctx context.Context, s Series, actor string, batch assets.ID) (turns []Turn, c assets.Change, err error) {
	if err := s.check(); err != nil {
		return nil, c, err
	}
	w := walk{Desk: d, rhythm: s.Rhythm, first: s.First, day: max(0, int(d.Now().Sub(s.First.At).Hours()/24)), films: s.Films}
	if w.held, err = d.agenda(ctx); err != nil {
		return nil, c, err
	}
	of := campaign{d.NewID(), s.Rhythm}
	if i := slices.IndexFunc(w.held, func(p assets.Publication) bool {
		return p.Campaign != "" && slices.Contains(s.Films, p.Film) && p.Rhythm.String() == s.Rhythm.String()
	}); i >= 0 {
		of.id = w.held[i].Campaign
	}
	for _, id := range s.Films {
		film, err := d.stand(ctx, id)
		if err != nil {
			return nil, c, err
		}
		t := Turn{Film: film.Film, Already: !slices.ContainsFunc(s.Channels, func(to assets.Channel) bool {
			return !slices.ContainsFunc(film.shown, func(p assets.Publication) bool { return p.Channel == to && slices.Contains(live, p.State) })
		})}
		if !t.Already {
			if t.Outings, t.Passed, err = w.next(ctx, id, func(m assets.Moment) []Outing { return d.Outings(s.Channels, m) }); err != nil {
				return nil, c, err
			}
			trial := c
			switch _, err := d.addPlan(ctx, &trial, film, t.Outings, actor, batch, of); {
			case err == nil:
				c = trial
			case assets.KindOf(err) == assets.Conflict || assets.KindOf(err) == assets.Invalid:
				t.Refusal = assets.Sentence(err)
			default:
				return nil, c, err
			}
		}
		turns = append(turns, t)
	}
	return turns, c, nil
}

// agenda lists what the ledger has for today and the days to come.
func (d *Desk) agenda(ctx context.Context) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{From: d.Now().Add(-24 * time.Hour)})
	return slices.DeleteFunc(all, func(p assets.Publication) bool { return !slices.Contains(live, p.State) }), err
}

// walk goes through the slots of a rhythm and leaves out those that are taken.
type walk struct {
	*Desk
	rhythm assets.Rhythm
	first  assets.Moment
	day    int                  // after the first, from which on slots are free
	held   []assets.Publication // what has its place
	films  []assets.ID          // of the campaign: that one of them has a slot goes without saying
}

// farthest is how many years ahead a slot is looked for.
const farthest = 3

// next is when a film goes out, and which slots it could not have.
func (w *walk) next(ctx context.Context, film assets.ID, at func(assets.Moment) []Outing) (all []Outing, passed []string, err error) {
	end := w.Now().AddDate(farthest, 0, 0)
	for ; ; w.day++ {
		slot := w.first.Plus(w.day, 0, w.Zone) // from the first each time: a night that moves an hour moves no other
		if slot.At.After(end) {
			return nil, nil, &assets.Error{Kind: assets.Conflict, Op: "pipeline.next", Msg: "Il n'y a plus de créneau libre à ce rythme. Choisissez d'autres jours, ou une autre heure. Rien n'a changé."}
		}
		if !w.rhythm.On(slot) || slot.At.Before(w.Now()) {
			continue
		}
		all = at(slot)
		free, why, err := w.free(ctx, all)
		if err != nil {
			return nil, nil, err
		}
		if !free {
			if why != "" {
				passed = append(passed, why)
			}
			continue
		}
		w.day++
		for _, o := range all {
			w.held = append(w.held, assets.Publication{Film: film, Channel: o.Channel, At: o.At})
		}
		return all, passed, nil
	}
}

// free tells whether nothing else goes out at these moments, and no channel is
// asked for more than it takes in a day.
func (w *walk) free(ctx context.Context, all []Outing) (free bool, why string, err error) {
	for _, o := range all {
		day := french.LongDay(o.At.In(w.Zone), w.Now().In(w.Zone))
		if i := slices.IndexFunc(w.held, func(p assets.Publication) bool { return p.Channel == o.Channel && p.At.Equal(o.At) }); i >= 0 {
			if slices.Contains(w.films, w.held[i].Film) {
				return false, "", nil
			}
			f, err := w.Catalog.Film(ctx, w.held[i].Film)
			return false, fmt.Sprintf("Le %s à %s est pris par « %s ».", day, french.Minute(o.At.In(w.Zone)), f.Title), err
		}
		if n := w.full(o); n > 0 {
			return false, fmt.Sprintf("%s est complet le %s : %s par jour.", french.Capital(o.Channel.Name()), day, french.Count(n, "film", "films")), nil
		}
	}
	return true, "", nil
}

// full is what a channel takes in a day when that of an outing is full, or that on
// which its film goes up ahead; 0 when neither is.
func (w *walk) full(o Outing) int {
	to, err := w.Publishers.Get(o.Channel)
	r, rationed := to.(publishers.Rationer)
	if err != nil || !rationed {
		return 0
	}
	for _, ahead := range []time.Duration{0, w.leads(to)} {
		films, from, until := r.Ration(o.At.Add(-ahead))
		there := 0
		for _, p := range w.held {
			if at := p.At.Add(-ahead); p.Channel == o.Channel && !at.Before(from) && at.Before(until) {
				there++
			}
		}
		if films > 0 && there >= films {
			return films
		}
	}
	return 0
}

// Reflow is what became of a campaign of which a film moved.
type Reflow struct {
	Batch  assets.ID
	Films  int      // that followed
	Passed []string // slots that they could not have, and why
}

// RescheduleSeries moves a film of a campaign on its channels, and those that come
// after it to the next slots, in one gesture.
func (d *Desk) RescheduleSeries(ctx context.Context, p assets.Publication, to assets.Moment, actor string) (r Reflow, err error) {
	const op = "pipeline.RescheduleSeries"
	if p.Campaign == "" {
		return r, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Cette mise en ligne n'est pas d'une campagne : elle se déplace seule. Rien n'a changé."}
	}
	batch := d.NewID()
	err = again(func() error {
		all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Campaign: p.Campaign})
		if err != nil {
			return err
		}
		of := map[assets.ID][]assets.Publication{} // by film
		var order []assets.ID
		for _, x := range planned(all) {
			if of[x.Film] == nil {
				order = append(order, x.Film)
			}
			of[x.Film] = append(of[x.Film], x)
		}
		i := slices.Index(order, p.Film)
		if i < 0 {
			return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "C'est déjà parti, ou annulé : il n'y a plus rien à déplacer. Rien n'a changé."}
		}
		order, r = order[i:], Reflow{Batch: batch, Films: len(order) - i - 1}
		c, passed, err := d.reflow(ctx, p, to, order, of, actor, batch)
		if err != nil {
			return err
		}
		r.Passed = passed
		return d.commit(ctx, c)
	})
	return r, err
}

// reflow moves the first of these films to a moment, and the others to the slots
// after it.
func (d *Desk) reflow(ctx context.Context, p assets.Publication, to assets.Moment, films []assets.ID, of map[assets.ID][]assets.Publication, actor string, batch assets.ID) (c assets.Change, passed []string, err error) {
	if lead := of[films[0]][0]; lead.ID != p.ID {
		to = to.Plus(0, lead.Moment(d.Zone).After(p.Moment(d.Zone)), d.Zone)
	}
	w := walk{Desk: d, rhythm: p.Rhythm, first: to, day: 1, films: films}
	if w.held, err = d.agenda(ctx); err != nil {
		return c, nil, err
	}
	w.held = slices.DeleteFunc(w.held, func(x assets.Publication) bool { return x.Campaign == p.Campaign && slices.Contains(films, x.Film) })
	for i, film := range films {
		slot := to
		if i > 0 {
			all, why, err := w.next(ctx, film, func(m assets.Moment) (all []Outing) {
				moments := behind(of[film], of[film][0], m, d.Zone)
				for _, x := range of[film] {
					all = append(all, Outing{x.Channel, moments[x.ID]})
				}
				return all
			})
			if err != nil {
				return c, nil, err
			}
			slot, passed = all[0].Moment, append(passed, why...)
		}
		err := d.addMoves(ctx, &c, film, func([]assets.Publication) map[assets.ID]assets.Moment {
			return behind(of[film], of[film][0], slot, d.Zone)
		}, actor, batch)
		if err != nil {
			return c, nil, d.ofFilm(ctx, film, err)
		}
	}
	return c, passed, nil
}
