package catalog_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/internal/services"
)

func TestSQLite(t *testing.T) {
	assetstest.Catalog(t, func(t testing.TB, now assets.Clock) assetstest.Under {
		path := filepath.Join(t.TempDir(), "été ? #1.db")
		return under(t, now, "sqlite:"+path, "sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	})
}

func TestPostgres(t *testing.T) {
	server := services.StartPostgres(t)
	assetstest.Catalog(t, func(t testing.TB, now assets.Clock) assetstest.Under {
		dsn := server.Database(t)
		return under(t, now, dsn, "pgx", dsn)
	})
}

// under opens a catalog, and its database past it.
func under(t testing.TB, now assets.Clock, address, driver, dsn string) assetstest.Under {
	t.Helper()
	c, err := catalog.Open(t.Context(), catalog.Options{URL: address, Now: now, Common: 50}) // some searches of the suite find more, some fewer
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, close := range []func() error{db.Close, c.Close} {
			if err := close(); err != nil {
				t.Error(err)
			}
		}
	})
	return assetstest.Under{
		Catalog: c,
		Exec:    func(statement string) error { _, err := db.Exec(statement); return err },
	}
}
