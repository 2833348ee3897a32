package assets

import "time"

// ConsentState is where one person's authorisation stands.
type ConsentState string

// The states of a consent.
const (
	ConsentAsked     ConsentState = "asked"     // the form is out, nothing signed is here
	ConsentGranted   ConsentState = "granted"   // signed, and the scan is here
	ConsentRefused   ConsentState = "refused"   // « floutage demandé »
	ConsentWithdrawn ConsentState = "withdrawn" // was given, is no more
)

// ConsentMachine says which state of a consent may follow which. That one has
// run out is read from Until: it needs no event.
var ConsentMachine = Machine[ConsentState]{
	"":               {ConsentAsked, ConsentGranted, ConsentRefused},
	ConsentAsked:     {ConsentGranted, ConsentRefused, ConsentWithdrawn},
	ConsentGranted:   {ConsentWithdrawn, ConsentRefused},
	ConsentRefused:   {ConsentGranted, ConsentAsked},
	ConsentWithdrawn: {ConsentGranted, ConsentAsked},
}

// Medium is where pictures of a person may be shown.
type Medium string

// The media of a form; a channel belongs to one of them.
const (
	MediumSite     Medium = "site"     // anonymal.tv
	MediumNetworks Medium = "networks" // Vimeo, YouTube, Facebook, X…
	MediumTV       Medium = "tv"
	MediumPartners Medium = "partners" // partners' sites and public screenings
)

// Consent is the authorisation of one person to be shown. Who they are lies in
// Sealed, encrypted; what decides lies open.
type Consent struct {
	ID         ID           `json:"id"`
	Minor      Answer       `json:"minor"`
	Signatures int          `json:"signatures"` // of guardians, of a minor; of the person, else: 0, 1 or 2
	Own        bool         `json:"own"`        // the child agreed, too
	Media      []Medium     `json:"media"`
	From       time.Time    `json:"from,omitzero"`
	Until      time.Time    `json:"until,omitzero"` // first instant at which it no longer holds; zero for no end
	State      ConsentState `json:"state"`
	Sealed     []byte       `json:"-"`               // ConsentDetails as JSON, encrypted
	Scans      []Scan       `json:"scans,omitempty"` // the signed form
	CreatedAt  time.Time    `json:"created_at"`
	UpdatedAt  time.Time    `json:"updated_at"`
}

// ConsentDetails is who signed what. It is personal: kept encrypted only.
type ConsentDetails struct {
	Person    string      `json:"person"`
	Contact   string      `json:"contact,omitempty"`
	Guardians []Signature `json:"guardians,omitempty"`
	Note      string      `json:"note,omitempty"`
}

// Signature is one hand on a form.
type Signature struct {
	Name string    `json:"name"`
	As   string    `json:"as,omitempty"` // « mère », « père », « tutrice »
	At   time.Time `json:"at,omitzero"`
}

// Scan is a picture or PDF of a signed form, encrypted under Key.
type Scan struct {
	Key  string `json:"key"`
	Type string `json:"type"` // MIME type, as the house found it
	Size int64  `json:"size"` // bytes, in clear
	// Unreadable: a person looked and could not read it; it counts for nothing.
	Unreadable bool `json:"unreadable,omitempty"`
}

// Filmed says that a person is to be seen in a sujet and its film.
type Filmed struct {
	ID        ID        `json:"id"`
	Sujet     ID        `json:"sujet,omitempty"`
	Film      ID        `json:"film,omitempty"`
	Consent   ID        `json:"consent"`
	Spans     []Span    `json:"spans,omitempty"` // where in the film; empty for all of it
	Blurred   bool      `json:"blurred"`         // made unrecognisable: no authorisation is needed
	CreatedAt time.Time `json:"created_at"`
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// FilmedFilter chooses appearances; an empty field chooses all.
type FilmedFilter struct {
	ID      ID // that one, also when it was removed
	Sujet   ID
	Film    ID
	Consent ID
}

// ConsentFilter chooses consents; an empty field chooses all.
type ConsentFilter struct {
	State  ConsentState
	Before time.Time // those that run out before
	After  ID
	Limit  int // 0 means 100
}
