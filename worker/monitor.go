package worker

import (
	"net/http"

	"github.com/hibiken/asynqmon"
)

// monitorPolicy keeps asynqmon, whose page names fonts of a third party, from
// asking anybody else for anything. Its scripts and styles are inline.
const monitorPolicy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; manifest-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Monitor shows the queues to the administrator, below root ("/…", without a
// slash at its end). It only shows: the database is the truth, and moving a
// task by hand would change nothing that lasts. It does not check who asks.
func Monitor(b *Broker, root string) http.Handler {
	pages := asynqmon.New(asynqmon.Options{RootPath: root, RedisConnOpt: b, ReadOnly: true})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", monitorPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		pages.ServeHTTP(w, r)
	})
}
