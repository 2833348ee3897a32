package vimeo

import (
	"context"
	"fmt"
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// plays is what Vimeo counts.
const plays = "lectures commencées, d'un clic ou toutes seules"

// Watch looks at a film.
func (v *Vimeo) Watch(ctx context.Context, remoteID string, req publishers.Request) (s assets.Seen, err error) {
	var is struct {
		video
		Name  string `json:"name"`
		Stats struct {
			Plays *int `json:"plays"` // null where they are not shown
		} `json:"stats"`
	}
	gone := assets.Seen{Drift: assets.DriftGone, Text: "Ce film n'est plus sur Vimeo."}
	if !isID(remoteID) {
		return gone, nil
	}
	_, err = v.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/videos/" + remoteID, Query: fields(videoFields + ",stats")}, &is)
	switch {
	case err != nil && assets.KindOf(err) == assets.NotFound:
		return gone, nil
	case err != nil:
		return s, err
	case amiss[is.Status] != "" || is.dead():
		s.Drift, s.Text = assets.DriftBlocked, is.note()
	case !is.public():
		s.Drift, s.Text = assets.DriftHidden, is.note()
	case is.Name != line(req.Film.Title):
		s.Drift, s.Text = assets.DriftEdited, fmt.Sprintf("Le titre a été changé sur Vimeo : « %s ».", is.Name)
	}
	if is.Stats.Plays != nil {
		s.Views = &assets.Views{Count: *is.Stats.Plays, Means: plays}
	}
	return s, nil
}
