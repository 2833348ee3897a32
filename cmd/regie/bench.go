package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/maker"
)

type benchCmd struct {
	Files []string `arg:"" name:"fichier" help:"Films à mesurer." type:"path"`
	Runs  int      `help:"Nombre de passages ; la médiane est gardée." default:"1"`
}

func (*benchCmd) Help() string {
	return `Le même film, trois fois, dans le même passage :
  régie     le chemin entier : dépôt, examen, fabrication (échelle, MP4, son, vignettes, bande-annonce), mise en ligne
  ensemble  un seul ffmpeg qui ne fait que les mêmes barreaux, avec les mêmes réglages
  séparés   un ffmpeg par barreau, avec les mêmes réglages

CPU compte tous les processus, celui de Régie compris.`
}

// cost is what one way of making a film took.
type cost struct {
	Wall float64 `json:"wall"` // seconds
	CPU  float64 `json:"cpu"`  // seconds, user and system, of all processes
	RSS  int64   `json:"rss"`  // bytes, of the largest process
}

// comparison is the outcome for one film.
type comparison struct {
	File     string             `json:"file"`
	Length   float64            `json:"length"` // seconds
	Regie    cost               `json:"regie"`
	Together cost               `json:"together"`
	Apart    cost               `json:"apart"`
	Ratios   map[string]float64 `json:"ratios"`
	SSIM     []similarity       `json:"ssim"`
}

// similarity is the structural similarity of one rung to the master, both ways.
type similarity struct {
	Rung     string  `json:"rung"`
	Regie    float64 `json:"regie"`
	Together float64 `json:"together"`
}

// Run measures each film.
func (c *benchCmd) Run(a *app) error {
	for _, f := range c.Files {
		if err := readable(f); err != nil {
			return err
		}
		var runs []comparison
		for range max(1, c.Runs) {
			r, err := compare(a, f)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
		slices.SortFunc(runs, func(x, y comparison) int { return cmp.Compare(x.Ratios["cpu_together"], y.Ratios["cpu_together"]) })
		if err := report(a, runs[len(runs)/2]); err != nil {
			return err
		}
	}
	return nil
}

// compare makes one film in the three ways, in a folder that goes afterwards.
func compare(a *app, file string) (comparison, error) {
	dir, err := os.MkdirTemp("", "regie-bench-")
	if err != nil {
		return comparison{}, err
	}
	defer os.RemoveAll(dir)
	cfg := a.cfg
	cfg.Data, cfg.Database.URL, cfg.Redis.URL, cfg.Storage.Kind = filepath.Join(dir, "regie"), configs.Secret{}, configs.Secret{}, "disk"
	h, err := open(a.ctx, cfg, io.Discard)
	if err != nil {
		return comparison{}, err
	}
	defer h.Close()
	if err := h.openMaker(); err != nil {
		return comparison{}, err
	}
	r := comparison{File: filepath.Base(file)}
	meter := &meteredRunner{Runner: h.runner}
	made, err := maker.New(maker.Options{Runner: meter, Profiles: h.profiles, Tools: h.runner.Version(), Log: h.log})
	if err != nil {
		return r, err
	}
	h.parts.Maker = made
	var film pipeline.FilmView
	if r.Regie, err = meter.measure(func() error {
		film, err = wholeWay(a.ctx, h, file)
		return err
	}); err != nil {
		return r, err
	}
	in, err := made.Inspect(a.ctx, file)
	if err != nil {
		return r, err
	}
	plan, err := made.Plan(in)
	if err != nil {
		return r, err
	}
	run := func(name string, commands func(maker.Plan, string, string) []ffmpeg.Command) (cost, error) {
		out := filepath.Join(dir, name)
		for _, f := range maker.PlainFolders(plan, out) {
			if err := os.MkdirAll(f, 0o755); err != nil {
				return cost{}, err
			}
		}
		return meter.measure(func() error {
			for _, c := range commands(plan, file, out) {
				if _, err := meter.Run(a.ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if r.Together, err = run("together", func(p maker.Plan, m, d string) []ffmpeg.Command {
		return []ffmpeg.Command{maker.PlainTogether(p, m, d)}
	}); err != nil {
		return r, err
	}
	if r.Apart, err = run("apart", maker.PlainApart); err != nil {
		return r, err
	}
	r.Length = film.Duration
	r.Ratios = map[string]float64{
		"cpu_together": r.Regie.CPU / r.Together.CPU, "cpu_apart": r.Regie.CPU / r.Apart.CPU, "wall_apart": r.Regie.Wall / r.Apart.Wall,
	}
	r.SSIM, err = similarities(a.ctx, h, plan, film, file, dir)
	return r, err
}

// wholeWay takes a file from its arrival to the site.
func wholeWay(ctx context.Context, h *house, file string) (view pipeline.FilmView, err error) {
	f, err := os.Open(file)
	if err != nil {
		return view, err
	}
	defer f.Close()
	r, err := h.desk.Ingest(ctx, pipeline.Arrival{
		Name: filepath.Base(file), Bytes: f, Kind: assets.KindMaster, To: []assets.Channel{assets.ChannelSite}, Actor: "bench",
	})
	if err != nil {
		return view, err
	}
	err = h.whileWorking(ctx, func(ctx context.Context) error {
		tick := time.NewTicker(pollEvery)
		defer tick.Stop()
		for {
			if view, err = h.desk.Show(ctx, string(r.Film)); err != nil {
				return err
			}
			if atRest(view, h.now()) {
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
		}
		if view.State != string(assets.FilmPublished) {
			return &assets.Error{Kind: assets.Invalid, Op: "bench", Msg: "Ce film n'arrive pas en ligne, il ne peut pas être mesuré. " + view.Reason}
		}
		return nil
	})
	return view, err
}

// meteredRunner remembers the largest process it ran.
type meteredRunner struct {
	ffmpeg.Runner
	mu  sync.Mutex
	rss int64
}

// Run runs a command and looks at its size.
func (m *meteredRunner) Run(ctx context.Context, c ffmpeg.Command) (ffmpeg.Result, error) {
	r, err := m.Runner.Run(ctx, c)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rss = max(m.rss, r.PeakRSS)
	return r, err
}

// measure tells what doing something costs.
func (m *meteredRunner) measure(do func() error) (cost, error) {
	runtime.GC()
	m.rss = 0
	cpu, begun := cpuSeconds(), time.Now()
	err := do()
	return cost{Wall: time.Since(begun).Seconds(), CPU: cpuSeconds() - cpu, RSS: m.rss}, err
}

// cpuSeconds is the CPU time of this process and of all that it waited for.
func cpuSeconds() float64 {
	var sum float64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err == nil {
			sum += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
		}
	}
	return sum
}

// similarities compares each rung with the master, the house's and the plain.
func similarities(ctx context.Context, h *house, p maker.Plan, film pipeline.FilmView, master, dir string) ([]similarity, error) {
	i := slices.IndexFunc(film.Files, func(f pipeline.FileView) bool { return f.Role == assets.RoleHLS })
	if i < 0 {
		return nil, errors.New("bench: no HLS")
	}
	tree := filepath.Dir(film.Files[i].Path)
	var all []similarity
	for _, r := range p.Rungs {
		s := similarity{Rung: r.Name}
		for into, folder := range map[*float64]string{&s.Regie: filepath.Join(tree, r.Name), &s.Together: filepath.Join(dir, "together", "hls", r.Name)} {
			joined, err := join(folder, filepath.Join(dir, "joined.mp4"))
			if err != nil {
				return nil, err
			}
			if *into, err = ssim(ctx, h.runner, maker.SimilarityCommand(p, r, joined, master, dir)); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// join strings the segments of a rung together: fragments follow their init.
func join(folder, to string) (string, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.m4s"))
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	for _, n := range append([]string{filepath.Join(folder, "init.mp4")}, names...) {
		b, err := os.ReadFile(n)
		if err != nil {
			return "", err
		}
		all.Write(b)
	}
	return to, os.WriteFile(to, all.Bytes(), 0o600)
}

func ssim(ctx context.Context, r ffmpeg.Runner, c ffmpeg.Command) (float64, error) {
	if _, err := r.Run(ctx, c); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(filepath.Join(c.Dir, maker.SimilarityFile))
	if err != nil {
		return 0, err
	}
	var sum float64
	found := regexp.MustCompile(`All:([0-9.]+)`).FindAllStringSubmatch(string(text), -1)
	for _, m := range found {
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum / float64(max(1, len(found))), nil
}

func report(a *app, r comparison) error {
	if a.out.json {
		return a.out.object(r)
	}
	a.out.say("\n%s, %s", r.File, spell(r.Length))
	t := tabwriter.NewWriter(a.out.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tdurée\tCPU\tmémoire\t")
	for _, row := range []struct {
		name string
		cost
	}{{"régie, le chemin entier", r.Regie}, {"ffmpeg, ensemble", r.Together}, {"ffmpeg, séparés", r.Apart}} {
		fmt.Fprintf(t, "%s\t%.1f s\t%.1f s\t%d Mo\t\n", row.name, row.Wall, row.CPU, row.RSS>>20)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	a.out.say("CPU de Régie : %.2f × ensemble, %.2f × séparés ; durée : %.2f × séparés.",
		r.Ratios["cpu_together"], r.Ratios["cpu_apart"], r.Ratios["wall_apart"])
	var parts []string
	for _, s := range r.SSIM {
		parts = append(parts, fmt.Sprintf("%s : %.4f (ffmpeg seul : %.4f)", s.Rung, s.Regie, s.Together))
	}
	a.out.say("SSIM %s", strings.Join(parts, " · "))
	return nil
}
