package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
)

// BenchmarkSlowReaders has two hundred partners download by a link, each as slowly
// as a village does, and tells how long the pages of the studio take before and
// meanwhile.
func BenchmarkSlowReaders(b *testing.B) {
	const readers, large = 200, 1 << 30
	s := revive(b, b.TempDir())
	clip := filepath.Join("..", "..", "..", "shared", "media", "good", "odd-asp-mp3-960x400-4s.avi")
	if code, out, errs := outcome(b, s.data, "ingest", clip, "--title", "Concert", "--rubrique", "societe", "--to", "site", "--wait", "--json"); code != exitDone {
		b.Fatalf("%d %s%s", code, out, errs)
	}
	address := s.url + longDownload(b, s.data, large)
	jri := s.enter(b, "Camille JRI", "jri")
	quiet, stop := context.WithTimeout(b.Context(), 20*time.Second)
	before := p95(jri.lookAround(quiet))
	stop()
	for b.Loop() {
		ctx, stop := context.WithCancel(b.Context())
		var reading, begun sync.WaitGroup
		for range readers {
			begun.Add(1)
			reading.Go(func() { sip(ctx, b, address, begun.Done) })
		}
		begun.Wait()
		look, enough := context.WithTimeout(ctx, 20*time.Second)
		b.ReportMetric(p95(jri.lookAround(look)), "ms-page-p95")
		enough()
		stop()
		reading.Wait()
	}
	b.ReportMetric(before, "ms-page-p95-before")
	b.ReportMetric(float64(peak(b, s.cmd.Process.Pid))/1e6, "MB-peak")
}

// longDownload hands the film of a house to a partner, its largest file made as long
// as that, and returns where it is downloaded.
func longDownload(b *testing.B, data string, size int64) string {
	b.Helper()
	cfg := configs.Default()
	cfg.Data = data
	h, err := open(b.Context(), cfg, b.Output())
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	x, err := h.desk.Deliver(b.Context(), pipeline.DeliveryRequest{Dossier: "zik-zac-2018"}, "cli")
	if err != nil {
		b.Fatal(err)
	}
	link, err := h.desk.DeliveryLink(x)
	if err != nil {
		b.Fatal(err)
	}
	hits, err := h.catalog.Search(b.Context(), "Concert", 1)
	if err != nil || len(hits) != 1 {
		b.Fatal(hits, err)
	}
	f, err := h.catalog.Film(b.Context(), hits[0].ID)
	if err != nil {
		b.Fatal(err)
	}
	f.Dossier = "zik-zac-2018"
	if err := h.desk.EditFilm(b.Context(), f.ID, f, "cli"); err != nil {
		b.Fatal(err)
	}
	handed, err := h.desk.HandedFilm(b.Context(), x, f.ID)
	if err != nil || len(handed.By) == 0 {
		b.Fatal(handed.Group, err)
	}
	if err := os.Truncate(filepath.Join(data, "blobs", filepath.FromSlash(handed.By[0].Key)), size); err != nil {
		b.Fatal(err)
	}
	_, token, _ := strings.Cut(link, "/p/")
	return fmt.Sprintf("/p/%s/films/%s/fichiers/%s", token, f.ID, url.PathEscape(handed.By[0].Name))
}

// sip reads an answer at a third of a megabyte a second until the end of ctx.
func sip(ctx context.Context, b *testing.B, address string, begun func()) {
	once := sync.OnceFunc(begun)
	defer once()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		b.Error(err)
		return
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", r.URL.Host)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	if err := r.Write(conn); err != nil {
		b.Error(err)
		return
	}
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		if _, err := io.CopyN(io.Discard, conn, 32<<10); err != nil {
			b.Errorf("a download ended: %v", err)
			return
		}
		once()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
