package main

import (
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type publicationCmd struct {
	List    publicationListCmd    `cmd:"" help:"Les mises en ligne, d'un film ou de tous."`
	Show    publicationShowCmd    `cmd:"" help:"Une mise en ligne, et ce qui lui est arrivé."`
	Retry   publicationRetryCmd   `cmd:"" help:"Réessayer une mise en ligne en échec."`
	Confirm publicationConfirmCmd `cmd:"" help:"Dire qu'un film est en ligne, et où."`
	Absent  publicationAbsentCmd  `cmd:"" help:"Dire qu'un film n'est pas sur le canal ; rien n'est renvoyé."`
	Look    publicationLookCmd    `cmd:"" help:"Regarder encore une fois si le film est sur le canal."`
	Seen    publicationSeenCmd    `cmd:"" help:"Dire qu'on a vu ce qui a changé sur le canal."`
	PutBack publicationPutBackCmd `cmd:"" help:"Remettre un film, ou son titre, comme il a été publié."`
	Move    publicationMoveCmd    `cmd:"" help:"Déplacer une mise en ligne, avec celles qui suivent si on le demande."`

	Campaign campaignCmd `cmd:"" help:"Programmer une série de films, à jours et à heure fixes."`
}

func publicationColumns(p assets.Publication) []any {
	at := p.At
	if !p.PublishedAt.IsZero() {
		at = p.PublishedAt
	}
	return []any{p.ID, p.Channel, publicationWords[p.State], at.Format(time.RFC3339), p.URL, p.Reason}
}

type publicationListCmd struct {
	Film    string `help:"Un film." placeholder:"IDENTIFIANT"`
	Channel string `help:"Un canal." placeholder:"CANAL"`
	State   string `help:"Un état : scheduled, published, failed, check, assisted…" placeholder:"ÉTAT"`
}

// Run lists publications, oldest first.
func (c *publicationListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		f := assets.PublicationFilter{Channel: assets.Channel(c.Channel), State: assets.PublicationState(c.State)}
		if c.Film != "" {
			film, err := h.desk.Find(a.ctx, c.Film)
			if err != nil {
				return err
			}
			f.Film = film.ID
		}
		all, err := h.catalog.Publications(a.ctx, f)
		if err != nil {
			return err
		}
		return lines(a, all, publicationColumns)
	})
}

type publicationShowCmd struct {
	ID string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
}

// Run prints a publication and its history.
func (c *publicationShowCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		p, err := h.desk.Standing(a.ctx, assets.ID(c.ID))
		if err != nil {
			return err
		}
		events, err := h.catalog.Events(a.ctx, p.ID)
		if err != nil {
			return err
		}
		if a.out.json {
			return a.out.object(struct {
				pipeline.Standing
				Events []assets.Event `json:"events"`
			}{p, events})
		}
		if err := lines(a, []assets.Publication{p.Publication}, publicationColumns); err != nil {
			return err
		}
		if err := lines(a, p.Preflight, func(f pipeline.Finding) []any { return []any{"contrôle", f.Check, f.Text, f.Mend} }); err != nil {
			return err
		}
		return lines(a, events, func(e assets.Event) []any {
			return []any{e.At.Format(time.RFC3339), publicationWords[assets.PublicationState(e.To)], e.Actor, e.Note}
		})
	})
}

type publicationRetryCmd struct {
	ID string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
}

// Run sends out what is known not to be public.
func (c *publicationRetryCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) { return h.desk.Retry(a.ctx, assets.ID(c.ID), "cli") })
}

type publicationConfirmCmd struct {
	ID  string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
	URL string `help:"L'adresse du film sur le canal." name:"url" required:"" placeholder:"ADRESSE"`
}

// Run takes a person's word that a film is public.
func (c *publicationConfirmCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) {
		return h.desk.SayPublished(a.ctx, assets.ID(c.ID), c.URL, "cli")
	})
}

type publicationAbsentCmd struct {
	ID string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
}

// Run takes a person's word that a film is not there.
func (c *publicationAbsentCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) { return h.desk.SayAbsent(a.ctx, assets.ID(c.ID), "cli") })
}

type publicationLookCmd struct {
	ID string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
}

// Run has a channel looked at once more.
func (c *publicationLookCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) { return h.desk.LookAgain(a.ctx, assets.ID(c.ID), "cli") })
}

type publicationSeenCmd struct {
	ID string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
}

// Run notes that a drift was read.
func (c *publicationSeenCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) {
		return h.desk.Acknowledge(a.ctx, assets.ID(c.ID), "cli")
	})
}

type publicationPutBackCmd struct {
	ID string `arg:"" name:"mise-en-ligne" help:"Son identifiant."`
}

// Run makes up for a drift.
func (c *publicationPutBackCmd) Run(a *app) error {
	return changePublication(a, func(h *house) (assets.Publication, error) { return h.desk.PutBack(a.ctx, assets.ID(c.ID), "cli") })
}

// changePublication does something to a publication, and says how it stands.
func changePublication(a *app, do func(*house) (assets.Publication, error)) error {
	return withHouse(a, func(h *house) error {
		p, err := do(h)
		if err != nil {
			return err
		}
		return lines(a, []assets.Publication{p}, publicationColumns)
	})
}
