// Package web is the HTTP side of Régie: it puts the public site, the rooms where
// people work and the health answer under one handler. Each room has a folder of
// its own below; no room knows another. Who may enter is the gate's business.
package web

import (
	"encoding/json"
	"net/http"
	"time"

	"anonymal.tv/regie/assets"
)

// Options is what the routes lead to.
type Options struct {
	Site   http.Handler                // the public site
	Studio http.Handler                // all that is below /regie/, /api/, /p/ and /newsletter
	Health func(r *http.Request) error // nil while everything needed answers
	// Silence is how long a body may say nothing before its connection is closed.
	Silence time.Duration
}

// Handler returns the routes of the house.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", o.Site)
	mux.HandleFunc("GET /sante", health(o.Health))
	for _, room := range []string{"/regie", "/regie/", "/api/", "/p/", "/newsletter", "/newsletter/"} {
		mux.Handle(room, o.Studio)
	}
	return patient(o.Silence, mux)
}

// health answers 200 while the house works and 503 with a sentence otherwise.
func health(check func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, status := map[string]string{"etat": "ok"}, http.StatusOK
		if err := check(r); err != nil {
			answer, status = map[string]string{"etat": "panne", "raison": assets.Sentence(err)}, http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}
}
