package maker

import (
	"errors"
	"fmt"
	"slices"
)

// Profiles says what is made and how. configs/profiles.yaml is its one source
// and explains every key.
type Profiles struct {
	Ladder     []LadderStep `yaml:"ladder"     json:"ladder"`
	Video      Video        `yaml:"video"      json:"video"`
	Audio      Audio        `yaml:"audio"      json:"audio"`
	Thumbnails Thumbnails   `yaml:"thumbnails" json:"thumbnails"`
	Storyboard Storyboard   `yaml:"storyboard" json:"storyboard"`
	Teaser     Teaser       `yaml:"teaser"     json:"teaser"`
	Proxy      Proxy        `yaml:"proxy"      json:"-"` // of rushes: no film is made otherwise by it
}

// Proxy is how rushes are made to play.
type Proxy struct {
	Short   int `yaml:"short"   json:"short"`   // pixels of the short side, at most
	CRF     int `yaml:"crf"     json:"crf"`     // constant rate factor of x264
	Maxrate int `yaml:"maxrate" json:"maxrate"` // kbit/s
	Audio   int `yaml:"audio"   json:"audio"`   // kbit/s
	Poster  int `yaml:"poster"  json:"poster"`  // pixels of the long side
	Photo   int `yaml:"photo"   json:"photo"`   // pixels of the long side of a photo
	Tile    int `yaml:"tile"    json:"tile"`    // pixels of the long side of one picture of the storyboard
	JPEG    int `yaml:"jpeg"    json:"jpeg"`    // 1 to 100 (best)
	Columns int `yaml:"columns" json:"columns"` // of the waveform
}

// LadderStep is one step of the ladder, tallest first.
type LadderStep struct {
	Short   int  `yaml:"short"   json:"short"`   // pixels of the short side
	CRF     int  `yaml:"crf"     json:"crf"`     // constant rate factor of x264
	Maxrate int  `yaml:"maxrate" json:"maxrate"` // kbit/s up to 30 frames per second
	MP4     bool `yaml:"mp4"     json:"mp4"`     // also as a single file
}

// Video is what all rungs have in common.
type Video struct {
	Preset  string  `yaml:"preset"    json:"preset"`
	Params  string  `yaml:"params"    json:"params"` // x264-params
	Threads int     `yaml:"threads"   json:"threads"`
	Segment int     `yaml:"segment"   json:"segment"`   // seconds
	MaxRate int     `yaml:"max_rate"  json:"max_rate"`  // frames per second
	Fast    float64 `yaml:"fast"      json:"fast"`      // factor of maxrate above 30 frames per second
	Buffer  float64 `yaml:"buffer"    json:"buffer"`    // VBV buffer, in seconds of maxrate
	White   int     `yaml:"hdr_white" json:"hdr_white"` // cd/m² of HDR that count as 1 before the tone curve
}

// Audio is how sound is made.
type Audio struct {
	Bitrate  int     `yaml:"bitrate"   json:"bitrate"`   // kbit/s
	Loudness float64 `yaml:"loudness"  json:"loudness"`  // LUFS
	TruePeak float64 `yaml:"true_peak" json:"true_peak"` // dBTP, at most
	Quietest float64 `yaml:"quietest"  json:"quietest"`  // LUFS under which sound is left alone
}

// Thumbnails is how still pictures are made.
type Thumbnails struct {
	Count   int     `yaml:"count"   json:"count"`
	Large   int     `yaml:"large"   json:"large"`   // pixels of the long side
	Small   int     `yaml:"small"   json:"small"`   // pixels of the long side
	JPEG    int     `yaml:"jpeg"    json:"jpeg"`    // 2 (best) to 31
	WebP    int     `yaml:"webp"    json:"webp"`    // 0 to 100 (best)
	Opening float64 `yaml:"opening" json:"opening"` // seconds that are avoided
	Every   float64 `yaml:"every"   json:"every"`   // seconds between candidates, at least
	Most    int     `yaml:"most"    json:"most"`    // candidates, at most
}

// Storyboard is how the pictures under the seek bar are made.
type Storyboard struct {
	Long int `yaml:"long" json:"long"` // pixels of the long side of one picture
	JPEG int `yaml:"jpeg" json:"jpeg"`
}

// Teaser is how long a teaser is, in seconds.
type Teaser struct {
	Min  float64 `yaml:"min"  json:"min"`
	Max  float64 `yaml:"max"  json:"max"`
	Fade float64 `yaml:"fade" json:"fade"` // of the sound, at both ends
}

// Validate says in English what is wrong with the profiles, for the person who
// edits the file.
func (p Profiles) Validate() error {
	tall := slices.IsSortedFunc(p.Ladder, func(a, b LadderStep) int { return b.Short - a.Short })
	for _, check := range []struct {
		ok  bool
		say string
	}{
		{len(p.Ladder) > 0 && tall, "ladder: at least one step, tallest first"},
		{p.Video.Preset != "" && p.Video.Threads > 0, "video: preset and threads"},
		{p.Video.Segment >= 1 && p.Video.Segment <= 10, "video.segment: 1 to 10 seconds"},
		{p.Video.MaxRate >= 24 && p.Video.Fast >= 1 && p.Video.Buffer > 0, "video: max_rate, fast, buffer"},
		{p.Video.White >= 50 && p.Video.White <= 1000, "video.hdr_white: 50 to 1000"},
		{p.Proxy.Short >= 240 && p.Proxy.Short <= 1080 && p.Proxy.Short%2 == 0, "proxy.short: 240 to 1080, even"},
		{p.Proxy.CRF >= 1 && p.Proxy.CRF <= 51 && p.Proxy.Maxrate >= 200 && p.Proxy.Audio >= 64 && p.Proxy.Audio <= 320, "proxy: crf, maxrate, audio"},
		{p.Proxy.Poster >= p.Proxy.Tile && p.Proxy.Tile >= 64 && p.Proxy.Photo >= p.Proxy.Poster, "proxy: tile, poster, photo, each at least as large as the one before"},
		{p.Proxy.JPEG >= 1 && p.Proxy.JPEG <= 100 && p.Proxy.Columns >= 100 && p.Proxy.Columns <= 4000, "proxy: jpeg 1 to 100, columns 100 to 4000"},
		{p.Audio.Bitrate >= 64 && p.Audio.Bitrate <= 320, "audio.bitrate: 64 to 320"},
		{p.Audio.Loudness <= -8 && p.Audio.TruePeak <= 0 && p.Audio.Quietest < p.Audio.Loudness, "audio: loudness, true_peak, quietest"},
		{p.Thumbnails.Count > 0 && p.Thumbnails.Large > p.Thumbnails.Small && p.Thumbnails.Small > 0, "thumbnails: count, large, small"},
		{p.Thumbnails.JPEG >= 2 && p.Thumbnails.JPEG <= 31 && p.Thumbnails.WebP > 0 && p.Thumbnails.WebP <= 100, "thumbnails: jpeg 2 to 31, webp 1 to 100"},
		{p.Thumbnails.Every > 0 && p.Thumbnails.Most >= p.Thumbnails.Count, "thumbnails: every, most"},
		{p.Storyboard.Long >= 64 && p.Storyboard.JPEG >= 2, "storyboard: long, jpeg"},
		{p.Teaser.Min > 0 && p.Teaser.Max > p.Teaser.Min && p.Teaser.Fade >= 0, "teaser: min, max, fade"},
	} {
		if !check.ok {
			return errors.New("profiles: " + check.say)
		}
	}
	for _, s := range p.Ladder {
		if s.Short < 16 || s.Short%2 != 0 || s.CRF < 1 || s.CRF > 51 || s.Maxrate < 50 {
			return fmt.Errorf("profiles: ladder: step %d: short (even), crf 1 to 51, maxrate", s.Short)
		}
	}
	return nil
}
