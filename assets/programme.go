package assets

import (
	"regexp"
	"time"
)

// Rubrique is a heading of the site. Its colour is never used for a state.
type Rubrique struct {
	Slug  string `json:"slug"  yaml:"slug"`
	Name  string `json:"name"  yaml:"name"`
	Light string `json:"light" yaml:"light"` // CSS colour of its text on paper
	Dark  string `json:"dark"  yaml:"dark"`  // CSS colour of its text in the dark room
	Rank  int    `json:"rank"  yaml:"-"`     // order in the menu
	Lede  string `json:"lede,omitempty" yaml:"lede,omitempty"`
}

// Class is the name by which pages ask for the colours of the rubrique.
func (r Rubrique) Class() string { return "r-" + r.Slug }

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Style is its rule in a style sheet. What is no plain colour is dropped: rather
// none than a stranger's style sheet. The slug must be one.
func (r Rubrique) Style() string {
	var rule string
	if hexColour.MatchString(r.Light) {
		rule += "--rubrique:" + r.Light + ";"
	}
	if hexColour.MatchString(r.Dark) {
		rule += "--rubrique-dark:" + r.Dark + ";"
	}
	return "." + r.Class() + "{" + rule + "}\n"
}

// Partner is who a film is made with or for.
type Partner struct {
	Slug string `json:"slug" yaml:"slug"`
	Name string `json:"name" yaml:"name"`
	URL  string `json:"url,omitempty" yaml:"url,omitempty"`
	Lede string `json:"lede,omitempty" yaml:"lede,omitempty"`
	// What its own pages wear: a picture among the blobs, and one colour, #rrggbb.
	Logo   string `json:"logo,omitempty" yaml:"-"`
	Colour string `json:"colour,omitempty" yaml:"colour,omitempty"`
	// Sites are the hosts that may show its films in a frame, in ASCII and without
	// « www. »; none: any may.
	Sites []string `json:"sites,omitempty" yaml:"sites,omitempty"`
	// Embargo: none of its films is public before.
	Embargo time.Time `json:"embargo,omitzero" yaml:"-"`
}

// Dossier gathers the films of one event or commission.
type Dossier struct {
	Slug    string `json:"slug" yaml:"slug"`
	Name    string `json:"name" yaml:"name"`
	Partner string `json:"partner,omitempty" yaml:"partner,omitempty"` // slug
	Planned int    `json:"planned,omitempty" yaml:"planned,omitempty"` // films agreed with the partner; 0 unknown
	Begins  string `json:"begins,omitempty" yaml:"begins,omitempty"`   // first day of the event, like 2018-06-07; "" when it has none
	Ends    string `json:"ends,omitempty" yaml:"ends,omitempty"`       // its last day; "" for an event of one day
	Lede    string `json:"lede,omitempty" yaml:"lede,omitempty"`
	// Embargo: none of its films is public before.
	Embargo time.Time `json:"embargo,omitzero" yaml:"-"`
}

// Territory is a place; places form a tree of two levels (town, quarter).
type Territory struct {
	Slug   string `json:"slug" yaml:"slug"`
	Name   string `json:"name" yaml:"name"`
	Parent string `json:"parent,omitempty" yaml:"parent,omitempty"` // slug of the town; "" for a town
}

// Programme is the whole of the editable filing data.
type Programme struct {
	Rubriques   []Rubrique
	Partners    []Partner
	Dossiers    []Dossier
	Territories []Territory
	Moved       []Moved
	Scrutins    []Scrutin // oldest first, those that were removed too
}

// Names are what the slugs of a programme stand for.
type Names struct{ Rubrique, Partner, Dossier, Territory map[string]string }

// Names gathers them.
func (p Programme) Names() Names {
	n := Names{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	for _, x := range p.Rubriques {
		n.Rubrique[x.Slug] = x.Name
	}
	for _, x := range p.Partners {
		n.Partner[x.Slug] = x.Name
	}
	for _, x := range p.Dossiers {
		n.Dossier[x.Slug] = x.Name
	}
	for _, x := range p.Territories {
		n.Territory[x.Slug] = x.Name
	}
	return n
}

// Moved says which entry took the place of one that is gone: its address leads
// there for ever.
type Moved struct{ Heading, Into Heading }
