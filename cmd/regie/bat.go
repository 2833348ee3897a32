package main

import (
	"context"
	"slices"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type batCmd struct {
	List   batListCmd   `cmd:"" help:"Les BAT d'un film, ou tous ceux qui attendent."`
	Ask    batAskCmd    `cmd:"" help:"Demander le BAT de la dernière version."`
	Give   batGiveCmd   `cmd:"" help:"Donner le BAT demandé."`
	Refuse batRefuseCmd `cmd:"" help:"Refuser le BAT demandé."`
	Void   batVoidCmd   `cmd:"" help:"Reprendre le BAT demandé ou donné."`
}

func batColumns(b assets.Approval) []any {
	state := map[assets.ApprovalState]string{
		assets.ApprovalAsked: "demandé", assets.ApprovalGiven: "donné", assets.ApprovalRefused: "refusé", assets.ApprovalVoid: "repris",
	}[b.State]
	return []any{b.ID, state, b.Film, b.Number, b.Note}
}

type batListCmd struct {
	Film string `arg:"" name:"film" help:"Identifiant du film." optional:""`
}

// Run lists approvals.
func (c *batListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.catalog.OpenApprovals(a.ctx, 1000)
		if c.Film != "" {
			all, err = h.catalog.Approvals(a.ctx, assets.ID(c.Film))
		}
		if err != nil {
			return err
		}
		return lines(a, all, batColumns)
	})
}

type batAskCmd struct {
	Film string `arg:"" name:"film" help:"Identifiant du film."`
	User string `help:"Courriel de la personne qui le demande." required:"" placeholder:"ADRESSE"`
}

// Run asks for the BAT.
func (c *batAskCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		b, err := h.desk.AskApproval(a.ctx, assets.ID(c.Film), string(u.ID))
		if err != nil {
			return err
		}
		return lines(a, []assets.Approval{b}, batColumns)
	})
}

// batVerb is what is done with a BAT.
type batVerb func(d *pipeline.Desk, ctx context.Context, id assets.ID, note, by string) (assets.Approval, error)

// batAnswer is an answer to the BAT that is open on a film.
type batAnswer struct {
	Film string `arg:"" name:"film" help:"Identifiant du film."`
	Note string `help:"Ce qu'il faut en retenir." placeholder:"TEXTE"`
	User string `help:"Courriel de la personne qui répond." required:"" placeholder:"ADRESSE"`
}

// answer finds the newest BAT in one of these states, and answers it as somebody
// who may.
func (b batAnswer) answer(a *app, do batVerb, in ...assets.ApprovalState) error {
	return withPerson(a, b.User, func(h *house, u assets.User) error {
		if !access.May(u.Role, "POST /regie/bat/{approval}") {
			return &assets.Error{Kind: assets.Forbidden, Op: "bat", Msg: "Cette personne ne donne pas de BAT. Rien n'a été changé."}
		}
		all, err := h.catalog.Approvals(a.ctx, assets.ID(b.Film))
		if err != nil {
			return err
		}
		for _, x := range slices.Backward(all) {
			if slices.Contains(in, x.State) {
				x, err = do(h.desk, a.ctx, x.ID, b.Note, string(u.ID))
				if err != nil {
					return err
				}
				return lines(a, []assets.Approval{x}, batColumns)
			}
		}
		return &assets.Error{Kind: assets.NotFound, Op: "bat", Msg: "Aucun BAT n'attend sur ce film. « regie bat ask » le demande."}
	})
}

type batGiveCmd struct{ batAnswer }

// Run gives the BAT.
func (c *batGiveCmd) Run(a *app) error {
	return c.answer(a, (*pipeline.Desk).Approve, assets.ApprovalAsked)
}

type batRefuseCmd struct{ batAnswer }

// Run refuses it.
func (c *batRefuseCmd) Run(a *app) error {
	return c.answer(a, (*pipeline.Desk).Refuse, assets.ApprovalAsked)
}

type batVoidCmd struct{ batAnswer }

// Run takes it back.
func (c *batVoidCmd) Run(a *app) error {
	return c.answer(a, func(d *pipeline.Desk, ctx context.Context, id assets.ID, _, by string) (assets.Approval, error) {
		return d.TakeBack(ctx, id, by)
	}, assets.ApprovalAsked, assets.ApprovalGiven)
}
