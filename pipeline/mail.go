package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// The kinds of mail: what a person can ask not to be written about.
const (
	MailEntry      = "entry"      // a link that opens the door: can't be muted
	MailRushes     = "rushes"     // rushes were received
	MailWanted     = "wanted"     // the edit lacks something
	MailShoot      = "shoot"      // a shoot is tomorrow
	MailBAT        = "bat"        // asked for, given, refused
	MailOnline     = "online"     // a film can be seen
	MailWithdrawal = "withdrawal" // a film that was called back is still to be seen: can't be muted
	MailChannel    = "channel"    // a publication or an account needs a person
	MailDay        = "day"        // what goes out today
	MailFormat     = "format"     // a format that was asked for is there
	MailStorage    = "storage"    // the disk is full, or nearly so
	MailTransfer   = "transfer"   // files of a transfer are missing
	MailLetter     = "letter"     // the newsletter, or a trial of it
	MailSubscribe  = "subscribe"  // whether an address wants the newsletter
	MailDelivery   = "delivery"   // to a partner: what a link holds
	MailPartner    = "partner"    // a partner asks, or answers
)

// MailKind is one kind of mail, and what people call it.
type MailKind struct{ Kind, Name string }

// MailKinds are those that can be muted.
func MailKinds() []MailKind {
	return []MailKind{
		{MailRushes, "Des rushes sont reçus"},
		{MailTransfer, "Il manque des fichiers à un envoi"},
		{MailShoot, "Un tournage a lieu demain"},
		{MailWanted, "Un complément est demandé"},
		{MailBAT, "Un BAT est demandé, donné ou refusé"},
		{MailPartner, "Un partenaire répond, ou demande quelque chose"},
		{MailOnline, "Un film est en ligne"},
		{MailFormat, "Un format demandé est prêt"},
		{MailDay, "Ce qui sort aujourd’hui, à 8 h"},
		{MailChannel, "Une mise en ligne ou un compte attend quelqu’un"},
		{MailStorage, "Le disque est presque plein"},
	}
}

// Postman takes a mail to the server of the association. An error that is not
// Transient is final.
type Postman interface {
	Send(ctx context.Context, m assets.Mail) error
}

// Letterhead is what every mail says of the house.
type Letterhead struct {
	House   string // its name
	BaseURL string // where links lead, without a slash at the end
	ReplyTo string // the address of a person; "" for the sender's
	Imprint string // who publishes, and where: what a letter to the public must say
}

const (
	subjectLength = 60               // signs of a subject, what a phone shows
	gathering     = 30 * time.Minute // what comes in pieces is said once in this time
)

// Tell adds to a change one mail to each of these people: a sentence or a few
// (paragraphs stand apart by a blank line), and the one address of the house
// where it goes on. Who left the house, or muted the kind, is not written to.
func (d *Desk) Tell(_ context.Context, c *assets.Change, to []assets.User, kind, subject, text, path string) {
	for _, u := range to {
		if m, ok := d.letter(u, kind, subject, text, path); ok {
			m.ID = d.NewID()
			d.post(c, m, d.Now())
		}
	}
}

// TellOnce is Tell, to one person, of what is said a single time: of one kind, path
// and instant there is one mail about the same, whoever asks again.
func (d *Desk) TellOnce(ctx context.Context, c *assets.Change, to assets.User, kind string, at time.Time, subject, text, path string, about ...string) error {
	m, ok := d.letter(to, kind, subject, text, path)
	if !ok {
		return nil
	}
	m.ID = gathered(at, append([]string{string(to.ID), kind, path}, about...)...)
	_, err := d.Catalog.Mail(ctx, m.ID)
	if assets.KindOf(err) != assets.NotFound || err == nil {
		return err
	}
	d.post(c, m, d.Now())
	return nil
}

// Gather is Tell for what comes in pieces: pieces of one kind and path within
// half an hour make one mail, at its end. say is asked for subject and text
// each time, for what came since.
func (d *Desk) Gather(ctx context.Context, c *assets.Change, to []assets.User, kind, path string, say func(since time.Time) (subject, text string)) error {
	since := d.Now().Truncate(gathering)
	subject, text := say(since)
	for _, u := range to {
		m, ok := d.letter(u, kind, subject, text, path)
		if !ok {
			continue
		}
		m.ID = gathered(since, string(u.ID), kind, path)
		if _, err := d.gather(ctx, c, m, since.Add(gathering)); err != nil {
			return err
		}
	}
	return nil
}

// gather adds a mail to a change, to be sent at an instant; one of the same ID that
// still waits is written anew. False: that one has left, and m is not added.
func (d *Desk) gather(ctx context.Context, c *assets.Change, m assets.Mail, at time.Time) (bool, error) {
	before, err := d.Catalog.Mail(ctx, m.ID)
	switch {
	case err == nil && (before.State == assets.MailWaiting || before.State == assets.MailKept):
		m.State = before.State
		c.Mails = append(c.Mails, m) // its job is there already
		return true, nil
	case err != nil && assets.KindOf(err) == assets.NotFound:
		d.post(c, m, at)
		return true, nil
	default:
		return false, err
	}
}

// gathered names the one mail of an instant, or of the half hour that begins there.
func gathered(since time.Time, about ...string) assets.ID {
	sum := sha256.Sum256([]byte(strings.Join(about, "\n")))
	var id ulid.ULID
	_ = id.SetTime(ulid.Timestamp(since)) // until the year 10889
	_ = id.SetEntropy(sum[:10])           // ten bytes are what it takes
	return assets.ID(strings.ToLower(id.String()))
}

// letter is a mail to one person; none to who may not be written to.
func (d *Desk) letter(u assets.User, kind, subject, text, path string) (assets.Mail, bool) {
	if u.Mail == "" || !u.Entitled(d.Now()) || slices.Contains(u.Muted, kind) {
		return assets.Mail{}, false
	}
	link := ""
	if path != "" {
		link = d.Letterhead.BaseURL + path
	}
	body := letterBody{
		Greeting: "Bonjour " + firstName(u.Name) + ",", Paragraphs: french.Paragraphs(french.Clean(text)), Link: link,
		House: d.Letterhead.House, Account: d.Letterhead.BaseURL + "/regie/moi/compte", Muted: kind != MailEntry && kind != MailWithdrawal,
	}
	return assets.Mail{
		User: u.ID, To: u.Mail, Name: u.Name, Kind: kind, Subject: subjectOf(subject),
		Text: body.text(), HTML: body.html(), ReplyTo: d.Letterhead.ReplyTo, CreatedAt: d.Now(),
	}, true
}

// subjectOf is one line, as a phone shows it.
func subjectOf(text string) string {
	return french.Short(strings.NewReplacer("\n", " ", "\t", " ").Replace(french.Typeset(french.Clean(text))), subjectLength)
}

// post adds a mail to a change, to be sent at an instant; without a postman it
// is kept for the outbox page.
func (d *Desk) post(c *assets.Change, m assets.Mail, at time.Time) {
	m.State = assets.MailKept
	if d.postman(m.Kind) != nil {
		m.State = assets.MailWaiting
		c.Jobs = append(c.Jobs, d.job(assets.JobMail, m.ID, at, 0))
	}
	c.Mails = append(c.Mails, m)
}

// postman takes mails of a kind; nil: they are kept.
func (d *Desk) postman(kind string) Postman {
	if (kind == MailLetter || kind == MailSubscribe) && d.LetterPost != nil {
		return d.LetterPost
	}
	return d.Postman
}

// deliver sends one mail. Dying between the sending and the note of it sends
// it again under the same Message-ID.
func (d *Desk) deliver(ctx context.Context, h *hold) error {
	m, err := d.Catalog.Mail(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	by := d.postman(m.Kind)
	if m.State != assets.MailWaiting || by == nil {
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	}
	out, err := d.Readable(ctx, m)
	if err != nil {
		return err
	}
	if m.Letter != "" {
		out, err = d.copyOf(ctx, m)
		if errors.Is(err, errHeld) {
			m.State = assets.MailKept
			return d.commit(ctx, assets.Change{Mails: []assets.Mail{m}, Fence: h.fence()})
		}
		if err != nil {
			return err
		}
	}
	if err := by.Send(ctx, out); err != nil {
		return err
	}
	m.State, m.SentAt = assets.MailSent, d.Now()
	return d.commit(ctx, assets.Change{Mails: []assets.Mail{sealed(m)}, Fence: h.fence()})
}

// failMail notes that a mail is not tried again.
func (d *Desk) failMail(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	m, err := d.Catalog.Mail(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	m.State, m.Reason = assets.MailFailed, reason
	return assets.Change{Mails: []assets.Mail{sealed(m)}}, nil
}

// sealed drops what a mail said when it held a key, and to whom when that is
// nobody of the house.
func sealed(m assets.Mail) assets.Mail {
	switch m.Kind {
	case MailEntry:
		m.Text, m.HTML = "(Le lien d’entrée n’est pas gardé ici.)", ""
	case MailSubscribe:
		m.To, m.Text, m.HTML = "", "(L’adresse et le lien ne sont pas gardés ici.)", ""
	}
	return m
}

func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// letterBody is what stands in a mail.
type letterBody struct {
	Greeting   string
	Paragraphs []string
	Link       string
	House      string
	Account    string // where kinds of mail are muted
	Muted      bool   // the kind can be
}

const letterFoot = "Pour ne plus recevoir ce type de message : "

func (b letterBody) text() string {
	parts := append([]string{b.Greeting}, b.Paragraphs...)
	if b.Link != "" {
		parts = append(parts, b.Link)
	}
	parts = append(parts, b.House)
	if b.Muted {
		parts = append(parts, letterFoot+b.Account)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// html is the same with a button. Mail programs know inline styles only.
func (b letterBody) html() string {
	var out bytes.Buffer
	t := template.Must(template.New("").Parse(`<!doctype html><html lang="fr"><meta charset="utf-8"><body style="margin:0;padding:24px;background:#faf8f4;color:#1b1b1f;font:16px/1.5 sans-serif">
<div style="max-width:36em;margin:0 auto"><p>{{.Greeting}}</p>{{range .Paragraphs}}<p>{{.}}</p>{{end}}
{{with .Link}}<p><a href="{{.}}" style="display:inline-block;padding:12px 24px;border-radius:24px;background:#1b1b1f;color:#faf8f4;font-weight:bold;text-decoration:none">Ouvrir</a></p>{{end}}
<p style="color:#5d5a55;font-size:14px">{{.House}}{{if .Muted}}<br>` + letterFoot + `<a href="{{.Account}}" style="color:inherit">vos réglages</a>{{end}}</p></div></body></html>`))
	if err := t.Execute(&out, b); err != nil {
		return "" // the text stands for itself
	}
	return out.String()
}
