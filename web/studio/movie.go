package studio

import (
	"context"
	"math"
	"strconv"
	"strings"

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

// reviewed is how many lines a version is looked at with: enough to see, little
// enough to come at once.
const reviewed = 720

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
	m := movie{Number: v.Number}
	best := math.MaxInt
	for _, r := range made {
		switch off := absolute(min(r.Width, r.Height) - reviewed); {
		case strings.HasPrefix(string(r.Role), string(assets.RoleMP4)+"-") && off < best:
			best, m.Video, m.Length = off, files+pipeline.FileOf(r.Key), r.Duration
		case r.Role == assets.RolePoster && r.Codec == "image/jpeg" && m.Poster == "":
			m.Poster = files + pipeline.FileOf(r.Key)
		}
	}
	if m.Video == "" || v.Sheet == nil || v.Sheet.Video == nil {
		return nil, nil
	}
	m.Rate = int(math.Round(v.Sheet.Video.Rate * 1000))
	m.Frames = int(math.Round(m.Length * v.Sheet.Video.Rate))
	return &m, nil
}

func absolute(n int) int { return max(n, -n) }
