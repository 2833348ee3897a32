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
		"planned": func() error {
			_, err := c.Publications(ctx, assets.PublicationFilter{From: time.Now(), To: time.Now()})
			return err
		},
		"campaign": func() error { _, err := c.Publications(ctx, assets.PublicationFilter{Campaign: id}); return err },
		"events":   func() error { _, err := c.Events(ctx, id); return err },
		"jobs":     func() error { _, err := c.JobsOf(ctx, id); return err },
		"due":      func() error { _, err := c.DueJobs(ctx, time.Now(), 10); return err },
		"search":   func() error { _, err := c.Search(ctx, "eloq foret", 10); return err },
	} {
		log.indexed(t, c, name, 1, ask)
	}
	log.said = nil
	_, _ = c.DueJobs(ctx, time.Now(), 10) // its plan is what counts
	if p := plan(t, c, log.said[0]); !strings.Contains(p, "jobs_unfinished") {
		t.Errorf("DueJobs walks finished jobs, too: %s", p)
	}
}

// The same of the lists of the studio, each filter alone.
func TestStudioUsesIndexes(t *testing.T) {
	c := open(t)
	log := &queries{}
	c.read = c.read.WithQueryHook(log)
	ctx, id, at, yes := t.Context(), assets.ID("01kat"), time.Now(), true
	for name, f := range map[string]assets.RushFilter{
		"all": {}, "after": {After: id}, "before": {Before: id}, "words": {Query: "eloq foret"}, "sujet": {Sujet: id}, "owner": {Owner: id}, "crew": {Crew: id},
		"territory": {Territory: "x"}, "dossier": {Dossier: "x"}, "partner": {Partner: "x"}, "state": {State: "x"}, "orientation": {Orientation: "x"},
		"shot": {Shot: "x"}, "minors": {Minors: "x"}, "consent": {Consent: "missing"}, "stars": {MinStars: 2}, "rejected": {Rejected: &yes},
		"from": {From: at, To: at}, "removed": {Removed: true},
	} {
		times := 1
		if f.Query != "" {
			times = 2 // how common its words are is asked first
		}
		for _, c.common = range []int{c.common, 0} { // words that are rare, and common
			log.indexed(t, c, "rushes, "+name, times, func() error { _, err := c.Rushes(ctx, f); return err })
			log.indexed(t, c, "count of rushes, "+name, times, func() error { _, err := c.CountRushes(ctx, f); return err })
		}
	}
	for name, f := range map[string]assets.SujetFilter{
		"all": {}, "crew": {Crew: id}, "state": {State: "x"}, "partner": {Partner: "x"}, "rubrique": {Rubrique: "x"}, "dossier": {Dossier: "x"},
		"territory": {Territory: "x"}, "from": {From: at, To: at}, "after": {After: id},
		"to come": {Phase: assets.SujetComing, Today: at, After: id}, "current": {Phase: assets.SujetCurrent, After: id}, "done": {Phase: assets.SujetDone, After: id},
	} {
		log.indexed(t, c, "sujets, "+name, 1, func() error { _, err := c.Sujets(ctx, f); return err })
	}
	for name, f := range map[string]assets.EventFilter{
		"kind": {Kind: "x"}, "actor": {Actor: "x"}, "batch": {Batch: id}, "from": {From: at, To: at}, "before": {Before: id},
	} {
		log.indexed(t, c, "journal, "+name, 1, func() error { _, err := c.Journal(ctx, f); return err })
	}
	for name, f := range map[string]assets.UploadFilter{
		"all": {}, "owner": {Owner: id}, "transfer": {Transfer: id}, "rush": {Rush: id}, "state": {State: "x", Idle: at}, "print": {Print: "x"}, "after": {After: id},
	} {
		log.indexed(t, c, "uploads, "+name, 1, func() error { _, err := c.Uploads(ctx, f); return err })
	}
	for name, ask := range map[string]func() error{
		"films of sujet":   func() error { _, err := c.Films(ctx, assets.FilmFilter{Sujet: id}); return err },
		"films of crew":    func() error { _, err := c.Films(ctx, assets.FilmFilter{Crew: id}); return err },
		"proxies":          func() error { _, err := c.Proxies(ctx, id, "x"); return err },
		"selections":       func() error { _, err := c.Selections(ctx, id, ""); return err },
		"own selections":   func() error { _, err := c.Selections(ctx, "", id); return err },
		"searches":         func() error { _, err := c.SavedSearches(ctx, id); return err },
		"notes":            func() error { _, err := c.Notes(ctx, id, "x"); return err },
		"approvals":        func() error { _, err := c.Approvals(ctx, id); return err },
		"open approvals":   func() error { _, err := c.OpenApprovals(ctx, 10); return err },
		"tracks":           func() error { _, err := c.Tracks(ctx, id); return err },
		"transfers":        func() error { _, err := c.Transfers(ctx, id, 10); return err },
		"said":             func() error { _, err := c.Said(ctx, id); return err },
		"consents":         func() error { _, err := c.Consents(ctx, assets.ConsentFilter{State: "x"}); return err },
		"ending consents":  func() error { _, err := c.Consents(ctx, assets.ConsentFilter{Before: at}); return err },
		"filmed in sujet":  func() error { _, err := c.Filmed(ctx, assets.FilmedFilter{Sujet: id}); return err },
		"filmed in film":   func() error { _, err := c.Filmed(ctx, assets.FilmedFilter{Film: id}); return err },
		"filmed by person": func() error { _, err := c.Filmed(ctx, assets.FilmedFilter{Consent: id}); return err },
		"user by mail":     func() error { _, err := c.UserByMail(ctx, "x"); return err },
		"session":          func() error { _, err := c.Session(ctx, "x"); return err },
		"sessions":         func() error { _, err := c.Sessions(ctx, id); return err },
		"key":              func() error { _, err := c.Key(ctx, "x"); return err },
		"keys":             func() error { _, err := c.Keys(ctx, id, "token"); return err },
		"mails":            func() error { _, err := c.Mails(ctx, id, 10); return err },
	} {
		log.indexed(t, c, name, 1, ask)
	}
	log.indexed(t, c, "all kinds", 3, func() error { _, err := c.SearchAll(ctx, "eloq foret", 10); return err })
}

// indexed asks, and looks at how each of its queries would be answered. SCAN …
// USING INDEX is a list in order, cut by its LIMIT, or a count; of a join table
// it is all of it.
func (q *queries) indexed(t *testing.T, c *Catalog, name string, times int, ask func() error) {
	t.Helper()
	walks := regexp.MustCompile(`(?m)^SCAN (\S+$|film_rubriques|film_partners|rush_partners|sujet_crew|sujet_partners|sujet_rubriques)`)
	q.said = nil
	if err := ask(); err != nil && assets.KindOf(err) != assets.NotFound {
		t.Fatalf("%s: %v", name, err)
	}
	if len(q.said) != times {
		t.Fatalf("%s asked %d times", name, len(q.said))
	}
	for _, said := range q.said {
		plan := strings.ReplaceAll(plan(t, c, said), "SCAN few", "") // few are cut by their LIMIT
		if walks.MatchString(plan) {
			t.Errorf("%s walks a table:\n%s\n%s", name, said, plan)
		}
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
