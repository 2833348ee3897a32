package maker

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

func secondsToDuration(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func ptr(v float64) *float64 { return &v }

func TestMixReachesTheTarget(t *testing.T) {
	a := profiles(t).Audio
	for _, c := range []struct {
		name          string
		i, peak       *float64
		channels      []float64
		gain, ceiling float64
		double        int
	}{
		{"quiet peaks", ptr(-20), ptr(-12), nil, 4, 0, 0},
		{"peaks that would pass", ptr(-20), ptr(-3), nil, 4, -2, 0},
		{"too loud", ptr(-8), ptr(0.5), nil, -8, 0, 0},
		{"nothing but noise", ptr(-55), ptr(-40), nil, 0, 0, 0},
		{"silence", nil, nil, nil, 0, 0, 0},
		{"a click in silence", nil, ptr(-0.2), nil, 0, -2, 0},
		{"left only", ptr(-23), ptr(-10), []float64{-10, -80}, 4, 0, 1},
		{"right only", ptr(-23), ptr(-10), []float64{-80, -10}, 4, 0, 2},
	} {
		m := mixFor(heard{Loudness: ffmpeg.Loudness{Integrated: c.i, TruePeak: c.peak}, Channels: c.channels}, a)
		if math.Abs(m.Gain-c.gain) > 1e-9 || m.Ceiling != c.ceiling || m.Double != c.double {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestCorrection(t *testing.T) {
	a := profiles(t).Audio
	made := func(i, peak float64) heard {
		return heard{Loudness: ffmpeg.Loudness{Integrated: &i, TruePeak: &peak}}
	}
	m := mix{Gain: 6, Ceiling: -2}
	if _, ok := m.correct(made(-16.2, -1.6), nil, a); !ok {
		t.Error("near enough, and not taken")
	}
	if b, ok := m.correct(made(-16.8, -1.6), nil, a); ok || math.Abs(b.Gain-6.8) > 1e-9 {
		t.Errorf("too quiet: %+v", b)
	}
	if b, _ := m.correct(made(-16.8, -1.6), &attempt{4, -2, -17.6}, a); math.Abs(b.Gain-8) > 1e-9 {
		t.Errorf("two decibels bring 0.8: %+v", b)
	}
	if b, ok := m.correct(made(-16, -1.1), nil, a); ok || b.Ceiling > -2.4 {
		t.Errorf("peaks too high: %+v", b)
	}
}

func TestDamage(t *testing.T) {
	if bad := damage("[h264 @ 0x1] mmco: unref short failure\n    Last message repeated 3 times\n"); len(bad) != 0 {
		t.Errorf("harmless, and called damage: %q", bad)
	}
	if bad := damage("[h264 @ 0x1] error while decoding MB 20 11, bytestream -6\n"); len(bad) != 1 {
		t.Errorf("damage, and not seen: %q", bad)
	}
}

func TestClock(t *testing.T) {
	for seconds, want := range map[float64]string{0.42: "0,4 s", 12.02: "00:12", 61.99: "01:02", 3723: "1:02:03"} {
		if got := clock(seconds); got != want {
			t.Errorf("%v: %s, want %s", seconds, got, want)
		}
	}
}

func TestBeyondEnd(t *testing.T) {
	ftyp := "\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"
	for text, want := range map[string]int64{
		ftyp + "\x00\x00\x00\x0cmdat1234":         0,
		ftyp + "\x00\x00\x00\x64mdat1234":         88,
		ftyp + "\x00\x00\x00\x00mdat1234":         0,
		ftyp + "\x00\x00\x00\x01mdat\x00\x00\x00": 0,
		"RIFF\xff\xff\xff\x7fAVI LIST":            0,
		"":                                        0,
	} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := beyondEnd(path, int64(len(text))); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
}

func TestPeakRateLooksAtRunsOfATarget(t *testing.T) {
	all := []segment{{Seconds: 4, Bytes: 500_000}, {Seconds: 4, Bytes: 1_000_000}, {Seconds: 0.2, Bytes: 500_000}}
	// The last piece is too short to count alone, but belongs to the one before it.
	if got := peakRate(all); got != bitRate(1_500_000, 4.2) {
		t.Errorf("peak %d", got)
	}
	if got := peakRate([]segment{{Seconds: 0.3, Bytes: 30_000}}); got != 800_001 {
		t.Errorf("peak of a short film %d", got)
	}
	if got := meanRate(all); got != bitRate(2_000_000, 8.2) {
		t.Errorf("mean %d", got)
	}
}

func TestMultivariant(t *testing.T) {
	video := []segment{{Name: "00000.m4s", Seconds: 4, Bytes: 1_000_000}, {Name: "00001.m4s", Seconds: 2, Bytes: 100_000}}
	sound := []segment{{Name: "00000.m4s", Seconds: 4, Bytes: 80_000}, {Name: "00001.m4s", Seconds: 2, Bytes: 40_000}}
	rung := Rung{Name: "720", Width: 1280, Height: 720}
	got := multivariant([]variant{{rung, video, "avc1.64001f"}}, fraction(30000, 1001), sound)
	want := `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Son",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2160002,AVERAGE-BANDWIDTH=1626668,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
720/index.m3u8
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if alone := multivariant(nil, ffmpeg.Rational{}, sound); !strings.Contains(alone, `CODECS="mp4a.40.2"`) || strings.Contains(alone, "RESOLUTION") {
		t.Errorf("sound alone:\n%s", alone)
	}
	if silent := multivariant([]variant{{rung, video, "avc1.64001f"}}, fraction(25, 1), nil); strings.Contains(silent, "AUDIO") || strings.Contains(silent, "mp4a") {
		t.Errorf("silent film:\n%s", silent)
	}
}

func TestFragmentReadsBack(t *testing.T) {
	tr := track{Timescale: 12288, Offset: 1024}
	in := []sample{
		{Size: 1000, Duration: 512, Shift: 1024, Key: true},
		{Size: 20, Duration: 512, Shift: 2048},
		{Size: 10, Duration: 512, Shift: 0},
	}
	built := fragment(7, 5120, in)
	moof := find(built, "moof")
	out, err := readFragment(moof, 0, tr)
	if err != nil {
		t.Fatal(err)
	}
	at := int64(len(built))
	dts := int64(5120)
	for i, s := range out {
		if s.Pos != at || s.Size != in[i].Size || s.Key != in[i].Key || s.Shift != in[i].Shift || s.PTS != dts+int64(in[i].Shift)-1024 {
			t.Errorf("sample %d: %+v at %d", i, s, at)
		}
		at += int64(s.Size)
		dts += s.Duration
	}
}

func TestPassagesAreCutAtKeyFrames(t *testing.T) {
	tr := track{Timescale: 100}
	var all []sample
	for i := range 40 {
		all = append(all, sample{PTS: int64(i) * 10, Duration: 10, Key: i%10 == 0, Size: uint32(i)})
	}
	part, span := passage(all, assets.Span{Start: 1, End: 3}, tr)
	if len(part) != 20 || part[0].PTS != 100 || span != (assets.Span{Start: 1, End: 3}) {
		t.Errorf("%d samples, %v", len(part), span)
	}
	part, span = passage(all, assets.Span{Start: 3, End: 4}, tr)
	if len(part) != 10 || span.End != 4 {
		t.Errorf("to the end: %d samples, %v", len(part), span)
	}
	if part, _ = passage(all, assets.Span{Start: 9, End: 10}, tr); part != nil {
		t.Errorf("beyond the end: %d samples", len(part))
	}
}

func TestDiskFullIsTriedAgain(t *testing.T) {
	if err := diskTrouble("x", os.ErrPermission); assets.KindOf(err) != assets.Transient {
		t.Error(err)
	}
	if words := assets.Sentence(diskTrouble("x", nil)); !slices.Contains(strings.Fields(words), "disque") {
		t.Error(words)
	}
}
