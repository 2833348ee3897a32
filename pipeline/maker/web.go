package maker

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

const (
	fileWebSound = "web-sound.m4a"
	fileWeb      = "web.mp4"
)

// webAudio is what networks expect of sound: louder than the site's own. Half a
// decibel below webPeak is left to what AAC adds.
func webAudio(a Audio) Audio {
	a.Loudness, a.TruePeak, a.Bitrate = -14, webPeak-0.5, 192
	return a
}

const (
	webPeak    = -1.0 // dBTP, at most
	levelSlack = 0.4  // LU, either way
)

// Web makes of a movie that the house made, length seconds long, the same one
// with its sound at -14 LUFS and at most -1 dBTP, as assets.RoleWeb. Its pictures
// are copied. Sound that can't be measured is Invalid.
func (m *Maker) Web(ctx context.Context, movie string, length float64, dir string) (File, error) {
	a := webAudio(m.o.Profiles.Audio)
	came, err := m.listen(ctx, movie, dir, length)
	if err != nil {
		return File{}, err
	}
	if came.Integrated == nil {
		return File{}, &assets.Error{Kind: assets.Invalid, Op: "maker.Web", Msg: "Le son est muet, ou trop court pour être mesuré : il n'y a rien à corriger."}
	}
	mixed := mixFor(came, a)
	mixed.Double = 0 // both sides are served already
	mixed.Samples = int64(math.Round(length * soundRate))
	if err := mixed.reach(a, webPeak, func(mixed mix) (heard, error) {
		if _, err := m.o.Runner.Run(ctx, WebSoundCommand(movie, mixed, a, dir)); err != nil {
			return heard{}, failed("maker.Web", err)
		}
		return m.listen(ctx, filepath.Join(dir, fileWebSound), dir, length)
	}); err != nil {
		return File{}, err
	}
	return m.webMovie(ctx, movie, length, dir)
}

// listen measures how loud the sound of a file of the house is.
func (m *Maker) listen(ctx context.Context, path, dir string, length float64) (heard, error) {
	if _, err := m.o.Runner.Run(ctx, HearCommand(path, dir)); err != nil {
		return heard{}, failed("maker.listen", err)
	}
	return readHeard(dir, fileMade, 0, length)
}

// reach makes a sound until it is as loud as wanted, within levelSlack, and its peak
// no higher than most. Sound that is left alone need only keep its peak.
func (m mix) reach(a Audio, most float64, try func(mix) (heard, error)) error {
	alone := m.Gain == 0
	var before *attempt
	const tries = 8
	for range tries {
		made, err := try(m)
		if err != nil {
			return err
		}
		low := made.TruePeak == nil || *made.TruePeak <= most
		if low && (alone || made.Integrated == nil || math.Abs(*made.Integrated-a.Loudness) <= levelSlack) {
			return nil
		}
		if low {
			made.TruePeak = nil // near enough: only the level is to be mended
		}
		better, _ := m.correct(made, before, a)
		if made.Integrated != nil {
			before = &attempt{m.Gain, m.Ceiling, *made.Integrated}
		}
		m = better
	}
	return internal("maker.reach", fmt.Errorf("the sound does not reach its level in %d tries", tries))
}

// webMovie puts the pictures and the new sound together, and checks them.
func (m *Maker) webMovie(ctx context.Context, movie string, length float64, dir string) (File, error) {
	if _, err := m.o.Runner.Run(ctx, WebMovieCommand(movie, dir)); err != nil {
		return File{}, failed("maker.Web", err)
	}
	probed, err := ffmpeg.Probe(ctx, m.o.Runner, filepath.Join(dir, fileWeb))
	if err != nil {
		return File{}, internal("maker.Web", err)
	}
	if off := math.Abs(probed.Duration.Seconds() - length); off > 0.1 || len(probed.Video) != 1 || len(probed.Audio) != 1 {
		return File{}, internal("maker.Web", fmt.Errorf("%d pictures and %d sounds in %v, wanted %.3f s", len(probed.Video), len(probed.Audio), probed.Duration, length))
	}
	return File{Path: fileWeb, Rendition: assets.Rendition{Role: assets.RoleWeb, Duration: round(length, 3)}}, nil
}

// HearCommand measures how loud the sound of a file of the house is.
func HearCommand(path, dir string) ffmpeg.Command {
	sound := noted(ebur128(ffmpeg.From(0, "a"), opt("peak", true)), fileMade)
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: path, Trusted: true}}, Dir: dir,
		Args: ffmpeg.MustBuild(ffmpeg.Output{Pads: []ffmpeg.Pad{sound}, Args: []string{"-f", "null"}, Name: "-"}),
	}
}

// WebSoundCommand brings the sound of a movie to its level.
func WebSoundCommand(movie string, m mix, a Audio, dir string) ffmpeg.Command {
	m.Gain -= headroom // a movie has none
	sound := m.levelled(ffmpeg.From(0, "a")).Filter("apad", opt("whole_len", m.Samples)).Filter("atrim", opt("end_sample", m.Samples))
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: movie, Trusted: true}}, Dir: dir,
		Args: ffmpeg.MustBuild(ffmpeg.Output{Pads: []ffmpeg.Pad{sound}, Name: fileWebSound, Args: []string{
			"-map_metadata", "-1", "-c:a", "aac", "-b:a", fmt.Sprintf("%dk", a.Bitrate), "-flags", "+bitexact", "-fflags", "+bitexact",
		}}),
	}
}

// WebMovieCommand puts the pictures of a movie and the new sound together.
func WebMovieCommand(movie, dir string) ffmpeg.Command {
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Dir: dir,
		Inputs: []ffmpeg.Input{{Path: movie, Trusted: true}, {Path: filepath.Join(dir, fileWebSound), Trusted: true}},
		Args: ffmpeg.MustBuild(ffmpeg.Output{Pads: []ffmpeg.Pad{ffmpeg.From(0, "v"), ffmpeg.From(1, "a")}, Name: fileWeb, Args: []string{
			"-map_metadata", "-1", "-map_chapters", "-1", "-c", "copy", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4",
		}}),
	}
}
