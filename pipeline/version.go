package pipeline

import (
	"context"
	"fmt"
	"slices"

	"anonymal.tv/regie/assets"
)

// AddVersion keeps a new master of a film: V2, V3… The same bytes given again
// lead to what is already there. It is shown, and the BATs of those before it
// end, once it is found whole: a file that is refused takes no place.
func (d *Desk) AddVersion(ctx context.Context, film assets.ID, a Arrival) (Received, error) {
	a.Film, a.Kind = film, assets.KindMaster
	return d.Ingest(ctx, a)
}

// receiveVersion writes down the arrival of one more version of a film.
func (d *Desk) receiveVersion(ctx context.Context, c assets.Change, asset assets.Asset, a Arrival) (Received, error) {
	s, err := d.stand(ctx, a.Film)
	if err != nil {
		return Received{}, err
	}
	if s.State == assets.FilmArchived {
		return Received{}, &assets.Error{Kind: assets.Conflict, Op: "pipeline.AddVersion", Msg: "Ce film est archivé : sortez-le des archives, puis déposez la version à nouveau."}
	}
	v := assets.Version{ID: d.NewID(), Film: s.ID, Number: 1, Master: asset.ID, State: assets.VersionReceived, CreatedAt: d.Now()}
	if n := len(s.versions); n > 0 {
		v.Number = s.versions[n-1].Number + 1
	}
	c.Versions = []assets.Version{v}
	c.Events = []assets.Event{d.event(assets.SubjectVersion, v.ID, "", string(v.State), a.Actor, fmt.Sprintf("V%d déposée.", v.Number))}
	c.Jobs = []assets.Job{d.job(assets.JobInspect, v.ID, d.Now(), 0)}
	if shown := front(s.versions); shown.State != assets.VersionReady && !underWay(shown) {
		f := s.Film
		f.Version, f.UpdatedAt = v.ID, d.Now()
		c.Films = []assets.Film{f}
	}
	if slices.Contains([]assets.FilmState{assets.FilmIdea, assets.FilmShooting, assets.FilmRushes, assets.FilmLogging}, s.State) {
		s.move(d, &c, assets.FilmEditing, a.Actor, "")
	}
	if err := d.planArrival(ctx, &c, &s, v, asset, a); err != nil {
		return Received{}, err
	}
	r := Received{Film: s.ID, Version: v.Number}
	a.filed(asset, r, &c)
	return r, d.commit(ctx, c)
}

// planArrival adds the publications that were asked for with a file, and the BAT
// that asking gives.
func (d *Desk) planArrival(ctx context.Context, c *assets.Change, s *stand, v assets.Version, master assets.Asset, a Arrival) error {
	if len(a.To) == 0 {
		return nil
	}
	bat := assets.Approval{ID: d.NewID(), Film: v.Film, Version: v.ID, Number: v.Number, SHA256: master.SHA256}
	if err := d.sign(ctx, &bat, "BAT donné avec la demande de mise en ligne.", a.Actor); err != nil {
		return err
	}
	c.Approvals = append(c.Approvals, bat)
	c.Events = append(c.Events, d.event(assets.SubjectApproval, bat.ID, "", string(assets.ApprovalGiven), a.Actor, bat.Note))
	for _, channel := range a.To {
		if slices.ContainsFunc(s.shown, func(p assets.Publication) bool { return p.Channel == channel && slices.Contains(live, p.State) }) {
			continue
		}
		p := d.publication(v.Film, Outing{channel, assets.Moment{At: d.Now()}})
		c.Publications = append(c.Publications, p)
		c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, "", string(p.State), a.Actor, ""))
	}
	return nil
}
