package studio

import (
	"net/http"

	"anonymal.tv/regie/pipeline"
)

// todayBody is what waits for the visitor.
type todayBody struct {
	Filed
	pipeline.Today
}

// today shows what waits for whoever asks.
func (s *Studio) today(w http.ResponseWriter, r *http.Request) error {
	waiting, err := s.Desk.WaitingFor(r.Context(), user(r))
	if err != nil {
		return err
	}
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	return s.show(w, r, "today", page{Title: "Aujourd’hui", Here: "/regie", Body: todayBody{names, waiting}})
}
