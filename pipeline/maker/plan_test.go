package maker

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

func fraction(n, d int64) ffmpeg.Rational { return ffmpeg.Rational{Num: n, Den: d} }

// sources are the kinds of master that plans differ for.
func sources() map[string]Source {
	sound := &Sound{Streams: []int{1}, Channels: 2}
	pic := func(w, h int, rate ffmpeg.Rational) *Picture {
		return &Picture{Width: w, Height: h, Coded: [2]int{w, h}, Rate: rate, Format: "yuv420p", Matrix: "bt709", Primaries: "bt709", Transfer: "bt709"}
	}
	interlaced := pic(1920, 1080, fraction(25, 1))
	interlaced.Interlaced = "tff"
	hdr := pic(2160, 3840, fraction(60, 1))
	hdr.Format, hdr.Matrix, hdr.Primaries, hdr.Transfer = "yuv420p10le", "bt2020nc", "bt2020", "smpte2084"
	old := pic(788, 576, fraction(25, 1))
	old.Coded, old.Matrix, old.Primaries, old.Full = [2]int{720, 576}, "bt470bg", "bt470bg", true
	return map[string]Source{
		"1080p24-5.1":       {Length: 30, Picture: pic(1920, 1080, fraction(24, 1)), Sound: &Sound{Streams: []int{1}, Channels: 6}},
		"1080i50":           {Length: 600, Picture: interlaced, Sound: sound},
		"hdr-portrait-4k60": {Length: 10, Picture: hdr, Sound: sound},
		"pal-anamorphic":    {Length: 5, Picture: old, Sound: &Sound{Streams: []int{1, 2}, Channels: 1}},
		"silent-360p":       {Length: 12, Picture: pic(640, 360, fraction(30000, 1001))},
		"sound-alone":       {Length: 92, Sound: &Sound{Streams: []int{0}, Channels: 1}},
	}
}

// TestCommands compares every whole argument list with what it was; set
// REGIE_GOLDEN=write to accept a change.
func TestCommands(t *testing.T) {
	for name, source := range sources() {
		plan, err := MakePlan(source, profiles(t), "ffmpeg 5.1")
		if err != nil {
			t.Fatal(name, err)
		}
		commands := []ffmpeg.Command{DecodeCommand(plan, "/in/master", "/scratch")}
		if source.Sound != nil {
			m := mix{Skip: 0.04, Samples: 480000, Gain: 5.25, Ceiling: -2, Double: 1}
			if source.Picture != nil {
				m.Teaser = []assets.Span{{Start: 1, End: 5}, {Start: 8, End: 20.5}}
			}
			commands = append(commands, TrialCommand(m, "/scratch"), SoundCommand(plan, m, "/scratch"))
		}
		commands = append(commands, PackCommand(plan, source.Picture != nil, "/scratch"), StillsCommand(plan, []int{3, 1}, "/scratch"))
		if source.Picture != nil {
			commands = append(append(commands, PlainTogether(plan, "/in/master", "/scratch")), PlainApart(plan, "/in/master", "/scratch")...)
		}
		golden(t, name, spelled(commands...))
	}
}

// spelled is every argument of commands, one a line.
func spelled(commands ...ffmpeg.Command) string {
	var text strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&text, "== %s in %s\n", c.Tool, c.Dir)
		for _, in := range c.Inputs {
			fmt.Fprintf(&text, "-i %s trusted=%t %q\n", in.Path, in.Trusted, in.Options)
		}
		for _, a := range c.Args {
			text.WriteString(strings.ReplaceAll(a, ";", ";\n  ") + "\n")
		}
	}
	return text.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if os.Getenv("REGIE_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range g {
			if i >= len(w) || g[i] != w[i] {
				t.Errorf("%s line %d is now:\n%s", path, i+1, g[i])
				return
			}
		}
		t.Errorf("%s is longer than what is made now", path)
	}
}

func TestRungs(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want string
	}{
		{1920, 1080, "1080:1920x1080* 720:1280x720* 480:854x480 360:640x360 240:426x240"},
		{3840, 2160, "1080:1920x1080* 720:1280x720* 480:854x480 360:640x360 240:426x240"},
		{1080, 1920, "1080:1080x1920* 720:720x1280* 480:480x854 360:360x640 240:240x426"},
		{1280, 800, "800:1280x800* 720:1152x720* 480:768x480 360:576x360 240:384x240"},
		{854, 480, "480:854x480* 360:640x360 240:428x240"},
		{798, 332, "332:798x332* 240:576x240"},
		{801, 333, "332:798x332* 240:578x240"},
		{240, 240, "240:240x240*"},
		{176, 144, "144:176x144*"},
		{18, 17, "16:16x16*"},
	} {
		plan, err := MakePlan(Source{Length: 10, Picture: &Picture{Width: c.w, Height: c.h, Rate: fraction(25, 1)}}, profiles(t), "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range plan.Rungs {
			one := fmt.Sprintf("%s:%dx%d", r.Name, r.Width, r.Height)
			if r.MP4 {
				one += "*"
			}
			got = append(got, one)
			if r.Width > c.w || r.Height > c.h {
				t.Errorf("%dx%d: rung %s is larger than its source", c.w, c.h, one)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%dx%d:\n got %s\nwant %s", c.w, c.h, s, c.want)
		}
	}
}

func TestRecipeNamesWhatIsMade(t *testing.T) {
	p := profiles(t)
	source := sources()["1080p24-5.1"]
	recipe := func(s Source, p Profiles, tools string) string {
		plan, err := MakePlan(s, p, tools)
		if err != nil {
			t.Fatal(err)
		}
		return plan.Recipe()
	}
	one := recipe(source, p, "ffmpeg 5.1")
	if again := recipe(sources()["1080p24-5.1"], profiles(t), "ffmpeg 5.1"); again != one {
		t.Errorf("the same plan has two recipes: %s, %s", one, again)
	}
	other := profiles(t)
	other.Ladder[2].CRF++
	for what, r := range map[string]string{
		"tools": recipe(source, p, "ffmpeg 7.1"), "profile": recipe(source, other, "ffmpeg 5.1"), "source": recipe(sources()["1080i50"], p, "ffmpeg 5.1"),
	} {
		if r == one {
			t.Errorf("another %s, the same recipe", what)
		}
	}
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		nominal, mean ffmpeg.Rational
		median        float64
		count         int64
		length        float64
		variable      bool
		want          string
	}{
		{fraction(24, 1), fraction(24, 1), 0, 720, 30, false, "24/1"},
		{fraction(1000000, 33333), fraction(1000000, 33333), 0, 78, 2.6, false, "30/1"},
		{fraction(120, 1), fraction(120, 1), 0, 1200, 10, false, "60/1"},
		{fraction(600, 1), fraction(12600, 1703), 0, 84, 11.3, true, "25/1"},
		{fraction(120, 1), fraction(5249, 2633), 0, 21, 10.4, false, "25/1"},
		{fraction(22500, 11303), fraction(5249, 2633), 0, 21, 10.4, false, "25/1"},
		{fraction(57600, 1), fraction(29, 1), 0, 290, 10, true, "30/1"},
		{fraction(30, 1), fraction(140000, 5087), 0, 28, 1.017, true, "30/1"},
		{fraction(179, 6), fraction(179, 6), 0, 1189, 39.85, false, "179/6"},
		{ffmpeg.Rational{}, ffmpeg.Rational{}, 0, 0, 0, false, "25/1"},
	} {
		l := look{video: &ffmpeg.VideoStream{RFrameRate: c.nominal, AvgFrameRate: c.mean}}
		l.packets.Count, l.packets.Variable = c.count, c.variable
		l.packets.End = secondsToDuration(c.length)
		if got := l.rate(); got.String() != c.want {
			t.Errorf("%v, %v: %s, want %s", c.nominal, c.mean, got, c.want)
		}
	}
}
