package main

import (
	"log"
	"log/slog"
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/web"
	"anonymal.tv/regie/web/gate"
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
	token, err := h.adminToken()
	if err != nil {
		return nil, err
	}
	rooms, err := h.rooms()
	if err != nil {
		return nil, err
	}
	o := web.Options{Site: pages, Studio: rooms, Token: token, Health: h.health}
	if b != nil {
		o.Monitor = worker.Monitor(b, web.MonitorRoot)
	}
	return web.Handler(o), nil
}

// rooms are where people work, behind the gate.
func (h *house) rooms() (http.Handler, error) {
	proxies, err := configs.Networks(h.cfg.Proxies)
	if err != nil {
		return nil, err
	}
	g := gate.New(gate.Options{Entry: h.catalog, Records: h.desk, Now: h.now, Log: h.log, BaseURL: h.baseURL(), Proxies: proxies})
	s, err := studio.New(studio.Options{
		Desk: h.desk, Gate: g, Static: static.FS(), Title: h.cfg.Site.Title, BaseURL: h.baseURL(), Now: h.now, Zone: h.zone, Log: h.log,
	})
	if err != nil {
		return nil, err
	}
	reception, err := h.openReception()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.Refuse(w, r, gate.ErrHidden) })
	if err := g.Mount(mux, s.Refuse, append(s.Routes(), reception.Routes()...)); err != nil {
		return nil, err
	}
	return g.Door(mux, s.Refuse), nil
}

// health asks the catalog for something small.
func (h *house) health(r *http.Request) error {
	_, err := h.catalog.Films(r.Context(), assets.FilmFilter{Limit: 1})
	return err
}

// stdlog is the log of net/http.
func (h *house) stdlog() *log.Logger { return slog.NewLogLogger(h.log.Handler(), slog.LevelDebug) }
