// Package web is the HTTP side of Régie: it puts the public site, the health
// answer and the administrator's view of the queue under one handler. Each
// room has a folder of its own below; no room knows another.
package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"

	"anonymal.tv/regie/assets"
)

// MonitorRoot is where the administrator watches the queue.
const MonitorRoot = "/regie/admin/taches"

// Options is what the routes lead to.
type Options struct {
	Site    http.Handler                // the public site
	Studio  http.Handler                // all that is below /regie/ and /api/
	Monitor http.Handler                // the queue, mounted at MonitorRoot; nil without
	Token   string                      // the administrator's password for the queue; "" closes it
	Health  func(r *http.Request) error // nil while everything needed answers
}

// Handler returns the routes of the house.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", o.Site)
	mux.HandleFunc("GET /sante", health(o.Health))
	for _, room := range []string{"/regie", "/regie/", "/api/"} {
		mux.Handle(room, o.Studio)
	}
	if o.Monitor != nil && o.Token != "" {
		guarded := http.NewCrossOriginProtection().Handler(administrator(o.Token, o.Monitor))
		mux.Handle(MonitorRoot+"/", guarded)
		mux.Handle(MonitorRoot, guarded)
	}
	return mux
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

// administrator lets in who knows the token, as the password of HTTP Basic
// (RFC 7617); the user name is not looked at.
func administrator(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		got := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="Regie", charset="UTF-8"`)
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "Réservé à l'administration : le mot de passe est dans le fichier « admin-token » du dossier des données.", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
