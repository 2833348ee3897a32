package catalog_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/internal/services"
)

func TestOpenRefusesOtherAddresses(t *testing.T) {
	for _, address := range []string{"", "sqlite:", "sqlite::memory:", "mysql://x", "/var/regie.db", "postgres://%zz"} {
		c, err := catalog.Open(t.Context(), catalog.Options{URL: address})
		if assets.KindOf(err) != assets.Invalid || c != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + t.TempDir() + "/no/such/folder/x.db"}); assets.KindOf(err) != assets.Transient {
		t.Error(err)
	}
	if _, err := catalog.Open(t.Context(), catalog.Options{URL: "postgres://regie:hunter2@127.0.0.1:1/x"}); assets.KindOf(err) != assets.Transient || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// Several processes open a new database at the same time: one makes the tables,
// the others find them, and all write.
func TestOpenTogether(t *testing.T) {
	server := services.StartPostgres(t)
	for name, address := range map[string]string{
		"sqlite":   "sqlite:" + filepath.Join(t.TempDir(), "regie.db"),
		"postgres": server.Database(t),
	} {
		t.Run(name, func(t *testing.T) {
			ids := &assetstest.IDs{}
			var all sync.WaitGroup
			for range 6 {
				all.Go(func() {
					c, err := catalog.Open(t.Context(), catalog.Options{URL: address, NewID: ids.New})
					if err != nil {
						t.Error(err)
						return
					}
					for range 10 {
						if err := c.Apply(t.Context(), film(ids)); err != nil {
							t.Error(err)
						}
					}
					if err := c.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			c, err := catalog.Open(t.Context(), catalog.Options{URL: address})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }() // only read
			films, err := c.Films(t.Context(), assets.FilmFilter{})
			if err != nil || len(films) != 60 {
				t.Fatalf("%d films, %v", len(films), err)
			}
		})
	}
}

func TestOlderProgramRefusesNewerTables(t *testing.T) {
	server := services.StartPostgres(t)
	path := filepath.Join(t.TempDir(), "regie.db")
	dsn := server.Database(t)
	for name, db := range map[string]struct{ address, driver, dsn string }{
		"sqlite":   {"sqlite:" + path, "sqlite", path},
		"postgres": {dsn, "pgx", dsn},
	} {
		t.Run(name, func(t *testing.T) {
			u := under(t, time.Now, db.address, db.driver, db.dsn)
			const later = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"
			if err := u.Exec(later); err != nil {
				t.Fatal(err)
			}
			_, err := catalog.Open(t.Context(), catalog.Options{URL: db.address})
			if assets.KindOf(err) != assets.Invalid || !strings.Contains(assets.Sentence(err), "plus récente") {
				t.Fatal(err)
			}
		})
	}
}

// INSERT OR REPLACE deletes without asking the trigger that refuses deletion.
func TestSQLiteEventsAreNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "regie.db")
	u := under(t, time.Now, "sqlite:"+path, "sqlite", path)
	if err := u.Catalog.Apply(t.Context(), film(&assetstest.IDs{})); err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"seq", "id"} {
		other := map[string]string{"seq": "'other'", "id": "99"}[column]
		columns := map[string]string{"seq": "seq, " + other, "id": other + ", id"}[column]
		err := u.Exec(`INSERT OR REPLACE INTO events SELECT ` + columns + `, kind, subject, "from", "to", 'forger', at, note, attempt, edits, batch, ip, hash FROM events`)
		if err == nil || !strings.Contains(err.Error(), "there already") {
			t.Errorf("replaced by %s: %v", column, err)
		}
	}
}

// film is a change that makes a film and the work that follows.
func film(ids *assetstest.IDs) assets.Change {
	id := ids.New()
	return assets.Change{
		Films:  []assets.Film{{ID: id, Slug: string(id), Title: "Film " + string(id), Rubriques: []string{"culture"}}},
		Events: []assets.Event{{ID: ids.New(), Kind: assets.SubjectFilm, Subject: id, To: "editing", Actor: "cli"}},
		Jobs:   []assets.Job{{ID: ids.New(), Kind: assets.JobInspect, Subject: id}},
	}
}

// TestKilledWriter kills processes that write to the same file at the same time,
// and looks for every change that they had acknowledged.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("REGIE_TEST_WRITER"); dir != "" {
		writeForever(t, dir)
	}
	const rounds, writers, enough = 3, 3, 30
	dir := t.TempDir()
	for round := range rounds {
		var children [writers]*services.Child
		for i := range children {
			from := fmt.Sprint((round*writers + i + 1) * 1_000_000)
			children[i] = services.Again(t, []string{"REGIE_TEST_WRITER=" + dir, "REGIE_TEST_FROM=" + from}, "-test.run=^TestKilledWriter$")
		}
		await(t, children[:], func() bool { return len(acknowledged(t, dir)) >= (round+1)*writers*enough })
		for _, child := range children {
			child.Kill()
		}
		haveAll(t, dir)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "regie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // only read
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatal(verdict, err)
	}
}

// await waits for enough, while the children live.
func await(t *testing.T, children []*services.Child, enough func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !enough() {
		for _, child := range children {
			select {
			case <-child.Ended():
				t.Fatalf("a writer ended by itself: %s", child.Output())
			case <-tick.C:
			case <-t.Context().Done():
				t.Fatal("not enough was written")
			}
		}
	}
}

// acknowledged lists what the writers noted once Apply had returned.
func acknowledged(t *testing.T, dir string) []assets.ID {
	t.Helper()
	notes, err := filepath.Glob(filepath.Join(dir, "wrote-*"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []assets.ID
	for _, note := range notes {
		b, err := os.ReadFile(note)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if id, whole := strings.CutSuffix(line, "\n"); whole {
				ids = append(ids, assets.ID(id))
			}
		}
	}
	return ids
}

func haveAll(t *testing.T, dir string) {
	t.Helper()
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(dir, "regie.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // only read
	for _, id := range acknowledged(t, dir) {
		f, lost := c.Film(t.Context(), id)
		jobs, err := c.JobsOf(t.Context(), id)
		if lost != nil || err != nil || f.State != assets.FilmEditing || len(jobs) != 1 {
			t.Fatalf("acknowledged and lost: %s: %v, %v, %d jobs", id, lost, err, len(jobs))
		}
	}
}

func writeForever(t *testing.T, dir string) {
	from := os.Getenv("REGIE_TEST_FROM")
	n, err := strconv.Atoi(from)
	if err != nil {
		t.Fatal(err)
	}
	note, err := os.Create(filepath.Join(dir, "wrote-"+from))
	if err != nil {
		t.Fatal(err)
	}
	ids := assetstest.IDsFrom(n)
	c, err := catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(dir, "regie.db")})
	for err == nil {
		change := film(ids)
		if err = c.Apply(t.Context(), change); err == nil {
			_, err = fmt.Fprintln(note, change.Films[0].ID)
		}
	}
	t.Fatal(err)
}

// What comes without an ID is given one, where there is who gives them.
func TestNewIDNamesWhatHasNone(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "regie.db")
	ids := assetstest.IDsFrom(100)
	for _, tc := range []struct {
		newID assets.NewID
		want  assets.Kind
	}{{nil, assets.Invalid}, {ids.New, ""}} {
		c, err := catalog.Open(t.Context(), catalog.Options{URL: address, NewID: tc.newID})
		if err != nil {
			t.Fatal(err)
		}
		change := film(&assetstest.IDs{})
		change.Events[0].ID, change.Jobs[0].ID = "", ""
		err = c.Apply(t.Context(), change)
		if err == nil && tc.want != "" || err != nil && assets.KindOf(err) != tc.want {
			t.Errorf("%v, want %q", err, tc.want)
		}
		events, err := c.Events(t.Context(), change.Films[0].ID)
		if err != nil || tc.want == "" && (len(events) != 1 || events[0].ID == "") {
			t.Errorf("%v, %v", events, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
