package studio

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

type rushBody struct {
	Rush       assets.Rush
	Name       string // of the file, as it came
	Files      rushFiles
	Rate       int
	Pending    string // why there is nothing to play yet, or never will be; "" where there is
	Notes      notesView
	Sujet      *assets.Sujet
	Owner      string
	Facts      []fact
	Choices    rushChoices
	Selections []assets.Selection
	Up, Query  string // the list that this rush was opened from, and what it asks for
	Previous   *rushTile
	Next       *rushTile
	Sent       pipeline.Sent
	Parts      []assets.Rush // of the recording that the camera cut; none for one in one file
	Remake     bool          // its proxy can be made again
}

// rush shows the room where one rush is looked at.
func (s *Studio) rush(w http.ResponseWriter, r *http.Request) error {
	ctx, catalog := r.Context(), s.Desk.Catalog
	rush, err := catalog.Rush(ctx, assets.ID(r.PathValue("rush")))
	if err != nil {
		return err
	}
	body := rushBody{Rush: rush, Rate: rateOf(rush)}
	made, err := s.rushFiles(ctx, rush)
	if err != nil {
		return err
	}
	body.Files = made[rush.ID]
	asset, err := catalog.Asset(ctx, rush.Asset)
	if err != nil {
		return err
	}
	body.Name = asset.Name
	notes, err := catalog.Notes(ctx, rush.ID)
	if err != nil {
		return err
	}
	body.Notes = s.notesView(r, "/regie/rushes/"+string(rush.ID)+"/notes", notes, body.Rate, nil)
	if body.Pending, err = s.pending(ctx, rush, body.Files); err != nil {
		return err
	}
	body.Facts, body.Remake = rushFacts(rush, asset), assets.RushMachine.May(rush.State, assets.RushReceived)
	if body.Sent, err = s.Desk.HowSent(ctx, rush.ID); err != nil {
		return err
	}
	if body.Parts, err = s.Desk.Parts(ctx, rush); err != nil {
		return err
	}
	if err := s.around(ctx, r, &body); err != nil {
		return err
	}
	return s.show(w, r, "rush", page{Title: rush.Title, Here: "/regie/rushes", Class: "room", Body: body, Scripts: []string{"room.js"}})
}

// around finds what stands beside a rush: its sujet, who brought it, its
// neighbours in the list that it was opened from, and what it can be put into.
func (s *Studio) around(ctx context.Context, r *http.Request, body *rushBody) (err error) {
	u := user(r)
	if body.Rush.Sujet != "" {
		sujet, err := s.Desk.Catalog.Sujet(ctx, body.Rush.Sujet)
		if err != nil {
			return err
		}
		body.Sujet = &sujet
	}
	if body.Rush.Owner != "" {
		owner, err := s.Desk.Catalog.User(ctx, body.Rush.Owner)
		if err != nil {
			return err
		}
		body.Owner = owner.Name
	}
	if body.Choices, err = s.rushChoices(ctx, u); err != nil {
		return err
	}
	if body.Selections, err = s.ownSelections(ctx, u); err != nil {
		return err
	}
	filter := rushFilterOf(r.URL.Query())
	body.Up, body.Query = filter.Path(), filter.query()
	f, err := filter.ask(s.Zone)
	if err != nil {
		return err
	}
	if u.Role == assets.RoleJRI {
		f.Crew = u.ID
	}
	if !filter.Chosen() && body.Rush.Sujet != "" {
		f.Sujet = body.Rush.Sujet // its neighbours are those of its sujet
	}
	return s.neighbours(ctx, f, body)
}

// neighbours are the rushes before and after this one in a list, newest first.
func (s *Studio) neighbours(ctx context.Context, f assets.RushFilter, body *rushBody) error {
	after, before := f, f
	after.After, after.Limit = body.Rush.ID, 1
	next, err := s.Desk.Catalog.Rushes(ctx, after)
	if err != nil {
		return err
	}
	before.Before, before.Limit = body.Rush.ID, 1
	previous, err := s.Desk.Catalog.Rushes(ctx, before)
	if err != nil {
		return err
	}
	tiles, err := s.rushTiles(ctx, append(previous, next...), rushChoices{})
	for i := range tiles {
		if tiles[i].ID > body.Rush.ID {
			body.Previous = &tiles[i]
		} else {
			body.Next = &tiles[i]
		}
	}
	return err
}

// pending says why a rush does not play yet, or why it never will.
func (s *Studio) pending(ctx context.Context, r assets.Rush, made rushFiles) (string, error) {
	if made.Video != "" {
		return "", nil
	}
	switch r.State {
	case assets.RushRefused, assets.RushIncomplete, assets.RushFailed:
		if r.Reason == "" {
			return "Aperçu impossible.", nil
		}
		return "Aperçu impossible (" + french.Typeset(r.Reason) + ").", nil
	}
	jobs, err := s.Desk.Catalog.JobsOf(ctx, r.ID)
	if err != nil {
		return "", err
	}
	for _, j := range slices.Backward(jobs) {
		if left := int(j.ETA.Minutes()) + 1; j.State == assets.JobRunning && j.ETA > 0 {
			return fmt.Sprintf("Aperçu dans %d min — l’original est déjà téléchargeable.", left), nil
		}
	}
	return "Aperçu en préparation — l’original est déjà téléchargeable.", nil
}

// rushFacts is the technical sheet of a rush, in words.
func rushFacts(r assets.Rush, a assets.Asset) []fact {
	facts := append([]fact{{"Fichier", french.Clean(a.Name)}, {"Poids", french.Weight(a.Size)}}, sheetFacts(r.Sheet)...)
	if r.Folder != "" {
		facts = append(facts, fact{"Dossier de l’appareil", french.Clean(r.Folder)})
	}
	return facts
}

// remakeProxy makes what a rush is looked at by again.
func (s *Studio) remakeProxy(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("rush"))
	if err := s.Desk.RemakeProxy(r.Context(), id, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, "/regie/rushes/"+url.PathEscape(string(id)), "L’aperçu est refait depuis l’original.")
}

// changeRush changes one rush.
func (s *Studio) changeRush(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return invalid("changeRush", "Le formulaire n’est pas lisible.")
	}
	id := assets.ID(r.PathValue("rush"))
	to := back(r, "/regie/rushes/"+url.PathEscape(string(id)))
	edit, err := s.rushEditFrom(r)
	if err != nil {
		return err
	}
	batch, n, err := s.Desk.EditRushes(r.Context(), []assets.ID{id}, edit, user(r))
	if err != nil || n == 0 {
		if err == nil {
			err = s.done(w, r, to, "")
		}
		return err
	}
	text := "Enregistré."
	switch {
	case edit.Removed != nil && *edit.Removed:
		text = "Rush mis de côté."
	case edit.Rejected != nil && *edit.Rejected:
		text = "Rush écarté."
	}
	return s.doneWith(w, r, to, gate.Flash{Text: text, Undo: "/regie/annuler/" + string(batch)})
}
