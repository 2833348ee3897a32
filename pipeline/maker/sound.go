package maker

import (
	"fmt"
	"math"
	"strconv"
	"strings"

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
func (m mix) levelled() []string {
	filters := []string{
		"atrim=start=" + seconds(m.Skip), "asetpts=PTS-STARTPTS", "aformat=sample_fmts=fltp",
	}
	if m.Double > 0 {
		filters = append(filters, fmt.Sprintf("pan=stereo|c0=c%d|c1=c%d", m.Double-1, m.Double-1))
	}
	filters = append(filters, "volume="+strconv.FormatFloat(m.Gain+headroom, 'f', 2, 64)+"dB:precision=float")
	if m.Ceiling < 0 {
		limiter := fmt.Sprintf("alimiter=level=false:limit=%.4f:attack=5:release=80:latency=true", math.Pow(10, m.Ceiling/20))
		filters = append(filters, fmt.Sprintf("aresample=%d", 4*soundRate), limiter, fmt.Sprintf("aresample=%d", soundRate))
	}
	return filters
}

// TrialCommand measures, and keeps nothing, how loud the sound comes out of the
// limiter.
func TrialCommand(m mix, dir string) ffmpeg.Command {
	filters := append(m.levelled(), "ebur128=metadata=1:framelog=verbose", "ametadata=print:file="+fileMade)
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: dir + "/" + fileSound, Trusted: true}},
		Args:   []string{"-map", "0:a", "-af", strings.Join(filters, ","), "-f", "null", "-"},
		Dir:    dir,
	}
}

// SoundCommand makes the sound of the film and of its teaser from the mix.
func SoundCommand(p Plan, m mix, dir string) ffmpeg.Command {
	g := graph{}
	filters := m.levelled()
	filters = append(filters, fmt.Sprintf("apad=whole_len=%d", m.Samples), fmt.Sprintf("atrim=end_sample=%d", m.Samples))

	outs := []string{"film"}
	var args []string
	encode := []string{"-map_metadata", "-1", "-c:a", "aac", "-b:a", fmt.Sprintf("%dk", p.Profiles.Audio.Bitrate), "-flags", "+bitexact"}
	args = append(args, "-map", "[film]")
	args = append(args, encode...)
	args = append(args, hlsOutput("hls/audio", p.Profiles.Video.Segment)...)
	if len(m.Teaser) > 0 {
		outs = append(outs, "passages")
		args = append(args, "-map", "[teaser]")
		args = append(args, encode...)
		args = append(args, "-fflags", "+bitexact", fileTeaser)
	}
	if p.Source.Picture == nil {
		outs = append(outs, "wave")
		args = append(args, "-map", "[waveform]", "-frames:v", "1", "-c:v", "mjpeg", "-threads", "1", "-q:v", "2", "-flags", "+bitexact", "-f", "image2", "-update", "1", fileWaveform)
	}
	g.add("0:a", append(filters, fmt.Sprintf("asplit=%d", len(outs))), outs...)
	if len(m.Teaser) > 0 {
		teaserSound(&g, m.Teaser, p.Profiles.Teaser.Fade)
	}
	if p.Source.Picture == nil {
		waveform(&g, p.Large)
	}
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: dir + "/" + fileSound, Trusted: true}},
		Args:   append([]string{"-filter_complex", g.String()}, args...),
		Dir:    dir,
	}
}

// joint is the fade at a cut within the teaser: no click, no hole.
const joint = 0.012 // seconds

// teaserSound cuts the passages out and joins them, faded at both ends.
func teaserSound(g *graph, spans []assets.Span, fade float64) {
	var parts, joined []string
	var total float64
	for i := range spans {
		parts = append(parts, "p"+strconv.Itoa(i))
		joined = append(joined, "q"+strconv.Itoa(i))
	}
	g.add("passages", []string{fmt.Sprintf("asplit=%d", len(spans))}, parts...)
	for i, s := range spans {
		g.add(parts[i], []string{
			"atrim=start=" + seconds(s.Start) + ":end=" + seconds(s.End), "asetpts=PTS-STARTPTS",
			"afade=t=in:d=" + seconds(joint), "afade=t=out:d=" + seconds(joint) + ":st=" + seconds(max(0, s.Length()-joint)),
		}, joined[i])
		total += s.Length()
	}
	fade = min(fade, total/4)
	g.add(strings.Join(joined, "]["), []string{
		fmt.Sprintf("concat=n=%d:v=0:a=1", len(spans)),
		"afade=t=in:d=" + seconds(fade), "afade=t=out:d=" + seconds(fade) + ":st=" + seconds(total-fade),
	}, "teaser")
}

// waveform draws the sound in the house's ink on its paper.
func waveform(g *graph, size [2]int) {
	g.add("wave", []string{fmt.Sprintf("showwavespic=s=%dx%d:split_channels=0:colors=0x1F4E9E:draw=full:scale=sqrt", size[0]*15/16, size[1]*2/3)}, "ink")
	*g = append(*g, fmt.Sprintf("color=c=0xFAF8F4:s=%dx%d:r=1:d=1[paper]", size[0], size[1]))
	g.add("paper][ink", []string{"overlay=x=(W-w)/2:y=(H-h)/2:eof_action=repeat", "scale=" + jpegFrom709, "format=yuvj420p"}, "waveform")
}

const jpegFrom709 = "out_color_matrix=bt601:out_range=pc"

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
