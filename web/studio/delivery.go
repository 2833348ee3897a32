package studio

import (
	"net/http"
	"slices"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// linkBody is one link: where it leads, what it holds, and who did what by it.
type linkBody struct {
	pipeline.LinkView
	Partner string // its name
	Films   []pipeline.Handed
	Titles  map[assets.ID]string
	History []assets.Event
	Who     map[string]string
	By      string // who made it
	May     bool
}

// link shows it.
func (s *Studio) link(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), assets.ID(r.PathValue("delivery"))
	view, err := s.Desk.ShowLink(ctx, id)
	if err != nil {
		return err
	}
	names, err := s.filed(ctx)
	if err != nil {
		return err
	}
	b := linkBody{
		LinkView: view, Partner: names.Partner[view.Delivery.Partner], Titles: map[assets.ID]string{},
		May: access.May(user(r).Role, "POST "+deliveriesPath+"/{delivery}"),
	}
	if b.Films, err = s.Desk.Handed(ctx, view.Delivery); err != nil {
		return err
	}
	for _, f := range b.Films {
		b.Titles[f.ID] = f.Title
	}
	if b.History, err = s.Desk.Catalog.Events(ctx, id); err != nil {
		return err
	}
	slices.Reverse(b.History)
	if b.Who, err = s.actors(ctx, b.History); err != nil {
		return err
	}
	return s.show(w, r, "delivery", page{Title: view.Name, Here: "/regie/dossiers", Scripts: []string{"copy.js"}, Body: b})
}

// settleLink prolongs a link, changes its password, or closes it.
func (s *Studio) settleLink(w http.ResponseWriter, r *http.Request) error {
	ctx, id, by := r.Context(), assets.ID(r.PathValue("delivery")), actor(r)
	var x assets.Delivery
	var err error
	said := ""
	switch password := assets.Secret(r.FormValue("mot-de-passe")); r.PostForm.Get("faire") {
	case "prolonger":
		x, err = s.Desk.RenewDelivery(ctx, id, 0, by)
		said = "Ce lien ouvre jusqu’au " + french.Day(x.ExpiresAt.In(s.Zone)) + "."
	case "mot-de-passe":
		if password == "" {
			return wrongField("mot-de-passe", "Écrivez le mot de passe. Rien n’a été changé.")
		}
		_, err = s.Desk.LockDelivery(ctx, id, password, by)
		said = "Le mot de passe est changé. Dites-le au partenaire : la régie ne l’écrit nulle part."
	case "sans-mot-de-passe":
		_, err = s.Desk.LockDelivery(ctx, id, "", by)
		said = "Ce lien ouvre sans mot de passe."
	case "fermer":
		_, err = s.Desk.RevokeDelivery(ctx, id, by)
		said = "Ce lien est fermé : il n’ouvre plus rien."
	default:
		return invalid("settleLink", "Choisissez une action.")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, back(r, linkPath(id)), said)
}

// traceWords say what somebody did by a link.
func traceWords(kind assets.ReceiptKind) line {
	return map[assets.ReceiptKind]line{
		assets.ReceiptOpened: {"a ouvert le lien", "dot"}, assets.ReceiptDownloaded: {"a téléchargé", "download"},
		assets.ReceiptApproved: {"a validé", "check"}, assets.ReceiptChanges: {"a demandé une modification", "note"},
	}[kind]
}

// handedWords say how far a film is for its partner, in the words of their page.
func handedWords(g pipeline.HandedGroup) line {
	return map[pipeline.HandedGroup]line{
		pipeline.HandedReview: {"À valider", "ask"}, pipeline.HandedReady: {"Disponible", "check"}, pipeline.HandedComing: {"À venir", "wait"},
	}[g]
}
