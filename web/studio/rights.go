package studio

import (
	"net/http"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// rights are the pages about people filmed and their authorisations.
var rights = map[string]handler{
	"GET /regie/autorisations":                      (*Studio).consents,
	"POST /regie/autorisations":                     (*Studio).createConsent,
	"GET /regie/autorisations/formulaire":           (*Studio).blankForms,
	"GET /regie/autorisations/{consent}":            (*Studio).consent,
	"POST /regie/autorisations/{consent}":           (*Studio).editConsent,
	"POST /regie/autorisations/{consent}/etat":      (*Studio).moveConsent,
	"POST /regie/autorisations/{consent}/effacer":   (*Studio).eraseConsent,
	"POST /regie/autorisations/{consent}/scans":     (*Studio).addScan,
	"GET /regie/autorisations/{consent}/scans/{n}":  (*Studio).scan,
	"POST /regie/autorisations/{consent}/scans/{n}": (*Studio).markScan,
	"POST /regie/sujets/{sujet}/personnes":          (*Studio).addFilmed,
	"POST /regie/apparitions/{filmed}":              (*Studio).editFilmed,
	"GET /regie/films/{film}/droits":                (*Studio).filmRights,
	"POST /regie/films/{film}/droits":               (*Studio).addToFilm,
	"POST /regie/films/{film}/droits/passer-outre":  (*Studio).waive,
}

// consentsShown is how many authorisations a page lists.
const consentsShown = 100

// consentsBody is the list of authorisations.
type consentsBody struct {
	List   pipeline.ConsentList
	Query  string
	Found  []pipeline.ConsentView
	More   bool
	Sujets []assets.Sujet // for a person who is added here
}

// consents lists authorisations: all, those that keep a film back, those that
// run out within the month, those taken back; or those of a name.
func (s *Studio) consents(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	b := consentsBody{List: pipeline.ConsentList(q.Get("voir")), Query: french.Clean(q.Get("q"))}
	var err error
	if b.Found, b.More, err = s.Desk.ListConsents(r.Context(), b.List, b.Query, consentsShown); err != nil {
		return err
	}
	if b.Sujets, err = s.Desk.Catalog.Sujets(r.Context(), assets.SujetFilter{State: assets.SujetOpen}); err != nil {
		return err
	}
	return s.show(w, r, "autorisations", page{Title: "Autorisations", Here: "/regie/autorisations", Body: b})
}

// personForm is who is to be seen, as it was typed.
type personForm struct{ Name, Minor, Contact, Note, Sujet string }

func personOf(r *http.Request) personForm {
	return personForm{r.PostFormValue("person"), r.PostFormValue("minor"), r.PostFormValue("contact"), r.PostFormValue("note"), r.PostFormValue("sujet")}
}

func (f personForm) form() pipeline.ConsentForm {
	return pipeline.ConsentForm{
		ConsentDetails: assets.ConsentDetails{Person: f.Name, Contact: f.Contact, Note: f.Note}, Minor: assets.Answer(f.Minor),
	}
}

// createConsent adds a person to a sujet that is chosen on the list: a new one,
// or one whose authorisation is here already.
func (s *Studio) createConsent(w http.ResponseWriter, r *http.Request) error {
	f := personOf(r)
	if f.Sujet == "" {
		return wrongField("sujet", "Choisissez le sujet où cette personne est à l’image.")
	}
	if err := s.reach(r, "POST /regie/sujets/{sujet}/personnes", assets.ID(f.Sujet)); err != nil {
		return err
	}
	known, said := assets.ID(r.PostFormValue("autorisation")), "La personne est indiquée. Reste à recueillir son autorisation."
	if known != "" {
		said = "La personne est indiquée aussi dans ce sujet, avec la même autorisation."
		if err := s.reach(r, "POST /regie/autorisations/{consent}", known); err != nil {
			return err
		}
	}
	seen, err := s.Desk.AddFilmed(r.Context(), assets.Filmed{Sujet: assets.ID(f.Sujet), Consent: known}, f.form(), actor(r))
	if err != nil {
		return err
	}
	return s.done(w, r, consentPath(seen.Consent), said)
}

func consentPath(id assets.ID) string { return "/regie/autorisations/" + string(id) }

// reach asks the table of rights about a record that the request names
// elsewhere than first in its address.
func (s *Studio) reach(r *http.Request, route string, id assets.ID) error {
	right, _ := access.Find(route)
	record, err := s.Desk.Record(r.Context(), right.Kind(), id)
	switch {
	case err != nil && assets.KindOf(err) != assets.NotFound:
		return err
	case err != nil || right.Judge(user(r), record) != access.Allowed:
		return gate.ErrHidden
	}
	return nil
}

// mediumName is how people call a medium.
func mediumName(m assets.Medium) string {
	return map[assets.Medium]string{
		assets.MediumSite: "site", assets.MediumNetworks: "réseaux", assets.MediumTV: "télévision", assets.MediumPartners: "partenaires",
	}[m]
}

// mediaNames lists media: « site, réseaux et télévision ».
func mediaNames(media []assets.Medium) string {
	all := make([]string, len(media))
	for i, m := range media {
		all[i] = mediumName(m)
	}
	return french.And(all)
}

// verdict says where an authorisation stands: « Autorisation valable jusqu’au
// 12 juin 2023, site et réseaux », or what it lacks.
func (s *Studio) verdict(c pipeline.ConsentView) string {
	if c.Light == assets.Red {
		return reasonsText(c.Reasons)
	}
	text := "Autorisation valable"
	if last := lastDay(c.Until, s.Zone); !last.IsZero() {
		text += " jusqu’au " + french.Day(last)
	}
	if len(c.Media) > 0 {
		text += ", " + mediaNames(c.Media)
	}
	if len(c.Reasons) > 0 {
		text += " – " + reasonsText(c.Reasons)
	}
	return text
}

// lastDay is the last day on which an authorisation holds.
func lastDay(until time.Time, zone *time.Location) time.Time {
	if until.IsZero() {
		return until
	}
	return until.Add(-time.Nanosecond).In(zone)
}

// reasonsText says what is wanting: « Autorisation expirée ; aucune signature ».
func reasonsText(reasons []assets.Reason) string {
	all := make([]string, len(reasons))
	for i, r := range reasons {
		all[i] = string(r)
		if r == assets.ReasonUnread {
			all[i] = "photo illisible : le nom n’apparaît pas. Reprendre la photo"
		}
	}
	text := strings.Join(all, " ; ")
	if text == "" {
		return "Rien ne manque"
	}
	r := []rune(text)
	return strings.ToUpper(string(r[0])) + string(r[1:])
}

// shapeOf is the icon that goes with a light: never a colour alone.
func shapeOf(l assets.Light) string {
	return map[assets.Light]string{assets.Green: "check", assets.Orange: "warn", assets.Red: "stop"}[l]
}

// rightsWords are what templates say about authorisations.
func (s *Studio) rightsWords() map[string]any {
	return map[string]any{
		"medium": mediumName, "media": mediaNames, "verdict": s.verdict, "reasons": reasonsText, "shape": shapeOf,
		"allMedia": pipeline.Media, "spans": spansText, "qr": qrSVG, "add": func(a, b int) int { return a + b }, "count3": func() []int { return []int{0, 1, 2} },
	}
}

// dateField is a date as a field of type date holds it.
func (s *Studio) dateField(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.Zone).Format(time.DateOnly)
}
