package studio

import (
	"net/http"
	"regexp"
	"strings"
)

// home is what everybody finds first.
var home = map[string]handler{
	"GET /regie":                      (*Studio).today,
	"GET /regie/fichiers/{file}":      (*Studio).file,
	"GET /regie/rubriques.css":        (*Studio).colours,
	"GET /regie/manifest.webmanifest": (*Studio).manifest,
}

// manifest makes the studio installable on a phone
// (https://www.w3.org/TR/appmanifest/).
func (s *Studio) manifest(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/manifest+json")
	return answerJSON(w, http.StatusOK, map[string]any{
		"name": s.Title + " – la régie", "short_name": "Régie", "lang": "fr", "start_url": "/regie/moi", "scope": "/regie",
		"display": "standalone", "background_color": "#faf8f4", "theme_color": "#1b1b1f",
		"icons": []map[string]string{{"src": s.static.path("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}},
	})
}

var plainSlug = regexp.MustCompile(`^[a-z0-9-]+$`)

// colours are the rubriques' own, as a style sheet.
func (s *Studio) colours(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Desk.Catalog.Programme(r.Context())
	if err != nil {
		return err
	}
	var css strings.Builder
	for _, x := range p.Rubriques {
		if plainSlug.MatchString(x.Slug) {
			css.WriteString(x.Style())
		}
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=300")
	_, _ = w.Write([]byte(css.String()))
	return nil
}
