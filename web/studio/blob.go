package studio

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/serve"
)

// files are the bytes behind the pages: originals, and what was made of them.
var files = map[string]handler{
	"GET /regie/rushes/{rush}/original":                       (*Studio).rushOriginal,
	"GET /regie/rushes/{rush}/fichiers/{file}":                (*Studio).rushFile,
	"GET /regie/selections/{selection}/export/{format}":       (*Studio).exportSelection,
	"GET /regie/films/{film}/versions/{n}/original":           (*Studio).versionOriginal,
	"GET /regie/films/{film}/versions/{n}/fichiers/{file...}": (*Studio).versionFile,
}

func (s *Studio) rushOriginal(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Desk.RushOriginal(r.Context(), assets.ID(r.PathValue("rush")))
	if err != nil {
		return err
	}
	serve.Attach(w.Header(), f.Name)
	return s.serve(w, r, f)
}

func (s *Studio) rushFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Desk.RushFile(r.Context(), assets.ID(r.PathValue("rush")), r.PathValue("file"))
	if err != nil {
		return err
	}
	return s.serveMade(w, r, f)
}

func (s *Studio) versionOriginal(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Desk.VersionOriginal(r.Context(), assets.ID(r.PathValue("film")), number(r))
	if err != nil {
		return err
	}
	serve.Attach(w.Header(), f.Name)
	return s.serve(w, r, f)
}

func (s *Studio) versionFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Desk.VersionFile(r.Context(), assets.ID(r.PathValue("film")), number(r), r.PathValue("file"))
	if err != nil {
		return err
	}
	return s.serveMade(w, r, f)
}

// number is the version that the address names; 0, which no version has, for
// what is no number.
func number(r *http.Request) int {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return 0
	}
	return n
}

// serveMade serves what the house made. An address that names the bytes (madeAt)
// may be kept for good: other bytes have another one. With ?telecharger=<name>
// it is saved instead of shown.
func (s *Studio) serveMade(w http.ResponseWriter, r *http.Request, f pipeline.Stored) error {
	if v := r.FormValue("v"); v != "" && strings.HasPrefix(f.SHA256, v) {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	if name := r.FormValue("telecharger"); name != "" {
		serve.Attach(w.Header(), strings.TrimSuffix(name, path.Ext(f.Name))+path.Ext(f.Name))
	}
	return s.serve(w, r, f)
}

// madeAt is the address of a made file below the page of its rush or version:
// templates say {{made "/regie/rushes/…" .Rendition}}.
func madeAt(page string, r assets.Rendition) string {
	return page + "/fichiers/" + pipeline.FileOf(r.Key) + "?v=" + r.SHA256[:min(12, len(r.SHA256))]
}

// serve answers with a stored object, whole or in ranges.
func (s *Studio) serve(w http.ResponseWriter, r *http.Request, f pipeline.Stored) error {
	return serve.Object(w, r, s.Desk.Blobs, f)
}
