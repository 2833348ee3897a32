package maker

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// TestNothingOfAFileReachesAnArgument (M-09): whatever a file says of itself, in
// every text that ffprobe reports, no argument of any command holds a piece of
// it. What people say of a film never comes here: the maker is given a path.
func TestNothingOfAFileReachesAnArgument(t *testing.T) {
	const mark = "PLANTED"
	p := profiles(t)
	rapid.Check(t, func(rt *rapid.T) {
		hostile := rapid.Custom(func(rt *rapid.T) string {
			around := rapid.StringOfN(rapid.RuneFrom([]rune("-\"':;%\\\n[]=,|$(){}@/.é\u202e ")), 0, 8, -1)
			return around.Draw(rt, "before") + mark + around.Draw(rt, "after")
		})
		or := func(name string, good ...string) string {
			return rapid.OneOf(hostile, rapid.SampledFrom(good)).Draw(rt, name)
		}
		tags := map[string]string{}
		for _, name := range []string{"title", "language", "handler_name", "timecode", "comment", "artist", "location", "creation_time", "rotate"} {
			tags[name] = or(name, "fra")
		}
		stream := func(kind string) map[string]any {
			return map[string]any{
				"index": 0, "codec_type": kind, "codec_name": or("codec", "h264"), "profile": or("profile", "High"), "width": 1920, "height": 1080,
				"sample_aspect_ratio": or("shape", "1:1"), "r_frame_rate": or("rate", "25/1"), "avg_frame_rate": "25/1", "duration": "4.0",
				"field_order": or("order", "progressive", "tt"), "pix_fmt": or("format", "yuv420p", "gbrp10le"), "color_primaries": or("primaries", "bt709", "bt2020"),
				"color_transfer": or("transfer", "bt709", "smpte2084"), "color_space": or("matrix", "bt709", "bt2020nc"), "color_range": or("range", "tv", "pc"),
				"channels": 2, "channel_layout": or("layout", "stereo"), "sample_rate": or("sampling", "48000"), "tags": tags,
			}
		}
		text, err := json.Marshal(map[string]any{
			"format":  map[string]any{"format_name": or("container", "mov,mp4"), "duration": "4.0", "tags": tags},
			"streams": []any{stream("video"), stream("audio")},
		})
		if err != nil {
			rt.Fatal(err)
		}
		media, err := ffmpeg.ParseProbe(text)
		if err != nil {
			rt.Fatal(err)
		}
		packets := ffmpeg.Packets{Count: 100, Timed: 100, End: 4 * time.Second, Median: 40 * time.Millisecond}
		l := look{media: media, video: &media.Video[0], audio: media.Audio, packets: packets, sound: packets}
		source := Source{Length: 4, Picture: l.picture(), Sound: &Sound{Streams: []int{1}, Channels: 2}}
		commands, err := everyCommand(source, p)
		if err != nil {
			rt.Skip("nothing is made of it: ", err)
		}
		for _, c := range commands {
			arguments := slices.Clone(c.Args)
			for _, in := range c.Inputs {
				arguments = append(append(arguments, in.Path), in.Options...)
			}
			for _, a := range arguments {
				if strings.Contains(a, mark) {
					rt.Errorf("%s is given %q", c.Tool, a)
				}
			}
		}
	})
}

// everyCommand is all that is ever run for a source.
func everyCommand(s Source, p Profiles) ([]ffmpeg.Command, error) {
	const master, dir = "/in/master", "/scratch"
	plan, err := MakePlan(s, p, "ffmpeg")
	if err != nil {
		return nil, err
	}
	proxy, err := MakeProxyPlan(s, p, "ffmpeg")
	if err != nil {
		return nil, err
	}
	m := mix{Samples: 192000, Gain: 3, Ceiling: -2, Double: 1, Teaser: []assets.Span{{Start: 1, End: 3}}}
	var formats []ffmpeg.Command
	for _, f := range forms {
		formats = append(formats, formatCommands(f, s, p.Video, master, dir)...)
	}
	return append(append(formats,
		DecodeCommand(plan, master, dir), PlainTogether(plan, master, dir), TrialCommand(m, dir), SoundCommand(plan, m, dir),
		PackCommand(plan, true, dir), StillsCommand(plan, []int{2, 1}, dir), StillOfCommand(plan, dir),
		ProxyCommand(proxy, master, dir), ProxyFinishCommand(proxy, m, dir), PhotoCommand(proxy, master, dir),
		CoverCommand(ffmpeg.Input{Path: master}, [2]int{640, 360}, true, dir), HearCommand(master, dir), WebSoundCommand(master, m, p.Audio, dir), WebMovieCommand(master, dir),
		CutCommand(CutRequest{Movie: master, Spans: m.Teaser}, p, dir),
	), PlainApart(plan, master, dir)...), nil
}
