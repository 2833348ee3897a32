package studio

import (
	"net/http"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// sujetBody is one sujet, with everything that is under way for it.
type sujetBody struct {
	Filed
	pipeline.SujetView
	Next  step // what is to be done now, by whom is looking
	Also  []step
	Open  bool
	Lead  bool // may change it
	Genre string
	Seen  filmedBody // who is to be seen in it
}

// step is one thing that can be done: a link, or with To a button that moves
// the film there.
type step struct {
	Label string
	Path  string
	To    assets.FilmState
}

func (s *Studio) sujet(w http.ResponseWriter, r *http.Request) error {
	v, err := s.Desk.ShowSujet(r.Context(), assets.ID(r.PathValue("sujet")))
	if err != nil {
		return err
	}
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	b := sujetBody{
		Filed: names, SujetView: v, Open: v.State == assets.SujetOpen,
		Lead: access.May(user(r).Role, "POST /regie/sujets/{sujet}"), Genre: assets.GenreName(v.Kind),
	}
	if b.Seen, err = s.filmed(r.Context(), v.ID, user(r)); err != nil {
		return err
	}
	b.Next, b.Also = nextSteps(v, user(r).Role)
	p := page{Title: v.Title, Here: "/regie/sujets", Body: b}
	if b.Open {
		p.Drop = drop{Path: depositFor(v.ID), Name: v.Title}
	}
	return s.show(w, r, "sujet", p)
}

func depositFor(sujet assets.ID) string { return "/regie/deposer?sujet=" + string(sujet) }

// nextSteps are what a person of this role does next for a sujet: the first is
// the one button of the page.
func nextSteps(v pipeline.SujetView, role assets.UserRole) (next step, also []step) {
	id := string(v.ID)
	rushes := step{Label: "Déposer des rushes", Path: depositFor(v.ID)}
	film := step{Label: "Voir le film", Path: "/regie/films/" + string(v.Film.ID)}
	if v.URL != "" {
		return step{Label: "Voir le film", Path: v.URL}, []step{{Label: "Ouvrir la page du film", Path: film.Path}}
	}
	if v.State != assets.SujetOpen {
		return film, nil
	}
	if role == assets.RoleJRI {
		if v.Film.State == assets.FilmIdea {
			also = []step{{Label: "Le tournage commence", Path: "/regie/sujets/" + id + "/tournage", To: assets.FilmShooting}}
		}
		if v.Version != nil {
			also = append(also, film)
		}
		return rushes, also
	}
	move := func(label string, to assets.FilmState) step {
		return step{Label: label, Path: "/regie/sujets/" + id + "/etat", To: to}
	}
	look := step{Label: "Dérusher", Path: "/regie/rushes?sujet=" + id}
	edit := move("Le montage commence", assets.FilmEditing)
	switch v.Film.State {
	case assets.FilmIdea:
		return rushes, []step{move("Le tournage commence", assets.FilmShooting)}
	case assets.FilmShooting:
		return rushes, nil
	case assets.FilmRushes:
		return move("Dérusher", assets.FilmLogging), []step{rushes, edit}
	case assets.FilmLogging:
		if len(v.Selections) > 0 {
			return step{Label: "Ouvrir la sélection", Path: "/regie/selections/" + string(v.Selections[0].ID)}, []step{look, edit}
		}
		return look, []step{edit, rushes}
	}
	if v.Version == nil {
		return step{Label: "Déposer un montage", Path: "/regie/deposer?film=" + string(v.Film.ID)}, []step{look, rushes}
	}
	return film, []step{look}
}

// askFor says what is missing.
func (s *Studio) askFor(w http.ResponseWriter, r *http.Request) error {
	id, text := assets.ID(r.PathValue("sujet")), r.PostFormValue("wanted")
	if err := s.Desk.AskFor(r.Context(), id, text, actor(r)); err != nil {
		return err
	}
	said := "L’équipe du sujet est prévenue."
	if text == "" {
		said = "La demande est levée."
	}
	return s.done(w, r, "/regie/sujets/"+string(id), said)
}

// moveSujet moves its film on, or closes and reopens the sujet.
func (s *Studio) moveSujet(w http.ResponseWriter, r *http.Request) error {
	id, to := assets.ID(r.PathValue("sujet")), r.PostFormValue("etat")
	here := "/regie/sujets/" + string(id)
	switch to {
	case string(assets.SujetClosed):
		if err := s.Desk.CloseSujet(r.Context(), id, actor(r)); err != nil {
			return err
		}
		return s.done(w, r, here, "Le sujet est terminé. Il peut être rouvert à tout moment.")
	case string(assets.SujetOpen):
		if err := s.Desk.ReopenSujet(r.Context(), id, actor(r)); err != nil {
			return err
		}
		return s.done(w, r, here, "Le sujet est rouvert.")
	}
	if err := s.moveFilmOf(r, id, assets.FilmState(to)); err != nil {
		return err
	}
	if assets.FilmState(to) == assets.FilmLogging {
		return s.done(w, r, "/regie/rushes?sujet="+string(id), "Le dérushage commence.")
	}
	return s.done(w, r, here, "C’est noté : "+standing(to).Word+".")
}

// beginShoot is for whoever is on the spot.
func (s *Studio) beginShoot(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("sujet"))
	if err := s.moveFilmOf(r, id, assets.FilmShooting); err != nil {
		return err
	}
	return s.done(w, r, back(r, "/regie/sujets/"+string(id)), "Le tournage commence.")
}

func (s *Studio) moveFilmOf(r *http.Request, sujet assets.ID, to assets.FilmState) error {
	x, err := s.Desk.Catalog.Sujet(r.Context(), sujet)
	if err != nil {
		return err
	}
	return s.Desk.MoveFilm(r.Context(), x.Film, to, actor(r))
}
