package main

import (
	"time"

	"anonymal.tv/regie/assets"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Créer un jeton de l'interface /api/v1 ; il n'est montré qu'une fois."`
	List   tokenListCmd   `cmd:"" help:"Les jetons d'une personne."`
	Revoke tokenRevokeCmd `cmd:"" help:"Révoquer un jeton, tout de suite."`
}

type tokenCreateCmd struct {
	Name string `arg:"" help:"À quoi il sert." name:"nom"`
	User string `help:"Courriel de la personne dont il a les droits." required:"" placeholder:"ADRESSE"`
}

// Run makes a token that acts as a person.
func (c *tokenCreateCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		secret, err := h.desk.NewToken(a.ctx, u.ID, c.Name, time.Time{}, "cli")
		if err != nil {
			return err
		}
		if a.out.json {
			return a.out.object(map[string]string{"token": secret.Reveal()})
		}
		a.out.say("%s", secret.Reveal())
		return nil
	})
}

type tokenListCmd struct {
	User string `help:"Courriel de la personne." required:"" placeholder:"ADRESSE"`
}

// Run lists the tokens of a person, revoked ones too.
func (c *tokenListCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		keys, err := h.catalog.Keys(a.ctx, u.ID, assets.KeyToken)
		if err != nil {
			return err
		}
		for _, k := range keys {
			state := "actif"
			if !k.EndedAt.IsZero() {
				state = "révoqué"
			}
			if !a.out.json {
				a.out.say("%-26s  %-8s  %s", k.ID, state, k.Name)
			} else if err := a.out.object(k); err != nil {
				return err
			}
		}
		return nil
	})
}

type tokenRevokeCmd struct {
	Token string `arg:"" help:"Son identifiant, comme le dit list." name:"jeton"`
	User  string `help:"Courriel de la personne." required:"" placeholder:"ADRESSE"`
}

// Run ends a token at once.
func (c *tokenRevokeCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		return h.desk.RevokeToken(a.ctx, u.ID, assets.ID(c.Token), "cli")
	})
}

// withPerson does something with the house and one of its people.
func withPerson(a *app, mail string, do func(*house, assets.User) error) error {
	return withHouse(a, func(h *house) error {
		u, err := h.catalog.UserByMail(a.ctx, mail)
		if assets.KindOf(err) == assets.NotFound && err != nil {
			return &assets.Error{Kind: assets.NotFound, Op: "user", Msg: "Personne n'a l'adresse " + mail + ". « regie user list » les donne toutes.", Err: err}
		}
		if err != nil {
			return err
		}
		return do(h, u)
	})
}
