package maker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// counting is a Runner that counts the decodes of a master.
type counting struct {
	ffmpeg.Runner
	master string

	mu   sync.Mutex
	full int
}

// Run counts an ffmpeg that reads the master without an end set to it.
func (c *counting) Run(ctx context.Context, cmd ffmpeg.Command) (ffmpeg.Result, error) {
	for _, in := range cmd.Inputs {
		head := slices.Contains(cmd.Args, "-frames:v") || slices.Contains(cmd.Args, "-frames:a")
		if cmd.Tool == ffmpeg.FFmpeg && in.Path == c.master && (!head || strings.Contains(strings.Join(cmd.Args, " "), "libx264")) {
			c.mu.Lock()
			c.full++
			c.mu.Unlock()
		}
	}
	return c.Runner.Run(ctx, cmd)
}

// wanted is what must come of a clip.
type wanted struct {
	file   string
	w, h   int    // of the top rung
	rate   string // "" without picture
	sound  string // "loud": brought to its level; "left": as it was; "": none
	status assets.SheetStatus
}

func good() []wanted {
	const ok, warning = assets.SheetOK, assets.SheetWarning
	return []wanted{
		{"audio-only-interview-92s.mp4", 0, 0, "", "loud", warning},
		{"cam-bottle-29.83fps-noaudio-40s.mp4", 640, 360, "179/6", "", warning},
		{"cam-canon-mjpeg-mono-3s.avi", 640, 480, "30/1", "loud", ok},
		{"cam-cars-12.5fps-silent-30s.mp4", 768, 432, "25/2", "left", warning},
		{"cam-flower-540p30-5s.mp4", 960, 540, "30000/1001", "left", warning},
		{"cam-gopro-karma-480p-12s.mp4", 854, 480, "30000/1001", "loud", ok},
		{"cam-sign-bird-fullrange-2s.mkv", 640, 480, "30/1", "", warning},
		{"cam-sony-a7m3-1080i50-avchd.mts", 1920, 1080, "25/1", "loud", warning},
		{"film-bbb-1080p24-51-30s.mp4", 1920, 1080, "24/1", "loud", ok},
		{"film-bbb-2160p60-16s.mp4", 1920, 1080, "60/1", "loud", warning},
		{"film-tos-battle-332p-vp8-71s.webm", 798, 332, "24/1", "loud", ok},
		{"hdr-av1-10b-pq-portrait-4s.mp4", 720, 1280, "30000/1001", "loud", warning},
		{"hdr-hevc10-pq-1080p-1s.mp4", 1920, 1080, "30/1", "loud", warning},
		{"made-avchd-1080i60-bbb.mts", 1920, 1080, "30000/1001", "loud", warning},
		{"made-prores422lt-720p24-bbb.mov", 1280, 720, "24/1", "loud", ok},
		{"master-svt-1080p25-422-10b-96k-10s.mp4", 1920, 1080, "25/1", "loud", ok},
		{"master-svt-720p50-8mono-10s.mp4", 1280, 720, "50/1", "loud", ok},
		{"mxf-imf-j2k-2160p-pq-1s.mxf", 1920, 1080, "24000/1001", "", warning},
		{"odd-asp-mp3-960x400-4s.avi", 960, 400, "24000/1001", "loud", ok},
		{"odd-gamma22-tags-1s.mp4", 320, 240, "60/1", "loud", warning},
		{"odd-h263-3gp.3gp", 176, 144, "15/1", "", warning},
		{"odd-start-at-10s-sar.mp4", 1136, 640, "30/1", "", warning},
		{"phone-720p-rot180-5s.mp4", 1280, 720, "30000/1001", "loud", ok},
		{"phone-flir-thermal-vfr-11s.mp4", 1080, 1440, "25/1", "loud", warning},
		{"phone-iphone-gps-rot90-mono-4s.mov", 320, 568, "30000/1001", "left", warning},
		{"phone-iphone-hlg-dv-rot90-3s.mp4", 1080, 1920, "30000/1001", "loud", warning},
		{"phone-pixel-4k60-rot90.mp4", 1080, 1920, "60/1", "left", warning},
		{"prores-422-240p-card.mov", 320, 240, "25/1", "", warning},
		{"screen-vfr-3026x1386-9s.mp4", 2358, 1080, "25/1", "", warning},
		{"talk-lecture-slides-vfr-10s.mov", 640, 480, "25/1", "loud", warning},
		{"talk-nasa-multitrack-17s.mp4", 480, 270, "30000/1001", "loud", warning},
		{"ts-mpeg2-1080p24-mp2-3s.ts", 1920, 1080, "24/1", "loud", warning},
		{"xdcam-ex-1080i50-card.mov", 1920, 1080, "25/1", "", warning},
	}
}

func TestEveryGoodClipIsMade(t *testing.T) {
	dir := services.Media(t, "good")
	table := good()
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		if !slices.ContainsFunc(table, func(w wanted) bool { return w.file == f.Name() }) {
			t.Errorf("%s is not in the table", f.Name())
		}
	}
	runner := sandbox(t)
	for _, w := range table {
		t.Run(w.file, func(t *testing.T) {
			path := filepath.Join(dir, w.file)
			if info, err := os.Stat(path); err == nil && testing.Short() && info.Size() > 2e6 {
				t.Skip("large clips are left out of short runs")
			}
			t.Parallel()
			f := makeFilm(t, runner, path)
			if f.decodes != 1 {
				t.Errorf("%d decodes of the master, want 1", f.decodes)
			}
			if f.made.Sheet.Status != w.status || len(f.made.Sheet.Verdicts) == 0 {
				t.Errorf("sheet: %s %q, want %s", f.made.Sheet.Status, f.made.Sheet.Verdicts, w.status)
			}
			f.checkPicture(t, w)
			f.checkSound(t, w)
			f.checkFiles(t, w)
			checkSilence(t, runner, f.dir, f.made.Files)
		})
	}
}

// film is one that was made for a test, decoded again.
type film struct {
	runner  ffmpeg.Runner
	in      Inspection
	plan    Plan
	made    Made
	dir     string
	decodes int
}

func makeFilm(t *testing.T, runner ffmpeg.Runner, path string) film {
	t.Helper()
	count := &counting{Runner: runner, master: path}
	m, err := New(Options{Runner: count, Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	untouched(t, path)
	f := film{runner: runner, dir: t.TempDir()}
	if f.in, err = m.Inspect(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if f.plan, err = m.Plan(f.in); err != nil {
		t.Fatal(err, f.in.Sheet.Verdicts)
	}
	last, midway := -1.0, 0
	f.made, err = m.Make(t.Context(), path, f.in, f.plan, f.dir, func(s Step) {
		if s.Ratio < last || s.Ratio > 1 || s.Name == "" {
			t.Errorf("progress went from %.3f to %.3f (%q)", last, s.Ratio, s.Name)
		}
		if s.Ratio > 0.05 && s.Ratio < 0.85 {
			midway++
		}
		last = s.Ratio
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != 1 {
		t.Errorf("progress ended at %.3f", last)
	}
	if f.in.Sheet.Duration > 12 && midway == 0 {
		t.Error("no progress was shown on the way")
	}
	f.decodes = count.full
	return f
}

// checkPicture decodes every rung.
func (f film) checkPicture(t *testing.T, w wanted) {
	t.Helper()
	if w.rate == "" {
		if len(f.plan.Rungs) != 0 || f.made.Sheet.Video != nil {
			t.Errorf("rungs of a sound: %+v", f.plan.Rungs)
		}
		return
	}
	top := f.plan.Rungs[0]
	if top.Width != w.w || top.Height != w.h || f.plan.Source.Picture.Rate.String() != w.rate {
		t.Errorf("made %dx%d at %s, want %dx%d at %s", top.Width, top.Height, f.plan.Source.Picture.Rate, w.w, w.h, w.rate)
	}
	c := ffmpeg.Command{Tool: ffmpeg.FFmpeg, Dir: f.dir}
	for i, r := range f.plan.Rungs {
		rung, err := readRendition(f.dir, "hls/"+r.Name)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(f.dir, "check-"+r.Name+".mp4")
		if err := writeStream(name, rung.files(f.dir)); err != nil {
			t.Fatal(err)
		}
		c.Inputs = append(c.Inputs, ffmpeg.Input{Path: name, Trusted: true})
		c.Args = append(c.Args, "-map", fmt.Sprintf("%d:v", i), "-fps_mode", "passthrough")
		if i == 0 {
			c.Args = append(c.Args, "-vf", "idet,signalstats,metadata=print:file=check.txt")
		}
		c.Args = append(c.Args, "-f", "null", "-")
	}
	res, err := f.runner.Run(t.Context(), c)
	if err != nil || res.Stderr != "" {
		t.Errorf("decoding the rungs: %v %s", err, res.Stderr)
	}
	var m ffmpeg.Measures
	luma, frames := 0.0, 0
	err = readFile(f.dir, "check.txt", func(r io.Reader) (err error) {
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if err := ffmpeg.ReadFrames(strings.NewReader(string(text)), func(one ffmpeg.Frame) {
			y, _ := one.Float("lavfi.signalstats.YAVG")
			luma, frames = luma+y, frames+1
		}); err != nil {
			return err
		}
		m, err = ffmpeg.ReadMeasures(strings.NewReader(string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := f.made.Sheet.Duration * f.plan.Source.Picture.Rate.Float(); math.Abs(float64(frames)-want) > 0.6 {
		t.Errorf("%d frames, want %.1f", frames, want)
	}
	if m.Scan.Interlaced() {
		t.Errorf("still interlaced: %+v", m.Scan)
	}
	if f.made.Sheet.Video.HDR != "" {
		if mean := luma / float64(frames); mean < 70 || mean > 160 {
			t.Errorf("mean luma of the SDR is %.0f", mean)
		}
	}
	f.checkTop(t)
}

// checkTop reads what the finished single file says of itself.
func (f film) checkTop(t *testing.T) {
	t.Helper()
	for _, file := range f.made.Files {
		if file.Rendition.Role != assets.MP4Role(f.plan.Rungs[0].short()) {
			continue
		}
		m, err := ffmpeg.Probe(t.Context(), f.runner, filepath.Join(f.dir, file.Path))
		if err != nil {
			t.Fatal(err)
		}
		v := m.Video[0]
		if v.PixelFormat != "yuv420p" || v.FullRange || v.Matrix != "bt709" || v.Primaries != "bt709" || v.Transfer != "bt709" || v.Rotation != 0 || v.SAR.Float() != 1 || v.Profile != "High" {
			t.Errorf("%s: %+v", file.Path, v)
		}
		if m.Location || m.Timecode != "" || m.Other != 0 {
			t.Errorf("%s carries what the master said: %+v", file.Path, m)
		}
		p, err := ffmpeg.ScanPackets(t.Context(), f.runner, filepath.Join(f.dir, file.Path), v.Index)
		if err != nil || p.Variable {
			t.Errorf("%s: rate varies: %+v %v", file.Path, p, err)
		}
		return
	}
	t.Errorf("no single file of the top rung")
}

// checkSound decodes the finished sound.
func (f film) checkSound(t *testing.T, w wanted) {
	t.Helper()
	if w.sound == "" {
		if f.made.Sheet.Loudness != nil || slices.ContainsFunc(f.made.Files, func(x File) bool { return x.Rendition.Role == assets.RoleAudio }) {
			t.Error("a sound was made of nothing")
		}
		return
	}
	path := filepath.Join(f.dir, fileAudio)
	m, err := ffmpeg.Probe(t.Context(), f.runner, path)
	if err != nil {
		t.Fatal(err)
	}
	if a := m.Audio[0]; a.Codec != "aac" || a.Channels != 2 || a.SampleRate != 48000 {
		t.Errorf("sound: %+v", a)
	}
	if _, err := f.runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: f.dir, Inputs: []ffmpeg.Input{{Path: path, Trusted: true}},
		Args: []string{"-af", "ebur128=peak=true:metadata=1,ametadata=print:file=check-sound.txt", "-f", "null", "-"},
	}); err != nil {
		t.Fatal(err)
	}
	h, err := readHeard(f.dir, "check-sound.txt", 0, f.made.Sheet.Duration)
	if err != nil {
		t.Fatal(err)
	}
	if h.TruePeak != nil && *h.TruePeak > -1.5 {
		t.Errorf("true peak %.2f dBTP", *h.TruePeak)
	}
	if w.sound == "loud" && (h.Integrated == nil || math.Abs(*h.Integrated+16) > 0.5) {
		t.Errorf("loudness %v", deref(h.Integrated))
	}
}

// checkFiles looks at the list of what was made.
func (f film) checkFiles(t *testing.T, w wanted) {
	t.Helper()
	count := map[assets.Role]int{}
	for _, file := range f.made.Files {
		count[file.Rendition.Role]++
		for _, path := range append([]string{file.Path}, file.Parts...) {
			if info, err := os.Stat(filepath.Join(f.dir, path)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if count[assets.RoleHLS] != 1 || count[assets.RolePoster] != 4 {
		t.Errorf("files: %v", count)
	}
	if w.rate == "" {
		return
	}
	n := count[assets.RoleThumbnail]
	if n == 0 || n%4 != 0 || n > 24 || count[assets.RoleTeaser] != 1 || count[assets.RoleStoryboardVTT] != 1 || count[assets.RoleStoryboard] == 0 {
		t.Errorf("files: %v", count)
	}
	var teaser float64
	for _, s := range f.made.Teaser {
		teaser += s.Length()
	}
	if length := f.made.Sheet.Duration; length < 15 && math.Abs(teaser-length) > 0.05 || length >= 15 && (teaser < 14.9 || teaser > 30.1) {
		t.Errorf("a teaser of %.2f s of a film of %.2f s: %v", teaser, length, f.made.Teaser)
	}
}

func TestNoDamagedClipIsMade(t *testing.T) {
	dir := services.Media(t, "damaged")
	const refused, incomplete = assets.SheetRefused, assets.SheetIncomplete
	table := map[string]assets.SheetStatus{
		"bad-bitflips-flower.mp4": incomplete, "bad-cut-faststart-cars.mp4": incomplete, "bad-cut-moov-lost-bbb1080p.mp4": refused,
		"bad-empty.mp4": refused, "bad-first-kilobyte.mov": refused, "bad-jpeg-named.mp4": refused, "bad-lost-packets-5pct.ts": incomplete,
		"bad-malformed-free-box.mp4": refused, "bad-mdat-too-long.mp4": incomplete, "bad-missing-stsd.mp4": incomplete,
		"bad-no-first-keyframe-3s.ts": incomplete, "bad-text.mp4": refused, "bad-vvc-unsupported-5s.mp4": refused, "bad-zero-hole-sign.mkv": incomplete,
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Options{Runner: sandbox(t), Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, f.Name())
			in, err := m.Inspect(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if in.Sheet.Status != table[f.Name()] || len(in.Sheet.Verdicts) == 0 {
				t.Errorf("%s %q, want %s", in.Sheet.Status, in.Sheet.Verdicts, table[f.Name()])
			}
			if in.Source.Picture == nil {
				return
			}
			// What the first look lets through, the decode must not.
			in.Sheet.Status = assets.SheetOK
			plan, err := m.Plan(in)
			if err != nil {
				t.Fatal(err)
			}
			_, err = m.Make(t.Context(), path, in, plan, t.TempDir(), nil)
			var part *Incomplete
			seenByLookOnly := []string{"bad-mdat-too-long.mp4", "bad-missing-stsd.mp4", "bad-cut-faststart-cars.mp4"}
			if !errors.As(err, &part) && !slices.Contains(seenByLookOnly, f.Name()) {
				t.Errorf("the decode found nothing: %v", err)
			}
		})
	}
}
