package maker

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

const (
	soundRate    = 48000 // Hz, of everything that is made
	soundPacket  = 1024  // samples of an AAC packet
	fileTeaser   = "teaser-sound.m4a"
	fileWaveform = "candidate-00000.jpg" // stands for the film when there is no picture
)

// mix is how the stereo mix of the master becomes the sound of the film.
type mix struct {
	Skip    float64 // seconds of the mix before the first picture
	Samples int64   // of the film
	Gain    float64 // dB, on top of headroom
	Ceiling float64 // dBTP that a limiter holds; 0 without one
	Double  int     // 1 or 2: the only channel with sound in it, put on both sides
	Teaser  []assets.Span
}

// levelled cuts the mix to the film and brings it to its level. The limiter works
// at four times the rate, where it sees the peaks between the samples too.
func (m mix) levelled(a ffmpeg.Pad) ffmpeg.Pad {
	a = cut(a, opt("start", seconds(m.Skip))).Filter("aformat", opt("sample_fmts", "fltp"))
	if m.Double > 0 {
		a = a.Filter("pan", val(fmt.Sprintf("stereo|c0=c%d|c1=c%d", m.Double-1, m.Double-1)))
	}
	a = a.Filter("volume", val(strconv.FormatFloat(m.Gain+headroom, 'f', 2, 64)+"dB"), opt("precision", "float"))
	if m.Ceiling < 0 {
		a = a.Filter("aresample", val(4*soundRate)).
			Filter("alimiter", opt("level", false), opt("limit", fmt.Sprintf("%.4f", math.Pow(10, m.Ceiling/20))),
				opt("attack", 5), opt("release", 80), opt("latency", true)).
			Filter("aresample", val(soundRate))
	}
	return a
}

// TrialCommand measures, and keeps nothing, how loud the sound comes out of the
// limiter.
func TrialCommand(m mix, dir string) ffmpeg.Command {
	tried := noted(ebur128(m.levelled(ffmpeg.From(0, "a"))), fileMade)
	return mixCommand(dir, ffmpeg.Output{Pads: []ffmpeg.Pad{tried}, Args: []string{"-f", "null"}, Name: "-"})
}

// SoundCommand makes the sound of the film and of its teaser from the mix.
func SoundCommand(p Plan, m mix, dir string) ffmpeg.Command {
	encode := []string{"-map_metadata", "-1", "-c:a", "aac", "-b:a", fmt.Sprintf("%dk", p.Profiles.Audio.Bitrate), "-flags", "+bitexact"}
	film := m.levelled(ffmpeg.From(0, "a")).
		Filter("apad", opt("whole_len", m.Samples)).Filter("atrim", opt("end_sample", m.Samples)).Split(3)
	outs := []ffmpeg.Output{hlsOutput("hls/audio", p.Profiles.Video.Segment, slices.Clone(encode), film[0])}
	if len(m.Teaser) > 0 {
		outs = append(outs, ffmpeg.Output{
			Pads: []ffmpeg.Pad{teaserSound(film[1], m.Teaser, p.Profiles.Teaser.Fade)},
			Args: append(encode, "-fflags", "+bitexact"), Name: fileTeaser,
		})
	}
	if p.Source.Picture == nil {
		outs = append(outs, ffmpeg.Output{Pads: []ffmpeg.Pad{waveform(film[2], p.Large)}, Name: fileWaveform, Args: []string{
			"-frames:v", "1", "-c:v", "mjpeg", "-threads", "1", "-q:v", "2", "-flags", "+bitexact", "-f", "image2", "-update", "1",
		}})
	}
	return mixCommand(dir, outs...)
}

// mixCommand makes something of the mix.
func mixCommand(dir string, outs ...ffmpeg.Output) ffmpeg.Command {
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: dir + "/" + fileSound, Trusted: true}},
		Args:   ffmpeg.MustBuild(outs...),
		Dir:    dir,
	}
}

// joint is the fade at a cut within the teaser: no click, no hole.
const joint = 0.012 // seconds

// teaserSound cuts the passages out and joins them, faded at both ends.
func teaserSound(a ffmpeg.Pad, spans []assets.Span, fade float64) ffmpeg.Pad {
	parts := a.Split(len(spans))
	var joined [][]ffmpeg.Pad
	var total float64
	for i, s := range spans {
		part := cut(parts[i], opt("start", seconds(s.Start)), opt("end", seconds(s.End)))
		joined = append(joined, []ffmpeg.Pad{faded(part, s.Length(), joint)})
		total += s.Length()
	}
	return faded(ffmpeg.Concat(joined, false, true)[0], total, min(fade, total/4))
}

// waveform draws the sound in the house's ink on its paper.
func waveform(a ffmpeg.Pad, size [2]int) ffmpeg.Pad {
	ink := a.Filter("showwavespic", opt("s", fmt.Sprintf("%dx%d", size[0]*15/16, size[1]*2/3)),
		opt("split_channels", 0), opt("colors", "0x1F4E9E"), opt("draw", "full"), opt("scale", "sqrt"))
	paper := ffmpeg.Source("color", opt("c", "0xFAF8F4"), opt("s", fmt.Sprintf("%dx%d", size[0], size[1])), opt("r", 1), opt("d", 1))
	drawn := ffmpeg.Join("overlay", []ffmpeg.Pad{paper, ink}, opt("x", "(W-w)/2"), opt("y", "(H-h)/2"), opt("eof_action", "repeat"))
	return format(drawn.Filter("scale", opt("out_color_matrix", "bt601"), opt("out_range", "pc")), "yuvj420p")
}

// seconds writes a time as filters read it, to the microsecond.
func seconds(t float64) string { return strconv.FormatFloat(t, 'f', 6, 64) }

// mixFor decides gain and limiter from what the stereo mix measures.
func mixFor(h heard, a Audio) (m mix) {
	if only := oneSided(h.Channels); only > 0 {
		m.Double = only
		if h.Integrated != nil { // the other side adds its own power
			louder := *h.Integrated + 3
			h.Integrated = &louder
		}
	}
	if h.Integrated == nil || *h.Integrated < a.Quietest || h.TruePeak == nil {
		m.hold(h.TruePeak, 0, a)
		return m
	}
	m.Gain = a.Loudness - *h.Integrated
	m.hold(h.TruePeak, m.Gain, a)
	return m
}

// lossy is how far AAC may overshoot what it was given.
const lossy = 0.5 // dB

// hold sets the limiter when the peak would pass.
func (m *mix) hold(peak *float64, gain float64, a Audio) {
	if peak != nil && *peak+gain > a.TruePeak-lossy {
		m.Ceiling = a.TruePeak - lossy
	}
}

// oneSided returns the only channel of two that has sound in it, 1 or 2, or 0:
// a camera with one microphone.
func oneSided(channels []float64) int {
	const dead, alive = -65, -45 // dBTP
	switch {
	case len(channels) != 2:
		return 0
	case channels[0] > alive && channels[1] < dead:
		return 1
	case channels[1] > alive && channels[0] < dead:
		return 2
	}
	return 0
}

// correct answers to what the sound measures: the mix that comes nearer, or ok
// when it is near enough. Against a limiter a decibel of gain brings less than a
// decibel of loudness; how much less, the try before tells.
func (m mix) correct(made heard, before *attempt, a Audio) (better mix, ok bool) {
	better, ok = m, true
	if made.TruePeak != nil && *made.TruePeak > a.TruePeak {
		better.Ceiling = min(m.Ceiling, a.TruePeak-lossy) - (*made.TruePeak - a.TruePeak) - 0.1
		ok = false
	}
	if m.Gain == 0 || made.Integrated == nil {
		return better, ok
	}
	if off := a.Loudness - *made.Integrated; math.Abs(off) > 0.3 {
		yield := 1.0
		switch {
		case before != nil && m.Ceiling == before.ceiling && m.Gain != before.gain:
			yield = min(1, max(0.25, (*made.Integrated-before.loudness)/(m.Gain-before.gain)))
		case before != nil && m.Ceiling < 0:
			yield = 0.6 // the ceiling has moved: a guess between free and crushed
		}
		better.Gain += off / yield
		ok = false
		if better.Ceiling == 0 {
			better.hold(made.TruePeak, off, a)
		}
	}
	return better, ok
}

// attempt is what one gain under one ceiling has brought.
type attempt struct{ gain, ceiling, loudness float64 }
