package catalog

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
)

// A database that the program made before there were sujets, orientations and a
// chain keeps what it has, and answers what is asked since.
func TestUpgrade(t *testing.T) {
	server := services.StartPostgres(t)
	for name, address := range map[string]string{
		"sqlite":   "sqlite:" + filepath.Join(t.TempDir(), "regie.db"),
		"postgres": server.Database(t),
	} {
		t.Run(name, func(t *testing.T) {
			old(t, address)
			ctx := t.Context()
			c, err := Open(ctx, Options{URL: address})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }() // the checks are what counts
			for what, f := range map[string]assets.RushFilter{
				"all": {}, "orientation": {Orientation: "portrait"}, "partner": {Partner: "zz"}, "words": {Query: "camions mairie"},
			} {
				rushes, err := c.Rushes(ctx, f)
				n, failed := c.CountRushes(ctx, f)
				want := 1
				if what == "words" {
					want = 0 // there was no place yet
				}
				if err != nil || failed != nil || len(rushes) != want || n != want {
					t.Errorf("%s: %d rushes, %d counted, %v, %v", what, len(rushes), n, err, failed)
				}
			}
			hits, err := c.SearchAll(ctx, "zik", 10) // the name of a partner
			if err != nil || len(hits) != 1 || hits[0].Kind != assets.SubjectRush {
				t.Errorf("%+v, %v", hits, err)
			}
			names, err := c.Suggest(ctx, "elocuence", 1)
			if err != nil || len(names) != 1 || names[0] != "L'éloquence" {
				t.Errorf("%q, %v", names, err)
			}
			u, err := c.UserByMail(ctx, "a@example.org")
			if err != nil || u.State != assets.UserActive {
				t.Errorf("%+v, %v", u, err)
			}
			if n, err := c.VerifyLog(ctx); n != 0 || err != nil {
				t.Errorf("%d events in the chain, %v", n, err)
			}
			move := assets.Event{ID: "e2", Kind: assets.SubjectRush, Subject: "r1", From: "received", To: "ready", Actor: "cli"}
			if err := c.Apply(ctx, assets.Change{Events: []assets.Event{move}}); err != nil {
				t.Fatal(err)
			}
			if n, err := c.VerifyLog(ctx); n != 1 || err != nil {
				t.Errorf("%d events in the chain, %v", n, err)
			}
		})
	}
}

// old makes a database as the program did at migration 3, with one record of
// what has changed since.
func old(t *testing.T, address string) {
	t.Helper()
	e := postgresEngine()
	if strings.HasPrefix(address, "sqlite") {
		e = sqliteEngine()
	}
	read, write, err := e.open(Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = read.Close(), write.Close() }() // Open sees what was written
	files, err := overlay(migrations, "migrations", e.folder)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(e.goose, write, files, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"INSERT INTO users VALUES ('u1', 'Anne', 'a@example.org', 'jri', 0, 1)",
		"INSERT INTO partners VALUES ('zz', 'Zik Zac', '', '')",
		"INSERT INTO assets VALUES ('a1', 'rush', 'aa', 1, 'C0001.MP4', 'k', 1)",
		`INSERT INTO rushes VALUES ('r1', 'a1', 'Le camion', '["culture"]', '["zz"]', '', '', 'received', '',
			'{"video": {"width": 1080, "height": 1920}}', 1)`,
		"INSERT INTO films VALUES ('f1', 'l-eloquence', 'L''éloquence', '', '', '', '', '', NULL, '', '', 'editing', '', 1, 1)",
		"INSERT INTO film_words (film, title, words) VALUES ('f1', 'eloquence', 'eloquence')",
		`INSERT INTO events (id, kind, subject, "from", "to", actor, at, note, attempt) VALUES ('e1', 'rush', 'r1', '', 'received', 'cli', 1, '', 0)`,
	} {
		if _, err := write.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
