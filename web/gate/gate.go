// Package gate stands before every room where people work: it knows who is
// asking, by session or by token, and lets through what the table of rights
// (package access) allows. A route that is not in the table is never served.
//
// It shows no page: what it refuses is handed, as an error, to whoever answers
// on that route. How people prove who they are is the studio's business; the
// gate only keeps that they did.
package gate

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// Records tells what the table must know of a record: nil for a kind that has
// no rights of its own, NotFound for a record that is not there.
type Records interface {
	Record(ctx context.Context, kind string, id assets.ID) (*access.Record, error)
}

// Options is what a Gate is made of.
type Options struct {
	Entry   assets.Entry
	Records Records
	Now     assets.Clock
	Log     *slog.Logger
	BaseURL string         // where the house is seen from; https makes cookies Secure
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
}

// Gate keeps the door.
type Gate struct {
	o        Options
	sessions *scs.SessionManager
}

// New returns a Gate.
func New(o Options) *Gate {
	g := &Gate{o: o, sessions: scs.New()}
	g.sessions.Store = store{o.Entry, o.Now}
	g.sessions.Codec = codec{}
	g.sessions.HashTokenInStore = true
	g.sessions.Lifetime = guestLifetime
	g.sessions.Cookie.Name = "regie"
	g.sessions.Cookie.SameSite = http.SameSiteLaxMode
	if g.Secure() {
		g.sessions.Cookie.Name, g.sessions.Cookie.Secure = "__Host-regie", true
	}
	return g
}

// Secure tells whether the house is reached by https only.
func (g *Gate) Secure() bool { return strings.HasPrefix(g.o.BaseURL, "https://") }

// Route is one row of a room: a pattern of the table, and what answers.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Refuse answers a request that is not let through.
type Refuse func(w http.ResponseWriter, r *http.Request, err error)

// Mount puts the routes of a room on a mux, behind the table of rights.
func (g *Gate) Mount(mux *http.ServeMux, refuse Refuse, routes []Route) error {
	for _, route := range routes {
		right, known := access.Find(route.Pattern)
		if !known {
			return fmt.Errorf("gate: %q is not in the table of rights", route.Pattern)
		}
		mux.Handle(route.Pattern, g.guard(right, refuse, route.Handler))
	}
	return nil
}

// Door wraps everything that is mounted: headers, sessions, and the refusal of
// what comes from other sites.
func (g *Gate) Door(next http.Handler, refuse Refuse) http.Handler {
	g.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		refuse(w, g.unknown(r), &assets.Error{
			Kind: assets.Transient, Op: "gate: the session could not be read or kept", Err: err,
			Msg: "La base de données ne répond pas pour l’instant. Réessayez dans un moment.",
		})
	}
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, g.unknown(r), &assets.Error{
			Kind: assets.Forbidden, Op: "gate: cross-origin " + r.Method,
			Msg: "Cette demande vient d’un autre site : elle n’a pas été suivie. Ouvrez la page dans la régie, puis recommencez.",
		})
	}))
	inner := foreign.Handler(g.sessions.LoadAndSave(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.headers(w.Header())
		bound(w, r)
		r = r.WithContext(assets.FromAddress(r.Context(), g.address(r)))
		inner.ServeHTTP(w, r)
	})
}

// unknown is a request of nobody, with a session that holds nothing: what a page
// that refuses it may ask of.
func (g *Gate) unknown(r *http.Request) *http.Request {
	ctx, _ := g.sessions.Load(r.Context(), "") // without a token nothing is looked up
	return r.WithContext(ctx)
}

// guard lets a request through when the table allows it.
func (g *Gate) guard(right access.Right, refuse Refuse, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, err := g.admit(r)
		if err != nil {
			refuse(w, r, err)
			return
		}
		if right.Public() {
			next.ServeHTTP(w, r)
			return
		}
		if err := g.judge(r, right); err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (g *Gate) judge(r *http.Request, right access.Right) error {
	user, in := Visitor(r.Context())
	if !in {
		return ErrStranger
	}
	var record *access.Record
	if kind := right.Kind(); kind != "" && right.Reach(user.Role) != access.No {
		found, err := g.o.Records.Record(r.Context(), kind, assets.ID(r.PathValue(kind)))
		if err != nil && assets.KindOf(err) != assets.NotFound {
			return err
		}
		if err != nil {
			return ErrHidden
		}
		record = found
	}
	switch right.Judge(user, record) {
	case access.Allowed:
		return nil
	case access.Closed:
		return &assets.Error{Kind: assets.Conflict, Op: "gate: " + right.Route, Msg: "Cet élément est clos : il ne change plus. Rouvrez-le d’abord si c’est nécessaire."}
	default:
		return ErrHidden
	}
}

// What the gate refuses with. They are compared by whoever answers.
var (
	// ErrStranger: nobody has said who they are.
	ErrStranger = &assets.Error{Kind: assets.Forbidden, Op: "gate", Msg: "Entrez d’abord dans la régie."}
	// ErrHidden: not there, or not theirs; the two look alike.
	ErrHidden = &assets.Error{Kind: assets.NotFound, Op: "gate", Msg: "Cette page n’existe pas, ou elle n’est pas pour vous."}
)

type visitorKey struct{}

// Visitor is who is asking.
func Visitor(ctx context.Context) (assets.User, bool) {
	u, in := ctx.Value(visitorKey{}).(assets.User)
	return u, in
}

// admit finds out who is asking, and puts them into the request. A token that
// opens nothing is an error; no session is none.
func (g *Gate) admit(r *http.Request) (*http.Request, error) {
	if token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); given && forPrograms(r.URL.Path) {
		return g.admitToken(r, token)
	}
	id := assets.ID(g.sessions.GetString(r.Context(), "user"))
	if id == "" {
		return r, nil
	}
	u, err := g.o.Entry.User(r.Context(), id)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return r, err
	}
	now := g.o.Now()
	if err != nil || !u.Entitled(now) || g.idle(r.Context(), u, now) {
		return r, g.sessions.Destroy(r.Context())
	}
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, u)), nil
}

// forPrograms tells where tokens open: the API, and tus, by which files come.
// Pages are for people.
func forPrograms(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/regie/tus/")
}

// admitToken lets a program in.
func (g *Gate) admitToken(r *http.Request, token string) (*http.Request, error) {
	key, err := g.o.Entry.Key(r.Context(), access.Hash(token))
	now := g.o.Now()
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return r, ErrStranger
	case err != nil:
		return r, err
	case key.Kind != assets.KeyToken, !key.EndedAt.IsZero(), !key.ExpiresAt.IsZero() && !now.Before(key.ExpiresAt):
		return r, ErrStranger
	}
	u, err := g.o.Entry.User(r.Context(), key.User)
	if err != nil || !u.Entitled(now) {
		return r, ErrStranger
	}
	if now.Sub(key.UsedAt) > time.Minute {
		if err := g.o.Entry.UseKey(r.Context(), key.Hash, now); err != nil {
			g.o.Log.Warn("the use of a token was not noted", "key", key.ID, "err", err)
		}
	}
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, u)), nil
}

// Local tells whether an address stays in the house: what may be gone back to.
func Local(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(address, "/") &&
		!strings.HasPrefix(address, "//") && !strings.ContainsAny(address, "\\\x00\r\n\t")
}
