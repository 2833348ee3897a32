package x

import (
	"context"
	"net/url"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// impressions is what X counts of a post.
const impressions = "fois où le message est apparu sur un écran"

// Watched is an X whose posts are looked at after they are out. X has each look
// paid (0.005 $, as of August 2026).
type Watched struct{ *X }

// NewWatched is New for a Watched.
func NewWatched(o Options) (Watched, error) {
	x, err := New(o)
	return Watched{x}, err
}

// Watch looks at a post.
func (x Watched) Watch(ctx context.Context, remoteID string, _ publishers.Request) (assets.Seen, error) {
	gone := assets.Seen{Drift: assets.DriftGone, Text: "Ce message n'est plus sur X."}
	if !isID(remoteID) {
		return gone, nil
	}
	p, there, err := x.look(ctx, remoteID, url.Values{"tweet.fields": {"public_metrics,withheld"}})
	switch {
	case err != nil:
		return assets.Seen{}, err
	case !there:
		return gone, nil
	}
	var s assets.Seen
	if m := p.Metrics; m != nil {
		s.Views = &assets.Views{Count: m.Impressions, Means: impressions}
	}
	if w := p.Withheld.Countries; slices.Contains(w, "FR") || slices.Contains(w, "XX") { // XX is everywhere
		s.Drift, s.Text = assets.DriftBlocked, "X ne montre pas ce message en France."
	}
	return s, nil
}
