package maker

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

// form is how a format is made.
type form struct {
	Name     assets.FormatName
	Size     [2]int          // pixels; zero: the film's own
	Crop     bool            // a broader film loses its sides; else it gets bars
	Rate     ffmpeg.Rational // zero: the film's own
	Slow     bool            // not more than 30 pictures a second
	Pixels   string
	CRF      int // of x264; 0: Encode says all
	Maxrate  int // kbit/s
	Encode   []string
	Sound    []string
	Ext      string
	SoundExt string
	Pack     []string // what the container is told
	Codec    string   // of the Rendition; "": RFC 6381, read from the file
	Loudness float64  // LUFS; 0: as it came
	TruePeak float64  // dBTP, at most
}

// forms are all of them. Networks take H.264 and AAC at -14 LUFS. The PAD is what
// French televisions ask for where they say nothing else: XDCAM HD422 (MPEG-2 4:2:2
// at 50 Mbit/s) in MXF OP1a, 1080p25, 48 kHz in 24 bits, -23 LUFS and -3 dBTP at
// most (CST-RT-040), from 10:00:00:00. The mezzanine is ProRes 422: intra, 10 bits
// of 4:2:2, read by every editing program, with its sound as loud as it came. Of the
// encoders of ffmpeg, prores takes a quarter of the CPU of prores_ks at the same SSIM.
var forms = map[assets.FormatName]form{
	"film-16x9":             network("film-16x9", 1920, 1080),
	"film-1x1":              network("film-1x1", 1080, 1080),
	"film-9x16":             network("film-9x16", 1080, 1920),
	"teaser-16x9":           network("teaser-16x9", 1920, 1080),
	"teaser-1x1":            network("teaser-1x1", 1080, 1080),
	"teaser-9x16":           network("teaser-9x16", 1080, 1920),
	assets.FormatProjection: projection(),
	assets.FormatPAD:        pad(),
	assets.FormatMezzanine:  mezzanine(),
}

func network(name assets.FormatName, w, h int) form {
	return form{
		Name: name, Size: [2]int{w, h}, Crop: w <= h, Slow: true, Pixels: "yuv420p", CRF: 20, Maxrate: 10000,
		Sound: []string{"-c:a", "aac", "-b:a", "192k"}, Ext: ".mp4", SoundExt: ".m4a", Pack: []string{"-movflags", "+faststart", "-f", "mp4"},
		Loudness: -14, TruePeak: -1,
	}
}

func projection() form {
	f := network(assets.FormatProjection, 1920, 1080)
	f.Slow, f.CRF, f.Maxrate, f.Loudness, f.TruePeak = false, 17, 25000, -16, -1.5
	f.Sound = []string{"-c:a", "aac", "-b:a", "320k"}
	return f
}

func pad() form {
	return form{
		Name: assets.FormatPAD, Size: [2]int{1920, 1080}, Rate: ffmpeg.Rational{Num: 25, Den: 1}, Pixels: "yuv422p",
		Encode: []string{
			"-c:v", "mpeg2video", "-profile:v", "0", "-level:v", "2", "-b:v", "50M", "-minrate", "50M", "-maxrate", "50M", "-bufsize", "17825792", "-rc_init_occupancy", "17825792",
			"-g", "12", "-bf", "2", "-b_strategy", "0", "-sc_threshold", "1000000000", "-intra_vlc", "1", "-non_linear_quant", "1", "-dc", "10", "-qmin", "1", "-qmax", "12",
		},
		Sound: []string{"-c:a", "pcm_s24le"}, Ext: ".mxf", SoundExt: ".mov", Pack: []string{"-timecode", "10:00:00:00", "-f", "mxf"},
		Codec: "mpeg2video,pcm_s24le", Loudness: -23, TruePeak: -3,
	}
}

func mezzanine() form {
	return form{
		Name: assets.FormatMezzanine, Pixels: "yuv422p10le",
		Encode: []string{"-c:v", "prores", "-profile:v", "2", "-vendor", "apl0"},
		Sound:  []string{"-c:a", "pcm_s24le"}, Ext: ".mov", SoundExt: ".mov", Pack: []string{"-movflags", "+faststart", "-f", "mov"},
		Codec: "apcn,pcm_s24le",
	}
}

func (f form) file() string   { return string(f.Name) + f.Ext }
func (f form) silent() string { return "silent" + f.Ext }
func (f form) sound() string  { return "levelled" + f.SoundExt }

// picture is the source's picture at the rate of the form.
func (f form) picture(p Picture) Picture {
	switch {
	case f.Rate.Known():
		p.Rate = f.Rate
	case f.Slow:
		p.Rate = proxyRate(p.Rate)
	}
	return p
}

// margin is how much lower than its limit a peak is aimed at.
const margin = 0.2 // dB

// audio is what the sound is brought to.
func (f form) audio(house Audio) Audio {
	house.Loudness, house.TruePeak = f.Loudness, f.TruePeak-margin
	return house
}

// shape is how a picture gets the size of a form.
type shape struct {
	Size  [2]int // of the form
	Inner [2]int // of the picture before it is cropped, or gets something around it
	Small [2]int // of the pictures by which a crop is chosen
	Crop  bool   // its sides are cut off
	Blur  bool   // its own picture, out of focus, stands around it
}

// shape decides it. A broader film is cropped at its sides, or gets bars; a
// narrower one stands before itself out of focus: cutting above and below would cut
// heads.
func (f form) shape(p Picture) shape {
	if f.Size == [2]int{} {
		own := [2]int{even(p.Width), even(p.Height)}
		return shape{Size: own, Inner: own}
	}
	s := shape{Size: f.Size}
	wide, high := float64(f.Size[0])/float64(p.Width), float64(f.Size[1])/float64(p.Height)
	at := func(factor float64) [2]int {
		return [2]int{nearestEven(float64(p.Width) * factor), nearestEven(float64(p.Height) * factor)}
	}
	const same = 0.01 // a picture that is this near has the shape of the form
	switch {
	case math.Abs(wide/high-1) < same:
		s.Inner = f.Size
	case wide > high:
		s.Inner, s.Blur = at(high), true
	case f.Crop:
		s.Inner, s.Crop = at(high), true
		s.Small = [2]int{sightWidth, max(picksLeast, nearestEven(sightWidth*float64(p.Height)/float64(p.Width)))}
	default:
		s.Inner = at(wide)
	}
	return s
}

const (
	sightWidth      = 160 // pixels
	picksLeast      = 32  // lines of the flattest picture
	sightsPerSecond = 5.0
)

// SightsCommand decodes the film small: its cuts, and one picture of every few.
func SightsCommand(s shape, src Source, every int, movie, dir string) ffmpeg.Command {
	pic := *src.Picture
	v := scale(pic.steady(stream(pic.Stream)), s.Small[0], s.Small[1])
	v = format(v, "yuv420p").Filter("setsar", val(1))
	both := v.Split(2)
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: movie}}, Dir: dir,
		Args: ffmpeg.MustBuild(
			both[0].Filter("scdet", opt("threshold", 10)).Filter("metadata", val("print"), opt("file", filePicture)).Sink(),
			raw(everyNth(both[1], every), fileSights),
		),
	}
}

// commands say where the crop goes, for sendcmd: at each Place, half a frame early,
// a place or a straight way.
func (s shape) commands(places []picks.Place, rate float64) string {
	var b strings.Builder
	room := float64(s.Inner[0])
	pixel := func(left float64) float64 { return min(room-float64(s.Size[0]), max(0, left*room)) }
	for i, p := range places {
		to := fmt.Sprintf("%d", 2*int(pixel(p.Left)/2))
		if i+1 < len(places) && !places[i+1].Cut && places[i+1].Left != p.Left {
			next := places[i+1]
			to = fmt.Sprintf("2*trunc((%.2f+(t-%.4f)*%.4f)/2)", pixel(p.Left), p.Time, (pixel(next.Left)-pixel(p.Left))/(next.Time-p.Time))
		}
		fmt.Fprintf(&b, "%.4f crop x '%s';\n", max(0, p.Time-0.5/rate), to)
	}
	return b.String()
}

// reshaped gives the picture the size of the form.
func (s shape) reshaped(v ffmpeg.Pad, pixels string) ffmpeg.Pad {
	w, h := s.Size[0], s.Size[1]
	x, y := (w-s.Inner[0])/4*2, (h-s.Inner[1])/4*2
	switch {
	case s.Crop:
		return v.Filter("sendcmd", opt("f", fileCrop)).Filter("crop", opt("w", w), opt("h", h), opt("x", 0), opt("y", 0))
	case s.Blur:
		const least = 8 // a blur at an eighth of the size costs next to nothing
		both := v.Split(2)
		around := both[0].Filter("scale", val(w/least), val(h/least), opt("force_original_aspect_ratio", "increase"), opt("flags", "area")).
			Filter("crop", val(w/least), val(h/least)).Filter("gblur", opt("sigma", 6)).
			Filter("lutyuv", opt("y", "16+(val-16)*0.6"))
		around = scale(around, w, h).Filter("setsar", val(1))
		return ffmpeg.Join("overlay", []ffmpeg.Pad{around, both[1]}, opt("x", x), opt("y", y), opt("format", map[string]string{"yuv420p": "yuv420", "yuv422p": "yuv422"}[pixels]))
	case s.Inner != s.Size:
		return v.Filter("pad", val(w), val(h), val(x), val(y))
	}
	return v
}

// FormatCommand is the one decode of what a format is made of.
func FormatCommand(f form, s shape, src Source, video Video, captions bool, movie, dir string) ffmpeg.Command {
	pic := *src.Picture
	v := s.reshaped(plain(pic.steady(counted(stream(pic.Stream))), pic, s.Inner, video, f.Pixels), f.Pixels)
	if captions {
		v = v.Filter("subtitles", opt("filename", fileCaptions))
	}
	outs := []ffmpeg.Output{{Pads: []ffmpeg.Pad{format(v, f.Pixels)}, Name: f.silent(), Args: f.encoder(pic, video)}}
	if src.Sound != nil {
		outs = append(outs, soundOutputs(*src.Sound)...)
	}
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: movie}}, Args: ffmpeg.MustBuild(outs...), Dir: dir}
}

// encoder are the arguments that encode the picture.
func (f form) encoder(pic Picture, video Video) []string {
	var args []string
	if f.CRF > 0 {
		gop := strconv.Itoa(int(2 * pic.Rate.Float()))
		args = x264(Rung{CRF: f.CRF, Maxrate: f.Maxrate, Buffer: int(float64(f.Maxrate) * video.Buffer)}, video, "-g", gop, "-flags", "+cgop+bitexact")
	} else {
		args = slices.Concat([]string{"-map_metadata", "-1", "-fps_mode", "passthrough", "-threads", strconv.Itoa(video.Threads)}, f.Encode, []string{
			"-flags", "+bitexact", "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
		})
	}
	return append(args, "-fflags", "+bitexact")
}

// FormatSoundCommand makes the sound of a format from the mix.
func FormatSoundCommand(f form, m mix, dir string) ffmpeg.Command {
	sound := m.levelled(ffmpeg.From(0, "a")).Filter("apad", opt("whole_len", m.Samples)).Filter("atrim", opt("end_sample", m.Samples))
	return mixCommand(dir, ffmpeg.Output{Pads: []ffmpeg.Pad{sound}, Name: f.sound(), Args: slices.Concat(
		[]string{"-map_metadata", "-1"}, f.Sound, []string{"-flags", "+bitexact", "-fflags", "+bitexact"},
	)})
}

// FormatJoinCommand puts picture and sound together.
func FormatJoinCommand(f form, sound bool, dir string) ffmpeg.Command {
	c := ffmpeg.Command{Tool: ffmpeg.FFmpeg, Dir: dir, Inputs: []ffmpeg.Input{{Path: dir + "/" + f.silent(), Trusted: true}}}
	pads := []ffmpeg.Pad{ffmpeg.From(0, "v")}
	if sound {
		c.Inputs = append(c.Inputs, ffmpeg.Input{Path: dir + "/" + f.sound(), Trusted: true})
		pads = append(pads, ffmpeg.From(1, "a"))
	}
	c.Args = ffmpeg.MustBuild(ffmpeg.Output{Pads: pads, Name: f.file(), Args: slices.Concat(
		[]string{"-map_metadata", "-1", "-map_chapters", "-1", "-c", "copy", "-fflags", "+bitexact"}, f.Pack,
	)})
	return c
}
