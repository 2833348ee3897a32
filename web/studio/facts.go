package studio

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// fact is one line of a technical sheet.
type fact struct{ Name, Value string }

// sheetFacts is a technical sheet in plain words; what was not measured is left
// out.
func sheetFacts(sheet *assets.Sheet) []fact {
	if sheet == nil {
		return nil
	}
	facts := []fact{{"Durée", lengthOf(sheet.Duration)}, {"Format", tradeName(sheet.Container)}}
	if v := sheet.Video; v != nil {
		scan := "progressif"
		if v.Interlaced {
			scan = "entrelacé"
		}
		rate := strings.Replace(strconv.FormatFloat(v.Rate, 'f', -1, 64), ".", ",", 1)
		facts = append(facts,
			fact{"Image", fmt.Sprintf("%d × %d, %s i/s, %s", v.Width, v.Height, rate, scan)},
			fact{"Codec", strings.TrimSpace(tradeName(v.Codec) + " " + v.Profile)})
	}
	for _, a := range sheet.Audio {
		text := tradeName(a.Codec) + ", " + french.Count(a.Channels, "canal", "canaux")
		if a.SampleRate > 0 {
			text += ", " + strings.Replace(strconv.FormatFloat(float64(a.SampleRate)/1000, 'f', -1, 64), ".", ",", 1) + " kHz"
		}
		facts = append(facts, fact{"Son", text})
	}
	facts = append(facts, fact{"Sonie", loudnessText(sheet.Loudness)}, fact{"Noir", totalOf(sheet.Black)}, fact{"Silence", totalOf(sheet.Silence)})
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Value == "" })
}

func lengthOf(seconds float64) string {
	if seconds <= 0 {
		return ""
	}
	return french.Length(seconds)
}

func loudnessText(l *assets.Loudness) string {
	if l == nil || l.Integrated == nil {
		return ""
	}
	text := decimal(*l.Integrated, 1) + " LUFS"
	if l.TruePeak != nil {
		text += ", " + decimal(*l.TruePeak, 1) + " dBTP"
	}
	return text
}

// totalOf says how long passages are together, from one second on.
func totalOf(all []assets.Span) string {
	var total float64
	for _, span := range all {
		total += span.Length()
	}
	if total < 1 {
		return ""
	}
	return french.Length(total)
}

// tradeName is what people who film call a container or a codec; what has no
// other name keeps the one that the probe gives.
func tradeName(probed string) string {
	return cmp.Or(map[string]string{
		"mov,mp4,m4a,3gp,3g2,mj2": "MP4, MOV", "mpegts": "MPEG-TS", "matroska,webm": "Matroska, WebM", "mxf": "MXF", "avi": "AVI", "mpeg": "MPEG-PS",
		"h264": "H.264", "hevc": "HEVC (H.265)", "mpeg2video": "MPEG-2", "mpeg4": "MPEG-4", "prores": "ProRes", "dnxhd": "DNxHD", "dvvideo": "DV",
		"vp8": "VP8", "vp9": "VP9", "av1": "AV1", "mjpeg": "Motion JPEG",
		"aac": "AAC", "ac3": "AC-3", "eac3": "E-AC-3", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis", "flac": "FLAC",
		"pcm_s16le": "PCM 16 bits", "pcm_s16be": "PCM 16 bits", "pcm_s24le": "PCM 24 bits", "pcm_s24be": "PCM 24 bits",
	}[probed], probed)
}
