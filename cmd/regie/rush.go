package main

import (
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type rushCmd struct {
	List   rushListCmd   `cmd:"" help:"Les rushes, les plus récents d'abord."`
	Show   rushShowCmd   `cmd:"" help:"Un rush."`
	Change rushChangeCmd `cmd:"" help:"Modifier des rushes d'un seul geste ; dit comment l'annuler."`
	Note   rushNoteCmd   `cmd:"" help:"Ajouter une remarque sur un rush."`
	Remake rushRemakeCmd `cmd:"" help:"Refaire l'aperçu d'un rush."`
}

func rushColumns(r assets.Rush) []any { return []any{r.ID, r.State, r.Stars, r.Title} }

type rushListCmd struct {
	Search string `help:"Mots du titre, du lieu, des personnes…" placeholder:"MOTS"`
	Sujet  string `help:"Sujet." placeholder:"IDENTIFIANT"`
	State  string `help:"received, making, ready, refused, incomplete ou failed." placeholder:"ÉTAT"`
	Stars  int    `help:"Au moins ce nombre d'étoiles." placeholder:"N"`
	Aside  bool   `help:"Ceux qui sont mis de côté."`
	Limit  int    `help:"Nombre de rushes." default:"100"`
	After  string `help:"Suite après ce rush." placeholder:"IDENTIFIANT"`
}

// Run lists rushes.
func (c *rushListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.catalog.Rushes(a.ctx, assets.RushFilter{
			Query: c.Search, Sujet: assets.ID(c.Sujet), State: assets.RushState(c.State), MinStars: c.Stars, Removed: c.Aside,
			After: assets.ID(c.After), Limit: c.Limit,
		})
		if err != nil {
			return err
		}
		return lines(a, all, rushColumns)
	})
}

type oneRush struct {
	ID string `arg:"" name:"rush" help:"Identifiant du rush."`
}

func (o oneRush) print(a *app, h *house) error {
	r, err := h.catalog.Rush(a.ctx, assets.ID(o.ID))
	if err != nil {
		return err
	}
	return lines(a, []assets.Rush{r}, rushColumns)
}

type rushShowCmd struct{ oneRush }

// Run prints one rush.
func (c *rushShowCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error { return c.print(a, h) })
}

type rushRemakeCmd struct{ oneRush }

// Run makes its proxy again.
func (c *rushRemakeCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		if err := h.desk.RemakeProxy(a.ctx, assets.ID(c.ID), "cli"); err != nil {
			return err
		}
		return c.print(a, h)
	})
}

type rushChangeCmd struct {
	Rushes    []string `arg:"" name:"rush" help:"Identifiants des rushes."`
	Title     *string  `help:"Titre." placeholder:"TITRE"`
	Place     *string  `help:"Lieu, en mots." placeholder:"TEXTE"`
	Territory *string  `help:"Territoire." placeholder:"TERRITOIRE"`
	Sujet     *string  `help:"Sujet ; vide : hors sujet." placeholder:"IDENTIFIANT"`
	Minors    *string  `help:"Des mineurs à l'image : yes, no ou unknown." placeholder:"RÉPONSE"`
	Shot      *string  `help:"speech : parole ; cutaway : plan de coupe." placeholder:"PLAN"`
	Stars     *int     `help:"De 0 à 3." placeholder:"N"`
	Rejected  *bool    `help:"Rejeté." negatable:""`
	Aside     *bool    `help:"Mis de côté." negatable:""`
	User      string   `help:"Courriel de la personne qui le fait." required:"" placeholder:"ADRESSE"`
}

// Run changes rushes in one gesture.
func (c *rushChangeCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		batch, n, err := h.desk.EditRushes(a.ctx, ids(c.Rushes), pipeline.RushEdit{
			Title: c.Title, Place: c.Place, Territory: c.Territory, Sujet: (*assets.ID)(c.Sujet), Minors: (*assets.Answer)(c.Minors),
			Shot: (*assets.Shot)(c.Shot), Stars: c.Stars, Rejected: c.Rejected, Removed: c.Aside,
		}, u)
		return sayUndo(a, batch, n, err)
	})
}

func ids(given []string) []assets.ID {
	all := make([]assets.ID, len(given))
	for i, id := range given {
		all[i] = assets.ID(id)
	}
	return all
}

type rushNoteCmd struct {
	oneRush
	Text string `arg:"" name:"texte" help:"La remarque."`
	At   int    `help:"L'image, comptée de 0 (défaut : l'ensemble)." default:"-1" placeholder:"N"`
	User string `help:"Courriel de la personne qui l'écrit." required:"" placeholder:"ADRESSE"`
}

// Run writes a note on a rush.
func (c *rushNoteCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		n, err := h.desk.AddNote(a.ctx, assets.Note{On: assets.SubjectRush, Subject: assets.ID(c.ID), Frame: c.At, Until: c.At, Text: c.Text}, u)
		if err != nil {
			return err
		}
		return lines(a, []assets.Note{n}, noteColumns)
	})
}

func noteColumns(n assets.Note) []any {
	state := "à faire"
	if n.Done {
		state = "faite"
	}
	return []any{n.ID, state, n.Frame, n.Name, n.Text}
}
