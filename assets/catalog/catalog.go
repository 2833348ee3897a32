package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"anonymal.tv/regie/assets"
)

// Options says which database to open.
type Options struct {
	// URL is "sqlite:/path/of/the/file.db" or "postgres://user:password@host/name".
	URL string
	// Now tells when leases begin and end; nil means the system's clock.
	Now assets.Clock
	// NewID names events and jobs that come without an ID; nil refuses them.
	NewID assets.NewID
	// Readers is how many connections read at once; 0 means 4 on SQLite and
	// 16, which write too, on PostgreSQL.
	Readers int
	// Common is how many rushes a search finds at least whose words are common; 0
	// means 10,000.
	Common int
}

// Catalog is an assets.Catalog. Several processes may have the same database
// open at the same time.
type Catalog struct {
	read, write *bun.DB // the same pool on PostgreSQL
	group       *group  // where one writes at a time; else nil
	now         assets.Clock
	newID       assets.NewID
	engine      engine
	common      int
}

var _ assets.Catalog = (*Catalog)(nil)

// engine is all that differs between the databases.
type engine struct {
	goose   database.Dialect
	folder  string // of the migrations that are its own
	dialect func() schema.Dialect
	open    func(Options) (read, write *sql.DB, err error)
	alone   func() (lock.SessionLocker, error) // lets one process at a time migrate; nil where transactions do
	match   string                             // condition on a table of words w; ?0 is its index, ?1 what query returns
	some    string                             // query for ?2 of those that match, whichever; "" where the database finds by itself how best to match
	newest  string                             // the same, of the ?2 newest that match only; ?3 is the table and ?4 its column of records
	query   func(groups [][]string) string     // each group of words holds alternatives
	lockLog string                             // statement that lets one transaction at a time write the log; "" where only one writes anyway
}

// Open opens the database and brings its tables up to date. It refuses tables
// that a newer program made.
func Open(ctx context.Context, o Options) (*Catalog, error) {
	const op = "catalog.Open"
	var e engine
	switch scheme, _, _ := strings.Cut(o.URL, ":"); scheme {
	case "sqlite":
		e = sqliteEngine()
	case "postgres", "postgresql":
		e = postgresEngine()
	default:
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: op,
			Msg: "L'adresse de la base de données doit commencer par « sqlite: » ou « postgres:// ».",
		}
	}
	read, write, err := e.open(o)
	if err != nil {
		return nil, fail(op, err)
	}
	c := &Catalog{
		read:   bun.NewDB(read, e.dialect()),
		write:  bun.NewDB(write, e.dialect()),
		now:    o.Now,
		newID:  o.NewID,
		engine: e,
		common: cmp.Or(o.Common, 10_000),
	}
	if e.lockLog == "" {
		c.group = newGroup(c.write)
	}
	if c.now == nil {
		c.now = time.Now
	}
	if err = migrate(ctx, e, write); err == nil {
		err = c.derive(ctx)
	}
	if err != nil {
		_ = c.Close() // the error that counts is the first
		return nil, fail(op, err)
	}
	return c, nil
}

// Close gives the connections back.
func (c *Catalog) Close() error {
	err := c.read.Close()
	if c.write.DB != c.read.DB {
		err = cmp.Or(c.write.Close(), err)
	}
	return fail("catalog.Close", err)
}

// transaction runs steps in order in one transaction: all of them, or none.
func (c *Catalog) transaction(ctx context.Context, op string, steps ...step) error {
	all := func(ctx context.Context, tx bun.Tx) error {
		for _, do := range steps {
			if err := do(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}
	if c.group != nil {
		return fail(op, c.group.do(ctx, all))
	}
	return fail(op, c.write.RunInTx(ctx, nil, all))
}

// statement runs what is one statement and needs no transaction of its own.
func (c *Catalog) statement(ctx context.Context, op string, do func(context.Context, bun.IDB) error) error {
	if c.group != nil {
		return fail(op, c.group.do(ctx, func(ctx context.Context, tx bun.Tx) error { return do(ctx, tx) }))
	}
	return fail(op, do(ctx, c.write))
}

// micros is an instant as it is stored: microseconds since 1970, 0 for none.
type micros int64

func stamp(t time.Time) micros {
	if t.IsZero() {
		return 0
	}
	return micros(t.UnixMicro())
}

func (m micros) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}

// page bounds the length of a list.
func page(limit int) int64 {
	const usual, most = 100, 10_000
	if limit <= 0 {
		return usual
	}
	return int64(min(limit, most))
}
