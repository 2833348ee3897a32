package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
)

// FilmLine is a film as a follow-up shows it.
type FilmLine struct {
	assets.Film
	Standing string // assets.Standing
}

// Follow is how the films stand that are filed in one place.
type Follow struct {
	Films   []FilmLine // newest first
	Planned int        // agreed with the partner; 0 unknown
	Online  int
	ByState []StateCount
}

// StateCount is how many films stand at one point of the way.
type StateCount struct {
	Standing string
	Count    int
}

// followed is how many films a follow-up counts: decades of a dossier.
const followed = 5000

// Follow tells how the films stand that a filter chooses.
func (d *Desk) Follow(ctx context.Context, f assets.FilmFilter, planned int) (Follow, error) {
	out := Follow{Planned: planned}
	f.Limit = followed
	films, err := d.Catalog.Films(ctx, f)
	if err != nil {
		return out, err
	}
	current, err := d.CurrentVersions(ctx, films)
	if err != nil {
		return out, err
	}
	for _, film := range films {
		line := FilmLine{Film: film, Standing: assets.Standing(film, current[film.ID])}
		if film.State == assets.FilmPublished {
			out.Online++
		}
		i := slices.IndexFunc(out.ByState, func(c StateCount) bool { return c.Standing == line.Standing })
		if i < 0 {
			out.ByState = append(out.ByState, StateCount{Standing: line.Standing})
			i = len(out.ByState) - 1
		}
		out.ByState[i].Count++
		out.Films = append(out.Films, line)
	}
	return out, nil
}
