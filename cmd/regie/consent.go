package main

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type consentCmd struct {
	List     consentListCmd     `cmd:"" help:"Les autorisations, les plus récentes d'abord."`
	Add      consentAddCmd      `cmd:"" help:"Indiquer une personne filmée dans un sujet ou un film."`
	Grant    consentGrantCmd    `cmd:"" help:"L'autorisation est donnée : le formulaire signé est là."`
	Refuse   consentRefuseCmd   `cmd:"" help:"La personne demande à être floutée."`
	Withdraw consentWithdrawCmd `cmd:"" help:"L'autorisation est retirée : les films quittent ce qu'elle permettait."`
	Reopen   consentReopenCmd   `cmd:"" help:"Redemander une autorisation."`
	Rights   consentRightsCmd   `cmd:"" help:"Où un film peut être montré, et ce qui l'empêche."`
}

var lights = map[assets.Light]string{assets.Green: "vert", assets.Orange: "orange", assets.Red: "rouge"}

func consentColumns(v pipeline.ConsentView) []any {
	return []any{v.ID, v.State, lights[v.Light], v.Details.Person, v.Reasons}
}

type consentListCmd struct {
	Only  string `help:"manquantes, expirent ou retirees." enum:"manquantes,expirent,retirees," default:"" placeholder:"LISTE"`
	Name  string `help:"Nom de la personne ou d'un parent." placeholder:"NOM"`
	Limit int    `help:"Nombre d'autorisations." default:"100"`
}

// Run lists authorisations, opened: whoever has the data folder has its keys.
func (c *consentListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, _, err := h.desk.ListConsents(a.ctx, pipeline.ConsentList(c.Only), c.Name, c.Limit)
		if err != nil {
			return err
		}
		return lines(a, all, consentColumns)
	})
}

type consentAddCmd struct {
	Person string `arg:"" name:"personne" help:"Qui est à l'image."`
	Sujet  string `help:"Sujet." placeholder:"IDENTIFIANT" xor:"where" required:""`
	Film   string `help:"Film." placeholder:"IDENTIFIANT" xor:"where" required:""`
	Minor  string `help:"Mineur : yes, no ou unknown." enum:"yes,no,unknown" default:"unknown"`
}

// Run says that a person is to be seen.
func (c *consentAddCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		at := assets.Filmed{Sujet: assets.ID(c.Sujet)}
		if c.Film != "" {
			f, err := h.desk.Find(a.ctx, c.Film)
			if err != nil {
				return err
			}
			at.Film, at.Sujet = f.ID, f.Sujet
		}
		seen, err := h.desk.AddFilmed(a.ctx, at, pipeline.ConsentForm{ConsentDetails: assets.ConsentDetails{Person: c.Person}, Minor: assets.Answer(c.Minor)}, "cli")
		if err != nil {
			return err
		}
		return printConsent(a, h, seen.Consent)
	})
}

func printConsent(a *app, h *house, id assets.ID) error {
	v, err := h.desk.ShowConsent(a.ctx, id)
	if err != nil {
		return err
	}
	return lines(a, []pipeline.ConsentView{v}, consentColumns)
}

// oneConsent names an authorisation.
type oneConsent struct {
	ID string `arg:"" name:"autorisation" help:"Son identifiant."`
}

func (o oneConsent) then(a *app, do func(*pipeline.Desk, context.Context, assets.ID) error) error {
	return withHouse(a, func(h *house) error {
		if err := do(h.desk, a.ctx, assets.ID(o.ID)); err != nil {
			return err
		}
		return printConsent(a, h, assets.ID(o.ID))
	})
}

type consentGrantCmd struct{ oneConsent }

// Run notes that it is given.
func (c *consentGrantCmd) Run(a *app) error {
	return c.then(a, func(d *pipeline.Desk, ctx context.Context, id assets.ID) error { return d.GrantConsent(ctx, id, "cli") })
}

type consentRefuseCmd struct{ oneConsent }

// Run notes that it is refused.
func (c *consentRefuseCmd) Run(a *app) error {
	return c.then(a, func(d *pipeline.Desk, ctx context.Context, id assets.ID) error {
		_, err := d.RefuseConsent(ctx, id, "cli")
		return err
	})
}

type consentWithdrawCmd struct{ oneConsent }

// Run notes that it is taken back.
func (c *consentWithdrawCmd) Run(a *app) error {
	return c.then(a, func(d *pipeline.Desk, ctx context.Context, id assets.ID) error {
		_, err := d.WithdrawConsent(ctx, id, "cli")
		return err
	})
}

type consentReopenCmd struct{ oneConsent }

// Run asks for it again.
func (c *consentReopenCmd) Run(a *app) error {
	return c.then(a, func(d *pipeline.Desk, ctx context.Context, id assets.ID) error {
		return d.ReopenConsent(ctx, id, "cli")
	})
}

type consentRightsCmd struct {
	Film string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
}

// Run says where a film may be shown.
func (c *consentRightsCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		f, err := h.desk.Find(a.ctx, c.Film)
		if err != nil {
			return err
		}
		r, err := h.desk.FilmRights(a.ctx, f.ID)
		if err != nil {
			return err
		}
		return lines(a, r.On, func(c assets.Clearance) []any {
			var why []any
			for _, p := range c.People {
				if len(p.Reasons) > 0 {
					why = append(why, p.Reasons[0])
				}
			}
			return []any{c.Medium, lights[c.Light], why}
		})
	})
}
