package ffmpeg

import (
	"testing"
	"time"
)

// TestOrigin: where and when, as cameras write it; what makes no sense is not
// known.
func TestOrigin(t *testing.T) {
	for in, want := range map[string]*Place{
		"+32.0929+034.8620+028.516/":          {32.0929, 34.862},
		"+43.5297-005.4474/":                  {43.5297, -5.4474},
		"-90+180":                             {-90, 180},
		"+43.5297+005.4474+180.000CRSWGS_84/": {43.5297, 5.4474},
		"+00.0000+000.0000/":                  nil,
		"+91.0000+000.0000/":                  nil,
		"+4.5+5.4":                            nil,
		"Aix-en-Provence":                     nil,
		"":                                    nil,
	} {
		got := tags{"location": text(in)}.place()
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
	for in, want := range map[tagged]string{
		{"creation_time", "2024-01-24T14:50:14.000000Z"}:                 "2024-01-24T14:50:14Z",
		{"com.apple.quicktime.creationdate", "2019-07-24T11:25:40+0300"}: "2019-07-24T08:25:40Z",
		{"creation_time", "1904-01-01T00:00:00.000000Z"}:                 "",
		{"creation_time", "1970-01-01T00:00:00Z"}:                        "",
		{"date", "2018:06:12 18:30:00"}:                                  "2018-06-12T18:30:00Z",
		{"date", "2018"}:                                                 "",
	} {
		got := tags{in.key: text(in.value)}.shotAt()
		said := ""
		if !got.IsZero() {
			said = got.Format(time.RFC3339)
		}
		if said != want {
			t.Errorf("%v: %q, want %q", in, said, want)
		}
	}
}

type tagged struct{ key, value string }
