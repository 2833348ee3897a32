package studio

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
)

// Filed is the programme as pages need it: for choosing, and by slug.
type Filed struct {
	assets.Programme
	Genres                                []assets.Genre
	Rubrique, Partner, Dossier, Territory map[string]string // names
}

func (s *Studio) filed(ctx context.Context) (Filed, error) {
	p, err := s.Desk.Catalog.Programme(ctx)
	slices.SortStableFunc(p.Territories, func(a, b assets.Territory) int { return slices.Compare(pathOf(p, a), pathOf(p, b)) })
	f := Filed{
		Programme: p, Genres: assets.Genres(),
		Rubrique: map[string]string{}, Partner: map[string]string{}, Dossier: map[string]string{}, Territory: map[string]string{},
	}
	for _, x := range p.Rubriques {
		f.Rubrique[x.Slug] = x.Name
	}
	for _, x := range p.Partners {
		f.Partner[x.Slug] = x.Name
	}
	for _, x := range p.Dossiers {
		f.Dossier[x.Slug] = x.Name
	}
	for _, x := range p.Territories {
		f.Territory[x.Slug] = x.Name
	}
	return f, err
}

// pathOf puts a quarter behind its town.
func pathOf(p assets.Programme, t assets.Territory) []string {
	if i := slices.IndexFunc(p.Territories, func(x assets.Territory) bool { return x.Slug == t.Parent }); t.Parent != "" && i >= 0 {
		return []string{p.Territories[i].Name, t.Name}
	}
	return []string{t.Name}
}
