package partner

import (
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// answer takes « Valider ce film » or « Demander une modification ». What can't be
// taken comes back with the form as it was.
func (p *Room) answer(w http.ResponseWriter, r *http.Request, v visit) error {
	film := assets.ID(r.PathValue("film"))
	a := pipeline.PartnerAnswer{Approves: r.FormValue("reponse") == "oui", Name: r.FormValue("nom"), Note: r.FormValue("note"), Frame: -1, Visitor: v.visitor}
	h, err := p.handed(r, v)
	if err != nil {
		return err
	}
	if h.Version.Sheet != nil && h.Version.Sheet.Video != nil {
		if frame, ok := french.Frame(r.FormValue("image"), int(h.Version.Sheet.Video.Rate*1000+.5)); ok && !a.Approves {
			a.Frame = frame
		}
	}
	err = p.Desk.AnswerHanded(r.Context(), v.Delivery, film, a)
	switch {
	case err == nil:
		http.Redirect(w, r, v.root+"/films/"+string(film), http.StatusSeeOther)
		return nil
	case assets.KindOf(err) == assets.Invalid, assets.KindOf(err) == assets.Conflict:
		return p.showFilm(w, r, v, gate.Status(err), assets.Sentence(err), a)
	}
	return err
}
