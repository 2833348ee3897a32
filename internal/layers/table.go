// Package layers holds the table that says who may import whom, and the check
// of it. Its test reads the imports of every Go file of the project: a folder
// that is missing from the table fails it.
//
// It judges imports only; what a program can check beyond them is in
// internal/house.
package layers

// Room is one folder of the house.
type Room struct {
	Folder string
	Job    string   // in one sentence
	Ours   []string // our packages it may import; a trailing /… stands for a folder and all below
	Never  []string // besides what Keys keeps for others
	Tests  []string // what its tests may import besides, ours or not
	Only   []string // when set: the only packages from outside; "std" is the standard library
}

// network is what nothing but an edge of the house may hold.
var network = []string{"net/http"}

// suites are the checks that every implementation of a port passes.
var suites = []string{"assets/assetstest", "publishers/publisherstest", "internal/services", "internal/browser"}

// channelTests is what the tests of a channel may use besides.
var channelTests = append([]string{"assets/blobs", "publishers/publisherstest/emu", "publishers/publisherstest/sweep", "net/http/httptest"}, suites...)

// Table is the house, folder by folder.
var Table = []Room{
	{
		Folder: "assets", Job: "the words of the house: records, state tables, errors, ports",
		Only: []string{"std"}, Never: []string{"net/http", "os"},
	},
	{
		Folder: "assets/fold", Job: "how French words are compared and turned into slugs",
		Only: []string{"std", "golang.org/x/text/…"}, Never: []string{"net/http", "os"},
	},
	{
		Folder: "assets/french", Job: "says dates, lengths, sizes and sentences as French readers expect them",
		Only: []string{"std", "golang.org/x/text/…"}, Never: []string{"net/http", "os"},
	},
	{
		Folder: "access", Job: "who may do what: the table of rights, and how secrets are checked",
		Ours: []string{"assets"}, Never: network,
	},
	{
		Folder: "assets/assetstest", Job: "the suites that every Catalog and every Blobs must pass",
		Ours: []string{"assets"}, Never: network,
	},
	{
		Folder: "assets/catalog", Job: "the Catalog in SQL, on SQLite and PostgreSQL",
		Ours: []string{"assets", "assets/fold"}, Never: network, Tests: suites,
	},
	{
		Folder: "assets/blobs", Job: "the bytes, on disk and on S3",
		Ours: []string{"assets"}, Tests: suites,
	},
	{
		Folder: "pipeline", Job: "the use cases: what the house does to a film, and in which order",
		Ours: []string{"assets", "assets/fold", "assets/french", "access", "publishers", "pipeline/…"}, Never: network,
		Tests: []string{"assets/…", "publishers/…", "internal/services", "internal/browser"},
	},
	{
		Folder: "pipeline/captions", Job: "reads, checks and writes timed text",
		Ours: []string{"assets", "assets/french"}, Never: network,
	},
	{
		Folder: "pipeline/ffmpeg", Job: "drives ffmpeg: pure builders, the one hardened runner, parsers",
		Never: network, Tests: []string{"net/http", "net/http/httptest", "internal/services"},
	},
	{
		Folder: "pipeline/maker", Job: "makes everything one film needs from its master",
		Ours: []string{"assets", "pipeline/ffmpeg", "pipeline/picks"}, Never: network,
		Tests: []string{"internal/services", "github.com/goccy/go-yaml"},
	},
	{
		Folder: "pipeline/archive", Job: "a zip that is never written: any byte of it can be asked for",
		Only: []string{"std"}, Never: network,
	},
	{
		Folder: "pipeline/exchange", Job: "writes a list of clips as other programs read it",
		Only: []string{"std", "github.com/go-pdf/…"}, Never: network,
	},
	{
		Folder: "pipeline/picks", Job: "chooses pictures and shots from measurements",
		Never: network, Tests: []string{"pipeline/ffmpeg", "internal/services"},
	},
	{
		Folder: "publishers", Job: "what a publisher is",
		Ours: []string{"assets"}, Tests: suites,
	},
	{
		Folder: "publishers/remote", Job: "speaks to a channel over HTTP, and sorts its answers into the errors of the house",
		Ours: []string{"assets", "publishers"}, Tests: channelTests,
	},
	{
		Folder: "publishers/mastodon", Job: "posts on a Mastodon instance",
		Ours: []string{"assets", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/youtube", Job: "shows films on a channel of YouTube",
		Ours: []string{"assets", "assets/french", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/vimeo", Job: "shows films on a Vimeo account",
		Ours: []string{"assets", "assets/french", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/facebook", Job: "shows films on a page of Facebook: links, or videos",
		Ours: []string{"assets", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/x", Job: "posts on X: the teaser, or a link; knows what a text weighs there",
		Ours: []string{"assets", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/peertube", Job: "shows films on a channel of a PeerTube instance",
		Ours: []string{"assets", "assets/french", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/bluesky", Job: "posts on a Bluesky account",
		Ours: []string{"assets", "assets/french", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/newsletter", Job: "sends letters to the subscribers, by a sender that keeps them",
		Ours: []string{"assets", "assets/french", "publishers", "publishers/remote"}, Tests: channelTests,
	},
	{
		Folder: "publishers/publisherstest/emu", Job: "emulators of the channels, as strict as they are",
	},
	{
		Folder: "publishers/publisherstest/sweep", Job: "breaks every request of a channel's way, and counts what became public",
		Ours: []string{"assets", "assets/…", "access", "pipeline", "publishers", "publishers/publisherstest", "publishers/publisherstest/emu", "worker"}, Tests: suites,
	},
	{
		Folder: "publishers/publisherstest", Job: "the suite every publisher passes",
		Ours: []string{"assets", "publishers"}, Tests: suites,
	},
	{
		Folder: "publishers/site", Job: "the public site, as a tree of files",
		Ours:  []string{"assets", "assets/fold", "assets/french", "publishers", "web/static"},
		Tests: append([]string{"assets/blobs", "web/site"}, suites...),
	},
	{
		Folder: "post", Job: "takes mails to the association's server, by SMTP",
		Ours: []string{"assets"}, Never: network, Tests: suites,
	},
	{
		Folder: "hooks", Job: "tells programs of events, over HTTPS, and reaches nothing that is not public",
		Ours: []string{"assets", "pipeline"}, Tests: suites,
	},
	{
		Folder: "worker", Job: "Asynq: broker, mux, retry table, sweep",
		Ours:  []string{"assets", "pipeline"},
		Tests: append([]string{"assets/catalog", "assets/blobs", "publishers/…", "pipeline/…"}, suites...),
	},
	{
		Folder: "web", Job: "HTTP: one handler for the site, the rooms of the studio, the health answer and the monitor",
		Ours: []string{"assets", "pipeline"}, Tests: suites,
	},
	{
		Folder: "web/gate", Job: "who is asking, and whether the table of rights lets them through: sessions, tokens, headers",
		Ours: []string{"assets", "access", "pipeline"}, Tests: append([]string{"assets/catalog"}, suites...),
	},
	{
		Folder: "web/studio", Job: "the pages of the people who work here: /regie/…",
		Ours:  []string{"assets", "assets/fold", "assets/french", "access", "pipeline", "pipeline/captions", "web/gate", "web/serve", "web/static"},
		Tests: append([]string{"assets/catalog", "assets/blobs"}, suites...),
	},
	{
		Folder: "web/serve", Job: "hands out stored objects over HTTP: types, names, validators, ranges",
		Ours: []string{"assets", "assets/french", "pipeline"},
	},
	{
		Folder: "web/partner", Job: "what a partner finds by a delivery link: /p/…",
		Ours:  []string{"assets", "assets/french", "access", "pipeline", "web/gate", "web/serve", "web/static"},
		Tests: append([]string{"assets/catalog", "assets/blobs"}, suites...),
	},
	{
		Folder: "web/upload", Job: "files on their way in: tus 1.0, by tusd",
		Ours:  []string{"assets", "access", "pipeline", "web/gate"},
		Tests: append([]string{"assets/catalog", "assets/blobs"}, suites...),
	},
	{
		Folder: "web/api", Job: "the same verbs for programs: /api/v1, with its OpenAPI description",
		Ours:  []string{"assets", "access", "pipeline", "web/gate", "web/serve"},
		Tests: append([]string{"assets/catalog", "assets/blobs", "publishers"}, suites...),
	},
	{
		Folder: "web/site", Job: "serves the public tree: ranges, types, the 410 page",
		Ours:  []string{"assets", "pipeline", "web/static"},
		Tests: append([]string{"publishers/…"}, suites...),
	},
	{
		Folder: "web/static", Job: "what the browser is given: styles, scripts, fonts, under hashed names",
	},
	{Folder: "configs", Job: "the configuration and the programme, loaded strictly", Never: network},
	{Folder: "cmd/regie", Job: "ties the knot: one file for each sub-command", Ours: []string{"…"}, Tests: append([]string{"os/exec", "database/sql"}, suites...)},
	{Folder: "internal/bundle", Job: "builds what web/static embeds, by go generate", Never: network},
	{Folder: "internal/services", Job: "starts PostgreSQL, Redis and an S3 server for tests", Tests: suites},
	{Folder: "internal/browser", Job: "drives a real Chromium for tests, and remembers what went wrong in it"},
	{Folder: "internal/layers", Job: "who may import whom"},
	{Folder: "internal/house", Job: "the rules of the house that a program can check", Tests: []string{"assets"}},
}

// Keys are packages that only some folders hold the key of; no folder means
// tests only. They go before the lines of the table, apart from its Tests.
var Keys = map[string][]string{
	"os/exec":                      {"pipeline/ffmpeg", "internal/services", "publishers/publisherstest/sweep"},
	"database/sql":                 {"assets/catalog", "internal/services"},
	"github.com/hibiken/…":         {"worker"},
	"github.com/redis/…":           {"worker", "internal/services"},
	"github.com/alicebob/…":        {"worker"},
	"github.com/uptrace/bun/…":     {"assets/catalog"},
	"github.com/pressly/goose/…":   {"assets/catalog"},
	"github.com/jackc/pgx/…":       {"assets/catalog", "internal/services"},
	"modernc.org/sqlite/…":         {"assets/catalog"},
	"github.com/minio/…":           {"assets/blobs", "internal/services"},
	"github.com/u2takey/…":         {"pipeline/ffmpeg"},
	"github.com/landlock-lsm/…":    {"pipeline/ffmpeg"},
	"github.com/alecthomas/kong/…": {"cmd/regie"},
	"github.com/goccy/go-yaml/…":   {"configs", "cmd/regie"},
	"github.com/evanw/esbuild/…":   {"internal/bundle"},
	"anonymal.tv/regie/configs":    {"cmd/regie"},
	"anonymal.tv/regie/cmd/…":      {},
	"anonymal.tv/regie/internal/…": {},
	"testing":                      {"assets/assetstest", "publishers/publisherstest", "publishers/publisherstest/sweep", "internal/services", "internal/browser"},
	"github.com/rogpeppe/…":        {},
	"github.com/chromedp/…":        {"internal/browser"},
	"github.com/tus/…":             {"web/upload"},
	"golang.org/x/time/…":          {"web/upload"},
	"github.com/asticode/…":        {"pipeline/captions"},
	"github.com/danielgtaylor/…":   {"web/api"},
	"github.com/alexedwards/…":     {"web/gate"},
	"filippo.io/age/…":             {"access", "publishers/publisherstest/sweep"},
	"github.com/go-pdf/…":          {"pipeline/exchange"},
	"github.com/skip2/go-qrcode":   {"web/studio"},
	"golang.org/x/image/…":         {"pipeline"},
	"github.com/wneessen/…":        {"post"},
	"code.dny.dev/ssrf":            {"hooks"},
	"pgregory.net/rapid":           {"assets/assetstest", "publishers/publisherstest"},
	"go.uber.org/goleak":           {},
}

// TestOnly are packages that any test may import.
var TestOnly = []string{
	"testing/…", "testing", "net/http/httptest", "github.com/rogpeppe/…", "github.com/chromedp/…", "pgregory.net/rapid", "go.uber.org/goleak",
}
