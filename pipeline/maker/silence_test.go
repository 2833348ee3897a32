package maker

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// untouched (M-14): at the end of the test the original is what it was.
func untouched(t *testing.T, original string) {
	t.Helper()
	sum := func() [sha256.Size]byte {
		text, err := os.ReadFile(original)
		if err != nil {
			t.Fatal(err)
		}
		return sha256.Sum256(text)
	}
	before := sum()
	t.Cleanup(func() {
		if sum() != before {
			t.Errorf("%s was changed", original)
		}
	})
}

// checkSilence (M-14): no made file, and no part of one, says where, when or
// with what it was filmed.
func checkSilence(t *testing.T, runner ffmpeg.Runner, dir string, files []File) {
	t.Helper()
	for _, f := range files {
		for _, path := range append([]string{f.Path}, f.Parts...) {
			checkBytes(t, filepath.Join(dir, path))
		}
		if slices.Contains([]string{".mp4", ".m4a"}, filepath.Ext(f.Path)) {
			checkTags(t, runner, filepath.Join(dir, f.Path))
		}
	}
}

// secretsOfCameras are what phones, cameras and editors write into their files;
// nothing so short that packed pictures hold it by chance.
var secretsOfCameras = []string{
	"+32.0929", "ISO6709", "iPhone", "Pixel ", "GoPro ", "com.apple", "com.android", "creationdate", "Exif\x00", "ns.adobe.com", "photoshop",
}

func checkBytes(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secretsOfCameras {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s holds %q", filepath.Base(path), secret)
		}
	}
}

// plainTags are the tags that a muxer writes by itself, and what it says in them.
var plainTags = map[string][]string{
	"major_brand": nil, "minor_version": nil, "compatible_brands": nil, "encoder": nil, "vendor_id": {"[0][0][0][0]"},
	"language": {"und"}, "handler_name": {"VideoHandler", "SoundHandler"},
}

// checkTags asks ffprobe for every tag that it finds.
func checkTags(t *testing.T, runner ffmpeg.Runner, path string) {
	t.Helper()
	res, err := runner.Run(t.Context(), ffmpeg.Command{
		Tool: ffmpeg.FFprobe, Inputs: []ffmpeg.Input{{Path: path}},
		Args: []string{"-show_entries", "format_tags:stream_tags:chapters", "-of", "default=nw=1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(res.Stdout)) {
		key, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "TAG:")), "=")
		if values, plain := plainTags[key]; !plain || values != nil && !slices.Contains(values, value) {
			t.Errorf("%s: %s", filepath.Base(path), line)
		}
	}
}
