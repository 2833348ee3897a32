package studio

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// sujets are the pages about what is to be told.
var sujets = map[string]handler{
	"GET /regie/sujets":                     (*Studio).sujetList,
	"GET /regie/sujets/nouveau":             (*Studio).newSujet,
	"POST /regie/sujets":                    (*Studio).createSujet,
	"GET /regie/sujets/{sujet}":             (*Studio).sujet,
	"GET /regie/sujets/{sujet}/modifier":    (*Studio).editSujet,
	"POST /regie/sujets/{sujet}":            (*Studio).saveSujet,
	"POST /regie/sujets/{sujet}/demande":    (*Studio).askFor,
	"POST /regie/sujets/{sujet}/etat":       (*Studio).moveSujet,
	"POST /regie/sujets/{sujet}/tournage":   (*Studio).beginShoot,
	"GET /regie/sujets/{sujet}/conducteur":  (*Studio).conducteur,
	"POST /regie/sujets/{sujet}/conducteur": (*Studio).changeConducteur,
}

// mostSujets is how many a list to choose from holds: years of them.
const mostSujets = 1000

// The list shows the first few of each phase, and pages of one.
const (
	sujetsOfPhase = 20
	sujetsOnPage  = 60
)

// sujetListBody is the list, by what is to be done about it.
type sujetListBody struct {
	Filed
	Ask       url.Values // the filters, as the address holds them
	Filtered  bool
	Phases    []sujetPhase // those that hold any
	First     string       // address of the list of all phases, where this is one of them
	Standings []string
}

// sujetPhase is a page of the sujets of one phase.
type sujetPhase struct {
	Title string
	Lines []pipeline.SujetLine
	Next  string // address of the page after this one; "" for none
}

// sujetPhases are the phases in the order of the page, as addresses name them.
var sujetPhases = []struct {
	name, title string
	phase       assets.SujetPhase
}{
	{"a-venir", "À venir", assets.SujetComing},
	{"en-cours", "En cours", assets.SujetCurrent},
	{"termines", "Terminés", assets.SujetDone},
}

func (s *Studio) sujetList(w http.ResponseWriter, r *http.Request) error {
	names, err := s.filed(r.Context())
	if err != nil || movedFilters(w, r, names.Programme) {
		return err
	}
	ask := r.URL.Query()
	b := sujetListBody{Filed: names, Ask: ask, Filtered: asked(ask, "rubrique", "territoire", "partenaire", "dossier", "etat"), Standings: standings}
	one, shown := ask.Get("groupe"), sujetsOfPhase
	if one != "" {
		b.First, shown = listAt("/regie/sujets", ask, "", ""), sujetsOnPage
	}
	for _, p := range sujetPhases {
		if one != "" && one != p.name {
			continue
		}
		lines, err := s.Desk.SujetLines(r.Context(), assets.SujetFilter{
			Crew: ownOnly(r), Rubrique: ask.Get("rubrique"), Territory: ask.Get("territoire"), Partner: ask.Get("partenaire"), Dossier: ask.Get("dossier"),
			Standing: ask.Get("etat"), Phase: p.phase, Today: s.midnight(0), After: assets.ID(ask.Get("apres")), Limit: shown + 1,
		})
		if err != nil {
			return err
		}
		next := ""
		if len(lines) > shown {
			lines = lines[:shown]
			next = listAt("/regie/sujets", ask, p.name, lines[shown-1].ID)
		}
		if len(lines) > 0 {
			b.Phases = append(b.Phases, sujetPhase{p.title, lines, next})
		}
	}
	return s.show(w, r, "sujets", page{Title: "Sujets", Here: "/regie/sujets", Body: b})
}

// listAt is the address of a list with its filters: of one group, after a record;
// from its beginning, and of all groups, for "".
func listAt(path string, ask url.Values, group string, after assets.ID) string {
	to := maps.Clone(ask)
	for name, value := range map[string]string{"groupe": group, "apres": string(after)} {
		to.Set(name, value)
		if value == "" {
			to.Del(name)
		}
	}
	if len(to) == 0 {
		return path
	}
	return path + "?" + to.Encode()
}

// standings are those that a list can be narrowed to, one of each word.
var standings = []string{"idea", "shooting", "rushes", "logging", "editing", "ready", "approved", "scheduled", "published", "archived"}

// ownOnly is who is asking, when the table lets them see their own only.
func ownOnly(r *http.Request) assets.ID {
	return own(user(r))
}

func own(u assets.User) assets.ID {
	if right, known := access.Find("GET /regie/sujets"); known && right.Reach(u.Role) == access.Own {
		return u.ID
	}
	return ""
}

func asked(ask url.Values, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return ask.Get(n) != "" })
}

// midnight begins today, or the day so many days later, in the house's zone.
func (s *Studio) midnight(days int) time.Time {
	y, m, d := s.Now().In(s.Zone).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, s.Zone)
}
