package partner

import (
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// askFormat has a form of a film made that is not there yet.
func (p *Room) askFormat(w http.ResponseWriter, r *http.Request, v visit) error {
	film := assets.ID(r.PathValue("film"))
	if _, err := p.handed(r, v); err != nil {
		return err
	}
	_, err := p.Desk.AskHandedFormat(r.Context(), v.Delivery, film, assets.FormatName(r.PathValue("format")))
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return gate.ErrHidden
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, v.root+"/films/"+string(film)+"#telecharger", http.StatusSeeOther)
	return nil
}
