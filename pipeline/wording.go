package pipeline

import (
	"context"
	"strings"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Wording is what one channel says of a film, or would.
type Wording struct {
	Channel     assets.Channel
	Publication *assets.Publication // nil while none is decided
	Inherited   Words               // what the film and the templates give
	Words                           // what is said: a publication may have words of its own
	Own         struct{ Title, Text bool }
	Link        string
	Count, Most struct{ Title, Text int } // as the channel counts; Most 0: no limit
	Open        bool                      // it can be changed
}

// TextOf is what a channel says of a film: of the newest publication there, or of
// one that is not decided yet.
func (d *Desk) TextOf(ctx context.Context, film assets.ID, channel assets.Channel) (Wording, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film, Channel: channel})
	if err != nil {
		return Wording{}, err
	}
	if n := len(all); n > 0 && all[n-1].State != assets.PublicationCancelled && all[n-1].State != assets.PublicationWithdrawn {
		return d.wording(ctx, all[n-1], true)
	}
	return d.wording(ctx, assets.Publication{Film: film, Channel: channel}, false)
}

func (d *Desk) wording(ctx context.Context, p assets.Publication, decided bool) (Wording, error) {
	to, err := d.Publishers.Get(p.Channel)
	if err != nil {
		return Wording{}, err
	}
	own := Words{p.Title, p.Text}
	p.Title, p.Text = "", ""
	req, err := d.describe(ctx, p, to)
	if err != nil {
		return Wording{}, err
	}
	w := Wording{Channel: p.Channel, Inherited: Words{req.Film.Title, req.Text}, Link: req.Link}
	w.Words = w.Inherited
	if w.Own.Title = own.Title != ""; w.Own.Title {
		w.Title = own.Title
	}
	if w.Own.Text = own.Text != ""; w.Own.Text {
		w.Text = own.Text
	}
	if decided {
		p.Title, p.Text = own.Title, own.Text
		w.Publication, w.Open = &p, unsaid(p.State)
	}
	w.Count.Title, w.Most.Title = utf8.RuneCountInString(w.Title), to.Limits().TitleRunes
	w.Count.Text, w.Most.Text = counted(to, w.Text, w.Link), to.Limits().DescriptionRunes
	return w, nil
}

// SetText gives a publication that is not out yet words of its own; "", or what
// the film gives, takes the film's up again. The batch it returns undoes that.
func (d *Desk) SetText(ctx context.Context, id assets.ID, to Words, actor string) (assets.ID, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return "", err
	}
	if !unsaid(p.State) {
		return "", said()
	}
	channel, err := d.Publishers.Get(p.Channel)
	if err != nil {
		return "", err
	}
	now, err := d.wording(ctx, p, true)
	if err != nil {
		return "", err
	}
	to.Title = strings.Join(strings.Fields(french.Clean(to.Title)), " ")
	to.Text = strings.TrimSpace(strings.ReplaceAll(french.Clean(to.Text), "\r", ""))
	if to.Title == now.Inherited.Title {
		to.Title = ""
	}
	if to.Text == now.Inherited.Text {
		to.Text = ""
	}
	if err := checkWords(channel, to, now.Link); err != nil {
		return "", err
	}
	before := p
	p.Title, p.Text = to.Title, to.Text
	edits := editsBetween(before, p)
	if len(edits) == 0 {
		return "", nil
	}
	note := "Texte changé pour ce canal."
	if to == (Words{}) {
		note = "Texte du film repris."
	}
	e := d.edit(assets.SubjectPublication, id, string(p.State), actor, note, edits)
	e.Batch = d.NewID()
	return e.Batch, d.commit(ctx, assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{e}})
}

// unsaid tells whether nothing of a publication can have gone out yet.
func unsaid(s assets.PublicationState) bool {
	return s == assets.PublicationScheduled || s == assets.PublicationAssisted || s == assets.PublicationFailed
}

func said() error {
	return &assets.Error{Kind: assets.Conflict, Op: "pipeline.SetText", Msg: "Ce texte est déjà parti, ou part en ce moment : il ne peut plus être changé ici. Rien n'a été changé."}
}
