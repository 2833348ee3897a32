package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/url"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// deliveries are links of each sort: one that a festival has used and would like
// to keep, one that nobody opened, one that was closed.
func (s *stage) deliveries(film assets.ID) []story {
	com, by := assets.RoleCommunication, s.actor(assets.RoleCommunication)
	s.dress("zik-zac-festival", by)
	open := s.deliver(pipeline.DeliveryRequest{Dossier: "zik-zac-2018", Mail: "programmation@festival.invalid", Password: "la grande scène", Max: 40}, by)
	s.used(open, film)
	s.ready("zik-zac-2018")
	s.note(s.desk.AskMoreTime(s.ctx, open))
	quiet := s.deliver(pipeline.DeliveryRequest{Partner: "zik-zac-festival", Films: []assets.ID{film}, Name: "Pour le site de la ville"}, by)
	closed := s.deliver(pipeline.DeliveryRequest{Partner: "zik-zac-festival", Films: []assets.ID{film}, Name: "Envoyé à la mauvaise adresse"}, by)
	_, err := s.desk.RevokeDelivery(s.ctx, closed, by)
	s.note(err)
	return []story{
		{"Lien, chez le partenaire", "", s.address(quiet)},
		{"Lien, film", "", s.address(quiet) + "/films/" + string(film)},
		{"Lien, mot de passe", "", s.address(open)},
		{"Livraisons", com, "/regie/livraisons"},
		{"Livraisons, rien", com, "/regie/livraisons?partenaire=gamerz&etat=revoked"},
		{"Livraisons, montage", assets.RoleMonteur, "/regie/livraisons"},
		{"Livraison", com, "/regie/livraisons/" + string(open)},
		{"Livraison, jamais ouverte", com, "/regie/livraisons/" + string(quiet)},
		{"Livraison fermée", com, "/regie/livraisons/" + string(closed)},
		{"Film, livraisons", com, "/regie/films/" + string(film) + "/livraisons"},
	}
}

func (s *stage) deliver(q pipeline.DeliveryRequest, by string) assets.ID {
	x, err := s.desk.Deliver(s.ctx, q, by)
	s.note(err)
	return x.ID
}

// address is where a link leads.
func (s *stage) address(id assets.ID) string {
	x, err := s.catalog.Delivery(s.ctx, id)
	s.note(err)
	link, err := s.desk.DeliveryLink(x)
	s.note(err)
	u, err := url.Parse(link)
	s.note(err)
	return u.Path
}

// dress gives a partner a logo and a colour.
func (s *stage) dress(partner, by string) {
	_, err := s.desk.SetLogo(s.ctx, partner, drawnLogo(), by)
	s.note(err)
	p, err := s.catalog.Programme(s.ctx)
	s.note(err)
	if e := p.Entry(assets.Heading{Kind: assets.HeadingPartner, Slug: partner}); e != nil {
		e.Colour = "#e8471c"
		_, _, err = s.desk.SaveEntry(s.ctx, assets.HeadingPartner, *e, by)
		s.note(err)
	}
}

// drawnLogo is a logo as a festival could have one: three zigzags, see-through.
func drawnLogo() io.Reader {
	const width, height, wave, line = 480, 192, 96, 26
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i, c := range []color.NRGBA{{232, 71, 28, 255}, {27, 27, 31, 255}, {20, 110, 140, 255}} {
		for x := range width {
			up := x % wave
			top := 8 + i*50 + min(up, wave-up)
			for y := top; y < top+line; y++ {
				img.Set(x, y, c)
			}
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // into memory
	return &out
}

// used notes what two people did with a link.
func (s *stage) used(link, film assets.ID) {
	const size = 184_000_000
	now := s.now()
	half := assets.Receipt{Visitor: "b", Kind: assets.ReceiptDownloaded, Film: film, File: "Before Zik Zac (1080p).mp4", SHA256: "1080", Size: size}
	half.Add(assets.Stretch{To: size * 43 / 100}, now)
	whole := half
	whole.Visitor, whole.Spans = "a", nil
	whole.Add(assets.Stretch{To: size}, now)
	for i, r := range []assets.Receipt{
		{Visitor: "a", Kind: assets.ReceiptOpened},
		{Visitor: "a", Kind: assets.ReceiptChanges, Film: film, Name: "La programmation", Note: "Le nom du groupe est mal écrit à la fin."},
		{Visitor: "a", Kind: assets.ReceiptApproved, Film: film, Name: "La programmation", SHA256: "2"},
		whole,
		{Visitor: "b", Kind: assets.ReceiptOpened},
		half,
	} {
		r.ID, r.Delivery, r.At = newID(), link, now.Add(time.Duration(i-6)*time.Hour)
		_, err := s.catalog.NoteReceipt(s.ctx, r, 0)
		s.note(err)
	}
}

// ready makes films that have their BAT as if they had been made, but for the last.
func (s *stage) ready(dossier string) {
	films, err := s.catalog.Films(s.ctx, assets.FilmFilter{Dossier: dossier, State: assets.FilmApproved})
	s.note(err)
	for _, f := range films[min(1, len(films)):] {
		s.note(s.catalog.Apply(s.ctx, assets.Change{Renditions: []assets.Rendition{{
			ID: newID(), Version: f.Version, Role: assets.MP4Role(1080), Key: "x/" + f.Slug + ".mp4", Width: 1920, Height: 1080, Duration: 184, CreatedAt: s.now(),
		}}}))
	}
}
