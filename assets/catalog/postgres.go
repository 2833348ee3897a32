package catalog

import (
	"cmp"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"anonymal.tv/regie/assets"
)

func postgresEngine() engine {
	return engine{
		goose:   database.DialectPostgres,
		folder:  "migrations/postgres",
		dialect: func() schema.Dialect { return postgresDialect{pgdialect.New()} },
		open:    openPostgres,
		alone: func() (lock.SessionLocker, error) { // asks again each second for five minutes
			return lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		},
		match:  "w.tokens @@ ?1::tsquery",
		newest: "w.?4 IN (SELECT m.?4 FROM ?3 AS m WHERE m.tokens @@ ?1::tsquery ORDER BY m.?4 DESC LIMIT ?2)",
		query: func(groups [][]string) string { // ('foret':*) & ('eloq':* | 'elog':*)
			return expression(groups, "'", "':*", " | ", " & ")
		},
		lockLog: "SELECT pg_advisory_xact_lock(7380127)", // a number of our own; the other is that of goose
	}
}

func openPostgres(o Options) (read, write *sql.DB, err error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, nil, &assets.Error{
			Kind: assets.Invalid, Op: "catalog.Open", Err: err,
			Msg: "L'adresse de la base PostgreSQL ne se lit pas ; elle a la forme « postgres://utilisateur:mot-de-passe@hôte/base ».",
		}
	}
	// bun writes values into the statement: no two are alike, so a cache of
	// prepared ones would only fill.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.RuntimeParams["application_name"] = "regie"
	config.RuntimeParams["lock_timeout"] = milliseconds(patience)
	pool := stdlib.OpenDB(*config)
	size := cmp.Or(o.Readers, 16)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool, pool, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// postgresDialect writes text without NUL, which PostgreSQL has no room for.
type postgresDialect struct{ *pgdialect.Dialect }

func (d postgresDialect) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, strings.ReplaceAll(s, "\x00", ""))
}
