package ffmpeg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/internal/services"
)

// TestGoodClips holds what is read of each real clip against what the index of
// the clips says: size and rotation as shown, spacing, scan of the picture, HDR,
// tracks. Length is in seconds, of what can be read.
func TestGoodClips(t *testing.T) {
	s := sandbox(t)
	known := map[string]string{
		"audio-only-interview-92s.mp4":           "audio 2",
		"cam-bottle-29.83fps-noaudio-40s.mp4":    "h264 640x360 rot 0 179/6 progressive 8 bit 420, 39.9 s",
		"cam-canon-mjpeg-mono-3s.avi":            "mjpeg 640x480 rot 0 1000000/33333 progressive 8 bit 422 full, 2.6 s, audio 1",
		"cam-cars-12.5fps-silent-30s.mp4":        "h264 768x432 rot 0 25/2 progressive 8 bit 420, 30.2 s, audio 2",
		"cam-flower-540p30-5s.mp4":               "h264 960x540 rot 0 30000/1001 progressive 8 bit 420, 5.0 s, audio 2",
		"cam-gopro-karma-480p-12s.mp4":           "h264 854x480 rot 0 30000/1001 progressive 8 bit 420 full, 12.1 s, audio 2, other 3, TC 19:26:48:04",
		"cam-sign-bird-fullrange-2s.mkv":         "h264 640x480 rot 0 30/1 progressive 8 bit 420 full, 2.1 s",
		"cam-sony-a7m3-1080i50-avchd.mts":        "h264 1920x1080 rot 0 25/1 flagged tff 8 bit 420, 0.5 s, audio 2, other 1",
		"film-bbb-1080p24-51-30s.mp4":            "h264 1920x1080 rot 0 24/1 progressive 8 bit 420, 30.0 s, audio 6",
		"film-bbb-2160p60-16s.mp4":               "h264 3840x2160 rot 0 60/1 progressive 8 bit 420, 15.9 s, audio 2",
		"film-tos-battle-332p-vp8-71s.webm":      "vp8 798x332 rot 0 24/1 progressive 8 bit 420, 70.5 s, audio 2",
		"hdr-av1-10b-pq-portrait-4s.mp4":         "av1 720x1280 rot 0 30000/1001 progressive 10 bit 420 pq, 4.2 s, audio 2",
		"hdr-hevc10-pq-1080p-1s.mp4":             "hevc 1920x1080 rot 0 140000/5087 VFR progressive 10 bit 420 pq, 1.0 s, audio 2",
		"made-avchd-1080i60-bbb.mts":             "h264 1920x1080 rot 0 30000/1001 flagged tff 8 bit 420, 5.0 s, audio 2",
		"made-prores422lt-720p24-bbb.mov":        "prores 1280x720 rot 0 24/1 progressive 10 bit 422, 1.2 s, audio 2, other 1, TC 01:00:00:00",
		"master-svt-1080p25-422-10b-96k-10s.mp4": "h264 1920x1080 rot 0 25/1 progressive 10 bit 422, 10.0 s, audio 2, other 1, TC 01:00:00:00",
		"master-svt-720p50-8mono-10s.mp4":        "h264 1280x720 rot 0 50/1 progressive 10 bit 422, 10.0 s, audio 1 1 1 1 1 1 1 1, other 1, TC 10:00:00:00",
		"mxf-imf-j2k-2160p-pq-1s.mxf":            "jpeg2000 3840x2160 rot 0 0/1 progressive 12 bit rgb pq, 1.0 s, TC 00:00:00:00",
		"odd-asp-mp3-960x400-4s.avi":             "mpeg4 960x400 rot 0 24000/1001 progressive 8 bit 420, 4.1 s, audio 2",
		"odd-gamma22-tags-1s.mp4":                "h264 320x240 rot 0 60/1 progressive 8 bit 420 full, 1.0 s, audio 2",
		"odd-h263-3gp.3gp":                       "h263 176x144 rot 0 15/1 progressive 8 bit 420, 1.0 s",
		"odd-start-at-10s-sar.mp4":               "h264 1137x640 rot 0 30/1 progressive 8 bit 420, 4.0 s",
		"phone-720p-rot180-5s.mp4":               "h264 1280x720 rot 180 30000/1001 progressive 8 bit 420, 5.0 s, audio 2",
		"phone-flir-thermal-vfr-11s.mp4":         "h264 1080x1440 rot 0 12600/1703 VFR progressive 8 bit 420, 11.2 s, audio 1, location",
		"phone-iphone-gps-rot90-mono-4s.mov":     "h264 320x568 rot 90 72000/2401 progressive 8 bit 420, 4.0 s, audio 1, other 2, location",
		"phone-iphone-hlg-dv-rot90-3s.mp4":       "hevc 1080x1920 rot 90 51600/1841 VFR progressive 10 bit 420 hlg DV, 2.6 s, audio 2, other 2",
		"phone-pixel-4k60-rot90.mp4":             "h264 2160x3840 rot 90 810000/13487 progressive 8 bit 420 full, 0.3 s, audio 2",
		"prores-422-240p-card.mov":               "prores 320x240 rot 0 25/1 progressive 10 bit 422, 1.0 s",
		"screen-vfr-3026x1386-9s.mp4":            "h264 3026x1386 rot 0 3628800/502589 VFR progressive 8 bit 420, 8.7 s",
		"talk-lecture-slides-vfr-10s.mov":        "h264 640x480 rot 0 5249/2633 VFR progressive 8 bit 420, 10.4 s, audio 2",
		"talk-nasa-multitrack-17s.mp4":           "h264 480x270 rot 0 30000/1001 progressive 8 bit 420, 13.0 s, audio 2 2, other 2",
		"ts-mpeg2-1080p24-mp2-3s.ts":             "mpeg2video 1920x1080 rot 0 24/1 progressive 8 bit 420, 2.5 s, audio 2",
		"xdcam-ex-1080i50-card.mov":              "mpeg2video 1920x1080 rot 0 25/1 flagged progressive 8 bit 420, 1.0 s",
	}
	eachClip(t, "good", func(t *testing.T, path string) {
		want, ok := known[filepath.Base(path)]
		if !ok {
			t.Fatal("this clip is not in the table")
		}
		if got := portrait(t, s, path); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	})
}

func eachClip(t *testing.T, folder string, check func(t *testing.T, path string)) {
	t.Helper()
	dir := services.Media(t, folder)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			check(t, filepath.Join(dir, f.Name()))
		})
	}
}

// portrait sums a good clip up in a line.
func portrait(t *testing.T, r Runner, path string) string {
	t.Helper()
	ctx := context.Background()
	m, err := Probe(ctx, r, path)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	if v, ok := m.MainVideo(); ok {
		parts = append(parts, picture(t, r, path, v))
	}
	if len(m.Audio) > 0 {
		heard, err := DecodeSound(ctx, r, path, m.Audio[0].Index, 10)
		if err != nil || heard.Decoded == 0 {
			t.Errorf("%d blocks of sound, %v", heard.Decoded, err)
		}
		sound := "audio"
		for _, a := range m.Audio {
			sound += fmt.Sprint(" ", a.Channels)
		}
		parts = append(parts, sound)
	}
	if m.Other > 0 {
		parts = append(parts, fmt.Sprint("other ", m.Other))
	}
	if m.Timecode != "" {
		parts = append(parts, "TC "+m.Timecode)
	}
	if m.Location {
		parts = append(parts, "location")
	}
	return strings.Join(parts, ", ")
}

func picture(t *testing.T, r Runner, path string, v VideoStream) string {
	t.Helper()
	p, err := ScanPackets(context.Background(), r, path, v.Index)
	if err != nil || p.Stderr != "" {
		t.Errorf("packets: %v %s", err, p.Stderr)
	}
	head, err := DecodeHead(context.Background(), r, path, v.Index, 30)
	if err != nil || head.Decoded == 0 || head.Decoded > 30 {
		t.Errorf("decoded %d: %v", head.Decoded, err)
	}
	line := fmt.Sprintf("%s %dx%d rot %d %s", v.Codec, v.DisplayWidth, v.DisplayHeight, v.Rotation, v.AvgFrameRate)
	for _, mark := range []struct {
		has  bool
		word string
	}{
		{p.Variable, "VFR"},
		{v.Interlaced, "flagged"},
		{true, head.Scan.Order()},
		{true, fmt.Sprint(v.BitDepth, " bit ", v.Chroma)},
		{v.FullRange, "full"},
		{v.HDR != "", v.HDR},
		{v.DolbyVision, "DV"},
	} {
		if mark.has {
			line += " " + mark.word
		}
	}
	return fmt.Sprintf("%s, %.1f s", line, p.Length().Seconds())
}

// TestDamagedClips: what can't be read is refused by Probe or decodes to
// nothing; of the others it is known how much is there.
func TestDamagedClips(t *testing.T) {
	const refused = -1
	s := sandbox(t)
	known := map[string]struct {
		declared, readable float64 // seconds
		decoded            int     // of the first 30 frames
		complains          bool
	}{
		"bad-cut-moov-lost-bbb1080p.mp4": {declared: refused},
		"bad-empty.mp4":                  {declared: refused},
		"bad-first-kilobyte.mov":         {declared: refused},
		"bad-jpeg-named.mp4":             {declared: refused},
		"bad-malformed-free-box.mp4":     {declared: refused},
		"bad-text.mp4":                   {declared: refused},
		"bad-vvc-unsupported-5s.mp4":     {declared: 5, readable: 5},
		"bad-bitflips-flower.mp4":        {declared: 5.055, readable: 5.005, decoded: 30, complains: true},
		"bad-cut-faststart-cars.mp4":     {declared: 30.208, readable: 11.76, decoded: 30, complains: true},
		"bad-lost-packets-5pct.ts":       {declared: 1.386, readable: 1.375, decoded: 29, complains: true},
		"bad-mdat-too-long.mp4":          {declared: 1.024, readable: 1.001, decoded: 30},
		"bad-missing-stsd.mp4":           {declared: 1.024, readable: 1.001, decoded: 30},
		"bad-no-first-keyframe-3s.ts":    {declared: 2.649, readable: 2.635, decoded: 15, complains: true},
		"bad-zero-hole-sign.mkv":         {declared: 2.133, readable: 0.933, decoded: 25, complains: true},
	}
	near := func(got time.Duration, want float64) bool {
		return (got - seconds(want)).Abs() < 2*time.Millisecond
	}
	eachClip(t, "damaged", func(t *testing.T, path string) {
		want, ok := known[filepath.Base(path)]
		if !ok {
			t.Fatal("this clip is not in the table")
		}
		m, err := Probe(context.Background(), s, path)
		if want.declared == refused {
			if err == nil {
				t.Error("not refused")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		v, _ := m.MainVideo()
		p, err := ScanPackets(context.Background(), s, path, v.Index)
		if err != nil || !near(m.Duration, want.declared) || !near(p.Length(), want.readable) {
			t.Errorf("declared %v, readable %v, %v", m.Duration, p.Length(), err)
		}
		head, err := DecodeHead(context.Background(), s, path, v.Index, 30)
		if err != nil || head.Decoded != want.decoded {
			t.Errorf("decoded %d: %v", head.Decoded, err)
		}
		if want.complains && p.Stderr+head.Stderr == "" {
			t.Error("no complaint")
		}
	})
}
