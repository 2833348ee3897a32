package assets

import (
	"strconv"
	"time"
)

// AssetKind says what a received file is for.
type AssetKind string

// The kinds of received files.
const (
	KindMaster  AssetKind = "master"  // a finished edit
	KindRush    AssetKind = "rush"    // raw footage
	KindCaption AssetKind = "caption" // WebVTT or SRT
	KindCover   AssetKind = "cover"   // a still chosen by a person
	KindCompany AssetKind = "company" // came along with a camera card and is kept beside its clips: never shown
)

// Asset is a file as it was given to the house: content-addressed, never
// opened for writing again.
type Asset struct {
	ID        ID        `json:"id"`
	Kind      AssetKind `json:"kind"`
	SHA256    string    `json:"sha256"` // lower-case hex of its bytes
	Size      int64     `json:"size"`   // bytes
	Name      string    `json:"name"`   // the name it came with: text, never a path
	Key       string    `json:"-"`      // where Blobs keeps it
	CreatedAt time.Time `json:"created_at"`
}

// RushState is how far the house has come with a rush.
type RushState string

// The states of a rush.
const (
	RushReceived   RushState = "received"
	RushMaking     RushState = "making" // looked through; its proxy is being made
	RushReady      RushState = "ready"  // its proxy plays
	RushRefused    RushState = "refused"
	RushIncomplete RushState = "incomplete"
	RushFailed     RushState = "failed"
)

// RushMachine says which state of a rush may follow which.
var RushMachine = Machine[RushState]{
	"":             {RushReceived},
	RushReceived:   {RushMaking, RushReady, RushRefused, RushIncomplete, RushFailed},
	RushMaking:     {RushReady, RushRefused, RushIncomplete, RushFailed},
	RushReady:      {RushReceived},
	RushRefused:    {RushReceived},
	RushIncomplete: {RushReceived},
	RushFailed:     {RushReceived},
}

// Role says what a made file is for.
type Role string

// The roles of made files.
const (
	RoleHLS           Role = "hls"            // the multivariant playlist; its Parts are all files of the tree
	RoleHLSVideo      Role = "hls-video"      // one rung's media playlist
	RoleHLSAudio      Role = "hls-audio"      // the audio group's media playlist
	RoleMP4           Role = "mp4"            // what every MP4Role begins with
	RoleAudio         Role = "audio"          // m4a
	RolePoster        Role = "poster"         // the picture shown before play
	RoleThumbnail     Role = "thumbnail"      // a candidate picture
	RoleStoryboard    Role = "storyboard"     // the sprite
	RoleStoryboardVTT Role = "storyboard-vtt" // where each picture of the sprite belongs
	RoleTeaser        Role = "teaser"
	RoleProxy         Role = "proxy"    // a rush at a constant rate, a key frame each second at least
	RoleWaveform      Role = "waveform" // the sound of a rush as a picture (SVG)
	RoleCaptions      Role = "captions" // WebVTT: what is said
	RoleChapters      Role = "chapters" // WebVTT: what follows what
	RoleCover         Role = "cover"    // the picture that a person chose for the film, in the sizes of a thumbnail
	RoleWeb           Role = "web"      // the whole film, its sound brought to what the web expects
	RoleFormat        Role = "format"   // what the role of every Format begins with
)

// MP4Role is the role of the single file of a rung, named by the pixels of its
// short side: "mp4-1080".
func MP4Role(short int) Role { return RoleMP4 + "-" + Role(strconv.Itoa(short)) }

// Rendition is a file, or a tree of files, that the house made from a version,
// or from a rush, whose ID then stands in Version.
// A row exists only for what is complete on storage.
type Rendition struct {
	ID        ID        `json:"id"`
	Version   ID        `json:"version"`
	Role      Role      `json:"role"`
	Key       string    `json:"key"` // where Blobs keeps it
	Recipe    string    `json:"recipe"`
	Size      int64     `json:"size"` // bytes, Parts not counted
	SHA256    string    `json:"sha256"`
	Width     int       `json:"width,omitempty"`    // pixels
	Height    int       `json:"height,omitempty"`   // pixels
	Bitrate   int       `json:"bitrate,omitempty"`  // bit/s, average
	Codec     string    `json:"codec,omitempty"`    // RFC 6381 for media, MIME type for pictures and text
	Duration  float64   `json:"duration,omitempty"` // seconds
	Rank      int       `json:"rank"`               // order among its role: thumbnails best first
	Parts     []Part    `json:"parts,omitempty"`    // for RoleHLS
	CreatedAt time.Time `json:"created_at"`
}

// Part is one file of a Rendition that is a tree.
type Part struct {
	Key    string `json:"key"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}
