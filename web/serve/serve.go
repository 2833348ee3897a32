// Package serve hands out stored objects over HTTP: their types, the names they
// are saved under, validators and ranges, as RFC 9110 says. It knows no right:
// whoever calls it has asked.
package serve

import (
	"context"
	"io"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// Opener gives the bytes of a stored object: assets.Blobs is one.
type Opener interface {
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
}

// Attachment has a browser save what it is given, under a name that somebody else
// chose (RFC 6266).
func Attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": french.FileName(name)})
}

// Attach says so of what follows.
func Attach(h http.Header, name string) { h.Set("Content-Disposition", Attachment(name)) }

// Object answers with a stored object, whole or in ranges. Its SHA-256 is a strong
// validator.
func Object(w http.ResponseWriter, r *http.Request, from Opener, f pipeline.Stored) error {
	body, err := from.Open(r.Context(), f.Key)
	if err != nil {
		return err
	}
	defer body.Close()
	Content(w, r, f.Name, f.SHA256, body)
	return nil
}

// none is a range without bytes, which net/http would answer with 206.
var none = regexp.MustCompile(`^bytes=\s*-0+\s*$`)

// Content is Object for bytes that are open already; sum names them.
func Content(w http.ResponseWriter, r *http.Request, name, sum string, body io.ReadSeeker) {
	h := w.Header()
	kind := MediaType(name)
	h.Set("Content-Type", kind)
	h.Set("ETag", `"`+sum+`"`)
	if cached := h.Get("Cache-Control"); cached == "" || cached == "no-store" { // the gate's
		h.Set("Cache-Control", "private, no-cache")
	}
	if !strings.HasPrefix(kind, "video/") && !strings.HasPrefix(kind, "audio/") {
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	}
	if none.MatchString(r.Header.Get("Range")) {
		r.Header.Del("Range")
	}
	http.ServeContent(direct(w), r, "", time.Time{}, body)
}

// Export saves what leaves as one file, and closes it.
func Export(w http.ResponseWriter, r *http.Request, e pipeline.Export) {
	defer e.Body.Close()
	Attach(w.Header(), e.Name)
	Content(w, r, e.Name, e.Sum, e.Body)
}

// direct lets the kernel move the bytes of a file to the connection (sendfile):
// the session's writer stands between, and has nothing to do once the headers
// are written.
func direct(w http.ResponseWriter) http.ResponseWriter {
	if to := kernel(w); to != nil {
		return struct {
			http.ResponseWriter
			io.ReaderFrom
		}{w, to}
	}
	return w
}

// kernel is the writer below others that takes whole files; nil for none.
func kernel(w http.ResponseWriter) io.ReaderFrom {
	for {
		if to, can := w.(io.ReaderFrom); can {
			return to
		}
		outer, wrapped := w.(interface{ Unwrap() http.ResponseWriter })
		if !wrapped {
			return nil
		}
		w = outer.Unwrap()
	}
}

// Direct is io.Copy by the shortest way there is below a writer, for one that
// stands above and counts.
func Direct(w http.ResponseWriter, from io.Reader) (int64, error) {
	if to := kernel(w); to != nil {
		return to.ReadFrom(from)
	}
	return io.Copy(w, from)
}

// mediaTypes are what the house hands out; all else is bytes without a meaning.
var mediaTypes = map[string]string{
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/matroska", ".webm": "video/webm",
	".avi": "video/vnd.avi", ".mts": "video/mp2t", ".m2ts": "video/mp2t", ".ts": "video/mp2t", ".mxf": "application/mxf",
	".mpg": "video/mpeg", ".3gp": "video/3gpp", ".m4s": "video/iso.segment",
	".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".wav": "audio/vnd.wave", ".flac": "audio/flac", ".ogg": "audio/ogg",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".svg": "image/svg+xml",
	".m3u8": "application/vnd.apple.mpegurl", ".vtt": "text/vtt; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".zip": "application/zip", ".csv": "text/csv; charset=utf-8", ".pdf": "application/pdf",
	".kdenlive": "application/x-kdenlive", ".otio": "application/json", ".fcpxml": "application/xml",
}

// MediaType is a fixed table: the system's own would differ by machine.
func MediaType(name string) string {
	if kind, known := mediaTypes[strings.ToLower(path.Ext(name))]; known {
		return kind
	}
	return "application/octet-stream"
}
