package partner

import (
	"net/http"
	"sync"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// visit is one request by a link that opens.
type visit struct {
	assets.Delivery
	root    string // "/p/…"
	visitor string
}

// handler is one page, file or action of a link.
type handler func(p *Room, w http.ResponseWriter, r *http.Request, v visit) error

// routes are all that a link opens.
var routes = map[string]handler{
	"GET /p/{token}":                                (*Room).films,
	"POST /p/{token}/prolonger":                     (*Room).moreTime,
	"GET /p/{token}/tout.zip":                       (*Room).everything,
	"GET /p/{token}/flux.xml":                       (*Room).rss,
	"GET /p/{token}/flux.json":                      (*Room).jsonFeed,
	"GET /p/{token}/films/{film}":                   (*Room).film,
	"POST /p/{token}/films/{film}/reponse":          (*Room).answer,
	"GET /p/{token}/films/{film}/voir/{file...}":    (*Room).see,
	"GET /p/{token}/films/{film}/fichiers/{file}":   (*Room).download,
	"POST /p/{token}/films/{film}/formats/{format}": (*Room).askFormat,
	"GET /p/{token}/films/{film}/textes.txt":        (*Room).texts,
	"GET /p/{token}/films/{film}/tout.zip":          (*Room).everything,
}

// Routes are what the gate mounts.
func (p *Room) Routes() []gate.Route {
	all := []gate.Route{{Pattern: "POST /p/{token}/mot-de-passe", Handler: p.answering(p.unlock)}}
	for before, room := range map[bool]map[string]handler{true: worn, false: routes} {
		for pattern, h := range room {
			all = append(all, gate.Route{Pattern: pattern, Handler: p.answering(func(w http.ResponseWriter, r *http.Request) error {
				return p.enter(w, r, h, before)
			})})
		}
	}
	return all
}

func (p *Room) answering(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Referrer-Policy", "no-referrer") // the address is the key
		if err := h(w, r); err != nil {
			p.Refuse(w, r, err)
		}
	})
}

// enter lets a request through to what its link opens. What has ended, was closed
// or wants its password is answered here, alike for pages and for files; before
// tells that no password is wanted.
func (p *Room) enter(w http.ResponseWriter, r *http.Request, h handler, before bool) error {
	x, err := p.Desk.OpenDelivery(r.Context(), r.PathValue("token"))
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return gate.ErrHidden
	}
	if err != nil {
		return err
	}
	v := visit{Delivery: x, root: "/p/" + r.PathValue("token")}
	switch standing := x.Standing(p.Now()); {
	case standing == assets.DeliveryExpired && r.Method == http.MethodPost && r.URL.Path == v.root+"/prolonger":
		return p.moreTime(w, r, v)
	case standing != assets.DeliveryOpen:
		return p.show(w, r, http.StatusGone, "closed", page{Title: x.Name, Link: x, Root: v.root})
	case before:
		return h(p, w, r, v)
	case x.Password != "" && p.Gate.Proved(r.Context(), lockName(x)) != proofOf(x):
		return p.show(w, r, http.StatusUnauthorized, "password", page{Title: x.Name, Link: x, Root: v.root})
	}
	v.visitor = p.visitor(w, r, x)
	return h(p, w, r, v)
}

// moreTime asks the communication to let the link open longer.
func (p *Room) moreTime(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := p.Desk.AskMoreTime(r.Context(), v.ID); err != nil {
		return err
	}
	http.Redirect(w, r, v.root+"#duree", http.StatusSeeOther)
	return nil
}

// lockName and proofOf say in a session that the password of a link was given: a
// new password makes another proof.
func lockName(x assets.Delivery) string { return "link:" + string(x.ID) }
func proofOf(x assets.Delivery) string  { return access.Hash(x.Password)[:32] }

// unlock takes the password of a link.
func (p *Room) unlock(w http.ResponseWriter, r *http.Request) error {
	x, err := p.Desk.OpenDelivery(r.Context(), r.PathValue("token"))
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return gate.ErrHidden
	}
	if err != nil {
		return err
	}
	root := "/p/" + r.PathValue("token")
	names := []string{"link:" + string(x.ID), "ip:" + assets.AddressOf(r.Context())}
	password := assets.Secret(r.PostFormValue("mot-de-passe"))
	defer p.tries.Turn()()
	if err := p.tries.Check(names...); err != nil {
		return err
	}
	if x.Password != "" && x.Standing(p.Now()) == assets.DeliveryOpen {
		right, err := p.Desk.UnlockDelivery(r.Context(), x, password)
		if err != nil {
			return err
		}
		if !right {
			p.tries.Fail(names...)
			return p.show(w, r, http.StatusUnprocessableEntity, "password", page{Title: x.Name, Link: x, Root: root, Fault: "Ce n’est pas le mot de passe de ce lien."})
		}
		p.tries.Forget(names[0])
		if err := p.Gate.Prove(r.Context(), lockName(x), proofOf(x)); err != nil {
			return err
		}
	}
	http.Redirect(w, r, root, http.StatusSeeOther)
	return nil
}

// visitorCookie tells the browsers of a link apart, for its receipts.
const (
	visitorCookie   = "lien"
	visitorLifetime = 365 * 24 * time.Hour
)

// visitor names who asks, and notes that they opened the link. Programs that read
// mails before people do come once and bring nothing back: only a browser that
// returns what it was given has opened it.
func (p *Room) visitor(w http.ResponseWriter, r *http.Request, x assets.Delivery) string {
	cookie, err := r.Cookie(visitorCookie)
	if err != nil || len(cookie.Value) != len(access.NewSecret()) {
		http.SetCookie(w, &http.Cookie{
			Name: visitorCookie, Value: access.NewSecret().Reveal(), Path: "/p/", MaxAge: int(visitorLifetime.Seconds()),
			HttpOnly: true, Secure: p.Gate.Secure(), SameSite: http.SameSiteLaxMode,
		})
		return access.Hash(assets.AddressOf(r.Context()) + "\n" + r.UserAgent())[:16]
	}
	visitor := access.Hash(cookie.Value)[:16]
	if p.opened.first(string(x.ID) + visitor) {
		p.note(r, assets.Receipt{Delivery: x.ID, Visitor: visitor, Kind: assets.ReceiptOpened}, openings)
	}
	return visitor
}

const (
	openings   = 500    // browsers that a link notes within a day: who makes up cookies fills no disk
	downloads  = 2_000  // that a link notes, if it does not allow fewer
	remembered = 10_000 // openings that are known without a look; then all are looked up anew
)

// memory knows what was met before. It forgets all when it is full.
type memory struct {
	mu    sync.Mutex
	known map[string]bool
}

// first tells whether a name is met for the first time.
func (m *memory) first(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[name] {
		return false
	}
	if m.known == nil || len(m.known) >= remembered {
		m.known = map[string]bool{}
	}
	m.known[name] = true
	return true
}

// note keeps a receipt, unless the link has as many of its kind as the limit (0:
// none). One that can't be kept keeps nobody from their film.
func (p *Room) note(r *http.Request, receipt assets.Receipt, limit int) {
	receipt.ID, receipt.At = p.Desk.NewID(), p.Now()
	if _, err := p.Desk.Catalog.NoteReceipt(r.Context(), receipt, limit); err != nil && assets.KindOf(err) != assets.Conflict {
		p.Log.Warn("a receipt was not kept", "delivery", receipt.Delivery, "err", err)
	}
}

// handed is the film that a request names, if anything of it is to be had.
func (p *Room) handed(r *http.Request, v visit) (pipeline.Handed, error) {
	h, err := p.Desk.HandedFilm(r.Context(), v.Delivery, assets.ID(r.PathValue("film")))
	if err == nil && h.Group == pipeline.HandedComing || assets.KindOf(err) == assets.NotFound && err != nil {
		return h, gate.ErrHidden
	}
	return h, err
}

// Refuse answers with an error, as a page.
func (p *Room) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := gate.Status(err)
	gate.RetryAfter(w.Header(), err)
	if status >= http.StatusInternalServerError {
		p.Log.Error("a request by a link failed", "method", r.Method, "pattern", r.Pattern, "err", err)
	}
	sentence := assets.Sentence(err)
	if err == gate.ErrHidden {
		sentence = "Ce lien n’ouvre rien, ou plus. Vérifiez qu’il est entier, ou demandez-en un autre à la personne qui vous l’a envoyé."
	}
	if err := p.show(w, r, status, "error", page{Title: "Ce lien", Body: sentence}); err != nil {
		p.Log.Error("the page of an error failed", "err", err)
		http.Error(w, sentence, status)
	}
}
