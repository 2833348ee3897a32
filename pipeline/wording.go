package pipeline

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// Wording is what one channel says of a film, or would.
type Wording struct {
	Channel     assets.Channel
	Publication *assets.Publication // nil while none is decided
	Inherited   Words               // what the film and the templates give
	Words                           // what is said: a publication may have words of its own
	Own         struct{ Title, Text bool }
	Link        string                    // where the site shows the film
	Below       bool                      // the link goes below the text
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
	w.say(to, own)
	if decided {
		p.Title, p.Text = own.Title, own.Text
		w.Publication, w.Open = &p, unsaid(p.State)
	}
	return w, nil
}

// TryText is what a channel would say in these words, counted. Nothing is kept.
func (d *Desk) TryText(ctx context.Context, film assets.ID, channel assets.Channel, words Words) (Wording, error) {
	w, err := d.TextOf(ctx, film, channel)
	if err != nil {
		return Wording{}, err
	}
	to, err := d.Publishers.Get(channel)
	if err != nil {
		return Wording{}, err
	}
	w.say(to, words)
	return w, nil
}

// say puts words in the place of what is inherited, and counts them.
func (w *Wording) say(to publishers.Publisher, words Words) {
	limits := to.Limits()
	w.Title, w.Own.Title = instead(w.Inherited.Title, strings.Join(strings.Fields(french.Clean(words.Title)), " "))
	w.Text, w.Own.Text = instead(w.Inherited.Text, strings.TrimSpace(strings.ReplaceAll(french.Clean(words.Text), "\r", "")))
	w.Count.Title, w.Most.Title = utf8.RuneCountInString(w.Title), limits.TitleRunes
	w.Count.Text, w.Most.Text = counted(to, w.Text, w.Link), limits.DescriptionRunes
	w.Below = w.Link != "" && carries(to, w.Text, w.Link)
}

// instead is one's own words, unless they are none or those that are inherited.
func instead(inherited, own string) (text string, differs bool) {
	if own == "" || own == inherited {
		return inherited, false
	}
	return own, true
}

// own are the words that are said instead of the inherited ones.
func (w Wording) own() (words Words) {
	if w.Own.Title {
		words.Title = w.Title
	}
	if w.Own.Text {
		words.Text = w.Text
	}
	return words
}

// Refusal is why the channel would not take these words; nil when it takes them.
func (w Wording) Refusal() error {
	for _, x := range []struct {
		field, name string
		count, most int
	}{
		{"title", "Le titre", w.Count.Title, w.Most.Title},
		{"text", "Le texte", w.Count.Text, w.Most.Text},
	} {
		if more := x.count - x.most; x.most > 0 && more > 0 {
			return wrong("pipeline.Wording", x.field, fmt.Sprintf("%s est trop long de %s : %d au plus sur ce canal.", x.name, french.Count(more, "signe", "signes"), x.most))
		}
	}
	if utf8.RuneCountInString(w.Text) > textLimit || utf8.RuneCountInString(w.Title) > textLimit {
		return wrong("pipeline.Wording", "text", fmt.Sprintf("Le texte est trop long : %d signes au plus.", textLimit))
	}
	return nil
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
	now.say(channel, to)
	if err := now.Refusal(); err != nil {
		return "", err
	}
	before := p
	to = now.own()
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
