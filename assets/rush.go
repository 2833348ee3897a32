package assets

import "time"

// Rush is one piece of raw footage.
type Rush struct {
	ID        ID        `json:"id"`
	Asset     ID        `json:"asset"`
	Sujet     ID        `json:"sujet,omitempty"` // "" for footage outside any
	Owner     ID        `json:"owner,omitempty"` // the user who brought it
	Title     string    `json:"title"`
	Folder    string    `json:"folder,omitempty"` // where it lay on the device, for people: text, never a path
	Card      string    `json:"card,omitempty"`   // names the camera card that clips came on together
	Rubriques []string  `json:"rubriques"`
	Partners  []string  `json:"partners"`
	Dossier   string    `json:"dossier,omitempty"`
	Territory string    `json:"territory,omitempty"`
	Place     string    `json:"place,omitempty"`  // in words: « devant la mairie »
	People    []Person  `json:"people,omitempty"` // who speaks, as the synthé names them
	Minors    Answer    `json:"minors,omitempty"` // are minors to be seen?
	Shot      Shot      `json:"shot,omitempty"`
	Stars     int       `json:"stars"` // 0 to 3
	Rejected  bool      `json:"rejected"`
	ShotAt    time.Time `json:"shot_at,omitzero"` // as the camera says
	GPS       *Position `json:"-"`                // staff only; never in a public file
	State     RushState `json:"state"`
	Reason    string    `json:"reason,omitempty"`
	Sheet     *Sheet    `json:"sheet,omitempty"`
	Proxy     Proxy     `json:"proxy,omitzero"`
	CreatedAt time.Time `json:"created_at"`
	RemovedAt time.Time `json:"removed_at,omitzero"` // put aside by a person; zero while it is there
}

// Proxy says what the proxy of a rush is: the numbers on which timecodes rest.
type Proxy struct {
	Frames int `json:"frames"` // how many
	Rate   int `json:"rate"`   // frames per second times 1000: 25000, 29970
}

// Shot says what a rush shows.
type Shot string

// The kinds of shots that people look for.
const (
	ShotSpeech  Shot = "speech"  // parole
	ShotCutaway Shot = "cutaway" // plan de coupe
)

// Answer is what a person said to a question with two answers.
type Answer string

// The answers; "" is not asked, or skipped.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown" // « je ne sais pas »
)

// Position is a place on Earth, in degrees (WGS 84).
type Position struct {
	Latitude  float64 `json:"lat"`
	Longitude float64 `json:"lon"`
}

// RushFilter chooses rushes; an empty field chooses all.
type RushFilter struct {
	Query       string // words, as Search takes them
	Sujet       ID
	Owner       ID
	Crew        ID // rushes that this user may see as JRI: their own, and those of sujets they are on
	Rubrique    string
	Territory   string
	Dossier     string
	Partner     string
	State       RushState
	Orientation string // "landscape", "portrait", "square"
	Shot        Shot
	Minors      Answer
	Consent     string    // "missing": people are named in its sujet whose authorisation is not there
	MinStars    int       // at least
	Rejected    *bool     // nil: both
	From, To    time.Time // of CreatedAt; To not included
	Removed     bool      // those put aside, instead of those there
	After       ID        // keyset: the last rush of the page before
	Before      ID        // keyset: the first rush of the page after; still newest first
	Limit       int       // 0 means 100
}

// Clip is a passage of a rush, in frames of its proxy.
type Clip struct {
	Rush ID     `json:"rush"`
	In   int    `json:"in"`  // first frame
	Out  int    `json:"out"` // last frame not included; 0: to the end
	Note string `json:"note,omitempty"`
}

// Selection is an ordered list of clips that somebody edits from.
type Selection struct {
	ID        ID        `json:"id"`
	Name      string    `json:"name"`
	Sujet     ID        `json:"sujet,omitempty"`
	Owner     ID        `json:"owner"`
	Clips     []Clip    `json:"clips"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// SavedSearch is a list that somebody comes back to: « Zik Zac, sans autorisation ».
type SavedSearch struct {
	ID        ID        `json:"id"`
	Owner     ID        `json:"owner"`
	Name      string    `json:"name"`
	Path      string    `json:"path"` // a local address with its query: /regie/rushes?dossier=zik-zac-2018
	CreatedAt time.Time `json:"created_at"`
	RemovedAt time.Time `json:"removed_at,omitzero"`
}
