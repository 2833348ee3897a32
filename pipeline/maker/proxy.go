package maker

import (
	"fmt"
	"math"
	"strconv"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// ProxyPlan is what is made of one rush. It is a value: the same source and
// profiles give the same plan.
type ProxyPlan struct {
	Source Source `json:"source"` // its rate is the proxy's
	Proxy  Proxy  `json:"proxy"`
	Video  Video  `json:"video"`
	Tools  string `json:"tools"`  // versions of what it is made with
	Rung   Rung   `json:"rung"`   // the one size of the picture; zero without
	Poster [2]int `json:"poster"` // pixels
	Tile   [2]int `json:"tile"`   // size of one picture of the storyboard
	Frames int    `json:"frames"` // expected
}

// making rushes: raised when the same plan begins to give other files.
const makingProxy = 1

// Recipe names what the plan makes of one rush: another recipe, other files.
func (p ProxyPlan) Recipe() string { return recipe(p, makingProxy) }

// cells of the storyboard of a rush, in rows of as many as there are rows: a
// fixed grid, whatever its length.
const (
	cellsAcross = 5
	cells       = cellsAcross * cellsAcross
)

// The names of what is made of a rush.
const (
	fileProxy     = "proxy.mp4"
	fileProxySong = "proxy.m4a" // of sound alone
	filePoster    = "poster.jpg"
	fileSprite    = "sprite.jpg"
	fileWave      = "waveform.svg"

	fileSilent = "picture.mp4" // the picture without its sound
	fileStills = "stills.raw"  // the pictures of the storyboard, size of the poster, yuvj420p
)

// soundFrames is the rate by which a rush without picture is counted, times 1000.
const soundFrames = 25000

// MakeProxyPlan decides what is made of a rush. It is pure.
func MakeProxyPlan(s Source, p Profiles, tools string) (ProxyPlan, error) {
	if err := p.Validate(); err != nil {
		return ProxyPlan{}, err
	}
	plan := ProxyPlan{Source: s, Proxy: p.Proxy, Video: p.Video, Tools: tools}
	switch {
	case s.Still != "":
		return plan, nil
	case s.Picture == nil && s.Sound == nil:
		return plan, fmt.Errorf("maker: a rush without picture and sound")
	case s.Picture == nil:
		return plan, nil
	}
	pic := *s.Picture
	pic.Rate = proxyRate(pic.Rate)
	plan.Source.Picture = &pic
	short := min(p.Proxy.Short, even(min(pic.Width, pic.Height)))
	plan.Rung = rung(pic, LadderStep{Short: short, CRF: p.Proxy.CRF, Maxrate: p.Proxy.Maxrate}, p.Video)
	plan.Poster = fit(plan.Rung.Width, plan.Rung.Height, p.Proxy.Poster)
	plan.Tile = fit(plan.Rung.Width, plan.Rung.Height, p.Proxy.Tile)
	plan.Frames = max(1, int(math.Round(s.Length*pic.Rate.Float())))
	return plan, nil
}

// proxyRate is the rate in which a rush is counted: one that edit lists know, so
// that the timecode of a frame says the same everywhere. Faster rushes are
// halved, slower ones doubled, and what fits none goes to the nearest.
func proxyRate(r ffmpeg.Rational) ffmpeg.Rational {
	for r.Float() > 30.5 {
		r.Den *= 2
	}
	for r.Known() && r.Float() < 15.5 {
		r.Num *= 2
	}
	if exact := snap(r); exact != r {
		r = exact
	}
	switch r {
	case ffmpeg.Rational{Num: 24000, Den: 1001}, ffmpeg.Rational{Num: 30000, Den: 1001}:
		return r
	}
	best := ffmpeg.Rational{Num: 25, Den: 1}
	for _, n := range []int64{24, 30} {
		if math.Abs(r.Float()-float64(n)) < math.Abs(r.Float()-best.Float()) {
			best = ffmpeg.Rational{Num: n, Den: 1}
		}
	}
	return best
}

// thousand is a rate as timecodes carry it: 29970.
func thousand(r ffmpeg.Rational) int { return int(math.Round(r.Float() * 1000)) }

// ProxyCommand is the only decode of a rush: its picture is encoded, looked at
// 25 times, and its sound kept for what follows.
func ProxyCommand(p ProxyPlan, master, dir string) ffmpeg.Command {
	var outs []ffmpeg.Output
	if pic := p.Source.Picture; pic != nil {
		v := firstRung(pic.steady(counted(stream(pic.Stream))), *pic, p.Rung, p.Video).Split(2)
		few := v[1].Filter("select", val(fmt.Sprintf("gte(n,selected_n*%d/%d)", p.Frames, cells))).Split(2)
		outs = append(outs, p.encoded(v[0]), raw(forJPEG(few[0], p.Poster), fileStills), raw(forJPEG(few[1], p.Tile), fileBoard))
	}
	if p.Source.Sound != nil {
		outs = append(outs, soundOutputs(*p.Source.Sound)...)
	}
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: master}}, Args: ffmpeg.MustBuild(outs...), Dir: dir}
}

// proxyCodec is what x264 is told to make: High at level 4, which every phone
// plays.
const proxyCodec = "avc1.640028"

// encoded is the picture of the proxy. It has no B-frames, so that its first
// picture stands at 0 and every frame is one step of the decoder away.
func (p ProxyPlan) encoded(v ffmpeg.Pad) ffmpeg.Output {
	gop := int(p.Source.Picture.Rate.Float()) // a second at most
	args := x264(p.Rung, p.Video, "-level", "4.0", "-g", strconv.Itoa(gop), "-bf", "0", "-flags", "+cgop+bitexact")
	return ffmpeg.Output{Pads: []ffmpeg.Pad{v}, Name: fileSilent, Args: append(args, "-fflags", "+bitexact", "-f", "mp4")}
}

// ProxyFinishCommand puts picture and sound together, and sends the sound as
// samples of 16 bits, stereo, to stdout: its peaks are the waveform.
func ProxyFinishCommand(p ProxyPlan, m mix, dir string) ffmpeg.Command {
	c := ffmpeg.Command{Tool: ffmpeg.FFmpeg, Dir: dir}
	input := func(name string) int {
		c.Inputs = append(c.Inputs, ffmpeg.Input{Path: dir + "/" + name, Trusted: true})
		return len(c.Inputs) - 1
	}
	film := ffmpeg.Output{Name: p.file(), Args: []string{
		"-map_metadata", "-1", "-map_chapters", "-1", "-c:v", "copy", "-c:a", "aac", "-b:a", fmt.Sprintf("%dk", p.Proxy.Audio),
		"-flags", "+bitexact", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4",
	}}
	if p.Source.Picture != nil {
		film.Pads = append(film.Pads, ffmpeg.From(input(fileSilent), "v"))
	}
	if p.Source.Sound == nil {
		c.Args = ffmpeg.MustBuild(film)
		return c
	}
	sound := m.levelled(ffmpeg.From(input(fileSound), "a")).
		Filter("apad", opt("whole_len", m.Samples)).Filter("atrim", opt("end_sample", m.Samples)).Split(2)
	film.Pads = append(film.Pads, sound[0])
	samples := sound[1].Filter("aformat", opt("sample_fmts", "s16"), opt("channel_layouts", "stereo"))
	c.Args = ffmpeg.MustBuild(film, ffmpeg.Output{Pads: []ffmpeg.Pad{samples}, Name: "-", Args: []string{"-c:a", "pcm_s16le", "-f", "s16le"}})
	return c
}

func (p ProxyPlan) file() string {
	if p.Source.Picture == nil {
		return fileProxySong
	}
	return fileProxy
}

// PhotoCommand makes the poster of a photo, upright.
func PhotoCommand(p ProxyPlan, master, dir string) ffmpeg.Command {
	v := ffmpeg.From(0, "v").Filter("scale",
		opt("w", fmt.Sprintf("min(%d,iw)", p.Proxy.Photo)), opt("h", fmt.Sprintf("min(%d,ih)", p.Proxy.Photo)),
		opt("force_original_aspect_ratio", "decrease"), opt("flags", "bicubic"), opt("out_color_matrix", "bt601"), opt("out_range", "pc"))
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: master, Options: []string{"-f", p.Source.Still}}},
		Args: ffmpeg.MustBuild(ffmpeg.Output{
			Pads: []ffmpeg.Pad{format(v, "yuvj420p")}, Name: filePoster, Args: append(images(3), "-frames:v", "1", "-update", "1"),
		}),
		Dir: dir,
	}
}

// PlanProxy decides what is made of an inspected rush.
func (m *Maker) PlanProxy(in Inspection) (ProxyPlan, error) {
	plan, err := MakeProxyPlan(in.Source, m.o.Profiles, m.o.Tools)
	if err != nil {
		return ProxyPlan{}, &assets.Error{Kind: assets.Invalid, Op: "maker.PlanProxy", Msg: "Aucun aperçu ne peut être fabriqué : ce fichier ne contient ni image ni son lisible. L'original reste téléchargeable.", Err: err}
	}
	return plan, nil
}
