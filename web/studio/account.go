package studio

import (
	"encoding/base64"
	"net/http"
	"slices"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// accountBody is what a person may say of themselves, and how they come in.
type accountBody struct {
	Mails    []pipeline.MailKind
	Office   bool   // a password and a code are for them
	Password bool   // there is one
	Code     bool   // there is a second factor
	Offer    string // the address that the phone's program reads, when one is set up
	Sealed   string // and its secret, sealed, for the form
	Sessions []assets.Session
	Here     string // the hash of the session in use
}

// accountPath is the page « Mon compte ».
const accountPath = "/regie/moi/compte"

// account shows the visitor themselves.
func (s *Studio) account(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, accountBody{})
}

func (s *Studio) showAccount(w http.ResponseWriter, r *http.Request, b accountBody) error {
	u := user(r)
	b.Mails, b.Here = pipeline.MailKinds(), s.Gate.Token(r.Context())
	b.Office, b.Password, b.Code = access.May(u.Role, "POST /regie/moi/mot-de-passe"), u.Password != "", len(u.TOTP) > 0
	var err error
	if b.Sessions, err = s.Desk.Catalog.Sessions(r.Context(), u.ID); err != nil {
		return err
	}
	return s.show(w, r, "account", page{Title: "Mon compte", Here: "/regie/moi", Body: b})
}

// saveAccount takes how the visitor is called and reached.
func (s *Studio) saveAccount(w http.ResponseWriter, r *http.Request) error {
	return s.editSelf(w, r, "C’est enregistré.", func(u *assets.User) {
		u.Name, u.Phone = r.PostFormValue("name"), r.PostFormValue("phone")
	})
}

// muteMails takes which mails the visitor wants: all but the others.
func (s *Studio) muteMails(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return invalid("muteMails", "Le formulaire n’est pas arrivé entier. Recommencez.")
	}
	return s.editSelf(w, r, "C’est noté : les autres messages ne vous seront plus envoyés.", func(u *assets.User) {
		u.Muted = nil
		wanted := r.PostForm["recevoir"]
		for _, k := range pipeline.MailKinds() {
			if !slices.Contains(wanted, k.Kind) {
				u.Muted = append(u.Muted, k.Kind)
			}
		}
	})
}

func (s *Studio) editSelf(w http.ResponseWriter, r *http.Request, said string, change func(*assets.User)) error {
	if _, err := s.Desk.EditPerson(r.Context(), user(r).ID, change, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, accountPath, said)
}

// setPassword gives the visitor a password, or another one.
func (s *Studio) setPassword(w http.ResponseWriter, r *http.Request) error {
	err := s.Desk.SetPassword(r.Context(), user(r).ID, assets.Secret(r.PostFormValue("ancien")), assets.Secret(r.PostFormValue("nouveau")), s.Gate.Token(r.Context()))
	if err != nil {
		return err
	}
	return s.done(w, r, accountPath, "Mot de passe enregistré. Vos autres appareils devront entrer à nouveau.")
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
		return s.done(w, r, accountPath, "Le code n’est plus demandé.")
	case "confirmer":
		sealed, err := base64.StdEncoding.DecodeString(r.PostFormValue("scelle"))
		if err == nil {
			err = s.Desk.SetCode(r.Context(), u.ID, sealed, r.PostFormValue("code"))
		}
		if err != nil {
			return err
		}
		return s.done(w, r, accountPath, "Le code sera demandé à chaque entrée.")
	}
	address, sealed, err := s.Desk.OfferCode(u)
	if err != nil {
		return err
	}
	return s.showAccount(w, r, accountBody{Offer: address.Reveal(), Sealed: base64.StdEncoding.EncodeToString(sealed)})
}

// closeDevices shows one browser of the visitor the door, or all but this one.
func (s *Studio) closeDevices(w http.ResponseWriter, r *http.Request) error {
	one, said := r.PostFormValue("appareil"), "L’appareil est fermé : il devra entrer à nouveau."
	if one == "" {
		said = "Vos autres appareils devront entrer à nouveau."
	}
	if err := s.Desk.CloseDevices(r.Context(), user(r), one, s.Gate.Token(r.Context())); err != nil {
		return err
	}
	return s.done(w, r, accountPath, said)
}
