package maker

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// PlainTogether is the least that one ffmpeg can do to make the rungs of a plan
// with the same settings: one decode, each rung scaled from the picture, the
// sound encoded as it comes, and nothing else. It is what `regie bench` measures
// the house against; outputs go to dir/hls, as those of Make.
func PlainTogether(p Plan, master, dir string) ffmpeg.Command {
	g := graph{}
	var args []string
	if pic := p.Source.Picture; pic != nil {
		var outs []string
		for i := range p.Rungs {
			outs = append(outs, "s"+strconv.Itoa(i))
		}
		g.add("0:"+strconv.Itoa(pic.Stream), append(pic.steady(), fmt.Sprintf("split=%d", len(outs))), outs...)
		for i, r := range p.Rungs {
			g.add(outs[i], pictureFilters(*pic, r, p.Profiles.Video), "v"+strconv.Itoa(i))
			args = append(args, rungOutput(i, r, p.Profiles.Video)...)
		}
	}
	if p.Source.Sound != nil {
		args = append(args, plainSound(p)...)
		args = append(args, hlsOutput("hls/audio", p.Profiles.Video.Segment)...)
	}
	return plainCommand(g, args, master, dir)
}

// PlainApart is the common way: one process for each rung, each with the sound
// beside its picture. Outputs go to dir/hls.
func PlainApart(p Plan, master, dir string) []ffmpeg.Command {
	var all []ffmpeg.Command
	for _, r := range p.Rungs {
		pic := *p.Source.Picture
		g := graph{}
		g.add("0:"+strconv.Itoa(pic.Stream), append(pic.steady(), pictureFilters(pic, r, p.Profiles.Video)...), "v0")
		args := rungOutput(0, r, p.Profiles.Video)
		if p.Source.Sound != nil {
			args = append(args[:2:2], append(plainSound(p), args[2:]...)...)
		}
		all = append(all, plainCommand(g, args, master, dir))
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
	return []string{
		"-map", "0:" + strconv.Itoa(p.Source.Sound.Streams[0]), "-c:a", "aac", "-b:a", fmt.Sprintf("%dk", p.Profiles.Audio.Bitrate),
		"-ac", "2", "-ar", "48000",
	}
}

func plainCommand(g graph, args []string, master, dir string) ffmpeg.Command {
	if len(g) > 0 {
		args = append([]string{"-filter_complex", g.String()}, args...)
	}
	return ffmpeg.Command{Tool: ffmpeg.FFmpeg, Inputs: []ffmpeg.Input{{Path: master}}, Args: args, Dir: dir}
}

// SimilarityFile is where SimilarityCommand writes, one line for each picture.
const SimilarityFile = "ssim.txt"

// SimilarityCommand measures the structural similarity (SSIM) of a made rung to
// the master at the rung's size.
func SimilarityCommand(p Plan, r Rung, made, master, dir string) ffmpeg.Command {
	pic := *p.Source.Picture
	g := graph{}
	g.add("1:"+strconv.Itoa(pic.Stream), slices.Concat(pic.steady(), pictureFilters(pic, r, p.Profiles.Video), []string{"setpts=PTS-STARTPTS"}), "master")
	g.add("0:v", []string{"setpts=PTS-STARTPTS"}, "made")
	g.add("made][master", []string{"ssim=stats_file=" + SimilarityFile}, "out")
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: made, Trusted: true}, {Path: master}},
		Args:   []string{"-filter_complex", g.String(), "-map", "[out]", "-f", "null", "-"},
		Dir:    dir,
	}
}
