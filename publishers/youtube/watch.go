package youtube

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// views is what YouTube counts since 24 August 2026.
const views = "lectures commencées, quelle que soit leur durée"

// home is where the films of the house are looked at.
const home = "FR"

// Watch looks at a film; it costs one unit of the day's quota.
func (y *YouTube) Watch(ctx context.Context, remoteID string, req publishers.Request) (assets.Seen, error) {
	v, err := y.video(ctx, remoteID)
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return assets.Seen{Drift: assets.DriftGone, Text: "Ce film n'est plus sur YouTube."}, nil
	}
	if err != nil {
		return assets.Seen{}, err
	}
	var s assets.Seen
	count, _ := v.Statistics["viewCount"].(string) // hidden figures are left out
	if n, err := strconv.Atoi(count); err == nil {
		s.Views = &assets.Views{Count: n, Means: views}
	}
	title, _ := v.Snippet["title"].(string)
	switch {
	case v.dead():
		s.Drift, s.Text = assets.DriftBlocked, v.note()
	case !v.public():
		s.Drift, s.Text = assets.DriftHidden, v.note()
	case v.barred():
		s.Drift, s.Text = assets.DriftBlocked, "YouTube ne montre pas ce film en France."
	case title != line(req.Film.Title):
		s.Drift, s.Text = assets.DriftEdited, fmt.Sprintf("Le titre a été changé sur YouTube : « %s ».", title)
	}
	return s, nil
}

// barred tells whether a claim keeps it from people at home.
func (v video) barred() bool {
	r, _ := v.Content["regionRestriction"].(map[string]any)
	blocked, _ := r["blocked"].([]any)
	allowed, limited := r["allowed"].([]any)
	return slices.Contains(blocked, any(home)) || limited && !slices.Contains(allowed, any(home))
}
