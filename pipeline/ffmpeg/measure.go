package ffmpeg

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Frame is one entry of what the filters metadata=print and ametadata=print write.
type Frame struct {
	N      int
	At     time.Duration
	Timed  bool // At is known
	Values map[string]string
}

// Float is a number of the frame; ok is false when it is missing, not a number
// or infinite.
func (f Frame) Float(key string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(f.Values[key], 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// ReadFrames reads metadata=print and gives each frame to each. The map is
// reused: it is valid during the call only.
func ReadFrames(r io.Reader, each func(Frame)) error {
	scan := bufio.NewScanner(r)
	f := Frame{N: -1, Values: map[string]string{}}
	for scan.Scan() {
		line := scan.Text()
		if strings.HasPrefix(line, "frame:") {
			if f.N >= 0 {
				each(f)
			}
			clear(f.Values)
			f = frameOf(line, f.Values)
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok {
			f.Values[key] = value
		}
	}
	if f.N >= 0 {
		each(f)
	}
	if err := scan.Err(); err != nil {
		return fmt.Errorf("ffmpeg: reading measurements: %w", err)
	}
	return nil
}

// frameOf reads "frame:12   pts:36000   pts_time:0.4".
func frameOf(line string, values map[string]string) Frame {
	f := Frame{Values: values}
	for _, field := range strings.Fields(line) {
		key, value, _ := strings.Cut(field, ":")
		switch key {
		case "frame":
			f.N = int(text(value).int(0, math.MaxInt32))
		case "pts_time":
			if at, err := strconv.ParseFloat(value, 64); err == nil && math.Abs(at) <= maxSeconds {
				f.At, f.Timed = seconds(at), true
			}
		}
	}
	return f
}

// Span is a passage.
type Span struct{ Start, End time.Duration }

// Scan counts what the filter idet sees in the frames.
type Scan struct{ TFF, BFF, Progressive, Undetermined int }

// Interlaced tells whether most of the frames that idet could judge are; still
// pictures can't be judged.
func (s Scan) Interlaced() bool { return s.TFF+s.BFF > s.Progressive }

// Order is "tff", "bff" or "progressive".
func (s Scan) Order() string {
	switch {
	case !s.Interlaced():
		return "progressive"
	case s.BFF > s.TFF:
		return "bff"
	}
	return "tff"
}

// Loudness is a measurement after EBU R 128. A nil field could not be measured:
// silence, or less than 400 ms of sound.
type Loudness struct {
	Integrated *float64 // LUFS
	Range      *float64 // LU
	TruePeak   *float64 // dBTP
}

// Moment is how loud the 400 ms before At are.
type Moment struct {
	At   time.Duration
	LUFS float64 // -70 and less is silence, -120 the least
}

// Score is how much the picture changes at At: 0 to 100, a cut is above 10.
type Score struct {
	At    time.Duration
	Value float64
}

// Measures is all that the measuring filters have printed of one stream.
type Measures struct {
	Frames   int
	End      time.Duration // time of the last frame
	Scan     Scan          // idet
	Black    []Span        // blackdetect; of any length: the filter prints those shorter than its d= as well
	Silence  []Span        // silencedetect
	Scores   []Score       // scdet, one for each frame
	Loudness Loudness      // ebur128=metadata=1:peak=true
	Moments  []Moment      // ebur128, each 100 ms
}

// ReadMeasures reads what metadata=print or ametadata=print wrote behind any of
// idet, blackdetect, scdet, silencedetect and ebur128. A passage that is still
// open at the end ends with the last frame.
func ReadMeasures(r io.Reader) (Measures, error) {
	var m Measures
	black, silence := passages{name: "lavfi.black"}, passages{name: "lavfi.silence"}
	err := ReadFrames(r, func(f Frame) {
		m.Frames++
		if f.Timed {
			m.End = max(m.End, f.At)
		}
		m.Scan.read(f)
		black.read(f)
		silence.read(f)
		if v, ok := f.Float("lavfi.scd.score"); ok {
			m.Scores = append(m.Scores, Score{f.At, v})
		}
		if _, there := f.Values["lavfi.r128.M"]; there {
			m.Moments = append(m.Moments, Moment{f.At, loud(f)})
		}
		m.Loudness.read(f)
	})
	m.Black, m.Silence = black.close(m.End), silence.close(m.End)
	return m, err
}

// read takes idet's running totals.
func (s *Scan) read(f Frame) {
	for key, count := range map[string]*int{
		"tff": &s.TFF, "bff": &s.BFF, "progressive": &s.Progressive, "undetermined": &s.Undetermined,
	} {
		if v, ok := f.Float("lavfi.idet.multiple." + key); ok {
			*count = int(v)
		}
	}
}

// passages collects what a filter prints as NAME_start and NAME_end.
type passages struct {
	name string
	open bool
	from time.Duration
	all  []Span
}

func (p *passages) read(f Frame) {
	// A frame that holds the end of one passage and the start of the next has
	// the end first.
	if to, ok := f.Float(p.name + "_end"); ok && p.open {
		p.all, p.open = append(p.all, Span{p.from, max(p.from, seconds(to))}), false
	}
	if from, ok := f.Float(p.name + "_start"); ok && !p.open {
		p.from, p.open = max(0, seconds(from)), true
	}
}

func (p *passages) close(end time.Duration) []Span {
	if p.open && end > p.from {
		return append(p.all, Span{p.from, end})
	}
	return p.all
}

// silent is what ebur128 says of what it can't measure.
const silent = -70

// read takes ebur128's running values; the true peak is a ratio there.
func (l *Loudness) read(f Frame) {
	if v, ok := f.Float("lavfi.r128.I"); ok {
		l.Integrated = above(v, silent)
	}
	if v, ok := f.Float("lavfi.r128.LRA"); ok && l.Integrated != nil {
		l.Range = &v
	}
	if v, ok := f.Float("lavfi.r128.true_peak"); ok && v > 0 {
		l.TruePeak = above(20*math.Log10(v), deepest)
	}
}

// deepest is what a moment without any sound has; ebur128 says -inf or less.
const deepest = -120

func loud(f Frame) float64 {
	v, ok := f.Float("lavfi.r128.M")
	if !ok {
		return deepest
	}
	return max(v, deepest)
}

// above is v, or nil when it isn't above floor.
func above(v, floor float64) *float64 {
	if v <= floor {
		return nil
	}
	return &v
}
