package studio

import (
	"net/http"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// texts are the pages about what is said of a film.
var texts = map[string]handler{
	"GET /regie/films/{film}/fiche":           (*Studio).fiche,
	"POST /regie/films/{film}/fiche":          (*Studio).saveFiche,
	"GET /regie/films/{film}/sous-titres":     (*Studio).captions,
	"POST /regie/films/{film}/sous-titres":    (*Studio).saveCaptions,
	"GET /regie/films/{film}/sous-titres.vtt": (*Studio).captionsFile,
	"GET /regie/films/{film}/chapitres":       (*Studio).chapters,
	"POST /regie/films/{film}/chapitres":      (*Studio).saveChapters,
	"GET /regie/films/{film}/chapitres.vtt":   (*Studio).chaptersFile,
	"GET /regie/films/{film}/synthes":         (*Studio).synthes,
	"POST /regie/films/{film}/synthes":        (*Studio).saveSynthes,
	"GET /regie/films/{film}/vignettes":       (*Studio).covers,
	"POST /regie/films/{film}/vignettes":      (*Studio).chooseCover,
	"GET /regie/films/{film}/vignettes/image": (*Studio).cover,
	"GET /regie/films/{film}/teaser":          (*Studio).teaser,
	"POST /regie/films/{film}/teaser":         (*Studio).chooseTeaser,
}

// ficheBody is what is said of a film, to be read and changed.
type ficheBody struct {
	Head filmHead
	Filed
	May      bool // change it
	People   string
	Keywords string
	Licences [][2]string // SPDX identifier, name
}

// licences are what an association may choose from.
func licences() [][2]string {
	return [][2]string{
		{"", "Tous droits réservés"},
		{"CC-BY-4.0", "Creative Commons BY 4.0"},
		{"CC-BY-SA-4.0", "Creative Commons BY-SA 4.0"},
		{"CC-BY-NC-4.0", "Creative Commons BY-NC 4.0"},
		{"CC-BY-ND-4.0", "Creative Commons BY-ND 4.0"},
		{"CC-BY-NC-ND-4.0", "Creative Commons BY-NC-ND 4.0"},
		{"CC0-1.0", "Domaine public (CC0)"},
		{"etalab-2.0", "Licence Ouverte 2.0"},
	}
}

func (s *Studio) fiche(w http.ResponseWriter, r *http.Request) error {
	head, err := s.filmHead(r, "/fiche")
	if err != nil {
		return err
	}
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	b := ficheBody{Head: head, Filed: names, May: access.May(user(r).Role, "POST /regie/films/{film}/fiche"), Licences: licences()}
	b.People, b.Keywords = peopleText(b.Head.Film.People), strings.Join(b.Head.Film.Keywords, ", ")
	return s.show(w, r, "fiche", page{Title: head.Film.Title, Here: "/regie/films", Body: b})
}

func (s *Studio) saveFiche(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("film"))
	if err := r.ParseForm(); err != nil {
		return invalid("saveFiche", "Le formulaire n’est pas arrivé entier. Recommencez.")
	}
	embargo, err := s.typedInstant("embargo", r.PostFormValue("embargo"))
	if err != nil {
		return err
	}
	to := assets.Film{
		Embargo: embargo, Music: assets.Music(r.PostFormValue("music")),
		ID: id, Title: r.PostFormValue("title"), Lede: r.PostFormValue("lede"), Description: r.PostFormValue("description"),
		Genre: r.PostFormValue("genre"), Rubriques: r.PostForm["rubriques"], Partners: r.PostForm["partners"],
		Dossier: r.PostFormValue("dossier"), Territory: r.PostFormValue("territory"), People: peopleOf(r.PostFormValue("people")),
		Keywords: strings.Split(r.PostFormValue("keywords"), ","), License: r.PostFormValue("license"), Credits: r.PostFormValue("credits"),
	}
	if err := s.Desk.EditFilm(r.Context(), id, to, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, "/regie/films/"+string(id)+"/fiche", "Fiche enregistrée.")
}

// typedInstant reads a field of type datetime-local, by the clock on our wall;
// nothing is the zero time.
func (s *Studio) typedInstant(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(instantLayout, text, s.Zone)
	if err != nil {
		return at, wrongField(field, "Cette date ne se lit pas : écrivez le jour et l’heure.")
	}
	return at, nil
}

// instantLayout is how a field of type datetime-local holds an instant.
const instantLayout = "2006-01-02T15:04"

// instantField is an instant as such a field holds it.
func (s *Studio) instantField(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.Zone).Format(instantLayout)
}

// peopleText is a list of people as it is typed: one a line, « Nom, fonction ».
func peopleText(people []assets.Person) string {
	lines := make([]string, len(people))
	for i, p := range people {
		lines[i] = strings.TrimSuffix(p.Name+", "+p.Role, ", ")
	}
	return strings.Join(lines, "\n")
}

func peopleOf(text string) []assets.Person {
	var people []assets.Person
	for line := range strings.SplitSeq(text, "\n") {
		name, role, _ := strings.Cut(line, ",")
		people = append(people, assets.Person{Name: strings.TrimSpace(name), Role: strings.TrimSpace(role)})
	}
	return people
}
