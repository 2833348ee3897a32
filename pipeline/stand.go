package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
)

// stand is a film with all that a decision about it weighs.
type stand struct {
	assets.Film
	versions  []assets.Version     // V1 first
	approvals []assets.Approval    // oldest first
	shown     []assets.Publication // oldest first
}

func (d *Desk) stand(ctx context.Context, film assets.ID) (s stand, err error) {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return s, err
	}
	return d.standOf(ctx, f)
}

// standOf is stand, of a film that was read already.
func (d *Desk) standOf(ctx context.Context, f assets.Film) (s stand, err error) {
	s.Film = f
	if s.versions, err = d.Catalog.Versions(ctx, f.ID); err != nil {
		return s, err
	}
	if s.approvals, err = d.Catalog.Approvals(ctx, f.ID); err != nil {
		return s, err
	}
	s.shown, err = d.Catalog.Publications(ctx, assets.PublicationFilter{Film: f.ID})
	return s, err
}

// warrant is the BAT that holds, and its version: no newer one was accepted.
// Nothing goes out without it.
func (s stand) warrant() (assets.Approval, assets.Version, bool) {
	for _, v := range slices.Backward(s.versions) {
		if v.State != assets.VersionReady && !underWay(v) {
			continue // turned down, or stopped
		}
		if a, given := s.given(v.ID); given {
			return a, v, true
		}
		if v.State != assets.VersionReceived {
			break
		}
	}
	return assets.Approval{}, assets.Version{}, false
}

// given is the BAT that a version has.
func (s stand) given(version assets.ID) (assets.Approval, bool) {
	i := slices.IndexFunc(s.approvals, func(a assets.Approval) bool { return a.Version == version && a.State == assets.ApprovalGiven })
	if i < 0 {
		return assets.Approval{}, false
	}
	return s.approvals[i], true
}

// move adds an event that moves the film, and remembers where it then stands.
func (s *stand) move(d *Desk, c *assets.Change, to assets.FilmState, actor, note string) {
	c.Events = append(c.Events, d.event(assets.SubjectFilm, s.ID, string(s.State), string(to), actor, note))
	s.State = to
}
