package assets

import (
	"slices"
	"strings"
	"time"
)

// Music is how far the rights of the music in a film are settled.
type Music string

// The answers to « Droits musicaux ».
const (
	MusicUnsaid Music = ""      // nobody said: to be completed
	MusicClear  Music = "clear" // settled, or there is none
	MusicOpen   Music = "open"  // « Droits musicaux à préciser » : the film waits
)

// Light is how much it weighs.
func (m Music) Light() Light {
	switch m {
	case MusicClear:
		return Green
	case MusicUnsaid:
		return Orange
	default:
		return Red
	}
}

// Scrutin is an election. From the eve at 0 h to the close of the last polling
// station, nothing about it goes out.
type Scrutin struct {
	ID        ID        `json:"id"`
	Name      string    `json:"name"`
	From      time.Time `json:"from"`  // the eve, 0 h
	Until     time.Time `json:"until"` // the last polling station closes
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// bandMonths is how long before an election its expenses are looked at: a
// warning, no more.
const bandMonths = 6

// Silent tells whether an instant is in the window.
func (s Scrutin) Silent(at time.Time) bool {
	return s.RemovedAt.IsZero() && !at.Before(s.From) && at.Before(s.Until)
}

// Near tells whether an instant is in the months before the window.
func (s Scrutin) Near(at time.Time) bool {
	return s.RemovedAt.IsZero() && at.Before(s.From) && !at.Before(s.From.AddDate(0, -bandMonths, 0))
}

// Silence is the election that is silent at an instant; nil for none.
func Silence(all []Scrutin, at time.Time) *Scrutin {
	for _, s := range all {
		if s.Silent(at) {
			return &s
		}
	}
	return nil
}

// Electoral tells whether a film is tagged « élection ».
func (f Film) Electoral() bool {
	return slices.ContainsFunc(f.Keywords, func(k string) bool {
		return slices.Contains([]string{"élection", "élections", "election", "elections"}, strings.ToLower(k))
	})
}

// Lock is one gate before a channel.
type Lock string

// The locks, as they are asked.
const (
	LockBAT     Lock = "bat"
	LockConsent Lock = "consent"
	LockMusic   Lock = "music"
	LockEmbargo Lock = "embargo"
	LockSilence Lock = "silence"
)

// Refusal is one reason why a film does not go to a channel.
type Refusal struct {
	Lock  Lock      `json:"lock"`
	Name  string    `json:"name,omitempty"` // of whom the embargo is, of the election; what the clearance says
	Until time.Time `json:"until,omitzero"` // when it opens by itself; zero: somebody must do something
}

// Key names a refusal, for whoever passes over it: a later date, or another
// person, makes another.
func (r Refusal) Key() string {
	return string(r.Lock) + "|" + r.Name + "|" + r.Until.UTC().Format(time.RFC3339)
}

// Facts are what the gate weighs beside the film.
type Facts struct {
	Clearance Clearance // of the medium of the channel
	Approved  bool      // what would go out has its BAT
	Programme Programme // whose embargoes and elections hold
	Passed    []string  // keys of the refusals that the responsable image passed over
}

// Gate says why a film may not be made public on a channel at an instant;
// nothing when it may. A BAT and an authorisation are passed over elsewhere, or
// not at all.
func Gate(f Film, c Channel, at time.Time, facts Facts) []Refusal {
	var all []Refusal
	refuse := func(closed bool, r Refusal) {
		if closed && !slices.Contains(facts.Passed, r.Key()) {
			all = append(all, r)
		}
	}
	if !facts.Approved {
		all = append(all, Refusal{Lock: LockBAT})
	}
	// What was said of another medium says nothing of this one.
	if facts.Clearance.Light == Red || facts.Clearance.Medium != c.Medium() {
		all = append(all, Refusal{Lock: LockConsent, Name: facts.Clearance.Sentence()})
	}
	refuse(f.Music.Light() == Red, Refusal{Lock: LockMusic})
	for _, e := range facts.Programme.Embargoes(f) {
		refuse(at.Before(e.Until), e)
	}
	if s := Silence(facts.Programme.Scrutins, at); s != nil && f.Electoral() {
		refuse(true, Refusal{Lock: LockSilence, Name: s.Name, Until: s.Until})
	}
	return all
}

// Embargoes are those that a film is under: its own, that of its dossier, those
// of its partners.
func (p Programme) Embargoes(f Film) []Refusal {
	var all []Refusal
	add := func(name string, until time.Time) {
		if !until.IsZero() {
			all = append(all, Refusal{Lock: LockEmbargo, Name: name, Until: until})
		}
	}
	add("", f.Embargo)
	for _, d := range p.Dossiers {
		if d.Slug == f.Dossier {
			add(d.Name, d.Embargo)
		}
	}
	for _, x := range p.Partners {
		if slices.Contains(f.Partners, x.Slug) {
			add(x.Name, x.Embargo)
		}
	}
	return all
}
