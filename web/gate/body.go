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

// longer are the addresses that take more, in bytes: many thousands of file
// names, and, for browsers without scripts, the files themselves, which the
// Desk counts against the disk and the person's quota.
var longer = map[string]int64{
	"/regie/deposer/*/annoncer": 8 << 20,
	"/regie/deposer/*/fichiers": 1 << 50,
}

// bound ends the body of a request that goes on for too long.
func bound(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	most := int64(maxForm)
	switch strings.TrimSpace(strings.ToLower(kind)) {
	case "application/offset+octet-stream":
		return
	case "multipart/form-data":
		most = maxFiles
	}
	for pattern, more := range longer {
		if there, _ := path.Match(pattern, r.URL.Path); there {
			most = max(most, more)
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
}
