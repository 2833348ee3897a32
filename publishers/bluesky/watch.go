package bluesky

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Watch looks whether a post is there. Bluesky counts no views.
func (b *Bluesky) Watch(ctx context.Context, remoteID string, _ publishers.Request) (s assets.Seen, err error) {
	is, err := b.Status(ctx, remoteID)
	if err == nil && !is.Public {
		s.Drift, s.Text = assets.DriftGone, is.Note
	}
	return s, err
}
