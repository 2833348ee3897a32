package assets

import (
	"slices"
	"time"
)

// HeadingKind says on which list of the programme an entry stands.
type HeadingKind string

// The lists of the programme.
const (
	HeadingRubrique  HeadingKind = "rubrique"
	HeadingPartner   HeadingKind = "partner"
	HeadingDossier   HeadingKind = "dossier"
	HeadingTerritory HeadingKind = "territory"
)

// HeadingKinds are all of them.
func HeadingKinds() []HeadingKind {
	return []HeadingKind{HeadingRubrique, HeadingDossier, HeadingPartner, HeadingTerritory}
}

// Heading names one entry of the programme.
type Heading struct {
	Kind HeadingKind
	Slug string
}

// HeadingEntry is one entry of the programme, whatever its kind, as people edit
// it. What its kind does not have stays empty.
type HeadingEntry struct {
	Slug    string    `json:"slug"`
	Name    string    `json:"name"`
	Lede    string    `json:"lede,omitempty"`
	Light   string    `json:"light,omitempty"`   // of a rubrique
	Dark    string    `json:"dark,omitempty"`    // of a rubrique
	Rank    int       `json:"rank,omitempty"`    // of a rubrique
	URL     string    `json:"url,omitempty"`     // of a partner
	Logo    string    `json:"logo,omitempty"`    // of a partner: changed by Desk.SetLogo alone
	Colour  string    `json:"colour,omitempty"`  // of a partner
	Sites   []string  `json:"sites,omitempty"`   // of a partner: who may frame its films
	Partner string    `json:"partner,omitempty"` // of a dossier
	Planned int       `json:"planned,omitempty"` // of a dossier
	Begins  string    `json:"begins,omitempty"`  // of a dossier
	Ends    string    `json:"ends,omitempty"`    // of a dossier
	Parent  string    `json:"parent,omitempty"`  // of a quarter
	Embargo time.Time `json:"embargo,omitzero"`  // of a partner or a dossier
}

// Entries lists what stands on one list, in its order.
func (p Programme) Entries(kind HeadingKind) []HeadingEntry {
	var all []HeadingEntry
	switch kind {
	case HeadingRubrique:
		for _, x := range p.Rubriques {
			all = append(all, HeadingEntry{Slug: x.Slug, Name: x.Name, Lede: x.Lede, Light: x.Light, Dark: x.Dark, Rank: x.Rank})
		}
	case HeadingPartner:
		for _, x := range p.Partners {
			all = append(all, HeadingEntry{Slug: x.Slug, Name: x.Name, Lede: x.Lede, URL: x.URL, Logo: x.Logo, Colour: x.Colour, Sites: x.Sites, Embargo: x.Embargo})
		}
	case HeadingDossier:
		for _, x := range p.Dossiers {
			all = append(all, HeadingEntry{Slug: x.Slug, Name: x.Name, Lede: x.Lede, Partner: x.Partner, Planned: x.Planned, Begins: x.Begins, Ends: x.Ends, Embargo: x.Embargo})
		}
	case HeadingTerritory:
		for _, x := range p.Territories {
			all = append(all, HeadingEntry{Slug: x.Slug, Name: x.Name, Parent: x.Parent})
		}
	}
	return all
}

// Entry is one entry of the programme; nil when it isn't there.
func (p Programme) Entry(h Heading) *HeadingEntry {
	all := p.Entries(h.Kind)
	if i := slices.IndexFunc(all, func(e HeadingEntry) bool { return e.Slug == h.Slug }); i >= 0 {
		return &all[i]
	}
	return nil
}

// Add puts an entry on a list. It looks for no other of its slug.
func (p *Programme) Add(kind HeadingKind, e HeadingEntry) {
	switch kind {
	case HeadingRubrique:
		p.Rubriques = append(p.Rubriques, Rubrique{Slug: e.Slug, Name: e.Name, Lede: e.Lede, Light: e.Light, Dark: e.Dark, Rank: e.Rank})
	case HeadingPartner:
		p.Partners = append(p.Partners, Partner{Slug: e.Slug, Name: e.Name, Lede: e.Lede, URL: e.URL, Logo: e.Logo, Colour: e.Colour, Sites: e.Sites, Embargo: e.Embargo})
	case HeadingDossier:
		p.Dossiers = append(p.Dossiers, Dossier{Slug: e.Slug, Name: e.Name, Lede: e.Lede, Partner: e.Partner, Planned: e.Planned, Begins: e.Begins, Ends: e.Ends, Embargo: e.Embargo})
	case HeadingTerritory:
		p.Territories = append(p.Territories, Territory{Slug: e.Slug, Name: e.Name, Parent: e.Parent})
	}
}

// MovedTo is where the address of an entry leads that is gone; "" when nothing
// took its place.
func (p Programme) MovedTo(h Heading) string {
	for range p.Moved { // one may have moved on; a circle ends
		i := slices.IndexFunc(p.Moved, func(m Moved) bool { return m.Heading == h })
		if i < 0 {
			return ""
		}
		if h = p.Moved[i].Into; p.Entry(h) != nil {
			return h.Slug
		}
	}
	return ""
}

// Filed is how much is filed under one entry.
type Filed struct{ Films, Sujets, Rushes int }

// ProgrammeID is the subject of events about the programme: it is one record.
const ProgrammeID ID = "programme"

// ProgrammeMachine: the programme is there, and changes.
var ProgrammeMachine = Machine[string]{"": {"there"}, "there": {}}
