package ffmpeg

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// limits are the numbers of a command line.
type limits struct {
	Threads int // decoding threads of one input
}

// maxAlloc is the largest single allocation in bytes: a frame of 8K at 8 bytes
// per pixel just fits.
const maxAlloc = 268435456

// formats are the demuxers that a stranger's file may reach. None of them opens
// a second file. Never in this list: hls, dash, concat, image2, *_pipe, sdp.
func formats() []string {
	return []string{
		"mov", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo", "mxf", "dv", "flv", "asf",
		"wav", "aiff", "mp3", "aac", "flac", "ogg",
	}
}

// stills and captions are demuxers that a stranger's file reaches only when the
// caller names them with -f: a cover picture, a subtitle.
func stills() []string {
	return []string{"png_pipe", "jpeg_pipe", "webp_pipe", "srt", "webvtt"}
}

// decoders are what a stranger's file may reach. magicyuv is the one that must
// stay out (CVE-2026-8461); the subtitle decoders are here because ffprobe opens
// one for each track, and gives up when it can't.
func decoders() []string {
	return []string{
		"h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "libdav1d", "mpeg4", "msmpeg4", "mpeg1video", "mpeg2video",
		"h263", "flv", "vc1", "wmv3", "theora", "mjpeg", "jpeg2000", "prores", "dnxhd", "dvvideo", "cfhd", "ffv1", "v210",
		"aac", "mp2", "mp2float", "mp3", "mp3float", "opus", "libopus", "vorbis", "flac", "ac3", "eac3", "alac",
		"amrnb", "amrwb", "wmav2", "wmapro", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms",
		"pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be",
		"pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_mulaw", "pcm_alaw", "pcm_bluray", "pcm_dvd",
		"png", "webp",
		"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "pgssub", "dvbsub", "dvdsub", "cc_dec",
	}
}

// houseDecoders are added for files that this house made: its intermediates.
func houseDecoders() []string { return []string{"rawvideo", "wrapped_avframe"} }

// commandLine is the one place where a command line is put together. names are
// what the inputs are called where the tool runs.
func commandLine(c Command, names []string, l limits) []string {
	args := []string{"-v", "error", "-hide_banner"}
	if c.Tool == FFmpeg {
		args = append(args, "-nostdin", "-y", "-nostats", "-max_alloc", strconv.Itoa(maxAlloc))
		if c.Progress != nil {
			args = append(args, "-stats_period", "0.25", "-progress", "pipe:3")
		}
	}
	for i, in := range c.Inputs {
		args = append(args, in.Options...)
		args = append(args, guard(in, l)...)
		args = append(args, "-i", "file:"+names[i])
	}
	return append(args, c.Args...)
}

// guard stands after the options of an input, so that none of them can undo it.
func guard(in Input, l limits) []string {
	demux, codec := formats(), decoders()
	if forced := optionValue(in.Options, "-f"); forced != "" {
		if in.Trusted || slices.Contains(stills(), forced) {
			demux = append(demux, forced)
		}
	}
	if in.Trusted {
		codec = append(codec, houseDecoders()...)
	}
	return []string{
		"-protocol_whitelist", "file",
		"-format_whitelist", strings.Join(demux, ","),
		"-codec_whitelist", strings.Join(codec, ","),
		"-max_streams", "64",
		"-max_pixels", "40000000",
		"-probesize", "20M",
		"-analyzeduration", "20M",
		"-threads", strconv.Itoa(l.Threads),
	}
}

func optionValue(options []string, name string) string {
	for i := 0; i+1 < len(options); i++ {
		if options[i] == name {
			return options[i+1]
		}
	}
	return ""
}

// Metadata is the arguments that set one metadata tag of an output. The value is
// one whole element, whatever it holds: nothing in it can become an option. An
// empty value removes the tag.
func Metadata(key, value string) []string {
	return []string{"-metadata", key + "=" + strings.ReplaceAll(value, "\x00", "")}
}

// inside gives the path of file relative to dir when it lies in it.
func inside(dir, file string) (string, bool) {
	if dir == "" {
		return "", false
	}
	rel, err := filepath.Rel(dir, file)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return rel, true
}
