package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
)

// Cancel stops the making of a film's newest version and calls off what was
// planned for it. The original stays; Remake takes the work up again.
func (d *Desk) Cancel(ctx context.Context, film assets.ID, actor string) error {
	s, err := d.stand(ctx, film)
	if err != nil {
		return err
	}
	v := front(s.versions)
	if !underWay(v) {
		return &assets.Error{
			Kind: assets.Conflict, Op: "pipeline.Cancel",
			Msg: "Ce film n'est pas en cours de fabrication : il n'y a rien à arrêter. Pour le retirer d'un canal : « regie unpublish ».",
		}
	}
	c, err := d.callOff(ctx, v, actor, "Fabrication arrêtée.")
	if err != nil {
		return err
	}
	c.Events = append(c.Events, d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionCancelled), actor, ""))
	c.Cancel = append(c.Cancel, v.ID)
	return d.commit(ctx, c)
}

// callOff is the change that cancels what is planned for a version that comes to
// nothing, unless another version can serve it.
func (d *Desk) callOff(ctx context.Context, v assets.Version, actor, note string) (assets.Change, error) {
	var c assets.Change
	s, err := d.stand(ctx, v.Film)
	if err != nil {
		return c, err
	}
	_, vouched := s.given(v.ID)
	s.versions = slices.DeleteFunc(s.versions, func(o assets.Version) bool { return o.ID == v.ID })
	_, _, given := s.warrant()
	if other := front(s.versions); given || !vouched && (other.State == assets.VersionReady || underWay(other)) {
		return c, nil
	}
	for _, p := range s.shown {
		if p.State == assets.PublicationScheduled {
			d.cancel(&c, p, actor, note)
		}
	}
	if s.State == assets.FilmScheduled {
		s.move(d, &c, assets.FilmReview, actor, note)
	}
	return c, nil
}

// Remake looks a version through and makes it again, from its untouched
// original: the newest, after a failure or a stop; else the one that is shown,
// when the house has learnt to make films better. What is public stays as it is
// until the new one is ready; what the same recipe made before is kept.
func (d *Desk) Remake(ctx context.Context, film assets.ID, actor string) error {
	s, err := d.stand(ctx, film)
	if err != nil {
		return err
	}
	v := front(s.versions)
	if n := len(s.versions); n > 0 && slices.Contains([]assets.VersionState{assets.VersionFailed, assets.VersionCancelled}, s.versions[n-1].State) {
		v = s.versions[n-1]
	}
	if v.ID == "" {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Remake", Msg: "Ce film n'a pas encore de version. Déposez un PAD."}
	}
	if !assets.VersionMachine.May(v.State, assets.VersionReceived) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.Remake", Msg: "Ce film est déjà en cours de fabrication."}
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionReceived), actor, "Nouvelle fabrication demandée.")},
		Jobs:   []assets.Job{d.job(assets.JobInspect, v.ID, d.Now(), 0)},
	})
}
