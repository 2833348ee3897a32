package pipeline

import (
	"context"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Found is what a search answers.
type Found struct {
	Hits    []assets.Hit
	Suggest []string // known names close to a query that found nothing
}

// Search finds films, sujets and rushes, limit of each at most, among those that
// the person may see.
func (d *Desk) Search(ctx context.Context, query string, limit int, u assets.User) (Found, error) {
	var f Found
	hits, err := d.Catalog.SearchAll(ctx, query, limit)
	if err != nil {
		return f, err
	}
	for _, h := range hits {
		if u.Role == assets.RoleJRI {
			mine, err := d.concerns(ctx, h, u)
			if err != nil {
				return f, err
			}
			if !mine {
				continue
			}
		}
		f.Hits = append(f.Hits, h)
	}
	if len(f.Hits) == 0 && strings.TrimSpace(query) != "" {
		f.Suggest, err = d.Catalog.Suggest(ctx, query, 5)
	}
	return f, err
}

// concerns tells whether a record is a person's own.
func (d *Desk) concerns(ctx context.Context, h assets.Hit, u assets.User) (bool, error) {
	r, err := d.Record(ctx, string(h.Kind), h.ID)
	if err != nil || r == nil {
		return false, err
	}
	for _, owner := range r.Owners {
		if owner == u.ID {
			return true, nil
		}
	}
	return false, nil
}

// SaveSearch keeps the address of a list that a person comes back to.
func (d *Desk) SaveSearch(ctx context.Context, name, path string, u assets.User) error {
	const op = "pipeline.SaveSearch"
	name = french.Short(french.Clean(name), 80)
	switch {
	case name == "":
		return wrong(op, "name", "Il manque le nom de la recherche.")
	case len(path) > 2000 || !strings.HasPrefix(path, "/regie/"):
		return wrong(op, "path", "Cette liste ne peut pas être gardée.")
	}
	s := assets.SavedSearch{ID: d.NewID(), Owner: u.ID, Name: name, Path: path, CreatedAt: d.Now()}
	return d.commit(ctx, assets.Change{
		Searches: []assets.SavedSearch{s}, Events: []assets.Event{d.gesture(u, "", "Recherche « "+name+" » gardée.", nil)},
	})
}

// ForgetSearch takes a saved search away.
func (d *Desk) ForgetSearch(ctx context.Context, id assets.ID, u assets.User) error {
	all, err := d.Catalog.SavedSearches(ctx, u.ID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.ID == id {
			s.RemovedAt = d.Now()
			return d.commit(ctx, assets.Change{
				Searches: []assets.SavedSearch{s}, Events: []assets.Event{d.gesture(u, "", "Recherche « "+s.Name+" » retirée.", nil)},
			})
		}
	}
	return &assets.Error{Kind: assets.NotFound, Op: "pipeline.ForgetSearch", Msg: "Cette recherche n'est plus là."}
}

// SetKeyless switches a person's single keys off, or on again.
func (d *Desk) SetKeyless(ctx context.Context, off bool, u assets.User) error {
	before, err := d.Catalog.User(ctx, u.ID)
	if err != nil {
		return err
	}
	after := before
	after.Keyless = off
	e := d.gesture(before, "", "Raccourcis d'une touche changés.", editsBetween(before, after))
	return d.commit(ctx, assets.Change{Users: []assets.User{after}, Events: []assets.Event{e}})
}
