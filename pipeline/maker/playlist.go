package maker

import (
	"fmt"
	"strings"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// segment is one line of a media playlist.
type segment struct {
	Name    string
	Start   float64 // seconds
	Seconds float64
	Bytes   int64
}

// rendition is one playlist of the tree, as its segments are found on disk.
type rendition struct {
	Dir      string // below the scratch folder
	Track    track
	Segments []segment
	Samples  []sample
}

// mediaPlaylist writes the playlist of segments that all begin with a key frame.
func mediaPlaylist(all []segment) string {
	longest := 0.0
	for _, s := range all {
		longest = max(longest, s.Seconds)
	}
	var b strings.Builder
	// A segment may last up to half a second more than the target (RFC 8216 §4.3.3.1 rounds).
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n", max(1, int(longest+0.5)))
	for _, s := range all {
		fmt.Fprintf(&b, "#EXTINF:%.6f,\n%s\n", s.Seconds, s.Name)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}

// peakRate is the largest bit rate of any run of segments that lasts between
// half and one and a half target durations (RFC 8216 §4.3.4.2); of all of them
// when they are shorter.
func peakRate(all []segment) int {
	target := 0.0
	for _, s := range all {
		target = max(target, s.Seconds)
	}
	target = max(1, float64(int(target+0.5)))
	best := 0
	for i := range all {
		var bytes int64
		var length float64
		for _, s := range all[i:] {
			bytes, length = bytes+s.Bytes, length+s.Seconds
			if length > 1.5*target {
				break
			}
			if length >= 0.5*target {
				best = max(best, bitRate(bytes, length))
			}
		}
	}
	if best == 0 {
		best = meanRate(all)
	}
	return best
}

func meanRate(all []segment) int {
	var bytes int64
	var length float64
	for _, s := range all {
		bytes, length = bytes+s.Bytes, length+s.Seconds
	}
	return bitRate(bytes, length)
}

// bitRate rounds up: a player must not run dry.
func bitRate(bytes int64, length float64) int {
	if length <= 0 {
		return 0
	}
	return int(float64(bytes)*8/length) + 1
}

// variant is a rung with what is known of its segments.
type variant struct {
	Rung
	Segments []segment
	Codec    string
}

// multivariant writes the playlist that names all others. sound is empty
// without any.
func multivariant(variants []variant, rate ffmpeg.Rational, sound []segment) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	if len(variants) == 0 {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s\"\naudio/index.m3u8\n", peakRate(sound), meanRate(sound), soundCodec)
		return b.String()
	}
	group, codec := "", ""
	if len(sound) > 0 {
		b.WriteString("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Son\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio/index.m3u8\"\n")
		group, codec = ",AUDIO=\"audio\"", ","+soundCodec
	}
	for _, v := range variants {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s%s\",RESOLUTION=%dx%d,FRAME-RATE=%.3f%s\n%s/index.m3u8\n",
			peakRate(v.Segments)+peakRate(sound), meanRate(v.Segments)+meanRate(sound), v.Codec, codec, v.Width, v.Height, rate.Float(), group, v.Name)
	}
	return b.String()
}

const soundCodec = "mp4a.40.2" // AAC-LC
