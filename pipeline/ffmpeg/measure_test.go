package ffmpeg

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// measured is what ffmpeg prints when it looks at a made film: a second of
// black, two of picture, one of black; a second of silence, two of a tone of
// -23 dB, one of silence.
func measured(t *testing.T) (video, audio, stderr string) {
	t.Helper()
	s := unconfined(t)
	run := func(args ...string) Result {
		r, err := s.Run(context.Background(), Command{Tool: FFmpeg, Args: append(args, "-f", "null", "-")})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	v := run("-f", "lavfi", "-i", "color=black:s=160x120:r=25:d=1[a];testsrc=s=160x120:r=25:d=2[b];color=black:s=160x120:r=25:d=1[c];[a][b][c]concat=n=3",
		"-vf", "idet,blackdetect=d=0.1,scdet=t=10,metadata=print:file=-")
	a := run("-v", "info", "-f", "lavfi", "-i", "sine=f=1000:d=4:r=48000,volume='if(between(t,1,3),0.5,0)':eval=frame",
		"-af", "ebur128=metadata=1:peak=true,silencedetect=n=-60dB:d=0.3,ametadata=print:file=-")
	return string(v.Stdout), string(a.Stdout), a.Stderr
}

func TestReadMeasures(t *testing.T) {
	video, audio, stderr := measured(t)
	v, err := ReadMeasures(strings.NewReader(video))
	if err != nil {
		t.Fatal(err)
	}
	if v.Frames != 100 || v.End != 3960*time.Millisecond || len(v.Scores) != 100 {
		t.Errorf("%d frames to %v, %d scores", v.Frames, v.End, len(v.Scores))
	}
	if got := fmt.Sprint(v.Black); got != "[{0s 1s} {3s 3.96s}]" {
		t.Errorf("black %s", got)
	}
	if v.Scores[25].Value < 10 || v.Scores[50].Value > 5 {
		t.Errorf("score of the cut %+v, of no cut %+v", v.Scores[25], v.Scores[50])
	}
	if v.Scan.Interlaced() || v.Scan.Order() != "progressive" || v.Scan.TFF+v.Scan.BFF+v.Scan.Progressive+v.Scan.Undetermined != 100 {
		t.Errorf("scan %+v", v.Scan)
	}

	a, err := ReadMeasures(strings.NewReader(audio))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Silence) != 2 || !about(a.Silence[0].End.Seconds(), 1, 0.05) || !about(a.Silence[1].Start.Seconds(), 3, 0.05) || a.Silence[1].End != a.End {
		t.Errorf("silence %v", a.Silence)
	}
	if len(a.Moments) != 40 || a.Moments[20].LUFS < -40 || a.Moments[2].LUFS > -70 {
		t.Errorf("%d moments: %+v", len(a.Moments), a.Moments)
	}
	summary, err := loudnessSummary(strings.NewReader(stderr))
	if err != nil {
		t.Fatal(err)
	}
	// A sine of amplitude 1/16 has -24.1 dBTP; 1 kHz on one channel has its own RMS as loudness.
	for name, l := range map[string]Loudness{"running": a.Loudness, "summary": summary} {
		if l.Integrated == nil || l.TruePeak == nil || l.Range == nil || !about(*l.TruePeak, -24.1, 0.3) || !about(*l.Integrated, *summary.Integrated, 0.1) {
			t.Errorf("%s: %v %v %v", name, value(l.Integrated), value(l.Range), value(l.TruePeak))
		}
	}
}

func about(a, b, within float64) bool { return math.Abs(a-b) <= within }

func value(p *float64) any {
	if p == nil {
		return "none"
	}
	return *p
}

// Silence and less than 400 ms of sound can't be measured.
func TestLoudnessOfNothing(t *testing.T) {
	for name, source := range map[string]string{
		"silence": "anullsrc=d=3", "too short": "sine=d=0.2:r=48000",
	} {
		r, err := unconfined(t).Run(context.Background(), Command{Tool: FFmpeg, Args: []string{
			"-v", "info", "-f", "lavfi", "-i", source, "-af", "ebur128=metadata=1:peak=true,ametadata=print:file=-", "-f", "null", "-",
		}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := ReadMeasures(bytes.NewReader(r.Stdout))
		if err != nil || m.Loudness.Integrated != nil || m.Loudness.Range != nil {
			t.Errorf("%s: %v %v %v", name, value(m.Loudness.Integrated), value(m.Loudness.Range), err)
		}
		l, err := loudnessSummary(strings.NewReader(r.Stderr))
		if err != nil || l.Integrated != nil || l.Range != nil {
			t.Errorf("%s, summary: %v %v %v", name, value(l.Integrated), value(l.Range), err)
		}
	}
}

func TestReadMeasuresOfNonsense(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "0 0s [] []",
		"nonsense\n=\n\n":                "0 0s [] []",
		"frame:x pts_time:nan\na=b\n":    "1 0s [] []",
		"frame:0 pts:1 pts_time:1e300\n": "1 0s [] []",
		"frame:0 pts_time:1\nlavfi.black_start=NaN\nframe:1 pts_time:2\n":                          "2 2s [] []",
		"frame:0 pts_time:1\nlavfi.black_end=1\nframe:1 pts_time:2\nlavfi.black_start=1.5\n":       "2 2s [{1.5s 2s}] []",
		"frame:0 pts_time:1\nlavfi.silence_start=-0.01\nframe:1 pts_time:2\nlavfi.silence_end=2\n": "2 2s [] [{0s 2s}]",
		"frame:0 pts_time:1\nlavfi.r128.I=nan\nlavfi.r128.true_peak=-inf\nlavfi.scd.score=inf\n":   "1 1s [] []",
	} {
		m, err := ReadMeasures(strings.NewReader(text))
		if got := fmt.Sprint(m.Frames, m.End, m.Black, m.Silence); err != nil || got != want || m.Loudness != (Loudness{}) || len(m.Scores) > 0 {
			t.Errorf("%q: %s, %+v, %v", text, got, m.Loudness, err)
		}
	}
	if _, err := ReadMeasures(iotest.ErrReader(context.Canceled)); err == nil {
		t.Error("a reader that fails is no error")
	}
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		scan Scan
		want string
	}{
		{Scan{}, "progressive"},
		{Scan{TFF: 13}, "tff"},
		{Scan{BFF: 10, Progressive: 9}, "bff"},
		{Scan{TFF: 3, Progressive: 40, Undetermined: 9}, "progressive"},
		{Scan{Undetermined: 50}, "progressive"},
	} {
		if got := c.scan.Order(); got != c.want {
			t.Errorf("%+v: %s", c.scan, got)
		}
	}
}

// loudnessSummary reads the summary that ebur128 prints to stderr at the end,
// with -v info: rounded to a tenth, what our own sum is compared with.
func loudnessSummary(r io.Reader) (Loudness, error) {
	var l Loudness
	scan := bufio.NewScanner(r)
	for scan.Scan() {
		fields := strings.Fields(scan.Text())
		if len(fields) < 3 {
			if len(fields) > 1 && fields[len(fields)-1] == "Summary:" {
				l = Loudness{}
			}
			continue
		}
		v, err := strconv.ParseFloat(fields[1], 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		switch fields[0] + fields[2] {
		case "I:LUFS":
			l.Integrated = above(v, silent)
		case "LRA:LU":
			l.Range = &v
		case "Peak:dBFS":
			l.TruePeak = above(v, deepest)
		}
	}
	if l.Integrated == nil {
		l.Range = nil
	}
	return l, scan.Err()
}
