package main

import (
	"os"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/captions"
)

type trackCmd struct {
	Show trackShowCmd `cmd:"" help:"Les sous-titres, chapitres ou synthés d'un film, en WebVTT."`
	Save trackSaveCmd `cmd:"" help:"Les remplacer par un fichier SRT ou WebVTT."`
}

// oneTrack names the timed text of a film.
type oneTrack struct {
	Film string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
	Kind string `arg:"" name:"texte" help:"captions, chapters ou synthes." enum:"captions,chapters,synthes"`
}

// language is the one that the house writes.
const language = "fr"

type trackShowCmd struct{ oneTrack }

// Run prints a timed text.
func (c *trackShowCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		f, err := h.desk.Find(a.ctx, c.Film)
		if err != nil {
			return err
		}
		t, err := h.catalog.Track(a.ctx, f.ID, assets.TrackKind(c.Kind), language)
		if err != nil {
			return err
		}
		if a.out.json {
			return a.out.object(t)
		}
		_, err = a.out.stdout.Write(captions.WebVTT(t.Cues))
		return err
	})
}

type trackSaveCmd struct {
	oneTrack
	File     string `arg:"" name:"fichier" help:"SRT ou WebVTT." type:"existingfile"`
	Reviewed bool   `help:"Relus par une personne."`
}

// Run replaces a timed text.
func (c *trackSaveCmd) Run(a *app) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	cues, err := captions.Read(text)
	if err != nil {
		return err
	}
	return withHouse(a, func(h *house) error {
		f, err := h.desk.Find(a.ctx, c.Film)
		if err != nil {
			return err
		}
		return h.desk.SaveTrack(a.ctx, assets.Track{Film: f.ID, Kind: assets.TrackKind(c.Kind), Language: language, Cues: cues, Reviewed: c.Reviewed}, "cli")
	})
}
