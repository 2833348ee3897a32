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
		fill(b, c, ids, 10_000)
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

func fill(b *testing.B, c *catalog.Catalog, ids *assetstest.IDs, n int) {
	b.Helper()
	for i := 0; i < n; {
		var ch assets.Change
		for range 500 {
			one := film(ids)
			f := &one.Films[0]
			f.Title, f.Lede = fmt.Sprint("Soirée ", i, " du festival"), "Retour sur la soirée, avec les artistes et le public du quartier."
			f.Rubriques, f.Dossier = []string{fmt.Sprint("rubrique-", i%9)}, fmt.Sprint("dossier-", i%500)
			f.People = []assets.Person{{Name: fmt.Sprint("Artiste ", i%1000), Role: "musicienne"}}
			ch.Films, ch.Events = append(ch.Films, *f), append(ch.Events, one.Events...)
			i++
		}
		if err := c.Apply(b.Context(), ch); err != nil {
			b.Fatal(err)
		}
	}
}
