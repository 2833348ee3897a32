package studio

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/skip2/go-qrcode"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// blankFormsBody is what is printed: a sheet for each person.
type blankFormsBody struct {
	House  string
	Sheets []sheet
	Years  int
	Back   string
}

// sheet is one form on A4.
type sheet struct {
	Work   string // the title of the sujet or film
	Person string
	Minor  assets.Answer
	Path   string // where its photo is brought
	URL    string
}

// blankForms prints the forms to be signed: one for the authorisation that is
// named, one for each person of a sujet or film who has not signed, and an empty
// one where nobody is indicated yet.
func (s *Studio) blankForms(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	b := blankFormsBody{House: s.Title, Years: max(s.Desk.Policy.Years, 1), Back: "/regie/autorisations"}
	people, work, err := s.toSign(r, q.Get("autorisation"), q.Get("sujet"), q.Get("film"))
	if err != nil {
		return err
	}
	for _, p := range people {
		b.Sheets = append(b.Sheets, s.sheet(work, p.Details.Person, p.Minor, consentPath(p.ID)))
	}
	switch {
	case q.Get("autorisation") != "":
		b.Back = consentPath(assets.ID(q.Get("autorisation")))
	case q.Get("sujet") != "":
		b.Back = "/regie/sujets/" + q.Get("sujet")
	case q.Get("film") != "":
		b.Back = rightsPath(assets.ID(q.Get("film")))
	}
	if len(b.Sheets) == 0 {
		b.Sheets = []sheet{s.sheet(work, "", "", b.Back)}
	}
	return s.show(w, r, "formulaire", page{Title: "Formulaire d’autorisation", Here: "/regie/autorisations", Body: b})
}

func (s *Studio) sheet(work, person string, minor assets.Answer, path string) sheet {
	return sheet{work, person, minor, path, strings.TrimSuffix(s.BaseURL, "/") + path}
}

// toSign lists whose form is to be printed, and the title of the work. What the
// query names is asked of the table of rights first.
func (s *Studio) toSign(r *http.Request, consent, sujet, film string) ([]pipeline.ConsentView, string, error) {
	ctx := r.Context()
	switch {
	case consent != "":
		if err := s.reach(r, "GET /regie/autorisations/{consent}", assets.ID(consent)); err != nil {
			return nil, "", err
		}
		v, err := s.Desk.ShowConsent(ctx, assets.ID(consent))
		if err != nil {
			return nil, "", err
		}
		films, err := s.Desk.FilmsOf(ctx, v.ID)
		work := ""
		if len(films) > 0 {
			work = films[0].Film.Title
		}
		return []pipeline.ConsentView{v}, work, err
	case sujet != "":
		if err := s.reach(r, "GET /regie/sujets/{sujet}", assets.ID(sujet)); err != nil {
			return nil, "", err
		}
		x, err := s.Desk.Catalog.Sujet(ctx, assets.ID(sujet))
		if err != nil {
			return nil, "", err
		}
		people, err := s.Desk.PeopleOf(ctx, x.ID)
		return s.unsigned(r, people), x.Title, err
	case film != "":
		if err := s.reach(r, "GET /regie/films/{film}/droits", assets.ID(film)); err != nil {
			return nil, "", err
		}
		rights, err := s.Desk.FilmRights(ctx, assets.ID(film))
		return s.unsigned(r, rights.People), rights.Film.Title, err
	}
	return nil, "", nil
}

// unsigned are those whose signed form is not here.
func (s *Studio) unsigned(r *http.Request, people []pipeline.PersonView) []pipeline.ConsentView {
	var all []pipeline.ConsentView
	if !access.May(user(r).Role, "GET /regie/autorisations/{consent}") {
		return nil
	}
	for _, p := range people {
		if p.State == assets.ConsentAsked && !pipeline.Erased(p.Consent) {
			all = append(all, p.ConsentView)
		}
	}
	return all
}

// qrSVG draws a QR code (ISO/IEC 18004) of a text, as SVG: one path, a unit for
// each module, its quiet zone around it.
func qrSVG(text string) (template.HTML, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", err
	}
	rows := code.Bitmap()
	var path strings.Builder
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return template.HTML(fmt.Sprintf(
		`<svg class="qr" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img" aria-label="Code QR"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		len(rows), len(rows), len(rows), len(rows), path.String())), nil // numbers only
}
