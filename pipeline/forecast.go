package pipeline

import (
	"context"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// forecast gathers what is known of a publication before its hour.
func (d *Desk) forecast(ctx context.Context, p assets.Publication) (forecast, error) {
	f := forecast{Publication: p, now: d.Now(), day: func(t time.Time) string { return french.Day(t.In(d.Zone)) }}
	s, err := d.stand(ctx, p.Film)
	if err != nil {
		return f, err
	}
	if err := d.locked(ctx, &f, s); err != nil {
		return f, err
	}
	hand := p.State == assets.PublicationAssisted
	to, err := d.Publishers.Get(p.Channel)
	if f.offered = hand || err == nil; hand || err != nil {
		return f, nil
	}
	if _, member := to.(publishers.Member); member {
		a, err := d.Catalog.Account(ctx, p.Channel)
		if err != nil && assets.KindOf(err) != assets.NotFound {
			return f, err
		}
		f.account = &a
	}
	if p.Hidden() || p.Letter != nil { // it is there already, or has no movie
		return f, nil
	}
	if err := d.rationed(ctx, &f, to); err != nil {
		return f, err
	}
	if f.version == nil || f.version.State != assets.VersionReady {
		return f, nil
	}
	return f, d.asked(ctx, &f, to)
}

// locked asks the gate, for the hour of the publication; of a letter, for each of
// its films.
func (d *Desk) locked(ctx context.Context, f *forecast, s stand) error {
	lock := func(film assets.ID, r assets.Refusal, text string) {
		mend, path := "Voir le film", WayOut(film, BlockageKind(r.Lock))
		if !r.Until.IsZero() {
			mend, path = "Choisir un autre moment", publicationPath(f.ID)
		}
		f.locks = append(f.locks, Finding{Check(r.Lock), "", true, text, mend, path})
	}
	if _, v, given := s.warrant(); given {
		f.version = &v
	} else {
		r := assets.Refusal{Lock: assets.LockBAT}
		lock(f.Film, r, d.Refusal(r))
	}
	for _, film := range f.Films() {
		refusals, err := d.Refusals(ctx, film, f.Channel, latest(f.At, f.now))
		if err != nil {
			return err
		}
		for _, r := range refusals {
			text := d.Refusal(r)
			if f.Letter != nil {
				text = assets.Sentence(d.ofFilm(ctx, film, d.refused("", []assets.Refusal{r})))
			}
			lock(film, r, text)
		}
	}
	return nil
}

// rationed counts what goes to a channel on the same of its days.
func (d *Desk) rationed(ctx context.Context, f *forecast, to publishers.Publisher) error {
	r, rationed := to.(publishers.Rationer)
	if !rationed {
		return nil
	}
	ahead := d.leads(to)
	films, from, until := r.Ration(latest(f.At.Add(-ahead), f.now))
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: f.Channel, From: from.Add(ahead), To: until.Add(ahead)})
	for _, p := range all {
		if p.ID != f.ID && slices.Contains(live, p.State) && (p.At.Before(f.At) || p.At.Equal(f.At) && p.ID < f.ID) {
			f.sooner++
		}
	}
	f.ration = films
	return err
}

// leads is how long before its hour a film goes up to a channel.
func (d *Desk) leads(to publishers.Publisher) time.Duration {
	if _, can := to.(publishers.Preparer); can {
		return d.Ahead
	}
	return 0
}

// asked is what the channel would say of the film as it is. Where the site is
// going to show the film by then, its link is taken for there.
func (d *Desk) asked(ctx context.Context, f *forecast, to publishers.Publisher) error {
	p := f.Publication
	p.Version = f.version.ID
	req, err := d.request(ctx, p)
	if err != nil {
		return err
	}
	link := d.Letterhead.BaseURL + "/films/" + req.Film.Slug + "/"
	shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: p.Film, Channel: assets.ChannelSite, State: assets.PublicationScheduled})
	if err != nil {
		return err
	}
	if req.Link == "" && slices.ContainsFunc(shown, func(site assets.Publication) bool { return !site.At.After(p.At) }) {
		req.Link = link
	}
	f.linkless = p.Channel != assets.ChannelSite && req.Link == "" && carries(to, req.Text, link)
	if c, checks := to.(publishers.Checker); checks {
		f.refusal = c.Check(req)
	}
	f.movie, _ = req.Best()
	f.limits = to.Limits()
	if dec, decorates := to.(publishers.Decorator); decorates && slices.Contains(dec.Steps(), "captions") || p.Channel == assets.ChannelSite {
		_, has := req.File(assets.RoleCaptions)
		f.speechless = !has
	}
	return nil
}
