package studio

import (
	"net/http"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// administration are the pages about what only the administration does.
var administration = map[string]handler{
	"GET /regie/admin":                          (*Studio).admin,
	"GET /regie/admin/personnes":                (*Studio).persons,
	"POST /regie/admin/personnes":               (*Studio).hire,
	"GET /regie/admin/personnes/{user}":         (*Studio).person,
	"POST /regie/admin/personnes/{user}":        (*Studio).savePerson,
	"POST /regie/admin/personnes/{user}/lien":   (*Studio).inviteLink,
	"POST /regie/admin/personnes/{user}/etat":   (*Studio).openOrClose,
	"POST /regie/admin/personnes/{user}/jetons": (*Studio).tokens,
	"GET /regie/admin/stockage":                 (*Studio).storage,
	"GET /regie/admin/programme":                (*Studio).programme,
	"POST /regie/admin/programme":               (*Studio).changeProgramme,
	"GET /regie/admin/journal":                  (*Studio).journal,
	"GET /regie/admin/journal.csv":              (*Studio).journalFile,
	"GET /regie/admin/messages":                 (*Studio).mails,
	"GET /regie/admin/messages/{mail}":          (*Studio).mail,

	"GET /regie/admin/webhooks":                  (*Studio).webhooks,
	"POST /regie/admin/webhooks":                 (*Studio).addWebhook,
	"GET /regie/admin/webhooks/{webhook}":        (*Studio).webhook,
	"POST /regie/admin/webhooks/{webhook}":       (*Studio).saveWebhook,
	"POST /regie/admin/webhooks/{webhook}/essai": (*Studio).tryWebhook,
	"POST /regie/admin/webhooks/{webhook}/etat":  (*Studio).pauseWebhook,
}

// adminBody is what the administration looks after.
type adminBody struct {
	People int
	Kept   int // mails that no server took
	Unwell int // programs that were not told
	Broken int // accounts of channels
}

func (s *Studio) admin(w http.ResponseWriter, r *http.Request) error {
	people, err := s.Desk.Catalog.Users(r.Context(), assets.UserFilter{State: assets.UserActive})
	if err != nil {
		return err
	}
	mails, err := s.Desk.Catalog.Mails(r.Context(), "", 100)
	if err != nil {
		return err
	}
	b := adminBody{People: len(people)}
	for _, m := range mails {
		if m.State == assets.MailKept || m.State == assets.MailFailed {
			b.Kept++
		}
	}
	hooks, err := s.Desk.Catalog.Webhooks(r.Context())
	if err != nil {
		return err
	}
	for _, h := range hooks {
		if h.Reason != "" {
			b.Unwell++
		}
	}
	accounts, err := s.Desk.Catalog.Accounts(r.Context())
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.State == assets.AccountBroken {
			b.Broken++
		}
	}
	return s.show(w, r, "admin", page{Title: "Administration", Here: "/regie/admin", Body: b})
}

// personsBody is who works here, and the form for one more.
type personsBody struct {
	Open, Closed []assets.User
	Roles        []assets.UserRole
	Form         personFields
}

// personFields is the form of a person as it is typed.
type personFields struct{ Name, Mail, Phone, Role, Ends string }

func (s *Studio) persons(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Desk.Catalog.Users(r.Context(), assets.UserFilter{})
	if err != nil {
		return err
	}
	b := personsBody{Roles: assets.UserRoles(), Form: personFields{Role: string(assets.RoleJRI)}}
	for _, u := range all {
		if u.Entitled(s.Now()) {
			b.Open = append(b.Open, u)
		} else {
			b.Closed = append(b.Closed, u)
		}
	}
	return s.show(w, r, "persons", page{Title: "Personnes", Here: "/regie/admin", Body: b})
}

// typedPerson reads the form of a person.
func (s *Studio) typedPerson(r *http.Request) (assets.User, error) {
	u := assets.User{
		Name: r.FormValue("name"), Mail: r.FormValue("mail"), Phone: strings.TrimSpace(r.FormValue("phone")), Role: assets.UserRole(r.FormValue("role")),
	}
	if last := r.FormValue("ends"); last != "" {
		ends, err := time.ParseInLocation(time.DateOnly, last, s.Zone)
		if err != nil {
			return u, wrongField("ends", "La date de fin n’est pas une date.")
		}
		u.EndsAt = ends.AddDate(0, 0, 1) // the last day counts
	}
	return u, nil
}

// hire gives access to one more person, and leads to their link.
func (s *Studio) hire(w http.ResponseWriter, r *http.Request) error {
	u, err := s.typedPerson(r)
	if err == nil {
		u, err = s.Desk.Hire(r.Context(), u, actor(r))
	}
	if err != nil {
		return err
	}
	return s.showLink(w, r, u)
}

// personBody is one person.
type personBody struct {
	Person   assets.User
	Form     personFields
	Roles    []assets.UserRole
	Sessions []assets.Session
	Tokens   []assets.Key
	Secret   string // a token that was just made: shown once
	Link     string // of entry: shown once
	Self     bool
}

func (s *Studio) person(w http.ResponseWriter, r *http.Request) error {
	return s.showPerson(w, r, personBody{})
}

// showPerson shows a person, and a secret that was just made for them.
func (s *Studio) showPerson(w http.ResponseWriter, r *http.Request, b personBody) error {
	id := b.Person.ID
	if id == "" {
		id = assets.ID(r.PathValue("user"))
	}
	u, err := s.Desk.Catalog.User(r.Context(), id)
	if err != nil {
		return err
	}
	b.Person, b.Roles, b.Self = u, assets.UserRoles(), u.ID == user(r).ID
	b.Form = personFields{u.Name, u.Mail, u.Phone, string(u.Role), ""}
	if !u.EndsAt.IsZero() {
		b.Form.Ends = u.EndsAt.In(s.Zone).AddDate(0, 0, -1).Format(time.DateOnly)
	}
	if b.Sessions, err = s.Desk.Catalog.Sessions(r.Context(), u.ID); err != nil {
		return err
	}
	if b.Tokens, err = s.Desk.Catalog.Keys(r.Context(), u.ID, assets.KeyToken); err != nil {
		return err
	}
	return s.show(w, r, "person", page{Title: u.Name, Here: "/regie/admin", Body: b})
}

func (s *Studio) savePerson(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("user"))
	to, err := s.typedPerson(r)
	if err == nil {
		_, err = s.Desk.EditPerson(r.Context(), id, func(u *assets.User) {
			u.Name, u.Mail, u.Phone, u.Role, u.EndsAt = to.Name, to.Mail, to.Phone, to.Role, to.EndsAt
		}, actor(r))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/regie/admin/personnes/"+string(id), "Enregistré.")
}

// inviteLink makes a new link of entry, and shows it once.
func (s *Studio) inviteLink(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Desk.Catalog.User(r.Context(), assets.ID(r.PathValue("user")))
	if err != nil {
		return err
	}
	return s.showLink(w, r, u)
}

// linkLasts is how long a printed link can wait.
const linkLasts = 14 * 24 * time.Hour

// showLink shows a person's link of entry, as text and as a code for a phone.
func (s *Studio) showLink(w http.ResponseWriter, r *http.Request, u assets.User) error {
	secret, err := s.Desk.Invite(r.Context(), u.ID, assets.KeyInvite, linkLasts, actor(r))
	if err != nil {
		return err
	}
	return s.showPerson(w, r, personBody{Person: u, Link: s.BaseURL + "/regie/entrer/" + secret.Reveal()})
}

func (s *Studio) openOrClose(w http.ResponseWriter, r *http.Request) error {
	id, change, said := assets.ID(r.PathValue("user")), s.Desk.CloseAccess, "Accès fermé ; ses rushes restent."
	if r.FormValue("etat") == "ouvert" {
		change, said = s.Desk.ReopenAccess, "Accès rouvert. Donnez-lui un nouveau lien."
	}
	if err := change(r.Context(), id, actor(r)); err != nil {
		return err
	}
	return s.doneWith(w, r, "/regie/admin/personnes/"+string(id), gate.Flash{Text: said})
}

// tokens makes a key of the API for a person, or ends one.
func (s *Studio) tokens(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("user"))
	if key := assets.ID(r.FormValue("retirer")); key != "" {
		if err := s.Desk.RevokeToken(r.Context(), id, key, actor(r)); err != nil {
			return err
		}
		return s.done(w, r, "/regie/admin/personnes/"+string(id), "Jeton retiré.")
	}
	secret, err := s.Desk.NewToken(r.Context(), id, r.FormValue("name"), time.Time{}, actor(r))
	if err != nil {
		return err
	}
	return s.showPerson(w, r, personBody{Secret: secret.Reveal()})
}
