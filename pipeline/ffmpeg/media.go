package ffmpeg

import (
	"math/big"
	"time"
)

// Media is what a file says of itself. What it says may be wrong: ScanPackets
// and DecodeHead tell what is really there.
type Media struct {
	Format   string        // name of the demuxer
	Size     int64         // bytes
	Duration time.Duration // declared; 0 unknown
	Start    time.Duration // time of the first frame
	Bitrate  int64         // bits per second
	Video    []VideoStream // moving pictures first, in the order of the file; cover pictures last
	Audio    []AudioStream
	Other    int       // subtitles, data, timed metadata
	Timecode string    // of the first frame: "01:00:00:00"
	Location bool      // carries where it was filmed: never to be published
	Place    *Place    // where that is; nil where it can't be read
	ShotAt   time.Time // as the camera says; zero unknown
}

// Place is a point on Earth, in degrees (WGS 84).
type Place struct{ Latitude, Longitude float64 }

// MainVideo is the video track to use: the default one, else the largest, never
// a cover picture. ok is false when there is none.
func (m Media) MainVideo() (v VideoStream, ok bool) {
	best := -1
	for i, s := range m.Video {
		if s.Picture {
			continue
		}
		if best < 0 || better(s, m.Video[best]) {
			best = i
		}
	}
	if best < 0 {
		return VideoStream{}, false
	}
	return m.Video[best], true
}

func better(a, b VideoStream) bool {
	if a.Default != b.Default {
		return a.Default
	}
	return a.Width*a.Height > b.Width*b.Height
}

// VideoStream is one video track.
type VideoStream struct {
	Index                       int // of the stream in the file
	Codec, Profile              string
	Width, Height               int      // as coded
	SAR                         Rational // shape of a pixel; 1:1 where the file says nonsense
	Rotation                    int      // degrees clockwise to turn: 0, 90, 180, 270
	DisplayWidth, DisplayHeight int      // upright, with square pixels
	RFrameRate, AvgFrameRate    Rational // 0/1 unknown
	Duration                    time.Duration
	FieldOrder                  string // as the file says: "progressive", "tt", "bb", "tb", "bt" or ""
	Interlaced                  bool   // as the file says, which can be wrong: see Head.Scan
	PixelFormat                 string
	BitDepth                    int
	Chroma                      string // "420", "422", "444", "rgb", "gray" or ""
	Primaries, Transfer, Matrix string // "" unknown
	FullRange                   bool
	HDR                         string // "pq", "hlg" or ""
	DolbyVision                 bool
	Picture                     bool // a cover or still, not a film
	Default                     bool
	Bitrate                     int64
	Frames                      int64 // declared; 0 unknown
}

// AudioStream is one audio track.
type AudioStream struct {
	Index      int // of the stream in the file
	Codec      string
	Profile    string
	Channels   int
	Layout     string // "stereo", "5.1(side)"…; "" unknown
	SampleRate int    // Hz
	BitDepth   int    // 0 when it has no meaning, as for AAC
	Duration   time.Duration
	Default    bool
	Bitrate    int64
	Language   string
}

// Rational is a fraction in lowest terms. Its zero value and everything with
// Den 0 is "unknown".
type Rational struct{ Num, Den int64 }

// Float is the value, 0 when unknown.
func (r Rational) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Known tells whether it is a number above zero.
func (r Rational) Known() bool { return r.Num > 0 && r.Den > 0 }

// String is the form that ffmpeg reads: "30000/1001".
func (r Rational) String() string {
	if r.Den == 0 {
		return "0/1"
	}
	return big.NewRat(r.Num, r.Den).String()
}

// reduced is in lowest terms, or zero for what is no positive fraction.
func (r Rational) reduced() Rational {
	if !r.Known() {
		return Rational{}
	}
	f := big.NewRat(r.Num, r.Den)
	return Rational{f.Num().Int64(), f.Denom().Int64()}
}
