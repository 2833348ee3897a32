package maker

import (
	"fmt"
	"path/filepath"
	"strconv"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// PlainTogether is the least that one ffmpeg can do to make the rungs of a plan
// with the same settings: one decode, each rung scaled from the picture, the
// sound encoded as it comes, and nothing else. It is what `regie bench` measures
// the house against; outputs go to dir/hls, as those of Make.
func PlainTogether(p Plan, master, dir string) ffmpeg.Command {
	var outs []ffmpeg.Output
	if pic := p.Source.Picture; pic != nil {
		same := pic.steady(stream(pic.Stream)).Split(len(p.Rungs))
		for i, r := range p.Rungs {
			outs = append(outs, rungOutput(r, p.Profiles.Video, firstRung(same[i], *pic, r, p.Profiles.Video)))
		}
	}
	if p.Source.Sound != nil {
		outs = append(outs, hlsOutput("hls/audio", p.Profiles.Video.Segment, plainSound(p), stream(p.Source.Sound.Streams[0])))
	}
	return plainCommand(master, dir, outs...)
}

// PlainApart is the common way: one process for each rung, each with the sound
// beside its picture. Outputs go to dir/hls.
func PlainApart(p Plan, master, dir string) []ffmpeg.Command {
	var all []ffmpeg.Command
	for _, r := range p.Rungs {
		pic := *p.Source.Picture
		pads := []ffmpeg.Pad{firstRung(pic.steady(stream(pic.Stream)), pic, r, p.Profiles.Video)}
		var sound []string
		if p.Source.Sound != nil {
			pads, sound = append(pads, stream(p.Source.Sound.Streams[0])), plainSound(p)
		}
		out := rungOutput(r, p.Profiles.Video, pads...)
		out.Args = append(sound, out.Args...)
		all = append(all, plainCommand(master, dir, out))
	}
	return all
}

// PlainFolders are the folders that the plain commands write to.
func PlainFolders(p Plan, dir string) []string {
	folders := []string{filepath.Join(dir, "hls", "audio")}
	for _, r := range p.Rungs {
		folders = append(folders, filepath.Join(dir, "hls", r.Name))
	}
	return folders
}

func plainSound(p Plan) []string {
	return []string{"-c:a", "aac", "-b:a", fmt.Sprintf("%dk", p.Profiles.Audio.Bitrate), "-ac", "2", "-ar", "48000"}
}

func plainCommand(master, dir string, outs ...ffmpeg.Output) ffmpeg.Command {
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: master}}, Args: ffmpeg.MustBuild(outs...), Dir: dir}
}

// SimilarityFile is where SimilarityCommand writes, one line for each picture.
const SimilarityFile = "ssim.txt"

// SimilarityCommand measures the structural similarity (SSIM) of a made rung to
// the master at the rung's size.
func SimilarityCommand(p Plan, r Rung, made, master, dir string) ffmpeg.Command {
	pic := *p.Source.Picture
	whole := fromZero(firstRung(pic.steady(ffmpeg.From(1, strconv.Itoa(pic.Stream))), pic, r, p.Profiles.Video))
	ssim := ffmpeg.Join("ssim", []ffmpeg.Pad{fromZero(ffmpeg.From(0, "v")), whole}, opt("stats_file", SimilarityFile))
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: made, Trusted: true}, {Path: master}},
		Args:   ffmpeg.MustBuild(ffmpeg.Output{Pads: []ffmpeg.Pad{ssim}, Args: []string{"-f", "null"}, Name: "-"}),
		Dir:    dir,
	}
}
