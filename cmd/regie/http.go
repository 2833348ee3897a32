package main

import (
	"log"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/web"
	"anonymal.tv/regie/web/api"
	"anonymal.tv/regie/web/gate"
	"anonymal.tv/regie/web/partner"
	sitepages "anonymal.tv/regie/web/site"
	"anonymal.tv/regie/web/static"
	"anonymal.tv/regie/web/studio"
	"anonymal.tv/regie/worker"
)

// handler is everything that answers over HTTP. The queue is shown where this
// process knows its broker.
func (h *house) handler(b *worker.Broker) (http.Handler, error) {
	pages, err := sitepages.New(h.public())
	if err != nil {
		return nil, err
	}
	h.closers = append(h.closers, pages.Close)
	rooms, err := h.openRooms(b)
	if err != nil {
		return nil, err
	}
	handler, err := rooms.handler()
	if err != nil {
		return nil, err
	}
	return web.Handler(web.Options{Site: pages, Studio: handler, Health: h.health, Silence: silence}), nil
}

// monitorRoot is where the administration watches the queue.
const monitorRoot = "/regie/admin/taches"

// rooms are where people work, behind one gate.
type rooms struct {
	gate   *gate.Gate
	studio *studio.Studio
	api    *api.API
	links  *partner.Room
	pages  *http.ServeMux // all of it, behind the table of rights
	routes []gate.Route
}

// openRooms opens them. The queue is shown where this process knows its broker.
func (h *house) openRooms(b *worker.Broker) (*rooms, error) {
	proxies, err := configs.Networks(h.cfg.Proxies)
	if err != nil {
		return nil, err
	}
	r := &rooms{pages: http.NewServeMux(), gate: gate.New(gate.Options{Entry: h.catalog, Records: h.desk, Now: h.now, Log: h.log, BaseURL: h.baseURL(), Proxies: proxies})}
	r.studio, err = studio.New(studio.Options{
		Desk: h.desk, Gate: r.gate, Static: static.FS(), Pages: r.pages, Title: h.cfg.Site.Title, BaseURL: h.baseURL(), Now: h.now, Zone: h.zone, Hour: h.cfg.Calendar.Hour, Log: h.log,
	})
	if err != nil {
		return nil, err
	}
	reception, err := h.openReception()
	if err != nil {
		return nil, err
	}
	if r.api, err = api.New(h.desk, h.log); err != nil {
		return nil, err
	}
	r.links, err = partner.New(partner.Options{
		Desk: h.desk, Gate: r.gate, Static: static.FS(), House: h.cfg.Site.Title, Reply: h.parts.Letterhead.ReplyTo, Now: h.now, Zone: h.zone, Log: h.log,
	})
	if err != nil {
		return nil, err
	}
	monitor := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.studio.Refuse(w, q, gate.ErrHidden) }))
	if b != nil {
		monitor = worker.Monitor(b, monitorRoot)
	}
	r.routes = slices.Concat(r.studio.Routes(), r.links.Routes(), reception.Routes(), r.api.Routes(), []gate.Route{
		{Pattern: "GET " + monitorRoot, Handler: monitor}, {Pattern: "GET " + monitorRoot + "/", Handler: monitor},
	})
	return r, nil
}

// handler puts the rooms behind the gate.
func (r *rooms) handler() (http.Handler, error) {
	r.pages.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) { r.refuse(w, q, gate.ErrHidden) })
	if err := r.gate.Mount(r.pages, r.refuse, r.routes); err != nil {
		return nil, err
	}
	return r.gate.Door(r.pages, r.refuse), nil
}

// refuse answers programs as programs read, and people with a page.
func (r *rooms) refuse(w http.ResponseWriter, q *http.Request, err error) {
	if strings.HasPrefix(q.URL.Path, "/api/") {
		r.api.Refuse(w, q, err)
		return
	}
	if strings.HasPrefix(q.URL.Path, "/p/") {
		r.links.Refuse(w, q, err)
		return
	}
	r.studio.Refuse(w, q, err)
}

// health asks the catalog for something small.
func (h *house) health(r *http.Request) error {
	_, err := h.catalog.Films(r.Context(), assets.FilmFilter{Limit: 1})
	return err
}

// stdlog is the log of net/http.
func (h *house) stdlog() *log.Logger { return slog.NewLogLogger(h.log.Handler(), slog.LevelDebug) }
