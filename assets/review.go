package assets

import "time"

// Note is a remark on a version or on a rush, at a frame or on the whole.
type Note struct {
	ID        ID        `json:"id"`
	On        Subject   `json:"on"`      // SubjectVersion or SubjectRush
	Subject   ID        `json:"subject"` // which
	Film      ID        `json:"film,omitempty"`
	Author    ID        `json:"author,omitempty"` // "" for somebody without an account, named in Name
	Name      string    `json:"name"`             // as it is shown
	Frame     int       `json:"frame"`            // where it begins; -1 for the whole
	Until     int       `json:"until"`            // the last frame; Frame for one picture
	Text      string    `json:"text"`
	Done      bool      `json:"done"`
	CreatedAt time.Time `json:"created_at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// ApprovalState is where a BAT stands.
type ApprovalState string

// The states of an approval.
const (
	ApprovalAsked   ApprovalState = "asked"
	ApprovalGiven   ApprovalState = "given"
	ApprovalRefused ApprovalState = "refused" // with at least one note
	ApprovalVoid    ApprovalState = "void"    // a newer version came, or it was taken back
)

// ApprovalMachine says which state of an approval may follow which.
var ApprovalMachine = Machine[ApprovalState]{
	"":              {ApprovalAsked, ApprovalGiven, ApprovalRefused},
	ApprovalAsked:   {ApprovalGiven, ApprovalRefused, ApprovalVoid},
	ApprovalGiven:   {ApprovalVoid},
	ApprovalRefused: {ApprovalVoid},
	ApprovalVoid:    {},
}

// Approval is a BAT, « bon à tirer », on one version: asked, given or refused.
type Approval struct {
	ID      ID            `json:"id"`
	Film    ID            `json:"film"`
	Version ID            `json:"version"`
	Number  int           `json:"number"` // of the version
	SHA256  string        `json:"sha256"` // of the master that was looked at
	State   ApprovalState `json:"state"`
	AskedBy string        `json:"asked_by,omitempty"` // a user's ID
	AskedAt time.Time     `json:"asked_at,omitzero"`
	By      string        `json:"by,omitempty"`   // a user's ID; "" where a partner answered, named in Name
	Name    string        `json:"name,omitempty"` // as it is shown
	At      time.Time     `json:"at,omitzero"`    // when it was given or refused
	Note    string        `json:"note,omitempty"`
}

// TrackKind says what the cues of a track are.
type TrackKind string

// The kinds of tracks.
const (
	TrackCaptions TrackKind = "captions" // sous-titres
	TrackChapters TrackKind = "chapters"
	TrackSynthes  TrackKind = "synthes" // names shown in the picture: « Nom — fonction »
)

// Track is the timed text of a film, kept apart from its versions.
type Track struct {
	Film      ID        `json:"film"`
	Kind      TrackKind `json:"kind"`
	Language  string    `json:"language"` // BCP 47: "fr"
	Cues      []Cue     `json:"cues"`
	Reviewed  bool      `json:"reviewed"` // « relus »; false: « à relire »
	UpdatedBy string    `json:"updated_by"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Cue is one text with its time.
type Cue struct {
	Start float64 `json:"start"` // seconds from the first frame
	End   float64 `json:"end"`   // seconds, not included
	Text  string  `json:"text"`  // lines parted by \n
}

// CoverKind says where the picture of a film was taken.
type CoverKind string

// The kinds of covers; "" is the first thumbnail.
const (
	CoverThumbnail CoverKind = "thumbnail" // one of the candidates
	CoverFrame     CoverKind = "frame"     // « l'image à l'écran »
	CoverUpload    CoverKind = "upload"    // a picture that was brought
)

// Cover is the picture that stands for a film. A frame and a picture that was
// brought are made into renditions of RoleCover.
type Cover struct {
	Kind   CoverKind `json:"kind,omitempty"`
	Rank   int       `json:"rank,omitempty"`   // of the thumbnail
	Second float64   `json:"second,omitempty"` // of the frame, from the first one
	Asset  ID        `json:"asset,omitempty"`  // of the picture that was brought
}
