package assets

import (
	"strings"
	"time"
)

// WallLayout is how a wall time is written: what a clock on the wall shows.
const WallLayout = "2006-01-02T15:04"

// Moment is an instant as a person meant it. The wall time is kept beside the
// instant: « jeudi 18 h » stays so, whatever the clocks do in between.
type Moment struct {
	At   time.Time `json:"at"`
	Wall string    `json:"wall"` // "2018-06-21T18:00"; "" where nobody chose an hour
	Zone string    `json:"zone"` // "Europe/Paris"
}

// MomentAt is an instant as a clock in this zone shows it.
func MomentAt(at time.Time, zone *time.Location) Moment {
	return Moment{At: at, Wall: at.In(zone).Format(WallLayout), Zone: zone.String()}
}

// Day is the day on the wall: "2018-06-21".
func (m Moment) Day() string { day, _, _ := strings.Cut(m.Wall, "T"); return day }

// Oddity is what a night on which the clocks change does to a wall time.
type Oddity string

// The oddities.
const (
	Twice   Oddity = "twice"   // the clocks go back: it comes twice
	Skipped Oddity = "skipped" // the clocks go forward: it never comes
)

// ReadWall finds the instant of a wall time. One that comes twice is the first
// of the two, unless the second is asked for; one that never comes is moved on
// by as much as the clocks are.
func ReadWall(wall string, zone *time.Location, second bool) (Moment, Oddity, error) {
	plain, err := time.Parse(WallLayout, wall)
	if err != nil {
		return Moment{}, "", &Error{Kind: Invalid, Op: "assets.ReadWall", Msg: "Choisissez un jour et une heure : « " + wall + " » n'en est pas.", Err: err}
	}
	// The zone's offsets on both sides of a change give both readings.
	reading := func(beside time.Duration) time.Time {
		_, offset := plain.Add(beside).In(zone).Zone()
		return plain.Add(-time.Duration(offset) * time.Second)
	}
	fits := func(t time.Time) bool { return t.In(zone).Format(WallLayout) == wall }
	early, late := reading(-24*time.Hour), reading(24*time.Hour)
	switch {
	case fits(early) && fits(late) && !early.Equal(late):
		if second {
			early = late
		}
		return MomentAt(early, zone), Twice, nil
	case fits(early):
		return MomentAt(early, zone), "", nil
	case fits(late):
		return MomentAt(late, zone), "", nil
	}
	return MomentAt(early, zone), Skipped, nil
}

// Plus moves a moment by what the clock on the wall shows: a day later is the
// same hour, on the night of a change too.
func (m Moment) Plus(days int, d time.Duration, zone *time.Location) Moment {
	plain, err := time.Parse(WallLayout, m.Wall)
	if err != nil {
		return MomentAt(m.At.In(zone).AddDate(0, 0, days).Add(d), zone)
	}
	moved, _, _ := ReadWall(plain.AddDate(0, 0, days).Add(d).Format(WallLayout), zone, false)
	return moved
}

// After is how much later on the wall m is than n.
func (m Moment) After(n Moment) time.Duration {
	a, errA := time.Parse(WallLayout, m.Wall)
	b, errB := time.Parse(WallLayout, n.Wall)
	if errA != nil || errB != nil {
		return m.At.Sub(n.At)
	}
	return a.Sub(b)
}
