package assets

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rhythm is the days of the week on which the films of a campaign go out.
type Rhythm []time.Weekday

// On tells whether a moment is on one of its days.
func (r Rhythm) On(m Moment) bool {
	day, err := time.Parse(WallLayout, m.Wall)
	return err == nil && slices.Contains(r, day.Weekday())
}

// String writes it as ReadRhythm reads it, Sunday first: "2 4" is Tuesday and
// Thursday. Two of the same days are written alike.
func (r Rhythm) String() string {
	var days []string
	for day := time.Sunday; day <= time.Saturday; day++ {
		if slices.Contains(r, day) {
			days = append(days, strconv.Itoa(int(day)))
		}
	}
	return strings.Join(days, " ")
}

// ReadRhythm reads what String wrote; what is no day of the week is left out.
func ReadRhythm(text string) (r Rhythm) {
	for _, word := range strings.Fields(text) {
		if len(word) == 1 && word >= "0" && word <= "6" {
			r = append(r, time.Weekday(word[0]-'0'))
		}
	}
	return r
}
