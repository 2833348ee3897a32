package main

import (
	"time"

	"anonymal.tv/regie/assets"
)

type userCmd struct {
	Add    userAddCmd    `cmd:"" help:"Donner accès à une personne ; montre son lien d'entrée."`
	List   userListCmd   `cmd:"" help:"Les personnes qui ont accès."`
	Link   userLinkCmd   `cmd:"" help:"Un nouveau lien d'entrée pour une personne."`
	Close  userCloseCmd  `cmd:"" help:"Fermer l'accès d'une personne ; ce qu'elle a apporté reste."`
	Reopen userReopenCmd `cmd:"" help:"Rouvrir l'accès d'une personne."`
	Role   userRoleCmd   `cmd:"" help:"Changer le rôle d'une personne."`
	Code   userCodeCmd   `cmd:"" help:"Retirer le code du téléphone d'une personne (téléphone perdu)."`
}

type userAddCmd struct {
	Name string `arg:"" help:"Prénom et nom." name:"nom"`
	Mail string `help:"Adresse de courriel." required:"" placeholder:"ADRESSE"`
	Role string `help:"jri, monteur, image, communication ou administration." required:"" placeholder:"RÔLE"`
	Ends string `help:"Fin de la mission (AAAA-MM-JJ)." placeholder:"DATE"`
}

// invited is what `regie user add --json` says.
type invited struct {
	assets.User
	Link string `json:"link"` // opens the door once
}

// Run gives access to a person.
func (c *userAddCmd) Run(a *app) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	u := assets.User{Name: c.Name, Mail: c.Mail, Role: assets.UserRole(c.Role)}
	if c.Ends != "" {
		if u.EndsAt, err = time.ParseInLocation(time.DateOnly, c.Ends, h.zone); err != nil {
			return &assets.Error{Kind: assets.Invalid, Op: "user add", Msg: "« " + c.Ends + " » n'est pas une date : écrivez 2026-12-31."}
		}
	}
	if u, err = h.desk.Hire(a.ctx, u, "cli"); err != nil {
		return err
	}
	return invite(a, h, u)
}

// invite gives a person a link, and prints it: those before it open nothing any
// more.
func invite(a *app, h *house, u assets.User) error {
	secret, err := h.desk.Invite(a.ctx, u.ID, assets.KeyInvite, firstLinkLasts, "cli")
	if err != nil {
		return err
	}
	link := h.baseURL() + "/regie/entrer/" + secret.Reveal()
	if a.out.json {
		return a.out.object(invited{u, link})
	}
	a.out.say("%s (%s) entre par ce lien, une fois, dans les 14 jours :\n%s", u.Name, u.Mail, link)
	return nil
}

// firstLinkLasts is how long a link that was printed can wait.
const firstLinkLasts = 14 * 24 * time.Hour

type userListCmd struct{}

// Run lists the people of the house.
func (c *userListCmd) Run(a *app) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	all, err := h.catalog.Users(a.ctx, assets.UserFilter{})
	if err != nil {
		return err
	}
	for _, u := range all {
		if a.out.json {
			if err := a.out.object(u); err != nil {
				return err
			}
			continue
		}
		a.out.say("%-26s  %-14s  %-8s  %s <%s>", u.ID, u.Role, u.State, u.Name, u.Mail)
	}
	return nil
}
