package maker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// CoverRequest is the picture that is to stand for a film.
type CoverRequest struct {
	Movie   string  // a movie that the house made; the frame at Second is taken
	Second  float64 // seconds from its first frame
	Picture string  // instead of Movie: a JPEG that the house wrote, cropped to 16:9
	Width   int     // pixels of the movie, upright
	Height  int
}

// coverFile is the chosen frame before it has its sizes.
const coverFile = "cover.jpg"

// Cover makes the pictures of a film out of one frame, or one still: in the
// sizes and kinds of its thumbnails, as assets.RoleCover.
func (m *Maker) Cover(ctx context.Context, c CoverRequest, dir string) ([]File, error) {
	p := Plan{Profiles: m.o.Profiles}
	long := p.Profiles.Thumbnails
	in := ffmpeg.Input{Path: c.Picture, Trusted: true, Options: []string{"-f", "jpeg_pipe"}}
	p.Large, p.Small = [2]int{long.Large, long.Large * 9 / 16}, [2]int{long.Small, long.Small * 9 / 16}
	if c.Picture == "" {
		in = ffmpeg.Input{Path: c.Movie, Trusted: true, Options: []string{"-ss", seconds(c.Second)}}
		p.Large, p.Small = fit(c.Width, c.Height, long.Large), fit(c.Width, c.Height, long.Small)
	}
	steps := []ffmpeg.Command{CoverCommand(in, p.Large, c.Picture == "", dir), StillOfCommand(p, dir)}
	for _, step := range steps {
		if _, err := m.o.Runner.Run(ctx, step); err != nil {
			return nil, failed("maker.Cover", err)
		}
	}
	var files []File
	for _, o := range stillSizes(p) {
		name := still(1, o.size, o.kind)
		if err := checkStill(filepath.Join(dir, name), o); err != nil {
			return nil, internal("maker.Cover", err)
		}
		files = append(files, File{Path: name, Rendition: assets.Rendition{Role: assets.RoleCover, Width: o.pixels[0], Height: o.pixels[1], Codec: o.codec}})
	}
	return files, nil
}

// checkStill tells whether a picture is what was asked for.
func checkStill(path string, o stillSize) error {
	text, err := os.ReadFile(path)
	switch {
	case err != nil:
		return err
	case o.kind == "webp": // RFC 9649: RIFF, the size, WEBP
		if len(text) < 16 || string(text[8:12]) != "WEBP" {
			return fmt.Errorf("%s is no WebP", path)
		}
		return nil
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(text))
	if err == nil && [2]int{c.Width, c.Height} != o.pixels {
		err = fmt.Errorf("%s is %dx%d, wanted %v", path, c.Width, c.Height, o.pixels)
	}
	return err
}

// CoverCommand takes one picture in the colours that every reader of JPEG takes
// for granted. A movie keeps its shape; a still is cropped to the size.
func CoverCommand(in ffmpeg.Input, size [2]int, movie bool, dir string) ffmpeg.Command {
	v := ffmpeg.From(0, "v")
	if movie {
		v = scale(v, size[0], size[1], colours("bt709", "tv", "bt601", "pc")...)
	} else {
		v = v.Filter("scale", opt("w", size[0]), opt("h", size[1]), opt("force_original_aspect_ratio", "increase"), opt("flags", "bicubic"), opt("out_range", "pc")).
			Filter("crop", val(size[0]), val(size[1]))
	}
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{in}, Dir: dir,
		Args: ffmpeg.MustBuild(ffmpeg.Output{Pads: []ffmpeg.Pad{format(v.Filter("setsar", val(1)), "yuvj420p")}, Name: coverFile, Args: []string{
			"-map_metadata", "-1", "-frames:v", "1", "-c:v", "mjpeg", "-threads", "1", "-q:v", "2", "-fflags", "+bitexact", "-flags", "+bitexact", "-f", "image2", "-update", "1",
		}}),
	}
}

// StillOfCommand gives the chosen picture its sizes.
func StillOfCommand(p Plan, dir string) ffmpeg.Command {
	in := ffmpeg.Input{Path: filepath.Join(dir, coverFile), Trusted: true, Options: []string{"-f", "jpeg_pipe"}}
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{in}, Args: ffmpeg.MustBuild(stillOutputs(p, 0, 1)...), Dir: dir}
}

// CutRequest is a teaser that a person has chosen.
type CutRequest struct {
	Movie  string // a movie that the house made
	Spans  []assets.Span
	Width  int // pixels of the movie
	Height int
	Rate   float64 // its frames per second
	Sound  bool    // it has a track of sound
}

// Cut makes a teaser of the passages, in their order, as assets.RoleTeaser. It
// is encoded anew: what a person chose begins and ends at the frame they chose.
func (m *Maker) Cut(ctx context.Context, c CutRequest, dir string) (File, error) {
	var length float64
	for _, s := range c.Spans {
		length += s.Length()
	}
	if _, err := m.o.Runner.Run(ctx, CutCommand(c, m.o.Profiles, dir)); err != nil {
		return File{}, failed("maker.Cut", err)
	}
	path := filepath.Join(dir, fileTeaserMovie)
	probed, err := ffmpeg.Probe(ctx, m.o.Runner, path)
	if err != nil {
		return File{}, internal("maker.Cut", err)
	}
	slack := float64(len(c.Spans)+1)/max(1, c.Rate) + 2*float64(soundPacket)/soundRate
	if off := math.Abs(probed.Duration.Seconds() - length); off > slack || len(probed.Video) != 1 {
		return File{}, internal("maker.Cut", fmt.Errorf("the teaser lasts %v, wanted %.3f s", probed.Duration, length))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, internal("maker.Cut", err)
	}
	codec, err := avcCodec(text)
	if err != nil {
		return File{}, internal("maker.Cut", err)
	}
	if c.Sound {
		codec += "," + soundCodec
	}
	return File{Path: fileTeaserMovie, Rendition: assets.Rendition{
		Role: assets.RoleTeaser, Width: c.Width, Height: c.Height, Codec: codec, Duration: round(length, 3), Bitrate: bitRate(int64(len(text)), length),
	}}, nil
}

// avcCodec names the H.264 of a movie as RFC 6381 does: the three bytes behind
// the version of its configuration record (ISO/IEC 14496-15, section 5.3.3).
func avcCodec(movie []byte) (string, error) {
	_, record, found := bytes.Cut(movie, []byte("avcC"))
	if !found || len(record) < 4 {
		return "", errors.New("maker: no H.264 configuration in the teaser")
	}
	return fmt.Sprintf("avc1.%x", record[1:4]), nil
}

// CutCommand joins passages of a movie; the sound fades at the cuts, and at both
// ends.
func CutCommand(c CutRequest, p Profiles, dir string) ffmpeg.Command {
	picture := ffmpeg.From(0, "v").Split(len(c.Spans))
	var sound []ffmpeg.Pad
	if c.Sound {
		sound = []ffmpeg.Pad{teaserSound(ffmpeg.From(0, "a"), c.Spans, p.Teaser.Fade)}
	}
	var parts [][]ffmpeg.Pad
	for i, s := range c.Spans {
		parts = append(parts, []ffmpeg.Pad{fromZero(picture[i].Filter("trim", opt("start", seconds(s.Start)), opt("end", seconds(s.End))))})
	}
	joined := ffmpeg.Concat(parts, true, false)[0]
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: c.Movie, Trusted: true}}, Dir: dir,
		Args: ffmpeg.MustBuild(ffmpeg.Output{Pads: append([]ffmpeg.Pad{joined}, sound...), Name: fileTeaserMovie, Args: []string{
			"-map_metadata", "-1", "-map_chapters", "-1", "-c:v", "libx264", "-preset", p.Video.Preset, "-profile:v", "high", "-crf", "20",
			"-x264-params", p.Video.Params, "-c:a", "aac", "-b:a", fmt.Sprintf("%dk", p.Audio.Bitrate), "-fflags", "+bitexact", "-flags", "+bitexact",
			"-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-movflags", "+faststart", "-f", "mp4",
		}}),
	}
}
