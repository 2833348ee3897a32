package maker

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// flash makes a master that is black and silent up to a white picture and a
// tone at the same instant, 1.2 s after its first picture.
func flash(t *testing.T, runner ffmpeg.Runner, dir, name, rate string, args ...string) string {
	t.Helper()
	graph := fmt.Sprintf(`color=black:s=640x360:r=%s:d=6,drawbox=c=white:t=fill:enable='gte(t,1.2)',format=yuv420p[v];`+
		`sine=f=1000:r=44100:d=6,volume='if(gte(t,1.2),1,0)':eval=frame:precision=float[a]`, rate)
	_, err := runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: dir,
		Args: append([]string{"-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-b:a", "192k"}, append(args, name)...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// events finds the white picture and the tone in a finished file.
func events(t *testing.T, runner ffmpeg.Runner, dir, name string) (picture, sound float64) {
	t.Helper()
	_, err := runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: dir, Inputs: []ffmpeg.Input{{Path: filepath.Join(dir, name), Trusted: true}},
		Args: []string{
			"-copyts",
			"-map", "0:v", "-vf", "blackdetect=d=0.05:pix_th=0.5,metadata=print:file=flash.txt", "-f", "null", "-",
			"-map", "0:a", "-af", "silencedetect=noise=-40dB:d=0.05,ametadata=print:file=tone.txt", "-f", "null", "-",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := func(name string, pick func(ffmpeg.Measures) []ffmpeg.Span) float64 {
		end := math.NaN()
		if err := readFile(dir, name, func(r io.Reader) error {
			m, err := ffmpeg.ReadMeasures(r)
			if spans := pick(m); len(spans) > 0 {
				end = spans[0].End.Seconds()
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return end
	}
	return first("flash.txt", func(m ffmpeg.Measures) []ffmpeg.Span { return m.Black }),
		first("tone.txt", func(m ffmpeg.Measures) []ffmpeg.Span { return m.Silence })
}

func TestPictureAndSoundStayInStep(t *testing.T) {
	runner := sandbox(t)
	for _, c := range []struct {
		name, file, rate string
		args             []string
	}{
		{"mp4", "flash.mp4", "25", nil},
		{"film rate", "flash.mov", "24000/1001", nil},
		{"transport stream", "flash.ts", "30000/1001", []string{"-c:a", "aac"}},
		{"matroska 60", "flash.mkv", "60", []string{"-c:a", "flac"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := flash(t, runner, t.TempDir(), c.file, c.rate, c.args...)
			f := makeFilm(t, runner, path)
			for _, file := range f.made.Files {
				role := file.Rendition.Role
				if role != assets.RoleTeaser && role != assets.MP4Role(360) {
					continue
				}
				picture, sound := events(t, runner, f.dir, file.Path)
				if off := math.Abs(picture - sound); !(off <= 0.040) || math.Abs(picture-1.2) > 0.06 {
					t.Errorf("%s: picture at %.3f s, sound at %.3f s", file.Path, picture, sound)
				}
			}
			rung, err := readRendition(f.dir, "hls/360")
			if err != nil {
				t.Fatal(err)
			}
			if first := rung.Segments[0].Start; first != 0 {
				t.Errorf("the picture of HLS begins at %.4f s", first)
			}
			sound, err := readRendition(f.dir, "hls/audio")
			if err != nil {
				t.Fatal(err)
			}
			if want := -float64(soundPacket) / soundRate; math.Abs(sound.Segments[0].Start-want) > 1e-6 {
				t.Errorf("the sound of HLS begins at %.4f s, want its priming: %.4f s", sound.Segments[0].Start, want)
			}
		})
	}
}
