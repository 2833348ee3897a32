package partner

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline"
)

// BenchmarkPage is how long the house takes for the page of a dossier of twenty
// films, and for that of one of them.
func BenchmarkPage(b *testing.B) {
	h := newHouse(b)
	var f assets.Film
	for i := range 20 {
		f = h.film(fmt.Sprintf("Film %d", i), usual()...)
		h.grant(f)
	}
	_, root := h.link(pipeline.DeliveryRequest{})
	for name, address := range map[string]string{"dossier": root, "film": root + "/films/" + string(f.ID)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				h.server.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, strings.TrimPrefix(address, h.server.URL), nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// BenchmarkDownload downloads the same file by a link and from nginx, five times
// each in turns, and tells the ratio of the pair in the middle.
func BenchmarkDownload(b *testing.B) {
	const size = 2 << 30
	h := newHouse(b)
	f := h.film("Concert", large(size))
	_, root := h.link(pipeline.DeliveryRequest{})
	x, err := h.Catalog.Renditions(b.Context(), f.Version)
	h.must(err)
	theirs := services.StartNginx(b, filepath.Dir(h.disk.Path(x[0].Key))) + "/" + filepath.Base(h.disk.Path(x[0].Key))
	ours := h.saved(root, f, assets.MP4Role(1080))
	buffer := make([]byte, 256<<10)
	pace := func(address string) float64 {
		begun := time.Now()
		res, err := http.Get(address)
		h.must(err)
		defer res.Body.Close()
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, res.Body, buffer)
		if h.must(err); n != size {
			b.Fatalf("%s: %d bytes", address, n)
		}
		return size / 1e6 / time.Since(begun).Seconds()
	}
	pace(theirs) // the file is in memory from here on
	var ratios, all []float64
	for b.Loop() {
		for range 5 {
			we, they := pace(ours), pace(theirs)
			all = append(all, we, they)
			ratios = append(ratios, we/they)
		}
	}
	b.Logf("MB/s, ours and nginx's in turns: %.0f", all)
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "×nginx")
}
