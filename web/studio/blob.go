package studio

import (
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
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
	attach(w.Header(), f.Name)
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
	attach(w.Header(), f.Name)
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
		attach(w.Header(), strings.TrimSuffix(name, path.Ext(f.Name))+path.Ext(f.Name))
	}
	return s.serve(w, r, f)
}

// madeAt is the address of a made file below the page of its rush or version:
// templates say {{made "/regie/rushes/…" .Rendition}}.
func madeAt(page string, r assets.Rendition) string {
	return page + "/fichiers/" + pipeline.FileOf(r.Key) + "?v=" + r.SHA256[:min(12, len(r.SHA256))]
}

// attach has the browser save what follows, under a name that somebody else
// chose (RFC 6266).
func attach(h http.Header, name string) {
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": french.FileName(name)}))
}

// serve answers with a stored object, whole or in ranges, after what RFC 9110
// says of validators and preconditions. Its SHA-256 is a strong validator.
func (s *Studio) serve(w http.ResponseWriter, r *http.Request, f pipeline.Stored) error {
	body, err := s.Desk.Blobs.Open(r.Context(), f.Key)
	if err != nil {
		return err
	}
	defer body.Close()
	h := w.Header()
	kind := mediaType(f.Name)
	h.Set("Content-Type", kind)
	h.Set("ETag", `"`+f.SHA256+`"`)
	if h.Get("Cache-Control") == "no-store" { // the gate's
		h.Set("Cache-Control", "private, no-cache")
	}
	if !strings.HasPrefix(kind, "video/") && !strings.HasPrefix(kind, "audio/") {
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	}
	http.ServeContent(direct(w), r, "", time.Time{}, body)
	return nil
}

// direct lets the kernel move the bytes of a file to the connection (sendfile):
// the session's writer stands between, and has nothing to do once the headers
// are written.
func direct(w http.ResponseWriter) http.ResponseWriter {
	for inner := w; ; {
		if to, can := inner.(io.ReaderFrom); can {
			return struct {
				http.ResponseWriter
				io.ReaderFrom
			}{w, to}
		}
		outer, wrapped := inner.(interface{ Unwrap() http.ResponseWriter })
		if !wrapped {
			return w
		}
		inner = outer.Unwrap()
	}
}

// mediaTypes are what the house hands out; all else is bytes without a meaning.
var mediaTypes = map[string]string{
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/matroska", ".webm": "video/webm",
	".avi": "video/vnd.avi", ".mts": "video/mp2t", ".m2ts": "video/mp2t", ".ts": "video/mp2t", ".mxf": "application/mxf",
	".mpg": "video/mpeg", ".3gp": "video/3gpp", ".m4s": "video/iso.segment",
	".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".wav": "audio/vnd.wave", ".flac": "audio/flac", ".ogg": "audio/ogg",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".svg": "image/svg+xml",
	".m3u8": "application/vnd.apple.mpegurl", ".vtt": "text/vtt; charset=utf-8", ".zip": "application/zip", ".csv": "text/csv; charset=utf-8",
	".pdf": "application/pdf", ".kdenlive": "application/x-kdenlive", ".otio": "application/json", ".fcpxml": "application/xml",
}

// mediaType is a fixed table: the system's own would differ by machine.
func mediaType(name string) string {
	if kind, known := mediaTypes[strings.ToLower(path.Ext(name))]; known {
		return kind
	}
	return "application/octet-stream"
}
