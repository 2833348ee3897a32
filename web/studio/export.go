package studio

import (
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/serve"
)

// exportSelection hands a selection to whoever edits, in the format that the
// address names; a large one can be taken up where it was cut.
func (s *Studio) exportSelection(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Desk.Export(r.Context(), assets.ID(r.PathValue("selection")), r.PathValue("format"))
	if err != nil {
		return err
	}
	serve.Export(w, r, e)
	return nil
}
