package studio

import (
	"context"
	"math"
	"slices"
	"strconv"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// movie is a version of a film as the player is given it.
type movie struct {
	Number int
	Video  string // addresses
	Poster string
	Rate   int // thousandths of a frame per second
	Frames int
	Length float64 // seconds
}

// movieOf is the current version of a film; nil before it is made.
func (s *Studio) movieOf(ctx context.Context, f assets.Film) (*movie, error) {
	if f.Version == "" {
		return nil, nil
	}
	v, err := s.Desk.Catalog.Version(ctx, f.Version)
	if err != nil {
		return nil, err
	}
	return s.movieOfVersion(ctx, v)
}

// movieOfVersion is one version; nil before it is made, and where it has no
// picture.
func (s *Studio) movieOfVersion(ctx context.Context, v assets.Version) (*movie, error) {
	made, err := s.Desk.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	files := "/regie/films/" + string(v.Film) + "/versions/" + strconv.Itoa(v.Number) + "/fichiers/"
	film, found := pipeline.Reviewed(made)
	if !found || v.Sheet == nil || v.Sheet.Video == nil {
		return nil, nil
	}
	m := movie{Number: v.Number, Video: files + pipeline.FileOf(film.Key), Length: film.Duration}
	if i := slices.IndexFunc(made, func(r assets.Rendition) bool { return r.Role == assets.RolePoster && r.Codec == "image/jpeg" }); i >= 0 {
		m.Poster = files + pipeline.FileOf(made[i].Key)
	}
	m.Rate = int(math.Round(v.Sheet.Video.Rate * 1000))
	m.Frames = int(math.Round(m.Length * v.Sheet.Video.Rate))
	return &m, nil
}
