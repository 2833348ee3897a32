package studio

import (
	"net/http"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// sujetForm is the form of a sujet, as it is typed.
type sujetForm struct {
	Title, Kind, Brief, Place, Territory, Dossier string
	Rubriques, Partners, Crew                     []string
	Date, Hour, Contact, Phone                    string
}

// sujetFormBody is the page around it.
type sujetFormBody struct {
	Filed
	ID     assets.ID // "" for a new one
	Form   sujetForm
	People []assets.User
}

func (s *Studio) newSujet(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := sujetForm{Brief: french.Clean(q.Get("consigne")), Dossier: q.Get("dossier"), Territory: q.Get("territoire"), Rubriques: q["rubrique"], Partners: q["partenaire"]}
	return s.sujetPage(w, r, "", f)
}

func (s *Studio) editSujet(w http.ResponseWriter, r *http.Request) error {
	x, err := s.Desk.Catalog.Sujet(r.Context(), assets.ID(r.PathValue("sujet")))
	if err != nil {
		return err
	}
	f := sujetForm{
		Title: x.Title, Kind: x.Kind, Brief: x.Brief, Place: x.Place, Territory: x.Territory, Dossier: x.Dossier,
		Rubriques: x.Rubriques, Partners: x.Partners, Contact: x.Contact.Name, Phone: x.Contact.Phone,
	}
	for _, id := range x.Crew {
		f.Crew = append(f.Crew, string(id))
	}
	if !x.At.IsZero() {
		at := x.At.In(s.Zone)
		f.Date, f.Hour = at.Format(time.DateOnly), at.Format("15:04")
	}
	return s.sujetPage(w, r, x.ID, f)
}

func (s *Studio) createSujet(w http.ResponseWriter, r *http.Request) error {
	x, err := formOf(r).sujet(s.Zone)
	if err == nil {
		x, err = s.Desk.CreateSujet(r.Context(), x, actor(r))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/regie/sujets/"+string(x.ID), "Le sujet est créé.")
}

func (s *Studio) saveSujet(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("sujet"))
	x, err := formOf(r).sujet(s.Zone)
	if err == nil {
		err = s.Desk.EditSujet(r.Context(), id, x, actor(r))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/regie/sujets/"+string(id), "C’est enregistré.")
}

// formOf reads what was typed.
func formOf(r *http.Request) sujetForm {
	get := r.PostFormValue
	f := sujetForm{
		Title: get("title"), Kind: get("kind"), Brief: get("brief"), Place: get("place"), Territory: get("territory"),
		Dossier: get("dossier"), Date: get("date"), Hour: get("hour"), Contact: get("contact"), Phone: get("phone"),
	}
	f.Rubriques, f.Partners, f.Crew = r.PostForm["rubriques"], r.PostForm["partners"], r.PostForm["crew"]
	return f
}

// sujet is what the form says.
func (f sujetForm) sujet(zone *time.Location) (assets.Sujet, error) {
	x := assets.Sujet{
		Title: f.Title, Kind: f.Kind, Brief: f.Brief, Place: f.Place, Territory: f.Territory, Dossier: f.Dossier,
		Rubriques: f.Rubriques, Partners: f.Partners, Contact: assets.Contact{Name: f.Contact, Phone: f.Phone},
	}
	for _, id := range f.Crew {
		x.Crew = append(x.Crew, assets.ID(id))
	}
	switch {
	case f.Date == "" && f.Hour == "":
		return x, nil
	case f.Date == "":
		return x, wrongField("date", "Donnez aussi la date du tournage.")
	case f.Hour == "":
		return x, wrongField("hour", "Donnez aussi l’heure du tournage.")
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", f.Date+" "+f.Hour, zone)
	if err != nil || at.Year() < 1990 || at.Year() > 2200 {
		return x, wrongField("date", "Cette date ne peut pas être lue : écrivez-la comme 2026-06-12, et l’heure comme 18:30.")
	}
	x.At = at
	return x, nil
}

// sujetPage shows the form.
func (s *Studio) sujetPage(w http.ResponseWriter, r *http.Request, id assets.ID, f sujetForm) error {
	p := page{Title: "Nouveau sujet", Here: "/regie/sujets"}
	if id != "" {
		p.Title = "Modifier le sujet"
	}
	b := sujetFormBody{ID: id, Form: f}
	var err error
	if b.Filed, err = s.filed(r.Context()); err != nil {
		return err
	}
	if b.People, err = s.Desk.Catalog.Users(r.Context(), assets.UserFilter{State: assets.UserActive}); err != nil {
		return err
	}
	p.Body = b
	return s.show(w, r, "sujet_form", p)
}
