package catalog_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/internal/services"
)

// BenchmarkCatalog measures what a page or a task asks, among 10,000 films.
func BenchmarkCatalog(b *testing.B) {
	server := services.StartPostgres(b) // without fsync: its writes are not those of a real one
	for name, address := range map[string]string{
		"sqlite":   "sqlite:" + filepath.Join(b.TempDir(), "regie.db"),
		"postgres": server.Database(b),
	} {
		c, err := catalog.Open(b.Context(), catalog.Options{URL: address})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		ids := &assetstest.IDs{}
		assetstest.ManyFilms(b, c, ids, 10_000)
		last := assets.ID("")
		run := func(what string, do func() error) {
			b.Run(what+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if err := do(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("Apply", func() error {
			ch := film(ids)
			last = ch.Films[0].ID
			return c.Apply(b.Context(), ch)
		})
		run("Film", func() error { _, err := c.Film(b.Context(), last); return err })
		for what, filter := range map[string]assets.FilmFilter{
			"all": {}, "rubrique": {Rubrique: "rubrique-3"}, "rare": {Dossier: "dossier-7"}, "deep": {Rubrique: "rubrique-3", After: assets.ID(fmt.Sprintf("01kat%021d", 9_000))},
		} {
			filter.Limit = 24
			run("Films-"+what, func() error { _, err := c.Films(b.Context(), filter); return err })
		}
		for what, query := range map[string]string{"rare": "soir 777", "common": "fest", "letter": "f"} {
			run("Search-"+what, func() error { _, err := c.Search(b.Context(), query, 20); return err })
		}
		run("DueJobs", func() error { _, err := c.DueJobs(b.Context(), assetstest.NewClock().Now(), 100); return err })
	}
}
