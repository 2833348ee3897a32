package studio

import (
	"context"
	"net/http"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// door is how people come in and go out.
var door = map[string]handler{
	"GET /regie/entrer":        (*Studio).enter,
	"POST /regie/entrer":       (*Studio).askEntry,
	"GET /regie/entrer/code":   (*Studio).code,
	"POST /regie/entrer/code":  (*Studio).proveCode,
	"GET /regie/entrer/{key}":  (*Studio).key,
	"POST /regie/entrer/{key}": (*Studio).turnKey,
	"POST /regie/sortir":       (*Studio).leave,
}

type doorBody struct {
	Key      string
	Mail     string
	To       string
	Spent    bool // the link opens nothing any more
	Sent     bool // a link is on its way, if the address is known
	Password bool // the form of the password is open
}

// How often one may fail, and ask for mails, before patience is asked for.
const (
	patience = 15 * time.Minute
	maxTries = 10 // by account, and by address of the network
	maxMails = 4  // links to one mail address
	maxAsks  = 40 // links from one address of the network
)

// guards count what fails at the door.
type guards struct{ tries, mails, asks *gate.Throttle }

func newGuards(now assets.Clock) guards {
	guard := func(limit int) *gate.Throttle { return &gate.Throttle{Limit: limit, Within: patience, Now: now} }
	return guards{guard(maxTries), guard(maxMails), guard(maxAsks)}
}

func (s *Studio) enter(w http.ResponseWriter, r *http.Request) error {
	if u, in := gate.Visitor(r.Context()); in {
		http.Redirect(w, r, back(r, landing(u)), http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, "enter", page{Title: "Entrer", Body: doorBody{To: back(r, "")}})
}

// askEntry takes an address, and a password where there is one. Without, a link
// is mailed; whether the address is known, the answer does not tell.
func (s *Studio) askEntry(w http.ResponseWriter, r *http.Request) error {
	ip := assets.AddressOf(r.Context())
	if r.FormValue("mot-de-passe") != "" {
		return s.login(w, r)
	}
	if err := s.guards.asks.Check(ip); err != nil {
		return err
	}
	s.guards.asks.Fail(ip)
	if key := r.FormValue("cle"); key != "" {
		s.errand(r, key, func(ctx context.Context) error { return s.Desk.SendLinkAgain(ctx, key) })
		return s.show(w, r, "enter", page{Title: "Regardez vos messages", Body: doorBody{Sent: true}})
	}
	mail := strings.ToLower(strings.TrimSpace(r.FormValue("mail")))
	if !strings.Contains(mail, "@") {
		return s.render(w, r, http.StatusUnprocessableEntity, "enter", page{
			Title: "Entrer", Fault: "Écrivez votre adresse de courriel.", Body: doorBody{Mail: mail, To: back(r, "")},
		})
	}
	s.errand(r, mail, func(ctx context.Context) error { return s.Desk.SendLink(ctx, mail) })
	return s.show(w, r, "enter", page{Title: "Regardez vos messages", Body: doorBody{Sent: true, Mail: mail}})
}

// errand sends a link after the answer, so that the time of the answer does
// not tell whether there was anything to send.
func (s *Studio) errand(r *http.Request, to string, do func(context.Context) error) {
	if s.guards.mails.Check(to) != nil {
		return
	}
	s.guards.mails.Fail(to)
	ctx := context.WithoutCancel(r.Context())
	go func() {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if err := do(ctx); err != nil {
			s.Log.Error("a link was not sent", "err", err)
		}
	}()
}

func (s *Studio) login(w http.ResponseWriter, r *http.Request) error {
	mail, ip := strings.ToLower(strings.TrimSpace(r.FormValue("mail"))), assets.AddressOf(r.Context())
	names := []string{"mail:" + mail, "ip:" + ip}
	defer s.guards.tries.Turn()()
	if err := s.guards.tries.Check(names...); err != nil {
		return err
	}
	u, err := s.Desk.Login(r.Context(), mail, assets.Secret(r.FormValue("mot-de-passe")))
	if assets.KindOf(err) == assets.Invalid && err != nil {
		s.guards.tries.Fail(names...)
		return s.render(w, r, http.StatusUnprocessableEntity, "enter", page{
			Title: "Entrer", Fault: assets.Sentence(err), Body: doorBody{Mail: mail, To: back(r, ""), Password: true},
		})
	}
	if err != nil {
		return err
	}
	s.guards.tries.Forget("mail:" + mail)
	return s.welcome(w, r, u)
}

// welcome opens the door to a person who has proved who they are, or asks for
// their second factor.
func (s *Studio) welcome(w http.ResponseWriter, r *http.Request, u assets.User) error {
	to := back(r, landing(u))
	if u.TOTP != nil {
		s.expect(r, u.ID)
		s.Gate.Keep(r.Context(), "vers", to)
		return s.done(w, r, "/regie/entrer/code", "")
	}
	if err := s.Gate.Enter(r.Context(), u, r.UserAgent()); err != nil {
		return err
	}
	return s.done(w, r, to, "")
}

// halfway is how long a first proof waits for the second.
const halfway = 10 * time.Minute

// expect notes that a person has given their first proof.
func (s *Studio) expect(r *http.Request, user assets.ID) {
	s.Gate.Keep(r.Context(), "half", string(user)+" "+s.Now().Add(halfway).UTC().Format(time.RFC3339))
}

// expected is the person who has given their first proof; "" for nobody.
func (s *Studio) expected(r *http.Request) assets.ID {
	id, until, _ := strings.Cut(s.Gate.Kept(r.Context(), "half"), " ")
	end, err := time.Parse(time.RFC3339, until)
	if err != nil || !s.Now().Before(end) {
		return ""
	}
	return assets.ID(id)
}

func (s *Studio) code(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, "code", page{Title: "Le code de votre téléphone"})
}

func (s *Studio) proveCode(w http.ResponseWriter, r *http.Request) error {
	id, ip := s.expected(r), assets.AddressOf(r.Context())
	if id == "" {
		return s.done(w, r, "/regie/entrer", "")
	}
	names, code := []string{"code:" + string(id), "ip:" + ip}, r.FormValue("code")
	defer s.guards.tries.Turn()()
	if err := s.guards.tries.Check(names...); err != nil {
		return err
	}
	u, err := s.Desk.ProveCode(r.Context(), id, code)
	if assets.KindOf(err) == assets.Invalid && err != nil {
		s.guards.tries.Fail(names...)
		s.expect(r, id)
		return s.render(w, r, http.StatusUnprocessableEntity, "code", page{Title: "Le code de votre téléphone", Fault: assets.Sentence(err)})
	}
	if err != nil {
		return err
	}
	s.guards.tries.Forget("code:" + string(id))
	to := s.Gate.Kept(r.Context(), "vers")
	if !gate.Local(to) {
		to = landing(u)
	}
	if err := s.Gate.Enter(r.Context(), u, r.UserAgent()); err != nil {
		return err
	}
	return s.done(w, r, to, "")
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
		return s.render(w, r, http.StatusConflict, "key", page{Title: "Ce lien a déjà servi", Body: doorBody{Key: r.PathValue("key"), Spent: true}})
	}
	if err != nil {
		return err
	}
	return s.welcome(w, r, u)
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
