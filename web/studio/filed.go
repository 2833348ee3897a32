package studio

import (
	"context"
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
