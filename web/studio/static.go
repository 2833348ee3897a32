package studio

import (
	"compress/gzip"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"

	web "anonymal.tv/regie/web/static"
)

// static is what the browser is given: files under names that carry their
// content's hash, packed once, and the plain names by which templates ask for
// them.
type static struct {
	files    fs.FS
	manifest map[string]string
	packed   map[string][]byte
}

func (f *static) load(files fs.FS) error {
	var err error
	if f.manifest, err = web.Names(files); err != nil {
		return err
	}
	f.files, f.packed = files, map[string][]byte{}
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		return err
	}
	best := web.NewGzip(gzip.BestCompression)
	for _, name := range names {
		if kind := path.Ext(name); kind != ".css" && kind != ".js" && kind != ".svg" {
			continue
		}
		text, err := files.Open(name)
		if err != nil {
			return err
		}
		f.packed[name], err = best.Pack(text)
		if err := errors.Join(err, text.Close()); err != nil {
			return err
		}
	}
	return nil
}

// path is the address of a file by its plain name; "" for what was not built.
func (f *static) path(name string) string {
	built, known := f.manifest[name]
	if !known {
		return ""
	}
	return "/regie/fichiers/" + built
}

// file serves one of them.
func (s *Studio) file(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	kinds := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2",
	}
	kind, known := kinds[path.Ext(name)]
	text, err := fs.ReadFile(s.static.files, name)
	if err != nil || !known || strings.Contains(name, "/") {
		http.NotFound(w, r)
		return nil
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Add("Vary", "Accept-Encoding")
	if packed := s.static.packed[name]; packed != nil && web.TakesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		text = packed
	}
	_, _ = w.Write(text)
	return nil
}
