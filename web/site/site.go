// Package site serves the public tree that publishers/site writes, as any web
// server could: pages at clean addresses, media in ranges, 410 at each address of
// a film that was withdrawn.
//
// It reads one folder and nothing else; it lists no folder, sets no cookie and
// counts no visit.
package site

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/static"
)

// Handler serves one public tree.
type Handler struct {
	root *os.Root
	gzip *static.Gzip
}

// New opens the folder, which must be there.
func New(public string) (*Handler, error) {
	root, err := os.OpenRoot(public)
	if err != nil {
		return nil, &assets.Error{
			Kind: assets.Internal, Op: "web/site.New", Err: err,
			Msg: "Le dossier du site public ne peut pas être lu. Vérifiez le dossier de données.",
		}
	}
	return &Handler{root: root, gzip: static.NewGzip(5)}, nil
}

// Close gives the folder back.
func (h *Handler) Close() error { return h.root.Close() }

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Cette adresse se lit seulement.", http.StatusMethodNotAllowed)
		return
	}
	name, ok := localName(r.URL.Path)
	if !ok {
		h.page(w, r, "404.html", http.StatusNotFound)
		return
	}
	switch info, err := h.root.Stat(name); {
	case err != nil:
		h.missing(w, r, name)
	case info.IsDir():
		h.folder(w, r, name)
	case path.Base(name) == "index.html":
		redirect(w, r, path.Dir("/"+name))
	case path.Base(name) == "410.html":
		h.page(w, r, name, http.StatusGone)
	case name == "404.html":
		h.page(w, r, name, http.StatusNotFound)
	case strings.HasSuffix(r.URL.Path, "/"):
		h.page(w, r, "404.html", http.StatusNotFound)
	default:
		h.file(w, r, name)
	}
}

// localName turns an address into a name below the root. Names that begin with
// a dot are nobody's, and an address has one spelling only.
func localName(address string) (string, bool) {
	trimmed := strings.TrimSuffix(address, "/")
	if trimmed == "" {
		return ".", address != ""
	}
	if trimmed != path.Clean(trimmed) || strings.ContainsAny(trimmed, "\x00\\") || strings.Contains(trimmed, "/.") {
		return "", false
	}
	return strings.TrimPrefix(trimmed, "/"), strings.HasPrefix(trimmed, "/")
}

func (h *Handler) folder(w http.ResponseWriter, r *http.Request, name string) {
	index := path.Join(name, "index.html")
	if _, err := h.root.Stat(index); err == nil {
		if !strings.HasSuffix(r.URL.Path, "/") {
			redirect(w, r, "/"+name)
			return
		}
		h.file(w, r, index)
		return
	}
	h.missing(w, r, name)
}

// ofFilm is an address of a film besides its page: where others frame it, and its
// files.
var ofFilm = regexp.MustCompile(`^(?:integrer|media|oembed)/([^/.]+)(?:/.*|\.json)?$`)

// missing answers where nothing is: 410 at all addresses of a film that was
// withdrawn, 404 elsewhere.
func (h *Handler) missing(w http.ResponseWriter, r *http.Request, name string) {
	gone := path.Join(name, "410.html")
	if film := ofFilm.FindStringSubmatch(name); film != nil {
		gone = path.Join("integrer", film[1], "410.html")
	}
	if _, err := h.root.Stat(gone); err != nil {
		h.page(w, r, "404.html", http.StatusNotFound)
		return
	}
	h.page(w, r, gone, http.StatusGone)
}

// redirect leads to the one address of a page.
func redirect(w http.ResponseWriter, r *http.Request, folder string) {
	target := strings.TrimSuffix(folder, "/") + "/"
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusMovedPermanently)
}

// file serves a file with everything RFC 9110 asks for: validators, ranges,
// preconditions.
func (h *Handler) file(w http.ResponseWriter, r *http.Request, name string) {
	file, err := h.root.Open(name)
	if err != nil { // withdrawn since it was looked at
		h.missing(w, r, name)
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		h.page(w, r, "404.html", http.StatusNotFound)
		return
	}
	kind := mediaType(name)
	header := w.Header()
	h.setHeaders(header, name, kind)
	// A file is replaced by renaming another one over it, never changed in
	// place: its instant and size name its bytes. Under another policy it is
	// another page, or browsers would keep the policy they know.
	tag := fmt.Sprintf("%x-%x-%x", info.ModTime().UnixNano(), info.Size(), crc32.ChecksumIEEE([]byte(header.Get("Content-Security-Policy"))))
	if !compressible(kind) || info.Size() > 8<<20 {
		header.Set("ETag", `"`+tag+`"`)
		http.ServeContent(w, r, "", info.ModTime(), file)
		return
	}
	header.Set("Vary", "Accept-Encoding")
	if !static.TakesGzip(r) {
		header.Set("ETag", `"`+tag+`"`)
		http.ServeContent(w, r, "", info.ModTime(), file)
		return
	}
	header.Set("ETag", `"`+tag+`-gz"`)
	if known := r.Header.Get("If-None-Match"); known != "" && strings.Contains(known, tag+"-gz") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	packed, err := h.gzip.Pack(file)
	if err != nil {
		http.Error(w, "Cette page n'a pas pu être lue. Réessayez dans un instant.", http.StatusInternalServerError)
		return
	}
	header.Set("Content-Encoding", "gzip")
	r.Header.Del("Range") // a part of a packed page is of use to nobody
	http.ServeContent(w, r, "", info.ModTime(), bytes.NewReader(packed))
}

// page answers with a whole page under a status of its own.
func (h *Handler) page(w http.ResponseWriter, r *http.Request, name string, status int) {
	text, err := fs.ReadFile(h.root.FS(), name)
	if err != nil {
		text = []byte("<!doctype html><html lang=\"fr\"><title>Page introuvable</title><h1>Cette page n’existe pas</h1></html>\n")
	}
	h.setHeaders(w.Header(), name, "text/html; charset=utf-8")
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // the reader may have gone
	}
}

// hashed is a name that changes with its content.
var hashed = regexp.MustCompile(`^assets/.*-[A-Z0-9]{8}\.[a-z0-9]+$`)

const (
	policy = "default-src 'none'; img-src 'self' data:; media-src 'self' blob:; script-src 'self'; style-src 'self'; " +
		"font-src 'self'; connect-src 'self'; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; "
	framedByUs  = policy + "frame-ancestors 'self'"
	framedByAll = policy + "frame-ancestors *"
)

// host is all that a list of sites may bring into a policy.
var host = regexp.MustCompile(`^[a-z0-9.-]+$`)

// framedBy is the policy of a page that is made to be framed: by anybody, or by
// the sites that the list beside it names. A list that can't be read lets nobody.
func (h *Handler) framedBy(name string) string {
	text, err := fs.ReadFile(h.root.FS(), path.Join(path.Dir(name), ".sites"))
	if errors.Is(err, fs.ErrNotExist) {
		return framedByAll
	}
	sites := slices.DeleteFunc(strings.Fields(string(text)), func(s string) bool { return !host.MatchString(s) })
	return strings.Join(append([]string{framedByUs}, sites...), " ")
}

func (h *Handler) setHeaders(header http.Header, name, kind string) {
	header.Set("Content-Type", kind)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	switch {
	case strings.HasPrefix(name, "media/"), hashed.MatchString(name):
		// Shared caches ask again after five minutes, so that a film that was
		// withdrawn leaves them too.
		header.Set("Cache-Control", "public, max-age=31536000, s-maxage=300, immutable")
	default:
		header.Set("Cache-Control", "no-cache") // kept, but asked for each time: a 304 costs nothing
	}
	if !strings.HasPrefix(kind, "text/html") && !strings.HasPrefix(kind, "image/svg") {
		return
	}
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if strings.HasPrefix(name, "integrer/") {
		header.Set("Content-Security-Policy", h.framedBy(name))
		return
	}
	header.Set("Content-Security-Policy", framedByUs)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// mediaType is a fixed table: the system's own would differ by machine.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".xml":
		if path.Base(name) == "flux.xml" {
			return "application/rss+xml; charset=utf-8"
		}
		return "application/xml; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".vtt":
		return "text/vtt; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".jpg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".webp":
		return "image/webp"
	case ".woff2":
		return "font/woff2"
	case ".m3u8":
		return "application/vnd.apple.mpegurl"
	case ".mp4":
		return "video/mp4"
	case ".m4s":
		return "video/iso.segment"
	case ".m4a":
		return "audio/mp4"
	default:
		return "application/octet-stream"
	}
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "xml") || kind == "application/json" ||
		kind == "application/vnd.apple.mpegurl"
}
