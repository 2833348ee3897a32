package studio

import (
	"net/http"
	"slices"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// formatsView are the forms of a film that are made on demand.
type formatsView struct {
	All     []pipeline.FormatView
	Version int  // that they are made of
	Coming  bool // one of them is on its way
	May     bool
}

// loadFormats says where the formats stand, once the film is made.
func (s *Studio) loadFormats(r *http.Request, b *filmBody, _ int) error {
	all, err := s.Desk.Formats(r.Context(), b.Head.Film.ID)
	switch {
	case err != nil && assets.KindOf(err) == assets.Conflict:
		return nil
	case err != nil:
		return err
	}
	if !slices.ContainsFunc(all, func(f pipeline.FormatView) bool { return f.Able }) {
		return nil // a film of sound alone
	}
	b.Formats = formatsView{All: all, Version: all[0].Version, May: access.May(user(r).Role, "POST /regie/films/{film}/formats/{format}")}
	b.Formats.Coming = slices.ContainsFunc(all, func(f pipeline.FormatView) bool {
		return f.State == assets.FormatAsked || f.State == assets.FormatMaking
	})
	return nil
}

// askFormat has a format made, or calls it off.
func (s *Studio) askFormat(w http.ResponseWriter, r *http.Request) error {
	film, name := assets.ID(r.PathValue("film")), assets.FormatName(r.PathValue("format"))
	do, done := s.Desk.AskFormat, " : vous recevrez un message quand ce sera prêt."
	if r.FormValue("arreter") != "" {
		do, done = s.Desk.StopFormat, " : la fabrication est arrêtée."
	}
	f, err := do(r.Context(), film, name, actor(r))
	if err != nil {
		return err
	}
	if f.State == assets.FormatReady {
		done = " : c’est prêt."
	}
	return s.done(w, r, "/regie/films/"+string(film)+"#formats", f.String()+done)
}
