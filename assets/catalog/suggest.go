package catalog

import "context"

// Suggest returns known names close to the query.
func (c *Catalog) Suggest(ctx context.Context, query string, limit int) ([]string, error) {
	return nil, nil
}
