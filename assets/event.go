package assets

import "time"

// Subject says which kind of record an Event moved.
type Subject string

// The records that have a state of their own. A Job's state is not history and
// has no events.
const (
	SubjectFilm        Subject = "film"
	SubjectVersion     Subject = "version"
	SubjectRush        Subject = "rush"
	SubjectPublication Subject = "publication"
	SubjectDelivery    Subject = "delivery"
)

// Event is one move of one record from a state to the next. The table of
// events is the audit log: it is only ever added to.
type Event struct {
	ID      ID        `json:"id"`
	Kind    Subject   `json:"kind"`
	Subject ID        `json:"subject"`
	From    string    `json:"from"` // "" when the record is created
	To      string    `json:"to"`
	Actor   string    `json:"actor"` // a user's ID, or "cli", "worker", "schedule"
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"` // a French sentence: why
	Attempt int       `json:"attempt,omitempty"`
}
