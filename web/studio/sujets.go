package studio

import (
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

// mostSujets is how many a list looks at: years of them.
const mostSujets = 1000

// doneShown is how many of those that are done a list begins with.
const doneShown = 20

// sujetListBody is the list, by what is to be done about it.
type sujetListBody struct {
	Filed
	Ask        url.Values // the filters, as the address holds them
	Filtered   bool
	Coming     []pipeline.SujetLine
	Current    []pipeline.SujetLine
	Done       []pipeline.SujetLine
	DoneHidden int
	Standings  []string
}

func (s *Studio) sujetList(w http.ResponseWriter, r *http.Request) error {
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	ask := r.URL.Query()
	lines, err := s.Desk.SujetLines(r.Context(), assets.SujetFilter{
		Crew: ownOnly(r), Rubrique: ask.Get("rubrique"), Territory: ask.Get("territoire"), Partner: ask.Get("partenaire"),
		Dossier: ask.Get("dossier"), Limit: mostSujets,
	})
	if err != nil {
		return err
	}
	if wish := ask.Get("etat"); wish != "" {
		lines = slices.DeleteFunc(lines, func(l pipeline.SujetLine) bool { return standing(l.Standing).Word != standing(wish).Word })
	}
	b := sujetListBody{Filed: names, Ask: ask, Filtered: asked(ask, "rubrique", "territoire", "partenaire", "dossier", "etat"), Standings: standings}
	b.Coming, b.Current, b.Done = s.byDate(lines)
	if limit := doneShown; ask.Get("tout") == "" && len(b.Done) > limit {
		b.Done, b.DoneHidden = b.Done[:limit], len(b.Done)-limit
	}
	return s.show(w, r, "sujets", page{Title: "Sujets", Here: "/regie/sujets", Body: b})
}

// standings are those that a list can be narrowed to, one of each word.
var standings = []string{"idea", "shooting", "rushes", "logging", "editing", "ready", "approved", "scheduled", "published", "archived"}

// ownOnly is who is asking, when the table lets them see their own only.
func ownOnly(r *http.Request) assets.ID {
	u := user(r)
	if right, known := access.Find("GET /regie/sujets"); known && right.Reach(u.Role) == access.Own {
		return u.ID
	}
	return ""
}

func asked(ask url.Values, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return ask.Get(n) != "" })
}

// byDate parts sujets in what is to come (the nearest first, then those without
// a date), what is going on, and what is done (the newest first).
func (s *Studio) byDate(lines []pipeline.SujetLine) (coming, current, done []pipeline.SujetLine) {
	today := s.midnight(0)
	for _, l := range lines {
		early := l.Film.State == assets.FilmIdea || l.Film.State == assets.FilmShooting
		switch {
		case over(l):
			done = append(done, l)
		case early && (l.At.IsZero() || !l.At.Before(today)):
			coming = append(coming, l)
		default:
			current = append(current, l)
		}
	}
	slices.SortStableFunc(coming, func(a, b pipeline.SujetLine) int {
		if a.At.IsZero() != b.At.IsZero() {
			if a.At.IsZero() {
				return 1
			}
			return -1
		}
		return a.At.Compare(b.At)
	})
	for _, list := range [][]pipeline.SujetLine{current, done} {
		slices.SortStableFunc(list, func(a, b pipeline.SujetLine) int { return b.At.Compare(a.At) })
	}
	return coming, current, done
}

// over tells that nothing more is to be done about a sujet.
func over(l pipeline.SujetLine) bool {
	return l.State == assets.SujetClosed ||
		slices.Contains([]assets.FilmState{assets.FilmPublished, assets.FilmWithdrawn, assets.FilmArchived}, l.Film.State)
}

// midnight begins today, or the day so many days later, in the house's zone.
func (s *Studio) midnight(days int) time.Time {
	y, m, d := s.Now().In(s.Zone).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, s.Zone)
}
