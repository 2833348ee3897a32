package pipeline

import (
	"context"
	"fmt"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Unpublish takes a film off these channels: what is public is taken down, what
// is only planned is called off.
func (d *Desk) Unpublish(ctx context.Context, film assets.ID, channels []assets.Channel, actor string) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film})
	if err != nil {
		return nil, err
	}
	var c assets.Change
	var touched []assets.Publication
	for _, p := range all {
		if !slices.Contains(channels, p.Channel) {
			continue
		}
		switch p.State {
		case assets.PublicationScheduled, assets.PublicationAssisted, assets.PublicationFailed:
			c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationCancelled), actor, ""))
			c.Cancel = append(c.Cancel, p.ID)
		case assets.PublicationPublished, assets.PublicationPublishing, assets.PublicationUnknown, assets.PublicationCheck:
			c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationWithdrawing), actor, ""))
			c.Cancel = append(c.Cancel, p.ID)
			c.Jobs = append(c.Jobs, d.job(assets.JobWithdraw, p.ID, d.Now(), 0))
		case assets.PublicationWithdrawing:
		default:
			continue
		}
		touched = append(touched, p)
	}
	if len(touched) == 0 {
		return nil, &assets.Error{
			Kind: assets.NotFound, Op: "pipeline.Unpublish",
			Msg: fmt.Sprintf("Ce film n'est ni en ligne ni programmé sur : %v. Rien n'a été changé.", channels),
		}
	}
	return touched, d.commit(ctx, c)
}

// withdraw takes one publication down.
func (d *Desk) withdraw(ctx context.Context, h *hold) error {
	p, to, err := d.destination(ctx, h)
	if err != nil {
		return err
	}
	w, ok := to.(publishers.Withdrawer)
	if !ok {
		return &assets.Error{Kind: assets.Invalid, Op: "pipeline.withdraw", Msg: "Ce canal ne permet pas de retirer un film : retirez-le à la main, puis confirmez-le ici."}
	}
	remote := p.RemoteID
	if remote == "" { // the attempt that published died before it could say where
		if r, found, err := to.Find(ctx, string(p.ID), p.Resume); err != nil {
			return err
		} else if found {
			remote = r.RemoteID
		}
	}
	if remote != "" {
		if err := w.Withdraw(ctx, remote); err != nil {
			return err
		}
	}
	c := assets.Change{
		Events: []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationWithdrawn), "worker", "")},
		Fence:  h.fence(),
	}
	still, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: p.Film, State: assets.PublicationPublished})
	if err != nil {
		return err
	}
	f, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return err
	}
	if len(still) == 0 && f.State == assets.FilmPublished {
		c.Events = append(c.Events, d.event(assets.SubjectFilm, f.ID, string(f.State), string(assets.FilmWithdrawn), "worker", ""))
	}
	return d.commit(ctx, c)
}
