package pipeline

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Clearance tells whether a film may be shown on a medium now: who is to be
// seen in it and in its sujet, what they signed, and what the responsable image
// passed over.
func (d *Desk) Clearance(ctx context.Context, film assets.ID, medium assets.Medium) (assets.Clearance, error) {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return assets.Clearance{}, err
	}
	return d.clearanceAt(ctx, f, medium, d.Now())
}

func (d *Desk) clearanceAt(ctx context.Context, f assets.Film, medium assets.Medium, at time.Time) (assets.Clearance, error) {
	people, consents, err := d.seenIn(ctx, f)
	if err != nil {
		return assets.Clearance{}, err
	}
	minors, err := d.minorsSeen(ctx, f.Sujet)
	if err != nil {
		return assets.Clearance{}, err
	}
	c := assets.Clear(people, consents, minors, d.Policy, medium, at)
	if c.Light != assets.Red {
		return c, nil
	}
	w, err := d.waiver(ctx, f.ID, medium)
	if err != nil {
		return c, err
	}
	for i, p := range c.People {
		if w.People[p.Filmed.ID] == told(p.Reasons) {
			c.Waive(i, w.Why)
		}
	}
	if c.Minors && w.Minors {
		c.WaiveMinors()
	}
	return c, nil
}

// seenIn lists who is to be seen in a film: those named in it, and in its sujet.
func (d *Desk) seenIn(ctx context.Context, f assets.Film) ([]assets.Filmed, map[assets.ID]assets.Consent, error) {
	people, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{Film: f.ID})
	if err != nil {
		return nil, nil, err
	}
	if f.Sujet != "" {
		more, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{Sujet: f.Sujet})
		if err != nil {
			return nil, nil, err
		}
		for _, x := range more {
			if x.Film == "" {
				people = append(people, x)
			}
		}
	}
	consents := map[assets.ID]assets.Consent{}
	for _, x := range people {
		c, err := d.Catalog.Consent(ctx, x.Consent)
		if assets.KindOf(err) == assets.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		consents[c.ID] = c
	}
	return people, consents, nil
}

// minorsSeen tells whether the rushes of a sujet were said to show minors.
func (d *Desk) minorsSeen(ctx context.Context, sujet assets.ID) (bool, error) {
	if sujet == "" {
		return false, nil
	}
	kept := false
	n, err := d.Catalog.CountRushes(ctx, assets.RushFilter{Sujet: sujet, Minors: assets.Yes, Rejected: &kept})
	return n > 0, err
}

// waiver is a decision of the responsable image, as the log keeps it: whom it
// passes over, with what was wanting then. What is wanting later, it does not
// pass over.
type waiver struct {
	Why    string               `json:"why"`
	People map[assets.ID]string `json:"people,omitempty"` // by appearance
	Minors bool                 `json:"minors,omitempty"`
}

// waived is the name of the edit that holds the waiver of a medium.
func waived(m assets.Medium) string { return "waiver:" + string(m) }

func told(reasons []assets.Reason) string {
	all := make([]string, len(reasons))
	for i, r := range reasons {
		all[i] = string(r)
	}
	return strings.Join(all, ", ")
}

// waiver is the newest one of a film on a medium; none passes over nobody.
func (d *Desk) waiver(ctx context.Context, film assets.ID, medium assets.Medium) (waiver, error) {
	var w waiver
	events, err := d.Catalog.Events(ctx, film)
	for _, e := range slices.Backward(events) {
		if edit, there := e.Edits[waived(medium)]; there {
			return w, json.Unmarshal(edit.After, &w)
		}
	}
	return w, err
}

// Waive passes over what keeps a film from a medium now: only the responsable
// image may, and says why. The log keeps it.
func (d *Desk) Waive(ctx context.Context, film assets.ID, medium assets.Medium, why string, by assets.User) error {
	const op = "pipeline.Waive"
	if by.Role != assets.RoleImage {
		return &assets.Error{Kind: assets.Forbidden, Op: op, Msg: "Seul le responsable image peut passer outre une autorisation."}
	}
	if why = french.Short(strings.TrimSpace(french.Clean(why)), textLimit); why == "" {
		return wrong(op, "why", "Dites pourquoi ce film peut sortir sans ces autorisations : le journal le garde.")
	}
	return again(func() error {
		f, err := d.Catalog.Film(ctx, film)
		if err != nil {
			return err
		}
		c, err := d.Clearance(ctx, film, medium)
		if err != nil {
			return err
		}
		if c.Light != assets.Red {
			return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Rien ne bloque ce film sur ce support. Rien n'a été changé."}
		}
		w := waiver{Why: why, People: map[assets.ID]string{}, Minors: c.Minors}
		for _, p := range c.People {
			if p.Light == assets.Red || p.Waived != "" {
				w.People[p.Filmed.ID] = told(p.Reasons)
			}
		}
		e := d.event(assets.SubjectFilm, film, string(f.State), string(f.State), string(by.ID), "Droit à l'image, passé outre : "+why)
		e.Edits = assets.Edits{waived(medium): whole(nil, &w)}
		return d.commit(ctx, assets.Change{Events: []assets.Event{e}})
	})
}
