package studio

import (
	"encoding/base64"
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// accountBody is how a person comes in, for themselves to change.
type accountBody struct {
	Office   bool   // a password and a code are for them
	Password bool   // there is one
	Code     bool   // there is a second factor
	Offer    string // the address that the phone's program reads, when one is set up
	Sealed   string // and its secret, sealed, for the form
	Sessions []assets.Session
	Here     string // the hash of the session in use
}

// account shows how the visitor comes in.
func (s *Studio) account(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, accountBody{})
}

func (s *Studio) showAccount(w http.ResponseWriter, r *http.Request, b accountBody) error {
	u := user(r)
	b.Office, b.Password, b.Code, b.Here = u.Role != assets.RoleJRI, u.Password != "", len(u.TOTP) > 0, s.Gate.Token(r.Context())
	var err error
	if b.Sessions, err = s.Desk.Catalog.Sessions(r.Context(), u.ID); err != nil {
		return err
	}
	return s.show(w, r, "account", page{Title: "Mon accès", Here: "/regie/moi", Body: b})
}

// setPassword gives the visitor a password, or another one.
func (s *Studio) setPassword(w http.ResponseWriter, r *http.Request) error {
	err := s.Desk.SetPassword(r.Context(), user(r).ID, assets.Secret(r.PostFormValue("ancien")), assets.Secret(r.PostFormValue("nouveau")), s.Gate.Token(r.Context()))
	if err != nil {
		return err
	}
	return s.done(w, r, "/regie/moi/acces", "Mot de passe enregistré. Vos autres appareils devront entrer à nouveau.")
}

// setCode sets the second factor up: it offers one, takes it with a first code,
// or drops it.
func (s *Studio) setCode(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	switch r.PostFormValue("faire") {
	case "retirer":
		if err := s.Desk.DropCode(r.Context(), u.ID, actor(r)); err != nil {
			return err
		}
		return s.done(w, r, "/regie/moi/acces", "Le code n’est plus demandé.")
	case "confirmer":
		sealed, err := base64.StdEncoding.DecodeString(r.PostFormValue("scelle"))
		if err == nil {
			err = s.Desk.SetCode(r.Context(), u.ID, sealed, r.PostFormValue("code"))
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "/regie/moi/acces", "Le code sera demandé à chaque entrée.")
	}
	address, sealed, err := s.Desk.OfferCode(u)
	if err != nil {
		return err
	}
	return s.showAccount(w, r, accountBody{Offer: address.Reveal(), Sealed: base64.StdEncoding.EncodeToString(sealed)})
}

// closeDevices shows every other browser of the visitor the door.
func (s *Studio) closeDevices(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.Catalog.EndSessions(r.Context(), user(r).ID, "", s.Gate.Token(r.Context())); err != nil {
		return err
	}
	return s.doneWith(w, r, "/regie/moi/acces", gate.Flash{Text: "Vos autres appareils devront entrer à nouveau."})
}
