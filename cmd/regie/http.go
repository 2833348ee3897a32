package main

import (
	"log"
	"log/slog"
	"net/http"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web"
	sitepages "anonymal.tv/regie/web/site"
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
	o := web.Options{Site: pages, Token: token, Health: h.health}
	if b != nil {
		o.Monitor = worker.Monitor(b, web.MonitorRoot)
	}
	return web.Handler(o), nil
}

// health asks the catalog for something small.
func (h *house) health(r *http.Request) error {
	_, err := h.catalog.Films(r.Context(), assets.FilmFilter{Limit: 1})
	return err
}

// stdlog is the log of net/http.
func (h *house) stdlog() *log.Logger { return slog.NewLogLogger(h.log.Handler(), slog.LevelDebug) }
