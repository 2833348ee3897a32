package assets

import "time"

// SujetState tells whether work goes on.
type SujetState string

// The states of a sujet. How far its film is, the film says.
const (
	SujetOpen   SujetState = "open"
	SujetClosed SujetState = "closed" // no more rushes are expected
)

// SujetMachine says which state of a sujet may follow which.
var SujetMachine = Machine[SujetState]{
	"":          {SujetOpen},
	SujetOpen:   {SujetClosed},
	SujetClosed: {SujetOpen},
}

// Sujet is what is to be told: it gathers the brief, the people, the rushes,
// the authorisations and the film, which is made with it.
type Sujet struct {
	ID         ID         `json:"id"`
	Film       ID         `json:"film"`
	Title      string     `json:"title"`
	Kind       string     `json:"kind,omitempty"` // reportage, interview, plateau…: a kind of film of the programme
	Brief      string     `json:"brief,omitempty"`
	Place      string     `json:"place,omitempty"`
	Rubriques  []string   `json:"rubriques"`
	Partners   []string   `json:"partners"`
	Dossier    string     `json:"dossier,omitempty"`
	Territory  string     `json:"territory,omitempty"`
	At         time.Time  `json:"at,omitzero"` // when it is shot
	Contact    Contact    `json:"contact,omitzero"`
	Crew       []ID       `json:"crew"`                 // the users who are on it
	Wanted     string     `json:"wanted,omitempty"`     // what the monteuse asks for: « Il manque un plan large »
	Conducteur []Segment  `json:"conducteur,omitempty"` // of a plateau
	State      SujetState `json:"state"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

// Contact is whom the crew calls on the spot.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Segment is one line of the conducteur of a plateau.
type Segment struct {
	Title    string    `json:"title"`
	Speakers string    `json:"speakers,omitempty"`
	Synthe   string    `json:"synthe,omitempty"`
	Film     ID        `json:"film,omitempty"`      // a film that is shown
	Planned  int       `json:"planned"`             // seconds
	Started  time.Time `json:"started_at,omitzero"` // when it really began: becomes a chapter
}

// SujetPhase parts sujets by what is to be done about them.
type SujetPhase string

// The phases of a sujet. Each has its own order.
const (
	SujetComing  SujetPhase = "coming"  // to be shot: the nearest first, then those without a date
	SujetCurrent SujetPhase = "current" // shot, or its day went by: the latest shoot first
	SujetDone    SujetPhase = "done"    // closed, or its film was online: the latest shoot first
)

// SujetFilter chooses sujets; an empty field chooses all.
type SujetFilter struct {
	Crew      ID
	State     SujetState
	Partner   string
	Dossier   string
	Territory string
	Rubrique  string
	From, To  time.Time // of At; To not included
	Phase     SujetPhase
	Today     time.Time // of a Phase: what is to be shot before is no longer to come
	Standing  string    // of its film, as Standing says it
	After     ID
	Limit     int // 0 means 100
}
