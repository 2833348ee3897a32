package studio

import (
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// TestSoundVerdict (F18): how loud a master is, in words.
func TestSoundVerdict(t *testing.T) {
	for _, tc := range []struct {
		i, peak float64
		want    string
	}{
		{-18.2, -3, "Son à −18,2 LUFS : trop fort pour une livraison TV (−23), correct pour le web (−14 à −16)."},
		{-23, -3, "Son à −23 LUFS : juste pour une livraison TV (−23), trop faible pour le web (−14 à −16)."},
		{-30, -3, "Son à −30 LUFS : trop faible pour une livraison TV (−23), trop faible pour le web (−14 à −16)."},
		{-9, -0.5, "Son à −9 LUFS : trop fort pour une livraison TV (−23), trop fort pour le web (−14 à −16). Crêtes à −0,5 dBTP : trop hautes (−1 au plus)."},
	} {
		plain := func(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s) }
		if got := soundVerdict(&assets.Loudness{Integrated: &tc.i, TruePeak: &tc.peak}); plain(got) != plain(tc.want) {
			t.Errorf("%v: %s", tc.i, got)
		}
	}
	if soundVerdict(nil) != "" {
		t.Error("silence has a level")
	}
}
