package maker

import (
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

// formatCommands are all that is run for one format of a source.
func formatCommands(f form, s Source, video Video, movie, dir string) []ffmpeg.Command {
	pic := f.picture(*s.Picture)
	s.Picture = &pic
	shape := f.shape(pic)
	var all []ffmpeg.Command
	if shape.Crop {
		all = append(all, SightsCommand(shape, s, 5, movie, dir))
	}
	all = append(all, FormatCommand(f, shape, s, video, f.Name == assets.FormatProjection, movie, dir))
	if s.Sound != nil {
		all = append(all, FormatSoundCommand(f, mix{Skip: 0.04, Samples: 480000, Gain: 5.25, Ceiling: -2}, dir))
	}
	return append(all, FormatJoinCommand(f, s.Sound != nil, dir))
}

// TestFormatCommands compares every whole argument list with what it was, for a
// broad master, an upright one in HDR, and an old one of 4:3; see TestCommands.
func TestFormatCommands(t *testing.T) {
	for _, f := range assets.Formats() {
		if f.Teaser {
			continue // as of the film
		}
		var text strings.Builder
		for _, name := range []string{"1080p24-5.1", "hdr-portrait-4k60", "pal-anamorphic"} {
			text.WriteString("# " + name + "\n" + spelled(formatCommands(forms[f.Name], sources()[name], profiles(t).Video, "/in/movie", "/scratch")...))
		}
		golden(t, "format-"+string(f.Name), text.String())
	}
}

// TestEveryFormatHasAForm: what can be asked for can be made, under its own name.
func TestEveryFormatHasAForm(t *testing.T) {
	if len(forms) != len(assets.Formats()) {
		t.Errorf("%d forms of %d formats", len(forms), len(assets.Formats()))
	}
	for _, f := range assets.Formats() {
		if got := forms[f.Name]; got.Name != f.Name || got.Ext == "" || got.SoundExt == "" || got.Pixels == "" {
			t.Errorf("%s: %+v", f.Name, got)
		}
		whole := forms["film-"+assets.FormatName(strings.TrimPrefix(string(f.Name), "teaser-"))]
		if f.Teaser && whole.Size != forms[f.Name].Size {
			t.Errorf("%s is not as large as that of the film", f.Name)
		}
	}
}

// TestNobodyIsBeheaded: a film is cropped at its sides alone; one that is too narrow
// stands before itself out of focus, and one of the same shape stays whole.
func TestNobodyIsBeheaded(t *testing.T) {
	for _, c := range []struct {
		name       assets.FormatName
		w, h       int
		inner      [2]int
		crop, blur bool
	}{
		{"film-9x16", 1920, 1080, [2]int{3414, 1920}, true, false},
		{"film-1x1", 1920, 1080, [2]int{1920, 1080}, true, false},
		{"film-16x9", 1920, 1080, [2]int{1920, 1080}, false, false},
		{"film-9x16", 1080, 1920, [2]int{1080, 1920}, false, false},
		{"film-9x16", 720, 1280, [2]int{1080, 1920}, false, false},
		{"film-9x16", 1080, 1440, [2]int{1440, 1920}, true, false},
		{"film-1x1", 1080, 1920, [2]int{608, 1080}, false, true},
		{"film-16x9", 1080, 1920, [2]int{608, 1080}, false, true},
		{"film-16x9", 640, 480, [2]int{1440, 1080}, false, true},
		{"film-16x9", 798, 332, [2]int{1920, 798}, false, false},
		{"film-16x9", 854, 480, [2]int{1920, 1080}, false, false},
		{assets.FormatPAD, 798, 332, [2]int{1920, 798}, false, false},
		{assets.FormatMezzanine, 3840, 2160, [2]int{3840, 2160}, false, false},
	} {
		s := forms[c.name].shape(Picture{Width: c.w, Height: c.h})
		if s.Inner != c.inner || s.Crop != c.crop || s.Blur != c.blur {
			t.Errorf("%s of %dx%d: %+v", c.name, c.w, c.h, s)
		}
		if s.Crop && s.Inner[1] != s.Size[1] {
			t.Errorf("%s of %dx%d loses its top or its bottom", c.name, c.w, c.h)
		}
	}
}

// TestWayOfACrop: at a cut it jumps, half a frame early so that no frame is late;
// within a shot it goes straight; it never leaves the picture.
func TestWayOfACrop(t *testing.T) {
	s := shape{Size: [2]int{1080, 1920}, Inner: [2]int{3414, 1920}, Crop: true}
	got := s.commands([]picks.Place{{Time: 0, Left: 0.25, Cut: true}, {Time: 2, Left: 0.5, Cut: true}, {Time: 4, Left: 0.25}, {Time: 5, Left: 0.9, Cut: true}}, 25)
	want := "0.0000 crop x '852';\n" +
		"1.9800 crop x '2*trunc((1707.00+(t-2.0000)*-426.7500)/2)';\n" +
		"3.9800 crop x '852';\n" +
		"4.9800 crop x '2334';\n"
	if got != want {
		t.Errorf("it goes\n%swanted\n%s", got, want)
	}
}
