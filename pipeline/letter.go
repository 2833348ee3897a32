package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// LetterDraft is a letter as it is put together: films, in their order, and
// words around them.
type LetterDraft struct {
	Subject, Preheader, Edito string
	Films                     []assets.ID
}

// What a letter holds at most.
const (
	letterFilms   = 20
	letterSubject = 150 // signs; 60 is what a phone shows
	letterEdito   = 5000
)

// letterFilm is one film of a letter.
type letterFilm struct {
	Title      string
	Paragraphs []string
	Link       string // where the site shows it
	Picture    string // "" without
}

// letterParts is what a letter is made of.
type letterParts struct {
	Edito          []string
	Films          []letterFilm
	House, Imprint string
}

// draftOf is the letter that was planned.
func draftOf(p assets.Publication) LetterDraft {
	return LetterDraft{Subject: p.Title, Preheader: p.Letter.Preheader, Edito: p.Text, Films: p.Letter.Films}
}

// cleaned is a draft without what nobody typed.
func (l LetterDraft) cleaned() LetterDraft {
	line := func(text string) string { return strings.Join(strings.Fields(french.Clean(text)), " ") }
	l.Subject, l.Preheader = line(l.Subject), line(l.Preheader)
	l.Edito = strings.TrimSpace(strings.ReplaceAll(french.Clean(l.Edito), "\r", ""))
	return l
}

func (l LetterDraft) check() error {
	const op = "pipeline.LetterDraft"
	for _, x := range []struct {
		bad             bool
		field, sentence string
	}{
		{len(l.Films) == 0, "film", "Choisissez au moins un film."},
		{len(l.Films) > letterFilms, "film", fmt.Sprintf("Une lettre montre %d films au plus.", letterFilms)},
		{l.Subject == "", "objet", "Écrivez l'objet de la lettre."},
		{utf8.RuneCountInString(l.Subject) > letterSubject, "objet", fmt.Sprintf("L'objet est trop long : %d signes au plus, 60 de préférence.", letterSubject)},
		{utf8.RuneCountInString(l.Preheader) > letterSubject, "accroche", fmt.Sprintf("L'accroche est trop longue : %d signes au plus.", letterSubject)},
		{utf8.RuneCountInString(l.Edito) > letterEdito, "edito", fmt.Sprintf("L'édito est trop long : %s signes au plus.", french.Number(letterEdito))},
	} {
		if x.bad {
			return wrong(op, x.field, x.sentence)
		}
	}
	return nil
}

// ComposeLetter is a letter as it is read: its films as the site shows them now.
func (d *Desk) ComposeLetter(ctx context.Context, l LetterDraft) (publishers.Letter, error) {
	l = l.cleaned()
	if err := l.check(); err != nil {
		return publishers.Letter{}, err
	}
	parts := letterParts{Edito: french.Paragraphs(l.Edito), House: d.Letterhead.House, Imprint: d.Letterhead.Imprint}
	for _, id := range l.Films {
		f, err := d.letterFilm(ctx, id)
		if err != nil {
			return publishers.Letter{}, err
		}
		parts.Films = append(parts.Films, f)
	}
	return parts.letter(l.Subject, l.Preheader)
}

// letterOf is the letter by which a publication goes out; nil for a film that is
// not on the site.
func (d *Desk) letterOf(ctx context.Context, p assets.Publication, req publishers.Request) (*publishers.Letter, error) {
	if p.Letter != nil {
		l, err := d.ComposeLetter(ctx, draftOf(p))
		return &l, err
	}
	if req.Link == "" {
		return nil, nil
	}
	picture, err := d.publicPicture(ctx, req.Film)
	if err != nil {
		return nil, err
	}
	parts := letterParts{House: d.Letterhead.House, Imprint: d.Letterhead.Imprint}
	parts.Films = []letterFilm{{req.Film.Title, french.Paragraphs(req.Text), req.Link, picture}}
	l, err := parts.letter(req.Film.Title, "")
	return &l, err
}

func (d *Desk) letterFilm(ctx context.Context, id assets.ID) (letterFilm, error) {
	to, err := d.Publishers.Get(assets.ChannelNewsletter)
	if err != nil {
		return letterFilm{}, err
	}
	req, err := d.describe(ctx, assets.Publication{Film: id, Channel: assets.ChannelNewsletter}, to)
	if err != nil {
		return letterFilm{}, err
	}
	if req.Link == "" {
		return letterFilm{}, &assets.Error{
			Kind: assets.Conflict, Op: "pipeline.letterFilm",
			Msg: "« " + req.Film.Title + " » n'est pas sur le site : la lettre n'aurait pas où mener. Mettez-le en ligne, ou ôtez-le de la lettre.",
		}
	}
	f := letterFilm{Title: req.Film.Title, Paragraphs: french.Paragraphs(req.Text), Link: req.Link}
	f.Picture, err = d.publicPicture(ctx, req.Film)
	return f, err
}

// publicPicture is the address of a film's picture on the site; "" without.
func (d *Desk) publicPicture(ctx context.Context, f assets.Film) (string, error) {
	to, err := d.Publishers.Get(assets.ChannelSite)
	host, serves := to.(publishers.Hoster)
	if err != nil || !serves {
		return "", nil
	}
	urls, err := host.FileURLs(ctx, f.ID)
	if err != nil {
		return "", err
	}
	shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: f.ID, Channel: assets.ChannelSite, State: assets.PublicationPublished})
	if err != nil || len(shown) == 0 {
		return "", err
	}
	files, err := d.Catalog.Renditions(ctx, shown[0].Version)
	for _, r := range Covered(f, files) {
		if r.Role == assets.RolePoster && urls[r.Key] != "" {
			return urls[r.Key], nil
		}
	}
	return "", err
}

func (p letterParts) letter(subject, preheader string) (publishers.Letter, error) {
	body, err := p.html()
	return publishers.Letter{Subject: subject, Preheader: preheader, HTML: body, Text: p.text()}, err
}

// html is what stands in the body. Mail programs know inline styles only.
func (p letterParts) html() (string, error) {
	t, err := template.New("").Funcs(template.FuncMap{"linked": linked}).Parse(`<div style="max-width:36em;margin:0 auto;color:#1b1b1f;font:16px/1.5 sans-serif">
{{range .Edito}}<p>{{linked .}}</p>{{end}}
{{range .Films}}<div style="margin:32px 0">{{if .Picture}}<a href="{{.Link}}"><img src="{{.Picture}}" alt="" width="576" style="display:block;width:100%;height:auto;border-radius:8px"></a>{{end}}
<h2 style="margin:12px 0 4px;font-size:20px;line-height:1.3"><a href="{{.Link}}" style="color:inherit">{{.Title}}</a></h2>
{{range .Paragraphs}}<p style="margin:0 0 8px">{{linked .}}</p>{{end}}
<p style="margin:12px 0 0"><a href="{{.Link}}" style="display:inline-block;padding:10px 20px;border-radius:24px;background:#1b1b1f;color:#faf8f4;font-weight:bold;text-decoration:none">Voir le film</a></p></div>{{end}}
<p style="color:#5d5a55;font-size:14px">{{.House}}{{with .Imprint}}<br>{{.}}{{end}}</p></div>`)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = t.Execute(&out, p)
	return out.String(), err
}

// text is the same for those who read no pages.
func (p letterParts) text() string {
	blocks := append([]string{}, p.Edito...)
	for _, f := range p.Films {
		blocks = append(blocks, strings.Join(append(append([]string{strings.ToUpper(f.Title)}, f.Paragraphs...), f.Link), "\n"))
	}
	return strings.Join(append(blocks, strings.TrimSpace(p.House+"\n"+p.Imprint)), "\n\n") + "\n"
}

// PlanLetter decides that a letter goes out at an instant (the zero time: now).
// Its films are weighed then, each as if it went alone.
func (d *Desk) PlanLetter(ctx context.Context, l LetterDraft, at time.Time, actor string) (assets.Publication, error) {
	asked, when := at, assets.MomentAt(at, d.Zone)
	if at.Before(d.Now()) {
		at = d.Now()
		when = assets.Moment{At: at}
	}
	hand, err := d.byHand(ctx, assets.ChannelNewsletter)
	if err != nil {
		return assets.Publication{}, err
	}
	if hand {
		return assets.Publication{}, &assets.Error{
			Kind: assets.Conflict, Op: "pipeline.PlanLetter",
			Msg: "Le compte qui envoie la newsletter n'est pas connecté : la lettre n'est pas programmée. Connectez-le sur la page Canaux.",
		}
	}
	l = l.cleaned()
	if _, err := d.ComposeLetter(ctx, l); err != nil {
		return assets.Publication{}, err
	}
	for _, film := range l.Films {
		if err := d.clearedAt(ctx, film, assets.ChannelNewsletter, at); err != nil {
			return assets.Publication{}, d.ofFilm(ctx, film, err)
		}
	}
	p := d.publication(l.Films[0], Outing{assets.ChannelNewsletter, when})
	if p.ID, err = d.letterID(ctx, l, asked); err != nil {
		return assets.Publication{}, err
	}
	p.Title, p.Text, p.Letter = l.Subject, l.Edito, &assets.Letter{Films: l.Films, Preheader: l.Preheader}
	return p, d.commit(ctx, assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, "", string(p.State), actor, "Lettre : "+french.Count(len(l.Films), "film", "films")+".")},
		Jobs:         []assets.Job{d.job(assets.JobPublish, p.ID, at, 0)},
	})
}

// letterID names a letter by what it says and when: a button that is pressed
// twice plans it once. One that ended can be planned again.
func (d *Desk) letterID(ctx context.Context, l LetterDraft, at time.Time) (assets.ID, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: l.Films[0], Channel: assets.ChannelNewsletter})
	if err != nil {
		return "", err
	}
	ended := 0
	for _, p := range all {
		same := p.Letter != nil && p.Title == l.Subject && slices.Equal(p.Letter.Films, l.Films)
		switch {
		case !same:
		case p.State == assets.PublicationCancelled || p.State == assets.PublicationFailed:
			ended++
		case at.IsZero() && d.Now().Sub(p.CreatedAt) < time.Minute, p.At.Equal(at):
			return "", &assets.Error{Kind: assets.Conflict, Op: "pipeline.letterID", Msg: "Cette lettre est déjà programmée. Rien n'a été ajouté."}
		}
	}
	about := []string{"letter", l.Subject, l.Edito, fmt.Sprint(ended), fmt.Sprint(at.Unix())}
	for _, film := range l.Films {
		about = append(about, string(film))
	}
	return gathered(d.Now().Truncate(time.Minute), about...), nil
}

// letterReady is the gate for the films of a letter, before it begins: what one
// alone would be refused for keeps all of it back.
func (d *Desk) letterReady(ctx context.Context, p assets.Publication) error {
	if p.Letter == nil {
		return nil
	}
	if _, err := d.ComposeLetter(ctx, draftOf(p)); err != nil {
		return err
	}
	for _, film := range p.Letter.Films {
		if err := d.cleared(ctx, film, p.Channel); err != nil {
			return d.ofFilm(ctx, film, err)
		}
	}
	return nil
}

// ofFilm is an error that says of which film of a letter it is.
func (d *Desk) ofFilm(ctx context.Context, film assets.ID, why error) error {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return err
	}
	return &assets.Error{Kind: assets.KindOf(why), Op: "pipeline.ofFilm", Err: why, Msg: "« " + f.Title + " » : " + assets.Sentence(why)}
}

// TryLetter mails a letter to one person of the house alone.
func (d *Desk) TryLetter(ctx context.Context, l LetterDraft, to assets.User) error {
	letter, err := d.ComposeLetter(ctx, l)
	if err != nil {
		return err
	}
	m := assets.Mail{
		ID: d.NewID(), User: to.ID, To: to.Mail, Name: to.Name, Kind: MailLetter, Subject: "Essai : " + letter.Subject,
		Text: letter.Text, HTML: letterPage(letter), ReplyTo: d.Letterhead.ReplyTo, CreatedAt: d.Now(),
	}
	var c assets.Change
	d.post(&c, m, d.Now())
	return d.commit(ctx, c)
}

// letterPage is a letter as a page: what a preview shows, and a mail holds.
func letterPage(l publishers.Letter) string {
	return `<!doctype html><html lang="fr"><meta charset="utf-8"><title>` + template.HTMLEscapeString(l.Subject) +
		`</title><body style="margin:0;padding:24px;background:#faf8f4"><div style="display:none">` + template.HTMLEscapeString(l.Preheader) + `</div>` + l.HTML + `</body></html>`
}

// LetterPage is a draft as a page.
func (d *Desk) LetterPage(ctx context.Context, l LetterDraft) (string, error) {
	letter, err := d.ComposeLetter(ctx, l)
	return letterPage(letter), err
}

// CancelLetter calls a letter off that has not gone. Others of its films stay.
func (d *Desk) CancelLetter(ctx context.Context, id assets.ID, actor string) error {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return err
	}
	if p.Letter == nil || !unsaid(p.State) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.CancelLetter", Msg: "Cette lettre est partie, ou part en ce moment : elle ne se rappelle pas. Rien n'a été changé."}
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectPublication, id, string(p.State), string(assets.PublicationCancelled), actor, "")},
		Cancel: []assets.ID{id},
	})
}

// LetterChoice is a film that a letter may show.
type LetterChoice struct {
	Film assets.Film
	At   time.Time // since when the site shows it
}

// LetterChoices are the films on the site, the newest there first.
func (d *Desk) LetterChoices(ctx context.Context, most int) ([]LetterChoice, error) {
	shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: assets.ChannelSite, State: assets.PublicationPublished})
	if err != nil || len(shown) == 0 {
		return nil, err
	}
	slices.SortStableFunc(shown, func(a, b assets.Publication) int { return b.PublishedAt.Compare(a.PublishedAt) })
	shown = shown[:min(most, len(shown))]
	ids := make([]assets.ID, len(shown))
	for i, p := range shown {
		ids[i] = p.Film
	}
	films, err := d.Catalog.Films(ctx, assets.FilmFilter{IDs: ids, Limit: most})
	var all []LetterChoice
	for _, p := range shown {
		if i := slices.IndexFunc(films, func(f assets.Film) bool { return f.ID == p.Film }); i >= 0 {
			all = append(all, LetterChoice{films[i], p.PublishedAt})
		}
	}
	return all, err
}

// Letters are those that were planned, newest first.
func (d *Desk) Letters(ctx context.Context, most int) ([]assets.Publication, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: assets.ChannelNewsletter})
	all = slices.DeleteFunc(all, func(p assets.Publication) bool { return p.Letter == nil })
	slices.Reverse(all)
	return all[:min(most, len(all))], err
}
