package configs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// The programme of the house, the ladder, and the example that explains every key.
//
//go:embed *.yaml
var files embed.FS

// Rubrique is a heading of the site, with its two colours.
type Rubrique struct {
	Slug  string `yaml:"slug"`
	Name  string `yaml:"name"`
	Light string `yaml:"light"` // CSS colour of its text on paper
	Dark  string `yaml:"dark"`  // CSS colour of its text in the dark room
	Lede  string `yaml:"lede"`
}

// Partner is who a film is made with or for.
type Partner struct {
	Slug string `yaml:"slug"`
	Name string `yaml:"name"`
	URL  string `yaml:"url"`
	Lede string `yaml:"lede"`
	// Colour is that of its own pages: #rrggbb.
	Colour string `yaml:"colour"`
	// Sites may show its films in a frame; none: any may.
	Sites []string `yaml:"sites"`
}

// Dossier gathers the films of one event or commission.
type Dossier struct {
	Slug    string `yaml:"slug"`
	Name    string `yaml:"name"`
	Partner string `yaml:"partner"` // slug
	Planned int    `yaml:"planned"` // films agreed with the partner; 0 unknown
	Lede    string `yaml:"lede"`
}

// Territory is a town, or a quarter of one.
type Territory struct {
	Slug   string `yaml:"slug"`
	Name   string `yaml:"name"`
	Parent string `yaml:"parent"` // slug of the town; "" for a town
}

// Filing is the whole programme: what films are filed under.
type Filing struct {
	Rubriques   []Rubrique  `yaml:"rubriques"`
	Partners    []Partner   `yaml:"partners"`
	Dossiers    []Dossier   `yaml:"dossiers"`
	Territories []Territory `yaml:"territories"`
}

// LoadProgramme reads the programme: the files that are named, and the built-in
// ones for the others. Its error is an *Error.
func LoadProgramme(p Programme) (Filing, error) {
	var rubriques struct {
		Rubriques []Rubrique `yaml:"rubriques"`
	}
	var partners struct {
		Partners []Partner `yaml:"partners"`
		Dossiers []Dossier `yaml:"dossiers"`
	}
	var territories struct {
		Territories []Territory `yaml:"territories"`
	}
	for _, part := range []struct {
		path, builtIn string
		into          any
	}{
		{p.Rubriques, "rubriques.yaml", &rubriques},
		{p.Partners, "partners.yaml", &partners},
		{p.Territories, "territories.yaml", &territories},
	} {
		name, text, err := read(part.path, part.builtIn)
		if err != nil {
			return Filing{}, err
		}
		if err := Decode(name, text, part.into); err != nil {
			return Filing{}, err
		}
	}
	f := Filing{rubriques.Rubriques, partners.Partners, partners.Dossiers, territories.Territories}
	if faults := f.validate(); len(faults) > 0 {
		return Filing{}, &Error{Faults: faults}
	}
	return f, nil
}

// ReadProfiles returns the ladder of a file, or the built-in one when path is
// empty, with the name to give Decode.
func ReadProfiles(path string) (name string, text []byte, err error) {
	return read(path, "profiles.yaml")
}

// read returns a file of the user's, or the built-in one when none is named.
func read(path, builtIn string) (string, []byte, error) {
	if path == "" {
		text, err := files.ReadFile(builtIn)
		return builtIn, text, err
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil, oneFault("Le fichier « %s » n'existe pas.", path)
	case err != nil:
		return path, nil, oneFault("Le fichier « %s » ne peut pas être lu : vérifiez ses droits.", path)
	}
	return path, text, nil
}

// validate checks that every slug is written well and once, and that what is
// named by a slug is there.
func (f Filing) validate() []string {
	var faults []string
	check := func(kind string, slugs []string) map[string]bool {
		seen := map[string]bool{"": true}
		for _, slug := range slugs {
			switch {
			case !isSlug(slug):
				faults = append(faults, fmt.Sprintf("Le nom court « %s » (%s) doit être fait de lettres minuscules sans accent, de chiffres et de tirets.", slug, kind))
			case seen[slug]:
				faults = append(faults, fmt.Sprintf("Le nom court « %s » est donné deux fois (%s).", slug, kind))
			}
			seen[slug] = true
		}
		return seen
	}
	check("rubriques", collect(f.Rubriques, func(r Rubrique) string { return r.Slug }))
	check("dossiers", collect(f.Dossiers, func(d Dossier) string { return d.Slug }))
	partners := check("partenaires", collect(f.Partners, func(p Partner) string { return p.Slug }))
	towns := check("territoires", collect(f.Territories, func(t Territory) string { return t.Slug }))
	for _, d := range f.Dossiers {
		if !partners[d.Partner] {
			faults = append(faults, fmt.Sprintf("Le dossier « %s » nomme le partenaire « %s », qui n'est pas dans la liste.", d.Name, d.Partner))
		}
	}
	for _, t := range f.Territories {
		if !towns[t.Parent] {
			faults = append(faults, fmt.Sprintf("Le territoire « %s » nomme la ville « %s », qui n'est pas dans la liste.", t.Name, t.Parent))
		}
	}
	return faults
}

func collect[T any](list []T, slug func(T) string) []string {
	all := make([]string, len(list))
	for i, item := range list {
		all[i] = slug(item)
	}
	return all
}

func isSlug(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != "" && s[0] != '-' && s[len(s)-1] != '-'
}
