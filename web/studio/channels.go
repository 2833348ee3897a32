package studio

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

const channelsPath = "/regie/admin/canaux"

// channels are the pages about the association's accounts, and about what is
// public there.
var channels = map[string]handler{
	"GET /regie/admin/canaux":                        (*Studio).outlets,
	"POST /regie/admin/canaux/{channel}/jeton":       (*Studio).connectByToken,
	"GET /regie/admin/canaux/{channel}/connexion":    (*Studio).askAccount,
	"GET /regie/admin/canaux/{channel}/retour":       (*Studio).accountGranted,
	"POST /regie/admin/canaux/{channel}/essai":       (*Studio).checkAccount,
	"POST /regie/admin/canaux/{channel}/deconnecter": (*Studio).disconnect,
	"GET /regie/publications/{publication}":          (*Studio).publication,
	"POST /regie/publications/{publication}":         (*Studio).settlePublication,
	"POST /regie/films/{film}/publications":          (*Studio).publishOn,
	"GET /regie/films/{film}/textes":                 (*Studio).wordings,
	"POST /regie/films/{film}/textes":                (*Studio).word,
}

// outletsBody is every channel beside the site, and whether its account stands.
type outletsBody struct{ Outlets []pipeline.Outlet }

func (s *Studio) outlets(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Desk.Outlets(r.Context())
	if err != nil {
		return err
	}
	here := "/regie/admin"
	if !access.May(user(r).Role, "GET "+here) {
		here = "/regie"
	}
	return s.show(w, r, "channels", page{Title: "Canaux", Here: here, Body: outletsBody{all}})
}

func channelOf(r *http.Request) assets.Channel { return assets.Channel(r.PathValue("channel")) }

// connectByToken connects an account with what its channel gave a person to copy.
func (s *Studio) connectByToken(w http.ResponseWriter, r *http.Request) error {
	token := strings.TrimSpace(r.PostFormValue("jeton"))
	if token == "" {
		return wrongField("jeton", "Collez le jeton que le canal vous a donné.")
	}
	a, err := s.Desk.Connect(r.Context(), channelOf(r), []byte(token), actor(r))
	if err != nil {
		return err
	}
	return s.done(w, r, channelsPath, "Compte connecté : "+a.Name+".")
}

// pending names, in the session, the account that is being asked for.
func pending(c assets.Channel) string { return "account:" + string(c) }

func (s *Studio) returnAddress(c assets.Channel) string {
	return s.BaseURL + channelsPath + "/" + string(c) + "/retour"
}

// askAccount sends a person to the channel, to say yes there.
func (s *Studio) askAccount(w http.ResponseWriter, r *http.Request) error {
	c := channelOf(r)
	a, err := s.Desk.AskAccount(c, s.returnAddress(c))
	if err != nil {
		return err
	}
	s.Gate.Keep(r.Context(), pending(c), a.State+" "+a.Verifier)
	http.Redirect(w, r, a.Address, http.StatusSeeOther)
	return nil
}

// accountGranted is where the channel sends them back. What it brings counts once,
// and in the session that asked.
func (s *Studio) accountGranted(w http.ResponseWriter, r *http.Request) error {
	c, q := channelOf(r), r.URL.Query()
	state, verifier, asked := strings.Cut(s.Gate.Kept(r.Context(), pending(c)), " ")
	if !asked || subtle.ConstantTimeCompare([]byte(state), []byte(q.Get("state"))) != 1 {
		return &assets.Error{Kind: assets.Forbidden, Op: "studio.accountGranted", Msg: "Cette connexion n’a pas été demandée ici, ou a déjà servi. Recommencez depuis la page Canaux."}
	}
	if q.Get("code") == "" {
		return s.done(w, r, channelsPath, "L’autorisation n’a pas été donnée : rien n’a changé.")
	}
	a, err := s.Desk.ConnectGranted(r.Context(), c, s.returnAddress(c), q.Get("code"), verifier, actor(r))
	if err != nil {
		return err
	}
	return s.done(w, r, channelsPath, "Compte connecté : "+a.Name+".")
}

// checkAccount asks the channel whether it still takes our token.
func (s *Studio) checkAccount(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Desk.CheckAccount(r.Context(), channelOf(r))
	if err != nil {
		return err
	}
	return s.done(w, r, channelsPath, a.Channel.Name()+" répond : le compte est bien connecté.")
}

func (s *Studio) disconnect(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.Disconnect(r.Context(), channelOf(r), actor(r)); err != nil {
		return err
	}
	return s.done(w, r, channelsPath, "Compte déconnecté. Ce qui est en ligne le reste.")
}
