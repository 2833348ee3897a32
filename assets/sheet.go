package assets

// Sheet is the technical sheet of a version or a rush: what the file is, and
// what the house thinks of it.
type Sheet struct {
	Container string       `json:"container"`
	Size      int64        `json:"size"`     // bytes
	Declared  float64      `json:"declared"` // seconds, as the header says
	Duration  float64      `json:"duration"` // seconds that can really be decoded
	Timecode  string       `json:"timecode,omitempty"`
	Video     *VideoSheet  `json:"video,omitempty"`
	Audio     []AudioSheet `json:"audio"`
	Loudness  *Loudness    `json:"loudness,omitempty"` // absent without sound, or before the film is made
	Black     []Span       `json:"black"`
	Silence   []Span       `json:"silence"`
	Status    SheetStatus  `json:"status"`
	Verdicts  []string     `json:"verdicts"` // French sentences, the most important first
}

// SheetStatus sums the verdicts up.
type SheetStatus string

// The sums.
const (
	SheetOK         SheetStatus = "ok"
	SheetWarning    SheetStatus = "warning"    // usable, with a remark
	SheetIncomplete SheetStatus = "incomplete" // a part is missing or damaged
	SheetRefused    SheetStatus = "refused"    // nothing can be decoded
)

// VideoSheet describes the video track that was chosen.
type VideoSheet struct {
	Codec       string  `json:"codec"`
	Profile     string  `json:"profile,omitempty"`
	Width       int     `json:"width"`    // pixels as shown: upright, square
	Height      int     `json:"height"`   // pixels as shown
	Rotation    int     `json:"rotation"` // degrees clockwise the player must turn: 0, 90, 180, 270
	Rate        float64 `json:"rate"`     // frames per second, average
	Variable    bool    `json:"variable"` // frames are not evenly spaced
	Interlaced  bool    `json:"interlaced"`
	PixelFormat string  `json:"pixel_format"`
	BitDepth    int     `json:"bit_depth"`
	Primaries   string  `json:"primaries,omitempty"`
	Transfer    string  `json:"transfer,omitempty"`
	Matrix      string  `json:"matrix,omitempty"`
	FullRange   bool    `json:"full_range"`
	HDR         string  `json:"hdr,omitempty"` // "pq", "hlg" or ""
	Frames      int     `json:"frames"`        // decoded
}

// AudioSheet describes one audio track.
type AudioSheet struct {
	Codec      string `json:"codec"`
	Channels   int    `json:"channels"`
	Layout     string `json:"layout,omitempty"`
	SampleRate int    `json:"sample_rate"` // Hz
}

// Loudness is measured after EBU R 128 (EBU Tech 3341 and 3342) on the track
// as it came. A nil field means that it can't be measured (silence, or less
// than 400 ms of sound).
type Loudness struct {
	Integrated *float64 `json:"i"`   // LUFS
	Range      *float64 `json:"lra"` // LU
	TruePeak   *float64 `json:"tp"`  // dBTP
}

// Span is a passage of a film.
type Span struct {
	Start float64 `json:"start"` // seconds from the first frame
	End   float64 `json:"end"`   // seconds, not included
}

// Length is how long the passage lasts, in seconds.
func (s Span) Length() float64 { return s.End - s.Start }
