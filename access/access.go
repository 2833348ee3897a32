// Package access says who may do what in the house. The rights are one table
// (Table): each route with how far it reaches for each role. The router reads
// it and refuses to be built with a route that is not in it; a test sweeps it.
//
// It looks nothing up: whoever asks hands it the person and the Record that
// the route names. It knows no page, no session and no database.
package access

import (
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

// Reach is how far a right goes.
type Reach int

// The reaches, from none.
const (
	No  Reach = iota
	Own       // records that are the person's own: brought by them, or of a sujet they are on
	All       // every record
)

// Right is one row of the table.
type Right struct {
	Route string // "GET /regie/films/{film}"; the first wildcard names the kind of record
	// How far it reaches, by role.
	JRI, Monteur, Image, Communication, Administration Reach
	// WhileOpen closes the route once the record is closed: a sujet that is
	// closed, a film in the archive, an upload that has ended.
	WhileOpen bool
}

// Reach is how far the right goes for a role; No for a role that is unknown.
func (r Right) Reach(role assets.UserRole) Reach {
	return map[assets.UserRole]Reach{
		assets.RoleJRI: r.JRI, assets.RoleMonteur: r.Monteur, assets.RoleImage: r.Image,
		assets.RoleCommunication: r.Communication, assets.RoleAdministration: r.Administration,
	}[role]
}

// Public tells a route that everybody may ask for: what opens the door.
func (r Right) Public() bool { return slices.Contains(public, r.Route) }

// Method and Path are the two parts of the route.
func (r Right) Method() string { method, _, _ := strings.Cut(r.Route, " "); return method }

// Path is the address of the route, with its wildcards.
func (r Right) Path() string { _, path, _ := strings.Cut(r.Route, " "); return path }

// Kind is the kind of record that the route names: the name of its first
// wildcard, "" for none.
func (r Right) Kind() string {
	_, rest, found := strings.Cut(r.Route, "{")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(rest, "}")
	return strings.TrimSuffix(name, "...")
}

// Record is what the table must know of a record.
type Record struct {
	Owners []assets.ID // whose it is: those who brought it, and the crew of its sujet
	Closed bool
}

// Verdict is the answer of the table.
type Verdict int

// The answers.
const (
	Hidden Verdict = iota // as if it were not there
	Closed                // it is there, and no longer changes
	Allowed
)

// Judge answers for one person, one right and the record that the request
// names; nil where the route names none.
func (r Right) Judge(u assets.User, record *Record) Verdict {
	reach := r.Reach(u.Role)
	switch {
	case reach == No:
		return Hidden
	case reach == Own && record != nil && !slices.Contains(record.Owners, u.ID):
		return Hidden
	case r.WhileOpen && record != nil && record.Closed:
		return Closed
	}
	return Allowed
}

// Find returns the right of a route.
func Find(route string) (Right, bool) {
	i := slices.IndexFunc(Table, func(r Right) bool { return r.Route == route })
	if i < 0 {
		return Right{}, false
	}
	return Table[i], true
}

// May tells whether a role can reach a route at all: what a menu shows.
func May(role assets.UserRole, route string) bool {
	r, known := Find(route)
	return known && (r.Public() || r.Reach(role) != No)
}

// Known tells whether the table has a column for a role.
func Known(role assets.UserRole) bool { return slices.Contains(assets.UserRoles(), role) }
