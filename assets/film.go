package assets

import "time"

// FilmState is where a film stands on its way from an idea to the archive.
type FilmState string

// The editorial states of a film, with the words users read.
const (
	FilmIdea      FilmState = "idea"      // Idée
	FilmShooting  FilmState = "shooting"  // Tournage
	FilmRushes    FilmState = "rushes"    // Rushes déposés
	FilmLogging   FilmState = "logging"   // Dérushage
	FilmEditing   FilmState = "editing"   // Montage
	FilmReview    FilmState = "review"    // Version à valider
	FilmApproved  FilmState = "approved"  // BAT donné
	FilmScheduled FilmState = "scheduled" // Programmé
	FilmPublished FilmState = "published" // En ligne
	FilmWithdrawn FilmState = "withdrawn" // Retiré
	FilmArchived  FilmState = "archived"  // Archivé
)

// FilmMachine says which editorial state may follow which.
var FilmMachine = Machine[FilmState]{
	"":            {FilmIdea, FilmEditing},
	FilmIdea:      {FilmShooting, FilmRushes, FilmEditing, FilmArchived},
	FilmShooting:  {FilmIdea, FilmRushes, FilmEditing, FilmArchived},
	FilmRushes:    {FilmLogging, FilmEditing, FilmArchived},
	FilmLogging:   {FilmEditing, FilmArchived},
	FilmEditing:   {FilmReview, FilmArchived},
	FilmReview:    {FilmApproved, FilmEditing, FilmArchived},
	FilmApproved:  {FilmScheduled, FilmPublished, FilmReview, FilmArchived},
	FilmScheduled: {FilmPublished, FilmApproved, FilmReview},
	FilmPublished: {FilmWithdrawn, FilmArchived},
	FilmWithdrawn: {FilmApproved, FilmReview, FilmScheduled, FilmPublished, FilmArchived},
	FilmArchived:  {FilmIdea, FilmShooting, FilmRushes, FilmLogging, FilmEditing, FilmReview, FilmApproved, FilmPublished, FilmWithdrawn}, // back to where it was
}

// Film is what the public sees under one title, whatever its versions.
type Film struct {
	ID          ID        `json:"id"`
	Slug        string    `json:"slug"` // in the address of its page; unique, never changes
	Title       string    `json:"title"`
	Lede        string    `json:"lede,omitempty"`        // chapô: one or two sentences
	Description string    `json:"description,omitempty"` // plain text, paragraphs parted by blank lines
	Genre       string    `json:"genre,omitempty"`       // reportage, interview, teaser…
	Rubriques   []string  `json:"rubriques"`             // slugs, the first is the one that colours its page
	Partners    []string  `json:"partners"`              // slugs
	Dossier     string    `json:"dossier,omitempty"`     // slug
	Territory   string    `json:"territory,omitempty"`   // slug
	People      []Person  `json:"people,omitempty"`
	License     string    `json:"license,omitempty"` // SPDX identifier, e.g. CC-BY-3.0; "" means all rights reserved
	Credits     string    `json:"credits,omitempty"`
	Embargo     time.Time `json:"embargo,omitzero"` // public nowhere before
	Music       Music     `json:"music,omitempty"`
	State       FilmState `json:"-"` // read Standing instead
	Version     ID        `json:"-"` // the current version; "" before the first
	Sujet       ID        `json:"sujet,omitempty"`
	Keywords    []string  `json:"keywords,omitempty"`
	Cover       Cover     `json:"cover,omitzero"`
	TeaserPick  []Span    `json:"teaser_pick,omitempty"` // passages chosen by a person; empty lets the house choose
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Person is someone named in a film, as the synthé names them.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"` // exact function, e.g. « présidente du festival »
}

// VersionState is how far the house has come with one upload of a film.
type VersionState string

// The states of a version.
const (
	VersionReceived   VersionState = "received"   // its bytes are safe
	VersionMaking     VersionState = "making"     // looked through and accepted; its files are being made
	VersionReady      VersionState = "ready"      // everything made and checked
	VersionRefused    VersionState = "refused"    // nothing in it can be decoded
	VersionIncomplete VersionState = "incomplete" // a part of it is missing or damaged
	VersionFailed     VersionState = "failed"     // the house could not make it; remake may
	VersionCancelled  VersionState = "cancelled"  // stopped by a person
)

// VersionMachine says which state of a version may follow which.
var VersionMachine = Machine[VersionState]{
	"":                {VersionReceived},
	VersionReceived:   {VersionMaking, VersionRefused, VersionIncomplete, VersionFailed, VersionCancelled},
	VersionMaking:     {VersionReady, VersionIncomplete, VersionRefused, VersionFailed, VersionCancelled},
	VersionReady:      {VersionReceived},
	VersionRefused:    {VersionReceived},
	VersionIncomplete: {VersionReceived},
	VersionFailed:     {VersionReceived},
	VersionCancelled:  {VersionReceived},
}

// Version is one finished edit of a film: V1, V2… Its master is never changed.
type Version struct {
	ID        ID           `json:"id"`
	Film      ID           `json:"film"`
	Number    int          `json:"number"` // from 1
	Master    ID           `json:"master"` // the Asset
	State     VersionState `json:"state"`
	Reason    string       `json:"reason,omitempty"` // French sentence, for refused, incomplete and failed
	Sheet     *Sheet       `json:"sheet,omitempty"`
	Looked    []byte       `json:"-"`                // what inspection found, for the making: JSON known to the maker only
	Teaser    []Span       `json:"teaser,omitempty"` // the passages of the film that the teaser shows
	CreatedAt time.Time    `json:"created_at"`
}

// Standing is the one word that says where a film stands: the state of its
// version while that is in the making or was not accepted, its editorial state
// otherwise. v may be nil.
func Standing(f Film, v *Version) string {
	if v != nil && v.State != VersionReady {
		switch f.State {
		case FilmIdea, FilmShooting, FilmRushes, FilmLogging, FilmEditing, FilmReview:
			return string(v.State)
		}
	}
	if f.State == FilmReview {
		return string(VersionReady)
	}
	return string(f.State)
}
