package main

import (
	"time"

	"anonymal.tv/regie/assets"
)

type sujetCmd struct {
	List   sujetListCmd   `cmd:"" help:"Les sujets, les plus récents d'abord."`
	Show   sujetShowCmd   `cmd:"" help:"Un sujet."`
	Create sujetCreateCmd `cmd:"" help:"Créer un sujet."`
	Change sujetChangeCmd `cmd:"" help:"Modifier un sujet ; ce qui n'est pas donné reste."`
	Close  sujetCloseCmd  `cmd:"" help:"Terminer un sujet : il ne reçoit plus rien."`
	Reopen sujetReopenCmd `cmd:"" help:"Rouvrir un sujet."`
	Ask    sujetAskCmd    `cmd:"" help:"Dire ce qui manque au montage ; l'équipe reçoit un message."`
}

// oneSujet names a sujet.
type oneSujet struct {
	ID string `arg:"" name:"sujet" help:"Identifiant du sujet."`
}

// then does something to it, and prints it.
func (o oneSujet) then(a *app, do func(h *house, id assets.ID) error) error {
	return withHouse(a, func(h *house) error {
		if err := do(h, assets.ID(o.ID)); err != nil {
			return err
		}
		return printSujet(a, h, assets.ID(o.ID))
	})
}

func printSujet(a *app, h *house, id assets.ID) error {
	s, err := h.catalog.Sujet(a.ctx, id)
	if err != nil {
		return err
	}
	return lines(a, []assets.Sujet{s}, sujetColumns)
}

func sujetColumns(s assets.Sujet) []any {
	return []any{s.ID, map[assets.SujetState]string{assets.SujetOpen: "ouvert", assets.SujetClosed: "terminé"}[s.State], s.Title}
}

type sujetListCmd struct {
	State     string `help:"open ou closed." enum:"open,closed," default:"" placeholder:"ÉTAT"`
	Rubrique  string `help:"Rubrique." placeholder:"RUBRIQUE"`
	Partner   string `help:"Partenaire." placeholder:"PARTENAIRE"`
	Dossier   string `help:"Dossier." placeholder:"DOSSIER"`
	Territory string `help:"Territoire." placeholder:"TERRITOIRE"`
	Limit     int    `help:"Nombre de sujets." default:"100"`
	After     string `help:"Suite après ce sujet." placeholder:"IDENTIFIANT"`
}

// Run lists sujets.
func (c *sujetListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.catalog.Sujets(a.ctx, assets.SujetFilter{
			State: assets.SujetState(c.State), Rubrique: c.Rubrique, Partner: c.Partner, Dossier: c.Dossier, Territory: c.Territory,
			After: assets.ID(c.After), Limit: c.Limit,
		})
		if err != nil {
			return err
		}
		return lines(a, all, sujetColumns)
	})
}

type sujetShowCmd struct{ oneSujet }

// Run prints one sujet.
func (c *sujetShowCmd) Run(a *app) error {
	return c.then(a, func(*house, assets.ID) error { return nil })
}

// sujetFlags are what is said of a sujet.
type sujetFlags struct {
	Kind      *string  `help:"Genre : before, interview, plateau…" placeholder:"GENRE"`
	Brief     *string  `help:"Consigne." placeholder:"TEXTE"`
	Place     *string  `help:"Lieu." placeholder:"TEXTE"`
	Dossier   *string  `help:"Dossier." placeholder:"DOSSIER"`
	Territory *string  `help:"Territoire." placeholder:"TERRITOIRE"`
	Rubrique  []string `help:"Rubrique (plusieurs possibles)." placeholder:"RUBRIQUE"`
	Partner   []string `help:"Partenaire (plusieurs possibles)." placeholder:"PARTENAIRE"`
	Crew      []string `help:"Courriels de l'équipe." placeholder:"ADRESSE"`
	At        *string  `help:"Tournage, RFC 3339." placeholder:"2018-06-21T18:00:00+02:00"`
}

// fill sets what was given.
func (f sujetFlags) fill(a *app, h *house, s *assets.Sujet) error {
	give(&s.Kind, f.Kind)
	give(&s.Brief, f.Brief)
	give(&s.Place, f.Place)
	give(&s.Dossier, f.Dossier)
	give(&s.Territory, f.Territory)
	giveAll(&s.Rubriques, f.Rubrique)
	giveAll(&s.Partners, f.Partner)
	var crew []assets.ID
	for _, mail := range f.Crew {
		u, err := h.catalog.UserByMail(a.ctx, mail)
		if err != nil {
			return err
		}
		crew = append(crew, u.ID)
	}
	giveAll(&s.Crew, crew)
	if f.At != nil {
		at, err := time.Parse(time.RFC3339, *f.At)
		if err != nil {
			return &assets.Error{Kind: assets.Invalid, Op: "sujet", Msg: "L'instant « " + *f.At + " » n'est pas compris : écrivez par exemple 2018-06-21T18:00:00+02:00. Rien n'a été changé."}
		}
		s.At = at
	}
	return nil
}

// give sets a field to what was given, if anything was.
func give[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

func giveAll[T any](field *[]T, given []T) {
	if len(given) > 0 {
		*field = given
	}
}

type sujetCreateCmd struct {
	Title string `arg:"" name:"titre" help:"Titre."`
	sujetFlags
}

// Run creates a sujet.
func (c *sujetCreateCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		s := assets.Sujet{Title: c.Title}
		err := c.fill(a, h, &s)
		if err == nil {
			s, err = h.desk.CreateSujet(a.ctx, s, "cli")
		}
		if err != nil {
			return err
		}
		return printSujet(a, h, s.ID)
	})
}

type sujetChangeCmd struct {
	oneSujet
	Title *string `help:"Titre." placeholder:"TITRE"`
	sujetFlags
}

// Run changes what is said of a sujet.
func (c *sujetChangeCmd) Run(a *app) error {
	return c.then(a, func(h *house, id assets.ID) error {
		s, err := h.catalog.Sujet(a.ctx, id)
		if err == nil {
			give(&s.Title, c.Title)
			err = c.fill(a, h, &s)
		}
		if err != nil {
			return err
		}
		return h.desk.EditSujet(a.ctx, id, s, "cli")
	})
}

type sujetCloseCmd struct{ oneSujet }

// Run closes a sujet.
func (c *sujetCloseCmd) Run(a *app) error {
	return c.then(a, func(h *house, id assets.ID) error { return h.desk.CloseSujet(a.ctx, id, "cli") })
}

type sujetReopenCmd struct{ oneSujet }

// Run opens it again.
func (c *sujetReopenCmd) Run(a *app) error {
	return c.then(a, func(h *house, id assets.ID) error { return h.desk.ReopenSujet(a.ctx, id, "cli") })
}

type sujetAskCmd struct {
	oneSujet
	Text string `arg:"" name:"texte" help:"Ce qui manque ; vide : plus rien." optional:""`
}

// Run says what its edit lacks.
func (c *sujetAskCmd) Run(a *app) error {
	return c.then(a, func(h *house, id assets.ID) error { return h.desk.AskFor(a.ctx, id, c.Text, "cli") })
}
