package main

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// formatWords are the words people read for the state of a format.
var formatWords = map[assets.FormatState]string{
	assets.FormatAbsent: "à demander", assets.FormatAsked: "en attente", assets.FormatMaking: "en fabrication",
	assets.FormatReady: "prêt", assets.FormatFailed: "échec", assets.FormatStopped: "arrêté",
}

func formatColumns(f pipeline.FormatView) []any {
	size := ""
	if f.Made != nil {
		size = french.Weight(f.Made.Size)
	}
	return []any{f.Name, formatWords[f.State], size, f.String(), f.Reason}
}

type filmFormatsCmd struct {
	ID string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
}

// Run lists the formats of a film.
func (c *filmFormatsCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		f, err := h.desk.Find(a.ctx, c.ID)
		if err != nil {
			return err
		}
		all, err := h.desk.Formats(a.ctx, f.ID)
		if err != nil {
			return err
		}
		return lines(a, all, formatColumns)
	})
}

type filmFormatCmd struct {
	ID   string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
	Name string `arg:"" name:"format" help:"pad-tv, projection, mezzanine, film-16x9, film-1x1, film-9x16, teaser-16x9, teaser-1x1 ou teaser-9x16."`
	Stop bool   `help:"Arrêter sa fabrication."`
	Wait bool   `help:"Attendre la fin ; sans serveur sur ce dossier, le travail est fait ici."`
}

// Run has a format of a film made.
func (c *filmFormatCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		f, err := h.desk.Find(a.ctx, c.ID)
		if err != nil {
			return err
		}
		do := h.desk.AskFormat
		if c.Stop {
			do = h.desk.StopFormat
		}
		made, err := do(a.ctx, f.ID, assets.FormatName(c.Name), "cli")
		if err != nil {
			return err
		}
		if !c.Wait || c.Stop {
			return lines(a, []pipeline.FormatView{made}, formatColumns)
		}
		return h.whileWorking(a.ctx, func(ctx context.Context) error { return awaitFormat(ctx, a, h, f.ID, made.Name) })
	})
}

// awaitFormat follows the making of a format until it rests, and prints it.
func awaitFormat(ctx context.Context, a *app, h *house, film assets.ID, name assets.FormatName) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		f, err := h.desk.OneFormat(ctx, film, name)
		if err != nil {
			return err
		}
		if f.State != assets.FormatAsked && f.State != assets.FormatMaking {
			if err := lines(a, []pipeline.FormatView{f}, formatColumns); err != nil {
				return err
			}
			return codeError(map[assets.FormatState]int{assets.FormatFailed: exitInternal, assets.FormatStopped: exitCancelled}[f.State])
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
