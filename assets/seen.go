package assets

import "time"

// Drift is how a film on a channel is no longer as it was published there.
type Drift string

// The drifts.
const (
	DriftGone    Drift = "gone"    // it is not there any more
	DriftBlocked Drift = "blocked" // the channel keeps it from people
	DriftHidden  Drift = "hidden"  // somebody of the account closed it
	DriftEdited  Drift = "edited"  // its title is another
)

// Word says it as shortly as can be.
func (d Drift) Word() string {
	return map[Drift]string{DriftGone: "Supprimé là-bas", DriftBlocked: "Bloqué là-bas", DriftHidden: "Rendu privé là-bas", DriftEdited: "Renommé là-bas"}[d]
}

// Seen is what a channel said of a film that is public, at the last look.
type Seen struct {
	At    time.Time `json:"at"`
	Drift Drift     `json:"drift,omitempty"` // "": as it was published
	Text  string    `json:"text,omitempty"`  // of the drift: a French sentence
	Known bool      `json:"known,omitempty"` // somebody here has read it
	Views *Views    `json:"views,omitempty"` // nil: the channel counts none, or never said
}

// Views are how often a film was seen, as one channel counts. Another one counts
// otherwise: they are never added up.
type Views struct {
	Count int       `json:"count"`
	Means string    `json:"means"` // what is counted, in French
	At    time.Time `json:"at"`    // when the channel said so
}
