package maker

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// formatting is a movie that formats are made of, for a test.
type formatting struct {
	*testing.T
	*Maker
	runner ffmpeg.Runner
	movie  string
	in     Inspection
}

func newFormatting(t *testing.T, movie string) *formatting {
	t.Helper()
	f := &formatting{T: t, runner: sandbox(t), movie: movie}
	var err error
	if f.Maker, err = New(Options{Runner: f.runner, Profiles: profiles(t)}); err != nil {
		t.Fatal(err)
	}
	if f.in, err = f.Inspect(t.Context(), movie); err != nil || f.in.Source.Picture == nil {
		t.Fatalf("%+v %v", f.in.Sheet, err)
	}
	return f
}

// make makes one format, and gives its file.
func (f *formatting) make(name assets.FormatName, captions []byte) (string, File) {
	f.Helper()
	dir, last := f.TempDir(), -1.0
	made, err := f.Format(f.Context(), FormatRequest{Name: name, Movie: f.movie, In: f.in, Captions: captions}, dir, func(s Step) {
		if s.Ratio < last || s.Ratio > 1 || s.Name == "" {
			f.Errorf("%s: progress went from %.3f to %.3f (%q)", name, last, s.Ratio, s.Name)
		}
		last = s.Ratio
	})
	if err != nil {
		f.Fatal(name, err)
	}
	if last != 1 || made.Rendition.Role != name.Role() {
		f.Errorf("%s: at %.2f, %+v", name, last, made)
	}
	return filepath.Join(dir, made.Path), made
}

// bytes are what one ffmpeg sends to its output.
func (f *formatting) bytes(path string, args ...string) []byte {
	f.Helper()
	var out bytes.Buffer
	if _, err := f.runner.Run(f.Context(), ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: path, Trusted: true}}, Args: append(args, "-"), Stdout: &out}); err != nil {
		f.Fatal(err)
	}
	return out.Bytes()
}

// start of a real clip, without another encoding: the test is paid by the second.
func start(t *testing.T, name string, seconds string) string {
	t.Helper()
	dir := t.TempDir()
	clip := services.Media(t, name)
	_, err := sandbox(t).Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: dir, Inputs: []ffmpeg.Input{{Path: clip}}, Args: []string{"-t", seconds, "-map", "0:v", "-map", "0:a", "-c", "copy", "start.mov"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "start.mov")
}

// TestFormatsOfRealClips (Show 6): of a landscape clip with people and of a portrait
// one, every format has its size, its loudness within half a LU and its peak by
// ffmpeg's own ebur128, stands upright, and is in step: picture and sound begin
// together, are as long within a frame, and what is heard is where the source has it
// within half a frame.
func TestFormatsOfRealClips(t *testing.T) {
	sizes := map[assets.FormatName][2]int{
		"film-16x9": {1920, 1080}, "film-1x1": {1080, 1080}, "film-9x16": {1080, 1920},
		"teaser-16x9": {1920, 1080}, "teaser-1x1": {1080, 1080}, "teaser-9x16": {1080, 1920},
		assets.FormatPAD: {1920, 1080}, assets.FormatProjection: {1920, 1080},
	}
	for clip, own := range map[string][2]int{
		"good/phone-720p-rot180-5s.mp4": {1280, 720}, "good/phone-iphone-hlg-dv-rot90-3s.mp4": {1080, 1920},
	} {
		t.Run(filepath.Base(clip), func(t *testing.T) {
			f := newFormatting(t, start(t, clip, "1"))
			for _, format := range assets.Formats() {
				size, resized := sizes[format.Name]
				if !resized {
					size = own
				}
				path, made := f.make(format.Name, nil)
				f.checkShape(path, format.Name, size)
				f.checkLevel(path, format.Name, made.Rendition.Duration)
				f.checkStep(path, format.Name)
				if size[0]*own[1] == size[1]*own[0] { // which shows the whole picture and nothing else
					f.checkUpright(path, format.Name)
				}
				checkBytes(t, path)
			}
		})
	}
}

func (f *formatting) checkShape(path string, name assets.FormatName, size [2]int) {
	f.Helper()
	m, err := ffmpeg.Probe(f.Context(), f.runner, path)
	if err != nil {
		f.Fatal(err)
	}
	v := m.Video[0]
	if got := [2]int{v.Width, v.Height}; got != size || v.Rotation != 0 || v.DisplayWidth != size[0] || v.Interlaced || m.Location {
		f.Errorf("%s: %+v, wanted %v", name, v, size)
	}
	if a := m.Audio[0]; a.SampleRate != soundRate || a.Channels != 2 {
		f.Errorf("%s: %+v", name, a)
	}
	if name == assets.FormatPAD && (m.Format != "mxf" || v.Codec != "mpeg2video" || v.Chroma != "422" || m.Audio[0].Codec != "pcm_s24le" || m.Timecode != "10:00:00:00") {
		f.Errorf("the PAD is %+v %+v", m, v)
	}
}

func (f *formatting) checkLevel(path string, name assets.FormatName, length float64) {
	f.Helper()
	h, err := f.listen(f.Context(), path, f.TempDir(), length)
	if err != nil || h.Integrated == nil || h.TruePeak == nil {
		f.Fatalf("%s: %+v %v", name, h, err)
	}
	want := forms[name]
	f.Logf("%s: %.2f LUFS, %.2f dBTP", name, *h.Integrated, *h.TruePeak)
	if want.Loudness == 0 { // as it came
		want.Loudness, want.TruePeak = f.loudness(), 0
	}
	if math.Abs(*h.Integrated-want.Loudness) > 0.5 || *h.TruePeak > want.TruePeak {
		f.Errorf("%s: %.2f LUFS, %.2f dBTP, wanted %.0f and %.1f", name, *h.Integrated, *h.TruePeak, want.Loudness, want.TruePeak)
	}
}

// loudness is that of the movie as it came.
func (f *formatting) loudness() float64 {
	f.Helper()
	h, err := f.listen(f.Context(), f.movie, f.TempDir(), f.in.Source.Length)
	if err != nil || h.Integrated == nil {
		f.Fatal(h, err)
	}
	return *h.Integrated
}

// envelope is how loud a movie is in each 5 ms, from its first picture on.
func (f *formatting) envelope(path string) []float64 {
	f.Helper()
	const rate, step = 8000, 40
	pcm := f.bytes(path, "-map", "0:a:0", "-ac", "1", "-ar", fmt.Sprint(rate), "-c:a", "pcm_s16le", "-f", "s16le")
	var all []float64
	for at := 0; at+2*step <= len(pcm); at += 2 * step {
		var sum float64
		for i := at; i < at+2*step; i += 2 {
			v := float64(int16(uint16(pcm[i]) | uint16(pcm[i+1])<<8))
			sum += v * v
		}
		all = append(all, math.Log10(1+sum))
	}
	return all
}

func (f *formatting) checkStep(path string, name assets.FormatName) {
	f.Helper()
	rate := forms[name].picture(*f.in.Source.Picture).Rate.Float()
	frame := time.Duration(float64(time.Second) / rate)
	picture, err := ffmpeg.ScanPackets(f.Context(), f.runner, path, 0)
	if err != nil {
		f.Fatal(err)
	}
	sound, err := ffmpeg.ScanPackets(f.Context(), f.runner, path, 1)
	if err != nil {
		f.Fatal(err)
	}
	if (picture.First-sound.First).Abs() > frame || (picture.Length()-sound.Length()).Abs() > frame+packets || picture.Off > 0 {
		f.Errorf("%s: picture from %v for %v (%d off), sound from %v for %v", name, picture.First, picture.Length(), picture.Off, sound.First, sound.Length())
	}
	lag := lagOf(f.envelope(f.movie), f.envelope(path))
	if off := time.Duration(lag) * 5 * time.Millisecond; off.Abs() > frame/2 {
		f.Errorf("%s: what is heard is %v late", name, off)
	}
}

// lagOf is by how many steps b comes after a: the shift, up to 0.3 s, at which they
// are most alike.
func lagOf(a, b []float64) int {
	best, at := math.Inf(-1), 0
	for lag := -60; lag <= 60; lag++ {
		var x, y []float64
		for i := range a {
			if j := i + lag; j >= 0 && j < len(b) {
				x, y = append(x, a[i]), append(y, b[j])
			}
		}
		if r := correlation(x, y); r > best {
			best, at = r, lag
		}
	}
	return at
}

func correlation(x, y []float64) float64 {
	var mx, my, xy, xx, yy float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy+1e-9)
}

// checkUpright compares the first picture with that of the source as ffmpeg turns
// it: it is like it, and unlike it upside down.
func (f *formatting) checkUpright(path string, name assets.FormatName) {
	f.Helper()
	little := func(path string) []float64 {
		var all []float64
		for _, v := range f.bytes(path, "-map", "0:v:0", "-vf", "scale=24:24:flags=area", "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo") {
			all = append(all, float64(v))
		}
		return all
	}
	source, made := little(f.movie), little(path)
	turned := make([]float64, len(made))
	for i, v := range made {
		turned[len(made)-1-i] = v
	}
	if right, wrong := correlation(source, made), correlation(source, turned); right < 0.9 || wrong > right-0.2 {
		f.Errorf("%s: like the source by %.2f, turned by %.2f", name, right, wrong)
	}
}

// TestFormatsStayInStep: of a white picture and a tone at the same instant, both
// are met at that instant in what comes out.
func TestFormatsStayInStep(t *testing.T) {
	runner := sandbox(t)
	f := newFormatting(t, flash(t, runner, t.TempDir(), "flash.ts", "30000/1001", "-c:a", "aac"))
	for _, name := range []assets.FormatName{"film-1x1", assets.FormatPAD} {
		path, _ := f.make(name, nil)
		picture, sound := events(t, runner, filepath.Dir(path), filepath.Base(path))
		if off := math.Abs(picture - sound); !(off <= 0.040) || math.Abs(picture-1.2) > 0.06 {
			t.Errorf("%s: picture at %.3f s, sound at %.3f s", name, picture, sound)
		}
	}
}

// TestCropIsThereAtTheCut: of two shots with what there is to see on the left, then
// on the right, no frame shows the empty side.
func TestCropIsThereAtTheCut(t *testing.T) {
	runner, dir := sandbox(t), t.TempDir()
	box := "testsrc2=s=100x200:r=25:d=2,lutyuv=y=128+val/2"
	graph := "color=black:s=640x360:r=25:d=2[a];color=0x203040:s=640x360:r=25:d=2[b];" + box + ",split[l][r];" +
		"[a][l]overlay=x=30:y=80[left];[b][r]overlay=x=510:y=80[right];[left][right]concat=n=2,format=yuv420p[v]"
	if _, err := runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: dir, Args: []string{"-filter_complex", graph, "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast", "two.mp4"},
	}); err != nil {
		t.Fatal(err)
	}
	f := newFormatting(t, filepath.Join(dir, "two.mp4"))
	path, _ := f.make("film-9x16", nil)
	const w, h = 9, 16
	small := f.bytes(path, "-map", "0:v:0", "-vf", "scale=9:16:flags=area", "-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo")
	if len(small) != 100*w*h {
		t.Fatalf("%d frames", len(small)/w/h)
	}
	for n := range 100 {
		bright := 0
		for _, v := range small[n*w*h : (n+1)*w*h] {
			if v > 120 {
				bright++
			}
		}
		if bright < 12 { // the box is a quarter of the crop
			t.Errorf("frame %d shows nothing", n)
		}
	}
}

// TestCaptionsAreBurnt: a projection shows them, while they last, whatever is in them.
func TestCaptionsAreBurnt(t *testing.T) {
	runner, dir := sandbox(t), t.TempDir()
	if _, err := runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: dir, Args: []string{"-filter_complex", "color=0x404040:s=640x360:r=25:d=2,format=yuv420p[v]", "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast", "gray.mp4"},
	}); err != nil {
		t.Fatal(err)
	}
	f := newFormatting(t, filepath.Join(dir, "gray.mp4"))
	text, err := os.ReadFile("testdata/captions.ass")
	if err != nil {
		t.Fatal(err)
	}
	path, _ := f.make(assets.FormatProjection, text)
	rows := func(second string) (top, bottom byte) {
		picture := f.bytes(path, "-ss", second, "-map", "0:v:0", "-frames:v", "1", "-vf", "scale=640:360", "-pix_fmt", "gray", "-f", "rawvideo")
		half := len(picture) / 2
		for i, v := range picture {
			if i < half {
				top = max(top, v)
			} else {
				bottom = max(bottom, v)
			}
		}
		return top, bottom
	}
	if top, bottom := rows("0.5"); bottom < 200 || top > 100 {
		t.Errorf("during the caption: %d above, %d below", top, bottom)
	}
	if _, bottom := rows("1.5"); bottom > 100 {
		t.Errorf("after the caption: %d", bottom)
	}
	if _, made := f.make(assets.FormatProjection, nil); strings.Contains(made.Rendition.Codec, "mp4a") {
		t.Error("a silent film has got a sound")
	}
}
