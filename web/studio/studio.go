// Package studio is the pages of the people who work here, at /regie/…: JRI,
// monteurs, responsable image, communication, administration. Each page stands
// in a file of its name and in the template of the same name; what it may show
// to whom, the table of rights decides before it is asked.
//
// A page reads its request, makes one call of the Desk or the catalog, and
// fills one template. It works as a plain GET or POST; where htmx asks for a
// part, the same template gives the block of that name. No page decides what
// happens to a film.
package studio

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
	web "anonymal.tv/regie/web/static"
)

//go:embed templates
var templates embed.FS

// Options is what a Studio is made of.
type Options struct {
	Desk    *pipeline.Desk
	Gate    *gate.Gate
	Static  fs.FS        // what the browser is given: web/static
	Pages   http.Handler // the pages themselves, behind the table of rights: what a form that is refused is shown again by
	Title   string
	BaseURL string
	Now     assets.Clock
	Zone    *time.Location // in which dates are said and typed
	Hour    string         // "18:00": proposed for what goes out
	Log     *slog.Logger
}

// Studio answers for its pages.
type Studio struct {
	Options
	pages  map[string]*template.Template
	static static
	gzip   *web.Gzip
	guards guards
}

// New reads the templates.
func New(o Options) (*Studio, error) {
	s := &Studio{Options: o, gzip: web.NewGzip(gzip.BestSpeed), guards: newGuards(o.Now)}
	if err := s.static.load(o.Static); err != nil {
		return nil, err
	}
	parts, err := template.New("").Funcs(s.words()).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templates, "templates/pages/*.html")
	if err != nil {
		return nil, err
	}
	s.pages = map[string]*template.Template{}
	for _, name := range names {
		t, err := parts.Clone()
		if err == nil {
			t, err = t.ParseFS(templates, name)
		}
		if err != nil {
			return nil, err
		}
		s.pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return s, nil
}

// handler is one page or action. What it returns is shown by refuse.
type handler func(s *Studio, w http.ResponseWriter, r *http.Request) error

// Routes are the pages and actions of the studio.
func (s *Studio) Routes() []gate.Route {
	var all []gate.Route
	for _, room := range []map[string]handler{door, home, helps, people, calendar, sujets, transfers, rushes, films, channels, letters, subscriptions, texts, rights, filing, deliveries, administration, locks, files} {
		for pattern, h := range room {
			all = append(all, gate.Route{Pattern: pattern, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := h(s, w, r); err != nil {
					s.Refuse(w, r, err)
				}
			})})
		}
	}
	return all
}

// page is what a template is filled with.
type page struct {
	Title string // of the window, and of the page
	Here  string // the entry of the menu that is current: its address
	Class string // of the body: "room" for the dark one
	User  assets.User
	Body  any // what the page's own template shows

	Menu    []entry
	Flash   *gate.Flash
	Path    string // the page's own address, with its query
	House   string
	Scripts []string // "room.js": what this page needs besides studio.js
	Fault   string   // a French sentence above the form that could not be taken
	Drop    drop     // where files go that are dropped on the page
	Plans   bool     // the visitor may begin sujets: an address that is pasted can become one
}

// drop says where files go that are dropped anywhere on a page, and what that is
// called: « Déposer dans … ».
type drop struct{ Path, Name string }

// entry is one line of the menu.
type entry struct{ Path, Name, Icon string }

// menu is what a role finds at the left, in this order; the first four stand
// below the page of a phone.
func menu(role assets.UserRole) []entry {
	var all []entry
	for _, e := range []entry{
		{"/regie", "Aujourd’hui", "today"},
		{"/regie/deposer", "Déposer", "upload"},
		{"/regie/calendrier", "Calendrier", "calendar"},
		{"/regie/sujets", "Sujets", "sujet"},
		{"/regie/rushes", "Rushes", "rush"},
		{"/regie/films", "Films", "film"},
		{"/regie/dossiers", "Dossiers", "folder"},
		{"/regie/autorisations", "Autorisations", "consent"},
		{"/regie/admin", "Administration", "admin"},
		{"/regie/moi", "Moi", "me"},
	} {
		if access.May(role, "GET "+e.Path) {
			all = append(all, e)
		}
	}
	return all
}

// render answers with a page, or with one part of it where htmx asks for one:
// the block that is named like the element it fills.
func (s *Studio) render(w http.ResponseWriter, r *http.Request, status int, name string, p page) error {
	t, known := s.pages[name]
	if !known {
		return &assets.Error{Kind: assets.Internal, Op: "studio.render: no template " + name}
	}
	p.User, _ = gate.Visitor(r.Context())
	p.Plans = access.May(p.User.Role, "GET /regie/sujets/nouveau")
	p.Menu, p.House, p.Path = menu(p.User.Role), s.Title, r.URL.RequestURI()
	block := "layout"
	if part := wanted(r); part != "" && t.Lookup(part) != nil {
		block = part
	} else {
		p.Flash = s.Gate.Said(r.Context())
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, block, p); err != nil {
		return err
	}
	s.write(w, r, status, out.Bytes())
	return nil
}

// write sends a page, packed where the browser takes that.
func (s *Studio) write(w http.ResponseWriter, r *http.Request, status int, text []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "Accept-Encoding, HX-Request, HX-Target")
	if len(text) > smallPage && web.TakesGzip(r) {
		if packed, err := s.gzip.Pack(bytes.NewReader(text)); err == nil {
			w.Header().Set("Content-Encoding", "gzip")
			text = packed
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // the reader may have gone
}

// smallPage is what is not worth packing, in bytes.
const smallPage = 1400

// show is render with the usual status.
func (s *Studio) show(w http.ResponseWriter, r *http.Request, name string, p page) error {
	return s.render(w, r, http.StatusOK, name, p)
}

// wanted is the name of the block that htmx asks for: the id of its target,
// which it sends as tag#id. "" asks for the whole page.
func wanted(r *http.Request) string {
	if r.Header.Get("HX-Request") != "true" || r.Header.Get("HX-Request-Type") == "full" {
		return ""
	}
	_, id, _ := strings.Cut(r.Header.Get("HX-Target"), "#")
	return id
}

// done leads on after an action, and says what was done. htmx follows the
// redirect and takes the part it asked for out of the next page.
func (s *Studio) done(w http.ResponseWriter, r *http.Request, to, text string) error {
	return s.doneWith(w, r, to, gate.Flash{Text: text})
}

// doneWith is done with something to undo.
func (s *Studio) doneWith(w http.ResponseWriter, r *http.Request, to string, f gate.Flash) error {
	if f.Text != "" && wanted(r) == "" {
		s.Gate.Say(r.Context(), f)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// back is where the visitor came from, when that is in the house.
func back(r *http.Request, otherwise string) string {
	if to := r.FormValue("vers"); gate.Local(to) {
		return to
	}
	return otherwise
}

// user is who is asking: the gate let nobody else through.
func user(r *http.Request) assets.User {
	u, _ := gate.Visitor(r.Context())
	return u
}

// actor is who is asking, as events name them.
func actor(r *http.Request) string { return string(user(r).ID) }

// answerJSON is for the scripts of our own pages.
func answerJSON(w http.ResponseWriter, status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(text)
	return nil
}
