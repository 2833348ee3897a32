package studio

import (
	"net/http"

	"anonymal.tv/regie/assets"
)

// door is how people come in and go out.
var door = map[string]handler{
	"GET /regie/entrer":        (*Studio).enter,
	"GET /regie/entrer/{key}":  (*Studio).key,
	"POST /regie/entrer/{key}": (*Studio).turnKey,
	"POST /regie/sortir":       (*Studio).leave,
}

type doorBody struct {
	Key   string
	Spent bool // the link opens nothing any more
	To    string
}

func (s *Studio) enter(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, "enter", page{Title: "Entrer", Body: doorBody{To: back(r, "/regie")}})
}

// key shows what a link opens. Looking changes nothing: programs that read
// mails look at links, too. The page's script presses the button by itself.
func (s *Studio) key(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, "key", page{Title: "Bienvenue", Body: doorBody{Key: r.PathValue("key")}})
}

// turnKey spends the link and opens the door.
func (s *Studio) turnKey(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Desk.UseInvite(r.Context(), r.PathValue("key"))
	if assets.KindOf(err) == assets.Conflict && err != nil {
		return s.render(w, r, http.StatusConflict, "key", page{Title: "Ce lien a déjà servi", Body: doorBody{Spent: true}})
	}
	if err != nil {
		return err
	}
	if err := s.Gate.Enter(r.Context(), u, r.UserAgent()); err != nil {
		return err
	}
	return s.done(w, r, landing(u), "")
}

// landing is where a person begins.
func landing(u assets.User) string {
	if u.Role == assets.RoleJRI {
		return "/regie/moi"
	}
	return "/regie"
}

func (s *Studio) leave(w http.ResponseWriter, r *http.Request) error {
	if err := s.Gate.Leave(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/regie/entrer", http.StatusSeeOther)
	return nil
}
