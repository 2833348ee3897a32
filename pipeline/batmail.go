package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// tellAsked writes to those who look at films that one waits for its BAT.
func (d *Desk) tellAsked(ctx context.Context, c *assets.Change, f assets.Film, v assets.Version, actor string) error {
	to, err := d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleImage})
	if err != nil {
		return err
	}
	to = slices.DeleteFunc(to, func(u assets.User) bool { return string(u.ID) == actor })
	length := ""
	if v.Sheet != nil {
		length = " (" + french.Length(v.Sheet.Duration) + ")"
	}
	d.Tell(ctx, c, to, MailBAT,
		fmt.Sprintf("À valider : « %s » V%d%s", f.Title, v.Number, length),
		fmt.Sprintf("La V%d de « %s » attend votre BAT.", v.Number, f.Title), filmPath(f.ID))
	return nil
}

// tellAnswer writes to those who edit a film what was said of it.
func (d *Desk) tellAnswer(ctx context.Context, c *assets.Change, f assets.Film, a assets.Approval, actor string) error {
	crew, err := d.crew(ctx, f.Sujet)
	if err != nil {
		return err
	}
	var to []assets.User
	for _, id := range append(crew, assets.ID(a.AskedBy)) {
		u, err := d.Catalog.User(ctx, id)
		if assets.KindOf(err) == assets.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		edits := u.Role == assets.RoleMonteur || string(id) == a.AskedBy
		if edits && string(id) != actor && !slices.ContainsFunc(to, func(o assets.User) bool { return o.ID == u.ID }) {
			to = append(to, u)
		}
	}
	who, err := d.judge(ctx, actor)
	if err != nil {
		return err
	}
	subject := fmt.Sprintf("BAT donné par %s : V%d", who, a.Number)
	text := fmt.Sprintf("« %s » : la V%d a le BAT.", f.Title, a.Number)
	if a.State == assets.ApprovalRefused {
		subject = fmt.Sprintf("BAT refusé par %s : V%d", who, a.Number)
		text = fmt.Sprintf("« %s » : la V%d n'a pas le BAT. Les notes sont sur la page du film.", f.Title, a.Number)
	}
	if a.Note != "" {
		text += "\n\n" + a.Note
	}
	d.Tell(ctx, c, to, MailBAT, subject, text, filmPath(f.ID))
	return nil
}

// judge is whoever answers, by what they are in the house.
func (d *Desk) judge(ctx context.Context, actor string) (string, error) {
	if name, partner := strings.CutPrefix(actor, actorPartner); partner {
		return name, nil
	}
	u, err := d.Catalog.User(ctx, assets.ID(actor))
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return "", err
	}
	switch u.Role {
	case assets.RoleImage:
		return "le responsable image", nil
	case assets.RoleCommunication:
		return "la communication", nil
	}
	return "l'administration", nil
}

func filmPath(film assets.ID) string { return "/regie/films/" + string(film) }
