package maker

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

// decoded is which pictures came out of the decoder.
type decoded struct {
	Frames      int
	First, Last time.Duration // from the beginning of the file
	Longest     time.Duration // between two
	Gap         time.Duration // where that is: the last picture before it
}

// readDecoded reads fileFrames, which isn't there when no picture came out.
func readDecoded(dir string) (decoded, error) {
	var d decoded
	err := readFile(dir, fileFrames, func(r io.Reader) error {
		return ffmpeg.ReadFrames(r, func(f ffmpeg.Frame) {
			if d.Frames == 0 {
				d.First = f.At
			} else if f.At-d.Last > d.Longest {
				d.Longest, d.Gap = f.At-d.Last, d.Last
			}
			d.Last = f.At
			d.Frames++
		})
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return d, err
}

func readFile(dir, name string, read func(io.Reader) error) error {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	return read(f)
}

// shown is what the smallest rung showed, in seconds from the first frame.
type shown struct {
	Cuts  []picks.Cut
	Black []assets.Span
}

const (
	blackFor  = 0.5 // seconds; what is shorter is a fade or a cut
	silentFor = 2.0 // seconds
	weakCut   = 8   // scdet's score from which a change is looked at
)

// readShown reads filePicture.
func readShown(dir string, length float64) (shown, error) {
	var m ffmpeg.Measures
	err := readFile(dir, filePicture, func(r io.Reader) (err error) {
		m, err = ffmpeg.ReadMeasures(r)
		return err
	})
	s := shown{Black: within(m.Black, 0, length, blackFor)}
	for _, score := range m.Scores {
		if t := score.At.Seconds(); score.Value >= weakCut && t > 0 && t < length {
			s.Cuts = append(s.Cuts, picks.Cut{Time: t, Score: score.Value})
		}
	}
	return s, err
}

// within moves passages to the time of the film and leaves the short ones out.
// One that ends with the last measurement ends with the film.
func within(all []ffmpeg.Span, start, length, least float64) []assets.Span {
	const step = 0.25 // seconds: measurements come every tenth, or every frame
	out := []assets.Span{}
	for _, s := range all {
		span := assets.Span{Start: max(0, s.Start.Seconds()-start), End: min(length, s.End.Seconds()-start)}
		if length-span.End < step {
			span.End = length
		}
		if span.Length() >= least {
			out = append(out, assets.Span{Start: round(span.Start, 3), End: round(span.End, 3)})
		}
	}
	return out
}

// heard is what a sound was measured to be.
type heard struct {
	ffmpeg.Loudness
	Channels []float64 // true peak of each, in dBTP
	Second   []float64 // loudest moment of each second, in LUFS
	Silence  []assets.Span
}

// readHeard reads what ebur128 and silencedetect printed of a sound in which the
// film begins at start.
func readHeard(dir, name string, start, length float64) (heard, error) {
	var h heard
	err := readFile(dir, name, func(r io.Reader) error {
		m, err := ffmpeg.ReadMeasures(r)
		h.Loudness, h.Silence = m.Loudness, within(m.Silence, start, length, silentFor)
		h.Second = make([]float64, int(math.Ceil(length)))
		for i := range h.Second {
			h.Second[i] = -120
		}
		for _, one := range m.Moments {
			if s := int(math.Floor(one.At.Seconds() - start)); s >= 0 && s < len(h.Second) {
				h.Second[s] = max(h.Second[s], one.LUFS)
			}
		}
		return err
	})
	if err != nil {
		return h, err
	}
	return h, readFile(dir, name, func(r io.Reader) error {
		return ffmpeg.ReadFrames(r, func(f ffmpeg.Frame) { h.Channels = channelPeaks(f) })
	})
}

// channelPeaks are the highest so far.
func channelPeaks(f ffmpeg.Frame) []float64 {
	var all []float64
	for _, key := range []string{"lavfi.r128.true_peaks_ch0", "lavfi.r128.true_peaks_ch1"} {
		if v, ok := f.Float(key); ok {
			all = append(all, 20*math.Log10(max(v, 1e-6)))
		}
	}
	return all
}

// loudness is how the sheet says it.
func (h heard) loudness() *assets.Loudness {
	hundredth := func(v *float64) *float64 {
		if v == nil {
			return nil
		}
		r := round(*v, 2)
		return &r
	}
	return &assets.Loudness{Integrated: hundredth(h.Integrated), Range: hundredth(h.Range), TruePeak: hundredth(h.TruePeak)}
}

func round(v float64, digits int) float64 {
	p := math.Pow(10, float64(digits))
	return math.Round(v*p) / p
}

// soundLength is how many seconds of sound the decode has left.
func soundLength(dir string) (float64, error) {
	var b [26]byte
	err := readFile(dir, fileSound, func(r io.Reader) error {
		_, err := io.ReadFull(r, b[:])
		return err
	})
	if err != nil {
		return 0, err
	}
	if string(b[:4]) != "fLaC" {
		return 0, errors.New("maker: the sound is no FLAC")
	}
	// STREAMINFO: 20 bits of rate, 3 of channels, 5 of depth, 36 of samples.
	rate := int(b[18])<<12 | int(b[19])<<4 | int(b[20])>>4
	samples := int64(b[21]&0xf)<<32 | int64(b[22])<<24 | int64(b[23])<<16 | int64(b[24])<<8 | int64(b[25])
	if rate == 0 {
		return 0, errors.New("maker: the sound has no rate")
	}
	return float64(samples) / float64(rate), nil
}
