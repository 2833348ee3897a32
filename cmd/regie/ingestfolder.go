package main

import (
	"fmt"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// takenFile is what is printed of one file of a folder.
type takenFile struct {
	Path    string    `json:"path"`
	Rush    assets.ID `json:"rush,omitempty"`
	Film    assets.ID `json:"film,omitempty"`
	Already bool      `json:"already"`
	Note    string    `json:"note,omitempty"`
	Reason  string    `json:"reason,omitempty"` // why it was not taken
}

// takeFolder hands a folder to the house, and says of each file what became of
// it. It returns what waits to be looked through, and an exit code.
func (c *ingestCmd) takeFolder(a *app, h *house, root string) (all []pipeline.Received, code int, err error) {
	files, err := pipeline.TreeFiles(root)
	if err != nil {
		return nil, 0, &assets.Error{Kind: assets.Invalid, Op: "ingest", Msg: "Le dossier « " + root + " » ne peut pas être lu : vérifiez ses droits. Rien n'a été déposé.", Err: err}
	}
	if len(files) == 0 {
		return nil, 0, &assets.Error{Kind: assets.Invalid, Op: "ingest", Msg: "Le dossier « " + root + " » ne contient aucun fichier. Rien n'a été déposé."}
	}
	err = h.desk.IngestTree(a.ctx, root, files, c.arrival(assets.KindRush), func(t pipeline.Taken) error {
		if t.Reason != "" {
			code = exitRefused
		}
		if t.Rush != "" || t.Film != "" {
			all = append(all, t.Received)
		}
		if a.out.json {
			return a.out.object(takenFile{t.Path, t.Rush, t.Film, t.Already, t.Note, t.Reason})
		}
		a.out.say("%s : %s", t.Path, wordOf(t))
		return nil
	})
	return all, code, err
}

// wordOf says what became of a file.
func wordOf(t pipeline.Taken) string {
	word := "reçu"
	switch {
	case t.Reason != "":
		return "pas pris. " + t.Reason
	case t.Already:
		word = "déjà là, rien n'a été ajouté"
	case t.Rush == "" && t.Film == "":
		word = "gardé avec les plans"
	}
	if t.Note == "" {
		return word + "."
	}
	return fmt.Sprintf("%s. %s", word, t.Note)
}
