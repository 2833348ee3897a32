package studio

import (
	"net/http"
	"time"

	"anonymal.tv/regie/assets"
)

// exportSelection hands a selection to whoever edits, in the format that the
// address names; a large one can be taken up where it was cut.
func (s *Studio) exportSelection(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Desk.Export(r.Context(), assets.ID(r.PathValue("selection")), r.PathValue("format"))
	if err != nil {
		return err
	}
	defer e.Body.Close()
	h := w.Header()
	h.Set("Content-Type", mediaType(e.Name))
	h.Set("ETag", `"`+e.Sum+`"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	attach(h, e.Name)
	http.ServeContent(w, r, "", time.Time{}, e.Body)
	return nil
}
