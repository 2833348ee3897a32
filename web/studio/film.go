package studio

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// filmBody is one version of a film with what is thought of it, and what can be
// done about the film.
type filmBody struct {
	Head      filmHead
	Versions  []versionLine
	Version   *assets.Version // the one that is looked at
	Movie     *movie
	Notes     notesView
	Pending   string // why there is nothing to play
	Progress  *progress
	Facts     []fact
	Web       *assets.Rendition // the version with the sound for the web; nil for none
	Loud      bool              // its sound can be corrected
	Formats   formatsView       // empty while the film is not made
	Verdicts  []string          // what the house thinks of the file, the worst first
	Asked     *assets.Approval  // the BAT that waits for its answer
	Given     *assets.Approval  // the BAT that holds
	Last      *assets.Approval  // the last answer, when none of these
	Public    string            // address on the site
	SiteState assets.PublicationState
	Outlets   filmOutlets
	Shown     bool // it is somewhere, or is to go there
	History   []assets.Event
	Blocked   []chip            // what keeps it from the site, each with the way out
	Who       map[string]string // names of people by their ID
	May       struct{ Ask, Answer, Site, Outlets, Remake, Upload, Original, Archive, Withdraw bool }
}

// versionLine is one version in the stack.
type versionLine struct {
	assets.Version
	Approval assets.ApprovalState // its last BAT
	Current  bool
	Before   int // the number to compare with; 0 for none
}

// progress is how far the work on a version is.
type progress struct {
	Step    string
	Percent int
	Left    float64 // seconds
}

// film shows the film with its newest version.
func (s *Studio) film(w http.ResponseWriter, r *http.Request) error {
	return s.showFilm(w, r, 0)
}

// version shows the film with one of its versions.
func (s *Studio) version(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return errNoVersion
	}
	return s.showFilm(w, r, n)
}

// errNoVersion is a number that no version has.
var errNoVersion = &assets.Error{Kind: assets.NotFound, Op: "studio.version", Msg: "Ce film n’a pas cette version."}

func (s *Studio) showFilm(w http.ResponseWriter, r *http.Request, number int) error {
	head, err := s.filmHead(r, "")
	if err != nil {
		return err
	}
	b := filmBody{Head: head}
	for _, load := range []func(*http.Request, *filmBody, int) error{s.loadVersions, s.loadNotes, s.loadApprovals, s.loadSite, s.loadOutlets, s.loadFormats, s.loadHistory} {
		if err := load(r, &b, number); err != nil {
			return err
		}
	}
	shown, err := s.Desk.Shown(r.Context(), head.Film.ID)
	if err != nil {
		return err
	}
	b.Shown = len(shown) > 0
	role := user(r).Role
	b.May.Ask, b.May.Answer = access.May(role, "POST /regie/films/{film}/bat"), access.May(role, "POST /regie/bat/{approval}")
	b.May.Site, b.May.Remake = access.May(role, "POST /regie/films/{film}/site"), access.May(role, "POST /regie/films/{film}/refaire")
	b.May.Outlets = access.May(role, "POST /regie/films/{film}/publications")
	b.May.Original = access.May(role, "GET /regie/films/{film}/versions/{n}/original")
	b.May.Upload, b.May.Archive = b.May.Ask, access.May(role, "POST /regie/films/{film}/archives")
	b.May.Withdraw = access.May(role, "POST /regie/films/{film}/retrait")
	if head.Film.State == assets.FilmArchived {
		b.May.Ask, b.May.Answer, b.May.Site, b.May.Outlets, b.May.Remake, b.May.Upload = false, false, false, false, false, false
	}
	for _, c := range head.Chips {
		if c.Kind != pipeline.BlockedBAT && c.Kind != pipeline.BlockedPAD {
			b.Blocked = append(b.Blocked, c)
		}
	}
	p := page{Title: head.Film.Title, Here: "/regie/films", Class: "room", Scripts: []string{"room.js"}}
	if b.May.Upload {
		p.Drop = drop{"/regie/deposer?film=" + string(head.Film.ID) + "&sujet=" + string(head.Film.Sujet), fmt.Sprintf("« %s » (V%d)", french.Clean(head.Film.Title), len(b.Versions)+1)}
	}
	p.Body = b
	return s.show(w, r, "film", p)
}

func (s *Studio) loadVersions(r *http.Request, b *filmBody, number int) error {
	ctx := r.Context()
	all, err := s.Desk.Catalog.Versions(ctx, b.Head.Film.ID)
	if err != nil {
		return err
	}
	approvals, err := s.Desk.Catalog.Approvals(ctx, b.Head.Film.ID)
	if err != nil {
		return err
	}
	if number == 0 {
		number = len(all)
	}
	for _, v := range slices.Backward(all) {
		line := versionLine{Version: v, Current: v.Number == number, Before: v.Number - 1}
		for _, a := range approvals {
			if a.Version == v.ID {
				line.Approval = a.State
			}
		}
		b.Versions = append(b.Versions, line)
		if line.Current {
			b.Version = &v
		}
	}
	if b.Version == nil {
		if len(all) > 0 {
			return errNoVersion
		}
		return nil
	}
	if b.Movie, err = s.movieOfVersion(ctx, *b.Version); err != nil {
		return err
	}
	if b.Facts, err = s.versionFacts(r, *b.Version); err != nil {
		return err
	}
	b.Verdicts = verdictsOf(b.Version.Sheet)
	made, err := s.Desk.Catalog.Renditions(ctx, b.Version.ID)
	if err != nil {
		return err
	}
	for _, one := range made {
		if one.Role == assets.RoleWeb {
			b.Web = &one
		}
	}
	b.Loud = b.Movie != nil && b.Version.Sheet.Loudness != nil && b.Version.Sheet.Loudness.Integrated != nil
	return s.loadProgress(r, b)
}

// loadProgress says why there is nothing to play, and how far the work is.
func (s *Studio) loadProgress(r *http.Request, b *filmBody) error {
	switch v := b.Version; {
	case v.State == assets.VersionReceived || v.State == assets.VersionMaking:
		b.Pending = "La version est reçue et vérifiée. Sa fabrication est en cours."
		jobs, err := s.Desk.Catalog.JobsOf(r.Context(), v.ID)
		if err != nil {
			return err
		}
		b.Progress = &progress{Step: "En attente"}
		for _, j := range jobs {
			if j.State == assets.JobRunning {
				b.Progress = &progress{j.Step, int(100 * j.Progress), j.ETA.Seconds()}
			}
		}
	case v.State != assets.VersionReady:
		b.Pending = v.Reason
	case b.Movie == nil:
		b.Pending = "Ce film n’a pas d’image : il s’écoute sur le site."
	}
	return nil
}

// versionFacts is the technical sheet, in plain words.
func (s *Studio) versionFacts(r *http.Request, v assets.Version) ([]fact, error) {
	master, err := s.Desk.Catalog.Asset(r.Context(), v.Master)
	if err != nil {
		return nil, err
	}
	facts := []fact{{"Fichier", french.Clean(master.Name)}, {"Poids", french.Weight(master.Size)}, {"Reçu", french.Moment(v.CreatedAt.In(s.Zone), s.Now().In(s.Zone))}}
	return append(facts, sheetFacts(v.Sheet)...), nil
}

// loadNotes gathers what was said of every version: notes outlive them.
func (s *Studio) loadNotes(r *http.Request, b *filmBody, _ int) error {
	if b.Version == nil {
		return nil
	}
	var ids []assets.ID
	numbers := map[assets.ID]int{}
	for _, v := range b.Versions {
		if v.Number <= b.Version.Number {
			ids, numbers[v.ID] = append(ids, v.ID), v.Number
		}
	}
	all, err := s.Desk.Catalog.Notes(r.Context(), ids...)
	if err != nil {
		return err
	}
	rate := 25000
	if b.Movie != nil {
		rate = b.Movie.Rate
	}
	post := fmt.Sprintf("/regie/films/%s/versions/%d/notes", b.Head.Film.ID, b.Version.Number)
	b.Notes = s.notesView(r, post, all, rate, func(n assets.Note) string {
		if number := numbers[n.Subject]; number != b.Version.Number {
			return fmt.Sprintf("vu en V%d", number)
		}
		return ""
	})
	return nil
}

func (s *Studio) loadApprovals(r *http.Request, b *filmBody, _ int) error {
	all, err := s.Desk.Catalog.Approvals(r.Context(), b.Head.Film.ID)
	for _, a := range all {
		switch a.State {
		case assets.ApprovalAsked:
			b.Asked = &a
		case assets.ApprovalGiven:
			b.Given = &a
		}
		b.Last = &a
	}
	if b.Asked != nil || b.Given != nil {
		b.Last = nil
	}
	return err
}

func (s *Studio) loadSite(r *http.Request, b *filmBody, _ int) error {
	all, err := s.Desk.Catalog.Publications(r.Context(), assets.PublicationFilter{Film: b.Head.Film.ID, Channel: assets.ChannelSite})
	for _, p := range all {
		b.SiteState, b.Public = p.State, ""
		if p.State == assets.PublicationPublished {
			b.Public = p.URL
		}
	}
	return err
}

// mostHistory is how many events a page tells.
const mostHistory = 30

func (s *Studio) loadHistory(r *http.Request, b *filmBody, _ int) error {
	ids := []assets.ID{b.Head.Film.ID}
	for _, v := range b.Versions {
		ids = append(ids, v.ID)
	}
	all, err := s.Desk.Catalog.Events(r.Context(), ids...)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(all) {
		if len(b.History) == mostHistory {
			break
		}
		if told(b.History, e) {
			continue
		}
		b.History = append(b.History, e)
	}
	b.Who, err = s.actors(r.Context(), b.History)
	return err
}

// told tells whether the event just told says the same to people: the film and
// its version become « Version à valider » together.
func told(history []assets.Event, e assets.Event) bool {
	if len(history) == 0 || e.Note != "" || e.From == e.To {
		return false
	}
	last := history[len(history)-1]
	return last.Note == "" && last.Actor == e.Actor && last.Kind != e.Kind && last.From != last.To && standing(last.To).Word == standing(e.To).Word
}
