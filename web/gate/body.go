package gate

import (
	"net/http"
	"path"
	"strings"
)

// How much a form may carry: text, and pictures or sheets of paper. Films come
// by tus, which counts for itself.
const (
	maxForm  = 1 << 20
	maxFiles = 64 << 20
)

// longer are the addresses that take more, of one type each: many thousands of
// file names, and, for browsers without scripts, the files themselves, which
// the Desk counts against the disk and the person's quota.
var longer = map[string]struct {
	kind string
	most int64 // bytes
}{
	"/regie/deposer/*/annoncer": {"application/json", 8 << 20},
	"/regie/deposer/*/fichiers": {"multipart/form-data", 1 << 50},
}

// bound ends the body of a request that goes on for too long.
func bound(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	kind = strings.TrimSpace(strings.ToLower(kind))
	most := int64(maxForm)
	switch kind {
	case "application/offset+octet-stream":
		return
	case "multipart/form-data":
		most = maxFiles
	}
	for pattern, l := range longer {
		if there, _ := path.Match(pattern, r.URL.Path); there && kind == l.kind {
			most = l.most
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
}
