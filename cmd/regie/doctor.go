package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

type doctorCmd struct{}

// check is one finding of the doctor.
type check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // Régie can't work without
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // how to get it
}

// Run looks at everything the house stands on. It exits with 2 when something
// needed is missing.
func (c *doctorCmd) Run(a *app) error {
	checks := examine(a.ctx, a)
	missing := slices.ContainsFunc(checks, func(k check) bool { return k.Needed && !k.OK })
	if a.out.json {
		if err := a.out.object(map[string]any{"ok": !missing, "checks": checks}); err != nil {
			return err
		}
	} else {
		for _, k := range checks {
			mark := "✓"
			if !k.OK {
				mark = map[bool]string{true: "✗", false: "!"}[k.Needed]
			}
			a.out.say("%s %-18s %s", mark, k.Name, k.Found)
			if k.Advice != "" {
				a.out.say("  %-18s → %s", "", k.Advice)
			}
		}
	}
	if missing {
		return ended(exitUsage)
	}
	return nil
}

func examine(ctx context.Context, a *app) []check {
	checks := []check{}
	h, err := a.open()
	if err != nil {
		checks = append(checks, check{Name: "ouverture", Needed: true, Found: assets.Sentence(err), Advice: fmt.Sprint(err)})
	} else {
		defer h.Close()
		checks = append(checks,
			check{Name: "base de données", Needed: true, OK: true, Found: kindOfDatabase(a.cfg.Database.URL.Reveal())},
			check{Name: "stockage", Needed: true, OK: true, Found: a.cfg.Storage.Kind},
			room(h.data), confinement(h), queue(ctx, h),
		)
	}
	return append(tools(ctx, a), checks...)
}

// tools looks at ffmpeg: its version, and what of it is used. It asks without
// confinement when there is none, for it reads nothing.
func tools(ctx context.Context, a *app) []check {
	runner, err := ffmpeg.New(ffmpeg.Options{FFmpeg: a.cfg.Media.FFmpeg, FFprobe: a.cfg.Media.FFprobe, AllowNone: true, Bubblewrap: ffmpeg.BubblewrapOff})
	if err != nil {
		return []check{{Name: "ffmpeg", Needed: true, Found: "absent", Advice: "sudo apt-get install ffmpeg"}}
	}
	list := func(args ...string) string {
		r, err := runner.Run(ctx, ffmpeg.Command{Tool: ffmpeg.FFmpeg, Args: args})
		if err != nil {
			return ""
		}
		return string(r.Stdout)
	}
	version := runner.Version()
	found := check{Name: "ffmpeg", Needed: true, OK: version != "", Found: version}
	if bad := knownBad(version); bad != "" {
		found.Found += " — " + bad
	}
	checks := []check{found}
	for _, part := range []struct {
		flag, what string
		names      []string
	}{
		{"-encoders", "encodeurs", []string{"libx264", "aac", "flac", "mjpeg", "libwebp"}},
		{"-filters", "filtres", []string{"zscale", "tonemap", "bwdif", "ebur128", "scdet", "blackdetect", "silencedetect", "alimiter"}},
	} {
		have := list(part.flag)
		var missing []string
		for _, n := range part.names {
			if !strings.Contains(have, " "+n+" ") {
				missing = append(missing, n)
			}
		}
		k := check{Name: part.what, Needed: true, OK: len(missing) == 0, Found: strings.Join(part.names, ", ")}
		if !k.OK {
			k.Found = "manquent : " + strings.Join(missing, ", ")
			k.Advice = "installez le ffmpeg complet de Debian ou d'Ubuntu : sudo apt-get install ffmpeg"
		}
		checks = append(checks, k)
	}
	return checks
}

// knownBad names what is known of a version. Older than 8.1.2 the MagicYUV
// decoder can be made to write outside its memory (CVE-2026-8461): the codec
// whitelist of every run keeps it out of reach.
func knownBad(version string) string {
	var major, minor, patch int
	_, _ = fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch)
	if major == 0 || major > 8 || major == 8 && (minor > 1 || minor == 1 && patch >= 2) {
		return ""
	}
	return "touché par CVE-2026-8461 (MagicYUV) ; ce décodeur est fermé par la liste blanche de Régie"
}

func confinement(h *house) check {
	if err := h.openMaker(); err != nil {
		return check{Name: "bac à sable", Needed: true, Found: assets.Sentence(err), Advice: "sudo apt-get install bubblewrap"}
	}
	c := h.runner.Confinement()
	k := check{Name: "bac à sable", Needed: true, OK: c.Whole(), Found: c.String()}
	if !k.OK {
		k.Advice = "sudo apt-get install bubblewrap ; un noyau Linux 5.13 ou plus récent (Landlock) ferme aussi les fichiers"
	}
	return k
}

// room looks at the free space of the data folder.
func room(data string) check {
	var s unix.Statfs_t
	if err := unix.Statfs(data, &s); err != nil {
		return check{Name: "place libre", Needed: true, Found: "illisible : " + data}
	}
	free := float64(s.Bavail) * float64(s.Bsize) / 1e9
	k := check{Name: "place libre", OK: free > 10, Needed: free < 1, Found: fmt.Sprintf("%.0f Go dans %s", free, data)}
	if !k.OK {
		k.Advice = "un film d'une heure demande environ 10 Go pendant sa fabrication"
	}
	return k
}

func queue(ctx context.Context, h *house) check {
	if h.broker == nil {
		return check{Name: "file d'attente", Needed: true, OK: true, Found: "intégrée"}
	}
	if err := h.broker.Ping(ctx); err != nil {
		return check{Name: "file d'attente", Needed: true, Found: "Redis ne répond pas", Advice: "vérifiez redis.url, ou retirez-la pour la file intégrée"}
	}
	return check{Name: "file d'attente", Needed: true, OK: true, Found: "Redis"}
}

func kindOfDatabase(url string) string {
	if strings.HasPrefix(url, "postgres") {
		return "PostgreSQL"
	}
	return "SQLite, dans le dossier des données"
}
