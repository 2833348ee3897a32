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
	copied := func(name string, streams ...string) []string {
		var args []string
		for _, s := range streams {
			args = append(args, "-map", s)
		}
		return append(args, "-map_metadata", "-1", "-map_chapters", "-1", "-c", "copy", "-fflags", "+bitexact",
			"-avoid_negative_ts", "disabled", "-movflags", "+faststart", "-f", "mp4", name)
	}
	args := []string{"-copyts"}
	var sound []string
	if p.Source.Sound != nil {
		n := strconv.Itoa(input(streamSound))
		sound = []string{n + ":a"}
		args = append(args, copied(fileAudio, sound...)...)
		args = append(args, "-map", n+":a", "-af", "ebur128=peak=true:metadata=1:framelog=verbose,ametadata=print:file="+fileMade, "-f", "null", "-")
	}
	for _, r := range p.Rungs {
		if r.MP4 {
			n := strconv.Itoa(input(streamRung(r)))
			args = append(args, copied(movie(r), append([]string{n + ":v"}, sound...)...)...)
		}
	}
	if teaser {
		streams := []string{strconv.Itoa(input(streamTeaser)) + ":v"}
		if p.Source.Sound != nil {
			streams = append(streams, strconv.Itoa(input(fileTeaser))+":a")
		}
		args = append(args, copied(fileTeaserMovie, streams...)...)
	}
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: inputs, Args: args, Dir: dir}
}

// StillsCommand makes the still pictures out of the chosen candidates, best
// first.
func StillsCommand(p Plan, chosen []int, dir string) ffmpeg.Command {
	var inputs []ffmpeg.Input
	var args []string
	g := graph{}
	for i, candidate := range chosen {
		inputs = append(inputs, ffmpeg.Input{Path: dir + "/" + fmt.Sprintf(candidates, candidate), Trusted: true, Options: []string{"-f", "jpeg_pipe"}})
		args = append(args, stillOutputs(&g, p, i, i+1)...)
	}
	return ffmpeg.Command{
		Tool: ffmpeg.FFmpeg, Inputs: inputs, Args: append([]string{"-filter_complex", g.String()}, args...), Dir: dir,
	}
}

// stillOutputs writes one picture in two sizes, each as JPEG and WebP.
func stillOutputs(g *graph, p Plan, input, rank int) []string {
	pad := func(name string) string { return fmt.Sprintf("s%d%s", rank, name) }
	small := scale(p.Small[0], p.Small[1])
	g.add(fmt.Sprintf("%d:v", input), []string{"split=3"}, pad("a"), pad("b"), pad("c"))
	g.add(pad("c"), []string{small, "split=2"}, pad("d"), pad("e"))
	const webp = "scale=in_range=pc:out_range=tv"
	g.add(pad("b"), []string{webp, "format=yuv420p"}, pad("lw"))
	g.add(pad("e"), []string{webp, "format=yuv420p"}, pad("sw"))
	var args []string
	for _, o := range []struct{ pad, size, kind string }{
		{"a", "large", "jpg"}, {"lw", "large", "webp"}, {"d", "small", "jpg"}, {"sw", "small", "webp"},
	} {
		codec := []string{"-c:v", "mjpeg", "-threads", "1", "-q:v", strconv.Itoa(p.Profiles.Thumbnails.JPEG), "-f", "image2"}
		if o.kind == "webp" {
			codec = []string{"-c:v", "libwebp", "-quality", strconv.Itoa(p.Profiles.Thumbnails.WebP), "-f", "webp"}
		} else {
			codec = append(codec, "-update", "1")
		}
		args = append(args, "-map", "["+pad(o.pad)+"]", "-map_metadata", "-1", "-frames:v", "1", "-fflags", "+bitexact", "-flags", "+bitexact")
		args = append(args, codec...)
		args = append(args, still(rank, o.size, o.kind))
	}
	return args
}
