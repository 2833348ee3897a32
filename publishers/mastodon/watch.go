package mastodon

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Watch looks at a post. Mastodon counts no views.
func (m *Mastodon) Watch(ctx context.Context, remoteID string, _ publishers.Request) (s assets.Seen, err error) {
	is, err := m.Status(ctx, remoteID)
	switch {
	case err != nil || is.Public:
	case is.URL == "":
		s.Drift, s.Text = assets.DriftGone, is.Note
	default:
		s.Drift, s.Text = assets.DriftHidden, "Ce message est sur Mastodon, mais pas public."
	}
	return s, err
}
