package studio

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// deliveries are the pages about the links by which partners receive films.
var deliveries = map[string]handler{
	"GET /regie/livraisons":              (*Studio).links,
	"POST /regie/livraisons":             (*Studio).makeLink,
	"GET /regie/livraisons/{delivery}":   (*Studio).link,
	"POST /regie/livraisons/{delivery}":  (*Studio).settleLink,
	"GET /regie/films/{film}/livraisons": (*Studio).filmLinks,
}

const deliveriesPath = "/regie/livraisons"

// linksBody is a list of links, and the form for one more.
type linksBody struct {
	Filed
	Head     *filmHead // of one film; nil for the links of all
	Links    []assets.Delivery
	Ask      struct{ Partner, Dossier, State string }
	Filtered bool
	Form     *linkForm // nil for who only looks
	Path     string    // of the page
}

// linkForm is what a new link is made of.
type linkForm struct {
	Filed
	Partner, Dossier string
	Film             assets.ID     // the one; "": a dossier, or some of Films
	Films            []assets.Film // to choose from, newest first
	Days             int
}

const (
	offered     = 60 // films that a link is made of by ticking them
	usualDays   = 90
	longestDays = 3650
)

// links lists the links, those that wait for an answer first.
func (s *Studio) links(w http.ResponseWriter, r *http.Request) error {
	names, err := s.filed(r.Context())
	if err != nil || movedFilters(w, r, names.Programme) {
		return err
	}
	v := r.URL.Query()
	b := linksBody{Filed: names, Path: r.URL.RequestURI()}
	b.Ask.Partner, b.Ask.Dossier, b.Ask.State = v.Get("partenaire"), v.Get("dossier"), v.Get("etat")
	b.Filtered = b.Ask.Partner+b.Ask.Dossier+b.Ask.State != ""
	if b.Links, err = s.Desk.Links(r.Context(), pipeline.LinkFilter{Partner: b.Ask.Partner, Dossier: b.Ask.Dossier, State: assets.DeliveryState(b.Ask.State)}); err != nil {
		return err
	}
	if access.May(user(r).Role, "POST "+deliveriesPath) {
		form := linkForm{Filed: names, Partner: b.Ask.Partner, Dossier: b.Ask.Dossier, Days: usualDays}
		if d, known := bySlug(names.Dossiers, func(d assets.Dossier) bool { return d.Slug == form.Dossier }); known && form.Partner == "" {
			form.Partner = d.Partner
		}
		if form.Films, err = s.Desk.Catalog.Films(r.Context(), assets.FilmFilter{Partner: b.Ask.Partner, Limit: offered}); err != nil {
			return err
		}
		b.Form = &form
	}
	return s.show(w, r, "deliveries", page{Title: "Livraisons", Here: "/regie/dossiers", Body: b})
}

// filmLinks lists the links that hold one film.
func (s *Studio) filmLinks(w http.ResponseWriter, r *http.Request) error {
	head, err := s.filmHead(r, "/livraisons")
	if err != nil {
		return err
	}
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	b := linksBody{Filed: names, Head: &head, Path: r.URL.RequestURI()}
	if b.Links, err = s.Desk.Links(r.Context(), pipeline.LinkFilter{Film: &head.Film}); err != nil {
		return err
	}
	if access.May(user(r).Role, "POST "+deliveriesPath) {
		b.Form = &linkForm{Filed: names, Film: head.Film.ID, Days: usualDays}
		if len(head.Film.Partners) > 0 {
			b.Form.Partner = head.Film.Partners[0]
		}
	}
	return s.show(w, r, "deliveries", page{Title: head.Film.Title, Here: "/regie/films", Body: b})
}

// makeLink makes a link, and leads to it.
func (s *Studio) makeLink(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	form := r.PostForm
	q := pipeline.DeliveryRequest{
		Partner: form.Get("partner"), Name: form.Get("name"), Dossier: form.Get("dossier"), Mail: form.Get("mail"), Password: assets.Secret(form.Get("mot-de-passe")),
	}
	for _, id := range form["films"] {
		q.Films = append(q.Films, assets.ID(id))
	}
	days, err := numberIn(form.Get("jours"), usualDays, longestDays)
	if err != nil {
		return wrongField("jours", "Écrivez un nombre de jours, de 1 à "+strconv.Itoa(longestDays)+".")
	}
	q.Life = time.Duration(days) * 24 * time.Hour
	if q.Max, err = numberIn(form.Get("max"), 0, 100_000); err != nil {
		return wrongField("max", "Écrivez un nombre de téléchargements, ou laissez ce champ vide.")
	}
	x, err := s.Desk.Deliver(r.Context(), q, actor(r))
	if err != nil {
		return err
	}
	said := "Le lien est prêt : copiez-le, ou donnez-le de vive voix."
	if x.Mail != "" {
		said = "Le lien est prêt. Un message part à " + x.Mail + "."
	}
	return s.done(w, r, linkPath(x.ID), said)
}

// numberIn reads a whole number from 1; nothing stands for otherwise.
func numberIn(text string, otherwise, most int) (int, error) {
	if text = strings.TrimSpace(text); text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && (n < 1 || n > most) {
		err = strconv.ErrRange
	}
	return n, err
}

func linkPath(id assets.ID) string { return deliveriesPath + "/" + string(id) }
