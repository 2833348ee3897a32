package studio

import "net/http"

// people are the pages about who works here, and oneself.
var people = map[string]handler{
	"GET /regie/moi": (*Studio).self,
}

// self is the first page of a volunteer's phone: today's shoots, and a way to
// bring what was filmed.
func (s *Studio) self(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, "self", page{Title: "Mes tournages", Here: "/regie/moi"})
}
