package studio

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

type selectionsBody struct {
	List    []assets.Selection
	Choices rushChoices
}

// selections lists what people edit from.
func (s *Studio) selections(w http.ResponseWriter, r *http.Request) error {
	list, err := s.ownSelections(r.Context(), user(r))
	if err != nil {
		return err
	}
	choices, err := s.rushChoices(r.Context(), user(r))
	if err != nil {
		return err
	}
	return s.show(w, r, "selections", page{Title: "Sélections", Here: "/regie/rushes", Body: selectionsBody{list, choices}})
}

// ownSelections are those that a person may add to.
func (s *Studio) ownSelections(ctx context.Context, u assets.User) ([]assets.Selection, error) {
	owner := assets.ID("")
	if u.Role == assets.RoleJRI {
		owner = u.ID
	}
	return s.Desk.Catalog.Selections(ctx, "", owner)
}

// openSelection opens a selection, or adds to one the passage of a rush that the
// form names.
func (s *Studio) openSelection(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("rush") == "" {
		sujet := assets.ID(r.FormValue("sujet"))
		if sujet != "" {
			if err := s.reach(r, "GET /regie/sujets/{sujet}", sujet); err != nil {
				return err
			}
		}
		sel, err := s.Desk.NewSelection(r.Context(), r.FormValue("name"), sujet, nil, user(r))
		if err != nil {
			return err
		}
		return s.done(w, r, "/regie/selections/"+string(sel.ID), "Sélection ouverte. Ajoutez-y des rushes depuis la grille ou depuis la salle.")
	}
	ids, err := s.chosen(r)
	if err != nil {
		return err
	}
	if r.FormValue("prise") != "" {
		return s.addTake(w, r, ids[0])
	}
	clip := assets.Clip{Rush: ids[0]}
	clip.In, _ = strconv.Atoi(r.FormValue("in")) // none is the beginning
	clip.Out, _ = strconv.Atoi(r.FormValue("out"))
	return s.addToSelection(w, r, []assets.Clip{clip}, back(r, "/regie/rushes/"+string(ids[0])))
}

// addTake adds all parts of a recording that the camera cut, one behind the other.
func (s *Studio) addTake(w http.ResponseWriter, r *http.Request, id assets.ID) error {
	rush, err := s.Desk.Catalog.Rush(r.Context(), id)
	if err != nil {
		return err
	}
	parts, err := s.Desk.Parts(r.Context(), rush)
	if err != nil {
		return err
	}
	clips := make([]assets.Clip, len(parts))
	for i, part := range parts {
		clips[i].Rush = part.ID
	}
	if len(clips) == 0 {
		clips = []assets.Clip{{Rush: id}}
	}
	return s.addToSelection(w, r, clips, back(r, "/regie/rushes/"+string(id)))
}

// addToSelection adds clips to the selection that the form names, or to a new one.
func (s *Studio) addToSelection(w http.ResponseWriter, r *http.Request, clips []assets.Clip, to string) error {
	added := french.Count(len(clips), "plan ajouté", "plans ajoutés")
	id := assets.ID(r.FormValue("selection"))
	if id == "nouvelle" {
		name := "Sélection du " + french.Day(s.Now().In(s.Zone))
		sel, err := s.Desk.NewSelection(r.Context(), name, "", clips, user(r))
		if err != nil {
			return err
		}
		return s.done(w, r, "/regie/selections/"+string(sel.ID), added+" dans une nouvelle sélection.")
	}
	if err := s.reach(r, "POST /regie/selections/{selection}", id); err != nil {
		return err
	}
	batch, err := s.Desk.AddClips(r.Context(), id, clips, user(r))
	if err != nil {
		return err
	}
	sel, err := s.Desk.Catalog.Selection(r.Context(), id)
	if err != nil {
		return err
	}
	return s.doneWith(w, r, to, gate.Flash{Text: added + " à « " + sel.Name + " ».", Undo: "/regie/annuler/" + string(batch)})
}

type selectionBody struct {
	Selection assets.Selection
	Owner     string
	Clips     []clipView
	Length    string
	Choices   rushChoices
	Exports   []choice
}

// clipView is one line of a selection.
type clipView struct {
	assets.Clip
	rushFiles
	Title   string
	Rate    int
	Frames  int // of the rush
	Until   int // last frame not included
	InText  string
	OutText string // of the last frame
	Length  string
	Gone    bool // its rush was put aside
}

// selection shows one list of clips.
func (s *Studio) selection(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	sel, err := s.Desk.Catalog.Selection(ctx, assets.ID(r.PathValue("selection")))
	if err != nil {
		return err
	}
	if !sel.RemovedAt.IsZero() {
		return gate.ErrHidden
	}
	body := selectionBody{Selection: sel}
	owner, err := s.Desk.Catalog.User(ctx, sel.Owner)
	if err != nil {
		return err
	}
	originals, proxies, err := s.Desk.ExportSizes(ctx, sel)
	if err != nil {
		return err
	}
	body.Exports = exports(originals, proxies)
	body.Owner = owner.Name
	if body.Choices, err = s.rushChoices(ctx, user(r)); err != nil {
		return err
	}
	var seconds float64
	if body.Clips, seconds, err = s.clipViews(ctx, sel.Clips); err != nil {
		return err
	}
	body.Length = french.Length(seconds)
	return s.show(w, r, "selection", page{Title: sel.Name, Here: "/regie/rushes", Body: body, Scripts: []string{"selection.js"}})
}

// exports are the forms in which a selection leaves, by their name in the
// address: first the files, then what is opened beside them.
func exports(originals, proxies int64) []choice {
	return choices(
		"originaux.zip", "Originaux (zip, "+french.Weight(originals)+")", "proxies.zip", "Proxies (zip, "+french.Weight(proxies)+")",
		"kdenlive", "Kdenlive", "proxies.kdenlive", "Kdenlive (proxies)", "edl", "EDL", "otio", "OTIO", "fcpxml", "FCPXML", "csv", "CSV", "pdf", "PDF bout-à-bout",
	)
}

func (s *Studio) clipViews(ctx context.Context, clips []assets.Clip) ([]clipView, float64, error) {
	views, total := make([]clipView, len(clips)), 0.0
	known := map[assets.ID]assets.Rush{}
	for _, c := range clips {
		if _, read := known[c.Rush]; read {
			continue
		}
		rush, err := s.Desk.Catalog.Rush(ctx, c.Rush)
		if err != nil {
			return nil, 0, err
		}
		known[c.Rush] = rush
	}
	list := make([]assets.Rush, 0, len(known))
	for _, rush := range known {
		list = append(list, rush)
	}
	made, err := s.rushFiles(ctx, list...)
	if err != nil {
		return nil, 0, err
	}
	for i, c := range clips {
		rush := known[c.Rush]
		v := clipView{
			Clip: c, rushFiles: made[c.Rush], Title: rush.Title, Rate: rateOf(rush), Frames: rush.Proxy.Frames, Gone: !rush.RemovedAt.IsZero(),
		}
		if v.Until = c.Out; v.Until == 0 {
			v.Until = rush.Proxy.Frames
		}
		v.InText = french.Timecode(c.In, v.Rate)
		if v.Until > 0 {
			v.OutText = french.Timecode(v.Until-1, v.Rate)
			seconds := float64(v.Until-c.In) * 1000 / float64(v.Rate)
			v.Length, total = french.Length(seconds), total+seconds
		}
		views[i] = v
	}
	return views, total, nil
}

// changeSelection takes the whole list as the page has it, and does what the
// button that was pressed says.
func (s *Studio) changeSelection(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("selection"))
	here := "/regie/selections/" + string(id)
	edit := pipeline.SelectionEdit{}
	name, sujet := r.FormValue("name"), assets.ID(r.FormValue("sujet"))
	edit.Name = &name
	if sujet != "" {
		if err := s.reach(r, "GET /regie/sujets/{sujet}", sujet); err != nil {
			return err
		}
	}
	edit.Sujet = &sujet
	text, to := "Sélection enregistrée.", here
	if r.FormValue("retirer") != "" {
		gone := true
		edit, text, to = pipeline.SelectionEdit{Removed: &gone}, "Sélection retirée.", "/regie/selections"
	} else {
		clips, err := s.clipsFrom(r)
		if err != nil {
			return err
		}
		edit.Clips = &clips
	}
	batch, err := s.Desk.EditSelection(r.Context(), id, edit, user(r))
	if err != nil {
		return err
	}
	return s.doneWith(w, r, to, gate.Flash{Text: text, Undo: "/regie/annuler/" + string(batch)})
}

// clipsFrom reads the lines of the form, and moves or drops the one that a
// button names: "monter=3", "descendre=3", "oter=3" (counted from 0).
func (s *Studio) clipsFrom(r *http.Request) ([]assets.Clip, error) {
	form := r.PostForm
	ids := form["rush"]
	var clips []assets.Clip
	for i, id := range ids {
		at := func(name string) string {
			if i < len(form[name]) {
				return strings.TrimSpace(form[name][i])
			}
			return ""
		}
		if err := s.reach(r, "GET /regie/rushes/{rush}", assets.ID(id)); err != nil {
			return nil, err
		}
		rush, err := s.Desk.Catalog.Rush(r.Context(), assets.ID(id))
		if err != nil {
			return nil, err
		}
		c := assets.Clip{Rush: rush.ID, Note: at("note")}
		in, okIn := french.Frame(at("in"), rateOf(rush))
		out, okOut := french.Frame(at("out"), rateOf(rush))
		if at("in") != "" && !okIn || at("out") != "" && !okOut {
			return nil, invalid("clipsFrom", "« "+rush.Title+" » : écrivez l’entrée et la sortie comme 00:00:49:09. Rien n’a été changé.")
		}
		if c.In = in; okOut && out+1 != rush.Proxy.Frames { // the last frame is the end
			c.Out = out + 1
		}
		clips = append(clips, c)
	}
	line := func(name string) int {
		n, err := strconv.Atoi(r.FormValue(name))
		if err != nil || n < 0 || n >= len(clips) {
			return -1
		}
		return n
	}
	if n := line("oter"); n >= 0 {
		clips = slices.Delete(clips, n, n+1)
	} else if n := line("monter"); n > 0 {
		clips[n], clips[n-1] = clips[n-1], clips[n]
	} else if n := line("descendre"); n >= 0 && n+1 < len(clips) {
		clips[n], clips[n+1] = clips[n+1], clips[n]
	}
	return clips, nil
}
