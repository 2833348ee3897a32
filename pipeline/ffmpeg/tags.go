package ffmpeg

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

type tags map[string]text

// UnmarshalJSON leaves what is no object empty.
func (t *tags) UnmarshalJSON(data []byte) error {
	var m map[string]text
	if json.Unmarshal(data, &m) == nil {
		*t = m
	}
	return nil
}

func (t tags) get(name string) string {
	for key, value := range t {
		if strings.EqualFold(key, name) {
			return string(value)
		}
	}
	return ""
}

// located tells whether a tag says where the film was made: "location",
// "location-eng", "com.apple.quicktime.location.ISO6709", "©xyz"…
func (t tags) located() bool {
	for key := range t {
		k := strings.ToLower(key)
		if strings.Contains(k, "location") || strings.Contains(k, "gps") || strings.HasSuffix(k, "xyz") {
			return true
		}
	}
	return false
}

// origin is where and when a file was filmed, as its own tags say before those
// of its streams.
func origin(format tags, streams []probedStream) (*Place, time.Time) {
	place, shot := format.place(), format.shotAt()
	for _, s := range streams {
		if place == nil {
			place = s.Tags.place()
		}
		if shot.IsZero() {
			shot = s.Tags.shotAt()
		}
	}
	return place, shot
}

// iso6709 is "+43.5297+005.4474+180.000/": latitude and longitude in degrees,
// whose whole part has two and three digits.
var iso6709 = regexp.MustCompile(`^([+-][0-9]{2}(?:\.[0-9]+)?)([+-][0-9]{3}(?:\.[0-9]+)?)(?:[+-][0-9.]+)?(?:CRS[A-Z0-9_]+)?/?$`)

// place is nil for what is no place, and for the origin of the degrees, which a
// camera without a fix writes.
func (t tags) place() *Place {
	for _, name := range []string{"com.apple.quicktime.location.ISO6709", "location", "location-eng"} {
		m := iso6709.FindStringSubmatch(strings.TrimSpace(t.get(name)))
		if m == nil {
			continue
		}
		latitude, err := strconv.ParseFloat(m[1], 64)
		longitude, err2 := strconv.ParseFloat(m[2], 64)
		if err == nil && err2 == nil && math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180 && (latitude != 0 || longitude != 0) {
			return &Place{latitude, longitude}
		}
	}
	return nil
}

// shotAt is when the camera says it filmed; zero for what is no instant, and for
// a clock that was never set.
func (t tags) shotAt() time.Time {
	for _, name := range []string{"com.apple.quicktime.creationdate", "creation_time", "date"} {
		for _, layout := range []string{"2006-01-02T15:04:05Z0700", time.RFC3339Nano, "2006-01-02 15:04:05", "2006:01:02 15:04:05"} {
			at, err := time.Parse(layout, strings.TrimSpace(t.get(name)))
			if err == nil && at.Year() > 1990 && at.Year() < 2200 {
				return at.UTC()
			}
		}
	}
	return time.Time{}
}
