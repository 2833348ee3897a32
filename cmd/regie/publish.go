package main

import (
	"time"

	"anonymal.tv/regie/assets"
)

type publishCmd struct {
	ID   string   `arg:"" name:"film" help:"Identifiant du film."`
	To   []string `help:"Canaux, séparés par des virgules." required:"" placeholder:"CANAL"`
	At   string   `help:"Instant de la mise en ligne, RFC 3339 (défaut : maintenant)." placeholder:"2018-06-21T18:00:00+02:00"`
	Wait bool     `help:"Attendre la fin ; sans serveur sur ce dossier, le travail est fait ici."`
}

func (*publishCmd) Help() string {
	return `Exemples :
  regie publish IDENTIFIANT --to site --wait
  regie publish IDENTIFIANT --to site --at 2018-06-21T18:00:00+02:00

La demande vaut BAT sur la version présente.`
}

// Run plans a film on channels.
func (c *publishCmd) Run(a *app) error {
	var at time.Time
	if c.At != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return &assets.Error{
				Kind: assets.Invalid, Op: "publish",
				Msg: "L'instant « " + c.At + " » n'est pas compris : écrivez par exemple 2018-06-21T18:00:00+02:00. Rien n'a été programmé.", Err: err,
			}
		}
	}
	return onFilm(a, c.ID, c.Wait, func(h *house, f assets.Film) error {
		_, err := h.desk.PublishApproving(a.ctx, f.ID, channels(c.To), at, "cli")
		return err
	})
}

type unpublishCmd struct {
	ID   string   `arg:"" name:"film" help:"Identifiant du film."`
	From []string `help:"Canaux, séparés par des virgules." required:"" placeholder:"CANAL"`
	Wait bool     `help:"Attendre la fin ; sans serveur sur ce dossier, le travail est fait ici."`
}

// Run takes a film off channels.
func (c *unpublishCmd) Run(a *app) error {
	return onFilm(a, c.ID, c.Wait, func(h *house, f assets.Film) error {
		_, err := h.desk.Unpublish(a.ctx, f.ID, channels(c.From), "cli")
		return err
	})
}
