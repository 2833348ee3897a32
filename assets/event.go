package assets

import (
	"context"
	"encoding/json"
	"time"
)

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
	SubjectUser        Subject = "user"
	SubjectSujet       Subject = "sujet"
	SubjectUpload      Subject = "upload"
	SubjectConsent     Subject = "consent"
	SubjectApproval    Subject = "approval"
	SubjectAccount     Subject = "account"
	SubjectProgramme   Subject = "programme"
)

// Event is one move of one record from a state to the next, or, with From equal
// to To, something that was done to it meanwhile (an edit, a login). The table
// of events is the audit log: it is only ever added to, and each row carries the
// hash of the one before.
type Event struct {
	ID      ID        `json:"id"`
	Kind    Subject   `json:"kind"`
	Subject ID        `json:"subject"`
	From    string    `json:"from"` // "" when the record is created
	To      string    `json:"to"`
	Actor   string    `json:"actor"` // a user's ID, or "cli", "worker", "schedule", "partner: " and a name
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"` // a French sentence: why
	Attempt int       `json:"attempt,omitempty"`
	Edits   Edits     `json:"edits,omitempty"` // what was changed
	Batch   ID        `json:"batch,omitempty"` // names what was done in one gesture, and can be undone in one
	IP      string    `json:"ip,omitempty"`    // where the person was; "" inside the house
}

// Edits says, field by field, what a record was and what it became.
type Edits map[string]Edit

// Edit is one field, as JSON before and after.
type Edit struct {
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// EventFilter chooses events of the log; an empty field chooses all.
type EventFilter struct {
	Kind     Subject
	Actor    string
	Batch    ID
	From, To time.Time // of At; To not included
	Before   ID        // keyset: the last event of the page before (newest first)
	Limit    int       // 0 means 100
}

type addressKey struct{}

// FromAddress says where a request came from, for the events that it causes.
func FromAddress(ctx context.Context, ip string) context.Context {
	return context.WithValue(ctx, addressKey{}, ip)
}

// AddressOf is what FromAddress said; "" inside the house.
func AddressOf(ctx context.Context) string {
	ip, _ := ctx.Value(addressKey{}).(string)
	return ip
}
