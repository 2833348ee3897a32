// Package partner is what a partner finds by a delivery link, at /p/…: a
// festival, a theatre, a town. They have no account; the link is what opens, with
// a password where one was set.
//
// It decides nothing about films: what may be seen and downloaded is what
// pipeline.Handed says at the moment of each request, and, of a download that
// runs, twice a second.
package partner

import (
	"bytes"
	"compress/gzip"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
	"anonymal.tv/regie/web/static"
)

//go:embed templates
var templates embed.FS

// Options is what a Room is made of.
type Options struct {
	Desk   *pipeline.Desk
	Gate   *gate.Gate
	Static fs.FS // web/static
	House  string
	Reply  string // whom a partner writes to; "" for nobody
	Now    assets.Clock
	Zone   *time.Location
	Log    *slog.Logger
}

// Room answers below /p/.
type Room struct {
	Options
	pages   *template.Template
	gzip    *static.Gzip
	tries   *gate.Throttle // passwords
	running running
	opened  memory // openings that were noted: link and visitor
}

// How often a password may be wrong.
const (
	patience = 15 * time.Minute
	maxTries = 10 // by link, and by address of the network
)

// New reads the templates.
func New(o Options) (*Room, error) {
	p := &Room{Options: o, gzip: static.NewGzip(gzip.BestSpeed), tries: &gate.Throttle{Limit: maxTries, Within: patience, Now: o.Now}}
	p.running.standing = o.Desk.StillHanded
	built, err := static.Names(o.Static)
	if err != nil {
		return nil, err
	}
	p.pages, err = template.New("").Funcs(template.FuncMap{
		"asset": func(name string) string {
			if built[name] == "" {
				return ""
			}
			return "/regie/fichiers/" + built[name]
		},
		"day":     func(t time.Time) string { return french.Day(t.In(o.Zone)) },
		"hour":    func(t time.Time) string { return french.Hour(t.In(o.Zone)) },
		"length":  french.Length,
		"weight":  french.Weight,
		"count":   french.Count,
		"clean":   french.Clean,
		"percent": func(ratio float64) int { return int(ratio * 100) },
	}).ParseFS(templates, "templates/*.html")
	return p, err
}

// page is what a template is filled with.
type page struct {
	Title string
	House string
	Reply string
	Root  string // address of the link: "/p/…"; "" where there is none
	Link  assets.Delivery
	For   assets.Partner // whose logo and colour the page wears; nobody's where the link does not open
	Fault string         // a French sentence above the form that could not be taken
	Body  any
}

// show answers with a page, packed where the browser takes that.
func (p *Room) show(w http.ResponseWriter, r *http.Request, status int, name string, b page) error {
	b.House, b.Reply = p.House, p.Reply
	var err error
	if b.For, err = p.wearer(r.Context(), b.Link); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := p.pages.ExecuteTemplate(&out, name, b); err != nil {
		return err
	}
	text := out.Bytes()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "Accept-Encoding")
	if static.TakesGzip(r) {
		if packed, err := p.gzip.Pack(bytes.NewReader(text)); err == nil {
			w.Header().Set("Content-Encoding", "gzip")
			text = packed
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // the reader may have gone
	return nil
}
