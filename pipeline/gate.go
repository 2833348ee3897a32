package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Refusals says why a film may not be on a channel at an instant: what pages
// show and the worker asks before every call that makes something public. The
// BAT is asked for with the version that goes out.
func (d *Desk) Refusals(ctx context.Context, film assets.ID, channel assets.Channel, at time.Time) ([]assets.Refusal, error) {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return nil, err
	}
	return d.refusalsOf(ctx, f, channel, at)
}

// refusalsOf is Refusals, of a film that was read already.
func (d *Desk) refusalsOf(ctx context.Context, f assets.Film, channel assets.Channel, at time.Time) ([]assets.Refusal, error) {
	facts, err := d.facts(ctx, f, channel, at)
	facts.Approved = true
	if err != nil {
		return nil, err
	}
	return assets.Gate(f, channel, at, facts), nil
}

// facts gathers what the gate weighs, but for the BAT.
func (d *Desk) facts(ctx context.Context, f assets.Film, channel assets.Channel, at time.Time) (facts assets.Facts, err error) {
	if facts.Clearance, err = d.clearanceAt(ctx, f, channel.Medium(), at); err != nil {
		return facts, err
	}
	if facts.Programme, err = d.Catalog.Programme(ctx); err != nil {
		return facts, err
	}
	facts.Passed, err = d.logged(ctx, f.ID, passedEdit)
	return facts, err
}

// Refusal says a refusal to people: « Impossible avant le 21 juin, 20 h : embargo
// Zik Zac. »
func (d *Desk) Refusal(r assets.Refusal) string {
	switch r.Lock {
	case assets.LockBAT:
		return "Il manque le BAT sur cette version : rien n'est mis en ligne sans lui."
	case assets.LockConsent:
		return r.Name
	case assets.LockMusic:
		return "Droits musicaux à préciser : dites-le sur la fiche du film."
	case assets.LockEmbargo:
		return fmt.Sprintf("Impossible avant le %s : %s.", d.instant(r.Until), strings.TrimSpace("embargo "+r.Name))
	default:
		return fmt.Sprintf("Réserve électorale jusqu'au %s : %s.", d.instant(r.Until), r.Name)
	}
}

// instant is a date with its hour: « 21 juin, 20 h ». The year is said when it is
// not that of now.
func (d *Desk) instant(t time.Time) string {
	t = t.In(d.Zone)
	return strings.TrimSuffix(french.Day(t), fmt.Sprint(" ", d.Now().In(d.Zone).Year())) + ", " + french.Hour(t)
}

// refused is the error of refusals; nil for none. What only waits for an hour is
// a wrong hour.
func (d *Desk) refused(op string, all []assets.Refusal) error {
	if len(all) == 0 {
		return nil
	}
	kind, said := assets.Invalid, make([]string, len(all))
	for i, r := range all {
		said[i] = d.Refusal(r)
		if r.Until.IsZero() {
			kind = assets.Conflict
		}
	}
	return &assets.Error{Kind: kind, Op: op, Msg: strings.Join(said, " ")}
}

// cleared is the gate before a publication begins, now.
func (d *Desk) cleared(ctx context.Context, film assets.ID, channel assets.Channel) error {
	all, err := d.Refusals(ctx, film, channel, d.Now())
	if err == nil && len(all) > 0 {
		err = &assets.Error{Kind: assets.Conflict, Op: "pipeline.cleared " + string(channel), Msg: assets.Sentence(d.refused("", all))}
	}
	return err
}

// clearedAt is the gate before a publication is planned for an instant.
func (d *Desk) clearedAt(ctx context.Context, film assets.ID, channel assets.Channel, at time.Time) error {
	if at.Before(d.Now()) {
		at = d.Now()
	}
	all, err := d.Refusals(ctx, film, channel, at)
	if err != nil {
		return err
	}
	return d.refused("pipeline.clearedAt "+string(channel), all)
}

// goOn is the gate, at an instant, within an attempt: before it sends anything, and each time the
// publisher is about to make a call that can't be undone. What is public already
// comes down when somebody in it is against it; in the days of an election it
// stays as it is.
func (d *Desk) goOn(ctx context.Context, p assets.Publication, at time.Time) error {
	for _, film := range p.Films() {
		all, err := d.withheld(ctx, p, film, at)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		e := &assets.Error{Kind: assets.Conflict, Op: "pipeline.goOn " + string(p.Channel), Msg: assets.Sentence(d.refused("", all))}
		if all[0].Lock == assets.LockSilence && !p.PublishedAt.IsZero() {
			e.Kind, e.RetryAfter, e.Err = assets.Transient, all[0].Until.Sub(d.Now()), errSilence
		}
		if film != p.Film {
			return d.ofFilm(ctx, film, e)
		}
		return e
	}
	return nil
}

// withheld is why an attempt must not go on because of one of its films. The BAT
// is that of the version which goes out: of the others of a letter, the site has
// asked for it.
func (d *Desk) withheld(ctx context.Context, p assets.Publication, film assets.ID, at time.Time) ([]assets.Refusal, error) {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return nil, err
	}
	facts, err := d.facts(ctx, f, p.Channel, at)
	if err != nil {
		return nil, err
	}
	s, err := d.Catalog.Approvals(ctx, film)
	facts.Approved = film != p.Film || slices.ContainsFunc(s, func(a assets.Approval) bool { return a.Version == p.Version && a.State == assets.ApprovalGiven })
	all := assets.Gate(f, p.Channel, at, facts)
	if !p.PublishedAt.IsZero() {
		all = slices.DeleteFunc(all, func(r assets.Refusal) bool { return r.Lock != assets.LockConsent && r.Lock != assets.LockSilence })
	}
	return all, err
}

// passedEdit is the name of the edit that holds the keys of the refusals of a film
// that were passed over.
const passedEdit = "passed"

// logged lists the keys that the log of a film holds under the name of an edit.
func (d *Desk) logged(ctx context.Context, film assets.ID, name string) ([]string, error) {
	events, err := d.Catalog.Events(ctx, film)
	var all []string
	for _, e := range events {
		var keys []string
		if edit, there := e.Edits[name]; there {
			if err := json.Unmarshal(edit.After, &keys); err != nil {
				return nil, err
			}
			all = append(all, keys...)
		}
	}
	return all, err
}

// PassOver passes over the embargo, the election or the music that keeps a film
// back now: only the responsable image may, and says why. The log keeps it.
func (d *Desk) PassOver(ctx context.Context, film assets.ID, lock assets.Lock, why string, by assets.User) error {
	const op = "pipeline.PassOver"
	if by.Role != assets.RoleImage {
		return &assets.Error{Kind: assets.Forbidden, Op: op, Msg: "Seul le responsable image peut passer outre ce qui retient un film."}
	}
	if why = french.Short(strings.TrimSpace(french.Clean(why)), textLimit); why == "" {
		return wrong(op, "raison", "Dites pourquoi ce film peut sortir malgré cela : le journal le garde.")
	}
	if !slices.Contains([]assets.Lock{assets.LockMusic, assets.LockEmbargo, assets.LockSilence}, lock) {
		return wrong(op, "verrou", "Cela ne se passe pas outre ici.")
	}
	return again(func() error {
		all, err := d.Refusals(ctx, film, assets.ChannelSite, d.Now())
		if err != nil {
			return err
		}
		var keys []string
		for _, r := range all {
			if r.Lock == lock {
				keys = append(keys, r.Key())
			}
		}
		if len(keys) == 0 {
			return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Cela ne retient pas, ou plus, ce film. Rien n'a été changé."}
		}
		f, err := d.Catalog.Film(ctx, film)
		if err != nil {
			return err
		}
		e := d.event(assets.SubjectFilm, film, string(f.State), string(f.State), string(by.ID), lockName(lock)+", passé outre : "+why)
		e.Edits = assets.Edits{passedEdit: whole(nil, &keys)}
		return d.commit(ctx, assets.Change{Events: []assets.Event{e}})
	})
}

// lockName is what people call what keeps a film back.
func lockName(l assets.Lock) string {
	return map[assets.Lock]string{assets.LockMusic: "Droits musicaux", assets.LockEmbargo: "Embargo", assets.LockSilence: "Réserve électorale"}[l]
}
