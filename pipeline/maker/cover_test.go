package maker

import (
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// TestCover: a frame keeps the shape of its movie, a picture that was brought is
// cropped to 16:9.
func TestCover(t *testing.T) {
	clip := services.Media(t, "good/cam-flower-540p30-5s.mp4")
	m, err := New(Options{Runner: sandbox(t), Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files, err := m.Cover(t.Context(), CoverRequest{Movie: clip, Second: 2, Width: 960, Height: 540}, dir)
	if err != nil || len(files) != 4 || files[0].Rendition.Role != assets.RoleCover || files[0].Rendition.Width != 960 {
		t.Fatalf("%+v, %v", files, err)
	}
	other := t.TempDir()
	later, err := m.Cover(t.Context(), CoverRequest{Movie: clip, Second: 4, Width: 960, Height: 540}, other)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := mean(t, filepath.Join(dir, files[0].Path)), mean(t, filepath.Join(other, later[0].Path)); math.Abs(a-b) == 0 {
		t.Error("two instants give the same picture")
	}
	tall := filepath.Join(t.TempDir(), "tall.jpg")
	text, err := os.ReadFile(filepath.Join(dir, files[0].Path))
	if err != nil || os.WriteFile(tall, text, 0o600) != nil {
		t.Fatal(err)
	}
	stills, err := m.Cover(t.Context(), CoverRequest{Picture: tall}, t.TempDir())
	if err != nil || stills[0].Rendition.Width != 1280 || stills[0].Rendition.Height != 720 {
		t.Fatalf("%+v, %v", stills, err)
	}
}

func mean(t *testing.T, path string) float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	var sum, n float64
	for y := 0; y < img.Bounds().Dy(); y += 7 {
		for x := 0; x < img.Bounds().Dx(); x += 7 {
			r, g, b, _ := img.At(x, y).RGBA()
			sum, n = sum+float64(r+g+b), n+1
		}
	}
	return sum / n
}

// TestCut: the passages that a person chose, in the order they chose, to the
// frame, with their sound.
func TestCut(t *testing.T) {
	clip := services.Media(t, "good/cam-flower-540p30-5s.mp4")
	m, err := New(Options{Runner: sandbox(t), Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	probed, err := ffmpeg.Probe(t.Context(), sandbox(t), clip)
	if err != nil {
		t.Fatal(err)
	}
	file, err := m.Cut(t.Context(), CutRequest{
		Movie: clip, Spans: []assets.Span{{Start: 3, End: 4.5}, {Start: 0.5, End: 1.5}}, Width: 960, Height: 540, Rate: 30, Sound: len(probed.Audio) > 0,
	}, dir)
	if err != nil {
		t.Fatal(err)
	}
	made, err := ffmpeg.Probe(t.Context(), sandbox(t), filepath.Join(dir, file.Path))
	if err != nil || len(made.Video) != 1 || len(made.Audio) != len(probed.Audio) || math.Abs(file.Rendition.Duration-2.5) > 0.001 || math.Abs(made.Duration.Seconds()-2.5) > 0.07 {
		t.Fatalf("%+v %+v, %v", file, made, err)
	}
}
