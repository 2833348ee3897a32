package pipeline

import (
	"context"

	"anonymal.tv/regie/assets"
)

// Cancel stops the making of a film's current version and calls off what was
// planned for it. The original stays; Remake takes the work up again.
func (d *Desk) Cancel(ctx context.Context, film assets.ID, actor string) error {
	f, v, err := d.filmAndVersion(ctx, film)
	if err != nil {
		return err
	}
	if !assets.VersionMachine.May(v.State, assets.VersionCancelled) {
		return &assets.Error{
			Kind: assets.Conflict, Op: "pipeline.Cancel",
			Msg: "Ce film n'est pas en cours de fabrication : il n'y a rien à arrêter. Pour le retirer d'un canal : « regie unpublish ».",
		}
	}
	c, err := d.callOff(ctx, f.ID, actor, "Fabrication arrêtée.")
	if err != nil {
		return err
	}
	c.Events = append(c.Events, d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionCancelled), actor, ""))
	c.Cancel = append(c.Cancel, v.ID)
	return d.commit(ctx, c)
}

// callOff is the change that cancels what is planned for a film and not begun.
func (d *Desk) callOff(ctx context.Context, film assets.ID, actor, note string) (assets.Change, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film, State: assets.PublicationScheduled})
	if err != nil {
		return assets.Change{}, err
	}
	var c assets.Change
	for _, p := range all {
		c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationCancelled), actor, note))
		c.Cancel = append(c.Cancel, p.ID)
	}
	return c, nil
}

// Remake looks the current version through and makes it again, from its
// untouched original: after a failure, a cancel, or when the house has learnt
// to make films better. What is public stays as it is until the new one is
// ready; what the same recipe made before is kept.
func (d *Desk) Remake(ctx context.Context, film assets.ID, actor string) error {
	_, v, err := d.filmAndVersion(ctx, film)
	if err != nil {
		return err
	}
	if !assets.VersionMachine.May(v.State, assets.VersionReceived) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Remake", Msg: "Ce film est déjà en cours de fabrication."}
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionReceived), actor, "Nouvelle fabrication demandée.")},
		Jobs:   []assets.Job{d.job(assets.JobInspect, v.ID, d.Now(), 0)},
	})
}
