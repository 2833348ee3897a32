package assets

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestReadWall (F-15): both nights on which the clocks change.
func TestReadWall(t *testing.T) {
	for _, tc := range []struct {
		wall   string
		second bool
		at     string
		shows  string
		odd    Oddity
	}{
		{"2018-06-21T18:00", false, "2018-06-21T16:00:00Z", "2018-06-21T18:00", ""},
		{"2018-12-21T18:00", true, "2018-12-21T17:00:00Z", "2018-12-21T18:00", ""},
		{"2026-10-25T02:30", false, "2026-10-25T00:30:00Z", "2026-10-25T02:30", Twice},
		{"2026-10-25T02:30", true, "2026-10-25T01:30:00Z", "2026-10-25T02:30", Twice},
		{"2026-10-25T01:59", false, "2026-10-24T23:59:00Z", "2026-10-25T01:59", ""},
		{"2026-10-25T03:00", true, "2026-10-25T02:00:00Z", "2026-10-25T03:00", ""},
		{"2027-03-28T01:59", false, "2027-03-28T00:59:00Z", "2027-03-28T01:59", ""},
		{"2027-03-28T02:30", false, "2027-03-28T01:30:00Z", "2027-03-28T03:30", Skipped},
		{"2027-03-28T03:00", false, "2027-03-28T01:00:00Z", "2027-03-28T03:00", ""},
	} {
		m, odd, err := ReadWall(tc.wall, paris(t), tc.second)
		if got := m.At.UTC().Format(time.RFC3339); err != nil || got != tc.at || m.Wall != tc.shows || odd != tc.odd || m.Zone != "Europe/Paris" {
			t.Errorf("%s (second: %t): %s shown as %s, %q, %v", tc.wall, tc.second, got, m.Wall, odd, err)
		}
	}
	for _, wall := range []string{"", "demain", "2018-06-31T18:00", "2018-06-21 18:00", "2018-06-21T24:00"} {
		if _, _, err := ReadWall(wall, paris(t), false); KindOf(err) != Invalid {
			t.Errorf("%q: %v", wall, err)
		}
	}
}

// TestTheHourStays (F-15): day by day over more than a year, 18 h stays 18 h, and
// a week is seven days on the wall.
func TestTheHourStays(t *testing.T) {
	zone := paris(t)
	first, _, err := ReadWall("2026-09-01T18:00", zone, false)
	if err != nil {
		t.Fatal(err)
	}
	lengths := map[time.Duration]int{}
	for day := range 400 {
		today, tomorrow := first.Plus(day, 0, zone), first.Plus(day+1, 0, zone)
		if local := today.At.In(zone); local.Hour() != 18 || local.Minute() != 0 {
			t.Fatalf("day %d: %s", day, local)
		}
		lengths[tomorrow.At.Sub(today.At)]++
		if got := tomorrow.After(today); got != 24*time.Hour {
			t.Fatalf("day %d: %s on the wall", day, got)
		}
	}
	if lengths[23*time.Hour] != 1 || lengths[25*time.Hour] != 1 || lengths[24*time.Hour] != 398 {
		t.Errorf("days of %v", lengths)
	}
}
