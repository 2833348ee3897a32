package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// stateWords are the words people read for assets.Standing, and for rushes.
var stateWords = map[string]string{
	"idea": "idée", "shooting": "tournage", "rushes": "rushes déposés", "logging": "dérushage", "editing": "montage",
	"received": "reçu", "making": "en fabrication", "ready": "prêt", "refused": "refusé", "incomplete": "incomplet",
	"failed": "échec", "cancelled": "arrêté", "review": "version à valider", "approved": "BAT donné",
	"scheduled": "programmé", "published": "en ligne", "withdrawn": "retiré", "archived": "archivé",
}

// stateExit is the exit code of a film, or rush, that rests in a state.
var stateExit = map[string]int{
	"refused": exitRefused, "incomplete": exitIncomplete, "failed": exitInternal, "cancelled": exitCancelled,
}

const pollEvery = 300 * time.Millisecond

// await follows a film or a rush until nothing more happens to it, showing how
// far it is, and prints it. It returns its exit code.
func await(ctx context.Context, a *app, h *house, r pipeline.Received) (int, error) {
	if r.Rush != "" {
		return awaitRush(ctx, a, h, r.Rush)
	}
	show := newProgress(a.out)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		view, err := h.desk.Show(ctx, string(r.Film))
		if err != nil {
			return exitInternal, err
		}
		if atRest(view, h.now()) {
			show.clear()
			// Read again: the parts of a view are read one after the other, and the
			// last step may have come between two of them.
			if view, err = h.desk.Show(ctx, string(r.Film)); err != nil {
				return exitInternal, err
			}
			return restCode(view), printFilm(a, view)
		}
		show.film(view)
		select {
		case <-ctx.Done():
			show.clear()
			return exitInterrupted, ctx.Err()
		case <-tick.C:
		}
	}
}

func awaitRush(ctx context.Context, a *app, h *house, id assets.ID) (int, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		rush, err := h.catalog.Rush(ctx, id)
		if err != nil {
			return exitInternal, err
		}
		if rush.State != assets.RushReceived && rush.State != assets.RushMaking {
			return stateExit[string(rush.State)], printRush(a, h, id)
		}
		select {
		case <-ctx.Done():
			return exitInterrupted, ctx.Err()
		case <-tick.C:
		}
	}
}

// atRest tells that no work is owed to this film now: everything done, or
// stopped, or planned for later.
func atRest(v pipeline.FilmView, now time.Time) bool {
	if v.Work != nil {
		return false
	}
	moving := []assets.PublicationState{assets.PublicationPublishing, assets.PublicationWithdrawing, assets.PublicationUnknown}
	for _, p := range v.Publications {
		if slices.Contains(moving, p.State) {
			return false
		}
	}
	return v.State != string(assets.VersionReceived) && v.State != string(assets.VersionMaking)
}

// restCode is the exit code of a film at rest.
func restCode(v pipeline.FilmView) int {
	code := stateExit[v.State]
	for _, p := range v.Publications {
		if p.State == assets.PublicationFailed || p.State == assets.PublicationCheck {
			code = max(code, exitUnpublished)
		}
	}
	return code
}

// progress shows how far the work is: a bar on a terminal, JSON lines with
// --json, one line a step elsewhere.
type progress struct {
	out  *output
	bar  bool
	last string
}

func newProgress(o *output) *progress {
	f, isFile := o.stderr.(*os.File)
	return &progress{out: o, bar: !o.json && isFile && term.IsTerminal(int(f.Fd()))}
}

func (p *progress) film(v pipeline.FilmView) {
	w := pipeline.WorkView{}
	if v.Work != nil {
		w = *v.Work
	}
	step := w.Step
	if step == "" {
		step = stateWords[v.State]
	}
	switch {
	case p.out.json:
		line := map[string]any{
			"film": v.ID, "state": v.State, "work": w.Kind, "step": step,
			"percent": math.Round(w.Progress*1000) / 10, "eta": math.Round(w.ETA),
		}
		if key := fmt.Sprint(line); key != p.last {
			p.last = key
			_ = p.out.object(line)
		}
	case p.bar:
		fmt.Fprintf(p.out.stderr, "\r\033[K%s", bar(v.Title, step, w))
	case step != p.last:
		p.last = step
		fmt.Fprintf(p.out.stderr, "%s : %s\n", v.Title, step)
	}
}

// clear takes the bar off the terminal.
func (p *progress) clear() {
	if p.bar {
		fmt.Fprint(p.out.stderr, "\r\033[K")
	}
}

// bar draws one line of at most 100 columns or so.
func bar(title, step string, w pipeline.WorkView) string {
	const width = 24
	full := int(math.Round(w.Progress * width))
	line := fmt.Sprintf("%s  %s%s %3.0f %%  %s", clip(title, 30), strings.Repeat("█", full), strings.Repeat("░", width-full), w.Progress*100, step)
	if w.ETA > 0 {
		line += ", encore " + spell(w.ETA)
	}
	return line
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// spell says a length of time in seconds the French way: « 3 min 42 s ».
func spell(seconds float64) string {
	s := int(math.Round(seconds))
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	}
}

// printFilm prints a film: an object with --json, else what a person wants to know.
func printFilm(a *app, v pipeline.FilmView) error {
	if a.out.json {
		return a.out.object(v)
	}
	return writeFilm(a.out.stdout, v)
}

func writeFilm(w io.Writer, v pipeline.FilmView) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s — %s", v.ID, v.Title, stateWords[v.State])
	if v.Duration > 0 {
		fmt.Fprintf(&b, ", %s", spell(v.Duration))
	}
	b.WriteByte('\n')
	if v.Reason != "" {
		fmt.Fprintf(&b, "  %s\n", v.Reason)
	}
	if v.Sheet != nil {
		for _, s := range v.Sheet.Verdicts {
			if s != v.Reason {
				fmt.Fprintf(&b, "  · %s\n", s)
			}
		}
	}
	for _, p := range v.Publications {
		fmt.Fprintf(&b, "  %s : %s  %s\n", p.Channel, publicationWords[p.State], p.URL)
		if p.Reason != "" {
			fmt.Fprintf(&b, "    %s\n", p.Reason)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// publicationWords are the words people read for a publication's state.
var publicationWords = map[assets.PublicationState]string{
	assets.PublicationScheduled: "programmé", assets.PublicationPublishing: "en cours", assets.PublicationPublished: "en ligne",
	assets.PublicationUnknown: "réponse perdue, vérification en cours", assets.PublicationCheck: "à vérifier",
	assets.PublicationAssisted: "à publier à la main", assets.PublicationFailed: "échec", assets.PublicationCancelled: "annulé",
	assets.PublicationWithdrawing: "retrait en cours", assets.PublicationWithdrawn: "retiré",
}
