package maker

import (
	"strconv"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// opt is an option of a filter.
func opt(key string, value any) ffmpeg.Option { return ffmpeg.Opt(key, value) }

// val is what a filter takes without a key.
func val(value any) ffmpeg.Option { return ffmpeg.Opt("", value) }

// stream is a stream of the master by its number.
func stream(n int) ffmpeg.Pad { return ffmpeg.From(0, strconv.Itoa(n)) }

func scale(v ffmpeg.Pad, w, h int, colours ...ffmpeg.Option) ffmpeg.Pad {
	return v.Filter("scale", append([]ffmpeg.Option{val(w), val(h), opt("flags", "bicubic")}, colours...)...)
}

// colours tell the scale filter what comes in and what is wanted.
func colours(inMatrix, inRange, outMatrix, outRange string) []ffmpeg.Option {
	return []ffmpeg.Option{
		opt("in_color_matrix", inMatrix), opt("in_range", inRange), opt("out_color_matrix", outMatrix), opt("out_range", outRange),
	}
}

func format(v ffmpeg.Pad, pixels string) ffmpeg.Pad { return v.Filter("format", val(pixels)) }

// fromZero moves pictures to the time 0.
func fromZero(v ffmpeg.Pad) ffmpeg.Pad { return v.Filter("setpts", val("PTS-STARTPTS")) }

// everyNth keeps one picture of n, the first first.
func everyNth(v ffmpeg.Pad, n int) ffmpeg.Pad {
	return v.Filter("select", val("not(mod(n,"+strconv.Itoa(n)+"))"))
}

// cut takes a passage of a sound to the time 0.
func cut(a ffmpeg.Pad, passage ...ffmpeg.Option) ffmpeg.Pad {
	return a.Filter("atrim", passage...).Filter("asetpts", val("PTS-STARTPTS"))
}

// faded fades a sound of the given length at both ends.
func faded(a ffmpeg.Pad, length, fade float64) ffmpeg.Pad {
	return a.Filter("afade", opt("t", "in"), opt("d", seconds(fade))).
		Filter("afade", opt("t", "out"), opt("d", seconds(fade)), opt("st", seconds(max(0, length-fade))))
}

// ebur128 measures a sound by EBU R 128.
func ebur128(a ffmpeg.Pad, more ...ffmpeg.Option) ffmpeg.Pad {
	return a.Filter("ebur128", append(more, opt("metadata", 1), opt("framelog", "verbose"))...)
}

// noted writes what filters have measured of a sound to a file.
func noted(a ffmpeg.Pad, file string) ffmpeg.Pad {
	return a.Filter("ametadata", val("print"), opt("file", file))
}
