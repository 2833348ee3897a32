package pipeline

import (
	"context"
	"fmt"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// PartnerAnswer is what the visitor of a link says of a film.
type PartnerAnswer struct {
	Approves bool
	Name     string // who says it
	Note     string // wanted where a modification is asked for
	Frame    int    // the picture that it is about; -1 for the whole
	Visitor  string // of the receipt
}

// longestVisitor bounds the name that a visitor gives, in characters.
const longestVisitor = 80

// AnswerHanded takes the answer of a partner: it is the answer to the BAT, where
// one is asked for, and a note for those who edit. The communication is told.
func (d *Desk) AnswerHanded(ctx context.Context, x assets.Delivery, film assets.ID, a PartnerAnswer) error {
	const op = "pipeline.AnswerHanded"
	a.Name, a.Note = strings.TrimSpace(french.Clean(a.Name)), strings.TrimSpace(french.Clean(a.Note))
	if a.Name = french.Short(a.Name, longestVisitor); a.Name == "" {
		return wrong(op, "nom", "Dites votre nom : l'équipe saura à qui répondre.")
	}
	if !a.Approves && a.Note == "" {
		return wrong(op, "note", "Dites ce qu'il faudrait modifier, en une phrase. Rien n'a été envoyé.")
	}
	h, err := d.HandedFilm(ctx, x, film)
	if err != nil {
		return err
	}
	if h.Group == HandedComing {
		return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce film n'attend pas de réponse pour l'instant. Rien n'a été envoyé."}
	}
	partner := d.partnerName(ctx, x)
	by := a.Name + " (" + partner + ")"
	if a.Note != "" {
		if err := d.notePartner(ctx, h, a, by); err != nil {
			return err
		}
	}
	if h.Approval != nil {
		if err := d.settleHanded(ctx, *h.Approval, a, by); err != nil {
			return err
		}
	}
	kind, subject := assets.ReceiptApproved, partner+" a validé « "+h.Title+" »"
	if !a.Approves {
		kind, subject = assets.ReceiptChanges, partner+" a demandé une modification : « "+h.Title+" »"
	}
	if _, err := d.Catalog.NoteReceipt(ctx, assets.Receipt{
		ID: d.NewID(), Delivery: x.ID, Visitor: a.Visitor, Name: a.Name, Kind: kind, Film: film, SHA256: string(h.Version.ID), Note: a.Note, At: d.Now(),
	}, 0); err != nil {
		return err
	}
	var c assets.Change
	if err := d.tellDesk(ctx, &c, x, subject, strings.TrimSpace(fmt.Sprintf("%s, V%d de « %s ».\n\n%s", by, h.Version.Number, h.Title, a.Note))); err != nil {
		return err
	}
	return d.commit(ctx, c)
}

// notePartner keeps what was said on the version, as a note without an account.
func (d *Desk) notePartner(ctx context.Context, h Handed, a PartnerAnswer, by string) error {
	text, err := noteText(a.Note)
	if err != nil {
		return err
	}
	n := assets.Note{
		ID: d.NewID(), On: assets.SubjectVersion, Subject: h.Version.ID, Name: by, Frame: max(-1, a.Frame), Text: text, CreatedAt: d.Now(),
	}
	n.Until = n.Frame
	return d.saveNote(ctx, nil, &n, actorPartner+by, "", "Note d'un partenaire.")
}

// settleHanded gives or refuses the BAT that was asked for, in the partner's name.
func (d *Desk) settleHanded(ctx context.Context, asked assets.Approval, a PartnerAnswer, by string) error {
	answer := d.Refuse
	if a.Approves {
		answer = d.Approve
	}
	return again(func() error {
		_, err := answer(ctx, asked.ID, a.Note, actorPartner+by)
		return err
	})
}
