package main

import (
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// touched are columns that looking may change, and why.
var touched = map[string]string{
	"sessions.content": "what the next page says is said once; when the person was last seen",
	"sessions.seen_at": "the administration sees which browsers are in use",
	"keys.used_at":     "the administration sees which tokens are in use",
}

// dump is every row of every table of the house, as one line each.
func (v *visit) dump() map[string]int {
	v.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(v.house.data, "regie.db")+"?mode=ro")
	if err != nil {
		v.Fatal(err)
	}
	defer db.Close()
	lines := map[string]int{}
	tables, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE '%\_index\_%' ESCAPE '\'`)
	if err != nil {
		v.Fatal(err)
	}
	var names []string
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			v.Fatal(err)
		}
		names = append(names, name)
	}
	if err := tables.Err(); err != nil || len(names) < 30 {
		v.Fatalf("%d tables, %v", len(names), err)
	}
	for _, name := range names {
		if err := rowsOf(db, name, lines); err != nil {
			v.Fatal(name, err)
		}
	}
	return lines
}

func rowsOf(db *sql.DB, table string, lines map[string]int) error {
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		line := table
		for i, column := range columns {
			if touched[table+"."+column] == "" {
				line += fmt.Sprintf(" %s=%v", column, text(values[i]))
			}
		}
		lines[line]++
	}
	return rows.Err()
}

// text is a value as it is compared; bytes are sealed, and never twice the same.
func text(value any) any {
	if bytes, is := value.([]byte); is {
		if len(bytes) > 0 && strings.HasPrefix(string(bytes), "age-encryption") {
			return "sealed"
		}
		return string(bytes)
	}
	return value
}

// difference is what one dump has and the other has not, with + and -.
func difference(before, after map[string]int) []string {
	var lines []string
	for _, side := range []struct {
		sign        string
		here, there map[string]int
	}{{"-", before, after}, {"+", after, before}} {
		for _, line := range slices.Sorted(maps.Keys(side.here)) {
			for range side.here[line] - side.there[line] {
				lines = append(lines, side.sign+line)
			}
		}
	}
	return lines
}

// chance is what differs between two houses in which the same was done.
var chance = regexp.MustCompile(`\b01[0-9a-hjkmnp-tv-z]{24}\b|\b[0-9a-f]{64}\b|\b1[0-9]{15}\b|\d{4}-\d\d-\d\dT[0-9:.]+Z|\$argon2id\S+|seq=\d+|sealed|\b[A-Z2-7]{26}\b|hash=[\w-]{43,64}`)

// plain takes out of lines what differs by chance, and sorts them.
func plain(lines []string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = chance.ReplaceAllString(line, "…")
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
