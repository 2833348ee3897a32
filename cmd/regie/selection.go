package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type selectionCmd struct {
	List   selectionListCmd   `cmd:"" help:"Les sélections, les plus récentes d'abord."`
	Show   selectionShowCmd   `cmd:"" help:"Une sélection, plan par plan."`
	Create selectionCreateCmd `cmd:"" help:"Ouvrir une sélection."`
	Add    selectionAddCmd    `cmd:"" help:"Ajouter des plans ; dit comment l'annuler."`
	Remove selectionRemoveCmd `cmd:"" help:"Retirer une sélection ; dit comment l'annuler."`
	Export selectionExportCmd `cmd:"" help:"Une sélection dans un fichier, pour le montage."`
}

func selectionColumns(s assets.Selection) []any { return []any{s.ID, len(s.Clips), s.Name} }

type selectionListCmd struct {
	Sujet string `help:"Sujet." placeholder:"IDENTIFIANT"`
}

// Run lists selections.
func (c *selectionListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.catalog.Selections(a.ctx, assets.ID(c.Sujet), "")
		if err != nil {
			return err
		}
		return lines(a, all, selectionColumns)
	})
}

type oneSelection struct {
	ID string `arg:"" name:"selection" help:"Identifiant de la sélection."`
}

type selectionShowCmd struct{ oneSelection }

// Run prints one selection; without --json, its clips.
func (c *selectionShowCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		s, err := h.catalog.Selection(a.ctx, assets.ID(c.ID))
		if err != nil {
			return err
		}
		if a.out.json {
			return a.out.object(s)
		}
		a.out.say("%s", s.Name)
		return lines(a, s.Clips, func(c assets.Clip) []any { return []any{c.Rush, c.In, c.Out, c.Note} })
	})
}

// clipsOf reads clips as they are typed: RUSH, or RUSH:IN-OUT in frames.
func clipsOf(typed []string) ([]assets.Clip, error) {
	clips := make([]assets.Clip, len(typed))
	for i, text := range typed {
		rush, span, cut := strings.Cut(text, ":")
		clips[i].Rush = assets.ID(rush)
		if _, err := fmt.Sscanf(span, "%d-%d", &clips[i].In, &clips[i].Out); cut && err != nil {
			return nil, &assets.Error{Kind: assets.Invalid, Op: "selection", Msg: "« " + text + " » n'est pas compris : écrivez RUSH ou RUSH:ENTRÉE-SORTIE, en images."}
		}
	}
	return clips, nil
}

type selectionCreateCmd struct {
	Name  string   `arg:"" name:"nom" help:"Son nom."`
	Clips []string `arg:"" name:"plan" help:"RUSH, ou RUSH:ENTRÉE-SORTIE en images." optional:""`
	Sujet string   `help:"Sujet." placeholder:"IDENTIFIANT"`
	User  string   `help:"Courriel de la personne à qui elle est." required:"" placeholder:"ADRESSE"`
}

// Run opens a selection.
func (c *selectionCreateCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		clips, err := clipsOf(c.Clips)
		if err != nil {
			return err
		}
		s, err := h.desk.NewSelection(a.ctx, c.Name, assets.ID(c.Sujet), clips, u)
		if err != nil {
			return err
		}
		return lines(a, []assets.Selection{s}, selectionColumns)
	})
}

type selectionAddCmd struct {
	oneSelection
	Clips []string `arg:"" name:"plan" help:"RUSH, ou RUSH:ENTRÉE-SORTIE en images."`
	User  string   `help:"Courriel de la personne qui le fait." required:"" placeholder:"ADRESSE"`
}

// Run adds clips to its end.
func (c *selectionAddCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		clips, err := clipsOf(c.Clips)
		if err != nil {
			return err
		}
		batch, err := h.desk.AddClips(a.ctx, assets.ID(c.ID), clips, u)
		return sayUndo(a, batch, len(clips), err)
	})
}

type selectionRemoveCmd struct {
	oneSelection
	User string `help:"Courriel de la personne qui le fait." required:"" placeholder:"ADRESSE"`
}

// Run takes a selection away.
func (c *selectionRemoveCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		gone := true
		batch, err := h.desk.EditSelection(a.ctx, assets.ID(c.ID), pipeline.SelectionEdit{Removed: &gone}, u)
		return sayUndo(a, batch, 1, err)
	})
}

type selectionExportCmd struct {
	oneSelection
	Format string `arg:"" help:"originaux.zip, proxies.zip, edl ou csv." enum:"originaux.zip,proxies.zip,edl,csv"`
	Out    string `help:"Fichier à écrire (défaut : la sortie)." type:"path" placeholder:"FICHIER"`
}

// Run writes a selection as other programs read it.
func (c *selectionExportCmd) Run(a *app) (err error) {
	return withHouse(a, func(h *house) error {
		e, err := h.desk.Export(a.ctx, assets.ID(c.ID), c.Format)
		if err != nil {
			return err
		}
		defer e.Body.Close()
		if c.Out == "" {
			_, err = io.Copy(a.out.stdout, e.Body)
			return err
		}
		f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return &assets.Error{Kind: assets.Conflict, Op: "selection export", Err: err, Msg: "« " + c.Out + " » existe déjà, ou ne peut pas être écrit. Rien n'a été écrit."}
		}
		if _, err = io.Copy(f, e.Body); err == nil {
			err = f.Sync()
		}
		if closed := f.Close(); err == nil {
			err = closed
		}
		return err
	})
}
