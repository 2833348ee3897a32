package main

import (
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

type campaignCmd struct {
	Dossier string   `help:"Les films de ce dossier, du plus ancien au plus récent." xor:"films" required:"" placeholder:"DOSSIER"`
	Film    []string `help:"Des films, dans cet ordre." xor:"films" required:"" placeholder:"IDENTIFIANT"`
	To      []string `help:"Canaux, séparés par des virgules." required:"" placeholder:"CANAL"`
	Days    []string `help:"Jours de la semaine, séparés par des virgules." required:"" placeholder:"JOUR"`
	From    string   `help:"Le premier jour, et l'heure de tous." required:"" placeholder:"2026-03-03T18:00"`
	DryRun  bool     `help:"Dire les dates, ne rien programmer."`
}

func (*campaignCmd) Help() string {
	return `Exemple :
  regie publication campaign --dossier zik-zac-2018 --days mardi,jeudi --from 2026-03-03T18:00 --to site,youtube --dry-run

Un film qui ne peut pas sortir attend, avec la raison ; les autres partent.`
}

// Run plans a campaign, or says what it would do.
func (c *campaignCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		s, err := c.series(a, h)
		if err != nil {
			return err
		}
		var turns []pipeline.Turn
		if c.DryRun {
			turns, err = h.desk.Campaign(a.ctx, s)
		} else {
			turns, _, err = h.desk.PlanCampaign(a.ctx, s, "cli")
		}
		if err != nil {
			return err
		}
		return lines(a, turns, turnColumns)
	})
}

func (c *campaignCmd) series(a *app, h *house) (s pipeline.Series, err error) {
	if s.First, _, err = assets.ReadWall(c.From, h.zone, false); err != nil {
		return s, err
	}
	s.Channels = channels(c.To)
	for _, name := range c.Days {
		day := time.Sunday
		for day <= time.Saturday && french.Weekday(day) != strings.ToLower(name) {
			day++
		}
		if day > time.Saturday {
			return s, &assets.Error{Kind: assets.Invalid, Op: "campaign", Msg: "« " + name + " » n'est pas un jour de la semaine : écrivez par exemple mardi,jeudi. Rien n'est programmé."}
		}
		s.Rhythm = append(s.Rhythm, day)
	}
	films, err := h.desk.Candidates(a.ctx, c.Dossier)
	if len(c.Film) > 0 {
		films = nil
		for _, name := range c.Film {
			f, err := h.desk.Find(a.ctx, name)
			if err != nil {
				return s, err
			}
			films = append(films, f)
		}
	}
	for _, f := range films {
		s.Films = append(s.Films, f.ID)
	}
	return s, err
}

func turnColumns(t pipeline.Turn) []any {
	when, said := "-", append(t.Passed, t.Refusal)
	switch {
	case t.Already:
		said = []string{"Déjà programmé."}
	case t.Goes():
		when = t.Outings[0].At.Format(time.RFC3339)
	}
	return []any{when, t.Film.ID, t.Film.Title, strings.TrimSpace(strings.Join(said, " "))}
}

type publicationMoveCmd struct {
	ID        string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
	At        string `help:"Son nouveau jour et son heure." required:"" placeholder:"2026-03-10T18:00"`
	Following bool   `help:"De sa campagne, celles qui suivent aussi, sur tous leurs canaux."`
}

// Run gives a publication another moment.
func (c *publicationMoveCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) {
		p, err := h.catalog.Publication(a.ctx, assets.ID(c.ID))
		if err != nil {
			return p, err
		}
		to, _, err := assets.ReadWall(c.At, h.zone, false)
		if err != nil {
			return p, err
		}
		if c.Following {
			_, err = h.desk.RescheduleSeries(a.ctx, p, to, "cli")
		} else {
			_, err = h.desk.Reschedule(a.ctx, p, to, "cli")
		}
		if err != nil {
			return p, err
		}
		return h.catalog.Publication(a.ctx, p.ID)
	})
}
