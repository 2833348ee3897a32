package maker

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// headFrames is how many pictures the first look decodes: enough to see
// whether they are interlaced.
const headFrames = 30

// look is what is learnt of a master before it is decoded.
type look struct {
	media   ffmpeg.Media
	video   *ffmpeg.VideoStream
	audio   []ffmpeg.AudioStream // chosen: one, or two mono tracks
	head    ffmpeg.Head
	packets ffmpeg.Packets // of the picture, else of the sound
	sound   ffmpeg.Packets
	beyond  int64 // bytes that the file announces and doesn't hold
}

// Inspect looks a master through: what it is, whether it is whole, whether it
// can be decoded. A file that is refused or incomplete is no error.
func (m *Maker) Inspect(ctx context.Context, path string) (Inspection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Inspection{}, &assets.Error{Kind: assets.Transient, Op: "maker.Inspect", Msg: "Le fichier ne peut pas être lu pour l'instant. Rien n'est perdu ; l'examen sera tenté à nouveau.", Err: err}
	}
	refuse := func(sentence string) (Inspection, error) {
		return Inspection{Sheet: assets.Sheet{
			Size: info.Size(), Audio: []assets.AudioSheet{}, Black: []assets.Span{}, Silence: []assets.Span{},
			Status: assets.SheetRefused, Verdicts: []string{sentence},
		}}, nil
	}
	if info.Size() == 0 {
		return refuse("Le fichier est vide (0 octet) : l'envoi n'a rien transmis." + redo)
	}
	var l look
	if l.beyond, err = beyondEnd(path, info.Size()); err != nil {
		return Inspection{}, internal("maker.Inspect", err)
	}
	l.media, err = ffmpeg.Probe(ctx, m.o.Runner, path)
	switch {
	case err != nil && !unreadable(err):
		return Inspection{}, failed("maker.Inspect", err)
	case err != nil && l.beyond > 0:
		return refuse("Le fichier est coupé : son index, placé à la fin, n'est pas arrivé, et rien ne peut être lu." + redo)
	case err != nil:
		return refuse("Ce fichier n'est pas une vidéo ni un son que la maison sait lire." + redo)
	}
	if err := m.lookThrough(ctx, path, &l); err != nil {
		return Inspection{}, err
	}
	return l.conclude(info.Size()), nil
}

// unreadable tells a file that the tools can't read from trouble of the house.
func unreadable(err error) bool {
	var x *ffmpeg.ExitError
	return errors.Is(err, ffmpeg.ErrNoStream) || errors.As(err, &x) && (x.Err == nil || errors.Is(x.Err, context.DeadlineExceeded))
}

// lookThrough reads all packets of the chosen tracks, and decodes a few.
func (m *Maker) lookThrough(ctx context.Context, path string, l *look) error {
	var all errgroup.Group
	ask := func(question func() error) {
		all.Go(func() error {
			if err := question(); err != nil && !unreadable(err) {
				return failed("maker.Inspect", err)
			}
			return nil
		})
	}
	if v, ok := l.media.MainVideo(); ok {
		l.video = &v
		ask(func() (err error) {
			l.packets, err = ffmpeg.ScanPackets(ctx, m.o.Runner, path, v.Index)
			return err
		})
		ask(func() (err error) {
			l.head, err = ffmpeg.DecodeHead(ctx, m.o.Runner, path, v.Index, headFrames)
			return err
		})
	}
	if l.audio = chooseSound(l.media.Audio); len(l.audio) > 0 {
		first := l.audio[0].Index
		ask(func() (err error) {
			l.sound, err = ffmpeg.ScanPackets(ctx, m.o.Runner, path, first)
			return err
		})
		if l.video == nil {
			ask(func() (err error) {
				l.head, err = ffmpeg.DecodeSound(ctx, m.o.Runner, path, first, headFrames)
				return err
			})
		}
	}
	err := all.Wait()
	if l.video == nil {
		l.packets = l.sound
	}
	return err
}

// chooseSound takes the default track, else the first, of those that say what
// they are. Mono tracks side by side are what a camera or a broadcaster makes:
// the first two are left and right.
func chooseSound(all []ffmpeg.AudioStream) []ffmpeg.AudioStream {
	var able []ffmpeg.AudioStream
	for _, a := range all {
		if a.Channels > 0 && a.SampleRate > 0 && a.Codec != "" && a.Codec != "unknown" {
			able = append(able, a)
		}
	}
	if len(able) == 0 {
		return nil
	}
	best := able[0]
	for _, a := range able[1:] {
		if a.Default && !best.Default {
			best = a
		}
	}
	if best.Channels == 1 && len(able) >= 2 && able[0].Channels == 1 && able[1].Channels == 1 &&
		able[0].Codec == able[1].Codec && able[0].SampleRate == able[1].SampleRate {
		return able[:2]
	}
	return []ffmpeg.AudioStream{best}
}

// conclude writes sheet and source.
func (l look) conclude(size int64) Inspection {
	in := Inspection{Sheet: l.sheet(size), ShotAt: l.media.ShotAt}
	if p := l.media.Place; p != nil {
		in.Place = &assets.Position{Latitude: p.Latitude, Longitude: p.Longitude}
	}
	status, verdicts := l.verdict()
	in.Sheet.Status, in.Sheet.Verdicts = status, verdicts
	if status == assets.SheetRefused {
		return in
	}
	in.Source.Length = l.packets.Length().Seconds()
	if l.video != nil {
		in.Source.Picture = l.picture()
	}
	if len(l.audio) > 0 {
		s := &Sound{Channels: l.audio[0].Channels}
		for _, a := range l.audio {
			s.Streams = append(s.Streams, a.Index)
		}
		in.Source.Sound = s
	}
	return in
}

// declared is what the header says of the chosen tracks: subtitles and data may
// be longer, and are no film.
func (l look) declared() time.Duration {
	own := time.Duration(0)
	if l.video != nil {
		own = l.video.Duration
	} else if len(l.audio) > 0 {
		own = l.audio[0].Duration
	}
	if own == 0 {
		own = l.media.Duration
	}
	return own
}

func (l look) sheet(size int64) assets.Sheet {
	s := assets.Sheet{
		Container: l.media.Format, Size: size, Timecode: l.media.Timecode,
		Declared: round(l.declared().Seconds(), 3), Duration: round(l.packets.Length().Seconds(), 3),
		Audio: []assets.AudioSheet{}, Black: []assets.Span{}, Silence: []assets.Span{}, Verdicts: []string{},
	}
	for _, a := range l.media.Audio {
		s.Audio = append(s.Audio, assets.AudioSheet{Codec: a.Codec, Channels: a.Channels, Layout: a.Layout, SampleRate: a.SampleRate})
	}
	if v := l.video; v != nil {
		s.Video = &assets.VideoSheet{
			Codec: v.Codec, Profile: v.Profile, Width: v.DisplayWidth, Height: v.DisplayHeight, Rotation: v.Rotation,
			Rate: round(l.meanRate(), 3), Variable: l.packets.Variable, Interlaced: l.interlaced() != "",
			PixelFormat: v.PixelFormat, BitDepth: v.BitDepth, Primaries: v.Primaries, Transfer: v.Transfer, Matrix: v.Matrix,
			FullRange: v.FullRange, HDR: v.HDR, Frames: int(l.packets.Count),
		}
	}
	return s
}

func (l look) meanRate() float64 {
	if length := l.packets.Length().Seconds(); length > 0 && l.packets.Count > 1 {
		return float64(l.packets.Count) / length
	}
	return l.video.AvgFrameRate.Float()
}

// interlaced is the order of the fields, or "". The picture is believed before
// the flag, where it could be judged.
func (l look) interlaced() string {
	s := l.head.Scan
	fields, whole := s.TFF+s.BFF, s.Progressive
	switch {
	case fields+whole < 5 && l.video.Interlaced:
		return flagOrder(l.video.FieldOrder)
	case l.video.Interlaced && fields > whole, fields > 3*whole && fields >= 10:
		return s.Order()
	}
	return ""
}

func flagOrder(order string) string {
	if strings.HasPrefix(order, "b") {
		return "bff"
	}
	return "tff"
}

// picture is the source's picture with everything unknown filled in.
func (l look) picture() *Picture {
	v := l.video
	p := &Picture{
		Stream: v.Index, Width: v.DisplayWidth, Height: v.DisplayHeight, Coded: [2]int{v.Width, v.Height},
		Rate: l.rate(), Interlaced: l.interlaced(), Format: v.PixelFormat,
		Matrix: v.Matrix, Primaries: v.Primaries, Transfer: v.Transfer, Full: v.FullRange,
	}
	if v.Rotation%180 != 0 {
		p.Coded = [2]int{v.Height, v.Width}
	}
	if v.Chroma == "rgb" {
		p.Matrix, p.Full = "gbr", true
	}
	if p.Matrix == "" || p.Matrix == "gbr" && v.Chroma != "rgb" {
		p.Matrix = "smpte170m"
		if max(v.Width, v.Height) >= 1280 || min(v.Width, v.Height) >= 720 {
			p.Matrix = "bt709"
		}
		if p.hdr() {
			p.Matrix = "bt2020nc"
		}
	}
	if p.hdr() && p.Primaries == "" {
		p.Primaries = "bt2020"
	}
	return p
}

// rate is the constant rate of what is made: the exact one of a constant film,
// the nominal one of a film that wavers about it, and a common one for the rest.
func (l look) rate() ffmpeg.Rational {
	nominal, mean := l.video.RFrameRate, l.video.AvgFrameRate
	if l.interlaced() != "" || !nominal.Known() {
		nominal = mean
	}
	average := l.meanRate()
	if !nominal.Known() || nominal.Float() > 240 || nominal.Float() < slowest || average > 0 && (average < 0.6*nominal.Float() || average > 1.5*nominal.Float()) {
		nominal = usualRate(average, l.packets.Variable, mean)
	}
	for nominal.Float() > 60.5 {
		nominal.Den *= 2
	}
	return snap(nominal)
}

// slowest is the rate under which players stutter: slides and thermal pictures
// are repeated at a common one.
const slowest = 8

// usualRate is for films whose nominal rate says nothing: screen recordings,
// thermal cameras, slide captures.
func usualRate(average float64, variable bool, mean ffmpeg.Rational) ffmpeg.Rational {
	if !variable && mean.Known() && mean.Float() <= 60.5 && mean.Float() >= slowest {
		return mean
	}
	for _, r := range []int64{25, 30, 50} {
		if average <= float64(r)*1.02 {
			return ffmpeg.Rational{Num: r, Den: 1}
		}
	}
	return ffmpeg.Rational{Num: 60, Den: 1}
}

// snap replaces what differs from a common rate by rounding only: 1000000/33333.
func snap(r ffmpeg.Rational) ffmpeg.Rational {
	for _, common := range []ffmpeg.Rational{
		{Num: 24000, Den: 1001},
		{Num: 24, Den: 1},
		{Num: 25, Den: 1},
		{Num: 30000, Den: 1001},
		{Num: 30, Den: 1},
		{Num: 48, Den: 1},
		{Num: 50, Den: 1},
		{Num: 60000, Den: 1001},
		{Num: 60, Den: 1},
		{Num: 15, Den: 1},
		{Num: 12, Den: 1},
	} {
		if math.Abs(r.Float()/common.Float()-1) < 2e-4 {
			return common
		}
	}
	return r
}
