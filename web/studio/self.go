package studio

import (
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// selfBody is the first page of a volunteer's phone.
type selfBody struct {
	Filed
	Today   []pipeline.SujetLine
	Coming  []pipeline.SujetLine
	Deposit string // where the one button leads
	Stopped []pipeline.Stopped
}

// self is the first page of a volunteer's phone: today's shoots, and a way to
// bring what was filmed. Those who begin at « Aujourd’hui » find their account.
func (s *Studio) self(w http.ResponseWriter, r *http.Request) error {
	if user(r).Role != assets.RoleJRI {
		return s.account(w, r)
	}
	shoots, err := s.Desk.ShootsOf(r.Context(), user(r).ID)
	if err != nil {
		return err
	}
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	b := selfBody{Filed: names, Deposit: "/regie/deposer"}
	if b.Stopped, err = s.Desk.StoppedOf(r.Context(), user(r).ID); err != nil {
		return err
	}
	for _, l := range shoots {
		if l.At.Before(s.midnight(1)) {
			b.Today = append(b.Today, l)
		} else {
			b.Coming = append(b.Coming, l)
		}
	}
	if len(b.Today) == 1 {
		b.Deposit = depositFor(b.Today[0].ID)
	}
	return s.show(w, r, "self", page{Title: "Mes tournages", Here: "/regie/moi", Body: b})
}
