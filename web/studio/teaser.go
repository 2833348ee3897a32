package studio

import (
	"fmt"
	"net/http"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/captions"
)

// teaserBody is the teaser of a film, and the passages it is made of.
type teaserBody struct {
	Head   filmHead
	Movie  *movie
	Teaser string // address of the file; "" without
	Length float64
	Rows   []cueRow
	Blank  []cueRow
	Chosen bool // by a person
	Coming bool
	May    bool
}

func (s *Studio) teaser(w http.ResponseWriter, r *http.Request) error {
	return s.showTeaser(w, r, nil, nil)
}

// showTeaser shows the teaser as it is; or the passages as typed, with what is
// wrong with them.
func (s *Studio) showTeaser(w http.ResponseWriter, r *http.Request, typed []cueRow, fault error) error {
	head, err := s.filmHead(r, "/teaser")
	if err != nil {
		return err
	}
	f := head.Film
	b := teaserBody{Head: head, Blank: make([]cueRow, 3), Chosen: len(f.TeaserPick) > 0, May: access.May(user(r).Role, "POST /regie/films/{film}/teaser")}
	if b.Movie, err = s.movieOf(r.Context(), f); err != nil {
		return err
	}
	made, err := s.made(r, f)
	if err != nil {
		return err
	}
	for _, m := range made {
		if m.Role == assets.RoleTeaser {
			b.Teaser, b.Length = s.filePath(f, b.Movie, m), m.Duration
		}
	}
	spans := f.TeaserPick
	if len(spans) == 0 && f.Version != "" {
		v, err := s.Desk.Catalog.Version(r.Context(), f.Version)
		if err != nil {
			return err
		}
		spans = v.Teaser
	}
	for _, x := range spans {
		b.Rows = append(b.Rows, cueRow{Start: captions.Clock(x.Start), End: captions.Clock(x.End)})
	}
	if b.Coming, err = s.underWay(r, f.ID, assets.JobTeaser); err != nil {
		return err
	}
	if fault != nil {
		b.Rows = typed
	}
	return s.showFault(w, r, "teaser", page{Title: f.Title, Here: "/regie/films", Body: b, Scripts: []string{"room.js", "pick.js"}}, fault)
}

func (s *Studio) chooseTeaser(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	if err := r.ParseForm(); err != nil {
		return invalid("chooseTeaser", "Le formulaire n’est pas arrivé entier. Recommencez.")
	}
	var rows []cueRow
	var spans []assets.Span
	var fault error
	for i, from := range r.PostForm["start"] {
		to := ""
		if i < len(r.PostForm["end"]) {
			to = r.PostForm["end"][i]
		}
		if strings.TrimSpace(from+to) == "" {
			continue
		}
		rows = append(rows, cueRow{Start: from, End: to})
		start, okStart := captions.Seconds(from)
		end, okEnd := captions.Seconds(to)
		if !okStart || !okEnd {
			fault = invalid("chooseTeaser", fmt.Sprintf("Passage %d : écrivez les temps ainsi : 00:03:42.500. Rien n’a été enregistré.", len(rows)))
		}
		spans = append(spans, assets.Span{Start: start, End: end})
	}
	if fault == nil {
		fault = s.Desk.ChooseTeaser(r.Context(), film, spans, actor(r))
	}
	if fault != nil {
		return s.showTeaser(w, r, rows, fault)
	}
	said := "Teaser choisi : il sera prêt dans un instant."
	if len(spans) == 0 {
		said = "La maison choisira le teaser à la prochaine fabrication."
	}
	return s.done(w, r, "/regie/films/"+string(film)+"/teaser", said)
}
