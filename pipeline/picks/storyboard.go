package picks

import (
	"fmt"
	"math"
	"strings"
)

// Grid is how a film is laid out as a storyboard: one picture every Interval
// seconds, row by row on sheets of Columns×Rows.
type Grid struct {
	Interval      float64 // seconds
	Columns, Rows int     // of a sheet
	Sheets        int
	Pictures      int // on all sheets; the rest of the last one is empty
}

// Storyboard lays out a film of that length in seconds: a picture every second
// up to 100 s, every 2 s up to 10 min, every 5 s up to an hour, then every 10 s.
func Storyboard(length float64) Grid {
	length = max(0, finite(length))
	interval := 10.0
	switch {
	case length <= 100:
		interval = 1
	case length <= 600:
		interval = 2
	case length <= 3600:
		interval = 5
	}
	pictures := max(1, int(math.Ceil(min(length, 1e8)/interval)))
	columns := min(10, pictures)
	rows := min(10, (pictures+columns-1)/columns)
	return Grid{
		Interval: interval,
		Columns:  columns,
		Rows:     rows,
		Sheets:   (pictures + columns*rows - 1) / (columns * rows),
		Pictures: pictures,
	}
}

// StoryboardVTT tells players where each picture is: name gives the address of
// a sheet, counted from 0; w and h are the size of one picture in pixels.
func StoryboardVTT(g Grid, length float64, w, h int, name func(sheet int) string) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	perSheet := g.Columns * g.Rows
	for n := range g.Pictures {
		start := float64(n) * g.Interval
		end := max(start+0.001, min(start+g.Interval, finite(length)))
		place := n % perSheet
		fmt.Fprintf(&b, "\n%s --> %s\n%s#xywh=%d,%d,%d,%d\n", stamp(start), stamp(end), name(n/perSheet),
			place%g.Columns*w, place/g.Columns*h, w, h)
	}
	return b.String()
}

// stamp writes seconds as WebVTT does: HH:MM:SS.mmm.
func stamp(seconds float64) string {
	ms := int64(math.Round(seconds * 1000))
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}
