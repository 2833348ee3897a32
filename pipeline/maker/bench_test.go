package maker

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// adding is a Runner that adds up what its processes cost.
type adding struct {
	ffmpeg.Runner
	mu  sync.Mutex
	cpu time.Duration
	rss int64 // bytes, of the largest
}

// Run adds.
func (a *adding) Run(ctx context.Context, c ffmpeg.Command) (ffmpeg.Result, error) {
	res, err := a.Runner.Run(ctx, c)
	a.mu.Lock()
	a.cpu, a.rss = a.cpu+res.CPU, max(a.rss, res.PeakRSS)
	a.mu.Unlock()
	return res, err
}

// BenchmarkMake compares the whole way of a film with one plain process that
// makes the same rungs, and with one process for each rung.
func BenchmarkMake(b *testing.B) {
	path := services.Media(b, "good/film-bbb-1080p24-51-30s.mp4")
	plain := sandbox(b)
	var whole, bare, each time.Duration
	var wholeWall, bareWall, eachWall time.Duration
	for b.Loop() {
		a := &adding{Runner: plain}
		m, err := New(Options{Runner: a, Profiles: profiles(b)})
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		in, err := m.Inspect(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		plan, err := m.Plan(in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Make(b.Context(), path, in, plan, b.TempDir(), nil); err != nil {
			b.Fatal(err)
		}
		whole += a.cpu
		wholeWall += time.Since(begun)

		run := func(all ...ffmpeg.Command) (cpu, wall time.Duration) {
			begun := time.Now()
			for _, c := range all {
				c.Dir = b.TempDir()
				for _, dir := range PlainFolders(plan, c.Dir) {
					if err := os.MkdirAll(dir, 0o755); err != nil {
						b.Fatal(err)
					}
				}
				res, err := plain.Run(b.Context(), c)
				if err != nil {
					b.Fatal(err)
				}
				cpu += res.CPU
			}
			return cpu, time.Since(begun)
		}
		c, w := run(PlainTogether(plan, path, ""))
		bare, bareWall = bare+c, bareWall+w
		c, w = run(PlainApart(plan, path, "")...)
		each, eachWall = each+c, eachWall+w
	}
	n := float64(b.N)
	b.ReportMetric(whole.Seconds()/n, "cpu-s/film")
	b.ReportMetric(bare.Seconds()/n, "cpu-s/together")
	b.ReportMetric(each.Seconds()/n, "cpu-s/apart")
	b.ReportMetric(whole.Seconds()/bare.Seconds(), "×together")
	b.ReportMetric(whole.Seconds()/each.Seconds(), "×apart")
	b.ReportMetric(wholeWall.Seconds()/eachWall.Seconds(), "wall×apart")
	b.ReportMetric(wholeWall.Seconds()/bareWall.Seconds(), "wall×together")
}

// BenchmarkFormats says what each format of a film costs: seconds of CPU for one of
// film, and the memory of its largest process. The master is one of 2160p60.
func BenchmarkFormats(b *testing.B) {
	path := services.Media(b, "good/film-bbb-2160p60-16s.mp4")
	for _, f := range assets.Formats() {
		if f.Teaser {
			continue
		}
		b.Run(string(f.Name), func(b *testing.B) {
			a := &adding{Runner: sandbox(b)}
			m, err := New(Options{Runner: a, Profiles: profiles(b)})
			if err != nil {
				b.Fatal(err)
			}
			var length float64
			for b.Loop() {
				in, err := m.Inspect(b.Context(), path)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := m.Format(b.Context(), FormatRequest{Name: f.Name, Movie: path, In: in}, b.TempDir(), nil); err != nil {
					b.Fatal(err)
				}
				length += in.Source.Length
			}
			b.ReportMetric(a.cpu.Seconds()/length, "cpu-s/s")
			b.ReportMetric(float64(a.rss>>20), "MiB")
		})
	}
}
