package maker

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// The names of what the one decode leaves in the scratch folder.
const (
	fileFrames   = "frames.txt"   // every decoded picture and its time
	filePicture  = "picture.txt"  // cuts and black, on the smallest rung
	fileLoudness = "loudness.txt" // EBU R 128 of the track as it came
	fileStereo   = "stereo.txt"   // the same of its stereo mix, and silence
	fileGray     = "gray.raw"     // the candidates in luma, size of the smallest rung
	fileSound    = "sound.flac"   // the stereo mix, headroom decibels quieter
	candidates   = "candidate-%05d.jpg"
	storyboards  = "storyboard-%03d.jpg"
)

// headroom keeps what a downmix adds up, and what a lossy track decodes to above
// full scale, from being cut off in the 24 bits of fileSound.
const headroom = 12 // dB

// quietLimit is what counts as silence.
const quietLimit = -55 // dBFS

// DecodeCommand is the only decode of the master: everything that is made of a
// film comes from it.
func DecodeCommand(p Plan, master, dir string) ffmpeg.Command {
	g := graph{}
	var args []string
	if p.Source.Picture != nil {
		args = append(args, pictureOutputs(&g, p)...)
	}
	if p.Source.Sound != nil {
		args = append(args, soundOutputs(&g, *p.Source.Sound)...)
	}
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: master}},
		Args:   append([]string{"-filter_complex", g.String()}, args...),
		Dir:    dir,
	}
}

// graph collects the chains of a filter graph.
type graph []string

func (g *graph) add(from string, filters []string, to ...string) {
	var b strings.Builder
	b.WriteString("[" + from + "]" + strings.Join(filters, ","))
	for _, t := range to {
		b.WriteString("[" + t + "]")
	}
	*g = append(*g, b.String())
}

func (g graph) String() string { return strings.Join(g, ";") }

// pictureOutputs builds the chain of rungs, each scaled from the one above it
// before any encoder has touched it, and what is looked at besides.
func pictureOutputs(g *graph, p Plan) []string {
	pic := *p.Source.Picture
	last := len(p.Rungs) - 1
	still := slices.IndexFunc(p.Rungs, func(r Rung) bool { return max(r.Width, r.Height) < p.Profiles.Thumbnails.Large }) - 1
	if still < -1 {
		still = last // every rung is as large as the thumbnails
	}
	still = max(still, 0)

	g.add("0:"+strconv.Itoa(pic.Stream), slices.Concat(counted(), pic.steady(), pictureFilters(pic, p.Rungs[0], p.Profiles.Video)), "r0")
	var args []string
	for i, r := range p.Rungs {
		name := "r" + strconv.Itoa(i)
		outs := []string{"v" + strconv.Itoa(i)}
		if i < last {
			outs = append(outs, "n"+strconv.Itoa(i))
		}
		if i == still {
			outs = append(outs, "stills")
		}
		if i == last {
			outs = append(outs, "look", "small", "board")
		}
		g.add(name, []string{fmt.Sprintf("split=%d", len(outs))}, outs...)
		if i < last {
			next := p.Rungs[i+1]
			g.add("n"+strconv.Itoa(i), []string{scale(next.Width, next.Height), "setsar=1", "format=yuv420p"}, "r"+strconv.Itoa(i+1))
		}
		args = append(args, rungOutput(i, r, p.Profiles.Video)...)
	}
	return append(args, lookOutputs(g, p)...)
}

// steady brings pictures to a constant rate, progressive; ffmpeg has turned them
// upright by then.
func (p Picture) steady() []string {
	var f []string
	if p.Interlaced != "" {
		f = append(f, "bwdif=mode=send_frame:parity="+p.Interlaced+":deint=all")
	}
	return append(f, "setpts=PTS-STARTPTS", "fps="+p.Rate.String())
}

// counted writes the time of every picture that was decoded.
func counted() []string {
	return []string{"metadata=add:key=n:value=1", "metadata=print:key=n:file=" + fileFrames}
}

// pictureFilters give the first rung: its size, square pixels, BT.709 of limited
// range, 8 bits, 4:2:0.
func pictureFilters(pic Picture, top Rung, v Video) []string {
	var f []string
	sized := pic.Coded == [2]int{top.Width, top.Height}
	switch {
	case pic.hdr() || pic.wide():
		f = wideFilters(pic, top, v)
	case !sized || pic.Full || pic.Matrix != "bt709":
		in := "tv"
		if pic.Full {
			in = "pc"
		}
		f = []string{scale(top.Width, top.Height) + ":in_color_matrix=" + swsMatrix(pic.Matrix) + ":in_range=" + in + ":out_color_matrix=bt709:out_range=tv"}
	}
	return append(f, "format=yuv420p", "setsar=1",
		"setparams=field_mode=prog:range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709")
}

func (p Picture) hdr() bool { return p.Transfer == "smpte2084" || p.Transfer == "arib-std-b67" }

// wide tells whether the colours reach beyond BT.709 so far that they must be
// brought back, and not only be named otherwise.
func (p Picture) wide() bool {
	return p.Primaries == "bt2020" || p.Primaries == "smpte431" || p.Primaries == "smpte432"
}

// wideFilters bring wide colours, and HDR, to BT.709. Hable's curve keeps the
// clouds; against the SDR view that HLG has built in, the mean luma of real
// footage comes out within 2 %.
func wideFilters(pic Picture, top Rung, v Video) []string {
	spread := "limited"
	if pic.Full {
		spread = "full"
	}
	in := fmt.Sprintf("zscale=w=%d:h=%d:f=bicubic:pin=%s:tin=%s:min=%s:rin=%s",
		top.Width, top.Height, pic.Primaries, cmp.Or(pic.Transfer, "bt709"), pic.Matrix, spread)
	if !pic.hdr() {
		return []string{in + ":p=709:t=709:m=709:r=limited"}
	}
	return []string{
		fmt.Sprintf("%s:t=linear:npl=%d", in, v.White), "format=gbrpf32le", "zscale=p=709",
		fmt.Sprintf("tonemap=hable:desat=0:peak=%g", brightest/float64(v.White)), "zscale=t=709:m=709:r=limited",
	}
}

// brightest is what HDR is taken to be graded for.
const brightest = 1000 // cd/m²

// swsMatrix names a matrix as the scale filter does.
func swsMatrix(m string) string {
	switch m {
	case "bt709", "fcc", "smpte240m":
		return m
	case "bt2020nc", "bt2020c":
		return "bt2020"
	default:
		return "bt601"
	}
}

func scale(w, h int) string { return fmt.Sprintf("scale=%d:%d:flags=bicubic", w, h) }

// rungOutput encodes one rung straight into its HLS segments. Key frames stand
// at every segment's beginning, and at cuts.
func rungOutput(i int, r Rung, v Video) []string {
	return append([]string{
		"-map", fmt.Sprintf("[v%d]", i), "-map_metadata", "-1", "-fps_mode", "passthrough",
		"-c:v", "libx264", "-preset", v.Preset, "-profile:v", "high", "-threads", strconv.Itoa(v.Threads),
		"-crf", strconv.Itoa(r.CRF), "-maxrate", fmt.Sprintf("%dk", r.Maxrate), "-bufsize", fmt.Sprintf("%dk", r.Buffer),
		"-x264-params", v.Params, "-g", "100000", "-flags", "+cgop+bitexact",
		"-force_key_frames", fmt.Sprintf("expr:gte(t,n_forced*%d)", v.Segment),
		"-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
	}, hlsOutput("hls/"+r.Name, v.Segment)...)
}

// hlsOutput writes fMP4 segments. Without avoid_negative_ts the muxer would
// shift the picture by its B-frames and the sound by its priming, each by
// another amount; as it is, each init segment holds an edit list that says it.
func hlsOutput(dir string, segment int) []string {
	return []string{
		"-fflags", "+bitexact", "-avoid_negative_ts", "disabled",
		"-f", "hls", "-hls_time", strconv.Itoa(segment), "-hls_playlist_type", "vod", "-hls_list_size", "0",
		"-hls_segment_type", "fmp4", "-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4",
		"-hls_segment_filename", dir + "/%05d.m4s", dir + "/index.m3u8",
	}
}

// jpegColours are those that every reader of JPEG and WebP takes for granted.
const jpegColours = "in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc"

// lookOutputs are what the film is looked at by: next to nothing beside the
// encoders.
func lookOutputs(g *graph, p Plan) []string {
	candidate := fmt.Sprintf(`select='not(mod(n\,%d))'`, p.Every)
	g.add("look", []string{"scdet=threshold=10", "blackdetect=d=0.5:pix_th=0.1", "metadata=print:file=" + filePicture, "nullsink"})
	g.add("small", []string{candidate, "format=gray"}, "gray")
	g.add("stills", []string{candidate, scale(p.Large[0], p.Large[1]) + ":" + jpegColours, "format=yuvj420p"}, "jpeg")
	g.add("board", []string{
		fmt.Sprintf(`select='not(mod(n\,%d))'`, p.GridStep), scale(p.Tile[0], p.Tile[1]) + ":" + jpegColours, "format=yuvj420p",
		fmt.Sprintf("tile=%dx%d", p.Grid.Columns, p.Grid.Rows),
	}, "sheet")
	still := func(from string, quality int, name string) []string {
		return []string{
			"-map", "[" + from + "]", "-map_metadata", "-1", "-fps_mode", "passthrough", "-fflags", "+bitexact", "-flags", "+bitexact",
			"-c:v", "mjpeg", "-threads", "1", "-q:v", strconv.Itoa(quality), "-f", "image2", "-start_number", "0", name,
		}
	}
	args := []string{"-map", "[gray]", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo", fileGray}
	args = append(args, still("jpeg", 2, candidates)...)
	return append(args, still("sheet", p.Profiles.Storyboard.JPEG, storyboards)...)
}

// soundOutputs measure the chosen track as it came and mixed to stereo, and keep
// the mix. Time stamps are obeyed: a hole becomes silence.
func soundOutputs(g *graph, s Sound) []string {
	loudness := "ebur128=peak=true:metadata=1:framelog=verbose"
	from := "0:" + strconv.Itoa(s.Streams[0])
	steady := []string{"aresample=async=1:first_pts=0"}
	if len(s.Streams) == 2 {
		for i, n := range s.Streams {
			g.add("0:"+strconv.Itoa(n), append(steady, "aformat=channel_layouts=mono:sample_rates=48000:sample_fmts=fltp"), fmt.Sprintf("mono%d", i))
		}
		g.add("mono0][mono1", []string{"join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR"}, "sound")
	} else {
		g.add(from, steady, "sound")
	}
	mix := "mix"
	if len(s.Streams) == 1 && s.Channels != 2 {
		g.add("sound", []string{"asplit=2"}, "came", "mix")
		g.add("came", []string{loudness, "ametadata=print:file=" + fileLoudness, "anullsink"})
	} else {
		mix = "sound"
	}
	g.add(mix, []string{
		"aresample=48000", "aformat=sample_fmts=fltp:channel_layouts=stereo", loudness,
		fmt.Sprintf("silencedetect=noise=%ddB:duration=%g", quietLimit, silentFor), "ametadata=print:file=" + fileStereo,
		fmt.Sprintf("volume=-%ddB", headroom), "aformat=sample_fmts=s32",
	}, "flac")
	return []string{"-map", "[flac]", "-map_metadata", "-1", "-c:a", "flac", "-compression_level", "0", "-fflags", "+bitexact", "-flags", "+bitexact", fileSound}
}
