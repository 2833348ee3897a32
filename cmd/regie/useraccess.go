package main

import "anonymal.tv/regie/assets"

// who names one person of the house.
type who struct {
	Mail string `arg:"" help:"Adresse de courriel de la personne." name:"adresse"`
}

// on opens the house, finds the person, and does something about their access.
func (w who) on(a *app, do func(h *house, u assets.User) error) error {
	return withPerson(a, w.Mail, do)
}

// said answers with the person as they are now.
func (a *app) said(h *house, id assets.ID, sentence string) error {
	u, err := h.catalog.User(a.ctx, id)
	if err != nil {
		return err
	}
	if a.out.json {
		return a.out.object(u)
	}
	a.out.say("%s : %s", u.Name, sentence)
	return nil
}

type userLinkCmd struct{ who }

// Run makes a new link; those before it open nothing any more.
func (c *userLinkCmd) Run(a *app) error {
	return c.on(a, func(h *house, u assets.User) error {
		return invite(a, h, u)
	})
}

type userCloseCmd struct{ who }

// Run closes a person's access.
func (c *userCloseCmd) Run(a *app) error {
	return c.on(a, func(h *house, u assets.User) error {
		if err := h.desk.CloseAccess(a.ctx, u.ID, "cli"); err != nil {
			return err
		}
		return a.said(h, u.ID, "accès fermé.")
	})
}

type userReopenCmd struct{ who }

// Run lets a person in again.
func (c *userReopenCmd) Run(a *app) error {
	return c.on(a, func(h *house, u assets.User) error {
		if err := h.desk.ReopenAccess(a.ctx, u.ID, "cli"); err != nil {
			return err
		}
		return a.said(h, u.ID, "accès rouvert. « regie user link » donne un lien.")
	})
}

type userRoleCmd struct {
	who
	Role string `arg:"" help:"jri, monteur, image, communication ou administration." name:"rôle"`
}

// Run changes what a person does in the house.
func (c *userRoleCmd) Run(a *app) error {
	return c.on(a, func(h *house, u assets.User) error {
		_, err := h.desk.EditPerson(a.ctx, u.ID, func(u *assets.User) { u.Role = assets.UserRole(c.Role) }, "cli")
		if err != nil {
			return err
		}
		return a.said(h, u.ID, "rôle "+c.Role+".")
	})
}

type userCodeCmd struct{ who }

// Run takes a person's second factor away.
func (c *userCodeCmd) Run(a *app) error {
	return c.on(a, func(h *house, u assets.User) error {
		if err := h.desk.DropCode(a.ctx, u.ID, "cli"); err != nil {
			return err
		}
		return a.said(h, u.ID, "le code du téléphone n'est plus demandé.")
	})
}
