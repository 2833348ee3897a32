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

// BenchmarkStudio measures the lists of the studio, among 10,000 films, 2,000
// sujets and 100,000 rushes.
func BenchmarkStudio(b *testing.B) {
	server := services.StartPostgres(b)
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
		assetstest.ManyRushes(b, c, ids, 2_000, 100_000)
		yes := true
		for what, filter := range map[string]assets.RushFilter{
			"all": {}, "deep": {After: assets.ID(fmt.Sprintf("01kat%021d", 60_000))}, "sujet": {Sujet: "sujet-7"}, "owner": {Owner: "user-3"},
			"crew": {Crew: "user-3"}, "territory": {Territory: "territoire-1"}, "partner": {Partner: "partenaire-2"},
			"state": {State: assets.RushFailed}, "ready": {State: assets.RushReady, Dossier: "dossier-7"}, "portrait": {Orientation: "portrait"},
			"stars": {MinStars: 3}, "rare": {MinStars: 3, Rejected: &yes, Shot: assets.ShotSpeech}, "minors": {Minors: assets.Yes},
			"consent": {Consent: "missing"}, "none": {State: assets.RushIncomplete, Orientation: "square"},
			"removed": {Removed: true}, "words": {Query: "camion 777"}, "word": {Query: "soiree"}, "letter": {Query: "s", MinStars: 3},
		} {
			filter.Limit = 50
			b.Run("Rushes-"+what+"/"+name, func(b *testing.B) {
				n := 0
				for b.Loop() {
					rushes, err := c.Rushes(b.Context(), filter)
					if err != nil {
						b.Fatal(err)
					}
					n = len(rushes)
				}
				b.ReportMetric(float64(n), "rushes")
			})
			b.Run("Count-"+what+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.CountRushes(b.Context(), filter); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		for what, query := range map[string]string{"rare": "soir 777", "common": "soiree", "letter": "s"} {
			b.Run("SearchAll-"+what+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.SearchAll(b.Context(), query, 20); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		for _, query := range []string{"zik zak", "camoin", "soiré du festivla"} {
			b.Run("Suggest-"+query+"/"+name, func(b *testing.B) {
				n := 0
				for b.Loop() {
					names, err := c.Suggest(b.Context(), query, 5)
					if err != nil {
						b.Fatal(err)
					}
					n = len(names)
				}
				b.ReportMetric(float64(n), "names")
			})
		}
		b.Run("VerifyLog/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.VerifyLog(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
