package maker

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

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
	fileBoard    = "board.raw" // the pictures of the storyboard, yuvj420p
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
	var outs []ffmpeg.Output
	if p.Source.Picture != nil {
		outs = append(outs, pictureOutputs(p)...)
	}
	if p.Source.Sound != nil {
		outs = append(outs, soundOutputs(*p.Source.Sound)...)
	}
	return ffmpeg.Command{
		Tool:   ffmpeg.FFmpeg,
		Inputs: []ffmpeg.Input{{Path: master}},
		Args:   ffmpeg.MustBuild(outs...),
		Dir:    dir,
	}
}

// pictureOutputs builds the chain of rungs, each scaled from the one above it
// before any encoder has touched it, and what is looked at besides.
func pictureOutputs(p Plan) []ffmpeg.Output {
	pic := *p.Source.Picture
	last := len(p.Rungs) - 1
	still := slices.IndexFunc(p.Rungs, func(r Rung) bool { return max(r.Width, r.Height) < p.Profiles.Thumbnails.Large }) - 1
	if still < -1 {
		still = last // every rung is as large as the thumbnails
	}
	still = max(still, 0)

	const ( // who takes the picture of a rung; each is on one rung, but for the first two
		encoder = iota
		below
		stills
		look
		small
		board
		all
	)
	var outs []ffmpeg.Output
	var at [][]ffmpeg.Pad // the picture at each rung
	for i, r := range p.Rungs {
		var v ffmpeg.Pad
		if i == 0 {
			v = firstRung(pic.steady(counted(stream(pic.Stream))), pic, r, p.Profiles.Video)
		} else {
			v = format(scale(at[i-1][below], r.Width, r.Height).Filter("setsar", val(1)), "yuv420p")
		}
		at = append(at, v.Split(all))
		outs = append(outs, rungOutput(r, p.Profiles.Video, at[i][encoder]))
	}
	return append(outs, lookOutputs(p, at[still][stills], at[last][look], at[last][small], at[last][board])...)
}

// steady brings pictures to a constant rate, progressive; ffmpeg has turned them
// upright by then.
func (p Picture) steady(v ffmpeg.Pad) ffmpeg.Pad {
	if p.Interlaced != "" {
		v = v.Filter("bwdif", opt("mode", "send_frame"), opt("parity", p.Interlaced), opt("deint", "all"))
	}
	return fromZero(v).Filter("fps", val(p.Rate))
}

// counted writes the time of every picture that was decoded.
func counted(v ffmpeg.Pad) ffmpeg.Pad {
	return v.Filter("metadata", val("add"), opt("key", "n"), opt("value", 1)).
		Filter("metadata", val("print"), opt("key", "n"), opt("file", fileFrames))
}

// firstRung gives a rung from the master's picture, in 8 bits, 4:2:0.
func firstRung(v ffmpeg.Pad, pic Picture, r Rung, video Video) ffmpeg.Pad {
	return plain(v, pic, [2]int{r.Width, r.Height}, video, "yuv420p")
}

// plain gives the master's picture a size, square pixels and BT.709 of limited
// range.
func plain(v ffmpeg.Pad, pic Picture, size [2]int, video Video, pixels string) ffmpeg.Pad {
	switch {
	case pic.hdr() || pic.wide():
		v = narrowed(v, pic, size, video)
	case pic.Coded != size || pic.Full || pic.Matrix != "bt709":
		in := "tv"
		if pic.Full {
			in = "pc"
		}
		v = scale(v, size[0], size[1], colours(swsMatrix(pic.Matrix), in, "bt709", "tv")...)
	}
	return format(v, pixels).Filter("setsar", val(1)).
		Filter("setparams", opt("field_mode", "prog"), opt("range", "tv"),
			opt("color_primaries", "bt709"), opt("color_trc", "bt709"), opt("colorspace", "bt709"))
}

func (p Picture) hdr() bool { return p.Transfer == "smpte2084" || p.Transfer == "arib-std-b67" }

// wide tells whether the colours reach beyond BT.709 so far that they must be
// brought back, and not only be named otherwise.
func (p Picture) wide() bool {
	return p.Primaries == "bt2020" || p.Primaries == "smpte431" || p.Primaries == "smpte432"
}

// narrowed brings wide colours, and HDR, to BT.709. Hable's curve keeps the
// clouds; against the SDR view that HLG has built in, the mean luma of real
// footage comes out within 2 %.
func narrowed(v ffmpeg.Pad, pic Picture, size [2]int, video Video) ffmpeg.Pad {
	spread := "limited"
	if pic.Full {
		spread = "full"
	}
	in := []ffmpeg.Option{
		opt("w", size[0]), opt("h", size[1]), opt("f", "bicubic"),
		opt("pin", pic.Primaries), opt("tin", cmp.Or(pic.Transfer, "bt709")), opt("min", pic.Matrix), opt("rin", spread),
	}
	rest := []ffmpeg.Option{opt("t", "709"), opt("m", "709"), opt("r", "limited")}
	if !pic.hdr() {
		return v.Filter("zscale", slices.Concat(in, []ffmpeg.Option{opt("p", "709")}, rest)...)
	}
	linear := v.Filter("zscale", append(in, opt("t", "linear"), opt("npl", video.White))...)
	return format(linear, "gbrpf32le").Filter("zscale", opt("p", "709")).
		Filter("tonemap", val("hable"), opt("desat", 0), opt("peak", brightest/float64(video.White))).
		Filter("zscale", rest...)
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

// rungOutput encodes one rung straight into its HLS segments. Key frames stand
// at every segment's beginning, and at cuts.
func rungOutput(r Rung, v Video, pads ...ffmpeg.Pad) ffmpeg.Output {
	return hlsOutput("hls/"+r.Name, v.Segment, x264(r, v,
		"-g", "100000", "-flags", "+cgop+bitexact",
		"-force_key_frames", fmt.Sprintf("expr:gte(t,n_forced*%d)", v.Segment),
	), pads...)
}

// x264 are the arguments that encode a picture of a rung's size; keys say where
// its key frames stand.
func x264(r Rung, v Video, keys ...string) []string {
	return slices.Concat([]string{
		"-map_metadata", "-1", "-fps_mode", "passthrough",
		"-c:v", "libx264", "-preset", v.Preset, "-profile:v", "high", "-threads", strconv.Itoa(v.Threads),
		"-crf", strconv.Itoa(r.CRF), "-maxrate", fmt.Sprintf("%dk", r.Maxrate), "-bufsize", fmt.Sprintf("%dk", r.Buffer),
		"-x264-params", v.Params,
	}, keys, []string{
		"-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
	})
}

// hlsOutput writes fMP4 segments. Without avoid_negative_ts the muxer would
// shift the picture by its B-frames and the sound by its priming, each by
// another amount; as it is, each init segment holds an edit list that says it.
func hlsOutput(dir string, segment int, encode []string, pads ...ffmpeg.Pad) ffmpeg.Output {
	return ffmpeg.Output{Pads: pads, Name: dir + "/index.m3u8", Args: append(
		encode,
		"-fflags", "+bitexact", "-avoid_negative_ts", "disabled",
		"-f", "hls", "-hls_time", strconv.Itoa(segment), "-hls_playlist_type", "vod", "-hls_list_size", "0",
		"-hls_segment_type", "fmp4", "-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4",
		"-hls_segment_filename", dir+"/%05d.m4s",
	)}
}

// lookOutputs are what the film is looked at by: next to nothing beside the
// encoders.
func lookOutputs(p Plan, stills, look, small, board ffmpeg.Pad) []ffmpeg.Output {
	return []ffmpeg.Output{
		look.Filter("scdet", opt("threshold", 10)).
			Filter("blackdetect", opt("d", 0.5), opt("pix_th", 0.1)).
			Filter("metadata", val("print"), opt("file", filePicture)).Sink(),
		raw(format(everyNth(small, p.Every), "gray"), fileGray),
		// Sheets are put together later: until every output has had a picture,
		// ffmpeg says nothing of its progress.
		raw(forJPEG(everyNth(board, p.GridStep), p.Tile), fileBoard),
		{Pads: []ffmpeg.Pad{forJPEG(everyNth(stills, p.Every), p.Large)}, Name: candidates, Args: images(2)},
	}
}

// forJPEG gives a picture the colours that every reader of JPEG and WebP takes for
// granted.
func forJPEG(v ffmpeg.Pad, size [2]int) ffmpeg.Pad {
	return format(scale(v, size[0], size[1], colours("bt709", "tv", "bt601", "pc")...), "yuvj420p")
}

// raw writes pictures one after the other as they are.
func raw(v ffmpeg.Pad, name string) ffmpeg.Output {
	return ffmpeg.Output{Pads: []ffmpeg.Pad{v}, Name: name, Args: []string{"-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo"}}
}

// images are the arguments of a row of JPEG files, of quality 2 (best) to 31.
func images(quality int) []string {
	return []string{
		"-map_metadata", "-1", "-fps_mode", "passthrough", "-fflags", "+bitexact", "-flags", "+bitexact",
		"-c:v", "mjpeg", "-threads", "1", "-q:v", strconv.Itoa(quality), "-f", "image2", "-start_number", "0",
	}
}

// soundOutputs measure the chosen track as it came and mixed to stereo, and keep
// the mix. Time stamps are obeyed: a hole becomes silence.
func soundOutputs(s Sound) []ffmpeg.Output {
	var tracks []ffmpeg.Pad
	for _, n := range s.Streams {
		tracks = append(tracks, stream(n).AsSound().Filter("aresample", opt("async", 1), opt("first_pts", 0)))
	}
	mix := tracks[0]
	var outs []ffmpeg.Output
	switch {
	case len(tracks) == 2:
		for i, t := range tracks {
			tracks[i] = t.Filter("aformat", opt("channel_layouts", "mono"), opt("sample_rates", soundRate), opt("sample_fmts", "fltp"))
		}
		mix = ffmpeg.Join("join", tracks, opt("inputs", 2), opt("channel_layout", "stereo"), opt("map", "0.0-FL|1.0-FR"))
	case s.Channels != 2:
		both := mix.Split(2)
		outs = append(outs, noted(ebur128(both[0], opt("peak", true)), fileLoudness).Sink())
		mix = both[1]
	}
	mix = ebur128(mix.Filter("aresample", val(soundRate)).
		Filter("aformat", opt("sample_fmts", "fltp"), opt("channel_layouts", "stereo")), opt("peak", true))
	mix = noted(mix.Filter("silencedetect", opt("noise", fmt.Sprintf("%ddB", quietLimit)), opt("duration", silentFor)), fileStereo).
		Filter("volume", val(fmt.Sprintf("-%ddB", headroom))).
		Filter("aformat", opt("sample_fmts", "s32"))
	return append(outs, ffmpeg.Output{Pads: []ffmpeg.Pad{mix}, Name: fileSound, Args: []string{
		"-map_metadata", "-1", "-c:a", "flac", "-compression_level", "0", "-fflags", "+bitexact", "-flags", "+bitexact",
	}})
}
