package facebook

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// What Facebook counts of a video. A post with a link has no views.
const (
	metric = "total_video_views"
	views  = "lectures de trois secondes au moins, ou jusqu'au bout"
)

// Watch looks at a post or a video.
func (f *Facebook) Watch(ctx context.Context, remoteID string, _ publishers.Request) (assets.Seen, error) {
	gone := assets.Seen{Drift: assets.DriftGone, Text: "Ce film n'est plus sur Facebook."}
	hidden := assets.Seen{Drift: assets.DriftHidden, Text: "Ce film est sur Facebook, mais pas public."}
	if !isID.MatchString(remoteID) {
		return gone, nil
	}
	var s assets.Seen
	var err error
	if strings.Contains(remoteID, "_") {
		var p post
		if p, err = f.post(ctx, remoteID); !p.Published {
			s = hidden
		}
	} else {
		var v video
		if v, err = f.video(ctx, remoteID); v.failed() {
			s = assets.Seen{Drift: assets.DriftBlocked, Text: "Facebook ne montre pas ce film : regardez-le sur la page."}
		} else if !v.Published {
			s = hidden
		} else if err == nil {
			s.Views, err = f.views(ctx, remoteID)
		}
	}
	if err != nil && assets.KindOf(err) == assets.NotFound {
		return gone, nil
	}
	return s, err
}

// views are those of a video; nil where Facebook does not tell them: it gives up
// figures from time to time.
func (f *Facebook) views(ctx context.Context, id string) (*assets.Views, error) {
	var all struct {
		Data []struct {
			Name   string `json:"name"`
			Values []struct {
				Value int `json:"value"`
			} `json:"values"`
		} `json:"data"`
	}
	_, err := f.do(ctx, remote.Call{Method: http.MethodGet, Path: "/" + id + "/video_insights", Query: url.Values{"metric": {metric}}}, &all)
	if err != nil && assets.KindOf(err) == assets.Invalid {
		return nil, nil
	}
	for _, m := range all.Data {
		if m.Name == metric && len(m.Values) > 0 {
			return &assets.Views{Count: m.Values[0].Value, Means: views}, err
		}
	}
	return nil, err
}
