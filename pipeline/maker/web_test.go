package maker

import (
	"math"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// TestWeb (F18) brings the sound of a movie to -14 LUFS, and measures what came
// out with ffmpeg's own ebur128.
func TestWeb(t *testing.T) {
	runner, clip := sandbox(t), services.Media(t, "good/film-bbb-1080p24-51-30s.mp4")
	m, err := New(Options{Runner: runner, Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	probed, err := ffmpeg.Probe(t.Context(), runner, clip)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f, err := m.Web(t.Context(), clip, probed.Duration.Seconds(), dir)
	if err != nil {
		t.Fatal(err)
	}
	check := t.TempDir()
	if _, err := runner.Run(t.Context(), HearCommand(filepath.Join(dir, f.Path), check)); err != nil {
		t.Fatal(err)
	}
	h, err := readHeard(check, fileMade, 0, probed.Duration.Seconds())
	if err != nil || h.Integrated == nil || h.TruePeak == nil {
		t.Fatalf("%+v %v", h, err)
	}
	if math.Abs(*h.Integrated+14) > 0.5 || *h.TruePeak > -1 {
		t.Errorf("%.2f LUFS, %.2f dBTP", *h.Integrated, *h.TruePeak)
	}
}
