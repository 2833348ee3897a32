package peertube

import (
	"context"
	"fmt"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// views is what an instance counts as it is installed, since PeerTube 6.1.
const views = "lectures de dix secondes au moins, sauf autre réglage de l'instance"

// Watch looks at a film.
func (p *PeerTube) Watch(ctx context.Context, remoteID string, req publishers.Request) (assets.Seen, error) {
	f, err := p.film(ctx, remoteID)
	if err != nil && assets.KindOf(err) == assets.NotFound {
		return assets.Seen{Drift: assets.DriftGone, Text: "Ce film n'est plus sur PeerTube."}, nil
	}
	if err != nil {
		return assets.Seen{}, err
	}
	s := assets.Seen{Views: &assets.Views{Count: f.Views, Means: views}}
	switch {
	case f.Blocked:
		s.Drift, s.Text = assets.DriftBlocked, "L'instance PeerTube a bloqué ce film."
	case f.Privacy.ID != public:
		s.Drift, s.Text = assets.DriftHidden, "Ce film est sur PeerTube, mais pas public."
	case f.Name != line(req.Film.Title):
		s.Drift, s.Text = assets.DriftEdited, fmt.Sprintf("Le titre a été changé sur PeerTube : « %s ».", f.Name)
	}
	return s, nil
}
