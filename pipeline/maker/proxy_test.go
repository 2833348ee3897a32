package maker

import (
	"context"
	"errors"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// rush is a proxy that was made for a test.
type rush struct {
	runner  ffmpeg.Runner
	in      Inspection
	plan    ProxyPlan
	made    Made
	dir     string
	decodes int
}

func makeProxy(t *testing.T, runner ffmpeg.Runner, path string) (rush, error) {
	t.Helper()
	count := &counting{Runner: runner, master: path}
	m, err := New(Options{Runner: count, Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	untouched(t, path)
	r := rush{runner: runner, dir: t.TempDir()}
	if r.in, err = m.Inspect(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if r.in.Sheet.Status == assets.SheetRefused || r.in.Sheet.Status == assets.SheetIncomplete {
		return r, &Incomplete{r.in.Sheet}
	}
	if r.plan, err = m.PlanProxy(r.in); err != nil {
		t.Fatal(err, r.in.Sheet.Verdicts)
	}
	last := -1.0
	r.made, err = m.Proxy(t.Context(), path, r.in, r.plan, r.dir, func(s Step) {
		if s.Ratio < last || s.Ratio > 1 || s.Name == "" {
			t.Errorf("progress went from %.3f to %.3f (%q)", last, s.Ratio, s.Name)
		}
		last = s.Ratio
	})
	r.decodes = count.full
	return r, err
}

func (r rush) file(role assets.Role) (File, bool) {
	i := slices.IndexFunc(r.made.Files, func(f File) bool { return f.Rendition.Role == role })
	if i < 0 {
		return File{}, false
	}
	return r.made.Files[i], true
}

// TestEveryGoodClipPlaysAsProxy: upright, progressive, at a constant rate that
// edit lists know, as long as the original within a frame.
func TestEveryGoodClipPlaysAsProxy(t *testing.T) {
	dir := services.Media(t, "good")
	runner := sandbox(t)
	for _, w := range good() {
		t.Run(w.file, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, w.file)
			r, err := makeProxy(t, runner, path)
			if err != nil {
				t.Fatal(err)
			}
			if r.decodes != 1 {
				t.Errorf("%d decodes of the original, want 1", r.decodes)
			}
			r.checkFilm(t, w)
			r.checkStrip(t, w)
			r.checkWave(t, w)
			checkSilence(t, r.runner, r.dir, r.made.Files)
		})
	}
}

// checkFilm decodes the proxy, and looks at it with the eyes of a stranger.
func (r rush) checkFilm(t *testing.T, w wanted) {
	t.Helper()
	f, there := r.file(assets.RoleProxy)
	if !there {
		t.Fatal("no proxy")
	}
	full := filepath.Join(r.dir, f.Path)
	m, err := ffmpeg.Probe(t.Context(), r.runner, full)
	if err != nil {
		t.Fatal(err)
	}
	frame := 1000 / float64(r.made.Proxy.Rate)
	if off := math.Abs(m.Duration.Seconds() - r.in.Source.Length); off > frame {
		t.Errorf("lasts %v, the original %.3f s: %.1f frames apart", m.Duration, r.in.Source.Length, off/frame)
	}
	if want := float64(r.made.Proxy.Frames) * frame; math.Abs(want-r.made.Sheet.Duration) > frame {
		t.Errorf("%d frames at %d, in %.3f s", r.made.Proxy.Frames, r.made.Proxy.Rate, r.made.Sheet.Duration)
	}
	if !slices.Contains([]int{23976, 24000, 25000, 29970, 30000}, r.made.Proxy.Rate) {
		t.Errorf("rate %d", r.made.Proxy.Rate)
	}
	if (w.sound == "") != (len(m.Audio) == 0) || len(m.Audio) > 0 && (m.Audio[0].Codec != "aac" || m.Audio[0].Channels != 2 || m.Audio[0].SampleRate != 48000) {
		t.Errorf("sound: %+v", m.Audio)
	}
	res, err := r.runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: r.dir, Inputs: []ffmpeg.Input{{Path: full}},
		Args: []string{"-map", "0", "-vf", "idet,metadata=print:file=check.txt", "-fps_mode", "passthrough", "-f", "null", "-"},
	})
	if w.rate == "" { // sound alone
		if m.Video != nil || !strings.HasSuffix(f.Path, ".m4a") {
			t.Errorf("%s: %+v", f.Path, m.Video)
		}
		return
	}
	if err != nil || res.Stderr != "" {
		t.Errorf("decoding: %v %s", err, res.Stderr)
	}
	v := m.Video[0]
	portrait := w.w < w.h
	if v.Rotation != 0 || (v.Width < v.Height) != portrait || v.Width != f.Rendition.Width || v.Height != f.Rendition.Height || min(v.Width, v.Height) > 720 {
		t.Errorf("%dx%d, turned by %d, of %dx%d", v.Width, v.Height, v.Rotation, w.w, w.h)
	}
	if shape, want := float64(v.Width)/float64(v.Height), float64(w.w)/float64(w.h); math.Abs(shape/want-1) > 0.02 {
		t.Errorf("shape %.3f, want %.3f", shape, want)
	}
	if v.Codec != "h264" || v.PixelFormat != "yuv420p" || v.FullRange || v.Matrix != "bt709" || v.Transfer != "bt709" || v.SAR.Float() != 1 || m.Start != 0 {
		t.Errorf("from %v: %+v", m.Start, v)
	}
	p, err := ffmpeg.ScanPackets(t.Context(), r.runner, full, v.Index)
	if err != nil || p.First != 0 || p.Off != 0 || p.Longest-p.Median > 2e6 || int(p.Count) != r.made.Proxy.Frames {
		t.Errorf("not constant: %+v, want %d frames (%v)", p, r.made.Proxy.Frames, err)
	}
	for i := 1; i < len(p.Keys); i++ {
		if gap := p.Keys[i] - p.Keys[i-1]; gap.Seconds() > 1 {
			t.Errorf("%v without a key frame", gap)
		}
	}
	measured, err := readMeasures(r.dir, "check.txt")
	if err != nil || measured.Scan.Interlaced() || measured.Frames != r.made.Proxy.Frames {
		t.Errorf("decoded %d of %d, scan %+v, %v", measured.Frames, r.made.Proxy.Frames, measured.Scan, err)
	}
	if head, err := os.ReadFile(full); err != nil || strings.Index(string(head), "moov") > strings.Index(string(head), "mdat") {
		t.Errorf("the index stands at the end (%v)", err)
	}
}

func readMeasures(dir, name string) (ffmpeg.Measures, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return ffmpeg.Measures{}, err
	}
	defer f.Close()
	return ffmpeg.ReadMeasures(f)
}

// checkStrip reads the pictures.
func (r rush) checkStrip(t *testing.T, w wanted) {
	t.Helper()
	for _, role := range []assets.Role{assets.RolePoster, assets.RoleStoryboard} {
		f, there := r.file(role)
		if there != (w.rate != "") {
			t.Errorf("%s: %v", role, there)
		}
		if !there {
			continue
		}
		file, err := os.Open(filepath.Join(r.dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.DecodeConfig(file)
		file.Close()
		if err != nil || img.Width != f.Rendition.Width || img.Height != f.Rendition.Height || (img.Width < img.Height) != (w.w < w.h) {
			t.Errorf("%s: %+v %v, said to be %dx%d", role, img, err, f.Rendition.Width, f.Rendition.Height)
		}
	}
}

func (r rush) checkWave(t *testing.T, w wanted) {
	t.Helper()
	f, there := r.file(assets.RoleWaveform)
	if there != (w.sound != "") {
		t.Fatalf("a waveform: %v", there)
	}
	if !there {
		return
	}
	text, err := os.ReadFile(filepath.Join(r.dir, f.Path))
	if err != nil || len(text) > 30<<10 || !strings.HasPrefix(string(text), "<svg") {
		t.Errorf("%d bytes of waveform (%v)", len(text), err)
	}
	if w.sound == "loud" && slices.Max(peaksOf(t, string(text))) < 3 {
		t.Errorf("a flat line for sound: %.200s", text)
	}
}

// peaksOf reads the upper half of the outline back.
func peaksOf(t *testing.T, svg string) []int {
	t.Helper()
	_, path, _ := strings.Cut(svg, `d="M0 50`)
	var all []int
	for _, point := range strings.Split(path, "L")[1:] {
		_, y, _ := strings.Cut(point, " ")
		n := 0
		for _, c := range y {
			if c < '0' || c > '9' {
				break
			}
			n = 10*n + int(c-'0')
		}
		if n < 50 {
			all = append(all, 50-n)
		}
	}
	return all
}

// TestDamagedClipsMakeNoProxy: a sentence, and nothing that could be taken for
// the whole.
func TestDamagedClipsMakeNoProxy(t *testing.T) {
	dir := services.Media(t, "damaged")
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	runner := sandbox(t)
	for _, f := range all {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			r, err := makeProxy(t, runner, filepath.Join(dir, f.Name()))
			var part *Incomplete
			if !errors.As(err, &part) {
				t.Fatalf("made %+v, %v", r.made, err)
			}
			s := part.Sheet
			if len(s.Verdicts) == 0 || s.Verdicts[0] == whole || s.Status != assets.SheetRefused && s.Status != assets.SheetIncomplete {
				t.Errorf("%s %q", s.Status, s.Verdicts)
			}
			t.Log(s.Status, s.Verdicts[0])
		})
	}
}

// TestWhereItWasFilmed: read from the camera's tags for the house, and kept out
// of every JSON.
func TestWhereItWasFilmed(t *testing.T) {
	m, err := New(Options{Runner: sandbox(t), Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Inspect(t.Context(), services.Media(t, "good/phone-iphone-gps-rot90-mono-4s.mov"))
	if err != nil {
		t.Fatal(err)
	}
	if p := in.Place; p == nil || p.Latitude != 32.0929 || p.Longitude != 34.862 {
		t.Errorf("place: %+v", in.Place)
	}
	if got := in.ShotAt.Format("2006-01-02T15:04:05Z07:00"); got != "2019-07-24T08:25:40Z" {
		t.Errorf("shot at %s", got)
	}
}

// TestProxyStopsWithItsContext: no process outlives the attempt.
func TestProxyStopsWithItsContext(t *testing.T) {
	m, err := New(Options{Runner: sandbox(t), Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	path := services.Media(t, "good/film-bbb-1080p24-51-30s.mp4")
	in, err := m.Inspect(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.PlanProxy(in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = m.Proxy(ctx, path, in, plan, t.TempDir(), func(s Step) {
		if s.Ratio > 0.05 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}
