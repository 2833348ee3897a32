package studio

import (
	"context"
	"net/http"
	"slices"

	"anonymal.tv/regie/assets"
)

// Filed is the programme as pages need it: for choosing, and by slug.
type Filed struct {
	assets.Programme
	assets.Names
	Genres []assets.Genre
}

func (s *Studio) filed(ctx context.Context) (Filed, error) {
	p, err := s.Desk.Catalog.Programme(ctx)
	slices.SortStableFunc(p.Territories, func(a, b assets.Territory) int { return slices.Compare(pathOf(p, a), pathOf(p, b)) })
	return Filed{p, p.Names(), assets.Genres()}, err
}

// pathOf puts a quarter behind its town.
func pathOf(p assets.Programme, t assets.Territory) []string {
	if i := slices.IndexFunc(p.Territories, func(x assets.Territory) bool { return x.Slug == t.Parent }); t.Parent != "" && i >= 0 {
		return []string{p.Territories[i].Name, t.Name}
	}
	return []string{t.Name}
}

// movedFilters leads from a list that is asked for by an entry which was merged
// into another to the same list of the other: kept searches follow. It tells
// whether it did.
func movedFilters(w http.ResponseWriter, r *http.Request, p assets.Programme) bool {
	ask, moved := r.URL.Query(), false
	for name, kind := range map[string]assets.HeadingKind{
		"rubrique": assets.HeadingRubrique, "partenaire": assets.HeadingPartner, "dossier": assets.HeadingDossier, "territoire": assets.HeadingTerritory,
	} {
		h := assets.Heading{Kind: kind, Slug: ask.Get(name)}
		if h.Slug == "" || p.Entry(h) != nil {
			continue
		}
		if to := p.MovedTo(h); to != "" {
			ask.Set(name, to)
			moved = true
		}
	}
	if moved {
		http.Redirect(w, r, r.URL.Path+"?"+ask.Encode(), http.StatusFound)
	}
	return moved
}
