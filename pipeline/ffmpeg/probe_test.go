package ffmpeg

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseProbeNonsense(t *testing.T) {
	video := func(fields string) VideoStream {
		t.Helper()
		m, err := ParseProbe([]byte(`{"streams":[{"codec_type":"video",` + fields + `}]}`))
		if err != nil || len(m.Video) != 1 {
			t.Fatalf("%s: %v", fields, err)
		}
		return m.Video[0]
	}
	for fields, want := range map[string]int{
		`"side_data_list":[{"rotation":-90}]`:                         90,
		`"side_data_list":[{"rotation":90}]`:                          270,
		`"side_data_list":[{"rotation":-180}]`:                        180,
		`"side_data_list":[{"rotation":-89}]`:                         90,
		`"side_data_list":[{"rotation":20}]`:                          0,
		`"side_data_list":[{"rotation":-9223372036854775808}]`:        0,
		`"side_data_list":[{"rotation":1e99}]`:                        0,
		`"side_data_list":[{"rotation":"x"}]`:                         0,
		`"side_data_list":{"rotation":-90}`:                           0,
		`"tags":{"rotate":"90"}`:                                      90,
		`"tags":{"rotate":"270"},"side_data_list":[{"rotation":-90}]`: 90,
		`"tags":[1,2],"side_data_list":[1,null,"x",{"rotation":[]}]`:  0,
	} {
		if got := video(fields).Rotation; got != want {
			t.Errorf("%s: rotation %d, want %d", fields, got, want)
		}
	}
	for fields, want := range map[string][2]int{
		`"width":1440,"height":1080,"sample_aspect_ratio":"4:3"`:                                     {1920, 1080},
		`"width":720,"height":576,"sample_aspect_ratio":"16:11","side_data_list":[{"rotation":-90}]`: {576, 1047},
		`"width":640,"height":480,"sample_aspect_ratio":"0:1"`:                                       {640, 480},
		`"width":640,"height":480,"sample_aspect_ratio":"2147483647:1"`:                              {640, 480},
		`"width":640,"height":480,"sample_aspect_ratio":"-4:3"`:                                      {640, 480},
		`"width":-5,"height":99999999`:                                                               {0, 0},
		`"width":"640","height":[480]`:                                                               {640, 0},
	} {
		v := video(fields)
		if got := [2]int{v.DisplayWidth, v.DisplayHeight}; got != want {
			t.Errorf("%s: shown as %v, want %v", fields, got, want)
		}
	}
	for fields, want := range map[string]string{
		`"avg_frame_rate":"30000/1001"`: "30000/1001",
		`"avg_frame_rate":"50/2"`:       "25/1",
		`"avg_frame_rate":"0/0"`:        "0/1",
		`"avg_frame_rate":"-25/1"`:      "0/1",
		`"avg_frame_rate":25`:           "0/1",
		`"avg_frame_rate":null`:         "0/1",
	} {
		if got := video(fields).AvgFrameRate; got.String() != want || got.Float() < 0 {
			t.Errorf("%s: %s", fields, got)
		}
	}
	m, err := ParseProbe([]byte(`{"format":{"duration":"4294967294.0","size":"-1","bit_rate":"x","start_time":"NaN"},"streams":[{"codec_type":7},{}]}`))
	if err != nil || m.Duration != 0 || m.Size != 0 || m.Start != 0 || m.Other != 2 {
		t.Errorf("%+v, %v", m, err)
	}
	for _, data := range []string{"", "null garbage", "[", `{"streams":7}`} {
		if _, err := ParseProbe([]byte(data)); err == nil {
			t.Errorf("%q is no error", data)
		}
	}
}

func TestLocation(t *testing.T) {
	for tag, want := range map[string]bool{
		"location": true, "location-eng": true, "com.apple.quicktime.location.ISO6709": true, "xyz": true,
		"com.apple.quicktime.location.accuracy.horizontal": true, "GPSLatitude": true, "title": false,
	} {
		m, err := ParseProbe([]byte(`{"format":{"tags":{"` + tag + `":"+48.8/"}}}`))
		if err != nil || m.Location != want {
			t.Errorf("%s: %v %v", tag, m.Location, err)
		}
	}
}

func TestMainVideo(t *testing.T) {
	for name, c := range map[string]struct {
		video []VideoStream
		want  int
	}{
		"the default":        {[]VideoStream{{Index: 0, Width: 4000, Height: 9}, {Index: 1, Width: 9, Height: 9, Default: true}}, 1},
		"the largest":        {[]VideoStream{{Index: 0, Width: 9, Height: 9}, {Index: 1, Width: 99, Height: 9}}, 1},
		"the first of equal": {[]VideoStream{{Index: 0, Width: 9, Height: 9}, {Index: 1, Width: 9, Height: 9}}, 0},
		"never a cover":      {[]VideoStream{{Index: 0, Width: 999, Height: 999, Picture: true, Default: true}, {Index: 1, Width: 9, Height: 9}}, 1},
		"none":               {[]VideoStream{{Index: 0, Picture: true}}, -1},
	} {
		v, ok := Media{Video: c.video}.MainVideo()
		if ok != (c.want >= 0) || ok && v.Index != c.want {
			t.Errorf("%s: %+v %v", name, v, ok)
		}
	}
}

func TestPixels(t *testing.T) {
	for format, want := range map[string]struct {
		bits   int
		chroma string
	}{
		"yuv420p": {8, "420"}, "yuvj422p": {8, "422"}, "yuv422p10le": {10, "422"}, "p010le": {10, "420"}, "nv12": {8, "420"},
		"yuv444p12le": {12, "444"}, "gbrp10le": {10, "rgb"}, "rgb48le": {16, "rgb"}, "gray": {8, "gray"}, "gray10le": {10, "gray"},
		"yuv420p9be": {9, "420"}, "pal8": {8, "rgb"}, "": {0, ""},
	} {
		if bits, chroma := pixels(format); bits != want.bits || chroma != want.chroma {
			t.Errorf("%s: %d %s", format, bits, chroma)
		}
	}
}

func TestPacketCount(t *testing.T) {
	count := func(lines ...string) Packets {
		var c packetCount
		for _, l := range lines {
			c.line([]byte(l))
		}
		return c.finish()
	}
	for name, c := range map[string]struct {
		lines []string
		want  Packets
	}{
		"nothing":     {nil, Packets{}},
		"nonsense":    {[]string{"", "a|b", "x|y|z|w|v", "NaN|N/A|N/A|N/A|", "1e300|||-5|K_"}, Packets{Count: 3}},
		"out of line": {[]string{"0.0|N/A|0.04|9|K_", "0.12||0.04|1|__|", "0.04||0.04|1|__", "0.08||0.04|1|__"}, Packets{Count: 4, Bytes: 12, Timed: 4, End: 160 * time.Millisecond, Median: 40 * time.Millisecond, Longest: 40 * time.Millisecond, Keys: []time.Duration{0}}},
		"only dts":    {[]string{"N/A|1.0|N/A|1|K_", "N/A|1.5|N/A|1|K_"}, Packets{Count: 2, Bytes: 2, Timed: 2, First: time.Second, End: 1500 * time.Millisecond, Median: 500 * time.Millisecond, Longest: 500 * time.Millisecond, Keys: []time.Duration{time.Second, 1500 * time.Millisecond}}},
		"uneven":      {[]string{"0||0|1|_", "0.1||0|1|_", "0.2||0|1|_", "0.5||0.1|1|_C"}, Packets{Count: 4, Bytes: 4, Timed: 4, End: 600 * time.Millisecond, Median: 100 * time.Millisecond, Off: 1, Longest: 300 * time.Millisecond, Variable: true, Corrupt: 1}},
		"discarded":   {[]string{"-0.1||0.1|1|KD", "0||0.1|1|K_", "0.1||0.1|1|__"}, Packets{Count: 2, Bytes: 2, Timed: 2, End: 200 * time.Millisecond, Median: 100 * time.Millisecond, Longest: 100 * time.Millisecond, Keys: []time.Duration{0}}},
		"hour-long":   {[]string{"0||1e5|1|_"}, Packets{Count: 1, Bytes: 1, Timed: 1, End: time.Hour}},
	} {
		got, _ := json.Marshal(count(c.lines...))
		want, _ := json.Marshal(c.want)
		if string(got) != string(want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// A very long and very uneven film must not take more memory than a short one.
func TestPacketCountIsBounded(t *testing.T) {
	var c packetCount
	at := 0.0
	for i := range 300_000 {
		at += 0.0001 * float64(i%40_000)
		c.line([]byte(strings.Join([]string{formatFloat(math.Mod(at, 9e5)), "", "0.1", "1", "K_"}, "|")))
	}
	if len(c.spaces) > maxStep+1 || len(c.waiting) > reordered || len(c.p.Keys) > maxKeys {
		t.Errorf("%d spacings, %d waiting, %d keys", len(c.spaces), len(c.waiting), len(c.p.Keys))
	}
}

func formatFloat(f float64) string {
	b, _ := json.Marshal(f)
	return string(b)
}

func TestLines(t *testing.T) {
	var got []string
	l := lines{each: func(line []byte) { got = append(got, string(line)) }}
	for _, part := range []string{"a\nb", "c\n\nd", "", "e", "f\n", strings.Repeat("x", 2*maxLine), "tail never ended"} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if s := strings.Join(got, ","); s != "a,bc,,def" {
		t.Errorf("%q", s)
	}
	if len(l.rest) > maxLine {
		t.Errorf("keeps %d", len(l.rest))
	}
}

func FuzzProbeJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"format":{"duration":"1.5","tags":{"location":"x"}},"streams":[]}`,
		`{"streams":[{"codec_type":"video","width":1920,"height":1080,"sample_aspect_ratio":"4:3","avg_frame_rate":"30000/1001","side_data_list":[{"side_data_type":"Display Matrix","rotation":-90}],"disposition":{"default":1},"tags":{"rotate":"90"}}]}`,
		`{"streams":[{"codec_type":"audio","channels":2,"sample_rate":"48000","index":0,"bits_per_raw_sample":"24"}]}`,
		`{"streams":[{"codec_type":"video","rotation":-9223372036854775808,"pix_fmt":"yuv420p10le"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseProbe(data)
		if err != nil {
			return
		}
		if m.Duration < 0 || m.Size < 0 {
			t.Errorf("%+v", m)
		}
		for _, v := range m.Video {
			if v.Rotation%90 != 0 || v.Rotation < 0 || v.Rotation > 270 || v.DisplayWidth < 0 || v.DisplayWidth > 5*maxSide || !v.SAR.Known() || v.AvgFrameRate.Float() < 0 {
				t.Errorf("%+v", v)
			}
			_ = v.AvgFrameRate.String()
		}
	})
}

func FuzzReadMeasures(f *testing.F) {
	f.Add("frame:0    pts:0       pts_time:0\nlavfi.r128.M=-120.691\nlavfi.black_start=0\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, _ := ReadMeasures(strings.NewReader(text))
		for _, s := range append(m.Black, m.Silence...) {
			if s.End < s.Start {
				t.Errorf("%v", s)
			}
		}
	})
}
