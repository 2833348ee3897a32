package assetstest

import (
	"testing"

	"anonymal.tv/regie/assets"
)

// Catalog is the suite for a catalog; open gives an empty one each time.
func Catalog(t *testing.T, open func(t testing.TB, now assets.Clock) Under) {
	for _, part := range []struct {
		name  string
		cases map[string]func(*House)
	}{
		{"records", recordCases()},
		{"apply", applyCases()},
		{"lists", listCases()},
		{"jobs", jobCases()},
		{"search", searchCases()},
		{"studio", studioCases()},
		{"entry", entryCases()},
		{"log", logCases()},
	} {
		t.Run(part.name, func(t *testing.T) {
			for name, check := range part.cases {
				t.Run(name, func(t *testing.T) { check(NewHouse(t, open)) })
			}
		})
	}
	t.Run("model of jobs", func(t *testing.T) { jobModel(NewHouse(t, open)) })
}
