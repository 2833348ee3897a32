package catalog

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

// A commit on SQLite is durable, waits for its turn, and respects references;
// and what only reads can't write.
func TestSQLiteSettings(t *testing.T) {
	c := open(t)
	for pool, want := range map[*bun.DB]map[string]string{
		c.write: {"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000", "query_only": "0"},
		c.read:  {"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000", "query_only": "1"},
	} {
		for pragma, value := range want {
			var got string
			if err := pool.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != value {
				t.Errorf("%s = %s, want %s (%v)", pragma, got, value, err)
			}
		}
	}
}

// TestLookupsUseIndexes asks SQLite how it would answer each lookup: none may
// walk a whole table, however many films there are.
func TestLookupsUseIndexes(t *testing.T) {
	c := open(t)
	log := &queries{}
	c.read = c.read.WithQueryHook(log)
	ctx, id := t.Context(), assets.ID("01kat")
	// SCAN … USING INDEX is a list in order, cut by its LIMIT; of a join table it is all of it.
	walks := regexp.MustCompile(`(?m)^SCAN (\S+$|film_rubriques|film_partners)`)
	for name, ask := range map[string]func() error{
		"asset":        func() error { _, err := c.AssetBySHA256(ctx, "aa"); return err },
		"film":         func() error { _, err := c.Film(ctx, id); return err },
		"slug":         func() error { _, err := c.FilmBySlug(ctx, "x"); return err },
		"films":        func() error { _, err := c.Films(ctx, assets.FilmFilter{After: id}); return err },
		"rubrique":     func() error { _, err := c.Films(ctx, assets.FilmFilter{Rubrique: "x", After: id}); return err },
		"partner":      func() error { _, err := c.Films(ctx, assets.FilmFilter{Partner: "x"}); return err },
		"state":        func() error { _, err := c.Films(ctx, assets.FilmFilter{State: "review"}); return err },
		"dossier":      func() error { _, err := c.Films(ctx, assets.FilmFilter{Dossier: "x"}); return err },
		"territory":    func() error { _, err := c.Films(ctx, assets.FilmFilter{Territory: "x"}); return err },
		"versions":     func() error { _, err := c.Versions(ctx, id); return err },
		"version of":   func() error { _, err := c.VersionOf(ctx, id); return err },
		"renditions":   func() error { _, err := c.Renditions(ctx, id); return err },
		"rush of":      func() error { _, err := c.RushOf(ctx, id); return err },
		"rushes":       func() error { _, err := c.Rushes(ctx, assets.RushFilter{After: id, Limit: 10}); return err },
		"film's":       func() error { _, err := c.Publications(ctx, assets.PublicationFilter{Film: id}); return err },
		"channel's":    func() error { _, err := c.Publications(ctx, assets.PublicationFilter{Channel: "x"}); return err },
		"publications": func() error { _, err := c.Publications(ctx, assets.PublicationFilter{State: "x"}); return err },
		"events":       func() error { _, err := c.Events(ctx, id); return err },
		"jobs":         func() error { _, err := c.JobsOf(ctx, id); return err },
		"due":          func() error { _, err := c.DueJobs(ctx, time.Now(), 10); return err },
		"search":       func() error { _, err := c.Search(ctx, "eloq foret", 10); return err },
	} {
		log.said = nil
		if err := ask(); err != nil && assets.KindOf(err) != assets.NotFound {
			t.Fatalf("%s: %v", name, err)
		}
		if len(log.said) != 1 {
			t.Fatalf("%s asked %d times", name, len(log.said))
		}
		if plan := plan(t, c, log.said[0]); walks.MatchString(plan) {
			t.Errorf("%s walks a table:\n%s\n%s", name, log.said[0], plan)
		}
	}
	log.said = nil
	_, _ = c.DueJobs(ctx, time.Now(), 10) // its plan is what counts
	if p := plan(t, c, log.said[0]); !strings.Contains(p, "jobs_unfinished") {
		t.Errorf("DueJobs walks finished jobs, too: %s", p)
	}
}

func open(t *testing.T) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "regie.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func plan(t *testing.T, c *Catalog, query string) string {
	t.Helper()
	rows, err := c.write.DB.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // only read
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "\n")
}

// queries notes what is asked.
type queries struct{ said []string }

func (q *queries) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	q.said = append(q.said, e.Query)
	return ctx
}

func (q *queries) AfterQuery(context.Context, *bun.QueryEvent) {}
