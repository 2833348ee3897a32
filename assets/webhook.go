package assets

import "time"

// Webhook is an address of a program that is told of events.
type Webhook struct {
	ID        ID        `json:"id"`
	URL       string    `json:"url"`
	Secret    []byte    `json:"-"`      // encrypted
	Events    []string  `json:"events"` // "film.approved", "version.ready"…: kind and new state; "*" for all that are told
	Owner     ID        `json:"owner"`
	Reason    string    `json:"reason,omitempty"` // why the last call failed
	Failures  int       `json:"failures"`         // calls in a row that were given up
	CreatedAt time.Time `json:"created_at"`
	PausedAt  time.Time `json:"paused_at,omitzero"`
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// CallState is where a call stands.
type CallState string

// The states of a call. It is no history: it has no events.
const (
	CallWaiting CallState = "waiting"
	CallTaken   CallState = "taken" // the program answered that it has it
	CallFailed  CallState = "failed"
)

// Call is one event, told to one webhook: which record came into which state.
type Call struct {
	ID        ID        `json:"id"` // by which the program knows one that comes twice
	Webhook   ID        `json:"webhook"`
	Event     string    `json:"event"` // "film.approved"
	Subject   ID        `json:"subject"`
	State     CallState `json:"state"`
	Status    int       `json:"status,omitempty"` // of the last answer, as HTTP has it; 0 for none
	Reason    string    `json:"reason,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}
