package studio

import (
	"net/url"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// rushFilter is what the grid of rushes is asked for, as its address says it.
type rushFilter struct {
	Query, Place, Sujet, Owner, Dossier, Territory, Consent, Shot, Orientation, Stars, Kept, From, To string

	After string // keyset: the last rush of the page before
}

// names says under which name each field stands in the address, in order.
func (f *rushFilter) names() []struct {
	Name  string
	Field *string
} {
	return []struct {
		Name  string
		Field *string
	}{
		{"q", &f.Query},
		{"lieu", &f.Place},
		{"sujet", &f.Sujet},
		{"jri", &f.Owner},
		{"dossier", &f.Dossier},
		{"territoire", &f.Territory},
		{"autorisation", &f.Consent},
		{"plan", &f.Shot},
		{"orientation", &f.Orientation},
		{"etoiles", &f.Stars},
		{"ecartes", &f.Kept},
		{"du", &f.From},
		{"au", &f.To},
		{"apres", &f.After},
	}
}

func rushFilterOf(q url.Values) rushFilter {
	var f rushFilter
	for _, n := range f.names() {
		*n.Field = french.Clean(q.Get(n.Name))
	}
	return f
}

// address is where the grid shows this, after a rush; "" for the first page.
func (f rushFilter) address(after string) string {
	f.After = after
	if q := f.query(); q != "" {
		return "/regie/rushes?" + q
	}
	return "/regie/rushes"
}

func (f rushFilter) query() string {
	q := url.Values{}
	for _, n := range f.names() {
		if *n.Field != "" {
			q.Set(n.Name, *n.Field)
		}
	}
	return q.Encode()
}

// Kin is what links to a rush of this list carry along, so that its neighbours
// are those of the list.
func (f rushFilter) Kin() string {
	f.After = ""
	if q := f.query(); q != "" {
		return "?" + q
	}
	return ""
}

// Path is the address of this list, from its first page.
func (f rushFilter) Path() string { return f.address("") }

// Chosen tells whether anything is asked for.
func (f rushFilter) Chosen() bool { return f.Path() != "/regie/rushes" }

// ask is the filter as the catalog takes it.
func (f rushFilter) ask(zone *time.Location) (assets.RushFilter, error) {
	a := assets.RushFilter{
		Query: f.Query, Sujet: assets.ID(f.Sujet), Owner: assets.ID(f.Owner), Dossier: f.Dossier, Territory: f.Territory,
		Orientation: map[string]string{"paysage": "landscape", "portrait": "portrait", "carre": "square"}[f.Orientation],
		Shot:        map[string]assets.Shot{"parole": assets.ShotSpeech, "coupe": assets.ShotCutaway}[f.Shot],
		Consent:     map[string]string{"manquante": "missing"}[f.Consent],
	}
	if f.Place != "" { // places are among the words of a rush
		a.Query += " " + f.Place
	}
	a.MinStars, _ = strconv.Atoi(f.Stars) // what is no number asks for nothing
	yes, no := true, false
	switch f.Kept {
	case "":
		a.Rejected = &no
	case "seulement":
		a.Rejected = &yes
	case "cote":
		a.Removed = true
	}
	var err error
	if a.From, err = dayIn(zone, f.From); err != nil {
		return a, err
	}
	a.To, err = dayIn(zone, f.To)
	if !a.To.IsZero() {
		a.To = a.To.AddDate(0, 0, 1)
	}
	return a, err
}
