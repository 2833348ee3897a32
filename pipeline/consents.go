package pipeline

import (
	"context"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
)

// ConsentView is an authorisation as those may see it who work with it.
type ConsentView struct {
	assets.Consent
	Details assets.ConsentDetails `json:"details"`
	Light   assets.Light          `json:"light"`
	Reasons []assets.Reason       `json:"reasons,omitempty"` // what it lacks for the media that it names
}

func (d *Desk) view(c assets.Consent) (ConsentView, error) {
	details, err := d.Details(c)
	medium := assets.MediumSite
	if len(c.Media) > 0 {
		medium = c.Media[0]
	}
	one := assets.Clear([]assets.Filmed{{Consent: c.ID}}, map[assets.ID]assets.Consent{c.ID: c}, false, d.Policy, medium, d.Now()).People[0]
	return ConsentView{c, details, one.Light, one.Reasons}, err
}

// ShowConsent is one authorisation, opened.
func (d *Desk) ShowConsent(ctx context.Context, id assets.ID) (ConsentView, error) {
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return ConsentView{}, err
	}
	return d.view(c)
}

// ConsentList says which authorisations are looked for.
type ConsentList string

// The lists of authorisations.
const (
	ConsentsAll     ConsentList = ""
	ConsentsMissing ConsentList = "manquantes" // something stops a film
	ConsentsEnding  ConsentList = "expirent"   // within a month
	ConsentsEnded   ConsentList = "retirees"   // taken back, or refused
)

func (l ConsentList) takes(c ConsentView, now time.Time) bool {
	switch l {
	case ConsentsMissing:
		return c.Light == assets.Red && c.State != assets.ConsentWithdrawn && c.State != assets.ConsentRefused
	case ConsentsEnding:
		return c.State == assets.ConsentGranted && !c.Until.IsZero() && c.Until.After(now) && c.Until.Before(now.AddDate(0, 1, 0))
	case ConsentsEnded:
		return c.State == assets.ConsentWithdrawn || c.State == assets.ConsentRefused
	}
	return true
}

// ListConsents lists authorisations, newest first. A name is looked for in
// memory: nowhere else does it lie open.
func (d *Desk) ListConsents(ctx context.Context, list ConsentList, name string, limit int) (found []ConsentView, more bool, err error) {
	words, now := strings.Fields(fold.Fold(name)), d.Now()
	for c, err := range allConsents(ctx, d.Catalog) {
		if err != nil {
			return nil, false, err
		}
		v, err := d.view(c)
		if err != nil {
			return nil, false, err
		}
		if !list.takes(v, now) || !names(v.Details, words) {
			continue
		}
		if len(found) == limit {
			return found, true, nil
		}
		found = append(found, v)
	}
	return found, false, nil
}

// names tells whether every word begins a word of the people of a form.
func names(details assets.ConsentDetails, words []string) bool {
	text := details.Person
	for _, g := range details.Guardians {
		text += " " + g.Name
	}
	known := strings.Fields(fold.Fold(text))
	for _, w := range words {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, w) }) {
			return false
		}
	}
	return true
}

// PersonView is one person of a film or sujet, with the verdict on each medium.
type PersonView struct {
	ConsentView
	Filmed assets.Filmed
	On     []assets.PersonClearance // in the order of Media
}

// FilmRights is what the droit à l'image says of a film.
type FilmRights struct {
	Film   assets.Film
	People []PersonView
	On     []assets.Clearance // in the order of Media
}

// Site is the verdict that decides about our own site.
func (r FilmRights) Site() assets.Clearance { return r.On[0] }

// FilmRights judges a film on every medium.
func (d *Desk) FilmRights(ctx context.Context, film assets.ID) (FilmRights, error) {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return FilmRights{}, err
	}
	r := FilmRights{Film: f}
	for _, m := range Media() {
		c, err := d.Clearance(ctx, film, m)
		if err != nil {
			return r, err
		}
		r.On = append(r.On, c)
	}
	for i, p := range r.Site().People {
		v, err := d.view(p.Consent)
		if err != nil {
			return r, err
		}
		x := PersonView{ConsentView: v, Filmed: p.Filmed}
		for _, c := range r.On {
			x.On = append(x.On, c.People[i])
		}
		r.People = append(r.People, x)
	}
	return r, nil
}

// PeopleOf lists who is to be seen in a sujet.
func (d *Desk) PeopleOf(ctx context.Context, sujet assets.ID) ([]PersonView, error) {
	seen, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{Sujet: sujet})
	if err != nil {
		return nil, err
	}
	var all []PersonView
	for _, f := range seen {
		v, err := d.ShowConsent(ctx, f.Consent)
		if err != nil {
			return nil, err
		}
		if f.Blurred {
			v.Light, v.Reasons = assets.Green, nil
		}
		all = append(all, PersonView{ConsentView: v, Filmed: f})
	}
	return all, nil
}
