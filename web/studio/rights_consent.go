package studio

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// consentBody is one authorisation.
type consentBody struct {
	pipeline.ConsentView
	Form     consentForm
	Films    []pipeline.Concerned
	Office   bool // may see everything, and change it
	Erasable bool
	Journal  []assets.Event
	Sujets   []assets.Sujet // where the person may be indicated too
}

// consentForm is what the signed form says, as it was typed.
type consentForm struct {
	personForm
	Signatures     int
	Own            bool
	Media          []assets.Medium
	From, Until    string // dates; Until is the last day
	Guardian, As   string
	Guardian2, As2 string
}

// consent shows one authorisation. Who only films sees what it takes to bring
// the signed form; who signed what is the office's.
func (s *Studio) consent(w http.ResponseWriter, r *http.Request) error {
	v, err := s.Desk.ShowConsent(r.Context(), assets.ID(r.PathValue("consent")))
	if err != nil {
		return err
	}
	return s.consentPage(w, r, v)
}

func (s *Studio) consentPage(w http.ResponseWriter, r *http.Request, v pipeline.ConsentView) error {
	b := consentBody{ConsentView: v, Form: s.consentFormOf(v)}
	b.Office = access.May(user(r).Role, "POST /regie/autorisations/{consent}")
	b.Erasable = access.May(user(r).Role, "POST /regie/autorisations/{consent}/effacer") && !pipeline.Erased(v.Consent)
	var err error
	if b.Films, err = s.Desk.FilmsOf(r.Context(), v.ID); err != nil {
		return err
	}
	if b.Office {
		if b.Journal, err = s.Desk.Catalog.Events(r.Context(), v.ID); err != nil {
			return err
		}
		slices.Reverse(b.Journal)
		if b.Sujets, err = s.Desk.Catalog.Sujets(r.Context(), assets.SujetFilter{State: assets.SujetOpen}); err != nil {
			return err
		}
	} else {
		b.Details = assets.ConsentDetails{Person: v.Details.Person}
		b.Form.Contact, b.Form.Note, b.Form.Guardian, b.Form.Guardian2 = "", "", "", ""
	}
	title := v.Details.Person
	if title == "" {
		title = "Personne effacée"
	}
	return s.show(w, r, "autorisation", page{Title: title, Here: "/regie/autorisations", Body: b})
}

func (s *Studio) consentFormOf(v pipeline.ConsentView) consentForm {
	f := consentForm{
		personForm: personForm{Name: v.Details.Person, Minor: string(v.Minor), Contact: v.Details.Contact, Note: v.Details.Note},
		Signatures: v.Signatures, Own: v.Own, Media: v.Media, From: s.dateField(v.From), Until: s.dateField(lastDay(v.Until, s.Zone)),
	}
	for i, g := range v.Details.Guardians {
		if i == 0 {
			f.Guardian, f.As = g.Name, g.As
		} else {
			f.Guardian2, f.As2 = g.Name, g.As
		}
	}
	return f
}

// Has tells whether the form names a medium.
func (f consentForm) Has(m assets.Medium) bool { return slices.Contains(f.Media, m) }

// typedConsent reads what was typed.
func typedConsent(r *http.Request) consentForm {
	get := r.PostFormValue
	f := consentForm{
		personForm: personOf(r), Own: get("own") != "", From: get("from"), Until: get("until"),
		Guardian: get("guardian"), As: get("as"), Guardian2: get("guardian2"), As2: get("as2"),
	}
	f.Signatures, _ = strconv.Atoi(get("signatures")) // what is no number is none
	for _, m := range r.PostForm["media"] {
		f.Media = append(f.Media, assets.Medium(m))
	}
	return f
}

// read is what the form says, its dates in the zone of the house.
func (f consentForm) read(zone *time.Location) (pipeline.ConsentForm, error) {
	x := f.form()
	x.Signatures, x.Own, x.Media = f.Signatures, f.Own, f.Media
	x.Guardians = []assets.Signature{{Name: f.Guardian, As: f.As}, {Name: f.Guardian2, As: f.As2}}
	for _, day := range []struct {
		typed string
		into  *time.Time
		later int // days
	}{{f.From, &x.From, 0}, {f.Until, &x.Until, 1}} {
		if day.typed == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, day.typed, zone)
		if err != nil || t.Year() < 1990 || t.Year() > 2200 {
			return x, invalid("consentForm", "Cette date ne peut pas être lue : écrivez-la comme 2026-06-12.")
		}
		*day.into = t.AddDate(0, 0, day.later)
	}
	return x, nil
}

func (s *Studio) editConsent(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("consent"))
	form, err := typedConsent(r).read(s.Zone)
	if err == nil {
		err = s.Desk.EditConsent(r.Context(), id, form, actor(r))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, consentPath(id), "C’est enregistré.")
}

// moveConsent grants, refuses, takes back or asks again.
func (s *Studio) moveConsent(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("consent"))
	var err error
	said := ""
	switch assets.ConsentState(r.PostFormValue("etat")) {
	case assets.ConsentGranted:
		said, err = "L’autorisation est enregistrée.", s.Desk.GrantConsent(r.Context(), id, actor(r))
	case assets.ConsentRefused:
		said = "Floutage demandé : c’est noté. Le film ne sort pas tant que la personne est reconnaissable."
		_, err = s.Desk.RefuseConsent(r.Context(), id, actor(r))
	case assets.ConsentWithdrawn:
		said = "L’autorisation est retirée. Les films concernés quittent le site ; les autres canaux sont dans la liste."
		_, err = s.Desk.WithdrawConsent(r.Context(), id, actor(r))
	case assets.ConsentAsked:
		said, err = "L’autorisation est demandée de nouveau.", s.Desk.ReopenConsent(r.Context(), id, actor(r))
	default:
		err = invalid("moveConsent", "Choisissez ce que devient l’autorisation.")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, consentPath(id), said)
}

func (s *Studio) eraseConsent(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("consent"))
	if r.PostFormValue("sur") == "" {
		return wrongField("sur", "Cochez la case : l’effacement ne s’annule pas.")
	}
	if _, err := s.Desk.ErasePerson(r.Context(), id, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, consentPath(id), "La personne est effacée : il ne reste que le fait.")
}
