package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// partnerName is what the partner of a link is called.
func (d *Desk) partnerName(ctx context.Context, x assets.Delivery) string {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return x.Partner
	}
	return cmp.Or(p.Names().Partner[x.Partner], x.Partner)
}

// tellPartner adds a mail to the partner of a link, which leads to it; nothing
// where there is no address.
func (d *Desk) tellPartner(c *assets.Change, x assets.Delivery, subject, text string) {
	m, there := d.partnerMail(x, subject, text)
	if there {
		m.ID = d.NewID()
		d.post(c, m, d.Now())
	}
}

// linkMark stands in a mail for the link of a delivery, whose token is kept under
// seal only.
var linkMark = regexp.MustCompile(`/p/lien-[0-9a-z]{26}`)

// Readable is a mail as it is read: that to a partner leads to their link, as long
// as it has not left.
func (d *Desk) Readable(ctx context.Context, m assets.Mail) (assets.Mail, error) {
	mark := linkMark.FindString(m.Text)
	if m.Kind != MailDelivery || mark == "" {
		return m, nil
	}
	path := "/p/…"
	if m.State == assets.MailWaiting || m.State == assets.MailKept {
		x, err := d.Catalog.Delivery(ctx, assets.ID(strings.TrimPrefix(mark, "/p/lien-")))
		if err != nil {
			return m, err
		}
		link, err := d.DeliveryLink(x)
		if err != nil {
			return m, err
		}
		path = strings.TrimPrefix(link, d.Letterhead.BaseURL)
	}
	m.Text, m.HTML = linkMark.ReplaceAllString(m.Text, path), linkMark.ReplaceAllString(m.HTML, path)
	return m, nil
}

func (d *Desk) partnerMail(x assets.Delivery, subject, text string) (assets.Mail, bool) {
	if x.Mail == "" || x.Standing(d.Now()) != assets.DeliveryOpen {
		return assets.Mail{}, false
	}
	body := letterBody{
		Greeting: "Bonjour,", Paragraphs: french.Paragraphs(french.Clean(text)), Link: d.Letterhead.BaseURL + "/p/lien-" + string(x.ID), House: d.Letterhead.House,
	}
	return assets.Mail{
		To: x.Mail, Kind: MailDelivery, Subject: subjectOf(subject), Text: body.text(), HTML: body.html(),
		ReplyTo: d.Letterhead.ReplyTo, CreatedAt: d.Now(),
	}, true
}

// writePartner adds the mail that says what a link holds: one in half an hour,
// however many films come in it.
func (d *Desk) writePartner(ctx context.Context, c *assets.Change, x assets.Delivery) error {
	if x.Mail == "" {
		return nil
	}
	all, err := d.Handed(ctx, x)
	if err != nil {
		return err
	}
	subject, text := d.handedText(x, all)
	m, there := d.partnerMail(x, subject, text)
	if !there {
		return nil
	}
	for slot := d.Now().Truncate(gathering); ; slot = slot.Add(gathering) {
		at := slot.Add(gathering)
		if len(c.Deliveries) > 0 { // the link itself is new, and waited for
			at = d.Now()
		}
		m.ID = gathered(slot, string(x.ID), MailDelivery)
		if added, err := d.gather(ctx, c, m, at); added || err != nil {
			return err
		}
	}
}

// handedText says what a link holds: « Zik Zac 2018 — 4 films à valider ».
func (d *Desk) handedText(x assets.Delivery, all []Handed) (subject, text string) {
	said := map[HandedGroup][]string{}
	for _, h := range all {
		title := "« " + h.Title + " »"
		if h.Version.Number > 1 {
			title += fmt.Sprintf(" (V%d)", h.Version.Number)
		}
		said[h.Group] = append(said[h.Group], title)
	}
	subject = x.Name
	if n := len(said[HandedReview]); n > 0 {
		subject += " — " + french.Count(n, "film à valider", "films à valider")
	} else if n := len(said[HandedReady]); n > 0 {
		subject += " — " + french.Count(n, "film à télécharger", "films à télécharger")
	}
	for _, g := range HandedGroups() {
		titles := said[g.Group]
		switch n := len(titles); {
		case n == 0:
			continue
		case n > maxTitles:
			titles = append(slices.Clone(titles[:maxTitles]), french.Count(n-maxTitles, "autre", "autres"))
		}
		text += g.Name + " : " + french.And(titles) + ".\n\n"
	}
	return subject, text + "Le lien ouvre sans compte, jusqu'au " + french.Day(x.ExpiresAt.In(d.Zone)) + "."
}

// maxTitles is how many films of a kind a mail names.
const maxTitles = 5

// tellPartners writes to the partners whose links hold a film that came to be
// looked at, or to be had.
func (d *Desk) tellPartners(ctx context.Context, h *hold) error {
	c := assets.Change{Fence: h.fence()}
	f, err := d.Catalog.Film(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	now, err := d.handed(ctx, f)
	if err != nil {
		return err
	}
	var all []assets.Delivery
	if now.Group != HandedComing {
		if all, err = d.Catalog.Deliveries(ctx, assets.DeliveryFilter{Film: &f, State: assets.DeliveryOpen}); err != nil {
			return err
		}
	}
	for _, x := range all {
		if err := d.writePartner(ctx, &c, x); err != nil {
			return err
		}
	}
	return d.commit(ctx, c)
}

// tellDesk writes to the communication about a link.
func (d *Desk) tellDesk(ctx context.Context, c *assets.Change, x assets.Delivery, subject, text string) error {
	to, err := d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleCommunication})
	if err == nil {
		d.Tell(ctx, c, to, MailPartner, subject, text, "/regie/livraisons/"+string(x.ID))
	}
	return err
}
