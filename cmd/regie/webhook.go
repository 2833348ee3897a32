package main

import (
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type webhookCmd struct {
	Add    webhookAddCmd    `cmd:"" help:"Prévenir un programme ; son secret n'est montré qu'une fois."`
	List   webhookListCmd   `cmd:"" help:"Les programmes prévenus."`
	Calls  webhookCallsCmd  `cmd:"" help:"Les derniers appels d'un programme."`
	Test   webhookTestCmd   `cmd:"" help:"Envoyer un essai, tout de suite."`
	Pause  webhookPauseCmd  `cmd:"" help:"Ne plus prévenir un programme, pour un temps."`
	Resume webhookResumeCmd `cmd:"" help:"Prévenir de nouveau un programme."`
	Remove webhookRemoveCmd `cmd:"" help:"Retirer un programme."`
}

type webhookAddCmd struct {
	URL  string   `arg:"" help:"Son adresse, en https." name:"adresse"`
	On   []string `help:"Les événements, par exemple film.published ; tous par défaut." default:"*" placeholder:"ÉVÉNEMENT"`
	User string   `help:"Courriel de la personne qui en répond." required:"" placeholder:"ADRESSE"`
}

// added is what `regie webhook add --json` says.
type added struct {
	assets.Webhook
	Secret string `json:"secret"` // shown once
}

// Run tells one more program.
func (c *webhookAddCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		w, secret, err := h.desk.AddWebhook(a.ctx, c.URL, c.On, u)
		if err != nil {
			return err
		}
		if a.out.json {
			return a.out.object(added{w, secret.Reveal()})
		}
		a.out.say("%s\n%s", w.ID, secret.Reveal())
		return nil
	})
}

type webhookListCmd struct{}

// Run lists the programs that are told.
func (c *webhookListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.catalog.Webhooks(a.ctx)
		if err != nil {
			return err
		}
		return lines(a, all, func(w assets.Webhook) []any {
			state := "actif"
			if !w.PausedAt.IsZero() {
				state = "en pause"
			}
			return []any{w.ID, state, w.URL, w.Reason}
		})
	})
}

type webhookCallsCmd struct {
	Webhook string `arg:"" name:"webhook" help:"Son identifiant."`
	Limit   int    `help:"Nombre d'appels." default:"20"`
}

// Run lists what a program was told, newest first.
func (c *webhookCallsCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.desk.CallsOf(a.ctx, assets.ID(c.Webhook), "", c.Limit)
		if err != nil {
			return err
		}
		return lines(a, all, callColumns)
	})
}

func callColumns(c assets.Call) []any {
	state := map[assets.CallState]string{assets.CallWaiting: "en attente", assets.CallTaken: "reçu", assets.CallFailed: "en échec"}[c.State]
	return []any{c.ID, state, c.Event, c.Reason}
}

type webhookTestCmd struct {
	Webhook string `arg:"" name:"webhook" help:"Son identifiant."`
}

// Run makes one call, and ends in 8 where it is not taken.
func (c *webhookTestCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		call, err := h.desk.TryWebhook(a.ctx, assets.ID(c.Webhook))
		if err != nil {
			return err
		}
		if err := lines(a, []assets.Call{call}, callColumns); err != nil || call.State == assets.CallTaken {
			return err
		}
		return codeError(exitTransient)
	})
}

type webhookPauseCmd struct {
	Webhook string `arg:"" name:"webhook" help:"Son identifiant."`
}

// Run stops the calls of a program for a while.
func (c *webhookPauseCmd) Run(a *app) error {
	yes := true
	return editWebhook(a, c.Webhook, pipeline.WebhookEdit{Paused: &yes})
}

type webhookResumeCmd struct {
	Webhook string `arg:"" name:"webhook" help:"Son identifiant."`
}

// Run goes on with them.
func (c *webhookResumeCmd) Run(a *app) error {
	no := false
	return editWebhook(a, c.Webhook, pipeline.WebhookEdit{Paused: &no})
}

type webhookRemoveCmd struct {
	Webhook string `arg:"" name:"webhook" help:"Son identifiant."`
}

// Run ends them.
func (c *webhookRemoveCmd) Run(a *app) error {
	yes := true
	return editWebhook(a, c.Webhook, pipeline.WebhookEdit{Removed: &yes})
}

// editWebhook changes a program, in the name of whoever answers for it.
func editWebhook(a *app, id string, e pipeline.WebhookEdit) error {
	return withHouse(a, func(h *house) error {
		w, err := h.desk.Webhook(a.ctx, assets.ID(id))
		if err != nil {
			return err
		}
		owner, err := h.catalog.User(a.ctx, w.Owner)
		if err == nil {
			_, err = h.desk.EditWebhook(a.ctx, w.ID, e, owner)
		}
		return err
	})
}
