// Package maker makes everything that one film needs from its master: MakePlan
// decides it (pure), Maker runs the plan with ffmpeg in a scratch folder, and
// what comes out has been checked. It knows no catalog, no storage and no
// channel: it reads one file and leaves files in one folder.
package maker

import (
	"log/slog"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// Options are what a Maker is made of.
type Options struct {
	Runner   ffmpeg.Runner
	Profiles Profiles
	Tools    string // versions of the tools, part of every recipe
	Log      *slog.Logger
	Now      func() time.Time // for the time that is left
}

// Maker looks masters through and makes films of them. It keeps no state, and
// runs one process at a time for each film.
type Maker struct{ o Options }

// New returns a Maker of these parts.
func New(o Options) (*Maker, error) {
	if err := o.Profiles.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Maker{o}, nil
}

// Inspection is what a look at a master gives.
type Inspection struct {
	Sheet  assets.Sheet `json:"sheet"`
	Source Source       `json:"source"` // empty when the sheet refuses the file

	// What only the house may know: it goes into no file, and no JSON.
	Place  *assets.Position `json:"-"` // where it was filmed
	ShotAt time.Time        `json:"-"` // when, as the camera says
}

// Plan decides what is made of an inspected master.
func (m *Maker) Plan(in Inspection) (Plan, error) {
	plan, err := MakePlan(in.Source, m.o.Profiles, m.o.Tools)
	if err != nil {
		return Plan{}, &assets.Error{Kind: assets.Invalid, Op: "maker.Plan", Msg: "Rien ne peut être fabriqué à partir de ce fichier : il ne contient ni image ni son lisible.", Err: err}
	}
	return plan, nil
}

// Made is what a run of a plan leaves in its scratch folder.
type Made struct {
	Sheet  assets.Sheet  // completed: decoded length, loudness, black, silence, verdicts
	Teaser []assets.Span // what the teaser shows
	Files  []File
	Proxy  assets.Proxy // of a rush
}

// File is one finished file, or tree of files, of a scratch folder.
type File struct {
	Path      string           // relative to the scratch folder
	Parts     []string         // for assets.RoleHLS: every other file of the tree, relative to the scratch folder
	Rendition assets.Rendition // Role, Width, Height, Bitrate, Codec, Duration, Rank filled; not ID, Version, Key, Size, SHA256
}

// Step tells how far a run has come.
type Step struct {
	Name  string  // French, for people: « Fabrication des images »
	Ratio float64 // of the whole run, 0 to 1
	ETA   time.Duration
}

// Incomplete says that the one decode found a part of the master missing or
// damaged, or nothing to decode. Nothing of what was made may be kept.
type Incomplete struct{ Sheet assets.Sheet }

// Error is the first verdict.
func (e *Incomplete) Error() string {
	if len(e.Sheet.Verdicts) == 0 {
		return "maker: incomplete"
	}
	return "maker: " + e.Sheet.Verdicts[0]
}
