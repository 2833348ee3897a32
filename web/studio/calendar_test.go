package studio

import (
	"net/url"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

func inParis(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestTurn: a month is whole weeks from Monday on, each day begins at 0 h, on the
// nights when the clocks change too.
func TestTurn(t *testing.T) {
	zone := inParis(t)
	for _, c := range []struct {
		day        string
		week       bool
		first      string
		n          int
		name, next string
	}{
		{"2018-06-21", false, "2018-05-28", 35, "Juin 2018", "d=2018-07-01"},
		{"2026-02-01", false, "2026-01-26", 35, "Février 2026", "d=2026-03-01"},
		{"2027-03-31", false, "2027-03-01", 35, "Mars 2027", "d=2027-04-01"},
		{"2026-10-25", true, "2026-10-19", 7, "Semaine du 19\u00a0octobre 2026", "d=2026-10-26"},
	} {
		day, err := time.ParseInLocation(time.DateOnly, c.day, zone)
		if err != nil {
			t.Fatal(err)
		}
		b := calendarBody{Week: c.week, Ask: url.Values{"canal": {"site"}}}
		from, to := b.turn(day, day)
		if from.Format(time.DateOnly) != c.first || len(b.Days) != c.n || b.Name != c.name || !strings.Contains(b.Next, c.next) || !strings.Contains(b.Before, "canal=site") {
			t.Errorf("%s: from %s, %d days, %s, then %s", c.day, from, len(b.Days), b.Name, b.Next)
		}
		for i, d := range b.Days {
			if d.At.Hour() != 0 || d.At.Weekday() != time.Weekday((i+1)%7) || d.Today != (d.At.Format(time.DateOnly) == c.day) {
				t.Errorf("%s: day %d is %s", c.day, i, d.At)
			}
		}
		if !to.Equal(date(b.Days[c.n-1].At, 1)) {
			t.Errorf("%s: to %s", c.day, to)
		}
	}
}

// TestMovedTo (F19, F22): steps and days keep the hour on the wall; what can't be
// read is refused.
func TestMovedTo(t *testing.T) {
	zone := inParis(t)
	from, _, err := assets.ReadWall("2027-03-27T18:00", zone, false)
	if err != nil {
		t.Fatal(err)
	}
	for form, want := range map[string]string{
		"pas=%2B1j": "2027-03-28T18:00", "pas=-1j": "2027-03-26T18:00", "pas=-15m": "2027-03-27T17:45", "pas=%2B15m": "2027-03-27T18:15",
		"jour=2027-03-28": "2027-03-28T18:00", "le=2027-03-28T02:30": "2027-03-28T03:30", "pas=1000j": "", "jour=hier": "", "le=": "",
	} {
		typed, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		to, odd, err := movedTo(from, typed, zone)
		if (err != nil) != (want == "") || err == nil && to.Wall != want || (odd == assets.Skipped) != (want == "2027-03-28T03:30") {
			t.Errorf("%s: %s %q %v", form, to.Wall, odd, err)
		}
	}
}

// TestMarks: an embargo of a dossier or a film lies over its days, once, and says
// until when; an election and the event of a dossier over their own.
func TestMarks(t *testing.T) {
	zone := inParis(t)
	at := func(day, hour int) time.Time { return time.Date(2018, 6, day, hour, 0, 0, 0, zone) }
	s := &Studio{Options: Options{Zone: zone, Now: func() time.Time { return at(19, 9) }}}
	p := assets.Programme{
		Dossiers: []assets.Dossier{{Name: "Zik Zac", Embargo: at(21, 20)}, {Name: "Libre"}, {Name: "Festival", Begins: "2018-06-24", Ends: "2018-06-26"}, {Name: "Vernissage", Begins: "2018-06-22"}},
		Scrutins: []assets.Scrutin{{Name: "Second tour", From: at(23, 0), Until: at(24, 20)}, {Name: "Retiré", From: at(18, 0), Until: at(25, 0), RemovedAt: at(1, 0)}},
	}
	slots := []pipeline.Slot{{Film: assets.Film{Title: "Avant", Embargo: at(20, 12)}}}
	spans := s.spans(p, slots, []readyLine{{Film: slots[0].Film}})
	for day, want := range map[int]string{
		18: "", 19: "Embargo Zik ZacEmbargo «\u00a0Avant\u00a0»", 20: "…Embargo «\u00a0Avant\u00a0» jusqu’à 12\u00a0h", 21: "Embargo Zik Zac jusqu’à 20\u00a0h", 22: "Vernissage",
		23: "Réserve électorale\u00a0: Second tour", 24: "FestivalRéserve électorale\u00a0: Second tour jusqu’à 20\u00a0h", 25: "…", 26: "…", 27: "",
	} {
		said := ""
		for _, m := range s.marks(spans, at(day, 0), false) {
			said += m.Text
			if m.Text == "" {
				said += "…"
			}
		}
		if said != want {
			t.Errorf("%d: %q, want %q", day, said, want)
		}
	}
}

// TestFolded: no line of a calendar is longer than 75 bytes, no letter is cut, and
// texts say nothing to the program that reads them.
func TestFolded(t *testing.T) {
	text := strings.Repeat("é", 100) + "; BEGIN:VEVENT\r\nEND,"
	said := folded("SUMMARY:" + escaped(text))
	for line := range strings.Lines(said) {
		if len(strings.TrimSuffix(line, "\r\n")) > 75 || !strings.HasSuffix(line, "\r\n") || strings.ContainsRune(line, '\uFFFD') {
			t.Errorf("%q", line)
		}
	}
	if got, want := strings.ReplaceAll(said, "\r\n ", ""), "SUMMARY:"+strings.Repeat("é", 100)+`\; BEGIN:VEVENT\nEND\,`+"\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
