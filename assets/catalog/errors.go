package catalog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"anonymal.tv/regie/assets"
)

// fail gives an error of the database its kind and sentence; nil stays nil and
// an assets.Error stays what it is.
func fail(op string, err error) error {
	var known *assets.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	kind := kindOf(err)
	return &assets.Error{Kind: kind, Op: op, Msg: sentence(kind, err), Err: err}
}

func kindOf(err error) assets.Kind {
	var (
		lite    *sqlite.Error
		pg      *pgconn.PgError
		connect *pgconn.ConnectError
		network net.Error
	)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return assets.NotFound
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return assets.Transient
	case errors.As(err, &lite):
		return sqliteKind(lite.Code())
	case errors.As(err, &pg):
		return postgresKind(pg.Code)
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		pgconn.SafeToRetry(err):
		return assets.Transient
	}
	return assets.Internal
}

// sqliteKind reads a result code, https://sqlite.org/rescode.html.
func sqliteKind(code int) assets.Kind {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return assets.Conflict
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return assets.Invalid
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL:
		return assets.Transient
	}
	return assets.Internal
}

// postgresKind reads a SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html.
func postgresKind(code string) assets.Kind {
	switch code {
	case "23505": // unique_violation
		return assets.Conflict
	case "23503": // foreign_key_violation
		return assets.Invalid
	case "55P03", "57014": // lock_not_available, query_canceled
		return assets.Transient
	}
	for _, class := range []string{"08", "40", "53", "57P", "58"} { // connection, rollback, resources, shutdown, system
		if strings.HasPrefix(code, class) {
			return assets.Transient
		}
	}
	return assets.Internal
}

func sentence(kind assets.Kind, err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "L'opération a été interrompue ; rien n'a été changé à moitié."
	case kind == assets.NotFound:
		return "Cet élément n'existe pas ou n'existe plus."
	case kind == assets.Conflict:
		return "Un élément porte déjà ce nom ou cet identifiant ; rien n'a été changé."
	case kind == assets.Invalid:
		return "Cet élément se rapporte à un autre qui n'existe pas ; rien n'a été changé."
	case kind == assets.Transient:
		return "La base de données ne répond pas pour l'instant ; rien n'a été changé à moitié. Réessayez dans un moment."
	}
	return "La base de données a répondu par une erreur ; rien n'a été changé à moitié. Le journal en donne la cause."
}
