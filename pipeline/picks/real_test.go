package picks

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"anonymal.tv/regie/internal/services"
)

// tool runs ffmpeg or ffprobe and returns its output; what it says on stderr too
// when said is not nil.
func tool(tb testing.TB, said io.Writer, args ...string) []byte {
	tb.Helper()
	out, errs := services.Output(tb, args[0], "ffmpeg", args[1:]...)
	if said != nil {
		if _, err := said.Write(errs); err != nil {
			tb.Fatal(err)
		}
	}
	return out
}

func size(tb testing.TB, path string) (w, h int, length float64) {
	tb.Helper()
	out := string(tool(tb, nil, "ffprobe", "-v", "error", "-select_streams", "v:0",
		"-show_entries", "stream=width,height:format=duration", "-of", "csv=p=0", path))
	fields := strings.FieldsFunc(out, func(r rune) bool { return r == ',' || r == '\n' })
	w, _ = strconv.Atoi(fields[0])
	h, _ = strconv.Atoi(fields[1])
	length, _ = strconv.ParseFloat(fields[2], 64)
	if w > h {
		w, h = 240*w/h, 240
	} else {
		w, h = 240, 240*h/w
	}
	return w, h, length
}

// gray decodes two frames a second.
func gray(tb testing.TB, path string) iter.Seq2[Frame, error] {
	tb.Helper()
	w, h, _ := size(tb, path)
	raw := tool(tb, nil, "ffmpeg", "-v", "error", "-i", path, "-an", "-vf",
		fmt.Sprintf("fps=2:round=up,scale=%d:%d", w, h), "-pix_fmt", "gray", "-f", "rawvideo", "-")
	return ReadFrames(bytes.NewReader(raw), w, h, func(n int) float64 { return float64(n) / 2 })
}

var scdet = regexp.MustCompile(`lavfi\.scd\.score: ([0-9.]+), lavfi\.scd\.time: ([0-9.]+)`)

func sceneCuts(tb testing.TB, path string) []Cut {
	tb.Helper()
	var said bytes.Buffer
	tool(tb, &said, "ffmpeg", "-hide_banner", "-nostats", "-i", path, "-an", "-vf", "scale=426:-2,scdet=t=8", "-f", "null", "-")
	var cuts []Cut
	lines := bufio.NewScanner(&said)
	for lines.Scan() {
		if m := scdet.FindStringSubmatch(lines.Text()); m != nil {
			score, _ := strconv.ParseFloat(m[1], 64)
			at, _ := strconv.ParseFloat(m[2], 64)
			cuts = append(cuts, Cut{at, score})
		}
	}
	return cuts
}

// sheet draws frames side by side for a person to look at, when PICKS_SHEETS
// names a folder.
func sheet(tb testing.TB, name string, columns int, times []float64, path string) {
	tb.Helper()
	dir := os.Getenv("PICKS_SHEETS")
	if dir == "" || len(times) == 0 {
		return
	}
	w, h, _ := size(tb, path)
	rows := (len(times) + columns - 1) / columns
	all := image.NewRGBA(image.Rect(0, 0, columns*(w+4), rows*(h+4)))
	draw.Draw(all, all.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, at := range times {
		raw := tool(tb, nil, "ffmpeg", "-v", "error", "-ss", fmt.Sprint(at), "-i", path, "-frames:v", "1",
			"-vf", fmt.Sprintf("scale=%d:%d", w, h), "-f", "image2pipe", "-c:v", "png", "-")
		if len(raw) == 0 {
			continue
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			tb.Fatal(err)
		}
		at := image.Pt(i%columns*(w+4), i/columns*(h+4))
		draw.Draw(all, image.Rectangle{at, at.Add(image.Pt(w, h))}, img, image.Point{}, draw.Src)
	}
	out, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := png.Encode(out, all); err != nil {
		tb.Fatal(err)
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
}

// looksOf decodes and measures a real clip.
func looksOf(t *testing.T, path string) []Look {
	t.Helper()
	looks, err := Looks(gray(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return looks
}

func TestRealThumbnails(t *testing.T) {
	for name, least := range map[string]int{ // pictures that differ
		"film-bbb-1080p24-51-30s.mp4":         6,
		"film-tos-battle-332p-vp8-71s.webm":   6,
		"cam-cars-12.5fps-silent-30s.mp4":     6,
		"cam-bottle-29.83fps-noaudio-40s.mp4": 3,
		"phone-flir-thermal-vfr-11s.mp4":      1,
		"phone-720p-rot180-5s.mp4":            4,
		"talk-lecture-slides-vfr-10s.mov":     1,
		"talk-nasa-multitrack-17s.mp4":        1,
	} {
		t.Run(name, func(t *testing.T) {
			path := services.Media(t, "good/"+name)
			looks := looksOf(t, path)
			_, _, length := size(t, path)
			picks := Thumbnails(looks, Options{Length: length})
			if len(picks) < least {
				t.Errorf("%d pictures, want %d", len(picks), least)
			}
			var times []float64
			for i, p := range picks {
				l := &looks[p.Index]
				times = append(times, p.Time)
				if p.Time < openingSeconds(5, length) || l.Mean < darkest || blank(l) {
					t.Errorf("%.1f s is in the opening, or dark, or blank: mean %.0f, spread %.0f", p.Time, l.Mean, l.Spread)
				}
				for _, q := range picks[:i] {
					if d := min(Distance(l, &looks[q.Index]), Distance(&looks[q.Index], l)); d < twins*0.8 {
						t.Errorf("%.1f s and %.1f s are twins: %.3f", p.Time, q.Time, d)
					}
				}
			}
			sheet(t, "thumbs-"+name, 3, times, path)
		})
	}
}

func TestRealTeaser(t *testing.T) {
	for name, passages := range map[string]int{
		"film-bbb-1080p24-51-30s.mp4":         2,
		"film-tos-battle-332p-vp8-71s.webm":   4,
		"cam-bottle-29.83fps-noaudio-40s.mp4": 2,
	} {
		t.Run(name, func(t *testing.T) {
			path := services.Media(t, "good/"+name)
			_, _, length := size(t, path)
			film := Film{Length: length, Looks: looksOf(t, path), Cuts: sceneCuts(t, path), KeyFrames: every(4, length)}
			for _, c := range film.Cuts {
				film.KeyFrames = append(film.KeyFrames, c.Time)
			}
			spans := Teaser(film, TeaserOptions{})
			if sum := total(spans); sum < 15 || sum > 30 || len(spans) < passages {
				t.Errorf("%.2f s in %v", sum, spans)
			}
			var times []float64
			for _, s := range spans {
				times = append(times, s.Start, (s.Start+s.End)/2, s.End-0.09)
				if nearest(instants(film.KeyFrames, length), s.Start) != 0 {
					t.Errorf("%v does not begin on a key frame", s)
				}
			}
			if spans[0].Start < 3 || spans[len(spans)-1].End > length-2 {
				t.Errorf("%v has the opening or the end in it", spans)
			}
			sheet(t, "teaser-"+name, 3, times, path)
		})
	}
}
