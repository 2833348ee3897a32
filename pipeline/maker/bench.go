package maker

import (
	"fmt"
	"strconv"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// BareCommand is what the house is measured against: one plain process that
// makes the same rungs with the same settings, and nothing else. The folders
// hls/<rung> must be there.
func BareCommand(p Plan, master, dir string) ffmpeg.Command {
	return bare(p, p.Rungs, master, dir)
}

// RungCommands are the other measure: one process for each rung, each decoding
// the master and scaling from it.
func RungCommands(p Plan, master, dir string) []ffmpeg.Command {
	var all []ffmpeg.Command
	for _, r := range p.Rungs {
		all = append(all, bare(p, []Rung{r}, master, dir))
	}
	return all
}

func bare(p Plan, rungs []Rung, master, dir string) ffmpeg.Command {
	pic := *p.Source.Picture
	g := graph{}
	from := "0:" + strconv.Itoa(pic.Stream)
	first := append(pic.steady(), pictureFilters(pic, rungs[0], p.Profiles.Video)...)
	var args []string
	for i, r := range rungs {
		filters, outs := first, []string{fmt.Sprintf("v%d", i)}
		if i > 0 {
			filters = []string{scale(r.Width, r.Height)}
		}
		if i < len(rungs)-1 {
			outs = append(outs, fmt.Sprintf("n%d", i))
			filters = append(filters, "split=2")
		}
		g.add(from, filters, outs...)
		from = fmt.Sprintf("n%d", i)
		args = append(args, rungOutput(i, r, p.Profiles.Video)...)
	}
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: master}},
		Args:   append([]string{"-filter_complex", g.String()}, args...),
		Dir:    dir,
	}
}
