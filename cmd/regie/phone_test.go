package main

import (
	"math"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// TestWhatPhonesAndCamerasBring (F12): a portrait of an iPhone (HEVC, 10 bits,
// HLG, uneven frames) and an interlaced AVCHD clip, sent as people send them,
// play in Chromium upright and as long as they are, on a desk and on a phone;
// the originals come back as they were.
func TestWhatPhonesAndCamerasBring(t *testing.T) {
	s := openStudio(t)
	good := filepath.Join(clips(t), "good")
	tab := s.as(assets.RoleMonteur)
	files := []struct {
		name     string
		portrait bool
	}{{"phone-iphone-hlg-dv-rot90-3s.mp4", true}, {"made-avchd-1080i60-bbb.mts", false}}
	w := &walk{T: t, tab: tab}
	tab.Open(t, s.URL+"/regie/deposer")
	w.send(filepath.Join(good, files[0].name), filepath.Join(good, files[1].name))
	for _, f := range files {
		clip := filepath.Join(good, f.name)
		tab.Open(t, s.URL+"/regie/rushes?q="+url.QueryEscape(f.name[:12]))
		tab.Until(t, `(a => a && (window.room = a.href, true))(document.querySelector(".rushes .cover"))`)
		room := value[string](t, tab, `window.room`)
		until(t, tab, `fetch("`+room+`").then(r => r.text()).then(t => t.includes("room-player"))`)
		for _, width := range []int64{1440, 390} {
			if err := chromedp.Do(tab.Ctx, chromedp.EmulateViewport(width, 844)); err != nil {
				t.Fatal(err)
			}
			tab.Open(t, room)
			tab.Until(t, `(v => v && v.readyState >= 3 && (v.muted = true, v.play(), true))(document.querySelector(".room-player video"))`)
			tab.Until(t, `document.querySelector(".room-player video").currentTime > 0.5`)
			size := value[[]float64](t, tab, `(v => [v.videoWidth, v.videoHeight, v.duration])(document.querySelector(".room-player video"))`)
			if upright := size[0] < size[1]; upright != f.portrait {
				t.Errorf("%s plays as %.0f × %.0f", f.name, size[0], size[1])
			}
			if want := pictureSeconds(t, clip); math.Abs(size[2]-want) > 1.0/24 {
				t.Errorf("%s lasts %.3f s in the browser, its picture %.3f s", f.name, size[2], want)
			}
			shoot(t, tab, f.name)
		}
		original := value[string](t, tab, `document.querySelector("a[href$='/original']").href`)
		got, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](`fetch("`+original+`").then(r => r.arrayBuffer()).then(b => crypto.subtle.digest("SHA-256", b)).then(d => [...new Uint8Array(d)].map(x => x.toString(16).padStart(2, "0")).join(""))`, browser.Awaited))
		if err != nil || got != sum(t, clip) {
			t.Errorf("the original of %s comes back as %s (%v)", f.name, got, err)
		}
	}
	tab.Faults(t)
}

// pictureSeconds is how long the picture of a clip is shown.
func pictureSeconds(t *testing.T, clip string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=duration", "-of", "default=nw=1:nk=1", clip).Output()
	first, _, _ := strings.Cut(string(out), "\n")
	seconds, bad := strconv.ParseFloat(strings.TrimSpace(first), 64)
	if err != nil || bad != nil {
		t.Fatalf("%s: %v %v", clip, err, bad)
	}
	return seconds
}
