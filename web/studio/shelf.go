package studio

import (
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// archiveFilm puts a film into the archive, or takes it out.
func (s *Studio) archiveFilm(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	do, said := s.Desk.Archive, "Le film est archivé : il n’est plus dans les listes de travail."
	if r.FormValue("sortir") != "" {
		do, said = s.Desk.Unarchive, "Le film est sorti des archives."
	}
	batch, err := do(r.Context(), film, actor(r))
	if err != nil {
		return err
	}
	return s.doneWith(w, r, "/regie/films/"+string(film), gate.Flash{Text: said, Undo: "/regie/annuler/" + string(batch)})
}
