package main

import "anonymal.tv/regie/assets"

type undoCmd struct {
	Batch string `arg:"" name:"geste" help:"Ce que la commande qui l'a fait a dit."`
	User  string `help:"Courriel de la personne qui l'a fait, ou de l'administration." required:"" placeholder:"ADRESSE"`
}

// Run takes a gesture back.
func (c *undoCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		batch, err := h.desk.Undo(a.ctx, assets.ID(c.Batch), u)
		return sayUndo(a, batch, 1, err)
	})
}

// sayUndo says what a gesture did, and how to take it back.
func sayUndo(a *app, batch assets.ID, changed int, err error) error {
	switch {
	case err != nil:
		return err
	case a.out.json:
		return a.out.object(map[string]any{"changed": changed, "undo": batch})
	case changed == 0:
		a.out.say("Rien à changer.")
	default:
		a.out.say("Fait. Pour annuler : regie undo %s", batch)
	}
	return nil
}
