package ffmpeg

import (
	"context"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/internal/services"
)

func TestBuild(t *testing.T) {
	ladder := func() []Output {
		v := From(0, "v:0").Filter("bwdif", Opt("mode", "send_frame")).Split(3)
		a := From(0, "a:0").Filter("aresample", Opt("", 48000)).Split(2)
		return []Output{
			{Pads: []Pad{v[0].Filter("scale", Opt("w", 1280), Opt("h", 720), Opt("flags", "lanczos")), a[0]}, Args: []string{"-c:v", "libx264"}, Name: "720.mp4"},
			{Pads: []Pad{v[1].Filter("scale", Opt("w", 640), Opt("h", 360)), a[1]}, Args: []string{"-c:v", "libx264", "-b:v", "1M"}, Name: "360.mp4"},
			{Pads: []Pad{v[2].Filter("select", Opt("expr", `gt(scene,0.4)`)).Filter("metadata", Opt("mode", "print"), Opt("file", "scenes.txt"))}, Args: []string{"-f", "null"}, Name: "-"},
		}
	}
	two := func() []Output {
		logo := From(1, "v:0").Filter("scale", Opt("w", 64), Opt("h", -2))
		film := From(0, "v:0").Filter("fps", Opt("fps", Rational{30000, 1001}))
		return []Output{{Pads: []Pad{Join("overlay", []Pad{film, logo}, Opt("x", 10)), From(0, "a:0")}, Name: "a.mp4"}}
	}
	late := func() []Output { // the second input is met first
		return []Output{{Pads: []Pad{Join("overlay", []Pad{From(1, "v"), From(0, "v")}), From(2, "a")}, Name: "a.mp4"}}
	}
	teaser := func() []Output {
		v, a := From(0, "v:0").Split(2), From(0, "a:0").Split(2)
		var segments [][]Pad
		for i := range 2 {
			segments = append(segments, []Pad{
				v[i].Filter("trim", Opt("start", i), Opt("duration", 1)).Filter("setpts", Opt("", "PTS-STARTPTS")),
				a[i].Filter("atrim", Opt("start", i), Opt("duration", 1)).Filter("asetpts", Opt("", "PTS-STARTPTS")),
			})
		}
		return []Output{{Pads: Concat(segments, true, true), Name: "teaser.mp4"}}
	}
	for name, c := range map[string]struct {
		outputs []Output
		want    []string
	}{
		"copy": {
			[]Output{{Pads: []Pad{From(0, "v:0"), From(0, "a:0?")}, Args: []string{"-c", "copy"}, Name: "x.mp4"}},
			[]string{"-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "x.mp4"},
		},
		"ladder": {ladder(), []string{
			"-filter_complex",
			"[0:v:0]bwdif=mode=send_frame,split=3[p0][p1][p2];[p0]scale=w=1280:h=720:flags=lanczos[p3];" +
				"[0:a:0]aresample=48000,asplit=2[p4][p5];[p1]scale=w=640:h=360[p6];" +
				`[p2]select=expr=gt(scene\,0.4),metadata=mode=print:file=scenes.txt[p7]`,
			"-map", "[p3]", "-map", "[p4]", "-c:v", "libx264", "720.mp4",
			"-map", "[p6]", "-map", "[p5]", "-c:v", "libx264", "-b:v", "1M", "360.mp4",
			"-map", "[p7]", "-f", "null", "-",
		}},
		"two inputs": {two(), []string{
			"-filter_complex", "[0:v:0]fps=fps=30000/1001[p0];[1:v:0]scale=w=64:h=-2[p1];[p0][p1]overlay=x=10[p2]",
			"-map", "[p2]", "-map", "0:a:0", "a.mp4",
		}},
		"second input first": {late(), []string{
			"-filter_complex", "[1:v][0:v]overlay[p0]", "-map", "[p0]", "-map", "2:a", "a.mp4",
		}},
		"concat": {teaser(), []string{
			"-filter_complex",
			"[0:v:0]split=2[p0][p1];[p0]trim=start=0:duration=1,setpts=PTS-STARTPTS[p2];" +
				"[0:a:0]asplit=2[p3][p4];[p3]atrim=start=0:duration=1,asetpts=PTS-STARTPTS[p5];" +
				"[p1]trim=start=1:duration=1,setpts=PTS-STARTPTS[p6];" +
				"[p4]atrim=start=1:duration=1,asetpts=PTS-STARTPTS[p7];" +
				"[p2][p5][p6][p7]concat=n=2:v=1:a=1[p8][p9]",
			"-map", "[p8]", "-map", "[p9]", "teaser.mp4",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // the same each time
				got, err := Build(c.outputs...)
				if err != nil || !slices.Equal(got, c.want) {
					t.Fatalf("%v\n got %q\nwant %q", err, got, c.want)
				}
			}
		})
	}
}

func TestBuildSinksAndSources(t *testing.T) {
	v := From(0, "0").Split(3) // the third leads nowhere
	film := v[0].Filter("select", Opt("", "not(mod(n,25))"))
	got := MustBuild(
		Output{Pads: []Pad{Join("overlay", []Pad{Source("color", Opt("c", "white")), film})}, Name: "a.jpg"},
		v[1].Filter("scdet").Filter("metadata", Opt("", "print"), Opt("file", "cuts.txt")).Sink(),
		From(0, "1").AsSound().Filter("volumedetect").Sink(),
	)
	want := []string{
		"-filter_complex",
		`color=c=white[p0];[0:0]split=2[p1][p2];[p1]select=not(mod(n\,25))[p3];[p0][p3]overlay[p4];` +
			"[p2]scdet,metadata=print:file=cuts.txt,nullsink;[0:1]volumedetect,anullsink",
		"-map", "[p4]", "a.jpg",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestBuildRefuses(t *testing.T) {
	once := From(0, "v").Filter("yadif")
	for name, outputs := range map[string][]Output{
		"a pad used twice":    {{Pads: []Pad{once.Filter("hflip")}, Name: "a"}, {Pads: []Pad{once.Filter("vflip", Opt("", 1))}, Name: "b"}},
		"an unconnected pad":  {{Pads: []Pad{{}}, Name: "a"}},
		"nothing joined":      {{Pads: []Pad{Join("hstack", nil)}, Name: "a"}},
		"nothing split":       {{Pads: Pad{}.Split(1), Name: "a"}},
		"nothing put in line": {{Pads: Concat(nil, true, false), Name: "a"}},
		"an output of none":   {{Name: "a"}},
		"a sink of nothing":   {Pad{}.Sink()},
		"a pad used and sunk": {{Pads: []Pad{once}, Name: "a"}, once.Sink()},
		"half a concat":       {{Pads: Concat([][]Pad{{From(0, "v"), From(0, "a")}}, true, true)[:1], Name: "a"}},
	} {
		if args, err := Build(outputs...); err == nil {
			t.Errorf("%s: built %q", name, args)
		}
	}
}

// The graph that showed that ffmpeg-go can't do the wiring: the hash of its
// thirteenth branch is that of another.
func TestBuildLarge(t *testing.T) {
	v := From(0, "v:0").Filter("bwdif").Filter("fps", Opt("fps", 25)).Split(24)
	var out []Output
	var segments [][]Pad
	for i := range 12 {
		segments = append(segments, []Pad{v[i].Filter("trim", Opt("start", i)).Filter("setpts", Opt("", "PTS-STARTPTS"))})
		out = append(out, Output{Pads: []Pad{v[12+i].Filter("scale", Opt("w", 100+i)).Filter("format", Opt("", "yuv420p"))}, Name: strings.Repeat("x", i+1)})
	}
	out = append(out, Output{Pads: Concat(segments, true, false), Name: "teaser"})
	args, err := Build(out...)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"scale=w=100,", "scale=w=111,", "split=24[", "concat=n=12"} {
		if !strings.Contains(args[1], want) {
			t.Errorf("no %q in %s", want, args[1])
		}
	}
}

func TestOptionEscaping(t *testing.T) {
	// The value goes through three readers: ffmpeg-go, the graph, the filter.
	value := `a:b'c\d,e;f[g]=h`
	args, err := Build(Output{
		Pads: []Pad{From(0, "v").Filter("metadata", Opt("mode", "add"), Opt("key", "k"), Opt("value", value)).
			Filter("metadata", Opt("mode", "print"), Opt("file", "-"))},
		Args: []string{"-frames:v", "1", "-f", "null"}, Name: "-",
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sandbox(t).Run(context.Background(), Command{
		Tool: FFmpeg, Inputs: []Input{{Path: services.Media(t, "good/odd-h263-3gp.3gp")}}, Args: args,
	})
	if err != nil || !strings.Contains(string(r.Stdout), "k="+value+"\n") {
		t.Errorf("%v: %s", err, r.Stdout)
	}
}
