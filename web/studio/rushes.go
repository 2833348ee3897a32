package studio

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// rushes are the pages about raw footage and selections.
var rushes = map[string]handler{
	"GET /regie/rushes":                       (*Studio).rushes,
	"POST /regie/rushes":                      (*Studio).changeRushes,
	"GET /regie/rushes/{rush}":                (*Studio).rush,
	"POST /regie/rushes/{rush}":               (*Studio).changeRush,
	"POST /regie/rushes/{rush}/refaire":       (*Studio).remakeProxy,
	"POST /regie/rushes/{rush}/notes":         (*Studio).noteRush,
	"POST /regie/notes/{note}":                (*Studio).editNote,
	"POST /regie/notes/{note}/fait":           (*Studio).noteDone,
	"POST /regie/annuler/{batch}":             (*Studio).undo,
	"GET /regie/selections":                   (*Studio).selections,
	"POST /regie/selections":                  (*Studio).openSelection,
	"GET /regie/selections/{selection}":       (*Studio).selection,
	"POST /regie/selections/{selection}":      (*Studio).changeSelection,
	"GET /regie/recherche":                    (*Studio).search,
	"POST /regie/recherches":                  (*Studio).saveSearch,
	"POST /regie/recherches/{search}/retirer": (*Studio).forgetSearch,
	"GET /regie/raccourcis":                   (*Studio).shortcuts,
	"POST /regie/raccourcis":                  (*Studio).switchShortcuts,
}

const (
	rushesOnPage  = 60   // of the grid
	rushesCounted = 1000 // of those that have certain words, which nobody walks to the end
)

type rushesBody struct {
	Filter     rushFilter
	List       []rushTile
	Total      string
	Next       string // address of the page after this one; "" for none
	First      string // address of the first page, where this is not it
	Choices    rushChoices
	Searches   []assets.SavedSearch
	Selections []assets.Selection
}

// rushTile is one rush in the grid.
type rushTile struct {
	assets.Rush
	rushFiles
	SujetTitle string
}

// rushFiles are the addresses of what was made of a rush; "" for what is not there.
type rushFiles struct{ Poster, Sprite, Video, Wave string }

// rushes shows the grid.
func (s *Studio) rushes(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Desk.Catalog.Programme(r.Context())
	if err != nil || movedFilters(w, r, p) {
		return err
	}
	body := rushesBody{Filter: rushFilterOf(r.URL.Query())}
	f, err := body.Filter.ask(s.Zone)
	if err != nil {
		return err
	}
	u := user(r)
	if u.Role == assets.RoleJRI {
		f.Crew = u.ID
	}
	ctx, catalog := r.Context(), s.Desk.Catalog
	if body.Total, err = s.countRushes(ctx, f); err != nil {
		return err
	}
	f.After, f.Limit = assets.ID(body.Filter.After), rushesOnPage+1
	list, err := catalog.Rushes(ctx, f)
	if err != nil {
		return err
	}
	if len(list) > rushesOnPage {
		list = list[:rushesOnPage]
		body.Next = body.Filter.address(string(list[rushesOnPage-1].ID))
	}
	if body.Filter.After != "" {
		body.First = body.Filter.address("")
	}
	if body.Choices, err = s.rushChoices(ctx, u); err != nil {
		return err
	}
	if body.Searches, err = catalog.SavedSearches(ctx, u.ID); err != nil {
		return err
	}
	if body.Selections, err = s.ownSelections(ctx, u); err != nil {
		return err
	}
	if body.List, err = s.rushTiles(ctx, list, body.Choices); err != nil {
		return err
	}
	if wanted(r) == "liste" {
		w.Header().Set("HX-Push-Url", body.Filter.address(body.Filter.After))
	}
	return s.show(w, r, "rushes", page{Title: "Rushes", Here: "/regie/rushes", Body: body, Scripts: []string{"rushes.js"}})
}

// countRushes says how many rushes a filter chooses.
func (s *Studio) countRushes(ctx context.Context, f assets.RushFilter) (string, error) {
	if f.Query != "" {
		f.Limit = rushesCounted + 1
	}
	n, err := s.Desk.Catalog.CountRushes(ctx, f)
	if f.Limit > 0 && n == f.Limit {
		return "Plus de " + french.Count(rushesCounted, "rush", "rushes"), err
	}
	return french.Count(n, "rush", "rushes"), err
}

func (s *Studio) rushTiles(ctx context.Context, list []assets.Rush, choices rushChoices) ([]rushTile, error) {
	made, err := s.rushFiles(ctx, list...)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	for _, c := range choices.Sujets {
		titles[c.Value] = c.Name
	}
	tiles := make([]rushTile, len(list))
	for i, r := range list {
		tiles[i] = rushTile{r, made[r.ID], titles[string(r.Sujet)]}
	}
	return tiles, nil
}

// rushFiles finds what was made of rushes.
func (s *Studio) rushFiles(ctx context.Context, list ...assets.Rush) (map[assets.ID]rushFiles, error) {
	found := map[assets.ID]rushFiles{}
	if len(list) == 0 {
		return found, nil
	}
	ids := make([]assets.ID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	made, err := s.Desk.Catalog.Proxies(ctx, ids...)
	for _, m := range made {
		f, at := found[m.Version], madeAt("/regie/rushes/"+string(m.Version), m)
		switch m.Role {
		case assets.RolePoster:
			f.Poster = at
		case assets.RoleStoryboard:
			f.Sprite = at
		case assets.RoleProxy:
			f.Video = at
		case assets.RoleWaveform:
			f.Wave = at
		}
		found[m.Version] = f
	}
	return found, err
}

// Length is how long a rush is, as far as that is known.
func (t rushTile) Length() string { return rushLength(t.Rush) }

func rushLength(r assets.Rush) string {
	switch {
	case r.Proxy.Frames > 0:
		return french.Length(float64(r.Proxy.Frames) / float64(rateOf(r)) * 1000)
	case r.Sheet != nil:
		return french.Length(r.Sheet.Duration)
	}
	return ""
}

// changeRushes does one thing to all rushes that were chosen.
func (s *Studio) changeRushes(w http.ResponseWriter, r *http.Request) error {
	ids, err := s.chosen(r)
	if err != nil {
		return err
	}
	to := back(r, "/regie/rushes")
	if r.FormValue("faire") == "selectionner" {
		var clips []assets.Clip
		for _, id := range ids {
			clips = append(clips, assets.Clip{Rush: id})
		}
		return s.addToSelection(w, r, clips, to)
	}
	edit, err := s.rushEditFrom(r)
	if err != nil {
		return err
	}
	batch, n, err := s.Desk.EditRushes(r.Context(), ids, edit, user(r))
	if err != nil {
		return err
	}
	if n == 0 {
		return s.done(w, r, to, "Rien n’était à changer.")
	}
	text := french.Count(n, "rush modifié.", "rushes modifiés.")
	if edit.Removed != nil && *edit.Removed {
		text = french.Count(n, "rush mis de côté.", "rushes mis de côté.")
	}
	return s.doneWith(w, r, to, gate.Flash{Text: text, Undo: "/regie/annuler/" + string(batch)})
}

// chosen are the rushes that a form names, each of which the person may change.
func (s *Studio) chosen(r *http.Request) ([]assets.ID, error) {
	if err := r.ParseForm(); err != nil {
		return nil, invalid("chosen", "La liste des rushes choisis n’est pas lisible.")
	}
	var ids []assets.ID
	for _, id := range r.PostForm["rush"] {
		if !slices.Contains(ids, assets.ID(id)) {
			ids = append(ids, assets.ID(id))
		}
	}
	switch {
	case len(ids) == 0:
		return nil, invalid("chosen", "Choisissez d’abord un ou plusieurs rushes.")
	case len(ids) > 500:
		return nil, invalid("chosen", "500 rushes au plus à la fois. Rien n’a été changé.")
	}
	for _, id := range ids {
		if err := s.reach(r, "POST /regie/rushes/{rush}", id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// rushEditFrom reads what a form changes: a field that is not in it, or is "-",
// stays as it is.
func (s *Studio) rushEditFrom(r *http.Request) (pipeline.RushEdit, error) {
	var e pipeline.RushEdit
	given := func(name string) *string {
		v, there := r.PostForm[name]
		if !there || v[0] == "-" {
			return nil
		}
		return &v[0]
	}
	e.Title, e.Place, e.Territory = given("title"), given("place"), given("territory")
	if v := given("sujet"); v != nil {
		if *v != "" {
			if err := s.reach(r, "GET /regie/sujets/{sujet}", assets.ID(*v)); err != nil {
				return e, err
			}
		}
		e.Sujet = (*assets.ID)(v)
	}
	e.Shot, e.Minors = (*assets.Shot)(given("shot")), (*assets.Answer)(given("minors"))
	if v := given("stars"); v != nil {
		n, err := strconv.Atoi(*v)
		if err != nil {
			return e, invalid("rushEditFrom", "Un rush a de 0 à 3 étoiles.")
		}
		e.Stars = &n
	}
	if names, there := r.PostForm["name"]; there {
		people, roles := []assets.Person{}, r.PostForm["role"]
		for i, name := range names {
			p := assets.Person{Name: name}
			if i < len(roles) {
				p.Role = roles[i]
			}
			people = append(people, p)
		}
		e.People = &people
	}
	yes, no := true, false
	switch r.FormValue("faire") {
	case "ecarter":
		e.Rejected = &yes
	case "reprendre":
		e.Rejected = &no
	case "cote":
		e.Removed = &yes
	case "remettre":
		e.Removed = &no
	}
	return e, nil
}

// choice is one line of a list to choose from.
type choice struct{ Value, Name string }

// rushChoices are what the grid can be asked for by.
type rushChoices struct{ Sujets, People, Dossiers, Territories []choice }

func (s *Studio) rushChoices(ctx context.Context, u assets.User) (rushChoices, error) {
	var c rushChoices
	f := assets.SujetFilter{Limit: 500}
	if u.Role == assets.RoleJRI {
		f.Crew = u.ID
	}
	sujets, err := s.Desk.Catalog.Sujets(ctx, f)
	if err != nil {
		return c, err
	}
	for _, x := range sujets {
		c.Sujets = append(c.Sujets, choice{string(x.ID), x.Title})
	}
	if u.Role != assets.RoleJRI {
		users, err := s.Desk.Catalog.Users(ctx, assets.UserFilter{})
		if err != nil {
			return c, err
		}
		for _, x := range users {
			c.People = append(c.People, choice{string(x.ID), x.Name})
		}
	}
	programme, err := s.Desk.Catalog.Programme(ctx)
	if err != nil {
		return c, err
	}
	for _, x := range programme.Dossiers {
		c.Dossiers = append(c.Dossiers, choice{x.Slug, x.Name})
	}
	c.Territories = territoryChoices(programme.Territories)
	return c, nil
}

// territoryChoices lists towns, each followed by its quarters.
func territoryChoices(all []assets.Territory) []choice {
	var list []choice
	for _, town := range all {
		if town.Parent != "" {
			continue
		}
		list = append(list, choice{town.Slug, town.Name})
		for _, t := range all {
			if t.Parent == town.Slug {
				list = append(list, choice{t.Slug, "– " + t.Name})
			}
		}
	}
	return list
}

// undo takes back what was done in one gesture.
func (s *Studio) undo(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Desk.Undo(r.Context(), assets.ID(r.PathValue("batch")), user(r)); err != nil {
		return err
	}
	return s.done(w, r, back(r, "/regie"), "C’est annulé : tout est comme avant.")
}

// dayIn reads a field of type date.
func dayIn(zone *time.Location, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, invalid("dayIn", "« "+french.Clean(text)+" » n’est pas une date.")
	}
	return t, nil
}
