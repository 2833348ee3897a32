package catalog

import (
	"cmp"
	"database/sql"
	"net/url"
	"strings"
	"time"

	"github.com/pressly/goose/v3/database"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	_ "modernc.org/sqlite" // the driver "sqlite", in pure Go

	"anonymal.tv/regie/assets"
)

// patience is how long a statement waits for another's lock.
const patience = 10 * time.Second

func sqliteEngine() engine {
	return engine{
		goose:   database.DialectSQLite3,
		folder:  "migrations/sqlite",
		dialect: func() schema.Dialect { return sqliteDialect{sqlitedialect.New()} },
		open:    openSQLite,
		// With an order and a LIMIT, even one that cuts nothing, the search is made
		// once; without, SQLite may make it anew for each row of w.
		match:  "w.seq IN (SELECT rowid FROM ?0 WHERE ?0 MATCH ?1 ORDER BY rowid DESC LIMIT -1)",
		some:   "SELECT rowid FROM ?0 WHERE ?0 MATCH ?1 LIMIT ?2",
		newest: "w.seq IN (SELECT rowid FROM ?0 WHERE ?0 MATCH ?1 ORDER BY rowid DESC LIMIT ?2)",
		query: func(groups [][]string) string { // ("foret"*) AND ("eloq"* OR "elog"*)
			return expression(groups, `"`, `"*`, " OR ", " AND ")
		},
	}
}

// openSQLite opens two pools: one connection that writes, so that writers of
// this process queue in Go and never find the file busy, and several that only
// read. Writers of other processes are waited for.
func openSQLite(o Options) (read, write *sql.DB, err error) {
	path := strings.TrimPrefix(o.URL, "sqlite:")
	path = strings.TrimPrefix(path, "//") // sqlite:///path, as one writes for a server
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, nil, &assets.Error{
			Kind: assets.Invalid, Op: "catalog.Open",
			Msg: "L'adresse de la base de données doit nommer un fichier : « sqlite:/dossier/regie.db ».",
		}
	}
	pragmas := []string{
		"busy_timeout(" + milliseconds(patience) + ")",
		"foreign_keys(1)",
		"synchronous(FULL)", // a commit survives a power cut
		"journal_size_limit(67108864)",
	}
	write, err = sql.Open("sqlite", sqliteDSN(path, "immediate", append(pragmas, "journal_mode(WAL)")))
	if err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	read, err = sql.Open("sqlite", sqliteDSN(path, "deferred", append(pragmas, "query_only(1)")))
	if err != nil {
		_ = write.Close() // nothing was opened yet
		return nil, nil, err
	}
	readers := cmp.Or(o.Readers, 4)
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return read, write, nil
}

func sqliteDSN(path, txlock string, pragmas []string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{
		"_pragma": pragmas, "_txlock": {txlock},
	}.Encode()
}

// sqliteDialect writes text without NUL, which would end the statement.
type sqliteDialect struct{ *sqlitedialect.Dialect }

func (d sqliteDialect) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, strings.ReplaceAll(s, "\x00", ""))
}
