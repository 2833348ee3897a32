package maker

import (
	"fmt"
	"strconv"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

const (
	fileMade        = "made.txt" // EBU R 128 of the finished sound, decoded
	streamSound     = "stream-audio.mp4"
	streamTeaser    = "stream-teaser.mp4"
	fileAudio       = "audio.m4a"
	fileTeaserMovie = "teaser.mp4"
)

func streamRung(r Rung) string { return "stream-" + r.Name + ".mp4" }
func movie(r Rung) string      { return "mp4-" + r.Name + ".mp4" }

// still is a file of a chosen picture: a thumbnail, or the poster.
func still(rank int, size, kind string) string {
	return fmt.Sprintf("thumbnail-%d-%s.%s", rank, size, kind)
}

// PackCommand makes the single files out of the segments without a second
// encode, and measures the finished sound.
func PackCommand(p Plan, teaser bool, dir string) ffmpeg.Command {
	var inputs []ffmpeg.Input
	input := func(name string, options ...string) int {
		inputs = append(inputs, ffmpeg.Input{Path: dir + "/" + name, Trusted: true, Options: options})
		return len(inputs) - 1
	}
	copied := func(name string, streams ...ffmpeg.Pad) ffmpeg.Output {
		return ffmpeg.Output{Pads: streams, Name: name, Args: []string{
			"-map_metadata", "-1", "-map_chapters", "-1", "-c", "copy", "-fflags", "+bitexact",
			"-avoid_negative_ts", "disabled", "-movflags", "+faststart", "-f", "mp4",
		}}
	}
	var outs []ffmpeg.Output
	var sound []ffmpeg.Pad
	if p.Source.Sound != nil {
		made := ffmpeg.From(input(streamSound), "a")
		sound = []ffmpeg.Pad{made}
		outs = append(outs, copied(fileAudio, made), ffmpeg.Output{
			Pads: []ffmpeg.Pad{noted(ebur128(made, opt("peak", true)), fileMade)}, Args: []string{"-f", "null"}, Name: "-",
		})
	}
	for _, r := range p.Rungs {
		if r.MP4 {
			picture := ffmpeg.From(input(streamRung(r)), "v")
			outs = append(outs, copied(movie(r), append([]ffmpeg.Pad{picture}, sound...)...))
		}
	}
	if teaser {
		streams := []ffmpeg.Pad{ffmpeg.From(input(streamTeaser), "v")}
		if p.Source.Sound != nil {
			streams = append(streams, ffmpeg.From(input(fileTeaser), "a"))
		}
		outs = append(outs, copied(fileTeaserMovie, streams...))
	}
	args := append([]string{"-copyts"}, ffmpeg.MustBuild(outs...)...)
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: inputs, Args: args, Dir: dir}
}

// StillsCommand makes the still pictures out of the chosen candidates, best
// first, and the sheets of the storyboard.
func StillsCommand(p Plan, chosen []int, dir string) ffmpeg.Command {
	var inputs []ffmpeg.Input
	var outs []ffmpeg.Output
	for i, candidate := range chosen {
		inputs = append(inputs, ffmpeg.Input{Path: dir + "/" + fmt.Sprintf(candidates, candidate), Trusted: true, Options: []string{"-f", "jpeg_pipe"}})
		outs = append(outs, stillOutputs(p, i, i+1)...)
	}
	if p.Source.Picture != nil {
		board := ffmpeg.From(len(inputs), "v")
		inputs = append(inputs, ffmpeg.Input{Path: dir + "/" + fileBoard, Trusted: true, Options: []string{
			"-f", "rawvideo", "-pixel_format", "yuvj420p", "-video_size", fmt.Sprintf("%dx%d", p.Tile[0], p.Tile[1]), "-framerate", "1",
		}})
		outs = append(outs, ffmpeg.Output{
			Pads: []ffmpeg.Pad{board.Filter("tile", val(fmt.Sprintf("%dx%d", p.Grid.Columns, p.Grid.Rows)))},
			Name: storyboards, Args: images(p.Profiles.Storyboard.JPEG),
		})
	}
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: inputs, Args: ffmpeg.MustBuild(outs...), Dir: dir}
}

// stillOutputs writes one picture in two sizes, each as JPEG and WebP.
func stillOutputs(p Plan, input, rank int) []ffmpeg.Output {
	one := func(v ffmpeg.Pad, size, kind string, codec ...string) ffmpeg.Output {
		args := []string{"-map_metadata", "-1", "-frames:v", "1", "-fflags", "+bitexact", "-flags", "+bitexact"}
		return ffmpeg.Output{Pads: []ffmpeg.Pad{v}, Args: append(args, codec...), Name: still(rank, size, kind)}
	}
	jpeg := func(v ffmpeg.Pad, size string) ffmpeg.Output {
		return one(v, size, "jpg", "-c:v", "mjpeg", "-threads", "1", "-q:v", strconv.Itoa(p.Profiles.Thumbnails.JPEG), "-f", "image2", "-update", "1")
	}
	webp := func(v ffmpeg.Pad, size string) ffmpeg.Output {
		v = format(v.Filter("scale", opt("in_range", "pc"), opt("out_range", "tv")), "yuv420p")
		return one(v, size, "webp", "-c:v", "libwebp", "-quality", strconv.Itoa(p.Profiles.Thumbnails.WebP), "-f", "webp")
	}
	large := ffmpeg.From(input, "v").Split(3)
	small := scale(large[2], p.Small[0], p.Small[1]).Split(2)
	return []ffmpeg.Output{jpeg(large[0], "large"), webp(large[1], "large"), jpeg(small[0], "small"), webp(small[1], "small")}
}
