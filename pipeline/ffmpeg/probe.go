package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// probeTime is the longest that a look at a file may last. Hostile files are
// made to last for ever.
const probeTime = 20 * time.Second

// ErrNoStream says that the tools can read nothing of a file.
var ErrNoStream = errors.New("ffmpeg: no picture and no sound")

// Probe reads what a stranger's file says of itself, without decoding more than
// the tools need to name its streams.
func Probe(ctx context.Context, r Runner, path string) (Media, error) {
	return probe(ctx, r, Input{Path: path}, "")
}

// ProbeStill reads what a photo says of itself, without decoding it. format is
// how it is packed: "jpeg_pipe", "png_pipe" or "webp_pipe".
func ProbeStill(ctx context.Context, r Runner, path, format string) (Media, error) {
	return probe(ctx, r, Input{Path: path, Options: []string{"-f", format}}, "")
}

func probe(ctx context.Context, r Runner, in Input, dir string) (Media, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	res, err := r.Run(ctx, Command{
		Tool:   FFprobe,
		Inputs: []Input{in},
		Dir:    dir,
		Args:   []string{"-show_format", "-show_streams", "-of", "json=compact=1"},
		CPU:    probeTime,
	})
	if err != nil {
		return Media{}, err
	}
	m, err := ParseProbe(res.Stdout)
	if err != nil {
		return m, err
	}
	if len(m.Video)+len(m.Audio) == 0 {
		return m, ErrNoStream
	}
	return m, nil
}

// ParseProbe types the JSON of ffprobe -show_format -show_streams. Values that
// make no sense become "unknown"; only what is no JSON is an error.
func ParseProbe(data []byte) (Media, error) {
	var raw struct {
		Format  probedFormat
		Streams []probedStream
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return Media{}, fmt.Errorf("ffprobe: %w", err)
	}
	m := Media{
		Format:   string(raw.Format.Name),
		Size:     raw.Format.Size.int(0, math.MaxInt64),
		Duration: max(0, raw.Format.Duration.seconds()),
		Start:    raw.Format.Start.seconds(),
		Bitrate:  raw.Format.Bitrate.int(0, math.MaxInt64),
		Timecode: raw.Format.Tags.get("timecode"),
		Location: raw.Format.Tags.located(),
	}
	var covers []VideoStream
	for _, s := range raw.Streams {
		m.Location = m.Location || s.Tags.located()
		if m.Timecode == "" {
			m.Timecode = s.Tags.get("timecode")
		}
		switch s.Type {
		case "video":
			if v := s.video(m.Format); v.Picture {
				covers = append(covers, v)
			} else {
				m.Video = append(m.Video, v)
			}
		case "audio":
			m.Audio = append(m.Audio, s.audio())
		default:
			m.Other++
		}
	}
	m.Video = append(m.Video, covers...)
	m.Place, m.ShotAt = origin(raw.Format.Tags, raw.Streams)
	return m, nil
}

type probedFormat struct {
	Name     text `json:"format_name"`
	Size     text
	Duration text
	Start    text `json:"start_time"`
	Bitrate  text `json:"bit_rate"`
	Tags     tags
}

type probedStream struct {
	Index       text
	Type        text `json:"codec_type"`
	Codec       text `json:"codec_name"`
	Profile     text
	Width       text
	Height      text
	SAR         text `json:"sample_aspect_ratio"`
	RFrameRate  text `json:"r_frame_rate"`
	AvgRate     text `json:"avg_frame_rate"`
	Duration    text
	FieldOrder  text `json:"field_order"`
	PixelFormat text `json:"pix_fmt"`
	RawBits     text `json:"bits_per_raw_sample"`
	SampleBits  text `json:"bits_per_sample"`
	Primaries   text `json:"color_primaries"`
	Transfer    text `json:"color_transfer"`
	Matrix      text `json:"color_space"`
	Range       text `json:"color_range"`
	Bitrate     text `json:"bit_rate"`
	Frames      text `json:"nb_frames"`
	Channels    text
	Layout      text `json:"channel_layout"`
	SampleRate  text `json:"sample_rate"`
	Disposition flags
	Tags        tags
	SideData    sides `json:"side_data_list"`
}

const maxSide = 65535 // pixels; what a picture of more is can't be said by a codec

func (s probedStream) video(format string) VideoStream {
	v := VideoStream{
		Index:        int(s.Index.int(0, math.MaxInt32)),
		Codec:        string(s.Codec),
		Profile:      s.Profile.known(),
		Width:        int(s.Width.int(0, maxSide)),
		Height:       int(s.Height.int(0, maxSide)),
		SAR:          pixelShape(s.SAR.rational(":")),
		RFrameRate:   s.RFrameRate.rational("/"),
		AvgFrameRate: s.AvgRate.rational("/"),
		Duration:     max(0, s.Duration.seconds()),
		FieldOrder:   s.FieldOrder.name(),
		PixelFormat:  s.PixelFormat.name(),
		Primaries:    s.Primaries.name(),
		Transfer:     s.Transfer.name(),
		Matrix:       s.Matrix.name(),
		FullRange:    s.Range == "pc" || strings.HasPrefix(string(s.PixelFormat), "yuvj"),
		Bitrate:      s.Bitrate.int(0, math.MaxInt64),
		Frames:       s.Frames.int(0, math.MaxInt64),
		Default:      s.Disposition["default"] == "1",
	}
	v.BitDepth, v.Chroma = pixels(v.PixelFormat)
	if bits := int(s.RawBits.int(1, 16)); bits > 0 {
		v.BitDepth = bits
	}
	v.Interlaced = v.FieldOrder != "" && v.FieldOrder != "progressive"
	v.Rotation = s.SideData.rotation()
	if v.Rotation == 0 {
		v.Rotation = quarter(s.Tags["rotate"].int(-3600, 3600))
	}
	v.DisplayWidth, v.DisplayHeight = displayed(v)
	switch v.Transfer {
	case "smpte2084":
		v.HDR = "pq"
	case "arib-std-b67":
		v.HDR = "hlg"
	}
	v.DolbyVision = s.SideData.has("DOVI configuration record")
	v.Picture = s.Disposition["attached_pic"] == "1" || s.Disposition["still_image"] == "1" || strings.HasSuffix(format, "_pipe")
	return v
}

func (s probedStream) audio() AudioStream {
	bits := int(s.RawBits.int(1, 64))
	if bits == 0 {
		bits = int(s.SampleBits.int(1, 64))
	}
	return AudioStream{
		Index:      int(s.Index.int(0, math.MaxInt32)),
		Codec:      string(s.Codec),
		Profile:    s.Profile.known(),
		Channels:   int(s.Channels.int(0, 1024)),
		Layout:     s.Layout.known(),
		SampleRate: int(s.SampleRate.int(0, 10_000_000)),
		BitDepth:   bits,
		Duration:   max(0, s.Duration.seconds()),
		Default:    s.Disposition["default"] == "1",
		Bitrate:    s.Bitrate.int(0, math.MaxInt64),
		Language:   s.Tags.get("language"),
	}
}

// displayed is the size of the upright picture with square pixels. The number
// of lines stays, as ffmpeg's scale=iw*sar:ih has it.
func displayed(v VideoStream) (w, h int) {
	w, h = int(math.Round(float64(v.Width)*v.SAR.Float())), v.Height
	if v.Rotation%180 != 0 {
		w, h = h, w
	}
	return w, h
}

// pixelShape is 1:1 for what no camera makes.
func pixelShape(r Rational) Rational {
	if f := r.Float(); f < 0.2 || f > 5 {
		return Rational{1, 1}
	}
	return r
}

// quarter turns ffprobe's angle, in degrees and of any size, into the nearest
// quarter of a turn: 0, 90, 180, 270.
func quarter(degrees int64) int {
	d := (degrees%360 + 360) % 360
	return int((d+45)/90%4) * 90
}

// pixels reads bit depth and chroma out of the name of a pixel format.
func pixels(format string) (bits int, chroma string) {
	if format == "" {
		return 0, ""
	}
	bits = 8
	for _, known := range []struct {
		part string
		bits int
	}{
		{"p010", 10},
		{"p016", 16},
		{"9le", 9},
		{"9be", 9},
		{"10le", 10},
		{"10be", 10},
		{"12le", 12},
		{"12be", 12},
		{"14le", 14},
		{"14be", 14},
		{"16le", 16},
		{"16be", 16},
		{"48le", 16},
		{"48be", 16},
		{"64le", 16},
		{"64be", 16},
	} {
		if strings.Contains(format, known.part) {
			bits = known.bits
		}
	}
	for _, known := range []struct{ part, chroma string }{
		{"420", "420"},
		{"422", "422"},
		{"444", "444"},
		{"440", "440"},
		{"411", "411"},
		{"410", "410"},
		{"nv12", "420"},
		{"nv21", "420"},
		{"p010", "420"},
		{"p016", "420"},
		{"uyvy", "422"},
		{"yuyv", "422"},
		{"gray", "gray"},
		{"mono", "gray"},
		{"rgb", "rgb"},
		{"bgr", "rgb"},
		{"gbr", "rgb"},
		{"argb", "rgb"},
		{"pal8", "rgb"},
		{"xyz", "rgb"},
	} {
		if strings.Contains(format, known.part) {
			return bits, known.chroma
		}
	}
	return bits, ""
}

// text is any JSON value as ffprobe may write it. Reading it never fails.
type text string

// UnmarshalJSON takes strings without their quotes, and anything else as it is.
func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	} else {
		*t = text(data)
	}
	return nil
}

func (t text) known() string {
	switch t {
	case "unknown", "N/A", "reserved", "null":
		return ""
	}
	return string(t)
}

// name is known of what is one of ffmpeg's own names; these go into filter
// graphs, and what is anything else is not known.
func (t text) name() string {
	if strings.Trim(string(t), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return ""
	}
	return t.known()
}

// int is 0 for what is no number within low and high.
func (t text) int(low, high int64) int64 {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || n < low || n > high {
		return 0
	}
	return n
}

// maxSeconds is about eleven days: no film is longer, and a Duration holds it.
const maxSeconds = 1e6

func (t text) seconds() time.Duration {
	return toDuration(string(t))
}

// toDuration is 0 for what is no time.
func toDuration(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > maxSeconds {
		return 0
	}
	return time.Duration(math.Round(f*1e6)) * time.Microsecond
}

func (t text) rational(sep string) Rational {
	num, den, ok := strings.Cut(string(t), sep)
	if !ok {
		return Rational{}
	}
	return Rational{text(num).int(1, math.MaxInt32), text(den).int(1, math.MaxInt32)}.reduced()
}

type flags = tags

type sides []tags

// UnmarshalJSON leaves what is no list empty.
func (l *sides) UnmarshalJSON(data []byte) error {
	var list []tags
	if json.Unmarshal(data, &list) == nil {
		*l = list
	}
	return nil
}

func (l sides) has(kind text) bool {
	for _, entry := range l {
		if entry["side_data_type"] == kind {
			return true
		}
	}
	return false
}

// rotation is clockwise; ffprobe counts the other way, and says
// -9223372036854775808 of a matrix of zeros.
func (l sides) rotation() int {
	for _, entry := range l {
		if r, ok := entry["rotation"]; ok {
			return quarter(-r.int(-3600, 3600))
		}
	}
	return 0
}
